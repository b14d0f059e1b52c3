r"""Covariances of asset and hedges in each regime, and their mixtures.

.. math:: H_t = \sum_k p_{t,k} (\Sigma_{t,k} + \mu_k \mu_k') - m_t m_t', \quad
          m_t = \sum_k p_{t,k} \mu_k

Source: moments of a mixture of normals; Hamilton (1994), Time Series Analysis, eq. 22.4.6 for the
probabilities.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array

MIN_WEIGHT = 5.0
"""Weight, in dates per column, below which a regime's covariance is not estimated."""


def mixture_covariance(probabilities: Array, means: Array, covariances: Array) -> Array:
    """Return the covariance of a mixture for each row of probabilities.

    Parameters
    ----------
    probabilities : array (n_dates, k)
    means : array (k, n)
    covariances : array (k, n, n), or (n_dates, k, n, n) if they change

    Returns
    -------
    array (n_dates, n, n)
    """
    # in the deviations m_k - m, which gives the same and never loses definiteness
    deviations = means[None] - (probabilities @ means)[:, None, :]
    between = np.einsum("tk,tki,tkj->tij", probabilities, deviations, deviations)
    indices = "tk,tkij->tij" if covariances.ndim == 4 else "tk,kij->tij"
    return np.asarray(np.einsum(indices, probabilities, covariances) + between)


def weighted_moments(returns: Array, filtered: Array) -> Moments:
    """Return means and covariances of returns, weighted by probabilities of each regime.

    For regimes that were found in other data than the returns, such as one series or an indicator.

    Parameters
    ----------
    returns : array (n_dates, n)
    filtered : array (n_dates, k), filtered probabilities

    Raises
    ------
    DataError
        If a regime has too little weight for a covariance.
    """
    weights = filtered.sum(axis=0)
    thin = weights < MIN_WEIGHT * returns.shape[1]
    if thin.any():
        first = int(np.argmax(thin))
        raise DataError(
            "every regime must be seen often enough for a covariance of "
            f"{returns.shape[1]} series; regime {first} has {weights[first]:.1f} dates. Use fewer "
            "regimes or more dates."
        )
    means = filtered.T @ returns / weights[:, None]
    deviations = returns[:, None, :] - means[None]
    products = np.einsum("tk,tki,tkj->kij", filtered, deviations, deviations)
    symmetric = 0.5 * (products + products.swapaxes(1, 2))  # rounding is not
    return Moments(means, symmetric / weights[:, None, None])
