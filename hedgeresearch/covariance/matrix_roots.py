"""Roots of covariance matrices that scale with the units of the series."""

from __future__ import annotations

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

SINGULAR_EIGENVALUE = 1e-14
"""Smallest eigenvalue of a correlation matrix, up to which rounding may have made it of zero."""


def scaled_roots(covariances: Array) -> tuple[Array, float]:
    """Return the roots D R^(1/2) of covariances D R D, with the symmetric root of the correlation.

    Parameters
    ----------
    covariances : array (..., n, n)

    Returns
    -------
    roots : array (..., n, n)
        Roots whose rows are multiplied by c where a series is.
    smallest : float
        Smallest eigenvalue of all correlation matrices.
    """
    variance = np.diagonal(covariances, axis1=-2, axis2=-1)
    volatility = np.sqrt(variance)
    divisor = np.sqrt(np.where(variance > 0.0, variance, np.inf))
    correlation = covariances / (divisor[..., :, None] * divisor[..., None, :])
    values, vectors = np.linalg.eigh(correlation)
    sizes = np.sqrt(np.maximum(values, 0.0))
    root = (vectors * sizes[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    return np.asarray(volatility[..., :, None] * root), float(values.min())


def singular_covariance(where: str) -> DataError:
    """Return the error of an inverse or a root of a singular covariance, such as "at step 1"."""
    return DataError(
        f"the covariance must be positive definite; it is singular {where}, as series are constant "
        "or are sums of others. Leave these out, use more observations (a longer window, a slower "
        "decay), or shrink."
    )
