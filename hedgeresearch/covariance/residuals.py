"""Standardized residuals: returns freed of their conditional means and covariances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.covariance.matrix_roots import SINGULAR_EIGENVALUE, singular_covariance
from hedgeresearch.covariance.state import CovarianceState, path_in_chunks
from hedgeresearch.typing import Array


def standardized_residuals(state: CovarianceState, returns: pd.DataFrame) -> Array:
    """Return the standardized residuals of returns under a model whose state comes before them.

    Parameters
    ----------
    state : CovarianceState
        State before the first date of the returns.
    returns : DataFrame (n_dates, n_series)
        Fractions per period.

    Returns
    -------
    array (n_dates, n_series)

    Raises
    ------
    DataError
        If the covariance of a date is singular.
    """
    values = returns.to_numpy()
    errors = values - state.means(values)[:-1]
    pieces = [
        remove_covariance(errors[rows], covariances, returns.index[rows])
        for rows, covariances in path_in_chunks(state, values)
    ]
    return np.concatenate(pieces)


def remove_covariance(errors: Array, covariances: Array, dates: pd.Index[Any]) -> Array:
    """Return R_t^(-1/2) D_t^(-1) e_t for each date, with the symmetric root of the correlation R_t.

    Neither the units nor the order of the series change the result.

    Parameters
    ----------
    errors : array (n_dates, n_series)
        Returns less their conditional means.
    covariances : array (n_dates, n_series, n_series)
        Conditional covariances D_t R_t D_t.
    dates : index (n_dates,)
        Dates, to name the first one whose covariance is singular.

    Returns
    -------
    array (n_dates, n_series)

    Raises
    ------
    DataError
        If the covariance of a date is singular.
    """
    variance = np.diagonal(covariances, axis1=1, axis2=2)
    # an infinite volatility gives a constant series a correlation of zero, which is found singular
    volatility = np.sqrt(np.where(variance > 0.0, variance, np.inf))
    correlation = covariances / (volatility[:, :, None] * volatility[:, None, :])
    values, vectors = np.linalg.eigh(correlation)
    singular = ~(values[:, 0] > SINGULAR_EIGENVALUE)
    if singular.any():
        raise singular_covariance(f"on {day(dates[int(np.argmax(singular))])}")
    components = np.einsum("tij,ti->tj", vectors, errors / volatility) / np.sqrt(values)
    return np.asarray(np.einsum("tij,tj->ti", vectors, components))
