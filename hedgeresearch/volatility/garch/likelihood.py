r"""The likelihood of GARCH(1,1) and its maximisation over a box.

.. math:: r_t = \mu + e_t, \quad h_t = \omega + (\alpha + \gamma 1[e_{t-1} < 0]) e_{t-1}^2 + \beta h_{t-1}

with normal or Student-t innovations, for a series of mean zero and unit variance. The start-up rule is that of
Fiorentini, Calzolari and Panattoni (1996), Journal of Applied Econometrics 11, section 3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hedgeresearch._kernels.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch import garch_scores
from hedgeresearch.optimization.quasi_newton import Optimum, continue_or_restart, maximize
from hedgeresearch.typing import Array

PERSISTENCE_BOUND = 1.0 - 1e-6
BOX = (
    (-1.0, 1.0),  # mu
    (np.log(1e-9), np.log(10.0)),  # log omega
    (0.0, PERSISTENCE_BOUND),  # persistence, alpha + gamma / 2 + beta
    (0.0, 1.0),  # share of news in it, (alpha + gamma / 2) / persistence
    (0.0, 1.0),  # share of bad news in that, (alpha + gamma) / (2 alpha + gamma)
    (1 / 500, 1 / 2.02),  # 1 / degrees of freedom
)
"""Coordinates of the search, for a series of mean zero and unit variance."""


def _start(persistence: float, news: float, bad: float) -> Array:
    return np.array([0.0, np.log(1.0 - persistence), persistence, news, bad, 0.1])


STARTS = [_start(p, s, 0.6) for p in (0.5, 0.9, 0.98) for s in (0.05, 0.2)]
FURTHER_STARTS = [
    _start(p, s, k)
    for p, s in ((0.2, 0.5), (0.7, 0.02), (0.99, 0.01), (0.9, 0.4))
    for k in (0.1, 0.9)
]
OUTLIER = 10.0
"""Size of a return, in standard deviations of the sample, that may make a local optimum of its own."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant variance from which one search suffices; less, and local optima are common."""

StartRule = Callable[[Array, Array], tuple[float, Array]]
"""h_1 and its gradient from (mu, omega, alpha, gamma, beta) and the returns."""


def backcast_start(parameters: Array, returns: Array) -> tuple[float, Array]:
    """h_1 = omega + (alpha + gamma / 2 + beta) m with m = mean(e_t^2), and its gradient (Fiorentini et al. 1996)."""
    mu, omega, alpha, gamma, beta = parameters
    persistence = alpha + 0.5 * gamma + beta
    e = returns - mu
    m, dm = e @ e / len(e), -2.0 * e.sum() / len(e)
    return omega + persistence * m, np.array([persistence * dm, 1.0, m, 0.5 * m, m])


def coordinates(asymmetric: bool, student: bool) -> list[int]:
    """Which coordinates of the box a model moves."""
    return [0, 1, 2, 3, *([4] if asymmetric else []), *([5] if student else [])]


def from_box(x: Array) -> tuple[Array, float]:
    """(mu, omega, alpha, gamma, beta) and the degrees of freedom of a full point of the box."""
    mu, log_omega, persistence, news, bad, inverse_nu = x
    news_weight = persistence * news
    gamma = 2.0 * news_weight * (2.0 * bad - 1.0)
    parameters = np.array(
        [mu, np.exp(log_omega), 2.0 * news_weight * (1.0 - bad), gamma, persistence * (1.0 - news)]
    )
    return parameters, 1.0 / inverse_nu if inverse_nu > 0.0 else NORMAL


def box_jacobian(x: Array) -> Array:
    """Derivatives of (mu, omega, alpha, gamma, beta, nu) with respect to the coordinates of the box, (6, 6)."""
    _, log_omega, p, s, k, inverse_nu = x
    jacobian = np.zeros((6, 6))
    jacobian[0, 0], jacobian[1, 1] = 1.0, np.exp(log_omega)
    jacobian[2, 2:5] = 2.0 * s * (1.0 - k), 2.0 * p * (1.0 - k), -2.0 * p * s
    jacobian[3, 2:5] = 2.0 * s * (2.0 * k - 1.0), 2.0 * p * (2.0 * k - 1.0), 4.0 * p * s
    jacobian[4, 2:4] = 1.0 - s, -p
    jacobian[5, 5] = -1.0 / inverse_nu**2 if inverse_nu > 0.0 else 0.0
    return jacobian


def maximise_garch(
    unit: Array, moved: list[int], start_rule: StartRule = backcast_start, warm: Array | None = None
) -> tuple[Optimum, Array]:
    """The optimum over the ``moved`` coordinates, and the full point of the box; others: no leverage, normal.

    A search from the ``warm`` point of the box is enough if it ends inside.
    """
    point = np.array([0.0, 0.0, 0.0, 0.0, 0.5, 0.0])

    def likelihood(x: Array) -> tuple[Array, Array, Array]:
        point[moved] = x
        parameters, nu = from_box(point)
        first, derivative = start_rule(parameters, unit)
        by_date, scores = garch_scores(
            parameters, density_constants(nu, 1), unit, first, derivative
        )
        return by_date, scores, box_jacobian(point)[:, moved]

    def climb(starts: list[Array], *, thorough: bool) -> Optimum:
        bounds = [BOX[i] for i in moved]
        different = list({x[moved].tobytes(): x[moved] for x in starts}.values())
        return maximize(likelihood, different, bounds, "a GARCH(1,1) margin", thorough=thorough)

    def search() -> Optimum:
        optimum = climb(STARTS, thorough=False)
        still = optimum.point.copy()
        still[1:3] = 0.0  # omega = 1 and no persistence
        if (
            optimum.log_likelihood - likelihood(still)[0].sum() < CLEAR_GAIN
            or np.abs(unit).max() > OUTLIER
        ):
            return climb([*STARTS, *FURTHER_STARTS], thorough=True)
        return optimum

    optimum = (
        search()
        if warm is None
        else continue_or_restart(lambda: climb([warm], thorough=False), search)
    )
    point[moved] = optimum.point
    return optimum, point


def mean_score(parameters: Array, unit: Array, start_rule: StartRule = backcast_start) -> Array:
    """Mean over dates of the score with respect to (mu, omega, alpha, gamma, beta, nu), (6,)."""
    return np.asarray(
        np.full(len(unit), 1.0 / len(unit)) @ scores_by_date(parameters, unit, start_rule)
    )


def scores_by_date(parameters: Array, unit: Array, start_rule: StartRule = backcast_start) -> Array:
    """Scores with respect to (mu, omega, alpha, gamma, beta, nu), (n_dates, 6)."""
    natural = parameters[:5]
    first, derivative = start_rule(natural, unit)
    _, scores = garch_scores(natural, density_constants(parameters[5], 1), unit, first, derivative)
    return np.asarray(scores)
