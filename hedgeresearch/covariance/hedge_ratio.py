"""Minimum-variance hedge ratios of covariance matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE, check_independent
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


def hedge_names(asset: Any, hedges: Any, series: pd.Index[Any]) -> list[Any]:
    """Return the names of one hedge or several as a list.

    Parameters
    ----------
    asset : str
        Name of the series that is hedged.
    hedges : str or sequence of str
        Name of one hedge, or names of several. A tuple may itself be the name of a column with two
        levels.
    series : index
        Names of all series.

    Raises
    ------
    DataError
        If there is no hedge, or a name comes twice.
    """
    is_tuple_name = isinstance(hedges, tuple) and hedges in list(series)
    is_one_name = is_tuple_name or not pd.api.types.is_list_like(hedges)
    names = [hedges] if is_one_name else list(hedges)
    if not names or len({asset, *names}) < 1 + len(names):
        raise DataError(
            "asset and hedges must be different series, one of each at least; got "
            f"{[asset, *names]}."
        )
    return names


def minimum_variance_ratio(covariance: Array, hedges: list[str]) -> Array:
    """Return the ratios of the first series on the others, Cov(hedges)^-1 Cov(hedges, asset).

    Source: Ederington (1979), eq. 5, for one hedge; the normal equations for several, by a
    Cholesky solve.

    Parameters
    ----------
    covariance : array (1 + n_hedges, 1 + n_hedges)
        Covariance matrix, the asset first.
    hedges : list of str
        Names for the message, if the hedges are collinear.

    Returns
    -------
    array (n_hedges,)

    Raises
    ------
    DataError
        If the covariance of the hedges is singular.
    """
    ratios, pivots = minimum_variance_ratios(covariance[None])
    # the eigenvalues of the correlations of n hedges have the product of their pivots and the sum
    # n; the product of all but the smallest is below (n / (n - 1))^(n - 1) < e, so that the
    # smallest is above pivot^n / e
    if not float(pivots[0]) ** len(hedges) > math.e * COLLINEARITY_TOLERANCE:
        check_independent(covariance[1:, 1:], hedges, "hedges")
    return np.asarray(ratios[0])


def minimum_variance_path(covariances: Array, hedges: list[str], dates: pd.Index[Any]) -> Array:
    """Return the ratios of each date, (n_dates, n_hedges).

    Parameters
    ----------
    covariances : array (n_dates, 1 + n_hedges, 1 + n_hedges)
        Covariance matrices, the asset first.
    hedges : list of str
        Names for the message.
    dates : index (n_dates,)
        Dates for the message.

    Raises
    ------
    DataError
        If the covariance of the hedges is singular on a date; the message names the first one and
        the hedges.
    """
    ratios, pivots = minimum_variance_ratios(np.ascontiguousarray(covariances))
    check_pivots(pivots, hedges, dates, lambda place: covariances[place])
    return np.asarray(ratios)


def check_pivots(
    pivots: Array, hedges: list[str], dates: pd.Index[Any], covariance: Callable[[int], Array]
) -> None:
    """Refuse hedges that are collinear on a date.

    Parameters
    ----------
    pivots : array (n_dates,)
        Smallest pivot of the correlation matrix of the hedges.
    hedges : list of str
        Names for the message.
    dates : index (n_dates,)
        Dates for the message.
    covariance : callable
        Function of the place of a date. It returns the covariance matrix, the asset first.

    Raises
    ------
    DataError
        If the hedges are collinear; the message names the first date and the hedges.
    """
    singular = ~(pivots > COLLINEARITY_TOLERANCE)
    if singular.any():
        first = int(np.argmax(singular))
        check_independent(covariance(first)[1:, 1:], hedges, f"hedges on {day(dates[first])}")
        raise DataError(
            f"hedges must not be collinear; {', '.join(hedges)} are nearly so on "
            f"{day(dates[first])}. Leave one of them out."
        )
