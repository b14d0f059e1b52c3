"""Probabilities of the states of a switching autoregression moved past new dates."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.filter import filter_regimes, weigh
from hedgeresearch.typing import Array


def state_log_densities(
    seen: Array, levels: Array, variances: Array, autoregression: Array
) -> Array:
    """Return the log-density of each date in each state, (n_dates, k).

    A date that lacks observations before it has no density, which leaves the probabilities to the
    transition.

    Parameters
    ----------
    seen : array (p + n_dates,), the last p observations and the new ones
    levels, variances : array (k,)
        Of each state, the mean less that of the lags, and the variance of the shocks.
    autoregression : array (p,)
    """
    order = len(autoregression)
    n_dates = len(seen) - order
    past = np.zeros(n_dates)
    for lag, coefficient in enumerate(autoregression, 1):
        past = past + coefficient * seen[order - lag : order - lag + n_dates]
    shocks = (seen[order:] - past)[:, None] - levels
    log_densities = -0.5 * (np.log(2 * np.pi * variances) + shocks**2 / variances)
    return np.where(np.isnan(shocks), 0.0, log_densities)


def advance_by_filter(
    observations, levels, variances, logarithms, autoregression, transition, joint, recent
):
    """Move the probabilities like ``advance_states``, by a kernel that every fit has compiled."""
    seen = np.concatenate([recent, observations[:, 0]])
    log_densities = state_log_densities(seen, levels, variances, autoregression)
    joint[:] = filter_regimes(log_densities, transition, joint)[0][-1]
    recent[:] = seen[len(seen) - len(recent) :]


@kernel(plain=advance_by_filter)
def advance_states(
    observations, levels, variances, logarithms, autoregression, transition, joint, recent
):
    """Move the probabilities of the states, and the last observations, past some dates.

    Parameters
    ----------
    observations : array (n_dates, 1)
    levels, variances : array (k,)
        See ``state_log_densities``.
    logarithms : array (k,), of 2 pi times the variances
    autoregression : array (p,)
    transition : array (k, k)
    joint : array (k,), probabilities of the states at the first date; overwritten
    recent : array (p,), last observations, the newest last; overwritten
    """
    order = autoregression.shape[0]
    k = levels.shape[0]
    log_densities = np.empty(k)
    weights = np.empty(k)
    for t in range(observations.shape[0]):
        past = 0.0
        for lag in range(1, order + 1):
            past += autoregression[lag - 1] * recent[order - lag]
        for i in range(k):
            shock = observations[t, 0] - past - levels[i]
            log_densities[i] = -0.5 * (logarithms[i] + shock * shock / variances[i])
            if math.isnan(shock):
                log_densities[i] = 0.0
        total = weigh(joint, log_densities, weights)[1]
        for i in range(k):
            weights[i] /= total
        for j in range(k):
            joint[j] = 0.0
            for i in range(k):
                joint[j] += weights[i] * transition[i, j]
        for lag in range(1, order):
            recent[lag - 1] = recent[lag]
        if order > 0:
            recent[order - 1] = observations[t, 0]
