"""Carry of the hedges held, and what is missing where it is not known."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.instruments.carry import Carry, hedge_carry
from hedgeresearch.instruments.carry_rates import annualized_basis
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.terms import Terms, on_clock_of
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.market_checks import MAX_PRICE_RATIO
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

ROLLS_PER_YEAR = 4.0
"""Rolls of dated futures a year, as of quarterly contracts."""
MIN_TIME_LEFT = pd.Timedelta(days=1)
"""Time to expiry below which a basis per year says nothing: it divides noise by hours."""


class CarryGap(Enum):
    """Missing input for the carry of a perpetual or a dated future."""

    NO_TIMESTAMPS = "table without timestamps"
    NO_FUNDING = "no funding rates"
    NO_UNDERLYING = "no price of the underlying"
    EXPIRES = "expires within a day of the last date"
    PRICES = "past prices that are not positive"
    FAR_APART = "prices of future and underlying that are far apart"
    OTHER_CURRENCY = "price of the underlying in another currency"


def carries(problem: HedgeProblem, valuation: Valuation, holdings: Array) -> list[Carry]:
    """Return the carry of each hedge held whose funding, or basis, is in the market.

    It is a share of the position's value, whatever the currencies: funding is a share of the worth
    of a contract, a basis compares two prices in one currency, and both are counted in the currency
    of the account. Dated futures are assumed to be rolled four times a year, as quarterly ones are.
    """
    market = problem.market
    found = []
    for one, traded, contracts, notional in zip(
        problem.terms, problem.instruments, holdings, valuation.notionals, strict=True
    ):
        if contracts == 0.0 or not _has_carry(one) or _carry_gap(one, problem) is not None:
            continue
        sold = float(-contracts * notional / abs(valuation.value))
        worth = abs(float(traded.worth(market.price(one.name))))
        funding = market.funding_rates(one.name)
        if funding is not None and one.funding is not None:
            found.append(hedge_carry(one, funding, sold, worth=worth))
        else:
            basis = _basis(one, problem)
            carry = hedge_carry(one, basis, sold, rolls_per_year=ROLLS_PER_YEAR, worth=worth)
            found.append(carry)
    return found


def carry_gaps(problem: HedgeProblem, holdings: Array) -> dict[str, CarryGap]:
    """Return what is missing for the carry of hedges held, by instrument."""
    gaps = {}
    for one, contracts in zip(problem.terms, holdings, strict=True):
        gap = _carry_gap(one, problem) if contracts != 0.0 and _has_carry(one) else None
        if gap is not None:
            gaps[one.name] = gap
    return gaps


def expiry_in_market(expiry: Any, market: Market) -> pd.Timestamp:
    """Return an expiry in the time zone of the market; without one it is on the market's clock."""
    return on_clock_of(pd.Timestamp(expiry), market.last_date)


def _has_carry(instrument: Terms) -> bool:
    return instrument.funding is not None or instrument.expiry is not None


def _carry_gap(instrument: Terms, problem: HedgeProblem) -> CarryGap | None:
    """Return what is missing for the carry of a perpetual or a dated future."""
    market = problem.market
    name = instrument.name
    if not isinstance(market.last_date, pd.Timestamp):
        return CarryGap.NO_TIMESTAMPS
    if instrument.funding is not None:
        return None if name in market.funding else CarryGap.NO_FUNDING
    if name not in market.underlying:
        return CarryGap.NO_UNDERLYING
    if expiry_in_market(instrument.expiry, market) - market.last_date < MIN_TIME_LEFT:
        return CarryGap.EXPIRES
    prices = market.table[[name, market.underlying[name]]]
    if not (prices > 0.0).all(axis=None):
        return CarryGap.PRICES
    return _currency_gap(instrument, problem)


# --- prices in one currency ---


def _basis(instrument: Terms, problem: HedgeProblem) -> pd.Series[float]:
    """Return the annualized basis of a dated future, of prices in one currency."""
    future, spot = _prices_in_one_currency(instrument, problem)
    dates = problem.market.table.index
    return annualized_basis(
        pd.Series(future, dates),
        pd.Series(spot, dates),
        expiry_in_market(instrument.expiry, problem.market),
    )


def _prices_in_one_currency(instrument: Terms, problem: HedgeProblem) -> tuple[Array, Array]:
    """Return prices of a future and of its underlying, (n_dates,) each.

    An underlying that is an asset of the position, or has a rate, is in a currency that is known:
    then both prices are converted into the currency of the account. Else it counts as quoted like
    the future. An inverse contract is quoted in the currency of the account, unless it says another
    one, and a quanto contract in the currency of its underlying, which its payoff does not show.
    """
    market = problem.market
    n_dates = len(market)
    name = instrument.name
    underlying = market.underlying[name]
    future = market.path(name, n_dates)
    spot = market.path(underlying, n_dates)
    if isinstance(instrument, QuantoContract) or not _currency_known(underlying, problem):
        return future, spot
    if not isinstance(instrument, InverseContract):
        future = future * market.rate_path(name, n_dates)
    return future, spot * market.rate_path(underlying, n_dates)


def _currency_known(column: str, problem: HedgeProblem) -> bool:
    return column in problem.position.units or column in problem.market.rates


def _currency_gap(instrument: Terms, problem: HedgeProblem) -> CarryGap | None:
    """Return why prices of a future and of its underlying cannot be compared."""
    market = problem.market
    underlying = market.underlying[instrument.name]
    known = _currency_known(underlying, problem)
    if isinstance(instrument, InverseContract) and instrument.quote is not None and known:
        return CarryGap.OTHER_CURRENCY
    future, spot = _prices_in_one_currency(instrument, problem)
    apart = abs(float(np.median(np.log(future / spot))))
    if apart > math.log(MAX_PRICE_RATIO):
        return CarryGap.FAR_APART
    converted = instrument.name in market.rates and isinstance(instrument, LinearContract)
    if known or not converted:
        return None
    # closer once the future is converted: the underlying is in the currency of the account
    rates = market.rate_path(instrument.name, len(market))
    closer = abs(float(np.median(np.log(future * rates / spot)))) < 0.5 * apart
    return CarryGap.OTHER_CURRENCY if closer else None
