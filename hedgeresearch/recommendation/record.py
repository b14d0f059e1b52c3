"""A recommendation as plain values, after ``schema.json``."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Callable
from dataclasses import fields
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day, describe
from hedgeresearch._version import VERSION
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.difference_interval import DifferenceInterval
from hedgeresearch.instruments.carry import Carry
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.confidence import Confidence
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.settings import RecommendationSettings
from hedgeresearch.recommendation.narrative.decision import decision_sentences
from hedgeresearch.recommendation.narrative.reasons import list_reasons
from hedgeresearch.recommendation.order_list import list_orders

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "arch", "hmmlearn")
"""Libraries whose versions a record names."""
SCHEMA = "hedgeresearch/recommendation/2"
"""Identifier of the schema, with its version."""


def record_as_dict(assessment: Assessment) -> dict[str, Any]:
    """Return everything that a recommendation says.

    Numbers that do not exist, and parts that are not available, are None.
    """
    problem = assessment.problem
    valuation = assessment.valuation
    plan = assessment.plan
    regimes = assessment.regimes
    return {
        "schema": SCHEMA,
        "as_of": day(problem.market.last_date),
        "action": "trade" if plan.trades.any() else "hold",
        "decision": decision_sentences(assessment),
        "currency": assessment.currency or None,
        "orders": [order._asdict() for order in list_orders(problem.names, plan)],
        "position": {
            "units": dict(problem.position.units),
            "value": valuation.value,
            "net_value": valuation.net_value,
        },
        "instruments": _rows(assessment.summary),
        "terms": _terms_by_name(problem.terms),
        "market": _market_mappings(problem.market),
        "volatility": _plain(assessment.volatility.to_dict()),
        "regimes": None if regimes is None else _rows(regimes),
        "confidence": _confidence(assessment.confidence),
        **_risks(assessment),
        "reasons": list_reasons(assessment),
        "model": describe(problem.fit.model),
        "settings": _settings(assessment.settings),
        "data": data_as_dict(problem.market, problem.terms),
        "versions": software_versions(),
    }


# --- findings ---


def _risks(assessment: Assessment) -> dict[str, Any]:
    """Return the parts that some problems do not allow."""
    return {
        "carry": _if_available(lambda: [_carry(one) for one in assessment.carry]),
        "margin": _if_available(lambda: _rows_or_none(assessment.margin)),
        "stress": _if_available(lambda: _rows(assessment.stress)),
        "tails": _if_available(lambda: _plain(assessment.tails.to_dict())),
        "tail_dependence": _if_available(
            lambda: assessment.tail_dependence and _plain(assessment.tail_dependence.to_dict())
        ),
    }


def _if_available(part: Callable[[], Any]) -> Any:
    """Return a part of the record, or None where it is not available; the reasons say why."""
    try:
        return part()
    except DataError:
        return None


def _confidence(confidence: Confidence) -> dict[str, Any]:
    found = confidence.out_of_sample
    one_to_one_hedge = confidence.one_to_one_hedge
    return {
        "level": confidence.level,
        "ratios": _rows(confidence.ratios),
        "interval_note": confidence.interval_note,
        "one_to_one": [] if one_to_one_hedge is None else [one_to_one_hedge],
        "by_model": _rows_or_none(confidence.by_model),
        "expected_effectiveness": confidence.expected_effectiveness,
        "out_of_sample": None if found is None else _interval(found),
    }


def _interval(found: DifferenceInterval) -> dict[str, float]:
    return {
        "effectiveness": found.difference,
        "lower": found.lower,
        "upper": found.upper,
        "confidence": found.confidence,
    }


def _carry(carry: Carry) -> dict[str, Any]:
    return {
        "instrument": carry.instrument,
        "source": carry.source,
        "ratio": _plain(carry.ratio),
        "rate_per_year": _plain(carry.rate_per_year),
        "z_score": _plain(carry.z_score),
        "per_year": _plain(carry.per_year),
        "roll_cost_per_year": _plain(carry.roll_cost_per_year),
        "round_trip_cost": _plain(carry.round_trip_cost),
        "costs_given": carry.costs_given,
        "break_even_days": _plain(carry.break_even_days),
        "break_even_move": _plain(carry.break_even_move),
        "sentence": carry.sentence,
    }


# --- what the recommendation is made from ---


def _settings(settings: RecommendationSettings) -> dict[str, Any]:
    """Return the settings, apart from the backtest, whose findings are in the record."""
    return {
        "objective": describe(settings.objective),
        "limits": describe(settings.limits),
        "rebalancing": describe(settings.rebalancing),
        "margin": describe(settings.margin),
        "confidence": float(settings.confidence),
        "seed": int(settings.seed),
    }


def data_as_dict(market: Market, terms: list[Terms]) -> dict[str, Any]:
    """Return where the data come from, and a hash of the table, the mappings and the terms."""
    table = market.table
    digest = hashlib.sha256(np.ascontiguousarray(table.to_numpy()).tobytes())
    digest.update("\n".join([*map(str, table.columns), *map(str, table.index)]).encode())
    inputs = [_market_mappings(market), _terms_by_name(terms)]
    digest.update(json.dumps(inputs, sort_keys=True).encode())
    return {
        "source": str(market.attrs.get("source", "")),
        "first": day(table.index[0]),
        "last": day(table.index[-1]),
        "rows": len(table),
        "columns": [str(name) for name in table.columns],
        "sha256": digest.hexdigest(),
    }


def _market_mappings(market: Market) -> dict[str, Any]:
    """Return rates, funding and underlyings: columns of the table, or numbers."""
    mappings = {
        "rates": market.rates,
        "funding": market.funding,
        "underlying": market.underlying,
    }
    return {
        name: {key: _term(value) for key, value in mapping.items()}
        for name, mapping in mappings.items()
    }


def _terms_by_name(instruments: list[Terms]) -> dict[str, dict[str, Any]]:
    """Return the kind and the terms of each instrument."""
    return {one.name: _terms(one) for one in instruments}


def _terms(instrument: Terms) -> dict[str, Any]:
    names = [field.name for field in fields(instrument) if field.name != "name"]
    terms = {name: _term(getattr(instrument, name)) for name in names}
    return {"kind": type(instrument).__name__} | terms


def _term(value: Any) -> Any:
    """Return a term for JSON: a date as text, 1 and 1.0 as the same number."""
    if isinstance(value, pd.Timestamp):
        return day(value)
    return float(value) if isinstance(value, int | np.integer) else _plain(value)


def software_versions() -> dict[str, str]:
    """Return the versions of the software that made the numbers."""
    ours = {"hedgeresearch": VERSION, "python": platform.python_version()}
    return ours | {name: version(name) for name in LIBRARIES}


# --- plain values ---


def _rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(name): _plain(row.to_dict()) for name, row in table.iterrows()}


def _rows_or_none(table: pd.DataFrame | None) -> dict[str, dict[str, Any]] | None:
    return None if table is None else _rows(table)


def _plain(value: Any) -> Any:
    """Return lists, dictionaries and numbers that JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
