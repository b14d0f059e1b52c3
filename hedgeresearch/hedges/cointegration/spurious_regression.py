"""How far an estimate from price levels scatters where nothing ties the prices together.

The levels of random walks have no long-run relation to find, and their regression tends to no number: Granger and
Newbold (1974), Journal of Econometrics 2; Phillips (1986), Journal of Econometrics 33. Their changes have a
regression like any other. Random walks whose changes have the sample's covariance say by how much the two differ.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.typing import Array

N_WALKS = 200
SEED = 0


class Scatter(NamedTuple):
    """Standard deviation over random walks of the estimate from levels and of that from returns, (n_hedges,) each."""

    levels: Array
    returns: Array


def random_walk_scatter(
    covariance: Array, n_changes: int, n_walks: int = N_WALKS, seed: int = SEED
) -> Scatter:
    """Simulate walks of ``n_changes`` steps whose changes have a covariance (1 + n_hedges, 1 + n_hedges).

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
