"""Regression of an asset on proxies over returns and jumps, whose gains may be paid in part.

A proxy that gains in a jump moves by the share that is paid out, one that loses by all of it: what
is left is a sum of squares for each choice of signs, and the ratios are the best of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.risk.scenarios import JumpToDefault
from hedgeresearch.typing import Array

MAX_SIGNED = 10
"""Largest number of proxies whose gains may be collected in part; each doubles the signs tried."""


class Jumps(NamedTuple):
    """Scenarios as numbers.

    Attributes
    ----------
    returns : array (n_scenarios, n), of the proxies
    collected : array (n_scenarios,), share of a gain that is paid out
    losses : array (n_scenarios,), return of the asset
    rates : array (n_scenarios,), probabilities per period
    """

    returns: Array
    collected: Array
    losses: Array
    rates: Array

    @classmethod
    def of(cls, given: Sequence[JumpToDefault], names: list[Any], per_year: float) -> Jumps:
        """Return the numbers of scenarios."""
        jumps = cls(
            np.array([one.returns(names) for one in given]),
            np.array([one.collected for one in given]),
            np.array([-one.loss for one in given]),
            np.array([one.probability for one in given]) / per_year,
        )
        n_signed = int(jumps.signed.sum())
        if n_signed > MAX_SIGNED:
            raise DataError(
                f"gains of at most {MAX_SIGNED} proxies may be collected in part; got {n_signed}. "
                "Put proxies together in a basket."
            )
        return jumps

    @property
    def signed(self) -> Any:
        """Mask (n,) of proxies whose gains are collected in part in a scenario."""
        return ((self.returns != 0.0) & (self.collected < 1.0)[:, None]).any(axis=0)

    def moves(self, signs: Array) -> Array:
        """Return what proxies (n_scenarios, n) move by, sold (1) or bought (-1)."""
        gains = self.returns * signs < 0.0
        return np.where(gains, self.collected[:, None] * self.returns, self.returns)


def jump_ratios(covariance: Array, jumps: Jumps) -> Array:
    """Return the ratios (3, n) of returns, of returns and jumps, and of jumps alone."""
    inside = covariance[1:, 1:]
    only = np.linalg.solve(inside, covariance[1:, 0])
    # b'Sb - 2b'c is |R b - R S^-1 c|^2 with S = R'R, up to a constant
    root = np.linalg.cholesky(inside).T
    both = _least_squares(root, root @ only, jumps)
    alone = _least_squares(root[:0], only[:0], jumps)
    return np.stack([only, both, alone])


def _least_squares(rows: Array, goals: Array, jumps: Jumps) -> Array:
    """Return the ratios (n,) that leave least of rows and jumps, of all signs.

    The smallest ones, where several leave the same.
    """
    weights = np.sqrt(jumps.rates)
    aims = np.concatenate([goals, weights * jumps.losses])
    found = []
    for signs in _sign_patterns(jumps.signed):
        table = np.vstack([rows, weights[:, None] * jumps.moves(signs)])
        ratios = _with_signs(table, aims, np.where(jumps.signed, signs, 0.0))
        found.append((float(((table @ ratios - aims) ** 2).sum()), ratios))
    # what differs by rounding leaves the same
    least = min(left for left, _ in found) + 1e-12 * float((aims**2).sum())
    best = [ratios for left, ratios in found if left <= least]
    return np.asarray(min(best, key=np.linalg.norm))


def _sign_patterns(signed: Any) -> list[Array]:
    """Return all signs (n,) of the proxies for which they matter; the others are sold."""
    choices = [(1.0, -1.0) if one else (1.0,) for one in signed]
    return [np.array(signs) for signs in product(*choices)]


def _with_signs(table: Array, aims: Array, signs: Array) -> Array:
    """Return the least squares solution whose parts have the signs that are not zero."""
    from scipy.optimize import lsq_linear

    free = np.linalg.lstsq(table, aims, rcond=None)[0]
    if (free * signs >= 0.0).all():
        return free
    lower = np.where(signs > 0.0, 0.0, -np.inf)
    upper = np.where(signs < 0.0, 0.0, np.inf)
    return np.asarray(lsq_linear(table, aims, (lower, upper), method="bvls").x)
