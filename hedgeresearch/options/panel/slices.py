"""Smiles of single expiries in a panel: polynomials of the volatility, at the money and beyond.

A slice is the rows of one date and one expiry. Its volatilities are regressed on a quadratic in
u = ln(K / F) / (s root T), s their mean, with weights exp(-u^2 / 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.typing import Array, Indices

MIN_STRIKES = 3
"""Strikes that a quadratic needs."""
SAME_STRIKE = 1e-9
"""Relative difference up to which two strikes are the same."""


@dataclass(frozen=True, eq=False)
class Slices:
    """Slices of a panel.

    Attributes
    ----------
    number : array (n_rows,), slice of each row
    day, expiry : arrays (n_slices,), position of its date and years to expiry
    n_strikes : array (n_slices,), number of different strikes
    """

    number: Indices
    day: Indices
    expiry: Array
    n_strikes: Indices

    @classmethod
    def of(cls, rows: PanelArrays) -> Slices:
        """Return the slices of the rows of a panel."""
        day_of_row = rows.day_of_row
        order = np.lexsort((rows.strike, rows.expiry, day_of_row))
        days = day_of_row[order]
        expiry = rows.expiry[order]
        first = np.ones(rows.n_rows, dtype=bool)
        first[1:] = (days[1:] != days[:-1]) | (expiry[1:] != expiry[:-1])
        other_strike = first.copy()
        strike = rows.strike[order]
        other_strike[1:] |= strike[1:] > strike[:-1] * (1.0 + SAME_STRIKE)
        number = np.empty(rows.n_rows, dtype=np.int64)
        number[order] = first.cumsum() - 1
        n_strikes = np.add.reduceat(other_strike.astype(int), np.flatnonzero(first))
        return cls(number, days[first], expiry[first], n_strikes)

    @property
    def n_slices(self) -> int:
        """Number of slices."""
        return len(self.day)

    def sums(self, values: Array) -> Array:
        """Return the sum of values (n_rows,) in each slice, (n_slices,)."""
        return np.asarray(np.bincount(self.number, values, self.n_slices), dtype=float)

    def check_strikes(self, dates: object, purpose: str) -> None:
        """Refuse slices of fewer than three strikes."""
        few = self.n_strikes < MIN_STRIKES
        if few.any():
            first = int(few.argmax())
            raise DataError(
                f"{purpose} needs {MIN_STRIKES} strikes of every expiry; the one in "
                f"{self.expiry[first] * 365:.0f} days has {self.n_strikes[first]} on "
                f"{day(np.asarray(dates, dtype=object)[self.day[first]])}. Leave out its rows."
            )


@dataclass(frozen=True, eq=False)
class Quadratics:
    """Quadratics of the volatility of slices in u.

    Attributes
    ----------
    coefficients : array (n_slices, 3), of 1, u and u^2
    width : array (n_slices,), s root T
    """

    coefficients: Array
    width: Array

    def slopes(self, slices: Slices, log_strike: Array) -> Array:
        """Return d sigma / d ln K at ln(K / F), (n_rows,)."""
        width = self.width[slices.number]
        _, first, second = self.coefficients[slices.number].T
        return np.asarray((first + 2.0 * second * log_strike / width) / width)


def fit_quadratics(slices: Slices, log_strike: Array, volatility: Array) -> Quadratics:
    """Return the quadratics of volatilities (n_rows,) at ln(K / F), (n_rows,).

    Every slice must have three strikes.
    """
    counts = slices.sums(np.ones_like(volatility))
    width = slices.sums(volatility) / counts * np.sqrt(slices.expiry)
    u = log_strike / width[slices.number]
    weighted = [np.exp(-(u**2) / 2.0)]
    for _ in range(4):
        weighted.append(weighted[-1] * u)
    powers = [slices.sums(one) for one in weighted]
    moments = [slices.sums(one * volatility) for one in weighted[:3]]
    gram = np.array([[powers[i + j] for i in range(3)] for j in range(3)]).transpose(2, 0, 1)
    coefficients = np.linalg.solve(gram, np.array(moments).T[..., None])[..., 0]
    return Quadratics(coefficients, width)


class MoneyVolatilities(NamedTuple):
    """Volatilities at the money of each date, (n_dates,) each; NaN where the move is not known.

    Attributes
    ----------
    before, after : before and after the move, each at the money
    same_strike : after the move, at the strike that was at the money before
    rows : array (n_dates,), a row of the expiry whose volatilities these are
    """

    before: Array
    after: Array
    same_strike: Array
    rows: Indices


def at_the_money(rows: PanelArrays, years: float) -> MoneyVolatilities:
    """Return volatilities at the money, of the expiry nearest to ``years`` with three strikes.

    Raises
    ------
    DataError
        If no expiry of a date has three strikes.
    """
    slices = Slices.of(rows)
    distance = np.abs(slices.expiry - years)
    distance[slices.n_strikes < MIN_STRIKES] = np.inf
    order = np.lexsort((distance, slices.day))
    first = np.concatenate([[True], np.diff(slices.day[order]) > 0])
    chosen = order[first]
    if not np.isfinite(distance[chosen]).all():
        slices.check_strikes(rows.dates, "the volatility at the money")
    kept = np.zeros(slices.n_slices, dtype=bool)
    kept[chosen] = True
    part = rows.rows(kept[slices.number])
    before, _ = _levels(part, part.forward, part.volatility)
    after = np.full((2, len(rows.dates)), np.nan)
    n_moved = part.n_moved
    if n_moved:
        known = part.days(0, n_moved)
        after[:, :n_moved] = _levels(known, known.next_forward, known.next_volatility)
    first_rows = np.flatnonzero(kept[slices.number])[part.starts[:-1]]
    return MoneyVolatilities(before, after[0], after[1], first_rows)


def _levels(rows: PanelArrays, forward: Array, volatility: Array) -> tuple[Array, Array]:
    """Return volatilities at ``forward`` and at the forward of the rows, (n_dates,) each.

    Each date has one expiry.
    """
    firsts = rows.starts[:-1]
    n_dates = len(rows.dates)
    slices = Slices(rows.day_of_row, np.arange(n_dates), rows.expiry[firsts], np.diff(rows.starts))
    quadratics = fit_quadratics(slices, np.log(rows.strike / forward), volatility)
    u = np.log(rows.forward[firsts] / forward[firsts]) / quadratics.width
    level, first, second = quadratics.coefficients.T
    return level, level + first * u + second * u**2
