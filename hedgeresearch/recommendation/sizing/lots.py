r"""Whole lots: the nearest holdings within the limits, by the variance of the difference.

With A = R'R the covariance of one lot each and R upper triangular, instruments are decided from the
last to the first. Lots are tried in order of their distance from the best value, given the decided
instruments, and a branch ends where it is further away than the best holdings found so far (after
Schnorr and Euchner 1994, Mathematical Programming 66). For one instrument the result is the nearest
lot.

Orders are in whole lots, whatever is held: a holding keeps what it has beyond them, its remainder.
So the holdings that are searched are remainders plus whole lots.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.sizing.contracts import (
    LIMIT_TOLERANCE,
    ContractTerms,
    JointLimits,
    check_minimum,
)
from hedgeresearch.typing import Array

MAX_NODES = 20_000
"""Maximum number of nodes visited; reached only for many highly correlated instruments."""


def in_whole_lots(
    ideal: Array, covariance: Array, terms: ContractTerms, joint: JointLimits
) -> Array:
    """Return the best holdings (n_instruments,) that orders of whole lots lead to.

    A net exposure is not enforced.

    Parameters
    ----------
    ideal : array (n_instruments,)
        Contracts to approximate.
    covariance : array (n_instruments, n_instruments)
        Covariance of the profits of one contract of each instrument.
    terms : ContractTerms
    joint : JointLimits

    Raises
    ------
    DataError
        If the limits leave no whole number of lots.
    """
    low, high = lot_bounds(terms)
    if (low > high).any():
        raise DataError(
            "limits must allow a whole number of lots; none lies between the minimum and the "
            "maximum of contracts. Widen them by a lot."
        )
    check_minimum(np.maximum(np.maximum(low, -high), 0.0) * terms.lots, terms, joint)
    search = _Search(ideal, covariance, terms, joint, (low, high))
    search.decide(len(ideal) - 1, 0.0)
    return terms.remainders + contracts_of_lots(search.best, terms.lots)


def lot_bounds(terms: ContractTerms) -> tuple[Array, Array]:
    """Return the minimum and maximum numbers of lots (n_instruments,) within the limits.

    They are the lots held apart from the remainders.
    """
    low = np.ceil((terms.min - terms.remainders) / terms.lots - LIMIT_TOLERANCE)
    high = np.floor((terms.max - terms.remainders) / terms.lots + LIMIT_TOLERANCE)
    return low, high


def contracts_of_lots(numbers: Array, lots: Array) -> Array:
    """Return contracts (n,) of numbers of lots (n,), free of rounding errors: 29 x 0.1 is 2.9."""
    pairs = zip(numbers.tolist(), lots.tolist(), strict=True)
    return np.array([round(number * lot, decimals(lot)) for number, lot in pairs])


@lru_cache(maxsize=4096)
def decimals(number: float) -> int:
    """Return the number of decimal places of a number as it is written."""
    exponent = Decimal(str(float(number))).normalize().as_tuple().exponent
    return max(-int(exponent), 0)


class _Search:
    """Depth-first search for the whole numbers of lots (n,) nearest to the ideal."""

    def __init__(
        self,
        ideal: Array,
        covariance: Array,
        terms: ContractTerms,
        joint: JointLimits,
        bounds: tuple[Array, Array],
    ) -> None:
        low, high = bounds
        per_lot = covariance * np.outer(terms.lots, terms.lots)
        remainders = terms.remainders / terms.lots
        self.center: list[float] = (ideal / terms.lots - remainders).tolist()
        self.remainders: list[float] = remainders.tolist()
        self.root: list[list[float]] = np.linalg.cholesky(per_lot).T.tolist()
        self.low: list[float] = low.tolist()
        self.high: list[float] = high.tolist()
        self.notionals: list[float] = (terms.notionals * terms.lots).tolist()
        required = [max(a, -b, 0.0) for a, b in zip(self.low, self.high, strict=True)]
        # an instrument that must not be traded keeps its remainder
        untraded = joint.max_instruments < math.inf
        least = [
            abs(min(max(0.0 if untraded else -round(rest), a), b) + rest)
            for a, b, rest in zip(self.low, self.high, self.remainders, strict=True)
        ]
        # limits minus the minimum holdings of the instruments that are decided later
        self.gross: list[float] = []
        self.max_instruments: list[float] = []
        for i in range(len(required)):
            reserved = sum(least[j] * self.notionals[j] for j in range(i))
            self.gross.append(joint.gross - reserved)
            self.max_instruments.append(
                joint.max_instruments - sum(required[j] > 0.0 for j in range(i))
            )
        self.lots = [0.0] * len(required)
        self.best = np.zeros(len(required))
        self.distance = math.inf
        self.n_nodes = 0

    def decide(self, i: int, distance: float) -> None:
        """Try all lots of instrument i, and of those before it, that can improve on the best."""
        if i < 0:
            self.best = np.array(self.lots)
            self.distance = distance
            return
        row = self.root[i]
        decided = range(i + 1, len(self.lots))
        shift = sum(row[j] * (self.lots[j] - self.center[j]) for j in decided)
        center = self.center[i] - shift / row[i]
        for lots in nearest_first(center, *self._bounds(i)):
            further = distance + (row[i] * (lots - center)) ** 2
            self.n_nodes += 1
            exhausted = self.n_nodes > MAX_NODES and self.distance < math.inf
            if further >= self.distance or exhausted:
                return
            self.lots[i] = lots
            self.decide(i - 1, further)

    def _bounds(self, i: int) -> tuple[float, float]:
        """Return the lots of instrument i that leave room for those decided later."""
        decided = range(i + 1, len(self.lots))
        if sum(self.lots[j] != 0.0 for j in decided) >= self.max_instruments[i]:
            return 0.0, 0.0
        if self.gross[i] == math.inf:
            return self.low[i], self.high[i]
        taken = sum(abs(self.lots[j] + self.remainders[j]) * self.notionals[j] for j in decided)
        most = (self.gross[i] - taken) / self.notionals[i] + LIMIT_TOLERANCE
        rest = self.remainders[i]
        low = max(self.low[i], math.ceil(-most - rest))
        high = min(self.high[i], math.floor(most - rest))
        # a remainder above the limit cannot be traded away
        return (low, high) if low <= high or rest == 0.0 else (0.0, 0.0)


def nearest_first(center: float, low: float, high: float) -> Iterator[float]:
    """Yield the whole numbers from low to high, the nearest to the center first."""
    below = min(float(math.floor(center)), high)
    above = max(below + 1.0, low)
    while below >= low or above <= high:
        if above > high or (below >= low and center - below <= above - center):
            yield below
            below -= 1.0
        else:
            yield above
            above += 1.0
