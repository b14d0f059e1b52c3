"""M-step of hidden Markov models of normal or Student-t observations.

Hamilton (1990), Journal of Econometrics 45, eq. 4.1-4.3; Student-t regimes are re-estimated by ECME
(Liu and Rubin 1995, Statistica Sinica 5, section 4).
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.gamma_functions import digamma_and_trigamma
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.regime_densities import BLOCK, squared_distances

FULL = 0
DIAGONAL = 1
SPHERICAL = 2
"""Restrictions of the covariances."""
MAX_NEWTON_STEPS = 100
DEGREE_TOLERANCE = 1e-10
"""Change of the logarithm of the degrees of freedom at which their search ends."""


@kernel(steers=True)
def reestimate_chain(smoothed, transitions, persistence, first, transition):
    """Overwrite the distribution of the first date and the transition by the expected shares."""
    k = first.shape[0]
    for i in range(k):
        first[i] = smoothed[0, i]
        transitions[i, i] += persistence
        total = 0.0
        for j in range(k):
            total += transitions[i, j]
        for j in range(k):
            transition[i, j] = transitions[i, j] / total


@kernel(steers=True)
def reestimate_moments(moments, structure, means, scales):
    """Overwrite means and scales by weighted moments."""
    _, weights, shifts, products = moments
    k, n_series = means.shape
    for i in range(k):
        mean_variance = 0.0
        for u in range(n_series):
            shift = shifts[i, u] / weights[i]
            for v in range(u + 1):
                scale = products[i, u, v] / weights[i] - shift * shifts[i, v] / weights[i]
                if u != v and structure != FULL:
                    scale = 0.0
                scales[i, u, v] = scale
                scales[i, v, u] = scale
            means[i, u] += shift
            mean_variance += scales[i, u, u] / n_series
        if structure == SPHERICAL:
            for u in range(n_series):
                scales[i, u, u] = mean_variance


@kernel(steers=True)
def reestimate_degrees(series, smoothed, visits, densities, degree_range):
    """Overwrite the degrees of freedom by the most likely ones between two bounds."""
    means, inverse_factors, _, degrees = densities
    n_series, n_dates = series.shape
    distances = np.empty(n_dates)
    for i in range(means.shape[0]):
        for begin in range(0, n_dates, BLOCK):
            size = min(BLOCK, n_dates - begin)
            block = distances[begin : begin + size]
            squared_distances(series, begin, size, means[i], inverse_factors[i], block)
        degrees[i] = _most_likely_degrees(
            degrees[i], n_series, visits[i], smoothed[:, i], distances, degree_range
        )


@kernel(steers=True)
def _most_likely_degrees(nu, n_series, visits, weights, distances, degree_range):
    """Return the degrees of freedom between two bounds at which the likelihood has no slope.

    Newton's method on the logarithm of nu, which goes to a bound where the curvature is positive,
    and halves the bracket of the root where it would leave it.
    """
    lowest = math.log(degree_range[0])
    highest = math.log(degree_range[1])
    low = lowest - 1.0
    high = highest + 1.0
    point = math.log(nu)
    for _ in range(MAX_NEWTON_STEPS):
        slope, curvature = _slope_by_degrees(math.exp(point), n_series, visits, weights, distances)
        if slope > 0.0:
            low = point
        else:
            high = point
        if low >= highest:
            return degree_range[1]
        if high <= lowest:
            return degree_range[0]
        following = highest if slope > 0.0 else lowest
        if curvature < 0.0:
            following = min(max(point - slope / curvature, lowest), highest)
        if not low < following < high:
            following = 0.5 * (low + high)
        moved = abs(following - point)
        point = following
        if moved < DEGREE_TOLERANCE:
            break
    return math.exp(point)


@kernel(fast=True)
def _slope_by_degrees(nu, n, visits, weights, distances):
    """Return twice the first and second derivatives w.r.t. log nu of the expected log-likelihood.

    The slope is divided by nu, which moves no root.
    """
    total_digamma, total_trigamma = digamma_and_trigamma(0.5 * (nu + n))
    half_digamma, half_trigamma = digamma_and_trigamma(0.5 * nu)
    slope = visits * (total_digamma - half_digamma - n / nu)
    by_nu = visits * (0.5 * (total_trigamma - half_trigamma) + n / (nu * nu))
    for t in range(distances.shape[0]):
        share = distances[t] / (nu + distances[t])
        slope += weights[t] * ((nu + n) / nu * share - math.log1p(distances[t] / nu))
        by_nu += (
            weights[t] * share * (1.0 / nu - n / (nu * nu) - (nu + n) / (nu * (nu + distances[t])))
        )
    return slope, nu * by_nu
