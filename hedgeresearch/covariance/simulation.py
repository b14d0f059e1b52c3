"""Returns drawn from a fitted model, date after date."""

from __future__ import annotations

import numpy as np

from hedgeresearch.covariance.standardize import ROUNDING, scaled_roots, singular_covariance
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.typing import Array


def simulate(recursion: CovarianceState, n_dates: int, seed: int) -> Array:
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
    return drive(recursion, noise)


def drive(recursion: CovarianceState, noise: Array) -> Array:
    """Returns (n_dates, n_series) of which ``noise`` (n_dates, n_series) are the standardised residuals.

    Raises
    ------
    DataError
        If the covariance of some step is singular.
    """
    returns, nothing = np.empty(noise.shape), np.empty((0, noise.shape[1]))
    for t in range(len(noise)):
        root, least = scaled_roots(recursion.next_covariance)
        if not least > ROUNDING:
            raise singular_covariance(f"at step {t + 1}")
        returns[t] = recursion.means(nothing)[-1] + root @ noise[t]
        recursion = recursion.advance(returns[t : t + 1])
    return returns
