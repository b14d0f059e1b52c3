r"""Maximum likelihood of regression coefficients that move.

.. math:: -2 \ell = N \log(2 \pi \sigma^2) + N + \sum_t \log F_t + \log|S| - \log|X'X|, \qquad
          N \sigma^2 = \min_\delta \sum_t (w_{yt} - w_{Xt}' \delta)^2 / F_t, \quad S = \sum_t w_{Xt} w_{Xt}' / F_t

with w the innovations of the asset's returns and of the regressors (1, hedges), N the number of dates beyond that of
regressors. It is the likelihood of all contrasts in which the constant and the level of the ratio do not appear, so
that nothing is assumed of either: the marginal likelihood of Francke, Koopman and de Vos (2010), Journal of Time Series
Analysis 31, section 3, by the augmented filter of Durbin and Koopman (2012), Time Series Analysis by State Space
Methods, section 5.7. The variance of the residuals is concentrated out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.kalman import kalman_moments, kalman_scores
from hedgeresearch.hedges.kalman.filter import Dynamics, invert
from hedgeresearch.optimization.quasi_newton import Optimum, continue_or_restart, maximize
from hedgeresearch.typing import Array

LARGEST_STEP = 1e4
"""Variance of a hedge's steps from which the residual's counts as zero beside it: per date, in standardized units."""
SLOWEST = 0.01
"""Share of its distance from the mean that a ratio loses over the sample below which it counts as a random walk."""


class Profile(NamedTuple):
    """Given the dynamics: coefficients, their covariance without the residual variance, that variance, likelihood."""

    coefficients: Array
    inverse: Array
    variance: float
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class KalmanLikelihood:
    """The log-likelihood over a box, as ``maximize`` wants it.

    Coordinates are log(1 + n_dates^2 steps) of every hedge, linear where steps cannot be told from none and
    logarithmic beyond, and then, if ratios revert to a mean, -log(1 - persistence).

    Attributes
    ----------
    columns : array (n_dates, n_hedges + 2), the residual of OLS, ones, the hedges, in unit variance
    mean_reverting : whether ratios revert to a mean or are random walks
    """

    columns: Array
    mean_reverting: bool

    @property
    def n_hedges(self) -> int:
        """Number of ratios."""
        return int(self.columns.shape[1]) - 2

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Of the coordinates."""
        n_dates = len(self.columns)
        steps, persistence = (
            (0.0, np.log1p(n_dates**2 * LARGEST_STEP)),
            (0.0, np.log(n_dates / SLOWEST)),
        )
        return [steps] * self.n_hedges + [persistence] * (self.n_hedges * self.mean_reverting)

    def starts(self) -> list[Array]:
        """All ratios alike at four speeds (none among them), and each hedge's moving alone; two persistences."""
        n = self.n_hedges
        speeds = [np.full(n, steps) for steps in (0.0, 1e-6, 1e-4, 1e-2)]
        speeds += [1e-4 * np.eye(n)[i] for i in range(n) if n > 1]
        if not self.mean_reverting:
            return [self.point(steps, np.ones(n)) for steps in speeds]
        reverting = (
            (steps * s, np.full(n, p)) for steps in speeds for s, p in ((1.0, 0.995), (20.0, 0.9))
        )
        return [self.point(steps, persistence) for steps, persistence in reverting]

    def point(self, steps: Array, persistence: Array) -> Array:
        """Coordinates of the dynamics."""
        inside = np.log1p(len(self.columns) ** 2 * steps)
        if not self.mean_reverting:
            return np.asarray(inside)
        return np.concatenate(
            [inside, -np.log(np.maximum(1.0 - persistence, SLOWEST / len(self.columns)))]
        )

    def dynamics(self, point: Array) -> Dynamics:
        """At a point of the box."""
        n = self.n_hedges
        steps = np.expm1(point[:n]) / len(self.columns) ** 2
        if not self.mean_reverting:
            return Dynamics(np.ones(n), steps, np.zeros(n))
        persistence = -np.expm1(-point[n:])
        return Dynamics(persistence, steps, steps / (1.0 - persistence**2))

    def profile(self, point: Array) -> Profile:
        """The best coefficients and residual variance, and the likelihood that they reach."""
        dynamics = self.dynamics(point)
        moments, log_f = kalman_moments(
            self.columns, dynamics.persistence, dynamics.steps, dynamics.first
        )
        inverse, log_determinant = invert(moments[1:, 1:])
        coefficients = inverse @ moments[1:, 0]
        beyond = len(self.columns) - len(inverse)
        variance = float(moments[0, 0] - moments[1:, 0] @ coefficients) / beyond
        fit = (
            beyond * (np.log(2 * np.pi * variance) + 1.0) + log_f + log_determinant - self._log_gram
        )
        return Profile(coefficients, inverse, variance, -0.5 * float(fit))

    def __call__(self, point: Array) -> tuple[Array, Array, Array]:
        """Log-likelihood (n_dates,), scores (n_dates, n_parameters), and their derivatives by the coordinates."""
        profile = self.profile(point)
        squares, scores, jacobian = self.scores(point, profile)
        by_variance = squares - squares.mean()
        # what the concentrated variance explains of the scores adds up to nothing, but not to their outer product
        explained = np.outer(by_variance, by_variance @ scores / (by_variance @ by_variance))
        return (
            profile.log_likelihood / len(squares) - 0.5 * by_variance,
            scores - explained,
            jacobian,
        )

    def scores(self, point: Array, profile: Profile) -> tuple[Array, Array, Array]:
        """Squared standardized residuals and scores by steps and persistence, given coefficients and variance."""
        n, dynamics = self.n_hedges, self.dynamics(point)
        slopes, d_first = np.exp(point[:n]) / len(self.columns) ** 2, np.zeros(n)
        if self.mean_reverting:
            room = 1.0 - dynamics.persistence**2
            d_first = np.concatenate(
                [1.0 / room, 2.0 * dynamics.persistence * dynamics.steps / room**2]
            )
            slopes = np.concatenate([slopes, np.exp(-point[n:])])
        residual = np.concatenate([[1.0], -profile.coefficients]) / np.sqrt(profile.variance)
        determinant = np.zeros((n + 2, n + 2))
        determinant[1:, 1:] = profile.inverse
        squares, scores = kalman_scores(self.columns, *dynamics, d_first, residual, determinant)
        return squares, scores, np.diag(slopes)

    @cached_property
    def _log_gram(self) -> float:
        return invert(self.columns[:, 1:].T @ self.columns[:, 1:])[1]


def maximise_kalman(likelihood: KalmanLikelihood, warm: Array | None) -> Optimum:
    """The optimum, from all starts or from a point known to be near.

    Raises
    ------
    ConvergenceError
        If no start reaches it.
    """

    def search(starts: list[Array]) -> Optimum:
        return maximize(likelihood, starts, likelihood.bounds, "a moving hedge ratio")

    if warm is None:
        return search(likelihood.starts())
    return continue_or_restart(lambda: search([warm]), lambda: search([warm, *likelihood.starts()]))
