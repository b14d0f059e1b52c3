"""Scores of the filter of a hidden Markov chain, and derivatives of its probabilities.

Derivatives advance with the filter. With predicted probabilities p, densities f and their sum
s = sum_i p_i f_i, the log-likelihood of a date moves by dl = sum_i d(p_i f_i) / s, filtered
probabilities by d(p_i f_i) / s - filtered_i dl, and predicted ones by d(filtered' P).

The coordinates of a regime with covariance S = L L' are m, by which the mean moves by L m, and the
coefficients of symmetric directions E, by which the covariance becomes L (I + E) L'; then the
logarithm of the degrees of freedom nu, at a given covariance. Of an incomplete date, with P the
inverse covariance of what is observed and zeros elsewhere, and v = L' P (x - mu), the derivatives
of a normal log-density are v and (v_i v_j - (L' P L)_ij) / 2. A Student-t density multiplies v and
v v' by (nu + n) / (nu - 2 + (x - mu)' P (x - mu)).
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.filter import weigh
from hedgeresearch._kernels.hidden_markov.m_step import DIAGONAL, FULL, SPHERICAL
from hedgeresearch._kernels.hidden_markov.regime_densities import NORMAL


@kernel(fast=True)
def chain_scores(observations, patterns, regimes, chain, by_first, scores, by_filtered, filtered):
    """Return derivatives of the probabilities of the date after the last, (k, m), and these, (k,).

    Parameters
    ----------
    observations : (n_dates, n_series), NaN for missing values
    patterns : (n_dates,), number of the set of series that are observed on a date
    regimes : tuple of
        means (k, n_series), inverses of L (k, n_series, n_series),
        L' P (n_patterns, k, n_series, n_series), L' P L of the same shape, log c of the densities
        (n_patterns, k), density constants (k, 2): nu, infinite for the normal, and d log c / d nu,
        restriction of the covariances,
        position of log nu among the coordinates (k,), -1 where it is held
    chain : tuple of
        transition (k, k), probabilities of the first date (k,), row of each transition coordinate
        (n_moves,), and derivatives of this row with respect to it (n_moves, k)
    by_first : (k, m), derivatives of the probabilities of the first date
    scores : (n_dates or 1, m), to which scores are added, in the last row those of all further
        dates
    by_filtered, filtered : (n_dates or 0, k, m) and (n_dates or 0, k), to be filled

    Coordinates are m of every regime, E of every regime, log nu where free, transition.
    """
    n_dates, n_series = observations.shape
    k, n_coordinates = by_first.shape
    own = np.empty((k, n_series + _count_directions(regimes[6], n_series) + 1))
    log_densities = np.empty(k)
    ahead = chain[1].copy()
    by_ahead = by_first.copy()
    weights = np.empty(k)
    by_weight = np.empty((k, n_coordinates))
    score = np.empty(n_coordinates)
    last_row = scores.shape[0] - 1
    for t in range(n_dates):
        _fill_regimes(observations[t], patterns[t], regimes, log_densities, own)
        _, total = weigh(ahead, log_densities, weights)
        _fill_scores(regimes, own, total, ahead, by_ahead, weights, by_weight, score)
        row = min(t, last_row)
        for c in range(n_coordinates):
            scores[row, c] += score[c]
        if filtered.shape[0] > 0:
            for i in range(k):
                filtered[t, i] = weights[i]
                for c in range(n_coordinates):
                    by_filtered[t, i, c] = by_weight[i, c]
        _predict(chain, weights, by_weight, ahead, by_ahead)
    return by_ahead, ahead


@kernel(fast=True)
def _fill_scores(regimes, own, total, ahead, by_ahead, weights, by_weight, score):
    """Fill the score of a date, and divide weights, and their derivatives, by their total."""
    n_series = regimes[0].shape[1]
    structure = regimes[6]
    places = regimes[7]
    k, n_coordinates = by_weight.shape
    n_directions = _count_directions(structure, n_series)
    for c in range(n_coordinates):
        score[c] = 0.0
    for i in range(k):
        weights[i] /= total
        relative = weights[i] / ahead[i] if ahead[i] > 0.0 else 0.0
        for c in range(n_coordinates):
            by_weight[i, c] = relative * by_ahead[i, c]
        for c in range(n_series):
            by_weight[i, i * n_series + c] += weights[i] * own[i, c]
        begin = k * n_series + i * n_directions
        for c in range(n_directions):
            by_weight[i, begin + c] += weights[i] * own[i, n_series + c]
        if places[i] >= 0:
            by_weight[i, places[i]] += weights[i] * own[i, n_series + n_directions]
        for c in range(n_coordinates):
            score[c] += by_weight[i, c]
    for i in range(k):
        for c in range(n_coordinates):
            by_weight[i, c] -= weights[i] * score[c]


@kernel(fast=True)
def _predict(chain, filtered, by_filtered, ahead, by_ahead):
    """Overwrite predicted probabilities and their derivatives by those of the next date."""
    transition, _, move_rows, by_move = chain
    k, n_coordinates = by_ahead.shape
    n_moves = move_rows.shape[0]
    for j in range(k):
        probability = 0.0
        for i in range(k):
            probability += filtered[i] * transition[i, j]
        ahead[j] = probability
        for c in range(n_coordinates):
            by_ahead[j, c] = 0.0
        for i in range(k):
            for c in range(n_coordinates):
                by_ahead[j, c] += by_filtered[i, c] * transition[i, j]
        for c in range(n_moves):
            by_ahead[j, n_coordinates - n_moves + c] += filtered[move_rows[c]] * by_move[c, j]


@kernel(fast=True)
def _fill_regimes(observation, pattern, regimes, log_densities, own):
    """Fill the log-densities of a date, and their derivatives w.r.t. a regime's coordinates."""
    means, inverse_roots, halves, precisions, constants, tails, structure, _ = regimes
    for i in range(means.shape[0]):
        log_densities[i] = _density_slopes(
            observation,
            means[i],
            inverse_roots[i],
            halves[pattern, i],
            precisions[pattern, i],
            constants[pattern, i],
            tails[i],
            structure,
            own[i],
        )


