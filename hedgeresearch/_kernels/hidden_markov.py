"""Filter and smoother of a hidden Markov chain.

Hamilton (1994), eq. 22.4.5-22.4.6 and 22.4.14 (Kim 1994). ``transition[i, j]`` is the probability
of regime j after regime i; ``first`` are the predicted probabilities of the first date.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel


@kernel
def filter_regimes(log_densities, transition, first):
    """Return predicted and filtered probabilities and the log-likelihood of each date.

    predicted_{t+1} = transition' filtered_t and filtered_t ~ predicted_t * density_t, in logarithms
    so that no density underflows. Predicted probabilities are those of n + 1 dates.
    """
    n_dates, k = log_densities.shape
    predicted = np.empty((n_dates + 1, k))
    filtered = np.empty((n_dates, k))
    log_likelihood = np.empty(n_dates)
    predicted[0] = first
    for t in range(n_dates):
        weights = np.log(predicted[t]) + log_densities[t]
        largest = weights.max()
        total = 0.0
        for i in range(k):
            filtered[t, i] = np.exp(weights[i] - largest)
            total += filtered[t, i]
        log_likelihood[t] = largest + np.log(total)
        for i in range(k):
            filtered[t, i] /= total
        for j in range(k):
            predicted[t + 1, j] = 0.0
            for i in range(k):
                predicted[t + 1, j] += filtered[t, i] * transition[i, j]
    return predicted, filtered, log_likelihood


@kernel
def smooth_regimes(predicted, filtered, transition):
    """Return the probabilities given all dates, (n_dates, k).

    smoothed_t = filtered_t * (transition (smoothed_{t+1} / predicted_{t+1})).
    """
    n_dates, k = filtered.shape
    smoothed = filtered.copy()
    for t in range(n_dates - 2, -1, -1):
        for i in range(k):
            s = 0.0
            for j in range(k):
                if predicted[t + 1, j] > 0.0:
                    s += transition[i, j] * smoothed[t + 1, j] / predicted[t + 1, j]
            smoothed[t, i] = filtered[t, i] * s
    return smoothed


@kernel
def most_likely_regimes(log_densities, transition, first):
    """Return the path of regimes with the greatest joint density, (n_dates,).

    Viterbi (1967); Rabiner (1989), eq. 32-35.
    """
    n_dates, k = log_densities.shape
    came_from = np.zeros((n_dates, k), np.intp)
    value = np.log(first) + log_densities[0]
    following = np.empty(k)
    log_transition = np.log(transition)
    for t in range(1, n_dates):
        for j in range(k):
            best = 0
            for i in range(1, k):
                if value[i] + log_transition[i, j] > value[best] + log_transition[best, j]:
                    best = i
            came_from[t, j] = best
            following[j] = value[best] + log_transition[best, j] + log_densities[t, j]
        value[:] = following
    path = np.empty(n_dates, np.intp)
    path[n_dates - 1] = np.argmax(value)
    for t in range(n_dates - 1, 0, -1):
        path[t - 1] = came_from[t, path[t]]
    return path


@kernel
def expected_regimes(log_densities, transition, first):  # noqa: C901 - loops over regimes
    """Return smoothed probabilities, expected transitions (k, k) and the log-likelihood.

    Forward as in ``filter_regimes``; backward, the joint probability of regimes i at t and j at t +
    1 is filtered_t,i transition_ij smoothed_t+1,j / predicted_t+1,j, whose sum over j is
    smoothed_t,i (Kim 1994, eq. 2.20).
    """
    n_dates, k = log_densities.shape
    predicted = np.empty((n_dates, k))
    smoothed = np.empty((n_dates, k))
    transitions = np.zeros((k, k))
    ahead = first.copy()
    log_likelihood = 0.0
    for t in range(n_dates):
        largest = -np.inf
        total = 0.0
        for i in range(k):
            predicted[t, i] = ahead[i]
            smoothed[t, i] = np.log(ahead[i]) + log_densities[t, i]
            largest = max(largest, smoothed[t, i])
        for i in range(k):
            smoothed[t, i] = np.exp(smoothed[t, i] - largest)
            total += smoothed[t, i]
        log_likelihood += largest + np.log(total)
        for i in range(k):
            # These are the filtered probabilities until the backward pass.
            smoothed[t, i] /= total
        for j in range(k):
            ahead[j] = 0.0
            for i in range(k):
                ahead[j] += smoothed[t, i] * transition[i, j]
    for t in range(n_dates - 2, -1, -1):
        for i in range(k):
            s = 0.0
            for j in range(k):
                if predicted[t + 1, j] > 0.0:
                    joint = smoothed[t, i] * transition[i, j]
                    joint = joint * smoothed[t + 1, j] / predicted[t + 1, j]
                    transitions[i, j] += joint
                    s += joint
            smoothed[t, i] = s
    return smoothed, transitions, log_likelihood
