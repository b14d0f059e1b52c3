"""Scores of dynamic correlations whose parameters switch: derivatives of ``dcc``.

Derivatives with respect to the six parameters are carried through the filter, those of Q in its
lower triangle.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.switching.dcc import (
    TINY,
    collapse,
    fill_correlation,
    fill_joint,
    fill_q,
    log_normal_density,
    transition_probability,
)

N_PARAMETERS = 6


@kernel
def fill_slope(q, correlation, factor, solution, column, slope):
    """Fill the derivatives of the log-density with respect to the lower triangle of Q, (n, n).

    With G = -(R^-1 - u u') / 2 and u = R^-1 z, they are 2 G_rc / sqrt(q_rr q_cc) below the
    diagonal, where an element stands for two, and -sum_c G_rc R_rc / q_rr over c other than r on
    it. ``column`` (n,) is a place to work.
    """
    n = solution.shape[0]
    for r in range(n):
        slope[r, r] = 0.0
    for c in range(n):
        for r in range(n):
            column[r] = 1.0 if r == c else 0.0
        solve_cholesky(factor, column)
        for r in range(c + 1, n):
            g = -0.5 * (column[r] - solution[r] * solution[c])
            slope[r, c] = 2.0 * g / math.sqrt(q[r, r] * q[c, c])
            slope[r, r] -= g * correlation[r, c] / q[r, r]
            slope[c, c] -= g * correlation[r, c] / q[c, c]


@kernel
def fill_q_derivatives(parameters, pair, target, last, q, q_derivatives, slope, results):
    """Fill the derivatives of Q of the next date, and of the log-density, for a pair of regimes.

    Parameters
    ----------
    parameters : array (6,)
    pair : tuple (i, j), regimes of the last date and of the next one
    target, last : arrays (n, n) and (n,)
    q, q_derivatives : arrays (2, n, n) and (2, 6, n, n), lower triangles, by regime of the last
    slope : array (n, n), of ``fill_slope``
    results : tuple of arrays (2, 2, 6, n, n) and (2, 2, 6), of which those of the pair are filled
    """
    i, j = pair
    derivatives, log_derivatives = results
    b = parameters[2 * j + 1]
    for p in range(N_PARAMETERS):
        total = 0.0
        for r in range(last.shape[0]):
            for c in range(r + 1):
                change = b * q_derivatives[i, p, r, c]
                if p == 2 * j:
                    change += last[r] * last[c] - target[r, c]
                elif p == 2 * j + 1:
                    change += q[i, r, c] - target[r, c]
                derivatives[i, j, p, r, c] = change
                total += slope[r, c] * change
        log_derivatives[i, j, p] = total


@kernel
def collapse_derivatives(joint, joint_derivatives, following, derivatives, q, q_derivatives):
    """Overwrite the derivatives (2, 6, n, n) of the averaged Q, which ``q`` already has."""
    n = q.shape[1]
    for j in range(2):
        total = joint[0, j] + joint[1, j]
        even = total < TINY
        first = 0.5 if even else joint[0, j] / total
        for p in range(N_PARAMETERS):
            change = 0.0 if even else joint_derivatives[0, j, p] / total
            other = 0.0 if even else joint_derivatives[1, j, p] / total
            for r in range(n):
                for c in range(r + 1):
                    value = first * derivatives[0, j, p, r, c]
                    value += (1.0 - first) * derivatives[1, j, p, r, c]
                    value += change * (following[0, j, r, c] - q[j, r, c])
                    value += other * (following[1, j, r, c] - q[j, r, c])
                    q_derivatives[j, p, r, c] = value


@kernel
def transition_derivative(i, j, p):
    """Return the derivative of the probability of regime j after i with respect to parameter p."""
    if p != 4 + i:
        return 0.0
    return 1.0 if j == 0 else -1.0


@kernel
def fill_joint_derivatives(parameters, weights, weight_derivatives, joint, log_derivatives, score):
    """Overwrite derivatives of log-densities (2, 2, 6) by those of joint probabilities.

    Parameters
    ----------
    parameters : array (6,)
    weights, weight_derivatives : arrays (2,) and (2, 6), of the date before
    joint : array (2, 2), given the densities of the date
    log_derivatives : array (2, 2, 6)
    score : array (6,), of the date, which is filled
    """
    for i in range(2):
        for j in range(2):
            probability = transition_probability(parameters, i, j)
            for p in range(N_PARAMETERS):
                change = log_derivatives[i, j, p]
                if weights[i] > 0.0:
                    change += weight_derivatives[i, p] / weights[i]
                if probability > 0.0:
                    change += transition_derivative(i, j, p) / probability
                log_derivatives[i, j, p] = joint[i, j] * change
                score[p] += log_derivatives[i, j, p]
    for i in range(2):
        for j in range(2):
            for p in range(N_PARAMETERS):
                log_derivatives[i, j, p] -= joint[i, j] * score[p]


@kernel(fast=True)
def switching_dcc_scores(parameters, target, z):
    """Return the log-density of each date and its scores, (n_dates,) and (n_dates, 6).

    The filter begins with even probabilities, Q = S and no residuals on the date before.
    """
    n_dates, n = z.shape
    by_date = np.empty(n_dates)
    scores = np.zeros((n_dates, N_PARAMETERS))
    weights = np.full(2, 0.5)
    weight_derivatives = np.zeros((2, N_PARAMETERS))
    q = np.empty((2, n, n))
    q[0] = target
    q[1] = target
    q_derivatives = np.zeros((2, N_PARAMETERS, n, n))
    last = np.zeros(n)
    following = np.empty((2, 2, n, n))
    correlation = np.empty((n, n))
    factor = np.empty((n, n))
    slope = np.empty((n, n))
    solution = np.empty(n)
    column = np.empty(n)
    logs = np.empty((2, 2))
    joint = np.empty((2, 2))
    results = (np.empty((2, 2, N_PARAMETERS, n, n)), np.zeros((2, 2, N_PARAMETERS)))
    for t in range(n_dates):
        for i in range(2):
            for j in range(2):
                fill_q(parameters, j, target, last, q[i], following[i, j])
                fill_correlation(following[i, j], correlation)
                logs[i, j] = log_normal_density(correlation, z[t], factor, solution)
                joint[i, j] = weights[i] * transition_probability(parameters, i, j)
                fill_slope(following[i, j], correlation, factor, solution, column, slope)
                fill_q_derivatives(
                    parameters, (i, j), target, last, q, q_derivatives, slope, results
                )
        by_date[t] = fill_joint(joint, logs)
        changes = results[1]
        fill_joint_derivatives(parameters, weights, weight_derivatives, joint, changes, scores[t])
        collapse(joint, following, q)
        collapse_derivatives(joint, changes, following, results[0], q, q_derivatives)
        for j in range(2):
            weights[j] = joint[0, j] + joint[1, j]
            for p in range(N_PARAMETERS):
                weight_derivatives[j, p] = changes[0, j, p] + changes[1, j, p]
        for r in range(n):
            last[r] = z[t, r]
    return by_date, scores
