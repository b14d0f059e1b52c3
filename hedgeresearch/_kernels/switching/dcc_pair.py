"""Scores of dynamic correlations whose parameters switch, for two series: see ``dcc``.

Q has three elements, (q_00, q_10, q_11), and the density one parameter, the correlation r. With
c = 1 - r^2 the derivative of the log-density with respect to r is
(r c + (1 + r^2) z_0 z_1 - r (z_0^2 + z_1^2)) / c^2.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.switching.dcc import LOG_TWO_PI, TINY

N_PARAMETERS = 6


@kernel(fast=True)
def fill_pair(parameters, i, j, target, products, q, dq, following, d_following, logs, d_logs):
    """Fill Q of regime j after regime i, the log-density of the date, and their derivatives.

    Parameters
    ----------
    parameters : array (6,)
    target : array (3,), S
    products : array (2, 3), z_0^2, z_0 z_1, z_1^2 of the last date and of this one
    q, dq : arrays (2, 3) and (2, 6, 3), of the last date
    following, d_following : arrays (2, 2, 3) and (2, 2, 6, 3)
    logs, d_logs : arrays (2, 2) and (2, 2, 6)
    """
    a = parameters[2 * j]
    b = parameters[2 * j + 1]
    for e in range(3):
        mean = (1.0 - a - b) * target[e]
        following[i, j, e] = mean + a * products[0, e] + b * q[i, e]
    first = following[i, j, 0]
    second = following[i, j, 2]
    root = math.sqrt(first * second)
    r = following[i, j, 1] / root
    c = 1.0 - r * r
    squares = products[1, 0] + products[1, 2]
    logs[i, j] = -LOG_TWO_PI - 0.5 * (math.log(c) + (squares - 2.0 * r * products[1, 1]) / c)
    slope = (r * c + (1.0 + r * r) * products[1, 1] - r * squares) / (c * c)
    by_first = -0.5 * slope * r / first
    by_second = -0.5 * slope * r / second
    by_product = slope / root
    for p in range(N_PARAMETERS):
        for e in range(3):
            d_following[i, j, p, e] = b * dq[i, p, e]
    for e in range(3):
        d_following[i, j, 2 * j, e] += products[0, e] - target[e]
        d_following[i, j, 2 * j + 1, e] += q[i, e] - target[e]
    for p in range(N_PARAMETERS):
        change = by_first * d_following[i, j, p, 0] + by_product * d_following[i, j, p, 1]
        d_logs[i, j, p] = change + by_second * d_following[i, j, p, 2]


@kernel(fast=True)
def weigh_pairs(parameters, weights, d_weights, logs, d_logs, score):
    """Overwrite log-densities and their derivatives with joint probabilities and theirs.

    Returns the log-density of the date and fills its scores (6,).
    """
    largest = max(max(logs[0, 0], logs[0, 1]), max(logs[1, 0], logs[1, 1]))
    total = 0.0
    for p in range(N_PARAMETERS):
        score[p] = 0.0
    for i in range(2):
        for j in range(2):
            sign = 1.0 if j == 0 else -1.0
            moves = parameters[4 + i] if j == 0 else 1.0 - parameters[4 + i]
            density = math.exp(logs[i, j] - largest)
            mass = weights[i] * moves * density
            for p in range(N_PARAMETERS):
                change = d_weights[i, p] * moves * density + mass * d_logs[i, j, p]
                d_logs[i, j, p] = change
                score[p] += change
            own = sign * weights[i] * density
            d_logs[i, j, 4 + i] += own
            score[4 + i] += own
            logs[i, j] = mass
            total += mass
    for p in range(N_PARAMETERS):
        score[p] /= total
    for i in range(2):
        for j in range(2):
            logs[i, j] /= total
            for p in range(N_PARAMETERS):
                d_logs[i, j, p] = d_logs[i, j, p] / total - logs[i, j] * score[p]
    return largest + math.log(total)


@kernel(fast=True)
def collapse_pairs(joint, d_joint, following, d_following, q, dq, weights, d_weights):
    """Overwrite Q (2, 3), the probabilities (2,) of the regimes, and their derivatives."""
    for j in range(2):
        total = joint[0, j] + joint[1, j]
        weights[j] = total
        total = max(total, TINY)
        share = joint[0, j] / total
        for e in range(3):
            q[j, e] = share * following[0, j, e] + (1.0 - share) * following[1, j, e]
        for p in range(N_PARAMETERS):
            d_weights[j, p] = d_joint[0, j, p] + d_joint[1, j, p]
            d_share = ((1.0 - share) * d_joint[0, j, p] - share * d_joint[1, j, p]) / total
            for e in range(3):
                mean = share * d_following[0, j, p, e] + (1.0 - share) * d_following[1, j, p, e]
                moved = d_share * (following[0, j, e] - following[1, j, e])
                dq[j, p, e] = mean + moved


@kernel(fast=True)
def switching_pair_scores(parameters, matrix, z):
    """Return the log-density of each date and its scores, see ``switching_dcc_scores``."""
    n_dates = z.shape[0]
    by_date = np.empty(n_dates)
    scores = np.empty((n_dates, N_PARAMETERS))
    target = np.array([matrix[0, 0], matrix[1, 0], matrix[1, 1]])
    weights = np.full(2, 0.5)
    d_weights = np.zeros((2, N_PARAMETERS))
    q = np.empty((2, 3))
    for e in range(3):
        q[0, e] = target[e]
        q[1, e] = target[e]
    dq = np.zeros((2, N_PARAMETERS, 3))
    products = np.zeros((2, 3))
    following = np.empty((2, 2, 3))
    d_following = np.empty((2, 2, N_PARAMETERS, 3))
    logs = np.empty((2, 2))
    d_logs = np.empty((2, 2, N_PARAMETERS))
    score = np.empty(N_PARAMETERS)
    for t in range(n_dates):
        for e in range(3):
            products[0, e] = products[1, e]
        products[1, 0] = z[t, 0] * z[t, 0]
        products[1, 1] = z[t, 0] * z[t, 1]
        products[1, 2] = z[t, 1] * z[t, 1]
        for i in range(2):
            for j in range(2):
                fill_pair(
                    parameters, i, j, target, products, q, dq, following, d_following, logs, d_logs
                )
        by_date[t] = weigh_pairs(parameters, weights, d_weights, logs, d_logs, score)
        collapse_pairs(logs, d_logs, following, d_following, q, dq, weights, d_weights)
        for p in range(N_PARAMETERS):
            scores[t, p] = score[p]
    return by_date, scores
