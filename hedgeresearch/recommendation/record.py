"""A recommendation as plain values, after ``schema.json``."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Callable
from dataclasses import fields
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day, describe
from hedgeresearch._version import VERSION
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.carry import Carry
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.settings import Settings

if TYPE_CHECKING:
    from hedgeresearch.recommendation.recommendation import Recommendation

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "arch", "hmmlearn")
SCHEMA = "hedgeresearch/recommendation/1"


def record_as_dict(rec: Recommendation) -> dict[str, Any]:
    """Everything that the recommendation says; numbers that do not exist, and parts that cannot be told, are None."""
    book, certainty = rec.book, rec.certainty
    return {
        "schema": SCHEMA,
        "as_of": day(rec.as_of),
        "action": rec.action,
        "decision": rec.decision,
        "orders": [order._asdict() for order in rec.plan.orders],
        "position": {
            "units": dict(book.position.units),
            "value": book.value,
            "net_value": book.net_value,
        },
        "instruments": _rows(rec.summary),
        "terms": terms_of(rec),
        "market": mappings_of(rec),
        "volatility": _plain(rec.volatility.to_dict()),
        "regimes": None if rec.regimes is None else _rows(rec.regimes),
        "certainty": {
            "level": certainty.level,
            "ratios": _rows(certainty.ratios),
            "why_none": certainty.why_none,
            "one_to_one": certainty.one_to_one,
            "by_model": None if certainty.by_model is None else _rows(certainty.by_model),
            "expected_effectiveness": certainty.expected,
            "out_of_sample": None
            if certainty.out_of_sample is None
            else _interval(certainty.out_of_sample),
        },
        "carry": _if_told(lambda: [_carry(one) for one in rec.carry]),
        "margin": _if_told(lambda: None if rec.margin is None else _rows(rec.margin)),
        "stress": _if_told(lambda: _rows(rec.stress)),
        "tails": _if_told(lambda: _plain(rec.tails.to_dict())),
        "tail_dependence": _if_told(
            lambda: rec.tail_dependence and _plain(rec.tail_dependence.to_dict())
        ),
        "reasons": rec.reasons,
        "model": describe(book.fit.model),
        "settings": _settings(rec.settings),
        "data": data_of(rec),
        "versions": versions(),
    }


def _if_told(part: Callable[[], Any]) -> Any:
    """A part of the record, or None where the book does not allow it; the reasons then say why."""
    try:
        return part()
    except DataError:
        return None


def _carry(carry: Carry) -> dict[str, Any]:
    names = (
        "instrument",
        "source",
        "ratio",
        "rate_per_year",
        "z_score",
        "per_year",
        "roll_cost_per_year",
        "round_trip_cost",
        "break_even_days",
        "break_even_move",
        "sentence",
    )
    return {name: _plain(getattr(carry, name)) for name in names}


def _settings(settings: Settings) -> dict[str, Any]:
    """What was asked, but for the backtest, whose findings are told."""
    named = ("objective", "limits", "rebalancing", "margin")
    return {name: describe(getattr(settings, name)) for name in named} | {
        "level": float(settings.level),
        "seed": int(settings.seed),
    }


def data_of(rec: Recommendation) -> dict[str, Any]:
    """Where the data come from, and a hash of all that was used: table, mappings of the market, terms of contracts."""
    market = rec.book.market
    table = market.table
    digest = hashlib.sha256(np.ascontiguousarray(table.to_numpy()).tobytes())
    digest.update("\n".join([*map(str, table.columns), *map(str, table.index)]).encode())
    digest.update(json.dumps([mappings_of(rec), terms_of(rec)], sort_keys=True).encode())
    return {
        "source": str(market.attrs.get("source", "")),
        "first": day(table.index[0]),
        "last": day(table.index[-1]),
        "rows": len(table),
        "columns": [str(name) for name in table.columns],
        "sha256": digest.hexdigest(),
    }


def mappings_of(rec: Recommendation) -> dict[str, Any]:
    """What converts, is paid and is delivered, by asset or instrument: columns of the table, or numbers."""
    market = rec.book.market
    given = {name: getattr(market, name) for name in ("rates", "funding", "underlying")}
    return {
        name: {key: _written(value) for key, value in mapping.items()}
        for name, mapping in given.items()
    }


def terms_of(rec: Recommendation) -> dict[str, dict[str, Any]]:
    """Kind and terms of each instrument, by name."""
    return {one.name: _terms(one) for one in rec.book.terms}


def _terms(instrument: Terms) -> dict[str, Any]:
    names = [field.name for field in fields(instrument) if field.name != "name"]
    return {"kind": type(instrument).__name__} | {
        name: _written(getattr(instrument, name)) for name in names
    }


def _written(value: Any) -> Any:
    """A term for JSON: a date as text, a number as the same whether it was given as 1 or 1.0."""
    if isinstance(value, pd.Timestamp):
        return day(value)
    return float(value) if isinstance(value, int | np.integer) else _plain(value)


def versions() -> dict[str, str]:
    """Of what the numbers were made with."""
    return {"hedgeresearch": VERSION, "python": platform.python_version()} | {
        name: version(name) for name in LIBRARIES
    }


def _rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(name): _plain(row.to_dict()) for name, row in table.iterrows()}


def _interval(found: Any) -> dict[str, float]:
    return {
        "effectiveness": found.difference,
        "lower": found.lower,
        "upper": found.upper,
        "level": found.level,
    }


def _plain(value: Any) -> Any:
    """Lists, dictionaries and numbers that JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
