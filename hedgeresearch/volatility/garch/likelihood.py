r"""Likelihood of GARCH(1,1) for a series of unit variance.

.. math:: r_t = \mu + e_t, \quad
          h_t = \omega + (\alpha + \gamma 1[e_{t-1} < 0]) e_{t-1}^2 + \beta h_{t-1}

with normal or Student-t innovations. The initialization is that of Fiorentini, Calzolari and
Panattoni (1996), Journal of Applied Econometrics 11, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.garch.blocks import squared_errors
from hedgeresearch._kernels.garch.coordinates import FIXED_POINT
from hedgeresearch._kernels.garch.recursion import garch_scores
from hedgeresearch.optimization.line_search import MeanLikelihood, mean_likelihood
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.parameters import box_jacobian, from_box

StartRule = Callable[[Array, Array], tuple[float, Array]]
"""Function of (mu, omega, alpha, gamma, beta) and returns: h_1 and its gradient (5,)."""


def backcast_start(parameters: Array, returns: Array) -> tuple[float, Array]:
    """Return h_1 = omega + (alpha + gamma / 2 + beta) mean(e_t^2), and its gradient (5,)."""
    mu, omega, alpha, gamma, beta = parameters
    persistence = alpha + 0.5 * gamma + beta
    variance, slope = squared_errors(mu, returns)
    gradient = np.array([persistence * slope, 1.0, variance, 0.5 * variance, variance])
    return omega + persistence * variance, gradient


@dataclass(frozen=True, eq=False)
class GARCHLikelihood:
    """Log-likelihood as a function of the coordinates of the box that are searched.

    Attributes
    ----------
    unit_returns : array (n_dates,)
        Returns of unit variance.
    coordinates : list of int
        Positions in the box of the coordinates that are searched; the others are fixed.
    start_rule : callable
        Variance of the first date.
    """

    unit_returns: Array
    coordinates: list[int]
    start_rule: StartRule = backcast_start

    def full_point(self, x: Array) -> Array:
        """Return the point (6,) of the box with these values of the searched coordinates."""
        point = np.array(FIXED_POINT)
        point[self.coordinates] = x
        return point

    def __call__(self, x: Array) -> MeanLikelihood:
        """Return the mean log-likelihood at a point, with its derivatives."""
        point = self.full_point(x)
        parameters, nu = from_box(point)
        first, gradient = self.start_rule(parameters, self.unit_returns)
        density = density_constants(nu, 1)
        by_date, scores = garch_scores(parameters, density, self.unit_returns, first, gradient)
        return mean_likelihood(by_date, scores, box_jacobian(point)[:, self.coordinates])


def scores_by_date(
    parameters: Array, unit_returns: Array, start_rule: StartRule = backcast_start
) -> Array:
    """Return the scores of each date, (n_dates, 6).

    They are with respect to (mu, omega, alpha, gamma, beta, nu).
    """
    first, gradient = start_rule(parameters[:5], unit_returns)
    density = density_constants(parameters[5], 1)
    _, scores = garch_scores(parameters[:5], density, unit_returns, first, gradient)
    return np.asarray(scores)


def mean_score(
    parameters: Array, unit_returns: Array, start_rule: StartRule = backcast_start
) -> Array:
    """Return the mean over dates of the score, (6,).

    It is with respect to (mu, omega, alpha, gamma, beta, nu).
    """
    weights = np.full(len(unit_returns), 1.0 / len(unit_returns))
    return np.asarray(weights @ scores_by_date(parameters, unit_returns, start_rule))
