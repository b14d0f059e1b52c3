r"""Robust standard errors from influence functions.

The estimate that solves :math:`\sum_t s_t(\theta) = 0` moves by :math:`A^{-1} s_t` (divided by the
number of dates) when date t gets a little more weight, A being minus the mean Hessian. The mean
outer product of these influences is the sandwich :math:`A^{-1} B A^{-1}` of White (1982),
Econometrica 50, eq. 3.3. A second step that depends on a first one adds the influence of the first
step: two-step covariances need no inverse of the joint, triangular matrix. Parameters on a bound
move only along it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.regression import long_run_sum, newey_west_lags
from hedgeresearch.typing import Array

CURVATURE_TOLERANCE = 1e-9
"""Curvature, relative to one, below which the likelihood does not identify a direction."""


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """First-order behavior of the estimates of a univariate model.

    Attributes
    ----------
    influence : array (n_dates, k), influence of each date on the parameters
    derivatives : array (k, n_dates), derivatives of the standardized residuals with
        respect to the parameters
    """

    influence: Array
    derivatives: Array


def numerical_hessian(
    gradient: Callable[[Array], Array], point: Array, steps: Array, free: Sequence[int]
) -> Array:
    """Return the symmetrized central differences of a gradient.

    Parameters
    ----------
    gradient : callable, of a point (k,), with value (k,)
    point : array (k,)
    steps : array (k,), size of the differences
    free : sequence of int, coordinates that are differentiated

    Returns
    -------
    array (len(free), len(free))
    """
    columns = []
    for i in free:
        step = np.zeros_like(point)
        step[i] = steps[i]
        difference = (gradient(point + step) - gradient(point - step))[list(free)]
        columns.append(difference / (2.0 * steps[i]))
    matrix = np.stack(columns)
    return np.asarray(0.5 * (matrix + matrix.T))


def parameter_influence(scores: Array, information: Array, tangent: Array) -> Array:
    """Return the influence of each date on parameters, V (V'AV)^-1 V' s_t, (n_dates, k).

    Directions that the likelihood does not identify are left out, as if held.

    Parameters
    ----------
    scores : array (n_dates, k), s_t
    information : array (k, k), A, minus the mean Hessian
    tangent : array (k, n_free), V, the directions in which the parameters can move
    """
    # Differences of parameters that are held on a bound may not be finite.
    free = tangent.any(axis=1)
    inside = tangent[free].T @ information[np.ix_(free, free)] @ tangent[free]
    scale = np.sqrt(np.maximum(np.diag(inside), 1e-300))
    values, vectors = np.linalg.eigh(inside / np.outer(scale, scale))
    identified = values > CURVATURE_TOLERANCE
    root = (tangent / scale) @ vectors[:, identified]
    return np.asarray(scores @ root / values[identified] @ root.T)


def covariance_from_influence(by_date: Array) -> Array:
    """Return the sampling covariance (k, k) from influences (n_dates, k).

    It is NaN for parameters on which all influences are zero: they are at a bound.
    """
    matrix = by_date.T @ by_date / len(by_date) ** 2
    held = np.diag(matrix) == 0.0
    matrix[held, :] = np.nan
    matrix[:, held] = np.nan
    return np.asarray(matrix)


@dataclass(frozen=True, eq=False)
class InfluenceErrors:
    """Sampling error of estimates from influences (n_dates, k), with Newey-West lags."""

    influence: Array

    def covariance(self) -> Array:
        """Return the sampling covariance, (k, k)."""
        n_dates = len(self.influence)
        return long_run_sum(self.influence, newey_west_lags(n_dates)) / n_dates**2


def estimates_from_influence(names: list[str], values: Array, influence: Array) -> Estimates:
    """Return estimates (k,) by name, with errors from the influence of each date (n_dates, k)."""
    return Estimates(
        values=dict(zip(names, values.tolist(), strict=True)),
        n_dates=len(influence),
        errors=InfluenceErrors(influence),
    )
