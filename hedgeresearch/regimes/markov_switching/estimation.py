"""The search for the greatest likelihood of a switching autoregression, by statsmodels from many starts."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from hedgeresearch.errors import ConvergenceError
from hedgeresearch.optimization.quasi_newton import GRADIENT_TOLERANCE, MAX_ITERATIONS
from hedgeresearch.regimes.markov_switching.state import SwitchingState, stationary_start
from hedgeresearch.typing import Array

DEGENERATE = 1e-6
"""Variance of a regime's shocks, in units of the sample's variance, below which the regime has collapsed."""
SEARCH_TOLERANCE, FINAL_TOLERANCE = 0.5 * GRADIENT_TOLERANCE, 1e-7
"""Gradient per date at which a start, and then the best of them, is left."""
EM_STEPS = 5
"""Steps of the EM algorithm before a start climbs; statsmodels' are approximate where the mean of lags switches."""
LASTING, BRIEF = (0.6, 0.98), (0.02, 0.4)
"""Between which a start draws the probability of staying, where it looks for regimes that last and that do not."""
BRIEF_STARTS, CYCLE = (2, 3), 10
"""Which of every so many starts look for brief regimes; a search among lasting ones seldom comes to those."""
SAME_OPTIMUM = 0.01
"""Difference in log-likelihood within which two starts have reached the same optimum."""


class SearchSettings(NamedTuple):
    """What a search needs to know of a model: its regimes, lags, what switches, and the starts."""

    n_regimes: int
    order: int
    switching_mean: bool
    switching_variance: bool
    n_starts: int
    seed: int


class Optimum(NamedTuple):
    """Where a search ended, in standardised units, and the largest component of its gradient per date."""

    recursion: SwitchingState
    log_likelihood: float
    gradient_norm: float


def search(settings: SearchSettings, statsmodels_model: Any) -> tuple[Optimum, Array]:
    """The best of all starts, and the log-likelihood at which each ended."""
    ends = [
        climb(statsmodels_model, start, EM_STEPS, SEARCH_TOLERANCE)
        for start in _starts(settings, statsmodels_model)
    ]
    reached = np.array([np.nan if end is None else end.log_likelihood for end in ends])
    if np.isnan(reached).all():
        raise ConvergenceError(
            f"a switching model with {settings.n_regimes} regimes must reach a maximum of a bounded likelihood; every one "
            f"of {settings.n_starts} starts failed, or put a regime on a few (almost) identical observations. Use fewer "
            "regimes, more dates or more starts, and look for outliers and stretches in which the series does not move."
        )
    # the first of those that agree, so that rounding does not choose
    good = reached > np.nanmax(reached) - SAME_OPTIMUM
    best = next(end for end, is_good in zip(ends, good, strict=True) if end is not None and is_good)
    return finish(statsmodels_model, best.recursion) or best, reached


def finish(statsmodels_model: Any, near: SwitchingState) -> Optimum | None:
    """The optimum near by; None if there is none."""
    return climb(statsmodels_model, near, 0, FINAL_TOLERANCE)


def _starts(settings: SearchSettings, statsmodels_model: Any) -> list[SwitchingState]:
    """Random levels, variances and persistences for the standardised series around its linear autoregression."""
    rng = np.random.default_rng(settings.seed)
    k = settings.n_regimes
    linear = (
        statsmodels_model.start_params[statsmodels_model.parameters[0, "autoregressive"]]
        if settings.order
        else []
    )
    starts = []
    for i in range(settings.n_starts):
        stay = rng.uniform(*(BRIEF if i % CYCLE in BRIEF_STARTS else LASTING), k)
        transition = np.repeat((1.0 - stay)[:, None] / (k - 1), k, axis=1)
        np.fill_diagonal(transition, stay)
        means = rng.standard_normal(k) if settings.switching_mean else np.zeros(k)
        variances = (
            np.exp(rng.normal(-0.5, 1.0, k)) if settings.switching_variance else np.full(k, 0.7)
        )
        starts.append(
            stationary_start(
                means, variances, rng.uniform(0.0, 0.9) * np.asarray(linear), transition
            )
        )
    return starts


def build(settings: SearchSettings, observations: Array) -> Any:
    """The model of statsmodels for a standardised series (n_dates,)."""
    from statsmodels.tsa.api import MarkovAutoregression, MarkovRegression

    class Autoregression(MarkovAutoregression):  # type: ignore[misc]
        """Whose variance is that of the date's own regime; statsmodels takes a lag's from the second order on."""

        def _conditional_loglikelihoods(self, params: Array) -> Array:
            variance = np.reshape(
                params[self.parameters["variance"]], (-1, *(1,) * (self.order + 1))
            )
            return np.asarray(
                -0.5 * (self._resid(params) ** 2 / variance + np.log(2 * np.pi * variance))
            )

    switching = {
        "switching_trend": settings.switching_mean,
        "switching_variance": settings.switching_variance,
    }
    if settings.order == 0:
        return MarkovRegression(observations, settings.n_regimes, **switching)
    return Autoregression(
        observations, settings.n_regimes, settings.order, switching_ar=False, **switching
    )


def climb(
    statsmodels_model: Any, start: SwitchingState, em_steps: int, tolerance: float
) -> Optimum | None:
    """Where statsmodels' search from a start ends; None if that is no maximum, or a regime collapses.

    What statsmodels warns of on the way is judged here by the gradient at the end.
    """
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        try:
            options = {
                "em_iter": em_steps,
                "gtol": tolerance,
                "maxiter": MAX_ITERATIONS,
                "return_params": True,
            }
            params = statsmodels_model.fit(_pack(statsmodels_model, start), **options)
            free = statsmodels_model.untransform_params(params)
            log_likelihood = float(statsmodels_model.loglike(params))
            gradient = statsmodels_model.score(free, transformed=False) / statsmodels_model.nobs
        except (
            ValueError,
            RuntimeError,
            np.linalg.LinAlgError,
        ):  # the search left the parameter space
            return None
    gradient_norm = float(np.abs(gradient).max())
    recursion = _unpack(statsmodels_model, params)
    if not (
        np.isfinite(log_likelihood)
        and gradient_norm < GRADIENT_TOLERANCE
        and recursion.variances.min() > DEGENERATE
    ):
        return None
    return Optimum(recursion, log_likelihood, gradient_norm)


def _pack(statsmodels_model: Any, recursion: SwitchingState) -> Array:
    """Parameters as statsmodels orders them, off the bound of zero probability, which its search could not leave."""
    places, params = statsmodels_model.parameters, np.zeros(statsmodels_model.k_params)
    inside = np.maximum(recursion.transition, 1e-4)
    inside /= inside.sum(axis=1, keepdims=True)
    for i, row in enumerate(inside):
        params[places[i, "regime_transition"]] = row[:-1]
        params[places[i, "exog"]] = recursion.means[i]
        params[places[i, "variance"]] = recursion.variances[i]
    if len(recursion.autoregression):
        params[places[0, "autoregressive"]] = recursion.autoregression
    return params


def _unpack(statsmodels_model: Any, params: Array) -> SwitchingState:
    places, regimes = statsmodels_model.parameters, range(statsmodels_model.k_regimes)
    means = np.array([params[places[i, "exog"]][0] for i in regimes])
    variances = np.array([params[places[i, "variance"]][0] for i in regimes])
    autoregression = params[places[0, "autoregressive"]] if statsmodels_model.order else np.empty(0)
    transition = statsmodels_model.regime_transition_matrix(params)[
        :, :, 0
    ].T  # its columns sum to one
    return stationary_start(means, variances, autoregression, np.clip(transition, 0.0, 1.0))
