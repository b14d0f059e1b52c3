"""Maximum likelihood of a switching autoregression from many starting points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.switching.autoregression import (
    coordinates_of,
    improved_by_em,
    natural_parameters,
    search_autoregression,
)
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.multistart import first_best
from hedgeresearch.optimization.quasi_newton import GRADIENT_TOLERANCE
from hedgeresearch.regimes.markov_switching.parameters import (
    SwitchingLayout,
    SwitchingSample,
    with_lags,
)
from hedgeresearch.regimes.markov_switching.state import SwitchingState, starting_state
from hedgeresearch.typing import Array

MIN_VARIANCE = 1e-6
"""Variance of a regime's shocks, in units of the sample's variance, at which it has collapsed."""
MAX_MEAN = 1e3
"""Largest mean of a regime, in standard deviations of the sample."""
MAX_PARTIAL_AUTOCORRELATION = 1.0 - 1e-6
"""Bound of the partial autocorrelations, inside which an autoregression is stationary."""
MAX_LOG_ODDS = 20.0
"""Largest log odds of leaving a regime against staying, and their negative."""
EM_STEPS = 20
"""Largest number of EM steps before a quasi-Newton search."""
MAX_REGIMES_FEW_OPTIMA = 2
"""Number of regimes up to which most searches end at the same optimum."""
DRAWN_PER_START = 4
"""Number of further starts of which a search goes on from one, the best after EM."""
LONG_STAYS = (0.6, 0.98)
"""Range of the probability of staying, for starts that look for long regimes."""
SHORT_STAYS = (0.02, 0.4)
"""Range of the probability of staying, for starts that look for short regimes: a search that starts
from long ones rarely finds them."""
CYCLE = 10
"""Number of starts after which the kinds of start repeat."""
SHORT_STARTS = (2, 3)
"""Positions in the cycle of the starts that look for short regimes."""


class SwitchingOptimum(NamedTuple):
    """Result of a search, for the standardized series.

    Attributes
    ----------
    state : SwitchingState, before the first date
    log_likelihood : float
    gradient_norm : float, largest component of the projected gradient per date, in the coordinates
        of the search
    """

    state: SwitchingState
    log_likelihood: float
    gradient_norm: float


def multistart(
    layout: SwitchingLayout, observations: Array, n_starts: int, seed: int
) -> tuple[SwitchingOptimum, Array]:
    """Search from random starting points.

    Parameters
    ----------
    layout : SwitchingLayout
    observations : array (n_dates,), the standardized series
    n_starts, seed : int

    Returns
    -------
    tuple of SwitchingOptimum, array (n_starts,)
        The best optimum, and the log-likelihood that each start reached, NaN if it failed.

    Raises
    ------
    ConvergenceError
        If every start fails.
    """
    points = starting_points(layout, observations, n_starts, seed)
    optima = [_search_from(layout, observations, point) for point in points]
    log_likelihoods = np.array(
        [np.nan if optimum is None else optimum.log_likelihood for optimum in optima]
    )
    found = not np.isnan(log_likelihoods).all()
    best = optima[first_best(log_likelihoods)] if found else None
    if best is None:
        raise ConvergenceError(
            f"a switching model with {layout.n_regimes} regimes must reach a maximum of a bounded "
            f"likelihood; every one of {n_starts} starts failed, or put a regime on a few (almost) "
            "identical observations. Use fewer regimes, more dates or more starts, and look for "
            "outliers and stretches in which the series does not move."
        )
    return best, log_likelihoods


def search_near(
    layout: SwitchingLayout, observations: Array, state: SwitchingState
) -> SwitchingOptimum | None:
    """Return the optimum near a state; None if there is none."""
    return _search_from(layout, observations, coordinates_of(layout.compiled, layout.point(state)))


def starting_points(
    layout: SwitchingLayout, observations: Array, n_starts: int, seed: int
) -> list[Array]:
    """Return coordinates from which searches begin, after a few steps of EM.

    With three regimes and more there are many optima: half as many points again follow, the best
    of many that EM has improved, in the order in which they were drawn.

    Parameters
    ----------
    layout : SwitchingLayout
    observations : array (n_dates,), the standardized series
    n_starts, seed : int
    """
    n_more = n_starts // 2 if layout.n_regimes > MAX_REGIMES_FEW_OPTIMA else 0
    compiled = layout.compiled
    lagged = with_lags(observations, layout.order)
    points = []
    for state in starting_states(layout, observations, n_starts + DRAWN_PER_START * n_more, seed):
        start = coordinates_of(compiled, layout.point(state))
        points.append(improved_by_em(compiled, *lagged, start, EM_STEPS))
    log_likelihood = SwitchingSample(layout, observations).log_likelihood
    more = points[n_starts:]
    reached = [log_likelihood(natural_parameters(compiled, point)[0]) for point in more]
    # a point without a likelihood comes last
    best = np.argsort(-np.nan_to_num(reached, nan=-np.inf), kind="stable")[:n_more]
    return points[:n_starts] + [more[i] for i in np.sort(best)]


def starting_states(
    layout: SwitchingLayout, observations: Array, n_starts: int, seed: int
) -> list[SwitchingState]:
    """Return random starts for the standardized series, around its linear autoregression."""
    rng = np.random.default_rng(seed)
    k = layout.n_regimes
    linear = linear_autoregression(observations, layout.order)
    starts = []
    for i in range(n_starts):
        stays = rng.uniform(*(SHORT_STAYS if i % CYCLE in SHORT_STARTS else LONG_STAYS), k)
        transition = np.repeat((1.0 - stays)[:, None] / (k - 1), k, axis=1)
        np.fill_diagonal(transition, stays)
        means = rng.standard_normal(k) if layout.switching_mean else np.zeros(k)
        variances = np.full(k, 0.7)
        if layout.switching_variance:
            variances = np.exp(rng.normal(-0.5, 1.0, k))
        autoregression = rng.uniform(0.0, 0.9) * linear
        starts.append(starting_state(means, variances, autoregression, transition))
    return starts


def linear_autoregression(observations: Array, order: int) -> Array:
    """Return the least squares coefficients of the lags without regimes, (order,)."""
    asset, regressors = with_lags(observations, order)
    return np.asarray(np.linalg.lstsq(regressors, asset)[0][1:])


def _search_from(
    layout: SwitchingLayout, observations: Array, point: Array
) -> SwitchingOptimum | None:
    """Return the optimum from coordinates; None if no maximum is reached or a regime collapses."""
    compiled = layout.compiled
    sample = with_lags(observations, layout.order)
    point, log_likelihood, gradient_norm = search_autoregression(
        compiled, *sample, point, *search_box(layout)
    )
    natural, _ = natural_parameters(compiled, point)
    state = layout.starting_state(natural)
    has_collapsed = not state.variances.min() > 1.01 * MIN_VARIANCE
    is_maximum = np.isfinite(log_likelihood) and gradient_norm < GRADIENT_TOLERANCE
    if has_collapsed or not is_maximum:
        return None
    return SwitchingOptimum(state, log_likelihood, gradient_norm)


def search_box(layout: SwitchingLayout) -> tuple[Array, Array]:
    """Return the lowest and the highest coordinates of the search, (n_parameters,) each."""
    sizes = [layout.n_means, layout.n_variances, layout.order]
    sizes.append(layout.n_parameters - sum(sizes))
    highest = [MAX_MEAN, -np.log(MIN_VARIANCE), MAX_PARTIAL_AUTOCORRELATION, MAX_LOG_ODDS]
    high = np.repeat(highest, sizes)
    return -high, high
