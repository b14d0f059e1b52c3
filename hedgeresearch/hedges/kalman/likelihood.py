r"""Likelihood of time-varying regression coefficients.

.. math:: -2 \ell = N \log(2 \pi \sigma^2) + N + \sum_t \log F_t + \log|S| - \log|X'X|, \qquad
          N \sigma^2 = \min_\delta \sum_t (w_{yt} - w_{Xt}' \delta)^2 / F_t, \quad
          S = \sum_t w_{Xt} w_{Xt}' / F_t

with w the innovations of the asset's returns and of the regressors (1, hedges), N the number of
observations less the number of regressors. It is the likelihood of all contrasts in which the
constant and the level of the ratio do not appear, so that nothing is assumed of either: the
marginal likelihood of Francke, Koopman and de Vos (2010), Journal of Time Series Analysis 31,
section 3, by the augmented filter of Durbin and Koopman (2012), Time Series Analysis by State Space
Methods, section 5.7. The variance of the residuals is concentrated out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.kalman.filter import kalman_moments, kalman_scores
from hedgeresearch._kernels.kalman.gradient import kalman_gradient, kalman_store
from hedgeresearch._kernels.kalman.search import kalman_evaluate, search_kalman
from hedgeresearch.hedges.kalman.filter import Dynamics, inverse_and_log_determinant
from hedgeresearch.optimization.line_search import MeanLikelihood
from hedgeresearch.optimization.quasi_newton import Optimum
from hedgeresearch.typing import Array

MAX_STEP_VARIANCE = 1e4
"""Largest variance of a ratio's steps, per date, relative to the residual variance.

In standardized units; above it the residual variance is zero in comparison.
"""
MIN_MEAN_REVERSION = 0.01
"""Smallest share of its distance from the mean that a ratio loses over the sample.

