"""Checks of the settings of simulations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MIN_EIGENVALUE = 1e-10
"""Smallest eigenvalue up to which a correlation matrix is not positive definite."""


def check_stationary(news: float, memory: float, news_name: str, memory_name: str) -> None:
    """Refuse negative parameters, and parameters with a sum of one or more."""
    if not (news >= 0 and memory >= 0 and news + memory < 1):
        raise DataError(
            f"{news_name} and {memory_name} must not be negative and must add up to less than 1 "
            f"(stationarity); got {news} and {memory}."
        )


def check_calm_first(variance: Array) -> None:
    """Refuse variances of regimes (n_regimes,) that are not in ascending order."""
    if (np.diff(variance) < 0).any():
        raise DataError(
            "regimes must be numbered from calm to turbulent by the variance of the asset; "
            f"got {variance.tolist()}. Reorder transition, ratios and volatilities alike."
        )


def series_names(names: Sequence[str] | None, n_series: int) -> list[str]:
    """Return different names of the series; by default asset, hedge, hedge2, ..."""
    if names is None:
        return ["asset", "hedge", *(f"hedge{number}" for number in range(2, n_series))]
    if isinstance(names, str) or len(names) != n_series or len(set(names)) != n_series:
        raise DataError(
            f"names must be {n_series} different names, one for each series; got {names!r}."
        )
    return list(names)


def correlation_matrix(correlation: float | npt.ArrayLike, n_series: int) -> Array:
    """Return a positive definite correlation matrix, (n_series, n_series).

    A single number is the correlation of every pair.
    """
    given = np.asarray(correlation, dtype=float)
    if given.ndim == 0:
        matrix = np.full((n_series, n_series), float(given))
        np.fill_diagonal(matrix, 1.0)
    else:
        matrix = given.copy()
    if matrix.shape != (n_series, n_series):
        raise DataError(
            f"correlation must be one number or a matrix of shape ({n_series}, {n_series}), "
            f"as n_series says; got shape {matrix.shape}."
        )
    symmetric = np.isfinite(matrix).all() and np.allclose(matrix, matrix.T)
    if not (symmetric and np.allclose(np.diag(matrix), 1)):
        raise DataError(
            f"correlation must be symmetric with ones on its diagonal; got {matrix.tolist()}."
        )
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest <= MIN_EIGENVALUE:
        raise DataError(
            f"correlation must be positive definite; its smallest eigenvalue is {smallest:.3g}. "
            "Move the correlations towards zero."
        )
    return matrix


def transition_matrix(transition: npt.ArrayLike) -> Array:
    """Return a square matrix of probabilities whose rows sum to one."""
    matrix = np.array(transition, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"transition must be a square matrix; got shape {matrix.shape}.")
    row_sums = matrix.sum(axis=1)
    if not (np.all(matrix >= 0) and np.allclose(row_sums, 1, rtol=0, atol=1e-8)):
        raise DataError(
            "transition must contain probabilities, and each row must sum to one; "
            f"got {matrix.tolist()} with row sums {row_sums.tolist()}."
        )
    return matrix


def values_per_regime(
    values: Sequence[float], name: str, n_regimes: int, *, positive: bool = False
) -> Array:
    """Return one finite number for each regime, (n_regimes,), positive if required."""
    array = np.asarray(values, dtype=float)
    if array.shape != (n_regimes,):
        raise DataError(
            f"{name} must contain {n_regimes} numbers, one for each regime of transition; "
            f"got {values!r}."
        )
    if not np.isfinite(array).all() or (positive and not (array > 0).all()):
        raise DataError(
            f"{name} must be finite{' and positive' if positive else ''}; got {values!r}."
        )
    return array
