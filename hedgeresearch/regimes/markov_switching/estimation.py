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
from hedgeresearch.regimes.markov_switching.parameters import SwitchingLayout, with_lags
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
    starts = starting_states(layout, observations, n_starts, seed)
    optima = [_local_search(layout, observations, start, EM_STEPS) for start in starts]
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
    return _local_search(layout, observations, state, 0)


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


def _local_search(
    layout: SwitchingLayout, observations: Array, start: SwitchingState, em_steps: int
) -> SwitchingOptimum | None:
    """Return the optimum from a start; None if no maximum is reached or a regime collapses.

    Parameters
    ----------
    layout : SwitchingLayout
    observations : array (n_dates,), the standardized series
    start : SwitchingState
    em_steps : int, largest number of EM steps before the quasi-Newton search
    """
    compiled = layout.compiled
    sample = with_lags(observations, layout.order)
    point = coordinates_of(compiled, layout.point(start))
    if em_steps > 0:
        point = improved_by_em(compiled, *sample, point, em_steps)
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
