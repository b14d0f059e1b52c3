"""Section on the method, its sources and the warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from numbers import Real
from typing import Any

import pandas as pd

from hedgeresearch._formatting import counted, describe, full_percent
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.model_table import MODELS
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.section import Parts, Section
from hedgeresearch.report.tables import Table, table_of, words

TITLE = "Method and references"
REFERENCES = (
    "Intervals out of sample, margin and tail dependence: stationary bootstrap, "
    "Politis and Romano (1994).",
    "Stress by beta: Kupiec (1998). Tail index: Hill (1975). Tail dependence: "
    "Embrechts, McNeil and Straumann (2002).",
)
SOURCE_COLUMNS = {"source": ("source", words), "when": ("when to use it", words)}


def method_section(recommendation: Recommendation, notes: Sequence[str] = ()) -> Section:
    """Return the model and its settings, the sources, and warnings."""
    settings = recommendation.settings
    model = recommendation.problem.fit.model
    rows = {
        "model": describe(model),
        "interval of the ratio": _interval(recommendation),
        "objective": _given(settings.objective),
        "limits": _given(settings.limits),
        "rebalancing": f"{type(settings.rebalancing).__name__}: {_given(settings.rebalancing)}",
        "margin": _given(settings.margin),
        "seed": str(settings.seed),
    }
    for name, one in zip(
        recommendation.problem.names, recommendation.problem.instruments, strict=True
    ):
        rows[f"terms of {name}"] = _given(one, without=("name",))
    if settings.backtest is not None:
        rows["backtest"] = schedule(settings.backtest)
    tables = [("Settings", name_value_table(rows))]
    sources = sources_table([model])
    if sources is not None:
        tables.append(("Sources of the model", sources))
    warnings = [f"Warning: {note}" for note in dict.fromkeys(notes)]
    points = (*warnings, *REFERENCES)
    return Section(TITLE, points=points, tables=tuple(tables))


def schedule(backtest: Backtest) -> str:
    """Return the estimations of a backtest, its horizon and its lag."""
    lag = backtest.execution_lag
    return (
        f"{counted(backtest.n_refits, 'estimation')} of each model, the last on "
        f"{counted(backtest.n_estimation, 'observation')}; horizon "
        f"{backtest.spacing.span(backtest.horizon)}; execution lag {counted(lag, 'observation')}"
    )


def sources_table(models: Iterable[Any]) -> Table | None:
    """Return where models and the models in them come from; None for models of one's own."""
    entries = {entry.model: entry for entry in MODELS}
    names: dict[str, None] = {}
    for model in models:
        names |= dict.fromkeys(_class_names(model))
    used = [entries[name] for name in names if name in entries]
    if not used:
        return None
    return table_of(pd.DataFrame(used).set_index("model"), "model", SOURCE_COLUMNS)


def name_value_table(rows: Mapping[str, str]) -> Table:
    """Return names and values as a table without heads."""
    return table_of(pd.Series(rows).to_frame("value"), "", {"value": ("", words)})


def _interval(recommendation: Recommendation) -> str:
    """Return the confidence of the ratio's interval, and how it is computed."""
    confidence = Parts().get("interval", lambda: recommendation.confidence)
    if confidence is None or confidence.interval_note:
        return "none"
    if confidence.ratios["lower"].equals(confidence.ratios["upper"]):
        return "none: the ratio is not estimated"
    uses_bootstrap = recommendation.problem.fit.errors is None
    method = "a bootstrap of the sample in blocks" if uses_bootstrap else "the delta method"
    return f"{full_percent(recommendation.settings.confidence)}, by {method}"


def _given(settings: Any, without: Sequence[str] = ()) -> str:
    """Return the settings, or the terms of an instrument, that have a value, by name."""
    texts = []
    for field in fields(settings):
        if field.name in without:
            continue
        value = getattr(settings, field.name)  # a field of the class
        if value not in (None, {}):
            texts.append(f"{field.name.replace('_', ' ')} {_value(value)}")
    return "; ".join(texts) or "none"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items())
    if isinstance(value, tuple):
        return " to ".join(map(_value, value))
    if not isinstance(value, Real):
        return str(value)
    return f"{value:,.10g}"


def _class_names(model: Any) -> list[str]:
    """Return the classes of a model and of the models in it."""
    if not is_dataclass(model):
        return []
    names = [type(model).__name__]
    for field in fields(model):
        value = getattr(model, field.name)  # a field of the class
        for part in value if isinstance(value, tuple | list) else [value]:
            names += _class_names(part)
    return names
