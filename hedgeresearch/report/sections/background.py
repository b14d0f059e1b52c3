"""The last sections of the page: by which methods, from which data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from hedgeresearch._formatting import describe, full_percent
from hedgeresearch.model_table import MODELS
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import table_of, words

if TYPE_CHECKING:
    from hedgeresearch.recommendation.recommendation import Recommendation

DESCRIBED = ("title", "licence", "period", "frequency")
"""What a table's attrs may tell beside its source."""
REFERENCES = (
    "Intervals out of sample, margin and tail dependence: stationary bootstrap, Politis and Romano (1994).",
    "Stress by beta: Kupiec (1998). Tail index: Hill (1975). Tail dependence: Embrechts, McNeil and Straumann (2002).",
)


def method_section(rec: Recommendation, told: Sequence[str] = ()) -> Section:
    """The model, what was asked of it, the sources, and the warnings that were told on the way."""
    fit, settings = rec.book.fit, rec.settings
    by = "a bootstrap of the sample in blocks" if fit.errors is None else "the delta method"
    interval = f"{full_percent(settings.level)}, by {by}"
    asked = {
        "model": describe(fit.model),
        "ratio's interval": "none" if rec.certainty.why_none else interval,
        "objective": _told(settings.objective),
        "limits": _told(settings.limits),
        "rebalancing": _told(settings.rebalancing),
        "margin": _told(settings.margin),
        "seed": str(settings.seed),
    }
    entries = {entry.model: entry for entry in MODELS}
    used = [entries[name] for name in dict.fromkeys(_names(fit.model)) if name in entries]
    sources = pd.DataFrame(used).set_index("model") if used else None
    tables = [("Settings", _pairs(asked))]
    if sources is not None:
        columns = {"source": ("source", words), "when": ("when it is the right one", words)}
        tables.append(("Sources of the model", table_of(sources, "model", columns)))
    points = (*(f"Warning: {text}" for text in dict.fromkeys(told)), *REFERENCES)
    return Section("Method and references", points=points, tables=tuple(tables))


def data_section(rec: Recommendation) -> Section:
    """Where the numbers come from, so that they can be had again."""
    record, attrs = rec.to_dict(), rec.book.market.attrs
    data = record["data"]
    told = {name: str(attrs[name]) for name in DESCRIBED if name in attrs}
    told |= {
        "source": data["source"] or "not stated",
        "dates": f"{data['first']} to {data['last']}, {data['rows']:,} rows",
        "columns": ", ".join(data["columns"]),
        "sha256 of what was used": data["sha256"],
        "made with": ", ".join(f"{name} {number}" for name, number in record["versions"].items()),
    }
    return Section("Data", tables=(("Provenance", _pairs(told)),))


def _pairs(told: dict[str, str]) -> Any:
    frame = pd.Series(told).to_frame("value")
    return table_of(frame, "", {"value": ("", words)})


def _told(setting: Any) -> str:
    """The settings that are given, by name."""
    found = {field.name: getattr(setting, field.name) for field in fields(setting)}
    given = (
        f"{name.replace('_', ' ')} {_one(value)}"
        for name, value in found.items()
        if value not in (None, {})
    )
    return "; ".join(given) or "none"


def _one(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_one(item)}" for name, item in value.items())
    return " to ".join(map(_one, value)) if isinstance(value, tuple) else f"{value:,.10g}"


def _names(model: Any) -> list[str]:
    """Classes of a model and of the models in it."""
    if not is_dataclass(model):
        return []
    inner = (getattr(model, field.name) for field in fields(model))
    parts = (
        part for value in inner for part in (value if isinstance(value, tuple | list) else [value])
    )
    return [type(model).__name__, *(name for part in parts for name in _names(part))]
