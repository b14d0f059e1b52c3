r"""The filter of regression coefficients that move, in the units of returns.

.. math:: r^{asset}_t = c + r^{hedges}_t{}' b_t + e_t, \qquad b_t = m + d_t, \quad d_{t+1} = \Phi d_t + v_t

with c and m unknown constants (m is the first ratio where the ratio is a random walk): Durbin and Koopman (2012), Time
Series Analysis by State Space Methods, section 5.7.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.kalman import kalman_path, kalman_smooth
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class Units:
    """What makes the residuals of OLS, and every hedge, a series of unit variance.

    Attributes
    ----------
    coefficients : array (1 + n_hedges,), of OLS, the constant first; the filter follows the difference from them
    asset, hedges : float and array (n_hedges,), the scales of residuals and hedges
    """

    coefficients: Array
    asset: float
    hedges: Array

    @classmethod
    def of(cls, values: Array) -> Units:
        """Those of returns (n_dates, 1 + n_hedges), the asset first."""
        regression = least_squares(values[:, 0], values[:, 1:])
        return cls(
            regression.coefficients, float(regression.residuals.std()), values[:, 1:].std(axis=0)
        )

    @property
    def ratio(self) -> Array:
        """Scales of the coefficients, (1 + n_hedges,), the constant first."""
        return np.asarray(self.asset / np.concatenate([[1.0], self.hedges]))

    def apply(self, values: Array) -> Array:
        """Columns of the filter: the asset beyond OLS, ones, and the hedges, (n_dates, n_hedges + 2)."""
        beyond = values[:, 0] - self.coefficients[0] - values[:, 1:] @ self.coefficients[1:]
        return np.column_stack(
            [beyond / self.asset, np.ones(len(values)), values[:, 1:] / self.hedges]
        )


class Dynamics(NamedTuple):
    """How ratios move: persistence, variance of their steps and of their first distance from the mean, (n_hedges,)."""

    persistence: Array
    steps: Array
    first: Array


@dataclass(frozen=True, eq=False)
class KalmanFilter:
    """Known parameters, and where the filter that uses them stands.

    Attributes
    ----------
    units : Units
    dynamics : Dynamics, in these units and those of the residual variance
    variance : float, of the residuals, in these units
    state, spread, moments : arrays (n_hedges, n_hedges + 2), (n_hedges, n_hedges), (n_hedges + 2, n_hedges + 2),
        predictions of the moving part from each column, its covariance, and moments of the innovations
    """

    units: Units
    dynamics: Dynamics
    variance: float
    state: Array
    spread: Array
    moments: Array

    @classmethod
    def before(cls, units: Units, dynamics: Dynamics, variance: float) -> KalmanFilter:
        """The filter that has seen nothing."""
        n = len(dynamics.steps)
        empty = np.zeros((n + 2, n + 2))
        return cls(units, dynamics, variance, empty[:n], np.diag(dynamics.first), empty)

    def restarted(self) -> KalmanFilter:
        """The same before it has seen anything."""
        return KalmanFilter.before(self.units, self.dynamics, self.variance)

    def run(self, values: Array, skipped: int = 0) -> tuple[Array, Array, float, KalmanFilter]:
        """Over returns (n_dates, 1 + n_hedges), the asset first.

        Returns
        -------
        ratios, errors : arrays (n_dates + 1 - skipped, n_hedges), predictions from the dates before each, and their
            standard errors at known parameters; the last are those of the next date
        pivot : float, how far the regressors of the ``skipped`` dates are from collinear, between 0 and 1
        end : KalmanFilter after the last date
        """
        columns = self.units.apply(values)
        persistence, steps, _ = self.dynamics
        ratios, variances, pivot, *end = kalman_path(
            columns, persistence, steps, self.state, self.spread, self.moments, skipped
        )
        units = self.units.ratio[1:]
        state, spread, moments = end
        following = replace(self, state=state, spread=spread, moments=moments)
        errors = units * np.sqrt(self.variance * variances)
        return self.units.coefficients[1:] + units * ratios, errors, float(pivot), following

    @property
    def next_coefficient_covariance(self) -> Array:
        """Covariance of the next date's constant and ratios at known parameters, (1 + n_hedges, 1 + n_hedges)."""
        inverse = inverted(self.moments[1:, 1:])
        part = np.eye(len(inverse))
        part[1:] -= self.state[:, 1:]
        inside = part @ inverse @ part.T
        inside[1:, 1:] += self.spread
        return np.asarray(self.variance * inside * np.outer(self.units.ratio, self.units.ratio))

    def smooth(self, values: Array) -> Array:
        """Ratios given all returns (n_dates, 1 + n_hedges), of the filter that has seen them, (n_dates, n_hedges)."""
        level = inverted(self.moments[1:, 1:]) @ self.moments[1:, 0]
        moving = kalman_smooth(self.units.apply(values), *self.dynamics, level)
        return np.asarray(self.units.coefficients[1:] + self.units.ratio[1:] * (level[1:] + moving))


def inverted(matrix: Array) -> Array:
    """The inverse, by a matrix with ones on the diagonal."""
    scale = np.sqrt(np.diag(matrix))
    sizes = np.outer(scale, scale)
    return np.asarray(np.linalg.inv(matrix / sizes) / sizes)


def invert(matrix: Array) -> tuple[Array, float]:
    """The inverse and the logarithm of the determinant, by a matrix with ones on the diagonal."""
    scale = np.sqrt(np.diag(matrix))
    _, log_determinant = np.linalg.slogdet(matrix / np.outer(scale, scale))
    return inverted(matrix), float(log_determinant + 2.0 * np.log(scale).sum())
