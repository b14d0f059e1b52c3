"""Returns in units in which the tolerances of an optimizer mean the same for all data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.typing import Array


class StandardizedReturns(NamedTuple):
    """Asset hedged with the minimum-variance ratio, and hedges, each of size one.

    Attributes
    ----------
    hedged : array (n_dates,), not centered
    hedges : array (n_dates, k), not centered
    ratio : array (k,), the minimum-variance ratio
    size : float, of the hedged asset in the original units
    units : array (k,), factors from coefficients of ``hedged`` on ``hedges`` to additions to the
        ratio
    """

    hedged: Array
    hedges: Array
    ratio: Array
    size: float
    units: Array


def standardize_returns(returns: Array, about_zero: bool = False) -> StandardizedReturns:
    """Standardize returns (n_dates, 1 + k), the asset first.

    The size of the hedged asset is its standard deviation, or its root mean square if
    ``about_zero``.
    """
    asset = returns[:, 0]
    hedges = returns[:, 1:]
    ratio = least_squares(asset, hedges).coefficients[1:]
    hedged = asset - hedges @ ratio
    size = float(np.sqrt(np.mean(hedged**2))) if about_zero else float(hedged.std())
    scale = hedges.std(axis=0)
    return StandardizedReturns(hedged / size, hedges / scale, ratio, size, size / scale)
