r"""Carry of a hedge: what holding it earns or costs per year, apart from what it hedges.

.. math:: c = h \, k - 2 \, |h| \, a \, (s + e)

with h the ratio sold, k what one notional of the hedge earns per year when short (the annualized
basis of a future, the funding of a perpetual contract: see ``carry_rates``), s half the spread,
e the fee (with a fee per contract divided by the worth of one) and a the number of rolls per year,
each of which closes one contract and opens another. What is not known of s and e counts as zero.

c is signed for the position held: positive is earned, negative paid. Where it is earned,
``break_even_days`` is how long it takes to pay for opening and closing once,
365 x 2 |h| (s + e) / c. Where it is paid, ``break_even_move`` is the move of the hedge per year
whose gain equals it, -c / |h|: a fall for a short position, a rise for a long one. A hedger who
expects a smaller move gives up mean return for the variance that the hedge removes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.instruments.carry_rates import (
    DAYS_PER_YEAR,
    annualized_funding,
    check_window,
    funding_doubt,
    years_left,
    z_scores,
)
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.instruments.terms import Terms, on_clock_of
from hedgeresearch.typing import Array

MIN_HISTORY = 3
"""Minimum number of values from which a carry is computed."""
MOSTLY_ZERO = 0.5
"""Share of rates that are not zero below which zeros are times without a payment."""
NEAR_EXPIRY = 14.0
"""Days to expiry up to which a basis is not given per year: that would multiply its noise."""
EXACT_BASIS = 1e-10
"""Size of a residual, relative to the largest basis, which is rounding."""
NEGLIGIBLE_Z_SCORE = 0.05
"""Size of a z-score below which the sentence says "near its mean"."""


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True, repr=False)
class Carry:
    """Earnings or costs of a hedge per year, as shares of the notional of the asset.

    Attributes
    ----------
    instrument : name of the hedge
    as_of : last date of the history
    source : "basis" or "funding"
    ratio : units sold per unit of the asset; negative is long
    rate_per_year : what one notional of the hedge earns per year when short: annualized basis, or
        funding
    z_score : distance of the last value of the history from those before it, in standard
        deviations, zeros between payments of funding left out; for a future with an expiry distance
        of its basis from that of the past rate, as noise divided by little time would look large;
        None where these are all equal
    roll_cost_per_year : cost of changing contracts; negative for a net rebate
    round_trip_cost : cost of opening and closing once; 0.0 where no costs were given
    costs_given : whether a fee or a half spread was given, be it zero
    days_left : days from ``as_of`` to the expiry of a future; None without one
    doubt : what looks wrong in the unit or the rhythm of funding rates, or ""

    Examples
    --------
    >>> from textwrap import fill
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2024-01-01", periods=4, freq="8h")
    >>> rates = pd.Series([0.0001, 0.0002, 0.0003, 0.0002], dates)
    >>> perpetual = hr.InverseContract("COIN_PERP", 100, fee=0.0005, funding="8-hourly")
    >>> carry = hr.instruments.hedge_carry(perpetual, rates)
    >>> round(carry.per_year, 3), carry.to_expiry
    (0.219, None)
    >>> round(carry.break_even_days, 1), carry.break_even_move
    (1.7, None)
    >>> print(fill(carry.sentence, 80))
    COIN_PERP, short 1 of the asset: funding of 21.90% a year (latest value near its
    mean) earns 21.90% of the asset a year; round-trip cost 0.10%, recovered in 1.7
    days.
    """

    instrument: str
    as_of: Any
    source: Literal["basis", "funding"]
    ratio: float
    rate_per_year: float
    z_score: float | None
    roll_cost_per_year: float
    round_trip_cost: float
    costs_given: bool = True
    days_left: float | None = None
    doubt: str = ""

    @property
    def per_year(self) -> float:
        """Share of the asset's notional per year after rolling: positive is earned."""
        return self.ratio * self.rate_per_year - self.roll_cost_per_year

    @property
    def to_expiry(self) -> float | None:
        """Share that one notional earns when short until an expiry within two weeks, else None."""
        if self.days_left is None or self.days_left > NEAR_EXPIRY:
            return None
        return self.rate_per_year * self.days_left / DAYS_PER_YEAR

    @property
    def break_even_days(self) -> float | None:
        """Days until the carry has paid for opening and closing.

        0.0 where that costs nothing, None where nothing is earned or no costs were given.
        """
        if self.per_year <= 0.0 or not self.costs_given:
            return None
        return DAYS_PER_YEAR * max(self.round_trip_cost, 0.0) / self.per_year

    @property
    def break_even_move(self) -> float | None:
        """Move of the hedge per year, as a share of its price, whose gain equals what is paid.

        None where the carry is earned.
        """
        return None if self.per_year > 0.0 else abs(self.per_year / self.ratio)

    def __repr__(self) -> str:
        return f"Carry({self.sentence})"

    @property
    def sentence(self) -> str:
        """The carry in words."""
        return _sentence(self)


