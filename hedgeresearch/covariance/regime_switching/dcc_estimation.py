"""Estimation of dynamic correlations whose parameters switch between two regimes.

The coordinates of the search are, for each regime, the persistence a + b and the share of news in
it, a / (a + b), and the probabilities of regime 0 after each regime.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.switching.dcc_pair import switching_pair_scores
from hedgeresearch._kernels.switching.dcc_scores import switching_dcc_scores
from hedgeresearch.optimization.line_search import MeanLikelihood, mean_likelihood
from hedgeresearch.optimization.quasi_newton import maximize
from hedgeresearch.typing import Array, Mask

MAX_PERSISTENCE = 0.9999
"""Largest a + b: it keeps Q positive definite, whatever the residuals."""
SWITCHING = (1e-4, 1.0 - 1e-4)
"""Bounds of the transition probabilities."""
BOUNDS = ((0.0, MAX_PERSISTENCE), (0.0, 1.0), (0.0, MAX_PERSISTENCE), (0.0, 1.0), *[SWITCHING] * 2)
FORMULAS = (
    ("a [{0}] = 0, b [{0}] = 0", "a [{0}] + b [{0}] = 1"),
    ("a [{0}] = 0", "b [{0}] = 0"),
)
"""Meaning of the bounds of persistence and share of news."""
STARTS = (
    (0.97, 0.02, 0.90, 0.15, 0.98, 0.05),
    (0.99, 0.03, 0.50, 0.40, 0.95, 0.20),
    (0.98, 0.05, 0.98, 0.01, 0.90, 0.10),
    (0.00, 0.50, 0.95, 0.10, 0.95, 0.05),
)
"""Points at which searches begin: a slow and a fast regime, in several degrees."""


class SwitchingEstimate(NamedTuple):
    """Result of the second step.

    Attributes
    ----------
    parameters : array (6,)
        a and b of regime 0 and of regime 1, the probability to stay in 0, and to return to it.
    tangent : array (6, n_free)
        Directions in which the parameters could move inside their bounds.
    log_density : float
        Log-density of the standardized residuals of all dates.
    gradient_norm : float
        Largest component of the projected gradient, per date.
    bounds_hit : tuple of str
        Bounds on which the estimate lies.
    """

    parameters: Array
    tangent: Array
    log_density: float
    gradient_norm: float
    bounds_hit: tuple[str, ...]


def sample_target(z: Array) -> Array:
    """Return S, the covariance of residuals z (n_dates, n_series), divisor n - 1, as in DCC."""
    centered = z - z.mean(axis=0)
    return np.asarray(centered.T @ centered / (len(centered) - 1))


def correlation_scores(parameters: Array, target: Array, z: Array) -> tuple[Array, Array]:
    """Return the log-density of each date of z (n_dates, n_series) and its scores, (n_dates, 6)."""
    values = np.ascontiguousarray(z)
    if z.shape[1] == 2:
        by_date, scores = switching_pair_scores(parameters, target, values)
    else:
        by_date, scores = switching_dcc_scores(parameters, target, values)
    return by_date, scores


def estimate_switching_dcc(z: Array) -> SwitchingEstimate:
    """Maximize the likelihood of standardized residuals z (n_dates, n_series).

    Raises
    ------
    ConvergenceError
        If no start reaches an optimum.
    """
    target = sample_target(z)

    def likelihood(point: Array) -> MeanLikelihood:
        by_date, scores = correlation_scores(parameters_at(point), target, z)
        return mean_likelihood(by_date, scores, jacobian_at(point))

    starts = [np.array(start) for start in STARTS]
    optimum = maximize(likelihood, starts, BOUNDS, "a DCC of two regimes", try_all_starts=True)
    order = regime_order(parameters_at(optimum.point))
    point = in_order(optimum.point, order)
    free = in_order_of_regimes(optimum.free.astype(np.float64), order) > 0.5
    return SwitchingEstimate(
        parameters=parameters_at(point),
        tangent=jacobian_at(point)[:, free],
        log_density=optimum.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        bounds_hit=_bounds_hit(point, free),
    )


def parameters_at(point: Array) -> Array:
    """Return (a_0, b_0, a_1, b_1, p_00, p_10) at a point of the box (6,)."""
    persistence = point[[0, 2]]
    share = point[[1, 3]]
    news = persistence * share
    kept = persistence * (1.0 - share)
    return np.array([news[0], kept[0], news[1], kept[1], point[4], point[5]])


def jacobian_at(point: Array) -> Array:
    """Return the derivatives of the parameters with respect to the coordinates, (6, 6)."""
    jacobian = np.eye(6)
    for i in (0, 2):
        persistence = point[i]
        share = point[i + 1]
        jacobian[i, i : i + 2] = share, persistence
        jacobian[i + 1, i : i + 2] = 1.0 - share, -persistence
    return jacobian


def regime_order(parameters: Array) -> tuple[int, int]:
    """Return the regimes in the order of their a: the slow one is regime 0."""
    return (0, 1) if parameters[0] <= parameters[2] else (1, 0)


def in_order(point: Array, order: tuple[int, int]) -> Array:
    """Return a point of the box with its regimes in another order."""
    turned = in_order_of_regimes(point, order)
    if order == (1, 0):  # the probabilities of what was regime 1
        turned[4:] = 1.0 - turned[4:]
    return turned


def in_order_of_regimes(values: Array, order: tuple[int, int]) -> Array:
    """Return values of all coordinates (6,), those of one regime in the place of the other."""
    if order == (0, 1):
        return values.copy()
    return np.asarray(values[[2, 3, 0, 1, 5, 4]])


def _bounds_hit(point: Array, free: Mask) -> tuple[str, ...]:
    """Return the bounds that hold a point, as formulas."""
    found = []
    for i in np.flatnonzero(~free).tolist():
        regime, kind = divmod(i, 2)
        at_upper = point[i] > 0.5 * sum(BOUNDS[i])
        if i >= 4:
            found.append(f"p [{i - 4},0] = {int(at_upper)}")
        elif kind == 0 or free[i - 1] or point[i - 1] > 0.0:
            # the share of a persistence of zero has no meaning
            found.append(FORMULAS[kind][int(at_upper)].format(regime))
    return tuple(found)
