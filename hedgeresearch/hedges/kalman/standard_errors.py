r"""Sampling errors of the parameters of time-varying ratios, and of the ratios.

.. math:: \mathrm{Var}(b_t - b_{t|t-1})
          = E_\theta \big( \mathrm{Var}_\theta(b_t \mid \text{data before } t) \big)
          + E_\theta \big( b_{t|t-1}(\theta) - b_{t|t-1} \big)^2

with parameters that are normal about the estimate: Hamilton (1986), Journal of Econometrics 33,
section 2. Where he draws them, the expectations here use second differences over one standard error
along each principal axis of their sampling covariance, which stay within the box, and near the
variance of the residuals of OLS, where the data identify a parameter poorly. The addition to the
variance at the estimate is never negative. The sampling covariance is the sandwich of White (1982),
see ``estimation.influence``.

It is zero for a ratio whose steps are estimated at zero, as often happens in short samples; the
expectation is then over the step volatilities above zero, weighted by their likelihood. Coverage of
95% intervals of the next ratio over 400 samples with a hedge and residuals of volatility 1 and 0.5,
by the volatility of the ratio's steps:

===== ===== ===== ===== =====
n      0.00  0.02  0.05  0.10
===== ===== ===== ===== =====
60    1.000 1.000 0.985 0.970
100   1.000 0.995 0.955 0.942
250   0.998 0.922 0.950 0.955
===== ===== ===== ===== =====
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch.estimation.influence import numerical_hessian, parameter_influence
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.hedges.kalman.filter import Dynamics, FilterRun, KalmanFilter
from hedgeresearch.hedges.kalman.likelihood import KalmanLikelihood
from hedgeresearch.hedges.ratio_errors import estimates_of
from hedgeresearch.typing import Array, Mask

DIFFERENCE_STEP = 1e-4
"""Step of the numerical derivatives with respect to the coordinates of the search."""
DATES_PER_DEGREE = 10.0
"""Number of observations for a degree of freedom of the t quantiles, chosen by simulation."""
N_POINTS_ABOVE_ZERO = 8
"""Number of step volatilities that stand for those that the data do not exclude."""
MAX_DECREASE = 4.0
"""Decrease of the log-likelihood beyond which they are excluded."""
MAX_LOG_DECREASE = 20.0
"""Decrease of the log residual variance beyond which the residuals are zero in comparison."""
MAX_LOG_INCREASE = 1.0
"""Largest log residual variance above that of OLS."""
MAX_AXIS_DECREASE = 2.0
"""Decrease of the log-likelihood up to which a point on an axis is used: two standard errors."""
MIN_AXIS_SHARE = 2.0**-12
"""Smallest share of a standard error, below which the point is the estimate."""


class WeightedPoint(NamedTuple):
    """Residual variance and dynamics near the estimate, and their weight in an expectation."""

    weight: float
    variance: float
    dynamics: Dynamics


@dataclass(frozen=True, eq=False)
class KalmanErrors:
    """Sampling covariance of the parameters.

    For residual variance, steps and persistence it is the sandwich of scores and Hessian, for the
    constant (and the means) that of weighted least squares.

    Attributes
    ----------
    likelihood : KalmanLikelihood
    point : array (n_parameters,), the optimum
    free : array (n_parameters,) of bool, False for parameters at a bound or not identified
    units : array (1 + n_hedges,), units of the coefficients, the constant first
    """

    likelihood: KalmanLikelihood
    point: Array
    free: Mask
    units: Array

    @cached_property
    def by_coordinate(self) -> Array:
        """Covariance of log residual variance and coordinates of the box; zero if not free."""
        profile = self.likelihood.profile(self.point)
        at = np.concatenate([[np.log(profile.variance)], self.point])
        tangent = np.eye(len(at))[:, np.concatenate([[True], self.free])]
        free = np.flatnonzero(tangent.any(axis=1)).tolist()
        information = np.zeros((len(at), len(at)))
        # near a bound the differences are taken just inside it
        low, high = np.array(self.likelihood.bounds).T
        inside = at.copy()
        nearby = np.clip(self.point, low + DIFFERENCE_STEP, high - DIFFERENCE_STEP)
        inside[1:] = np.where(self.free, nearby, self.point)
        differences = numerical_hessian(
            self.likelihood.mean_score, inside, np.full(len(at), DIFFERENCE_STEP), free
        )
        information[np.ix_(free, free)] = -differences
        by_date = parameter_influence(self._scores(at), information, tangent)
        return np.asarray(by_date.T @ by_date / len(by_date) ** 2)

    def points_around(self) -> list[WeightedPoint]:
        """Return residual variances and dynamics around the estimate, with their weights.

        They lie one standard error away in both directions along each principal axis, within the
        box, and beyond the bounds on which steps have a variance of zero. Where the likelihood is
        far from quadratic, as near these bounds, standard errors along an axis may reach where the
        data exclude the parameters: the point is then halfway, or halfway to that, and so on.
        """
        sizes, axes = np.linalg.eigh(self.by_coordinate)
        directions = (axes * np.sqrt(np.maximum(sizes, 0.0))).T[sizes > 0.0]
        low, high = np.array(self.likelihood.bounds).T
        points = []
        for direction in directions:
            points += [self._point_along(sign * direction) for sign in (1.0, -1.0)]
        for hedge in range(self.likelihood.n_hedges):
            if not self.free[hedge] and self.point[hedge] <= low[hedge]:
                points += self._points_above_zero(hedge, high[hedge])
        return points

    def _point_along(self, direction: Array) -> WeightedPoint:
        """Return the point in a direction, or the share of it that the data do not exclude."""
        low, high = np.array(self.likelihood.bounds).T
        best = self.likelihood.profile(self.point)
        log_variance = np.log(best.variance)
        # the residuals of OLS have a variance of one
        limits = (log_variance - MAX_LOG_DECREASE, max(log_variance, 0.0) + MAX_LOG_INCREASE)
        share = 1.0
        while True:
            variance = float(np.exp(np.clip(log_variance + share * direction[0], *limits)))
            point = np.clip(self.point + share * direction[1:], low, high)
            decrease = best.log_likelihood - self._log_likelihood(point, variance)
            if decrease <= MAX_AXIS_DECREASE or share <= MIN_AXIS_SHARE:
                return WeightedPoint(0.5, variance, self.likelihood.dynamics(point))
            share *= 0.5

    def _log_likelihood(self, point: Array, variance: float) -> float:
        """Return the log-likelihood at a point for a residual variance other than the best."""
        profile = self.likelihood.profile(point)
        n_contrasts = len(self.likelihood.columns) - len(profile.inverse)
        ratio = profile.variance / variance
        return profile.log_likelihood - 0.5 * n_contrasts * (ratio - 1.0 - float(np.log(ratio)))

    def _points_above_zero(self, hedge: int, highest: float) -> list[WeightedPoint]:
        """Return steps of a hedge whose estimate is zero, weighted by their likelihood.

        The volatilities of the steps are midpoints of intervals from zero to where the likelihood
        has fallen by a factor of exp(-4).
        """
        n_dates = len(self.likelihood.columns)

        def at(volatility: float) -> Array:
            point = self.point.copy()
            point[hedge] = min(np.log1p((n_dates * volatility) ** 2), highest)
            return point

        best = self.likelihood.profile(self.point).log_likelihood
        largest = 1.0 / n_dates
        while self.likelihood.profile(at(largest)).log_likelihood > best - MAX_DECREASE:
            if at(largest)[hedge] >= highest:
                break
            largest *= 1.5
        volatilities = (np.arange(N_POINTS_ABOVE_ZERO) + 0.5) / N_POINTS_ABOVE_ZERO * largest
        profiles = [self.likelihood.profile(at(one)) for one in volatilities]
        relative = np.exp([profile.log_likelihood - best for profile in profiles])
        weights = relative / relative.sum()
        return [
            WeightedPoint(weight, profile.variance, self.likelihood.dynamics(at(one)))
            for weight, profile, one in zip(weights.tolist(), profiles, volatilities, strict=True)
        ]

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust"

    def covariance(self) -> Array:
        """Return the covariance in the order of the estimates, NaN for parameters not free."""
        n = self.likelihood.n_hedges
        profile = self.likelihood.profile(self.point)
        jacobian = self._jacobian(profile.variance)
        moving = jacobian @ self.by_coordinate @ jacobian.T
        held = 1 + np.flatnonzero(np.logical_not(self.free))
        moving[held, :] = np.nan
        moving[:, held] = np.nan
        kept = slice(0, 1 + n * self.likelihood.mean_reverting)
        level = (profile.variance * profile.inverse * np.outer(self.units, self.units))[kept, kept]
        n_level = len(level)
        total = np.zeros((n_level + len(moving), n_level + len(moving)))
        total[:n_level, :n_level] = level
        total[n_level:, n_level:] = moving
        return total

    def _jacobian(self, variance: float) -> Array:
        """Return derivatives of the moving parameters.

        They are with respect to log residual variance and coordinates. The parameters are residual
        volatility, ratio volatilities and persistences.
        """
        n = self.likelihood.n_hedges
        dynamics = self.likelihood.dynamics(self.point)
        step_variances = np.where(self.free[:n], dynamics.step_variances, 1.0)
        residual_volatility = np.sqrt(variance) * self.units[0]
        ratio_volatility = np.sqrt(variance * step_variances) * self.units[1:]
        jacobian = np.diag(np.concatenate([[0.0], np.ones(len(self.point))]))
        jacobian[: 1 + n, 0] = 0.5 * np.concatenate([[residual_volatility], ratio_volatility])
        slopes = np.exp(self.point[:n]) / len(self.likelihood.columns) ** 2
        np.fill_diagonal(
            jacobian[1 : 1 + n, 1 : 1 + n], 0.5 * ratio_volatility * slopes / step_variances
        )
        np.fill_diagonal(jacobian[1 + n :, 1 + n :], np.exp(-self.point[n:]))
        return jacobian

    def _scores(self, at: Array) -> Array:
        """Return scores, (n_dates, 1 + n_parameters).

        They are with respect to log residual variance and coordinates.
        """
        profile = self.likelihood.profile(at[1:])
        given = profile._replace(variance=float(np.exp(at[0])))
        squares, scores, jacobian = self.likelihood.scores(at[1:], given)
        n_contrasts = len(scores) - len(profile.inverse)
        by_variance = 0.5 * (squares - n_contrasts / len(scores))
        return np.column_stack([by_variance, scores @ jacobian])


@dataclass(frozen=True)
class KalmanRatioErrors:
    """Variance of the filtered ratios, increased for the uncertainty of the parameters."""

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the covariance of the next ratio, (n_hedges, n_hedges)."""
        known = fit.state.filter.next_coefficient_covariance[1:, 1:]
        added = np.zeros_like(known)
        for weight, run in _runs_around(fit, len(fit.sample.rows)):
            change = run.ratios[0] - fit.next_ratio.to_numpy()
            covariance = run.end.next_coefficient_covariance[1:, 1:]
            added += weight * (covariance - known + np.outer(change, change))
        sizes, axes = np.linalg.eigh(added)
        return np.asarray(known + (axes * np.maximum(sizes, 0.0)) @ axes.T)

    def path_errors(self, fit: FittedHedge) -> Array:
        """Return the standard errors of the ratio of each date, (n_dates, n_hedges)."""
        skipped = len(fit.sample.rows) - len(fit.ratio)
        at_estimate = fit.state.filter.restarted().run(fit.sample.rows.values, skipped)
        known = at_estimate.errors
        added = np.zeros_like(known)
        for weight, run in _runs_around(fit, skipped):
            change = run.ratios - at_estimate.ratios
            added += weight * (run.errors**2 - known**2 + change**2)
        return np.asarray(np.sqrt(known**2 + np.maximum(added, 0.0))[:-1])

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return a tenth of the number of observations in the estimation sample."""
        return fit.sample.n_estimation / DATES_PER_DEGREE

    def path_degrees_of_freedom(self, fit: FittedHedge) -> Array:
        """Return the same for each date, (n_dates,)."""
        return np.full(len(fit.ratio), self.degrees_of_freedom(fit))


def _runs_around(fit: FittedHedge, skipped: int) -> Iterator[tuple[float, FilterRun]]:
    """Yield the weight and the run of the filter at each point around the estimate.

    The runs begin at date ``skipped``.
    """
    errors = estimates_of(fit).errors
    if not isinstance(errors, KalmanErrors):
        raise TypeError("KalmanRatioErrors needs estimates with KalmanErrors")
    for weight, variance, dynamics in errors.points_around():
        first = KalmanFilter.initial(fit.state.filter.units, dynamics, variance)
        yield weight, first.run(fit.sample.rows.values, skipped)
