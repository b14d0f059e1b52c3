"""Passes of EM for hidden Markov models: filter and smoother, which adds up weighted moments.

Probabilities are not logarithms: densities of a date are divided by the largest, and only where all
of the others underflow is a date filtered in logarithms. Moments are of deviations from the means
before the step, so that nothing cancels.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_first, sum_of_products
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.filter import SAFE_TOTAL, weigh_in_logarithms
from hedgeresearch._kernels.hidden_markov.m_step import FULL
from hedgeresearch._kernels.hidden_markov.regime_densities import (
    BLOCK,
    NORMAL,
    log_densities_of_block,
    squared_distances,
)

DATES_PER_LOGARITHM = 8
"""Totals that are multiplied before their logarithm: none is below SAFE_TOTAL or above k."""


@kernel(fast=True)
def filter_forward(  # noqa: C901, PLR0912 - one loop
    series, densities, transition, first, filtered, relative
):
    """Fill filtered probabilities, and densities over that of the date; return the log-likelihood.

    Both arrays are (n_dates, k).
    """
    means, inverse_factors, constants, degrees = densities
    n_dates, k = filtered.shape
    block = np.empty((k, BLOCK))
    log_densities = np.empty(k)
    ahead = np.empty(k)
    following = np.empty(k)
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
                relative[t, i] = density
                filtered[t, i] = ahead[i] * density
            total = 0.0
            for i in range(k):
                total += filtered[t, i]
            if total < SAFE_TOTAL:
                for i in range(k):
                    log_densities[i] = block[i, b]
                largest, total = weigh_in_logarithms(ahead, log_densities, filtered[t])
                for i in range(k):
                    relative[t, i] = filtered[t, i] / ahead[i] if ahead[i] > 0.0 else 0.0
            log_likelihood += largest
            product *= total
            if t % DATES_PER_LOGARITHM == 0:
                log_likelihood += math.log(product)
                product = 1.0
            # what follows is not normalized first, so that it need not wait for the division
            for j in range(k):
                s = 0.0
                for i in range(k):
                    s += filtered[t, i] * transition[i, j]
                following[j] = s
            scale = 1.0 / total
            for i in range(k):
                relative[t, i] *= scale
                filtered[t, i] *= scale
                ahead[i] = following[i] * scale
    return log_likelihood + math.log(product)


@kernel(fast=True)
def smooth_backward(  # noqa: C901 - one loop
    series, densities, structure, transition, filtered, relative, transitions, moments
):
    """Overwrite filtered by smoothed probabilities, and fill expected transitions and moments.

    The joint probability of regimes i at t and j at t + 1 is filtered_t,i transition_ij a_t+1,j,
    a being smoothed over predicted probabilities: the density in the regime over that of the date,
    times sum_j transition_ij a_t+1,j, by which filtered become smoothed ones (Kim 1994, eq. 2.20).
    """
    visits, weights, shifts, products = moments
    n_dates, k = filtered.shape
    smoothed = np.empty((k, BLOCK))
    ahead = np.ones(k)
    ratios = np.empty(k)
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
            for i in range(k):
                ratio = 1.0
                if t < n_dates - 1:
                    ratio = 0.0
                    for j in range(k):
                        along = transition[i, j] * ahead[j]
                        transitions[i, j] += filtered[t, i] * along
                        ratio += along
                ratios[i] = ratio
            for i in range(k):
                filtered[t, i] *= ratios[i]
                smoothed[i, b] = filtered[t, i]
                # a regime that cannot come has no weight, whatever its density
                ahead[i] = relative[t, i] * ratios[i] if filtered[t, i] > 0.0 else 0.0
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
                products[i, u, v] += sum_of_products(weighted, deviations[v], size)
