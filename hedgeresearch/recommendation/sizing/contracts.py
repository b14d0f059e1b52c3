r"""How many contracts: from ratios to holdings, within limits, in whole lots.

.. math:: n_i = -\frac{(h_i - \beta_i) \, Q}{c_i}, \qquad
          \min_y \; (y - y^0)' A (y - y^0) \quad \text{under the limits}, \quad y_i = n_i \, v_i

with Q what the position is worth per unit of its returns, c the same of one contract, v its notional, and A the
covariance of the instruments per unit of notional: what is least is the variance by which the hedged book differs from
that of the ideal holding. Whole lots are the nearest by the same measure: with A = R'R and R upper triangular, they are
decided from the last instrument to the first, the nearest to what those decided ask for first, and a branch ends where
it is further away than the best found (after Schnorr and Euchner 1994). Of one instrument that is the nearest lot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.optimization.nearest_feasible import Constraint, nearest_feasible_points
from hedgeresearch.typing import Array

MOST_TRIED = 20_000
"""Lots looked at, after which the best found is taken: only many instruments that are much alike take so many."""
INSIDE = 1e-9
"""Excess over a limit, relative to it, that may be rounding."""


class Traded(NamedTuple):
    """What one contract of each instrument is, (n,): per unit of its returns, its notional, its lot, its bounds."""

    sizes: Array
    notionals: Array
    lots: Array
    least: Array
    most: Array


class Room(NamedTuple):
    """What binds the instruments together: notional in all, number of them, notional that they must add up to."""

    gross: float
    most_instruments: float
    net: float | None


def ideal_holding(ratios: Array, scale: float | Array, sizes: Array) -> Array:
    """Contracts (..., n) of ratios (..., n), not rounded; negative is short."""
    return -ratios * scale / sizes


def book_volatility(covariance: Array, scale: float, sizes: Array, holding: Array) -> float:
    """Standard deviation of the hedged position over the next date, in currency."""
    weights = np.concatenate([[scale], sizes * holding])
    return float(np.sqrt(max(weights @ covariance @ weights, 0.0)))


def within_limits(ideal: Array, covariance: Array, traded: Traded, room: Room) -> Array:
    """The nearest holding (n,) that the limits allow, not rounded; ``covariance`` (n, n) is per contract.

    Raises
    ------
    DataError
        If no holding satisfies all limits.
    """
    if room.net is None and allows(ideal, traded, room):
        return ideal
    _check_least(np.maximum(np.maximum(traded.least, -traded.most), 0.0), traded, room)
    notional = traded.notionals
    eye, bounds = np.eye(len(ideal)), []
    for rows, ceilings in ((eye, traded.most * notional), (-eye, -traded.least * notional)):
        finite = np.isfinite(ceilings)
        bounds.append(
            Constraint("contracts", "the limits of contracts", rows[finite], ceilings[finite])
        )
    nothing = np.empty((0, len(ideal))), np.empty(0)
    bounds.append(
        Constraint(
            "gross",
            "the gross limit",
            *nothing,
            max_gross=room.gross,
            max_count=room.most_instruments,
        )
    )
    if room.net is not None:
        ones = np.ones((1, len(ideal)))
        bounds.append(
            Constraint(
                "net",
                "the net objective",
                np.vstack([ones, -ones]),
                np.array([room.net, -room.net]),
            )
        )
    per_notional = covariance / np.outer(notional, notional)
    nearest = nearest_feasible_points((ideal * notional)[None], per_notional[None], bounds)
    if nearest is None:
        raise DataError(
            f"limits must leave a holding whose notional is {room.net:,.0f} in all, as net asks for; these leave none. "
            "Widen contracts, gross or max_instruments, or change net."
        )
    return np.asarray(nearest[0] / notional)


def in_lots(ideal: Array, covariance: Array, traded: Traded, room: Room) -> Array:
    """The best holding (n,) in whole lots within the limits; whole lots need not meet a net.

    Raises
    ------
    DataError
        If the limits leave no whole number of lots.
    """
    low, high = whole_lots(traded)
    if (low > high).any():
        raise DataError(
            "limits must leave whole lots; those of contracts lie between two. Widen them by a lot."
        )
    _check_least(np.maximum(np.maximum(low, -high), 0.0) * traded.lots, traded, room)
    search = _Search(ideal, covariance, traded, room)
    search.decide(len(ideal) - 1, 0.0)
    return contracts_of(search.best, traded.lots)


def contracts_of(numbers: Array, lots: Array) -> Array:
    """Contracts (n,) in numbers of lots (n,), without what binary fractions leave: 29 lots of 0.1 are 2.9."""
    return np.array(
        [
            round(float(number * lot), decimals(lot))
            for number, lot in zip(numbers, lots, strict=True)
        ]
    )


def decimals(number: float) -> int:
    """Places after the point that it takes to write a number."""
    exponent = Decimal(str(float(number))).normalize().as_tuple().exponent
    return max(-int(exponent), 0)


def whole_lots(traded: Traded) -> tuple[Array, Array]:
    """Least and most lots (n,) within the bounds."""
    return np.ceil(traded.least / traded.lots - INSIDE), np.floor(
        traded.most / traded.lots + INSIDE
    )


def allows(holding: Array, traded: Traded, room: Room) -> bool:
    """Whether a holding keeps the limits, apart from a net that whole lots cannot meet."""
    slack = INSIDE * (1.0 + np.abs(holding))
    inside = (holding <= traded.most + slack).all() and (holding >= traded.least - slack).all()
    gross = float(np.abs(holding * traded.notionals).sum()) <= room.gross * (1.0 + INSIDE)
    return bool(inside and gross and np.count_nonzero(holding) <= room.most_instruments)


def _check_least(held: Array, traded: Traded, room: Room) -> None:
    """Refuse limits of which the least that must be held, (n,) contracts, breaks another."""
    worth, number = float(held @ traded.notionals), np.count_nonzero(held)
    if worth > room.gross * (1.0 + INSIDE):
        raise DataError(
            f"limits must leave a holding; the contracts that must be held are worth {worth:,.0f}, more than gross = "
            f"{room.gross:,.0f}. Raise gross, or lower the least of contracts."
        )
    if number > room.most_instruments:
        raise DataError(
            f"limits must leave a holding; contracts of {number} instruments must be held, more than max_instruments = "
            f"{room.most_instruments:g}. Raise it, or let contracts be zero."
        )


class _Search:
    """Whole numbers of lots (n,) nearest to the ideal, found depth first."""

    def __init__(self, ideal: Array, covariance: Array, traded: Traded, room: Room) -> None:
        self.centre = (ideal / traded.lots).tolist()
        self.root = np.linalg.cholesky(covariance * np.outer(traded.lots, traded.lots)).T.tolist()
        self.low, self.high = (ends.tolist() for ends in whole_lots(traded))
        self.worth = (traded.notionals * traded.lots).tolist()
        least = [max(low, -high, 0.0) for low, high in zip(self.low, self.high, strict=True)]
        # less what the instruments that are decided later must have at least
        places = range(len(least))
        self.gross = [room.gross - sum(least[j] * self.worth[j] for j in range(i)) for i in places]
        self.number = [
            room.most_instruments - sum(least[j] > 0.0 for j in range(i)) for i in places
        ]
        self.lots = [0.0] * len(least)
        self.best, self.distance, self.tried = np.zeros(len(least)), math.inf, 0

    def decide(self, i: int, distance: float) -> None:
        """All lots of instrument i and those before it that can still be better than the best."""
        if i < 0:
            self.best, self.distance = np.array(self.lots), distance
            return
        row, after = self.root[i], range(i + 1, len(self.lots))
        centre = (
            self.centre[i] - sum(row[j] * (self.lots[j] - self.centre[j]) for j in after) / row[i]
        )
        for lots in outward(centre, *self._ends(i)):
            further = distance + (row[i] * (lots - centre)) ** 2
            self.tried += 1
            if further >= self.distance or (self.tried > MOST_TRIED and self.distance < math.inf):
                return
            self.lots[i] = lots
            self.decide(i - 1, further)

    def _ends(self, i: int) -> tuple[float, float]:
        """Least and most lots of instrument i beside those after it, with room left for those before it."""
        decided = range(i + 1, len(self.lots))
        if sum(self.lots[j] != 0.0 for j in decided) >= self.number[i]:
            return 0.0, 0.0
        left = self.gross[i] - sum(abs(self.lots[j]) * self.worth[j] for j in decided)
        most = math.inf if left == math.inf else math.floor(left / self.worth[i] + INSIDE)
        return max(self.low[i], -most), min(self.high[i], most)


def outward(centre: float, low: float, high: float) -> Iterator[float]:
    """Whole numbers from low to high, the nearest to the centre first."""
    below = min(float(math.floor(centre)), high)
    above = max(below + 1.0, low)
    while below >= low or above <= high:
        if above > high or (below >= low and centre - below <= above - centre):
            yield below
            below -= 1.0
        else:
            yield above
            above += 1.0
