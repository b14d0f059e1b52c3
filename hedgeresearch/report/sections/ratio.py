"""Section on the hedge ratio."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import full_percent
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.plotting import sample_label
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import path_figure
from hedgeresearch.report.sections.section import MAX_COLUMNS, Section
from hedgeresearch.report.tables import Table, amount, ratio, table_of, transposed
from hedgeresearch.report.traces import Figure

COLUMNS = {
    "ratio": ("ratio", ratio),
    "lower": ("lower", ratio),
    "upper": ("upper", ratio),
    "contracts": ("contracts", amount),
    "at lower": ("contracts at lower", amount),
    "at upper": ("contracts at upper", amount),
}


def ratio_section(recommendation: Recommendation) -> Section:
    """Return the path of the ratio, and the next ratio with its interval."""
    confidence = recommendation.confidence
    level = full_percent(confidence.level)
    texts: tuple[str, ...] = ()
    if confidence.interval_note:
        texts = (f"The next ratio has no interval: {confidence.interval_note}",)
    table = table_of(confidence.ratios, "instrument", COLUMNS)
    tables = [(f"Next ratio with its {level} interval", table)]
    if confidence.by_model is not None:
        by_model = _contracts_by_model(confidence.by_model, recommendation.problem.names)
        tables.append(("Contracts for the last ratio of each model", by_model))
    figure = _ratio_figure(recommendation, level)
    return Section("Hedge ratio", texts=texts, figures=(figure,), tables=tuple(tables))


def _ratio_figure(recommendation: Recommendation, level: str) -> tuple[str, Figure]:
    """Return the caption and the path of the ratio, with intervals where they are known."""
    fit = recommendation.problem.fit
    confidence = recommendation.confidence
    ends = ["ratio", "lower", "upper"]
    latest = confidence.ratios[ends].set_axis(["value", "lower", "upper"], axis=1)
    has_interval = not confidence.interval_note
    bands = _bands(fit, confidence.level)
    is_difference = recommendation.problem.kind == "difference"
    unit = "units sold per unit held" if is_difference else "value sold per value held"
    figure = path_figure(
        fit.ratio,
        f"hedge ratio, {unit}",
        note=sample_label(fit.ratio.index, fit.sample_end),
        probabilities=None if fit.regimes is None else fit.regimes.predicted,
        bands=bands,
        latest=latest if has_interval else None,
    )
    caption = ["Hedge ratio of each date, from data before it."]
    if bands is not None:
        caption.append(f"Shaded: {level} interval of each date.")
    if has_interval:
        caption.append(f"On the right: the next ratio with its {level} interval.")
    return " ".join(caption), figure


def _contracts_by_model(by_model: pd.DataFrame, names: list[str]) -> Table:
    columns = {name: (f"{name}, contracts", amount) for name in names}
    table = table_of(by_model, "model", columns)
    return transposed(table, "model:") if len(names) > MAX_COLUMNS else table


def _bands(fit: HedgeFit, confidence: float) -> pd.DataFrame | None:
    """Return intervals of the whole path; None if the model has errors of its next ratio only."""
    if fit.errors is None:
        return None
    try:
        return fit.bands(confidence)
    except DataError:
        return None
