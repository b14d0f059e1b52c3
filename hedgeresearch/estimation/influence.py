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
from hedgeresearch.estimation.regression import (
    SMALL_SAMPLE,
    hac_degrees_of_freedom,
    long_run_sum,
    newey_west_lags,
)
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

    It is NaN for parameters on which all influences are zero: they are at a bound. Influences of a
    correctly specified likelihood are not autocorrelated; ``long_run_covariance`` is for others.
    """
    matrix = by_date.T @ by_date / len(by_date) ** 2
    held = np.diag(matrix) == 0.0
    matrix[held, :] = np.nan
    matrix[:, held] = np.nan
    return np.asarray(matrix)


def long_run_covariance(by_date: Array) -> Array:
    """Return the sampling covariance (k, k) from autocorrelated influences (n_dates, k)."""
    return long_run_sum(by_date, newey_west_lags(len(by_date))) / len(by_date) ** 2


@dataclass(frozen=True, eq=False)
class InfluenceErrors:
    """Sampling error of estimates from influences, with Newey-West lags.

    Attributes
    ----------
    influence : array (n_dates, k)
    n_effective : float
        Number of observations that the estimates rest on. Below ``SMALL_SAMPLE`` the influences are
        multiplied by n / (n - k), as residuals are divided by one less their leverage, which is
        k / n on average.
    n_coefficients : int
        Number k of coefficients in that factor.
    """

    influence: Array
    n_effective: float
    n_coefficients: int

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return f"Newey-West, {newey_west_lags(len(self.influence))} lags"

    def covariance(self) -> Array:
        """Return the sampling covariance, (k, k)."""
        matrix = long_run_covariance(self.influence)
        if self.n_effective >= SMALL_SAMPLE:
            return matrix
        left = max(self.n_effective - self.n_coefficients, 1.0)
        return matrix * (self.n_effective / left) ** 2

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the t distribution; infinite from ``SMALL_SAMPLE`` on."""
        lags = newey_west_lags(len(self.influence))
        return hac_degrees_of_freedom(self.n_effective, self.n_coefficients, lags)


def estimates_from_influence(
    names: list[str],
    values: Array,
    influence: Array,
    *,
    n_coefficients: int,
    n_effective: float | None = None,
) -> Estimates:
    """Return estimates by name, with errors from the influence of each date.

    Parameters
    ----------
    names : list of str
    values : array (k,)
    influence : array (n_dates, k)
    n_coefficients : int
        Number of coefficients that were estimated together, a constant included.
    n_effective : float, optional
        Number of observations that they rest on; by default n_dates. Infinity leaves out the
        correction for small samples.
    """
    n = float(len(influence)) if n_effective is None else n_effective
    errors = InfluenceErrors(influence, n, n_coefficients)
    return Estimates(
        values=dict(zip(names, values.tolist(), strict=True)),
        n_dates=len(influence),
        degrees_of_freedom=errors.degrees_of_freedom,
        errors=errors,
    )
