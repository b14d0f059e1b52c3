"""Mean log-likelihood of GARCH(1,1) in one pass over the dates, with scores that are only summed.

Parameters, the first variance and blocks are those of ``garch_blocks``.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.blocks import (
    BLOCK,
    SHORT,
    advance_block,
    first_state,
    scores_of_block,
    squared_errors,
)
from hedgeresearch._kernels.garch.coordinates import (
    garch_jacobian,
    garch_parameters,
    is_searched,
)


@kernel(steers=True)
def garch_evaluate(point, searched, returns, gradient, information):
    """Return the mean log-likelihood at a point of the box, with its first derivatives.

    Parameters
    ----------
    point : array (6,)
        Point of the box, see ``garch_coordinates``.
    searched : array (k,) of int
        Coordinates with respect to which derivatives are wanted.
    returns : array (n_dates,)
        Returns of unit variance.
    gradient : array (k,)
        Overwritten with the mean score.
    information : array (k, k)
        Overwritten with the mean outer product of the scores.
    """
    parameters = garch_parameters(point)
    sums = np.zeros(6)
    products = np.zeros((6, 6))
    if not is_searched(searched, 4) and not is_searched(searched, 5):
        value = symmetric_sums(parameters, returns, sums, products)
    else:
        value = general_sums(parameters, returns, sums, products)
    jacobian = garch_jacobian(point)
    n_dates = returns.shape[0]
    k = searched.shape[0]
    for i in range(6):
        for j in range(i):
            products[j, i] = products[i, j]
    by_coordinate = np.empty(6)
    for a in range(k):
        total = 0.0
        for i in range(6):
            total += jacobian[i, searched[a]] * sums[i]
            half = 0.0
            for j in range(6):
                half += products[i, j] * jacobian[j, searched[a]]
            by_coordinate[i] = half
        gradient[a] = total / n_dates
        for b in range(a + 1):
            total = 0.0
            for i in range(6):
                total += jacobian[i, searched[b]] * by_coordinate[i]
            information[a, b] = total / n_dates
            information[b, a] = total / n_dates
    return value / n_dates


@kernel(fast=True)
def symmetric_sums(parameters, returns, sums, products):  # noqa: PLR0915 - sums written out
    """Return the log-likelihood of normal innovations without leverage, summed over dates.

    ``sums`` (6,) and the lower triangle of ``products`` (6, 6) are overwritten with the sums of the
    scores and of their products; those of gamma and nu are left as they are.
    """
    mu = parameters[0]
    omega = parameters[1]
    alpha = parameters[2]
    beta = parameters[4]
    n_dates = returns.shape[0]
    variance, slope = squared_errors(mu, returns)
    rows = np.empty((5, BLOCK))
    h_row = rows[0]
    mu_row = rows[1]
    omega_row = rows[2]
    alpha_row = rows[3]
    beta_row = rows[4]
    h = omega + (alpha + beta) * variance
    by_mu = (alpha + beta) * slope
    by_omega = 1.0
    by_alpha = variance
    by_beta = variance
    s0 = 0.0
    s1 = 0.0
    s2 = 0.0
    s4 = 0.0
    p00 = 0.0
    p01 = 0.0
    p02 = 0.0
    p04 = 0.0
    p11 = 0.0
    p12 = 0.0
    p14 = 0.0
    p22 = 0.0
    p24 = 0.0
    p44 = 0.0
    squares = 0.0
    logarithms = 0.0
    product = 1.0
    for begin in range(0, n_dates, BLOCK):
        count = min(BLOCK, n_dates - begin)
        for j in range(count):
            h_row[j] = h
            mu_row[j] = by_mu
            omega_row[j] = by_omega
            alpha_row[j] = by_alpha
            beta_row[j] = by_beta
            product *= h
            if j & SHORT == SHORT:
                logarithms += math.log(product)
                product = 1.0
            e = returns[begin + j] - mu
            by_mu = -2.0 * alpha * e + beta * by_mu
            by_omega = 1.0 + beta * by_omega
            by_alpha = e * e + beta * by_alpha
            by_beta = h + beta * by_beta
            h = omega + alpha * e * e + beta * h
        for j in range(count):
            e = returns[begin + j] - mu
            inverse = 1.0 / h_row[j]
            v = e * e * inverse
            squares += v
            factor = 0.5 * (v - 1.0) * inverse
            d0 = factor * mu_row[j] + e * inverse
            d1 = factor * omega_row[j]
            d2 = factor * alpha_row[j]
            d4 = factor * beta_row[j]
            s0 += d0
            s1 += d1
            s2 += d2
            s4 += d4
            p00 += d0 * d0
            p01 += d0 * d1
            p02 += d0 * d2
            p04 += d0 * d4
            p11 += d1 * d1
            p12 += d1 * d2
            p14 += d1 * d4
            p22 += d2 * d2
            p24 += d2 * d4
            p44 += d4 * d4
    sums[0] = s0
    sums[1] = s1
    sums[2] = s2
    sums[4] = s4
    products[0, 0] = p00
    products[1, 0] = p01
    products[2, 0] = p02
    products[4, 0] = p04
    products[1, 1] = p11
    products[2, 1] = p12
    products[4, 1] = p14
    products[2, 2] = p22
    products[4, 2] = p24
    products[4, 4] = p44
    _, log_constant, _ = density_constants(NORMAL, 1)
    return n_dates * log_constant - 0.5 * (logarithms + math.log(product) + squares)


@kernel(fast=True)
def general_sums(parameters, returns, sums, products):
    """Return the log-likelihood summed over dates, for all models.

    The scores are added to ``sums`` (6,), which are given as zeros, and their products to the lower
    triangle of ``products`` (6, 6).
    """
    n_dates = returns.shape[0]
    density = density_constants(parameters[5], 1)
    h = np.empty(BLOCK)
    scores = np.empty((6, BLOCK))
    state = first_state(parameters, returns)
    value = 0.0
    for begin in range(0, n_dates, BLOCK):
        block = returns[begin : begin + BLOCK]
        count = block.shape[0]
        value += advance_block(parameters, block, state, h, scores)
        value += scores_of_block(parameters, density, block, h, scores)
        for a in range(6):
            one = scores[a]
            total = 0.0
            for j in range(count):
                total += one[j]
            sums[a] += total
            for b in range(a + 1):
                other = scores[b]
                total = 0.0
                for j in range(count):
                    total += one[j] * other[j]
                products[a, b] += total
    return value


@kernel
def outer_products(parameters, returns, is_symmetric):
    """Return the sum over dates of the outer products of the scores, (6, 6).

    Those of gamma and nu are zero if ``is_symmetric``, for models that have neither.
    """
    sums = np.zeros(6)
    products = np.zeros((6, 6))
    if is_symmetric:
        symmetric_sums(parameters, returns, sums, products)
    else:
        general_sums(parameters, returns, sums, products)
    for i in range(6):
        for j in range(i):
            products[j, i] = products[i, j]
    return products