@exported_by("hedgeresearch.instruments")
def hedge_carry(
    instrument: Terms,
    history: pd.Series[float],
    ratio: float = 1.0,
    *,
    window: int | None = None,
    periods_per_year: float | None = None,
    rolls_per_year: float = 0.0,
    worth: float | None = None,
) -> Carry:
    """Return what a hedge earns or pays per year, after its last basis or past funding.

    Parameters
    ----------
    instrument : contract whose fee and half spread are the costs; a perpetual contract has funding
    history : Series (n_dates,), n_dates >= 3, annualized basis of a future, of one contract if the
        instrument has an expiry, or funding rates of a perpetual contract, what a long position
        pays per period
    ratio : float, units sold per unit of the asset; negative is long
    window : int, number of funding rates to average, and of values before the last one that its
        z-score is computed from; all if None
    periods_per_year : float, funding periods per year; None counts the time that passed, see
        ``annualized_funding``
    rolls_per_year : float, how often a future is replaced by the next one, such as 4 for quarterly
        contracts
    worth : float > 0, value of one contract in the currency of its payoff now,
        ``instrument.worth(price)``; needed where the fee is per contract

    Warns
    -----
    DataWarning
        If funding is paid more often than its rhythm, or is more than 200% a year.

    Raises
    ------
    DataError
        If the instrument is a spot instrument, the ratio is zero, the history is shorter than the
        window, funding has no dates that show how often it is paid, or an argument belongs to the
        other kind of contract.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2024-01-01", periods=4, freq="8h")
    >>> rates = pd.Series([0.0001, 0.0002, 0.0003, 0.0002], dates)
    >>> perpetual = hr.InverseContract("COIN_PERP", 100, fee=0.0005, funding="8-hourly")
    >>> hr.instruments.hedge_carry(perpetual, rates)
    Carry(COIN_PERP, short 1 of the asset: funding of 21.90% a year (latest value near its mean)
    earns 21.90% of the asset a year; round-trip cost 0.10%, recovered in 1.7 days.)
    """
    _check_position(instrument, ratio, rolls_per_year)
    if instrument.funding is None:
        _refuse_periods(instrument, periods_per_year)
    past = one_series(history, "history", minimum_rows=MIN_HISTORY)
    span = len(past) - 1 if window is None else window
    check_window(span, len(past))
    left = _years_left(instrument, past.index)
    doubt = ""
    rate = float(past.iloc[-1])
    if instrument.funding is not None:
        rate = annualized_funding(past, periods_per_year, window)
        rhythm = instrument.funding if periods_per_year is None else ""
        doubt = funding_doubt(instrument.name, rhythm, past, rate)
    if doubt:
        warn_caller(doubt, DataWarning)
    last_z_score = _last_z_score(instrument, past.to_numpy()[-span - 1 :], left)
    cost = 2.0 * abs(ratio) * _cost_share(instrument, worth)
    return Carry(
        instrument=instrument.name,
        as_of=past.index[-1],
        source="basis" if instrument.funding is None else "funding",
        ratio=float(ratio),
        rate_per_year=rate,
        z_score=last_z_score if math.isfinite(last_z_score) else None,
        roll_cost_per_year=rolls_per_year * cost,
        round_trip_cost=cost,
        costs_given=instrument.has_costs,
        days_left=None if left is None else float(left[-1] * DAYS_PER_YEAR),
        doubt=doubt,
    )


def _refuse_periods(instrument: Terms, periods_per_year: float | None) -> None:
    if periods_per_year is not None:
        raise DataError(
            f"periods_per_year belongs to funding; {instrument.name!r} has none. Leave it out."
        )


def _last_z_score(instrument: Terms, rates: Array, left: Array | None) -> float:
    """Return the z-score of the last of rates (n_dates,), NaN where those before it are equal."""
    compared = rates if instrument.funding is None else _payments(rates)
    if left is not None:
        compared = _basis_residuals(rates, left[-len(rates) :])
    return float(z_scores(compared, len(compared) - 1)[0])


def _years_left(instrument: Terms, dates: pd.Index[Any]) -> Array | None:
    """Return the years to expiry of dates (n_dates,); None without an expiry after them."""
    if instrument.expiry is None or not isinstance(dates, pd.DatetimeIndex):
        return None
    expiry = on_clock_of(pd.Timestamp(instrument.expiry), dates[-1])
    return years_left(dates, expiry) if dates[-1] < expiry else None


