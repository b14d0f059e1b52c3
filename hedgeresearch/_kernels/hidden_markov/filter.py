"""Filter and smoother of a hidden Markov chain.

Hamilton (1994), eq. 22.4.5-22.4.6 and 22.4.14 (Kim 1994). ``transition[i, j]`` is the probability
of regime j after regime i; ``first`` are the predicted probabilities of the first date.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

SAFE_TOTAL = 1e-30
"""Sum of predicted probabilities times densities, these divided by the largest, below which the
small ones may have underflown."""


@kernel
def weigh(predicted, log_densities, weights):
    """Fill predicted * density of the regimes on a date, divided by a common number.

    Returns the logarithm of this number, and the sum of the weights.
    """
    k = predicted.shape[0]
    largest = log_densities[0]
    for i in range(1, k):
        largest = max(largest, log_densities[i])
    total = 0.0
    for i in range(k):
        weights[i] = predicted[i] * math.exp(log_densities[i] - largest)
        total += weights[i]
    if total < SAFE_TOTAL:
        return weigh_in_logarithms(predicted, log_densities, weights)
    return largest, total


@kernel
def weigh_in_logarithms(predicted, log_densities, weights):
    """Fill predicted * density of a date, divided by the largest of these products.

    Returns the logarithm of the largest product, and the sum of the weights. For a date whose only
    possible regimes have densities that underflow when they are divided by that of another one.
    """
    k = predicted.shape[0]
    largest = -np.inf
    for i in range(k):
        if predicted[i] > 0.0:
            largest = max(largest, math.log(predicted[i]) + log_densities[i])
    total = 0.0
    for i in range(k):
        weights[i] = 0.0
        if predicted[i] > 0.0:
            weights[i] = math.exp(math.log(predicted[i]) + log_densities[i] - largest)
        total += weights[i]
    return largest, total


@kernel
def filter_regimes(log_densities, transition, first):
    """Return predicted and filtered probabilities and the log-likelihood of each date.

    predicted_{t+1} = transition' filtered_t and filtered_t ~ predicted_t * density_t. Densities of
    a date are divided by the largest, so that they do not underflow together. Predicted
    probabilities are those of n + 1 dates.
    """
    n_dates, k = log_densities.shape
    predicted = np.empty((n_dates + 1, k))
    filtered = np.empty((n_dates, k))
    log_likelihood = np.empty(n_dates)
    for i in range(k):
        predicted[0, i] = first[i]
    for t in range(n_dates):
        largest, total = weigh(predicted[t], log_densities[t], filtered[t])
        log_likelihood[t] = largest + math.log(total)
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
    value = np.empty(k)
    following = np.empty(k)
    log_transition = np.log(transition)
    for i in range(k):
        value[i] = np.log(first[i]) + log_densities[0, i]
    for t in range(1, n_dates):
        for j in range(k):
            best = 0
            for i in range(1, k):
                if value[i] + log_transition[i, j] > value[best] + log_transition[best, j]:
                    best = i
            came_from[t, j] = best
            following[j] = value[best] + log_transition[best, j] + log_densities[t, j]
        for j in range(k):
            value[j] = following[j]
    path = np.empty(n_dates, np.intp)
    path[n_dates - 1] = np.argmax(value)
    for t in range(n_dates - 1, 0, -1):
        path[t - 1] = came_from[t, path[t]]
    return path


@kernel
def expected_regimes(log_densities, transition, first):
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
        for i in range(k):
            predicted[t, i] = ahead[i]
        largest, total = weigh(ahead, log_densities[t], smoothed[t])
        log_likelihood += largest + math.log(total)
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
