"""EM of correlations that switch between regimes: Pelletier (2006), section 4.2."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.filter import expected_regimes


@kernel
def fill_log_densities(z, correlations, densities):
    """Fill the normal log-density of each date in each regime; return the smallest squared pivot.

    Parameters
    ----------
    z : array (n_dates, n)
    correlations : array (k, n, n)
    densities : array (n_dates, k), filled unless a correlation is singular
    """
    n_dates, n = z.shape
    k = correlations.shape[0]
    factor = np.empty((n, n))
    whitened = np.empty(n)
    smallest = np.inf
    for r in range(k):
        for i in range(n):
            for j in range(n):
                factor[i, j] = correlations[r, i, j]
        smallest = min(smallest, cholesky_in_place(factor))
        if not smallest > 0.0:
            return smallest
        constant = -0.5 * n * math.log(2.0 * math.pi)
        for i in range(n):
            constant -= math.log(factor[i, i])
        for t in range(n_dates):
            square = 0.0
            for i in range(n):
                s = z[t, i]
                for j in range(i):
                    s -= factor[i, j] * whitened[j]
                whitened[i] = s / factor[i, i]
                square += whitened[i] ** 2
            densities[t, r] = constant - 0.5 * square
    return smallest


@kernel
def fill_correlations(centered, smoothed, correlations):
    """Fill second moments weighted by probabilities (n_dates, k), each with a unit diagonal."""
    n_dates, n = centered.shape
    k = smoothed.shape[1]
    for r in range(k):
        for i in range(n):
            for j in range(i + 1):
                s = 0.0
                for t in range(n_dates):
                    s += smoothed[t, r] * centered[t, i] * centered[t, j]
                correlations[r, i, j] = s
        for i in range(n):
            for j in range(i):
                scale = math.sqrt(correlations[r, i, i]) * math.sqrt(correlations[r, j, j])
                correlations[r, i, j] /= scale
                correlations[r, j, i] = correlations[r, i, j]
        for i in range(n):
            correlations[r, i, i] = 1.0


@kernel
def largest_change(new, old):
    """Return the largest absolute difference of two arrays (k, n, n)."""
    largest = 0.0
    for r in range(new.shape[0]):
        for i in range(new.shape[1]):
            for j in range(new.shape[2]):
                largest = max(largest, abs(new[r, i, j] - old[r, i, j]))
    return largest


@kernel
def about_the_mean(z):
    """Return deviations of each column from its mean."""
    centered = np.empty_like(z)
    for i in range(z.shape[1]):
        mean = 0.0
        for t in range(z.shape[0]):
            mean += z[t, i]
        mean /= z.shape[0]
        for t in range(z.shape[0]):
            centered[t, i] = z[t, i] - mean
    return centered


@kernel
def smallest_weight(smoothed):
    """Return the smallest expected number of dates of a regime."""
    smallest = np.inf
    for r in range(smoothed.shape[1]):
        weight = 0.0
        for t in range(smoothed.shape[0]):
            weight += smoothed[t, r]
        smallest = min(smallest, weight)
    return smallest


@kernel
def fill_transition(counts, transition):
    """Fill the shares of the transitions of each regime, and return the largest change."""
    change = 0.0
    for r in range(counts.shape[0]):
        leaving = 0.0
        for j in range(counts.shape[1]):
            leaving += counts[r, j]
        for j in range(counts.shape[1]):
            probability = counts[r, j] / leaving
            change = max(change, abs(probability - transition[r, j]))
            transition[r, j] = probability
    return change


@kernel
def switching_em(z, start, transition, first, tolerance, max_steps, limits):
    """Run EM until no parameter changes by more than the tolerance.

    Parameters
    ----------
    z : array (n_dates, n), standardized residuals
    start : array (k, n, n), transition : array (k, k), first : array (k,), where it begins
    tolerance : float
    max_steps : int
    limits : tuple of float
        Squared pivot of a correlation, and expected number of dates, up to which a regime has
        collapsed.

    Returns
    -------
    correlations, transition, first : arrays, where it ended
    log_density : float, before the last step
    change : float, of the last step; NaN if a regime collapsed
    """
    centered = about_the_mean(z)
    correlations = start.copy()
    following = start.copy()
    transition = transition.copy()
    first = first.copy()
    densities = np.empty((z.shape[0], start.shape[0]))
    log_density = -np.inf
    change = np.inf
    for _ in range(max_steps):
        pivot = fill_log_densities(z, correlations, densities)
        if not pivot > limits[0]:
            return correlations, transition, first, log_density, np.nan
        smoothed, counts, log_density = expected_regimes(densities, transition, first)
        if not smallest_weight(smoothed) > limits[1]:
            return correlations, transition, first, log_density, np.nan
        fill_correlations(centered, smoothed, following)
        change = largest_change(following, correlations)
        change = max(change, fill_transition(counts, transition))
        for r in range(len(first)):
            first[r] = smoothed[0, r]
        correlations, following = following, correlations
        if change < tolerance:
            break
    return correlations, transition, first, log_density, change
