"""Spurious regressions: estimates from the price levels of unrelated random walks.

The levels of random walks have no long-run relation, and their regression does not converge:
Granger and Newbold (1974), Journal of Econometrics 2; Phillips (1986), Journal of Econometrics 33.
Their changes have a regression like any other. Simulated random walks whose changes have the
sample's covariance show by how much the two kinds of estimates vary.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.typing import Array

N_WALKS = 200
SEED = 0


class Scatter(NamedTuple):
    """Standard deviations of estimates over random walks.

    Attributes
    ----------
    levels : array (n_hedges,), of the estimate from levels
    returns : array (n_hedges,), of the estimate from returns
    """

    levels: Array
    returns: Array


def random_walk_scatter(
    covariance: Array, n_changes: int, n_walks: int = N_WALKS, seed: int = SEED
) -> Scatter:
    """Simulate random walks and return the standard deviations of their regressions.

    Parameters
    ----------
    covariance : array (1 + n_hedges, 1 + n_hedges), of the changes
    n_changes : int, number of steps of each walk
    n_walks : int
    seed : int

    Examples
    --------
    >>> import numpy as np
    >>> scatter = random_walk_scatter(np.array([[1.0, 0.5], [0.5, 1.0]]), 1000)
    >>> print(round(scatter.levels[0] / scatter.returns[0]))
    19
    """
    rng = np.random.default_rng(seed)
    scale = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance / np.outer(scale, scale))
    estimates = np.empty((2, n_walks, len(covariance) - 1))
    for i in range(n_walks):
        changes = rng.standard_normal((n_changes, len(covariance))) @ root.T
        for j, values in enumerate((changes.cumsum(axis=0), changes)):
            products = np.cov(values, rowvar=False)
            estimates[j, i] = np.linalg.solve(products[1:, 1:], products[1:, 0])
    levels, returns = estimates.std(axis=1, ddof=1) * (scale[0] / scale[1:])
    return Scatter(levels, returns)
