"""Residuals freed of their conditional covariance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

ROUNDING = 1e-14
"""Smallest eigenvalue of a correlation matrix that rounding may make of zero."""


def standardize(errors: Array, path: Array, dates: pd.Index[Any]) -> Array:
    """R_t^(-1/2) D_t^(-1) e_t for each date, (n_dates, n_series), with the symmetric root of the correlation R_t.

    Neither units nor the order of the series change the result.

    Parameters
    ----------
    errors : array (n_dates, n_series), returns less their conditional means
    path : array (n_dates, n_series, n_series), their conditional covariances
    dates : index (n_dates,), to name the first whose covariance is singular

    Raises
    ------
    DataError
        If there is such a date.
    """
    variance = np.diagonal(path, axis1=1, axis2=2)
    volatility = np.sqrt(
        np.where(variance > 0.0, variance, np.inf)
    )  # series that do not move have a root of zero
    correlation = path / (volatility[:, :, None] * volatility[:, None, :])
    values, vectors = np.linalg.eigh(correlation)
    singular = ~(values[:, 0] > ROUNDING)
    if singular.any():
        raise singular_covariance(f"on {day(dates[int(np.argmax(singular))])}")
    along = np.einsum("tij,ti->tj", vectors, errors / volatility) / np.sqrt(values)
    return np.asarray(np.einsum("tij,tj->ti", vectors, along))


def scaled_roots(covariances: Array) -> tuple[Array, float]:
    """D R^(1/2) of each covariance D R D (..., n, n), which units only scale, and the least eigenvalue of all R."""
    variance = np.diagonal(covariances, axis1=-2, axis2=-1)
    scale, divisor = np.sqrt(variance), np.sqrt(np.where(variance > 0.0, variance, np.inf))
    values, vectors = np.linalg.eigh(covariances / (divisor[..., :, None] * divisor[..., None, :]))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    return np.asarray(scale[..., :, None] * root), float(values.min())


def singular_covariance(where: str) -> DataError:
    """The error of what needs an inverse or a root of a covariance that has none."""
    return DataError(
        f"the covariance must be positive definite; it is singular {where}, as series do not move or are sums of "
        "others. Leave these out, take more dates (a longer window, a slower decay), or shrink."
    )
