"""A recommendation as plain values, after ``schema.json``."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day, describe
from hedgeresearch._version import VERSION
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.carry import Carry
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.evidence.confidence import Confidence
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.options.option_book import OptionBook
from hedgeresearch.recommendation.inputs.options.option_quotes import OptionQuotes
from hedgeresearch.recommendation.inputs.settings import RecommendationSettings
from hedgeresearch.recommendation.narrative.decision import decision_sentences, trades_anything
from hedgeresearch.recommendation.narrative.reasons import list_reasons
from hedgeresearch.recommendation.onchain_record import onchain_as_dict, oracles_as_dict
from hedgeresearch.recommendation.order_list import list_option_orders, list_orders
from hedgeresearch.recommendation.plain_values import (
    backtest_as_dict,
    horizon_as_dict,
    plain_rows,
    plain_rows_or_none,
    plain_value,
    regime_alternative_as_dict,
)

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
    orders = [*list_option_orders(problem), *list_orders(problem.names, plan)]
    return {
        "schema": SCHEMA,
        "as_of": day(problem.market.last_date),
        "action": "trade" if trades_anything(problem, plan) else "hold",
        "decision": decision_sentences(assessment),
        "currency": assessment.currency or None,
        "orders": [plain_value(order._asdict()) for order in orders],
        "position": {
            "units": dict(problem.position.units),
            "value": valuation.value,
            "net_value": valuation.net_value,
        },
        "instruments": plain_rows(assessment.summary),
        "terms": _terms_by_name(problem.terms),
        "market": _market_mappings(problem.market),
        "horizon": horizon_as_dict(assessment.horizon, assessment.spacing),
        "volatility": plain_value(assessment.volatility.to_dict()),
        "regimes": None if regimes is None else plain_rows(regimes),
        "regime_alternative": _if_available(
            lambda: regime_alternative_as_dict(assessment.regime_alternative)
        ),
        "confidence": _confidence(assessment.confidence),
        **_risks(assessment),
        **_options(assessment),
        **_liquidity_records(problem.liquidity),
        **_onchain(assessment),
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
        "margin": _if_available(lambda: plain_rows_or_none(assessment.margin)),
        "stress": _if_available(lambda: plain_rows(assessment.stress)),
        "tails": _if_available(lambda: plain_value(assessment.tails.to_dict())),
        "tail_dependence": _if_available(
            lambda: assessment.tail_dependence and plain_value(assessment.tail_dependence.to_dict())
        ),
        "variance_sources": _if_available(
            lambda: assessment.variance_sources and assessment.variance_sources.to_dict()
        ),
        "correlation_breakdown": _if_available(
            lambda: assessment.correlation_breakdown and assessment.correlation_breakdown.to_dict()
        ),
    }


def _options(assessment: Assessment) -> dict[str, Any]:
    """Return the part on options, which a book without them does not have."""
    book = assessment.problem.options
    quotes = assessment.problem.market.quotes
    if book is None or quotes is None:
        return {}
    return {"options": _if_available(lambda: _option_record(assessment, book, quotes))}


def _onchain(assessment: Assessment) -> dict[str, Any]:
    """Return the part on pools and loans, which a position without them does not have."""
    if assessment.problem.onchain is None:
        return {}
    return {"onchain": _if_available(lambda: onchain_as_dict(assessment))}


def _option_record(assessment: Assessment, book: OptionBook, quotes: OptionQuotes) -> Any:
    risk = assessment.options
    if risk is None:
        return None
    grid = risk.grid.rename(columns=_as_key)
    revaluation = risk.revaluation
    margin = risk.margin
    return {
        "delta": risk.convention,
        "moment": str(risk.moment),
        "underlying": risk.underlying,
        "terms": {one.name: _option_terms(one) for one in book.options},
        "quotes": _quotes(quotes),
        "contracts": plain_rows(risk.options),
        "exposure": plain_rows(risk.exposure),
        "grid": [plain_value(row) for row in grid.to_dict("records")],
        "revaluation": None if revaluation is None else plain_value(revaluation.to_dict()),
        "margin": None if margin is None else plain_value(margin.rename(_as_key).to_dict()),
    }


def _as_key(name: str) -> str:
    return name.replace(" ", "_")


def _option_terms(option: OptionTerms) -> dict[str, Any]:
    """Return the class and the terms of an option; its kind is "call" or "put"."""
    names = [field.name for field in fields(option) if field.name not in ("name", "expiry")]
    terms = {name: _term(getattr(option, name)) for name in names}
    return {"class": type(option).__name__, "expiry": str(option.expiry)} | terms


def _liquidity_records(liquidity: Mapping[str, Liquidity]) -> dict[str, Any]:
    """Return the part on measured costs and capacities; nothing where nothing was measured."""
    if not liquidity:
        return {}
    return {"liquidity": {name: _liquidity(one) for name, one in liquidity.items()}}


def _liquidity(liquidity: Liquidity) -> dict[str, Any]:
    """Return what was measured; an unlimited capacity is None."""
    return {
        "half_spread": liquidity.half_spread,
        "impact": float(liquidity.impact),
        "capacity": plain_value(float(liquidity.capacity)),
        "within": liquidity.within,
        "flag": liquidity.flag,
        "distrust": float(liquidity.distrust) if liquidity.flag else None,
    }


def _if_available(part: Callable[[], Any]) -> Any:
    """Return a part of the record, or None where it is not available; the reasons say why."""
    try:
        return part()
    except DataError:
        return None


def _confidence(confidence: Confidence) -> dict[str, Any]:
    one_to_one_hedge = confidence.one_to_one_hedge
    return {
        "level": confidence.level,
        "ratios": plain_rows(confidence.ratios),
        "interval_note": confidence.interval_note,
        "one_to_one": [] if one_to_one_hedge is None else [one_to_one_hedge],
        "by_model": plain_rows_or_none(confidence.by_model),
        "expected_effectiveness": plain_value(confidence.expected_effectiveness),
        **backtest_as_dict(confidence.backtest),
    }


def _carry(carry: Carry) -> dict[str, Any]:
    return {
        "instrument": carry.instrument,
        "source": carry.source,
        "ratio": plain_value(carry.ratio),
        "rate_per_year": plain_value(carry.rate_per_year),
        "z_score": plain_value(carry.z_score),
        "per_year": plain_value(carry.per_year),
        "roll_cost_per_year": plain_value(carry.roll_cost_per_year),
        "round_trip_cost": plain_value(carry.round_trip_cost) if carry.costs_given else None,
        "costs_given": carry.costs_given,
        "break_even_days": plain_value(carry.break_even_days),
        "break_even_move": plain_value(carry.break_even_move),
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
        "defaults": [describe(one) for one in settings.defaults],
    }


def data_as_dict(market: Market, terms: list[Terms]) -> dict[str, Any]:
    """Return where the data come from, and a hash of the table, the mappings and the terms."""
    table = market.table
    digest = hashlib.sha256(np.ascontiguousarray(table.to_numpy()).tobytes())
    digest.update("\n".join([*map(str, table.columns), *map(str, table.index)]).encode())
    inputs: list[Any] = [_market_mappings(market), _terms_by_name(terms)]
    if market.quotes is not None:
        inputs.append(_quotes(market.quotes))
    if market.oracles is not None:
        inputs.append(oracles_as_dict(market.oracles))
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


def _quotes(quotes: OptionQuotes) -> dict[str, Any]:
    """Return what options are valued at: columns of the table, or numbers, and the moment."""
    links = {
        "volatilities": quotes.volatilities,
        "forwards": quotes.forwards or {},
        "discounts": quotes.discounts or {},
    }
    return {
        name: {key: _term(value) for key, value in mapping.items()}
        for name, mapping in links.items()
    } | {"moment": None if quotes.moment is None else str(quotes.moment)}


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
    return float(value) if isinstance(value, int | np.integer) else plain_value(value)


def software_versions() -> dict[str, str]:
    """Return the versions of the software that made the numbers, as far as it is installed."""
    versions = {"hedgeresearch": VERSION, "python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions
