r"""How sure the parameters of moving ratios are, and the ratios.

.. math:: \mathrm{Var}(b_t - b_{t|t-1}) = E_\theta \big( \mathrm{Var}_\theta(b_t \mid \text{data before } t) \big)
          + E_\theta \big( b_{t|t-1}(\theta) - b_{t|t-1} \big)^2

with parameters that are normal about the estimate: Hamilton (1986), Journal of Econometrics 33, section 2. Where he
draws them, the expectations here take second differences over one standard error along each principal axis of their
sampling covariance, which stay within the box where the data hardly identify a parameter. What is added to the variance
at the estimate is never negative. The sampling covariance is the sandwich of White (1982), see
``estimation.influence``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import numerical_hessian, parameter_influence
from hedgeresearch.hedges.errors import estimates_of
from hedgeresearch.hedges.fitted import FittedHedge
from hedgeresearch.hedges.kalman.estimation import KalmanLikelihood
from hedgeresearch.hedges.kalman.filter import Dynamics, KalmanFilter, Units
from hedgeresearch.optimization.quasi_newton import Optimum
from hedgeresearch.typing import Array

STEP = 1e-4
"""Of differences by the coordinates of the search."""


@dataclass(frozen=True, eq=False)
class KalmanErrors:
    """Sampling covariance of the parameters.

    That of residual variance, steps and persistence is the sandwich of scores and Hessian, that of the constant (and of
    the means) that of weighted least squares.

    Attributes
    ----------
    likelihood : KalmanLikelihood
    point : array (n_parameters,), the optimum
    free : array (n_parameters,) of bool, False for parameters that a bound holds or that the data do not identify
    units : array (1 + n_hedges,), scales of the coefficients, the constant first
    """

    likelihood: KalmanLikelihood
    point: Array
    free: Array
    units: Array

    @cached_property
    def by_coordinate(self) -> Array:
        """Of the logarithm of the residual variance and the coordinates of the box; zero for those not free."""
        profile = self.likelihood.profile(self.point)
        at = np.concatenate([[np.log(profile.variance)], self.point])
        tangent = np.eye(len(at))[:, np.concatenate([[True], self.free])]
        moved = np.flatnonzero(tangent.any(axis=1)).tolist()
        information = np.zeros((len(at), len(at)))
        differences = numerical_hessian(
            lambda x: self._scores(x).mean(axis=0), at, np.full(len(at), STEP), moved
        )
        information[np.ix_(moved, moved)] = -differences
        by_date = parameter_influence(self._scores(at), information, tangent)
        return np.asarray(by_date.T @ by_date / len(by_date) ** 2)

    def points_around(self) -> list[tuple[float, Dynamics]]:
        """Residual variances and dynamics one standard error away along each principal axis, both ways, in the box."""
        sizes, axes = np.linalg.eigh(self.by_coordinate)
        moves = (axes * np.sqrt(np.maximum(sizes, 0.0))).T[sizes > 0.0]
        low, high = np.array(self.likelihood.bounds).T
        centre = np.log(self.likelihood.profile(self.point).variance)
        return [
            (
                float(np.exp(centre + sign * move[0])),
                self.likelihood.dynamics(np.clip(self.point + sign * move[1:], low, high)),
            )
            for move in moves
            for sign in (1.0, -1.0)
        ]

    def covariance(self) -> Array:
        """In the order of the estimates; NaN for parameters that are not free."""
        n, profile = self.likelihood.n_hedges, self.likelihood.profile(self.point)
        dynamics = self.likelihood.dynamics(self.point)
        steps = np.where(self.free[:n], dynamics.steps, 1.0)
        volatility = np.sqrt(profile.variance * steps) * self.units[1:]
        jacobian = np.diag(np.concatenate([[0.0], np.ones(len(self.point))]))
        jacobian[: 1 + n, 0] = 0.5 * np.concatenate(
            [[np.sqrt(profile.variance) * self.units[0]], volatility]
        )
        slopes = np.exp(self.point[:n]) / len(self.likelihood.columns) ** 2
        np.fill_diagonal(jacobian[1 : 1 + n, 1 : 1 + n], 0.5 * volatility * slopes / steps)
        np.fill_diagonal(jacobian[1 + n :, 1 + n :], np.exp(-self.point[n:]))
        moving = jacobian @ self.by_coordinate @ jacobian.T
        held = 1 + np.flatnonzero(np.logical_not(self.free))
        moving[held, :], moving[:, held] = np.nan, np.nan
        kept = slice(0, 1 + n * self.likelihood.mean_reverting)
        level = (profile.variance * profile.inverse * np.outer(self.units, self.units))[kept, kept]
        total = np.zeros((len(level) + len(moving), len(level) + len(moving)))
        total[: len(level), : len(level)], total[len(level) :, len(level) :] = level, moving
        return total

    def _scores(self, at: Array) -> Array:
        """Of each date by the logarithm of the residual variance and the coordinates, (n_dates, 1 + n_parameters)."""
        profile = self.likelihood.profile(at[1:])
        given = profile._replace(variance=float(np.exp(at[0])))
        squares, scores, jacobian = self.likelihood.scores(at[1:], given)
        beyond = len(scores) - len(profile.inverse)
        return np.column_stack([0.5 * (squares - beyond / len(scores)), scores @ jacobian])


@dataclass(frozen=True)
class KalmanRatioErrors:
    """The filter's variance of the ratios, and what its uncertain parameters add."""

    def covariance(self, fit: FittedHedge) -> Array:
        """Of the next ratio, (n_hedges, n_hedges)."""
        known = fit.state.filter.next_coefficient_covariance[1:, 1:]
        added = np.zeros_like(known)
        for ratios, _, end in _runs_around(fit, len(fit.sample.rows)):
            away = ratios[0] - fit.next_ratio.to_numpy()
            added += 0.5 * (end.next_coefficient_covariance[1:, 1:] - known + np.outer(away, away))
        sizes, axes = np.linalg.eigh(added)
        return np.asarray(known + (axes * np.maximum(sizes, 0.0)) @ axes.T)

    def path_errors(self, fit: FittedHedge) -> Array:
        """Standard errors of the ratio of each date, (n_dates, n_hedges)."""
        skipped = len(fit.sample.rows) - len(fit.ratio)
        ratios, known, _, _ = fit.state.filter.restarted().run(fit.sample.rows.values, skipped)
        added = np.zeros_like(known)
        for moved, errors, _ in _runs_around(fit, skipped):
            added += 0.5 * (errors**2 - known**2 + (moved - ratios) ** 2)
        return np.asarray(np.sqrt(known**2 + np.maximum(added, 0.0))[:-1])

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Infinite."""
        return np.inf


def _runs_around(fit: FittedHedge, skipped: int) -> Iterator[tuple[Array, Array, KalmanFilter]]:
    """Ratios and errors from date ``skipped`` on, and the filter at the end, at each point around the estimate."""
    errors = estimates_of(fit).inference
    if not isinstance(errors, KalmanErrors):
        raise TypeError("KalmanRatioErrors needs estimates with KalmanErrors")
    for variance, dynamics in errors.points_around():
        first = KalmanFilter.before(fit.state.filter.units, dynamics, variance)
        ratios, by_date, _, end = first.run(fit.sample.rows.values, skipped)
        yield ratios, by_date, end


def describe_kalman(
    likelihood: KalmanLikelihood, optimum: Optimum, units: Units, hedges: list[str]
) -> Estimates:
    """The parameters by name, in the units of returns; volatilities are standard deviations per date."""
    profile, dynamics = likelihood.profile(optimum.point), likelihood.dynamics(optimum.point)
    level = units.coefficients + units.ratio * profile.coefficients
    residual = np.sqrt(profile.variance)
    volatility = residual * np.sqrt(dynamics.steps) * units.ratio[1:]
    values = {"constant": float(level[0])}
    if likelihood.mean_reverting:
        values |= {f"mean {name}": float(m) for name, m in zip(hedges, level[1:], strict=True)}
    values["residual volatility"] = float(residual * units.asset)
    values |= {
        f"ratio volatility {name}": float(v) for name, v in zip(hedges, volatility, strict=True)
    }
    if likelihood.mean_reverting:
        values |= {
            f"persistence {name}": float(p)
            for name, p in zip(hedges, dynamics.persistence, strict=True)
        }
    beyond = len(likelihood.columns) - 1 - len(hedges)
    free, bounds = held_parameters(likelihood, optimum, hedges)
    return Estimates(
        values=values,
        n_dates=len(likelihood.columns),
        log_likelihood=profile.log_likelihood - beyond * np.log(units.asset),
        n_targets=0 if likelihood.mean_reverting else len(hedges),  # the first ratios
        gradient_norm=optimum.gradient_norm,
        bounds_hit=bounds,
        inference=KalmanErrors(likelihood, optimum.point, free, units.ratio),
    )


def held_parameters(
    likelihood: KalmanLikelihood, optimum: Optimum, hedges: list[str]
) -> tuple[Array, tuple[str, ...]]:
    """Which coordinates are free, and the bounds that hold the others, in words; no steps leave no persistence."""
    n, low = len(hedges), np.array(likelihood.bounds)[:, 0]
    at_low = optimum.point <= low
    names = [("ratio volatility {} = 0", "residual volatility = 0")] * n + [
        ("persistence {} = 0", "persistence {} = 1")
    ] * n
    free, bounds = optimum.free.copy(), []
    for i, is_free in enumerate(optimum.free):
        if i >= n and at_low[i - n] and not optimum.free[i - n]:
            free[i] = False
        elif not is_free:
            bounds.append(names[i][0 if at_low[i] else 1].format(hedges[i % n]))
    return free, tuple(bounds)
