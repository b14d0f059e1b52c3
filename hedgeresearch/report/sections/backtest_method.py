"""Sections on the method and the data of a backtest."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hedgeresearch._formatting import day, describe
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.report.sections.data import software
from hedgeresearch.report.sections.method import name_value_table, schedule, sources_table
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import Table, table_of, words

TITLE = "Method and references"
DATA = "Data"
MAX_NOTES = 20
"""Notes of the models that are listed."""
REFERENCES = (
    "Intervals: stationary bootstrap, Politis and Romano (1994).",
    "Joint test: superior predictive ability, Hansen (2005).",
)


def method_section(backtest: Backtest, notes: Sequence[str] = ()) -> Section:
    """Return the models with their settings and sources, and the notes of the run."""
    settings = {str(name): describe(model) for name, model in backtest.models.items()}
    tables = [("Models", name_value_table(settings))]
    sources = sources_table(backtest.models.values())
    if sources is not None:
        tables.append(("Sources of the models", sources))
    if len(backtest.notes):
        tables.append(_notes_table(backtest.notes))
    warnings = [f"Warning: {note}" for note in dict.fromkeys(notes)]
    return Section(TITLE, points=(*warnings, *REFERENCES), tables=tuple(tables))


def data_section(backtest: Backtest) -> Section:
    """Return the observations and the software, to repeat the computation."""
    returns = backtest.date_returns
    hedges = backtest.ratios.columns.get_level_values(1).unique()
    rows = {
        "observations": f"{day(returns.index[0])} to {day(returns.index[-1])}, {len(returns):,}",
        "hedges": ", ".join(map(str, hedges)),
        "schedule": schedule(backtest),
        "returns": backtest.returns_kind or "not stated",
        "seed": str(backtest.seed),
        "software": software(),
    }
    return Section(DATA, tables=(("Provenance", name_value_table(rows)),))


def _notes_table(notes: pd.DataFrame) -> tuple[str, Table]:
    """Return the caption and the table of the first notes."""
    first = notes.head(MAX_NOTES).assign(date=notes["date"].map(day)).set_index("model")
    caption = "Warnings and failed refits of the models"
    if len(notes) > MAX_NOTES:
        caption += f": the first {MAX_NOTES} of {len(notes):,}; backtest.notes has all"
    return caption, table_of(first, "model", {"date": ("date", words), "note": ("note", words)})
