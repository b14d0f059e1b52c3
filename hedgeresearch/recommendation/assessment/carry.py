"""Carry of the hedges held, and what is missing where it is not known."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pandas as pd

from hedgeresearch.instruments.carry import Carry, hedge_carry
from hedgeresearch.instruments.carry_rates import annualized_basis
from hedgeresearch.instruments.terms import Terms, on_clock_of
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

ROLLS_PER_YEAR = 4.0
"""Rolls of dated futures a year, as of quarterly contracts."""


class CarryGap(Enum):
    """Missing input for the carry of a perpetual or a dated future."""

    NO_TIMESTAMPS = "table without timestamps"
    NO_FUNDING = "no funding rates"
    NO_UNDERLYING = "no price of the underlying"
    EXPIRES = "expires on the last date"
    PRICES = "past prices that are not positive"


def carries(problem: HedgeProblem, valuation: Valuation, holdings: Array) -> list[Carry]:
    """Return the carry of each hedge held whose funding, or basis, is in the market.

    Dated futures are assumed to be rolled four times a year, as quarterly ones are.
    """
    market = problem.market
    found = []
    for one, contracts, notional in zip(problem.terms, holdings, valuation.notionals, strict=True):
        if contracts == 0.0 or not _has_carry(one) or _carry_gap(one, market) is not None:
            continue
        sold = float(-contracts * notional / abs(valuation.value))
        funding = market.funding_rates(one.name)
        if funding is not None and one.funding is not None:
            found.append(hedge_carry(one, funding, sold))
        else:
            basis = _basis(one, market)
            found.append(hedge_carry(one, basis, sold, rolls_per_year=ROLLS_PER_YEAR))
    return found


def carry_gaps(problem: HedgeProblem, holdings: Array) -> dict[str, CarryGap]:
    """Return what is missing for the carry of hedges held, by instrument."""
    gaps = {}
    for one, contracts in zip(problem.terms, holdings, strict=True):
        gap = _carry_gap(one, problem.market) if contracts != 0.0 and _has_carry(one) else None
        if gap is not None:
            gaps[one.name] = gap
    return gaps


def expiry_in_market(expiry: Any, market: Market) -> pd.Timestamp:
    """Return an expiry in the time zone of the market; without one it is on the market's clock."""
    return on_clock_of(pd.Timestamp(expiry), market.last_date)


def _has_carry(instrument: Terms) -> bool:
    return instrument.funding is not None or instrument.expiry is not None


def _basis(instrument: Terms, market: Market) -> pd.Series[float]:
    """Return the annualized basis of a dated future."""
    table = market.table
    return annualized_basis(
        table[instrument.name],
        table[market.underlying[instrument.name]],
        expiry_in_market(instrument.expiry, market),
    )


def _carry_gap(instrument: Terms, market: Market) -> CarryGap | None:
    """Return what is missing for the carry of a perpetual or a dated future."""
    name = instrument.name
    if not isinstance(market.last_date, pd.Timestamp):
        return CarryGap.NO_TIMESTAMPS
    if instrument.funding is not None:
        return None if name in market.funding else CarryGap.NO_FUNDING
    if name not in market.underlying:
        return CarryGap.NO_UNDERLYING
    if market.last_date >= expiry_in_market(instrument.expiry, market):
        return CarryGap.EXPIRES
    prices = market.table[[name, market.underlying[name]]]
    return None if (prices > 0.0).all(axis=None) else CarryGap.PRICES
