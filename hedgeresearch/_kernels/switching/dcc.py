"""Dynamic correlations whose parameters switch between two regimes: the filter.

Billio and Caporin (2005): with regime i at t - 1 and j at t,

Q_t^{ij} = (1 - a_j - b_j) S + a_j z_{t-1} z_{t-1}' + b_j Q_{t-1}^i,

R the correlation of Q. After z_t was seen, the Q of the regimes before are averaged (Kim 1994, eq.
2.11): Q_t^j = sum_i P(s_{t-1} = i | s_t = j, z_1..z_t) Q_t^{ij}. ``parameters`` are (a_0, b_0, a_1,
b_1, p_00, p_10); ``weights`` are the filtered probabilities of the last date.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel

LOG_TWO_PI = math.log(2.0 * math.pi)
TINY = 1e-300
"""Probability of a regime below which its Q is the mean over the regimes before."""


@kernel
def transition_probability(parameters, i, j):
    """Return the probability of regime j after regime i."""
    first = parameters[4 + i]
    return first if j == 0 else 1.0 - first


@kernel
def fill_q(parameters, j, target, last, q, following):
    """Fill the Q of the next date in regime j, given the residuals and a Q of the last one."""
    a = parameters[2 * j]
    b = parameters[2 * j + 1]
    n = last.shape[0]
    for r in range(n):
        for c in range(n):
            mean = (1.0 - a - b) * target[r, c]
            following[r, c] = mean + a * (last[r] * last[c]) + b * q[r, c]


@kernel
def fill_correlation(q, correlation):
    """Fill the correlation matrix of Q."""
    n = q.shape[0]
    for r in range(n):
        for c in range(r):
            correlation[r, c] = q[r, c] / math.sqrt(q[r, r] * q[c, c])
            correlation[c, r] = correlation[r, c]
        correlation[r, r] = 1.0


@kernel
def log_normal_density(correlation, z, factor, solution):
    """Return the log-density of z; fill the Cholesky factor and R^-1 z."""
    n = z.shape[0]
    for r in range(n):
        solution[r] = z[r]
        for c in range(n):
            factor[r, c] = correlation[r, c]
    if not cholesky_in_place(factor) > 0.0:
        return -np.inf
    solve_cholesky(factor, solution)
    root = 1.0
    square = 0.0
    for r in range(n):
        root *= factor[r, r]
        square += z[r] * solution[r]
    return -0.5 * (n * LOG_TWO_PI + square) - math.log(root)


@kernel
def collapse(weights, following, q):
    """Overwrite the Q (2, n, n) of each regime with the mean over the regimes before.

    ``weights`` (2, 2) are P(s_{t-1} = i, s_t = j | data to t), ``following`` Q of each pair.
    """
    n = q.shape[1]
    for j in range(2):
        total = weights[0, j] + weights[1, j]
        share = 0.5 if total < TINY else weights[0, j] / total
        for r in range(n):
            for c in range(n):
                mean = share * following[0, j, r, c] + (1.0 - share) * following[1, j, r, c]
                q[j, r, c] = mean


@kernel
def filter_switching_dcc(parameters, target, z, weights, q, last):
    """Return the expected correlations of n + 1 dates, each given the data before it.

    Overwrites the state before the first date: the probabilities (2,) of the regimes on the date
    before, their Q (2, n, n) and its residuals (n,).

    Parameters
    ----------
    parameters : array (6,)
    target : array (n, n), S
    z : array (n_dates, n)

    Returns
    -------
    correlations : array (n_dates + 1, n, n)
    log_densities : array (n_dates,)
    """
    n_dates, n = z.shape
    expected = np.zeros((n_dates + 1, n, n))
    by_date = np.empty(n_dates)
    following = np.empty((2, 2, n, n))
    correlation = np.empty((n, n))
    factor = np.empty((n, n))
    solution = np.empty(n)
    logs = np.empty((2, 2))
    joint = np.empty((2, 2))
    for t in range(n_dates + 1):
        for i in range(2):
            for j in range(2):
                fill_q(parameters, j, target, last, q[i], following[i, j])
                fill_correlation(following[i, j], correlation)
                joint[i, j] = weights[i] * transition_probability(parameters, i, j)
                for r in range(n):
                    for c in range(n):
                        expected[t, r, c] += joint[i, j] * correlation[r, c]
                if t < n_dates:
                    logs[i, j] = log_normal_density(correlation, z[t], factor, solution)
        if t < n_dates:
            by_date[t] = fill_joint(joint, logs)
            for j in range(2):
                weights[j] = joint[0, j] + joint[1, j]
            collapse(joint, following, q)
            for r in range(n):
                last[r] = z[t, r]
    return expected, by_date


@kernel
def fill_joint(joint, logs):
    """Overwrite joint probabilities (2, 2) by those given the densities too; return log-density."""
    largest = -np.inf
    for i in range(2):
        for j in range(2):
            if joint[i, j] > 0.0:
                largest = max(largest, logs[i, j])
    total = 0.0
    for i in range(2):
        for j in range(2):
            if joint[i, j] > 0.0:
                joint[i, j] *= math.exp(logs[i, j] - largest)
            total += joint[i, j]
    for i in range(2):
        for j in range(2):
            joint[i, j] /= total
    return largest + math.log(total)
