"""Returns drawn from a fitted model, date after date."""

from __future__ import annotations

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch.covariance.recursion import Recursion
from hedgeresearch.covariance.standardize import singular_covariance


def simulate(recursion: Recursion, n_dates: int, seed: int) -> Array:
    """(n_dates, n_series) returns, normal or multivariate Student-t, with the model's means and covariances.

    Raises
    ------
    DataError
        If the covariance of some step is singular.
    """
    generator = np.random.default_rng(seed)
    n, nu = recursion.next_covariance.shape[0], recursion.degrees_of_freedom
    noise = generator.standard_normal((n_dates, n))
    if np.isfinite(nu):
        noise *= np.sqrt((nu - 2.0) / generator.chisquare(nu, size=(n_dates, 1)))
    returns, nothing = np.empty((n_dates, n)), np.empty((0, n))
    for t in range(n_dates):
        try:
            root = np.linalg.cholesky(recursion.next_covariance)
        except np.linalg.LinAlgError:
            raise singular_covariance(f"at step {t + 1}") from None
        returns[t] = recursion.means(nothing)[-1] + root @ noise[t]
        recursion = recursion.advance(returns[t : t + 1])
    return returns
