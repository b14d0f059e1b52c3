"""The minimum-variance hedge ratio of covariance matrices, with singular hedges refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._kernels.minimum_variance import minimum_variance_ratios
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE, check_independent
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


def minimum_variance_ratio(covariance: Array, hedges: list[str]) -> Array:
    """Ratios of the first series on the others, Cov(hedges)^-1 Cov(hedges, asset), shape (n_hedges,).

    Source: Ederington (1979), eq. 5, for one hedge; the normal equations for several. By a Cholesky solve.

    Parameters
    ----------
    covariance : array (1 + n_hedges, 1 + n_hedges), the asset first
    hedges : names for the message, if the hedges are collinear

    Raises
    ------
    DataError
        If the covariance of the hedges is singular.
    """
    check_independent(covariance[1:, 1:], hedges, "hedges")
    ratios, _ = minimum_variance_ratios(covariance[None])
    result: Array = ratios[0]
    return result


def minimum_variance_path(covariances: Array, hedges: list[str], dates: pd.Index[Any]) -> Array:
    """Ratios (n_dates, n_hedges) of a path of matrices (n_dates, 1 + n_hedges, 1 + n_hedges), the asset first.

    Raises
    ------
    DataError
        If the covariance of the hedges is singular on some date, naming the first and the hedges.
    """
    ratios: Array
    ratios, pivots = minimum_variance_ratios(np.ascontiguousarray(covariances))
    singular = ~(pivots > COLLINEARITY_TOLERANCE)
    if singular.any():
        first = int(np.argmax(singular))
        check_independent(covariances[first, 1:, 1:], hedges, f"hedges on {day(dates[first])}")
        raise DataError(
            f"hedges must not be collinear; {', '.join(hedges)} are nearly so on {day(dates[first])}."
        )
    return ratios
