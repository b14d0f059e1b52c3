"""Returns drawn from a fitted covariance model, one date after the other."""

from __future__ import annotations

import numpy as np

from hedgeresearch.covariance.matrix_roots import (
    SINGULAR_EIGENVALUE,
    scaled_roots,
    singular_covariance,
)
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.typing import Array


def simulate_returns(state: CovarianceState, n_dates: int, seed: int) -> Array:
    """Return normal or multivariate Student-t returns with the means and covariances of a model.

    Parameters
    ----------
    state : CovarianceState
        State before the first date.
    n_dates : int
        Number of dates to draw.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    array (n_dates, n_series)

    Raises
    ------
    DataError
        If the covariance of a step is singular.
    """
    generator = np.random.default_rng(seed)
    n_series = state.next_covariance.shape[0]
    nu = state.degrees_of_freedom
    noise = generator.standard_normal((n_dates, n_series))
    if np.isfinite(nu):
        noise *= np.sqrt((nu - 2.0) / generator.chisquare(nu, size=(n_dates, 1)))
    return returns_from_residuals(state, noise)


def returns_from_residuals(state: CovarianceState, residuals: Array) -> Array:
    """Return the returns (n_dates, n_series) with given standardized residuals of the same shape.

    Raises
    ------
    DataError
        If the covariance of a step is singular.
    """
    returns = np.empty(residuals.shape)
    no_returns = np.empty((0, residuals.shape[1]))
    for t in range(len(residuals)):
        root, smallest = scaled_roots(state.next_covariance)
        if not smallest > SINGULAR_EIGENVALUE:
            raise singular_covariance(f"at step {t + 1}")
        returns[t] = state.means(no_returns)[-1] + root @ residuals[t]
        state = state.advance(returns[t : t + 1])
    return returns