@kernel
def _count_directions(structure, n_series):
    if structure == SPHERICAL:
        return 1
    return n_series if structure == DIAGONAL else n_series * (n_series + 1) // 2


@kernel(fast=True)
def _density_slopes(
    observation, mean, inverse_root, half, precision, constant, tail, structure, slopes
):
    """Fill the derivatives w.r.t. m, E and log nu of a regime; return the log-density."""
    n = mean.shape[0]
    nu = tail[0]
    distance = 0.0
    for i in range(n):
        # The first elements of slopes hold v until they are scaled.
        direction = 0.0
        standardized = 0.0
        for j in range(n):
            if not math.isnan(observation[j]):
                deviation = observation[j] - mean[j]
                direction += half[i, j] * deviation
                standardized += inverse_root[i, j] * deviation
        slopes[i] = direction
        distance += standardized * direction
    weight = 1.0
    log_density = constant - 0.5 * distance
    if nu != NORMAL:
        weight = (nu + n) / (nu - 2.0 + distance)
        logarithm = math.log1p(distance / (nu - 2.0))
        log_density = constant - 0.5 * (nu + n) * logarithm
        by_nu = tail[1] - 0.5 * logarithm + 0.5 * weight * distance / (nu - 2.0)
        slopes[slopes.shape[0] - 1] = nu * by_nu
    place = n
    for i in range(n):
        for j in range(0 if structure == FULL else i, i + 1):
            slope = 0.5 * (weight * slopes[i] * slopes[j] - precision[i, j])
            if structure == SPHERICAL and i > 0:
                slopes[n] += slope
            else:
                slopes[place] = slope
                place += 1
    for i in range(n):
        slopes[i] *= weight
    return log_density
