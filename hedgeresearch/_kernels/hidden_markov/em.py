"""EM for hidden Markov models of normal or Student-t observations: one pass each way a step.

Hamilton (1990), Journal of Econometrics 45, eq. 4.1-4.3. Forward, the filter keeps predicted and
filtered probabilities; backward, the smoother of Kim (1994) adds up expected transitions and
weighted moments as it goes. Probabilities are not logarithms: densities of a date are divided by
the largest, and only where all of the others underflow is a date filtered in logarithms. Moments
are of deviations from the means before the step, so that nothing cancels.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_first
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.filter import SAFE_TOTAL, weigh_in_logarithms
from hedgeresearch._kernels.hidden_markov.m_step import (
    FULL,
    reestimate_chain,
    reestimate_degrees,
    reestimate_moments,
)
from hedgeresearch._kernels.hidden_markov.regime_densities import (
    BLOCK,
    NORMAL,
    fill_metrics,
    log_densities_of_block,
    squared_distances,
)

COLLAPSED = -1
"""Number of steps that stands for a regime that collapsed."""
DATES_PER_LOGARITHM = 8
"""Totals that are multiplied before their logarithm: none is below SAFE_TOTAL or above k."""


@kernel(steers=True)
def maximize_by_em(
    series,
    first,
    transition,
    means,
    scales,
    degrees,
    structure,
    persistence,
    min_visits,
    degree_range,
    tolerance,
    history,
):
    """Overwrite parameters by EM until a step gains less than the tolerance.

    ``series`` is (n_series, n_dates), ``first`` (k,), ``transition`` (k, k), ``means`` (k,
    n_series), ``scales`` (k, n_series, n_series), ``degrees`` (k,), infinite for normal densities.
    ``persistence`` are pseudo-counts on staying. ``history`` is filled with the log-likelihood plus
    log-prior before each step; its size is the largest number of steps. Returns the number of
    steps, COLLAPSED if a covariance is not positive definite or a regime has at most ``min_visits``
    expected dates; whether the last step gained less than the tolerance; and the log-likelihood,
    before the last step if it did not.
    """
    n_series, n_dates = series.shape
    k = first.shape[0]
    filtered = np.empty((n_dates, k))
    predicted = np.empty((n_dates, k))
    inverse_factors = np.empty((k, n_series, n_series))
    constants = np.empty(k)
    transitions = np.empty((k, k))
    visits = np.empty(k)
    weights = np.empty(k)
    shifts = np.empty((k, n_series))
    products = np.empty((k, n_series, n_series))
    log_likelihood = -np.inf
    for step in range(history.shape[0]):
        if not fill_metrics(scales, degrees, inverse_factors, constants):
            return COLLAPSED, False, log_likelihood
        densities = (means, inverse_factors, constants, degrees)
        log_likelihood = _filter(series, densities, transition, first, filtered, predicted)
        objective = log_likelihood + _log_prior(transition, persistence)
        history[step] = objective
        if not np.isfinite(objective):
            return COLLAPSED, False, log_likelihood
        if step > 0 and objective - history[step - 1] < tolerance:
            return step + 1, True, log_likelihood
        moments = (visits, weights, shifts, products)
        _smooth(series, densities, structure, transition, filtered, predicted, transitions, moments)
        if _is_too_small(visits, min_visits):
            return COLLAPSED, False, log_likelihood
        reestimate_chain(filtered, transitions, persistence, first, transition)
        reestimate_moments(moments, structure, means, scales)
        if degrees[0] != NORMAL:
            if not fill_metrics(scales, degrees, inverse_factors, constants):
                return COLLAPSED, False, log_likelihood
            reestimate_degrees(series, filtered, visits, densities, degree_range)
    return history.shape[0], False, log_likelihood


@kernel(steers=True)
def _is_too_small(visits, min_visits):
    """Return whether the expected dates of a regime do not exceed a number."""
    found = False
    for i in range(visits.shape[0]):
        found = found or not visits[i] > min_visits
    return found


@kernel(steers=True)
def _log_prior(transition, persistence):
    """Return the logarithm of the prior on staying, up to a constant."""
    total = 0.0
    if persistence > 0.0:
        for i in range(transition.shape[0]):
            total += persistence * math.log(transition[i, i])
    return total


@kernel(steers=True)
def expected_moments(series, first, transition, means, covariances, structure):
    """Return what the score of normal regimes needs, by Fisher's identity.

    Arguments are those of ``maximize_by_em``. Returns smoothed probabilities of the first date
    (k,), expected transitions (k, k), expected dates of the regimes (k,), and their weighted sums
    of deviations from the means (k, n_series) and of their products, of which the lower triangles
    are filled, (k, n_series, n_series).
    """
    n_series, n_dates = series.shape
    k = first.shape[0]
    inverse_factors = np.empty((k, n_series, n_series))
    constants = np.empty(k)
    degrees = np.full(k, NORMAL)
    fill_metrics(covariances, degrees, inverse_factors, constants)
    densities = (means, inverse_factors, constants, degrees)
    filtered = np.empty((n_dates, k))
    predicted = np.empty((n_dates, k))
    transitions = np.empty((k, k))
    visits = np.empty(k)
    shifts = np.empty((k, n_series))
    products = np.zeros((k, n_series, n_series))
    _filter(series, densities, transition, first, filtered, predicted)
    moments = (visits, np.empty(k), shifts, products)
    _smooth(series, densities, structure, transition, filtered, predicted, transitions, moments)
    return filtered[0], transitions, visits, shifts, products


@kernel(fast=True)
def _filter(series, densities, transition, first, filtered, predicted):  # noqa: C901 - one loop
    """Fill filtered and predicted probabilities, (n_dates, k); return the log-likelihood."""
    means, inverse_factors, constants, degrees = densities
    n_dates, k = filtered.shape
    block = np.empty((k, BLOCK))
    log_densities = np.empty(k)
    ahead = np.empty(k)
    for i in range(k):
        ahead[i] = first[i]
    log_likelihood = 0.0
    product = 1.0
    for begin in range(0, n_dates, BLOCK):
        size = min(BLOCK, n_dates - begin)
        log_densities_of_block(
            series, begin, size, means, inverse_factors, constants, degrees, block
        )
        for b in range(size):
            t = begin + b
            largest = block[0, b]
            for i in range(1, k):
                largest = max(largest, block[i, b])
            for i in range(k):
                density = 1.0
                if block[i, b] != largest:
                    density = math.exp(block[i, b] - largest)
                predicted[t, i] = ahead[i]
                filtered[t, i] = ahead[i] * density
            total = sum_of_first(filtered[t], k)
            if total < SAFE_TOTAL:
                for i in range(k):
                    log_densities[i] = block[i, b]
                largest, total = weigh_in_logarithms(ahead, log_densities, filtered[t])
            log_likelihood += largest
            product *= total
            if t % DATES_PER_LOGARITHM == 0:
                log_likelihood += math.log(product)
                product = 1.0
            scale = 1.0 / total
            for i in range(k):
                filtered[t, i] *= scale
            for j in range(k):
                s = 0.0
                for i in range(k):
                    s += filtered[t, i] * transition[i, j]
                ahead[j] = s
    return log_likelihood + math.log(product)


@kernel(fast=True)
def _smooth(  # noqa: C901 - one loop
    series, densities, structure, transition, filtered, predicted, transitions, moments
):
    """Overwrite filtered by smoothed probabilities, and fill expected transitions and moments.

    The joint probability of regimes i at t and j at t + 1 is filtered_t,i transition_ij
    smoothed_t+1,j / predicted_t+1,j, whose sum over j is smoothed_t,i (Kim 1994, eq. 2.20).
    """
    visits, weights, shifts, products = moments
    n_dates, k = filtered.shape
    smoothed = np.empty((k, BLOCK))
    ahead = np.empty(k)
    joint = np.empty(k)
    for i in range(k):
        visits[i] = 0.0
        weights[i] = 0.0
        for j in range(k):
            transitions[i, j] = 0.0
        for u in range(shifts.shape[1]):
            shifts[i, u] = 0.0
            for v in range(shifts.shape[1]):
                products[i, u, v] = 0.0
    for block in range((n_dates - 1) // BLOCK, -1, -1):
        begin = block * BLOCK
        size = min(BLOCK, n_dates - begin)
        for b in range(size - 1, -1, -1):
            t = begin + b
            if t < n_dates - 1:
                for i in range(k):
                    for j in range(k):
                        joint[j] = filtered[t, i] * transition[i, j] * ahead[j]
                        transitions[i, j] += joint[j]
                    filtered[t, i] = sum_of_first(joint, k)
            for i in range(k):
                smoothed[i, b] = filtered[t, i]
                # A regime that cannot come has no weight.
                ahead[i] = filtered[t, i] / predicted[t, i] if predicted[t, i] > 0.0 else 0.0
        _add_moments(series, begin, size, densities, structure, smoothed, moments)


@kernel(fast=True)
def _add_moments(series, begin, size, densities, structure, smoothed, moments):
    """Add the weighted moments of the dates of a block, of deviations from the means."""
    means, inverse_factors, _, degrees = densities
    visits, weights, shifts, products = moments
    k, n_series = means.shape
    deviations = np.empty((n_series, BLOCK))
    weighted = np.empty(BLOCK)
    distances = np.empty(BLOCK)
    for i in range(k):
        weight = smoothed[i]
        total = sum_of_first(weight, size)
        visits[i] += total
        if degrees[i] != NORMAL:
            squared_distances(series, begin, size, means[i], inverse_factors[i], distances)
            for b in range(size):
                weight[b] *= (degrees[i] + n_series) / (degrees[i] + distances[b])
            total = sum_of_first(weight, size)
        weights[i] += total
        for u in range(n_series):
            center = means[i, u]
            for b in range(size):
                deviations[u, b] = series[u, begin + b] - center
                weighted[b] = weight[b] * deviations[u, b]
            shifts[i, u] += sum_of_first(weighted, size)
            for v in range(0 if structure == FULL else u, u + 1):
                total = 0.0
                for b in range(size):
                    total += weighted[b] * deviations[v, b]
                products[i, u, v] += total
