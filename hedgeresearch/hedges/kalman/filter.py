r"""Filter of time-varying regression coefficients, in the units of returns.

.. math:: r^{asset}_t = c + r^{hedges}_t{}' b_t + e_t, \qquad b_t = m + d_t, \quad
          d_{t+1} = \Phi d_t + v_t

with c and m unknown constants (m is the first ratio where the ratio is a random walk): Durbin and
Koopman (2012), Time Series Analysis by State Space Methods, section 5.7.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.kalman.filter import kalman_path, kalman_smooth
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class FilterUnits:
    """Units in which the residuals of OLS and every hedge have unit variance.

    Attributes
    ----------
    coefficients : array (1 + n_hedges,), of OLS, the constant first; the filter follows the
        difference from them
    asset : float, standard deviation of the residuals
    hedges : array (n_hedges,), standard deviations of the hedges
    """

    coefficients: Array
    asset: float
    hedges: Array

    @classmethod
    def from_returns(cls, values: Array) -> FilterUnits:
        """Return the units for returns (n_dates, 1 + n_hedges), the asset first."""
        regression = least_squares(values[:, 0], values[:, 1:])
        return cls(
            coefficients=regression.coefficients,
            asset=float(regression.residuals.std()),
            hedges=values[:, 1:].std(axis=0),
        )

    @property
    def ratio(self) -> Array:
        """Units of the coefficients, (1 + n_hedges,), the constant first."""
        return np.asarray(self.asset / np.concatenate([[1.0], self.hedges]))

    def columns(self, values: Array) -> Array:
        """Return the residual of OLS, ones, and the hedges, (n_dates, n_hedges + 2)."""
        residuals = values[:, 0] - self.coefficients[0] - values[:, 1:] @ self.coefficients[1:]
        columns = [residuals / self.asset, np.ones(len(values)), values[:, 1:] / self.hedges]
        return np.ascontiguousarray(np.column_stack(columns))


class Dynamics(NamedTuple):
    """Dynamics of the ratios, (n_hedges,) each.

    Attributes
    ----------
    persistence : array, share of the distance from the mean that remains on the next date
    step_variances : array, variances of the steps from one date to the next
    initial_variances : array, variances of the first distance from the mean
    """

    persistence: Array
    step_variances: Array
    initial_variances: Array


class FilterRun(NamedTuple):
    """Result of a filter over returns.

    Attributes
    ----------
    ratios : array (n_dates + 1 - skipped, n_hedges), predicted from the dates before each; the last
        are those of the next date
    errors : array (n_dates + 1 - skipped, n_hedges), standard errors of the ratios at known
        parameters
    pivot : float, distance of the regressors of the skipped dates from collinearity, from 0 to 1
    end : KalmanFilter, after the last date
    """

    ratios: Array
    errors: Array
    pivot: float
    end: KalmanFilter


@dataclass(frozen=True, eq=False)
class KalmanFilter:
    """Known parameters and the state of the filter that uses them.

    Attributes
    ----------
    units : FilterUnits
    dynamics : Dynamics, in these units and relative to the residual variance
    variance : float, of the residuals, in these units
    state : array (n_hedges, n_hedges + 2), prediction of the moving part from each column
    state_covariance : array (n_hedges, n_hedges), covariance of the moving part
    moments : array (n_hedges + 2, n_hedges + 2), moments of the innovations
    """

    units: FilterUnits
    dynamics: Dynamics
    variance: float
    state: Array
    state_covariance: Array
    moments: Array

    @classmethod
    def initial(cls, units: FilterUnits, dynamics: Dynamics, variance: float) -> KalmanFilter:
        """Return the filter before the first date."""
        n = len(dynamics.step_variances)
        empty = np.zeros((n + 2, n + 2))
        return cls(units, dynamics, variance, empty[:n], np.diag(dynamics.initial_variances), empty)

    def restarted(self) -> KalmanFilter:
        """Return the filter of the same parameters before the first date."""
        return KalmanFilter.initial(self.units, self.dynamics, self.variance)

    def run(self, values: Array, skipped: int = 0) -> FilterRun:
        """Filter returns (n_dates, 1 + n_hedges), the asset first.

        Ratios of the first ``skipped`` dates are left out.
        """
        columns = self.units.columns(values)
        persistence, step_variances, _ = self.dynamics
        ratios, variances, pivot, state, state_covariance, moments = kalman_path(
            columns,
            persistence,
            step_variances,
            self.state,
            self.state_covariance,
            self.moments,
            skipped,
        )
        units = self.units.ratio[1:]
        return FilterRun(
            ratios=self.units.coefficients[1:] + units * ratios,
            errors=units * np.sqrt(self.variance * variances),
            pivot=float(pivot),
            end=replace(self, state=state, state_covariance=state_covariance, moments=moments),
        )

    @property
    def next_coefficient_covariance(self) -> Array:
        """Covariance of the next constant and ratios, (1 + n_hedges, 1 + n_hedges).

        At known parameters.
        """
        inverse = stable_inverse(self.moments[1:, 1:])
        loading = np.eye(len(inverse))
        loading[1:] -= self.state[:, 1:]
        inside = loading @ inverse @ loading.T
        inside[1:, 1:] += self.state_covariance
        return np.asarray(self.variance * inside * np.outer(self.units.ratio, self.units.ratio))

    def smooth(self, values: Array) -> Array:
        """Return the ratios given all returns that this filter has seen, (n_dates, n_hedges).

        ``values`` are these returns, (n_dates, 1 + n_hedges).
        """
        level = stable_inverse(self.moments[1:, 1:]) @ self.moments[1:, 0]
        moving = kalman_smooth(self.units.columns(values), *self.dynamics, level)
        return np.asarray(self.units.coefficients[1:] + self.units.ratio[1:] * (level[1:] + moving))


def stable_inverse(matrix: Array) -> Array:
    """Return the inverse of a covariance matrix, computed from its correlation matrix."""
    scale = np.sqrt(np.diag(matrix))
    sizes = np.outer(scale, scale)
    return np.asarray(np.linalg.inv(matrix / sizes) / sizes)


def inverse_and_log_determinant(matrix: Array) -> tuple[Array, float]:
    """Return the inverse and log-determinant, computed from the correlation matrix."""
    scale = np.sqrt(np.diag(matrix))
    _, log_determinant = np.linalg.slogdet(matrix / np.outer(scale, scale))
    return stable_inverse(matrix), float(log_determinant + 2.0 * np.log(scale).sum())
