"""Residuals freed of their conditional covariance."""

from __future__ import annotations

import numpy as np

from hedgeresearch._types import Array


def standardize(errors: Array, path: Array) -> Array:
    """R_t^(-1/2) D_t^(-1) e_t for each date, (n_dates, n_series), with the symmetric root of the correlation R_t.

    Neither units nor the order of the series change the result.

    Parameters
    ----------
    errors : array (n_dates, n_series), returns less their conditional means
    path : array (n_dates, n_series, n_series), their conditional covariances
    """
    volatility = np.sqrt(np.diagonal(path, axis1=1, axis2=2))
    correlation = path / (volatility[:, :, None] * volatility[:, None, :])
    values, vectors = np.linalg.eigh(correlation)
    along = np.einsum("tij,ti->tj", vectors, errors / volatility) / np.sqrt(values)
    return np.asarray(np.einsum("tij,tj->ti", vectors, along))
