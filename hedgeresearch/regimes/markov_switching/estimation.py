"""Maximum likelihood of a switching autoregression, by statsmodels from many starting points."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hedgeresearch._kernels.box_search import MAX_STEPS
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.multistart import first_best
from hedgeresearch.optimization.quasi_newton import GRADIENT_TOLERANCE
from hedgeresearch.regimes.markov_switching.parameters import SwitchingLayout
from hedgeresearch.regimes.markov_switching.state import SwitchingState, starting_state
from hedgeresearch.typing import Array

MIN_VARIANCE = 1e-6
"""Variance of a regime's shocks, in units of the sample's variance, at which it has collapsed."""
SEARCH_TOLERANCE = 0.5 * GRADIENT_TOLERANCE
"""Gradient per date at which a start is left."""
FINAL_TOLERANCE = 1e-7
"""Gradient per date at which the best start ends."""
EM_STEPS = 5
"""Number of EM steps before a quasi-Newton search; those of statsmodels are approximate where the
mean of lags switches."""
LONG_STAYS = (0.6, 0.98)
"""Range of the probability of staying, for starts that look for long regimes."""
SHORT_STAYS = (0.02, 0.4)
"""Range of the probability of staying, for starts that look for short regimes: a search that starts
from long ones rarely finds them."""
CYCLE = 10
"""Number of starts after which the kinds of start repeat."""
SHORT_STARTS = (2, 3)
"""Positions in the cycle of the starts that look for short regimes."""
MIN_STARTING_PROBABILITY = 1e-4
"""Smallest probability that a search starts from; it could not leave zero."""


class SwitchingOptimum(NamedTuple):
    """Result of a search, for the standardized series.

    Attributes
    ----------
    state : SwitchingState, before the first date
    log_likelihood : float
    gradient_norm : float, largest component of the gradient per date
    """

    state: SwitchingState
    log_likelihood: float
    gradient_norm: float


def multistart(
    layout: SwitchingLayout, statsmodels_model: Any, n_starts: int, seed: int
) -> tuple[SwitchingOptimum, Array]:
    """Search from random starting points.

    Returns
    -------
    tuple of SwitchingOptimum, array (n_starts,)
        The best optimum, and the log-likelihood that each start reached, NaN if it failed.

    Raises
    ------
    ConvergenceError
        If every start fails.
    """
    starts = starting_states(layout, statsmodels_model, n_starts, seed)
    optima = [
        local_search(statsmodels_model, start, EM_STEPS, SEARCH_TOLERANCE) for start in starts
    ]
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
    return search_near(statsmodels_model, best.state) or best, log_likelihoods


def search_near(statsmodels_model: Any, state: SwitchingState) -> SwitchingOptimum | None:
    """Return the optimum near a state, to the final tolerance; None if there is none."""
    return local_search(statsmodels_model, state, 0, FINAL_TOLERANCE)


def starting_states(
    layout: SwitchingLayout, statsmodels_model: Any, n_starts: int, seed: int
) -> list[SwitchingState]:
    """Return random starts for the standardized series, around its linear autoregression."""
    rng = np.random.default_rng(seed)
    k = layout.n_regimes
    linear = np.empty(0)
    if layout.order:
        places = statsmodels_model.parameters[0, "autoregressive"]
        linear = np.asarray(statsmodels_model.start_params[places])
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


def build_statsmodels_model(layout: SwitchingLayout, observations: Array) -> Any:
    """Return the model of statsmodels for a standardized series (n_dates,)."""
    from statsmodels.tsa.api import MarkovAutoregression, MarkovRegression

    class Autoregression(MarkovAutoregression):  # type: ignore[misc]
        """Autoregression with the variance of the date's own regime.

        From the second order on statsmodels uses the variance of a lag's regime.
        """

        def _conditional_loglikelihoods(self, params: Array) -> Array:
            shape = (-1, *(1,) * (self.order + 1))
            variance = np.reshape(params[self.parameters["variance"]], shape)
            squares = self._resid(params) ** 2
            return np.asarray(-0.5 * (squares / variance + np.log(2 * np.pi * variance)))

    switching = {
        "switching_trend": layout.switching_mean,
        "switching_variance": layout.switching_variance,
    }
    if layout.order == 0:
        return MarkovRegression(observations, layout.n_regimes, **switching)
    return Autoregression(
        observations, layout.n_regimes, layout.order, switching_ar=False, **switching
    )


def local_search(
    statsmodels_model: Any, start: SwitchingState, em_steps: int, tolerance: float
) -> SwitchingOptimum | None:
    """Search from a start with statsmodels; None if no maximum is reached or a regime collapses.

    Warnings of statsmodels are switched off: the gradient at the end judges the search.

    Parameters
    ----------
    statsmodels_model : model of ``build_statsmodels_model``
    start : SwitchingState
    em_steps : int, number of EM steps before the quasi-Newton search
    tolerance : float, gradient per date at which the search ends
    """
    with np.errstate(all="ignore"):
        try:
            params = statsmodels_model.fit(
                _pack(statsmodels_model, start),
                em_iter=em_steps,
                gtol=tolerance,
                maxiter=MAX_STEPS,
                return_params=True,
                warn_convergence=False,
            )
            free = statsmodels_model.untransform_params(params)
            log_likelihood = float(statsmodels_model.loglike(params))
            gradient = statsmodels_model.score(free, transformed=False) / statsmodels_model.nobs
        except (ValueError, RuntimeError, np.linalg.LinAlgError):
            return None  # the search left the parameter space
    gradient_norm = float(np.abs(gradient).max())
    state = _unpack(statsmodels_model, params)
    is_maximum = np.isfinite(log_likelihood) and gradient_norm < GRADIENT_TOLERANCE
    if not is_maximum or not state.variances.min() > MIN_VARIANCE:
        return None
    return SwitchingOptimum(state, log_likelihood, gradient_norm)


def _pack(statsmodels_model: Any, state: SwitchingState) -> Array:
    """Return parameters in the order of statsmodels, without probabilities of zero."""
    places = statsmodels_model.parameters
    params = np.zeros(statsmodels_model.k_params)
    inside = np.maximum(state.transition, MIN_STARTING_PROBABILITY)
    inside /= inside.sum(axis=1, keepdims=True)
    for i, row in enumerate(inside):
        params[places[i, "regime_transition"]] = row[:-1]
        params[places[i, "exog"]] = state.means[i]
        params[places[i, "variance"]] = state.variances[i]
    if len(state.autoregression):
        params[places[0, "autoregressive"]] = state.autoregression
    return params


def _unpack(statsmodels_model: Any, params: Array) -> SwitchingState:
    """Return the state before the first date from parameters in the order of statsmodels."""
    places = statsmodels_model.parameters
    regimes = range(statsmodels_model.k_regimes)
    means = np.array([params[places[i, "exog"]][0] for i in regimes])
    variances = np.array([params[places[i, "variance"]][0] for i in regimes])
    autoregression = np.empty(0)
    if statsmodels_model.order:
        autoregression = params[places[0, "autoregressive"]]
    # the columns of statsmodels' transition sum to one
    transition = statsmodels_model.regime_transition_matrix(params)[:, :, 0].T
    return starting_state(means, variances, autoregression, np.clip(transition, 0.0, 1.0))
