r"""What holding a hedge earns or costs a year, apart from what it hedges.

.. math:: c = h \, k - 2 \, |h| \, a \, (s + e)

with h the ratio sold, k what one notional of the hedge earns a year when short (the annualised basis of a future, the
funding of a perpetual: see ``carry_rates``), s half the spread, e the fee and a the rolls a year, each of which closes
one contract and opens another.

c is signed for the position held: positive is earned, negative paid. Where it is earned, ``break_even_days`` is how
long it takes to pay for opening and closing once, 365 x 2 |h| (s + e) / c. Where it is paid, ``break_even_move`` is
the move of the hedge a year whose gain equals it, -c / |h|: a fall for a short, a rise for a long one. Who expects a
smaller move pays from the mean for the variance that the hedge removes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.carry_rates import DAYS, annualized_funding, check_window, z_scores
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.instruments.terms import Terms

NEAR = 0.05
"""Standard deviations that are written as none."""


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True, repr=False)
class Carry:
    """What a hedge earns or pays a year, as shares of the notional of the asset.

    Attributes
    ----------
    instrument : name of the hedge
    as_of : last date of the history
    source : "basis" or "funding"
    ratio : sold per unit of the asset; negative is long
    rate_per_year : what one notional of the hedge earns a year when short: annualised basis, or funding
    z_score : of the last value of the history among those before it, in standard deviations; None where these are alike
    roll_cost_per_year : of changing contracts, positive
    round_trip_cost : of opening and closing once, positive
    """

    instrument: str
    as_of: Any
    source: Literal["basis", "funding"]
    ratio: float
    rate_per_year: float
    z_score: float | None
    roll_cost_per_year: float
    round_trip_cost: float

    @property
    def per_year(self) -> float:
        """Share of the asset's notional a year, after rolling: positive is earned, negative paid."""
        return self.ratio * self.rate_per_year - self.roll_cost_per_year

    @property
    def break_even_days(self) -> float | None:
        """Days until what is earned has paid for opening and closing; None where nothing is earned."""
        return DAYS * self.round_trip_cost / self.per_year if self.per_year > 0.0 else None

    @property
    def break_even_move(self) -> float | None:
        """Move of the hedge a year, as a share of its price, whose gain equals what is paid; None where it earns."""
        return None if self.per_year > 0.0 else abs(self.per_year / self.ratio)

    def __repr__(self) -> str:
        return f"Carry({self.sentence})"

    @property
    def sentence(self) -> str:
        """The carry in plain words."""
        position = (
            f"{abs(self.ratio):.3g} {self.instrument} {'short' if self.ratio > 0 else 'long'}"
        )
        found = f"{self.source} of {self.rate_per_year:.2%} a year"
        if self.z_score is not None:
            near = abs(self.z_score) < NEAR
            away = (
                "near its mean"
                if near
                else f"{self.z_score:+.1f} standard deviations from its past"
            )
            found += f" (the last one {away})"
        if self.break_even_days is not None:
            return (
                f"{position}: {found} earns {self.per_year:.2%} of the asset a year; opening and closing costs "
                f"{self.round_trip_cost:.2%}, earned in {self.break_even_days:.1f} days."
            )
        direction = "fall" if self.ratio > 0 else "rise"
        return (
            f"{position}: {found} costs {abs(self.per_year):.2%} of the asset a year, what a {direction} of "
            f"{self.break_even_move:.2%} a year brings in; opening and closing costs {self.round_trip_cost:.2%}."
        )


@exported_by("hedgeresearch.instruments")
def hedge_carry(
    instrument: Terms,
    history: pd.Series[float],
    ratio: float = 1.0,
    *,
    window: int | None = None,
    periods_per_year: float | None = None,
    rolls_per_year: float = 0.0,
) -> Carry:
    """What a hedge earns or pays a year, from the last annualised basis or from past funding.

    Parameters
    ----------
    instrument : a contract; its fee and half spread are the costs, its funding says whether it is a perpetual
    history : Series (n_dates,), annualised basis of a future, or funding rates of a perpetual, what a long pays per
        period; of at least three dates
    ratio : float, sold per unit of the asset; negative is long
    window : int, dates of funding that are averaged, and dates before the last one of which the z-score is made; all if
        left out
    periods_per_year : float, of the funding rates; 365 days over the median spacing of their dates if left out
    rolls_per_year : float, how often a future is changed for the next one: 4 for quarterly contracts

    Raises
    ------
    DataError
        If the instrument is a spot, the ratio is zero, the history is shorter than the window, funding has no dates
        that say how often it is paid, or an argument belongs to the other kind of contract.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> rates = pd.Series([0.0001, 0.0002, 0.0003, 0.0002], pd.date_range("2024-01-01", periods=4, freq="8h"))
    >>> hr.instruments.hedge_carry(hr.InverseContract("COIN_PERP", 100, fee=0.0005, funding="8-hourly"), rates)
    Carry(1 COIN_PERP short: funding of 21.90% a year (the last one near its mean) earns 21.90% of the asset a year;
    opening and closing costs 0.10%, earned in 1.7 days.)
    """
    _check_position(instrument, ratio, rolls_per_year)
    past = one_series(history, "history", minimum_rows=3)
    span = len(past) - 1 if window is None else window
    check_window(span, len(past))
    last_z = float(z_scores(past.to_numpy()[-span - 1 :], span)[0])
    if instrument.funding is None:
        if periods_per_year is not None:
            raise DataError(
                f"periods_per_year belongs to funding; {instrument.name!r} has none. Leave it out."
            )
        rate = float(past.iloc[-1])
    else:
        rate = annualized_funding(past, periods_per_year, window)
    cost = 2.0 * abs(ratio) * (instrument.fee + instrument.half_spread)
    return Carry(
        instrument=instrument.name,
        as_of=past.index[-1],
        source="basis" if instrument.funding is None else "funding",
        ratio=float(ratio),
        rate_per_year=rate,
        z_score=last_z if math.isfinite(last_z) else None,
        roll_cost_per_year=rolls_per_year * cost,
        round_trip_cost=cost,
    )


def _check_position(instrument: Terms, ratio: float, rolls_per_year: float) -> None:
    if not isinstance(instrument, Terms) or isinstance(instrument, Spot):
        raise DataError(
            f"instrument must be a contract, such as LinearContract(...); got {instrument!r}."
        )
    check_between(ratio, "ratio", -math.inf, math.inf)
    if ratio == 0.0:
        raise DataError("ratio must not be zero; nothing is held.")
    check_between(rolls_per_year, "rolls_per_year", -math.inf, math.inf)
    if rolls_per_year < 0.0 or (rolls_per_year > 0.0 and instrument.funding is not None):
        raise DataError(
            f"rolls_per_year must be 0 for a perpetual and not negative for a future; got {rolls_per_year:g} for "
            f"{instrument.name!r}."
        )