def _basis_residuals(rates: Array, left: Array) -> Array:
    """Return what the basis is above that of its mean rate before the last date, (n_dates,).

    Its noise does not depend on the time left, where that of the rates grows towards expiry. The
    mean rate is the least-squares slope of the basis on the time left.

    Parameters
    ----------
    rates : array (n_dates,), annualized basis
    left : array (n_dates,), years to expiry
    """
    basis = rates * left
    slope = basis[:-1] @ left[:-1] / (left[:-1] @ left[:-1])
    residuals = basis - slope * left
    exact = np.abs(residuals) <= EXACT_BASIS * np.abs(basis).max()
    return np.where(exact, 0.0, residuals)


def _payments(rates: Array) -> Array:
    """Return funding rates (n_periods,) without the zeros between payments."""
    paid = rates[rates != 0.0]
    between = len(paid) < MOSTLY_ZERO * len(rates)
    return paid if between and len(paid) >= MIN_HISTORY else rates


def _cost_share(instrument: Terms, worth: float | None) -> float:
    """Return fee and half spread as a share of the worth of one contract."""
    if not instrument.fee_per_contract:
        return instrument.cost_share
    if worth is None:
        raise DataError(
            f"worth must be given for {instrument.name!r}, whose fee is per contract; got None. "
            "Pass instrument.worth(price), the value of one contract."
        )
    check_between(worth, "worth", 0.0, math.inf)
    return float(instrument.trading_cost(worth) / worth)


def _check_position(instrument: Terms, ratio: float, rolls_per_year: float) -> None:
    if not isinstance(instrument, Terms) or isinstance(instrument, Spot):
        raise DataError(
            f"instrument must be a contract, such as LinearContract(...); got {instrument!r}."
        )
    if isinstance(instrument, OptionTerms):
        raise DataError(
            f"instrument must be a future or a perpetual; got the option {instrument.name!r}, "
            "whose carry is its theta: hr.options.greeks(...).theta."
        )
    check_between(ratio, "ratio", -math.inf, math.inf)
    if ratio == 0.0:
        raise DataError("ratio must not be zero; nothing is held.")
    check_between(rolls_per_year, "rolls_per_year", -math.inf, math.inf)
    perpetual = instrument.funding is not None
    if rolls_per_year < 0.0 or (perpetual and rolls_per_year > 0.0):
        raise DataError(
            "rolls_per_year must be 0 for a perpetual and not negative for a future; got "
            f"{rolls_per_year:g} for {instrument.name!r}."
        )


def _sentence(carry: Carry) -> str:
    side = "short" if carry.ratio > 0 else "long"
    opening = f"{carry.instrument}, {side} {abs(carry.ratio):.3g} of the asset"
    rate = f"{carry.source} of {carry.rate_per_year:.2%} a year{_deviation(carry)}"
    costs = f"round-trip cost {carry.round_trip_cost:.2%}"
    if not carry.costs_given:
        costs = "no trading costs were given"
    if carry.to_expiry is not None and carry.days_left is not None:
        earned = carry.ratio * carry.to_expiry
        return (
            f"{opening}: {carry.source} of {carry.to_expiry:.2%} to expiry in "
            f"{_days_text(carry.days_left)}{_deviation(carry)} "
            f"{'earns' if earned > 0.0 else 'costs'} {abs(earned):.2%} of the asset by then; "
            f"{costs}."
        )
    if carry.per_year > 0.0:
        days = carry.break_even_days
        recovered = "" if days is None else f", recovered in {_days_text(days)}"
        return (
            f"{opening}: {rate} earns {carry.per_year:.2%} of the asset a year; {costs}{recovered}."
        )
    direction = "fall" if carry.ratio > 0 else "rise"
    return (
        f"{opening}: {rate} costs {abs(carry.per_year):.2%} of the asset a year; a "
        f"{direction} of the hedge by {carry.break_even_move:.2%} a year would offset it; {costs}."
    )


def _days_text(days: float) -> str:
    """Return a number of days in words."""
    return "less than a day" if days < 1.0 else f"{days:.1f} days"


def _deviation(carry: Carry) -> str:
    """Return how far the last value is from those before it, in words."""
    if carry.z_score is None:
        return ""
    if abs(carry.z_score) < NEGLIGIBLE_Z_SCORE:
        return " (latest value near its mean)"
    mean = "its past mean" if carry.days_left is None else "that of its past rate"
    return f" (latest value {carry.z_score:+.1f} standard deviations from {mean})"
