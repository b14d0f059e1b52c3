"""Sums over the dates of GARCH(1,1) with normal innovations and without leverage, the usual model.

The recursions of the variance and of its derivatives are linear in what is known, so that eight
segments of the sample advance at once (see ``arithmetic.segments``). Parameters and the first
variance are those of ``garch.blocks``.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, spread, store, total
from hedgeresearch._kernels.arithmetic.segments import SHORT, fill_mask, take_logarithms
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(fast=True)
def segment_starts(parameters, n_dates, segments, starts):
    """Fill ``starts`` (40 or more,) with h and its derivatives at the first date of each segment.

    The rows of eight are h and its derivatives by mu, omega, alpha and beta. Returns the derivative
    of mean(e^2) with respect to mu.
    """
    alpha = parameters[2]
    beta = parameters[4]
    m = segments.shape[0] // WIDTH
    variance, slope = _segment_ends(parameters, n_dates, segments, starts)
    power = beta**m
    by_power = m * beta ** (m - 1)
    h = parameters[1] + (alpha + beta) * variance
    by_mu = (alpha + beta) * slope
    by_omega = 1.0
    by_alpha = variance
    by_beta = variance
    for k in range(WIDTH):
        end_h = power * h + starts[k]
        end_mu = power * by_mu + starts[WIDTH + k]
        end_omega = power * by_omega + starts[2 * WIDTH + k]
        end_alpha = power * by_alpha + starts[3 * WIDTH + k]
        end_beta = power * by_beta + by_power * h + starts[4 * WIDTH + k]
        starts[k] = h
        starts[WIDTH + k] = by_mu
        starts[2 * WIDTH + k] = by_omega
        starts[3 * WIDTH + k] = by_alpha
        starts[4 * WIDTH + k] = by_beta
        h = end_h
        by_mu = end_mu
        by_omega = end_omega
        by_alpha = end_alpha
        by_beta = end_beta
    return slope


@kernel(fast=True)
def _segment_ends(parameters, n_dates, segments, ends):
    """Fill ``ends`` (40 or more,) with the same after each segment, of recursions from zero.

    Returns mean(e^2) and its derivative with respect to mu.
    """
    mu = parameters[0]
    omega = parameters[1]
    alpha = parameters[2]
    beta = parameters[4]
    m = segments.shape[0] // WIDTH
    errors = spread(0.0)
    squares = spread(0.0)
    # recursions driven by e, e^2 and 1, and two more that are driven by the last two of these
    of_error = spread(0.0)
    of_square = spread(0.0)
    of_one = spread(0.0)
    twice_square = spread(0.0)
    twice_one = spread(0.0)
    for i in range(m):
        e = load(segments, i) - mu
        square = e * e
        errors = errors + e
        squares = squares + square
        twice_square = twice_square * beta + of_square
        twice_one = twice_one * beta + of_one
        of_error = of_error * beta + e
        of_square = of_square * beta + square
        of_one = of_one * beta + 1.0
    store(ends, 0, of_one * omega + of_square * alpha)
    store(ends, 1, of_error * (-2.0 * alpha))
    store(ends, 2, of_one)
    store(ends, 3, of_square)
    store(ends, 4, twice_one * omega + twice_square * alpha)
    n_after = WIDTH * m - n_dates
    variance = (total(squares) - n_after * mu * mu) / n_dates
    return variance, -2.0 * (total(errors) + n_after * mu) / n_dates


@kernel(fast=True)
def symmetric_sums(  # noqa: PLR0915 - sums written out
    parameters, n_dates, segments, sums, products
):
    """Return the log-likelihood of normal innovations without leverage, summed over dates.

    ``segments`` (8 m,) are the returns, see ``segments``. ``sums`` (6,) and the lower triangle of
    ``products`` (6, 6) are overwritten with the sums of the scores and of their products; those of
    gamma and nu are left as they are.
    """
    mu = parameters[0]
    omega = parameters[1]
    alpha = parameters[2]
    beta = parameters[4]
    m = segments.shape[0] // WIDTH
    numbers = np.empty(5 * WIDTH)
    segment_starts(parameters, n_dates, segments, numbers)
    h = load(numbers, 0)
    by_mu = load(numbers, 1)
    by_omega = load(numbers, 2)
    by_alpha = load(numbers, 3)
    by_beta = load(numbers, 4)
    s0 = spread(0.0)
    s1 = spread(0.0)
    s2 = spread(0.0)
    s4 = spread(0.0)
    p00 = spread(0.0)
    p01 = spread(0.0)
    p02 = spread(0.0)
    p04 = spread(0.0)
    p11 = spread(0.0)
    p12 = spread(0.0)
    p14 = spread(0.0)
    p22 = spread(0.0)
    p24 = spread(0.0)
    p44 = spread(0.0)
    squares = spread(0.0)
    logarithms = 0.0
    product = spread(1.0)
    mask = spread(1.0)
    n_full = n_dates - (WIDTH - 1) * m
    for i in range(m):
        if i < n_full:
            product = product * h
        else:
            fill_mask(i, n_dates, m, numbers)
            mask = load(numbers, 0)
            product = product * (h * mask + (1.0 - mask))
        if i & SHORT == SHORT or i == m - 1:
            store(numbers, 0, product)
            logarithms += take_logarithms(numbers, i == m - 1)
            product = load(numbers, 0)
        e = load(segments, i) - mu
        square = e * e
        inverse = mask / h
        v = square * inverse
        squares = squares + v
        factor = (v - mask) * inverse * 0.5
        d0 = factor * by_mu + e * inverse
        d1 = factor * by_omega
        d2 = factor * by_alpha
        d4 = factor * by_beta
        s0 = s0 + d0
        s1 = s1 + d1
        s2 = s2 + d2
        s4 = s4 + d4
        p00 = p00 + d0 * d0
        p01 = p01 + d0 * d1
        p02 = p02 + d0 * d2
        p04 = p04 + d0 * d4
        p11 = p11 + d1 * d1
        p12 = p12 + d1 * d2
        p14 = p14 + d1 * d4
        p22 = p22 + d2 * d2
        p24 = p24 + d2 * d4
        p44 = p44 + d4 * d4
        by_mu = by_mu * beta - e * (2.0 * alpha)
        by_omega = by_omega * beta + 1.0
        by_alpha = by_alpha * beta + square
        by_beta = by_beta * beta + h
        h = h * beta + (square * alpha + omega)
    sums[0] = total(s0)
    sums[1] = total(s1)
    sums[2] = total(s2)
    sums[4] = total(s4)
    products[0, 0] = total(p00)
    products[1, 0] = total(p01)
    products[2, 0] = total(p02)
    products[4, 0] = total(p04)
    products[1, 1] = total(p11)
    products[2, 1] = total(p12)
    products[4, 1] = total(p14)
    products[2, 2] = total(p22)
    products[4, 2] = total(p24)
    products[4, 4] = total(p44)
    _, log_constant, _ = density_constants(NORMAL, 1)
    return n_dates * log_constant - 0.5 * (logarithms + total(squares))
