r"""How many contracts: from ratios to holdings, within limits, in whole lots.

.. math:: n_i = -\frac{(h_i - \beta_i) \, Q}{c_i}, \qquad
          \min_y \; (y - y^0)' A (y - y^0) \quad \text{under the limits}, \quad y_i = n_i \, v_i

with Q what the position is worth per unit of its returns, c the same of one contract, v its notional, and A the
covariance of the instruments per unit of notional: what is least is the variance by which the hedged book differs from
that of the ideal holding. Whole lots are the nearest by the same measure, found by trying all roundings up and down,
then moving one or two instruments by a lot as long as that helps; for one instrument that is the nearest lot.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.constrained_programme import Constraint, nearest_ratios

ALL_ROUNDINGS = 10
"""Instruments up to which all roundings up and down are tried."""
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


def ideal_holding(ratios: Array, scale: float, sizes: Array) -> Array:
    """Contracts (n,) of the ratios, not rounded; negative is short."""
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
    notional = traded.notionals
    eye, bounds = np.eye(len(ideal)), []
    for rows, ceilings in ((eye, traded.most * notional), (-eye, -traded.least * notional)):
        finite = np.isfinite(ceilings)
        bounds.append(Constraint("contracts", "the limits of contracts", rows[finite], ceilings[finite]))
    nothing = np.empty((0, len(ideal))), np.empty(0)
    bounds.append(Constraint("gross", "the gross limit", *nothing, gross=room.gross, most=room.most_instruments))
    if room.net is not None:
        ones = np.ones((1, len(ideal)))
        bounds.append(Constraint("net", "the net objective", np.vstack([ones, -ones]), np.array([room.net, -room.net])))
    per_notional = covariance / np.outer(notional, notional)
    nearest = nearest_ratios((ideal * notional)[None], per_notional[None], bounds)
    if nearest is None:
        raise DataError(
            "limits must leave a holding; these contradict each other or the net objective. Widen contracts, gross or "
            "max_instruments, or change net."
        )
    return np.asarray(nearest[0] / notional)


def in_lots(ideal: Array, covariance: Array, traded: Traded, room: Room) -> Array:
    """The best holding (n,) in whole lots within the limits; ``ideal`` lies within them.

    Raises
    ------
    DataError
        If the limits leave no whole number of lots.
    """

    def excess(holding: Array) -> float:
        difference = holding - ideal
        return float(difference @ covariance @ difference)

    start = [found for found in _roundings(ideal, traded.lots) if allows(found, traded, room)]
    if not start:
        raise DataError("limits must leave whole lots; these lie between two. Widen them by a lot.")
    return _improved(min(start, key=excess), excess, traded, room)


def allows(holding: Array, traded: Traded, room: Room) -> bool:
    """Whether a holding keeps the limits, apart from a net that whole lots cannot meet."""
    slack = INSIDE * (1.0 + np.abs(holding))
    inside = (holding <= traded.most + slack).all() and (holding >= traded.least - slack).all()
    gross = float(np.abs(holding * traded.notionals).sum()) <= room.gross * (1.0 + INSIDE)
    return bool(inside and gross and np.count_nonzero(holding) <= room.most_instruments)


def _roundings(ideal: Array, lots: Array) -> list[Array]:
    """All roundings up and down of a few instruments; of many, the nearest, and all towards zero."""
    units = ideal / lots
    near = np.round(units)
    units = np.where(np.abs(units - near) < INSIDE, near, units)  # a whole number of lots stays as it is
    if len(ideal) > ALL_ROUNDINGS:
        return [near * lots, np.trunc(units) * lots]
    choices = [sorted({np.floor(unit), np.ceil(unit)}) for unit in units]
    return [np.array(choice) * lots for choice in product(*choices)]


def _improved(holding: Array, excess: Callable[[Array], float], traded: Traded, room: Room) -> Array:
    """Moved by a lot in one or two instruments as long as that helps."""
    eye = np.diag(traded.lots)
    moves = [sign * step for step in eye for sign in (1.0, -1.0)]
    moves += [a * eye[i] + b * eye[j] for i, j in combinations(range(len(eye)), 2) for a in (1, -1) for b in (1, -1)]
    while True:
        nearby = [holding + move for move in moves if allows(holding + move, traded, room)]
        best = min(nearby, key=excess, default=holding)
        if excess(best) >= excess(holding) * (1.0 - INSIDE):
            return holding
        holding = best
