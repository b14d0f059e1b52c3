"""Blocks of dates of GARCH(1,1): variances, their derivatives, and scores in rows of an array.

The model is that of ``garch``, and h_1 = omega + (alpha + gamma / 2 + beta) mean(e^2), the mean at
the current mu (Fiorentini, Calzolari and Panattoni 1996, section 3). Parameters are full vectors
(mu, omega, alpha, gamma, beta, nu), nu infinite for normal innovations.

The recursion of a block fills rows that stay in the processor's first cache; sums over a block
follow, several dates at a time.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_first
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, spread, total
from hedgeresearch._kernels.compilation.kernels import kernel

BLOCK = 128
"""Number of dates of a block."""
SHORT = 15
"""Mask of a date's number: one logarithm is taken of the product of sixteen variances."""


@kernel(fast=True)
def squared_errors(mu, returns):
    """Return mean(e^2) and its derivative with respect to mu."""
    n_dates = returns.shape[0]
    n_lanes = n_dates // WIDTH
    errors = spread(0.0)
    squares = spread(0.0)
    for i in range(n_lanes):
        e = load(returns, i) - mu
        errors = errors + e
        squares = squares + e * e
    summed = total(errors)
    squared = total(squares)
    for t in range(WIDTH * n_lanes, n_dates):
        rest = returns[t] - mu
        summed += rest
        squared += rest * rest
    return squared / n_dates, -2.0 * summed / n_dates


@kernel
def first_state(parameters, returns):
    """Return h_1 and its derivatives w.r.t. (mu, omega, alpha, gamma, beta), (6,)."""
    variance, slope = squared_errors(parameters[0], returns)
    persistence = parameters[2] + 0.5 * parameters[3] + parameters[4]
    state = np.empty(6)
    state[0] = parameters[1] + persistence * variance
    state[1] = persistence * slope
    state[2] = 1.0
    state[3] = variance
    state[4] = 0.5 * variance
    state[5] = variance
    return state


@kernel(fast=True)
def advance_block(parameters, returns, state, h, derivatives):
    """Fill rows with the variances of a block and their derivatives, and move the state past it.

    ``h`` is (BLOCK,) and ``derivatives`` (5 or more, BLOCK). Returns minus half the sum of log h.
    """
    mu = parameters[0]
    omega = parameters[1]
    alpha = parameters[2]
    gamma = parameters[3]
    beta = parameters[4]
    variance = state[0]
    by_mu = state[1]
    by_omega = state[2]
    by_alpha = state[3]
    by_gamma = state[4]
    by_beta = state[5]
    logarithms = 0.0
    product = 1.0
    for j in range(returns.shape[0]):
        h[j] = variance
        derivatives[0, j] = by_mu
        derivatives[1, j] = by_omega
        derivatives[2, j] = by_alpha
        derivatives[3, j] = by_gamma
        derivatives[4, j] = by_beta
        product *= variance
        if j & SHORT == SHORT:
            logarithms += math.log(product)
            product = 1.0
        e = returns[j] - mu
        fallen = 1.0 if e < 0.0 else 0.0
        news = alpha + gamma * fallen
        by_mu = -2.0 * news * e + beta * by_mu
        by_omega = 1.0 + beta * by_omega
        by_alpha = e * e + beta * by_alpha
        by_gamma = fallen * e * e + beta * by_gamma
        by_beta = variance + beta * by_beta
        variance = omega + news * e * e + beta * variance
    state[0] = variance
    state[1] = by_mu
    state[2] = by_omega
    state[3] = by_alpha
    state[4] = by_gamma
    state[5] = by_beta
    return -0.5 * (logarithms + math.log(product))


@kernel(fast=True)
def scores_of_block(parameters, density, returns, h, rows):
    """Overwrite rows (6, BLOCK) with the scores by (mu, omega, alpha, gamma, beta, nu).

    The first five hold the derivatives of h. Returns the sum of the log-densities of the
    standardized residuals.
    """
    mu = parameters[0]
    nu, log_constant, log_constant_derivative = density
    # half the squares, or half the logarithms, are kept for a moment in the row of nu
    kept = rows[5]
    if nu == NORMAL:
        for j in range(returns.shape[0]):
            e = returns[j] - mu
            inverse = 1.0 / h[j]
            v = e * e * inverse
            kept[j] = 0.5 * v
            factor = 0.5 * (v - 1.0) * inverse
            rows[0, j] = factor * rows[0, j] + e * inverse
            rows[1, j] *= factor
            rows[2, j] *= factor
            rows[3, j] *= factor
            rows[4, j] *= factor
        half_squares = sum_of_first(kept, returns.shape[0])
        kept[:] = 0.0
        return returns.shape[0] * log_constant - half_squares
    excess = 1.0 / (nu - 2.0)
    for j in range(returns.shape[0]):
        e = returns[j] - mu
        kept[j] = 0.5 * math.log(1.0 + e * e / h[j] * excess)
    half_logarithms = sum_of_first(kept, returns.shape[0])
    for j in range(returns.shape[0]):
        e = returns[j] - mu
        inverse = 1.0 / h[j]
        v = e * e * inverse
        w = (nu + 1.0) / (nu - 2.0 + v)
        rows[5, j] = log_constant_derivative - kept[j] + 0.5 * w * v * excess
        factor = 0.5 * (w * v - 1.0) * inverse
        rows[0, j] = factor * rows[0, j] + w * e * inverse
        rows[1, j] *= factor
        rows[2, j] *= factor
        rows[3, j] *= factor
        rows[4, j] *= factor
    return returns.shape[0] * log_constant - (nu + 1.0) * half_logarithms
