r"""Robust standard errors by influence functions.

The estimate that solves sum_t s_t(theta) = 0 moves by :math:`A^{-1} s_t` (divided by the number of dates) when date t
gets a little more weight, A being minus the mean Hessian; the mean outer product of these influences is the sandwich
:math:`A^{-1} B A^{-1}` of White (1982), Econometrica 50, eq. 3.3. A second step that depends on a first one adds the
first one's influence: two-step covariances need no inverse of the joint, triangular matrix. Parameters held by a bound
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
    """How a margin's parameters react to each date and its residuals to the parameters.

    Attributes
    ----------
    influence : array (n_dates, k), of each date on the parameters
    derivatives : array (k, n_dates), of the standardized residuals with respect to the parameters
    """

    influence: Array
    derivatives: Array


def numerical_hessian(
    gradient: Callable[[Array], Array], point: Array, steps: Array, moved: Sequence[int]
) -> Array:
    """Central differences of a gradient over the ``moved`` coordinates, symmetrised, (len(moved), len(moved))."""
    columns = []
    for i in moved:
        step = np.zeros_like(point)
        step[i] = steps[i]
        columns.append(
            (gradient(point + step) - gradient(point - step))[list(moved)] / (2.0 * steps[i])
        )
    matrix = np.stack(columns)
    return np.asarray(0.5 * (matrix + matrix.T))


def parameter_influence(scores: Array, information: Array, tangent: Array) -> Array:
    """Influence of each date on parameters that can move along ``tangent``: V (V'AV)^-1 V' s_t, (n_dates, k).

    Directions that the likelihood does not identify are left out, as if held.

    Parameters
    ----------
    scores : array (n_dates, k)
    information : array (k, k), A, minus the mean Hessian
    tangent : array (k, n_free), V
    """
    moved = tangent.any(axis=1)  # beside a bound differences of held parameters may not be finite
    inside = tangent[moved].T @ information[np.ix_(moved, moved)] @ tangent[moved]
    scale = np.sqrt(np.maximum(np.diag(inside), 1e-300))
    values, vectors = np.linalg.eigh(inside / np.outer(scale, scale))
    seen = values > CURVATURE_TOLERANCE
    root = (tangent / scale) @ vectors[:, seen]
    return np.asarray(scores @ root / values[seen] @ root.T)


def covariance_from_influence(by_date: Array) -> Array:
    """Sampling covariance from influences (n_dates, k); NaN for parameters that no date moves."""
    matrix = by_date.T @ by_date / len(by_date) ** 2
    held = np.diag(matrix) == 0.0
    matrix[held, :], matrix[:, held] = np.nan, np.nan
    return np.asarray(matrix)


@dataclass(frozen=True, eq=False)
class InfluenceErrors:
    """Sampling covariance of estimates from the influence of each date on them, (n_dates, k), with Newey-West lags."""

    influence: Array

    def covariance(self) -> Array:
        """(k, k)."""
        n_dates = len(self.influence)
        return long_run_sum(self.influence, newey_west_lags(n_dates)) / n_dates**2


def estimates_from_influence(names: list[str], values: Array, influence: Array) -> Estimates:
    """Estimates (k,) under their names, with the errors that the influence of each date (n_dates, k) gives them."""
    return Estimates(
        values=dict(zip(names, values.tolist(), strict=True)),
        n_dates=len(influence),
        inference=InfluenceErrors(influence),
    )