Below it the ratio counts as a random walk.
"""


class Profile(NamedTuple):
    """Best coefficients and residual variance for known dynamics, and their log-likelihood.

    Attributes
    ----------
    coefficients : array (1 + n_hedges,), the constant first
    inverse : array (1 + n_hedges, 1 + n_hedges), their covariance over the residual variance
    variance : float, of the residuals
    log_likelihood : float
    """

    coefficients: Array
    inverse: Array
    variance: float
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class KalmanLikelihood:
    """Log-likelihood over a box, in the form that ``maximize`` needs.

    Coordinates are log(1 + n_dates^2 v) of every hedge, v being the variance of its steps: linear
    where v is close to zero and logarithmic beyond. If ratios revert to a mean,
    -log(1 - persistence) of every hedge follows.

    Attributes
    ----------
    columns : array (n_dates, n_hedges + 2), the residual of OLS, ones, the hedges, in unit variance
    mean_reverting : bool, whether ratios revert to a mean or are random walks
    """

    columns: Array
    mean_reverting: bool

    @property
    def n_hedges(self) -> int:
        """Number of ratios."""
        return int(self.columns.shape[1]) - 2

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Bounds of the coordinates."""
        n_dates = len(self.columns)
        steps = (0.0, np.log1p(n_dates**2 * MAX_STEP_VARIANCE))
        persistence = (0.0, np.log(n_dates / MIN_MEAN_REVERSION))
        return [steps] * self.n_hedges + [persistence] * (self.n_hedges * self.mean_reverting)

    def starts(self) -> list[Array]:
        """Return points to start from.

        All ratios have the same variance of steps, of four sizes from zero on, or only one of them
        moves; with mean reversion there are two persistences.
        """
        n = self.n_hedges
        step_variances = [np.full(n, steps) for steps in (0.0, 1e-6, 1e-4, 1e-2)]
        if n > 1:
            step_variances += [1e-4 * np.eye(n)[i] for i in range(n)]
        if not self.mean_reverting:
            return [self.point(steps, np.ones(n)) for steps in step_variances]
        points = []
        for steps in step_variances:
            for factor, persistence in ((1.0, 0.995), (20.0, 0.9)):
                points.append(self.point(steps * factor, np.full(n, persistence)))
        return points

    def point(self, step_variances: Array, persistence: Array) -> Array:
        """Return the coordinates of known dynamics."""
        n_dates = len(self.columns)
        step_coordinates = np.log1p(n_dates**2 * step_variances)
        if not self.mean_reverting:
            return np.asarray(step_coordinates)
        reversion = np.maximum(1.0 - persistence, MIN_MEAN_REVERSION / n_dates)
        return np.concatenate([step_coordinates, -np.log(reversion)])

    def dynamics(self, point: Array) -> Dynamics:
        """Return the dynamics at a point of the box."""
        n = self.n_hedges
        step_variances = np.expm1(point[:n]) / len(self.columns) ** 2
        if not self.mean_reverting:
            return Dynamics(np.ones(n), step_variances, np.zeros(n))
        persistence = -np.expm1(-point[n:])
        return Dynamics(persistence, step_variances, step_variances / (1.0 - persistence**2))

    def profile(self, point: Array) -> Profile:
        """Return the best coefficients and residual variance at a point, with their likelihood."""
        dynamics = self.dynamics(point)
        moments, log_f = kalman_moments(
            self.columns, dynamics.persistence, dynamics.step_variances, dynamics.initial_variances
        )
        inverse, log_determinant = inverse_and_log_determinant(moments[1:, 1:])
        coefficients = inverse @ moments[1:, 0]
        n_contrasts = len(self.columns) - len(inverse)
        variance = float(moments[0, 0] - moments[1:, 0] @ coefficients) / n_contrasts
        minus_two_log = (
            n_contrasts * (np.log(2 * np.pi * variance) + 1.0)
            + log_f
            + log_determinant
            - self.log_gram
        )
        return Profile(coefficients, inverse, variance, -0.5 * float(minus_two_log))

    def __call__(self, point: Array) -> MeanLikelihood:
        """Return the mean log-likelihood at a point, its gradient and average information."""
        n_dates = len(self.columns)
        n_parameters = len(point)
        gradient = np.empty(n_parameters)
        information = np.empty((n_parameters, n_parameters))
        value = kalman_evaluate(
            self.columns,
            self.log_gram,
            point,
            kalman_store(n_dates, self.n_hedges, self.mean_reverting),
            np.empty((n_dates, n_parameters)),
            gradient,
            information,
        )
        return MeanLikelihood(value, gradient, information, n_dates)

    def mean_score(self, at: Array) -> Array:
        """Return the mean derivatives by log residual variance and coordinates.

        ``at`` (1 + n_parameters,) holds a log residual variance, which need not be the best one,
        and the coordinates.
        """
        n_dates, m = self.columns.shape
        variance = float(np.exp(at[0]))
        gradient = np.empty(len(at) - 1)
        store = kalman_store(n_dates, self.n_hedges, self.mean_reverting)
        _, best = kalman_gradient(
            self.columns, self.log_gram, at[1:], variance, store, np.empty((m, m)), gradient
        )
        share = (n_dates - (m - 1)) / n_dates
        return np.concatenate([[0.5 * share * (best / variance - 1.0)], gradient])

    def search_from(self, start: Array, known: list[Optimum]) -> Optimum | None:
        """Return where a search from a point ends; None if it comes near a known optimum."""
        low, high = np.array(self.bounds).T.copy()
        points = np.array([optimum.point for optimum in known]).reshape(len(known), len(low))
        point, log_likelihood, gradient_norm, gradient, n_evaluations = search_kalman(
            self.columns, self.log_gram, start, low, high, points
        )
        if n_evaluations < 0:
            return None
        free = point != np.where(gradient > 0.0, high, low)
        return Optimum(point, log_likelihood, gradient_norm, free)

    def scores(self, point: Array, profile: Profile) -> tuple[Array, Array, Array]:
        """Return squared standardized residuals, scores, and Jacobian.

        Scores are with respect to steps and persistence. Coefficients and residual variance are
        those of the profile.
        """
        n = self.n_hedges
        dynamics = self.dynamics(point)
        slopes = np.exp(point[:n]) / len(self.columns) ** 2
        d_first = np.zeros(n)
        if self.mean_reverting:
            distance = 1.0 - dynamics.persistence**2
            by_persistence = 2.0 * dynamics.persistence * dynamics.step_variances / distance**2
            d_first = np.concatenate([1.0 / distance, by_persistence])
            slopes = np.concatenate([slopes, np.exp(-point[n:])])
        residual = np.concatenate([[1.0], -profile.coefficients]) / np.sqrt(profile.variance)
        determinant = np.zeros((n + 2, n + 2))
        determinant[1:, 1:] = profile.inverse
        squares, scores = kalman_scores(self.columns, *dynamics, d_first, residual, determinant)
        return squares, scores, np.diag(slopes)

    @cached_property
    def log_gram(self) -> float:
        """Log-determinant of the products of the regressors."""
        regressors = self.columns[:, 1:]
        return inverse_and_log_determinant(regressors.T @ regressors)[1]
