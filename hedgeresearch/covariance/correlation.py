"""Arithmetic of correlation matrices that several families of covariance models share."""

from __future__ import annotations

from functools import cache

import numpy as np

from hedgeresearch.covariance.first_step import filter_volatilities
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.protocols import VolatilityState


def as_correlation(covariance: Array) -> Array:
    """Return a covariance matrix scaled to a unit diagonal, (n, n)."""
    scale = 1.0 / np.sqrt(np.diag(covariance))
    return np.asarray(covariance * np.outer(scale, scale))


def pairwise_products(volatility: Array) -> Array:
    """Return the products of every pair of volatilities (n_dates, n) of a date, (n_dates, n, n)."""
    return volatility[:, :, None] * volatility[:, None, :]


def upper_triangle_to_matrix(values: Array, n: int, *, diagonal: bool = True) -> Array:
    """Return the symmetric matrix (n, n) with the given upper triangle.

    Parameters
    ----------
    values : array (n (n + 1) / 2,) or (n (n - 1) / 2,)
        Upper triangle row by row, with or without its diagonal.
    n : int
        Number of rows.
    diagonal : bool
        Whether the values include the diagonal, which is zero otherwise.
    """
    matrix = np.zeros((n, n))
    rows, columns = _triangle(n, 0 if diagonal else 1)
    matrix[rows, columns] = values
    matrix[columns, rows] = values
    return matrix


@cache
def _triangle(n: int, offset: int) -> tuple[Indices, Indices]:
    """Return the rows and columns of the upper triangle, which every difference needs."""
    return np.triu_indices(n, offset)


def filter_residuals(
    states: tuple[VolatilityState, ...], returns: Array
) -> tuple[Array, Array, tuple[VolatilityState, ...]]:
    """Divide the errors of each series by their volatility.

    Parameters
    ----------
    states : tuple of VolatilityState
        Univariate states before the first date.
    returns : array (n_dates, n_series)

    Returns
    -------
    residuals : array (n_dates, n_series)
        Errors over volatilities.
    variances : array (n_dates + 1, n_series)
        Conditional variances of each date and of the next one.
    states : tuple of VolatilityState
        States after the last date.
    """
    means, variances, after = filter_volatilities(states, returns)
    return (returns - means[:-1]) / np.sqrt(variances[:-1]), variances, after
