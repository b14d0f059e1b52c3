"""Hessian of GARCH(1,1) with normal innovations and without leverage, in segments of the sample.

It is that of ``garch.hessian``; the derivatives of h advance in eight segments at once (see
``arithmetic.segments`` and ``garch.symmetric``). The second derivative by beta is the third of
three recursions, each driven by the one before: over a segment of m dates the first of them, h,
adds m (m - 1) / 2 b^{m-2} h to the third.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, spread, store, total
from hedgeresearch._kernels.arithmetic.segments import fill_mask
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.symmetric import segment_starts


@kernel(fast=True)
def symmetric_hessian(parameters, n_dates, segments, hessian):  # noqa: PLR0915 - sums written out
    """Overwrite ``hessian`` (6, 6) with the mean Hessian; zero for gamma and nu.

    ``segments`` (8 m,) are the returns of unit variance.
    """
    mu = parameters[0]
    omega = parameters[1]
    alpha = parameters[2]
    beta = parameters[4]
    m = segments.shape[0] // WIDTH
    numbers = np.empty(11 * WIDTH)
    slope_of_square = segment_starts(parameters, n_dates, segments, numbers)
    _second_starts(parameters, slope_of_square, segments, numbers)
    h = load(numbers, 0)
    by_mu = load(numbers, 1)
    by_omega = load(numbers, 2)
    by_alpha = load(numbers, 3)
    by_beta = load(numbers, 4)
    mu_mu = load(numbers, 5)
    mu_alpha = load(numbers, 6)
    mu_beta = load(numbers, 7)
    omega_beta = load(numbers, 8)
    alpha_beta = load(numbers, 9)
    beta_beta = load(numbers, 10)
    h00 = spread(0.0)
    h01 = spread(0.0)
    h02 = spread(0.0)
    h04 = spread(0.0)
    h11 = spread(0.0)
    h12 = spread(0.0)
    h14 = spread(0.0)
    h22 = spread(0.0)
    h24 = spread(0.0)
    h44 = spread(0.0)
    mask = spread(1.0)
    n_full = n_dates - (WIDTH - 1) * m
    for i in range(m):
        if i >= n_full:
            fill_mask(i, n_dates, m, numbers)
            mask = load(numbers, 0)
        e = load(segments, i) - mu
        square = e * e
        inverse = mask / h
        v = square * inverse
        # l_hh, l_h and l_he of the normal density
        bend = (0.5 * mask - v) * inverse * inverse
        slope = (v - mask) * inverse * 0.5
        mixed = e * inverse * inverse
        by_mean = bend * by_mu - mixed
        h00 = h00 + (by_mean * by_mu - mixed * by_mu - inverse + slope * mu_mu)
        h01 = h01 + by_mean * by_omega
        h02 = h02 + (by_mean * by_alpha + slope * mu_alpha)
        h04 = h04 + (by_mean * by_beta + slope * mu_beta)
        bent = bend * by_omega
        h11 = h11 + bent * by_omega
        h12 = h12 + bent * by_alpha
        h14 = h14 + (bent * by_beta + slope * omega_beta)
        bent = bend * by_alpha
        h22 = h22 + bent * by_alpha
        h24 = h24 + (bent * by_beta + slope * alpha_beta)
        h44 = h44 + (bend * by_beta * by_beta + slope * beta_beta)
        mu_mu = mu_mu * beta + 2.0 * alpha
        mu_alpha = mu_alpha * beta - e * 2.0
        mu_beta = mu_beta * beta + by_mu
        omega_beta = omega_beta * beta + by_omega
        alpha_beta = alpha_beta * beta + by_alpha
        beta_beta = beta_beta * beta + by_beta * 2.0
        by_mu = by_mu * beta - e * (2.0 * alpha)
        by_omega = by_omega * beta + 1.0
        by_alpha = by_alpha * beta + square
        by_beta = by_beta * beta + h
        h = h * beta + (square * alpha + omega)
    for i in range(6):
        for j in range(6):
            hessian[i, j] = 0.0
    hessian[0, 0] = total(h00) / n_dates
    hessian[1, 0] = total(h01) / n_dates
    hessian[2, 0] = total(h02) / n_dates
    hessian[4, 0] = total(h04) / n_dates
    hessian[1, 1] = total(h11) / n_dates
    hessian[2, 1] = total(h12) / n_dates
    hessian[4, 1] = total(h14) / n_dates
    hessian[2, 2] = total(h22) / n_dates
    hessian[4, 2] = total(h24) / n_dates
    hessian[4, 4] = total(h44) / n_dates
    for i in range(6):
        for j in range(i):
            hessian[j, i] = hessian[i, j]


@kernel(fast=True)
def _second_starts(parameters, slope, segments, starts):
    """Fill rows 5 to 10 of ``starts`` (88,) with second derivatives of h before each segment.

    They are those by mu twice, mu and alpha, mu and beta, omega and beta, alpha and beta, and beta
    twice. Rows 0 to 4, and the slope of mean(e^2), are those of ``segment_starts``.
    """
    beta = parameters[4]
    m = segments.shape[0] // WIDTH
    _second_ends(parameters, segments, starts)
    power = beta**m
    by_power = m * beta ** (m - 1)
    twice = m * (m - 1) * beta ** max(m - 2, 0)
    # the first variance is omega + (alpha + beta) mean(e^2)
    mu_mu = 2.0 * (parameters[2] + beta)
    mu_alpha = slope
    mu_beta = slope
    omega_beta = 0.0
    alpha_beta = 0.0
    beta_beta = 0.0
    for k in range(WIDTH):
        end_mu_mu = power * mu_mu + starts[5 * WIDTH + k]
        end_mu_alpha = power * mu_alpha + starts[6 * WIDTH + k]
        end_mu_beta = power * mu_beta + by_power * starts[WIDTH + k] + starts[7 * WIDTH + k]
        driven = by_power * starts[2 * WIDTH + k]
        end_omega_beta = power * omega_beta + driven + starts[8 * WIDTH + k]
        driven = by_power * starts[3 * WIDTH + k]
        end_alpha_beta = power * alpha_beta + driven + starts[9 * WIDTH + k]
        driven = 2.0 * by_power * starts[4 * WIDTH + k] + twice * starts[k]
        end_beta_beta = power * beta_beta + driven + starts[10 * WIDTH + k]
        starts[5 * WIDTH + k] = mu_mu
        starts[6 * WIDTH + k] = mu_alpha
        starts[7 * WIDTH + k] = mu_beta
        starts[8 * WIDTH + k] = omega_beta
        starts[9 * WIDTH + k] = alpha_beta
        starts[10 * WIDTH + k] = beta_beta
        mu_mu = end_mu_mu
        mu_alpha = end_mu_alpha
        mu_beta = end_mu_beta
        omega_beta = end_omega_beta
        alpha_beta = end_alpha_beta
        beta_beta = end_beta_beta


@kernel(fast=True)
def _second_ends(parameters, segments, ends):
    """Fill rows 5 to 10 of ``ends`` with the same after each segment, of recursions from zero."""
    mu = parameters[0]
    alpha = parameters[2]
    beta = parameters[4]
    of_error = spread(0.0)
    of_square = spread(0.0)
    of_one = spread(0.0)
    twice_error = spread(0.0)
    twice_square = spread(0.0)
    twice_one = spread(0.0)
    thrice_square = spread(0.0)
    thrice_one = spread(0.0)
    for i in range(segments.shape[0] // WIDTH):
        e = load(segments, i) - mu
        thrice_square = thrice_square * beta + twice_square
        thrice_one = thrice_one * beta + twice_one
        twice_error = twice_error * beta + of_error
        twice_square = twice_square * beta + of_square
        twice_one = twice_one * beta + of_one
        of_error = of_error * beta + e
        of_square = of_square * beta + e * e
        of_one = of_one * beta + 1.0
    store(ends, 5, of_one * (2.0 * alpha))
    store(ends, 6, of_error * -2.0)
    store(ends, 7, twice_error * (-2.0 * alpha))
    store(ends, 8, twice_one)
    store(ends, 9, twice_square)
    store(ends, 10, (thrice_one * parameters[1] + thrice_square * alpha) * 2.0)
