"""Passes over the dates of a dynamic correlation of two series: value, gradient and information.

Two series are the usual hedge, and the pieces of a composite likelihood; written out they are
several times faster than ``dcc``, whose recursion and density these are. A pass over x and y, the
standardized residuals of the two series (n_dates,) each, sums what it finds over the dates and
stores nothing. ``parameters`` are always (a, b, g, nu), nu infinite for the normal density.
``targets`` (6,) are the elements (1, 1), (1, 2) and (2, 2) of S and then those of N.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_first, sum_of_products
from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, root, smaller, spread, store, total
from hedgeresearch._kernels.arithmetic.segments import LARGE, SHORT
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.pair.plain import plain_evaluation
from hedgeresearch._kernels.dcc.pair.targets import pair_matrices

BLOCK = 128
"""Number of dates whose scores are held at a time."""


@kernel(fast=True)
def pair_values(parameters, corrected, x, y, targets, values):  # noqa: C901, PLR0915 - one loop
    """Overwrite ``values`` (8,) with the mean log-densities at eight parameters (8, 4) at once.

    They have the same nu. The log-density is -inf where a Q is not positive definite.
    """
    nu = parameters[0, 3]
    numbers = np.empty(9 * WIDTH)
    for k in range(WIDTH):
        matrices = pair_matrices(parameters[k], corrected, x, y, targets)
        for i in range(3):
            numbers[i * WIDTH + k] = parameters[k, i]
            numbers[(3 + i) * WIDTH + k] = matrices[0, i]
            numbers[(6 + i) * WIDTH + k] = matrices[1, i]
        values[k] = 0.0
    a = load(numbers, 0)
    b = load(numbers, 1)
    g = load(numbers, 2)
    c11 = load(numbers, 3)
    c12 = load(numbers, 4)
    c22 = load(numbers, 5)
    q11 = load(numbers, 6)
    q12 = load(numbers, 7)
    q22 = load(numbers, 8)
    quadratics = spread(0.0)
    lowest = spread(1.0)
    product = spread(1.0)
    radial = spread(1.0)
    n = x.shape[0]
    for t in range(n):
        u = x[t]
        v = y[t]
        pq = q11 * q22
        determinant = pq - q12 * q12
        lowest = smaller(determinant, lowest)
        w = 1.0 / determinant
        deviation = root(pq)
        quadratic = (pq * (u * u + v * v) - q12 * deviation * (2.0 * u * v)) * w
        product = product * (w * pq)
        if nu == NORMAL:
            quadratics = quadratics + quadratic
        else:
            radial = radial * (quadratic * (1.0 / (nu - 2.0)) + 1.0)
        # no factor is below one: logarithms are needed where a product is large, and at the end
        is_due = t & SHORT == SHORT and not total(product) + total(radial) < LARGE
        if is_due or t == n - 1:
            store(numbers, 0, product)
            store(numbers, 1, radial)
            for k in range(WIDTH):
                values[k] += 0.5 * math.log(numbers[k])
                if nu != NORMAL:
                    values[k] -= 0.5 * (nu + 2.0) * math.log(numbers[WIDTH + k])
            product = spread(1.0)
            radial = spread(1.0)
        weight11 = a + g * (1.0 if u < 0.0 else 0.0)
        weight12 = a + g * (1.0 if u < 0.0 and v < 0.0 else 0.0)
        weight22 = a + g * (1.0 if v < 0.0 else 0.0)
        if corrected:
            q11 = c11 + (weight11 * (u * u) + b) * q11
            q12 = c12 + weight12 * (u * v) * deviation + b * q12
            q22 = c22 + (weight22 * (v * v) + b) * q22
        else:
            q11 = c11 + weight11 * (u * u) + b * q11
            q12 = c12 + weight12 * (u * v) + b * q12
            q22 = c22 + weight22 * (v * v) + b * q22
    store(numbers, 0, quadratics)
    store(numbers, 1, lowest)
    _, log_c, _ = density_constants(nu, 2)
    for k in range(WIDTH):
        values[k] = (values[k] - 0.5 * numbers[k]) / n + log_c
        if not numbers[WIDTH + k] > 0.0:
            values[k] = -np.inf


@kernel(steers=True)
def pair_evaluation(
    parameters, asymmetric, corrected, x, y, segments, targets, gradient, information
):
    """Return the mean log-density, and overwrite its gradient and the information.

    Parameters
    ----------
    parameters : array (4,)
    asymmetric, corrected : bool
    x, y : array (n_dates,)
    segments : array (2, 8 m)
        x and y in segments.
    targets : array (6,)
    gradient : array (4,)
        Mean derivatives with respect to (a, b, g, nu).
    information : array (4, 4)
        Mean outer product of the scores.
    """
    for p in range(4):
        gradient[p] = 0.0
        for j in range(4):
            information[p, j] = 0.0
    if parameters[3] == NORMAL and not (asymmetric or corrected):
        sample = (x.shape[0], segments[0], segments[1])
        return plain_evaluation(parameters, *sample, targets, gradient, information)
    return _general_evaluation(parameters, corrected, x, y, targets, gradient, information)


@kernel(fast=True)
def _general_evaluation(parameters, corrected, x, y, targets, gradient, information):
    """Return the mean log-density of all models, and add to its derivatives, given as zeros."""
    matrices = pair_matrices(parameters, corrected, x, y, targets)
    state = first_pair_state(matrices)
    rows = np.empty((4, BLOCK))
    n = x.shape[0]
    log_density = 0.0
    for begin in range(0, n, BLOCK):
        m = min(BLOCK, n - begin)
        log_density += pair_scores_of_block(
            parameters, corrected, x[begin : begin + m], y[begin : begin + m], matrices, state, rows
        )
        for p in range(4):
            gradient[p] += sum_of_first(rows[p], m) / n
            for j in range(p + 1):
                information[p, j] += sum_of_products(rows[p], rows[j], m) / n
    for p in range(4):
        for j in range(p):
            information[j, p] = information[p, j]
    return log_density / n


@kernel
def first_pair_state(matrices):
    """Return Q_1 and its derivatives, (4, 3); rows are Q and those by a, b and g."""
    state = np.empty((4, 3))
    for i in range(3):
        state[0, i] = matrices[1, i]
        for p in range(3):
            state[1 + p, i] = matrices[5 + p, i]
    return state


@kernel(fast=True)
def pair_scores_of_block(  # noqa: PLR0915 - one recursion
    parameters, corrected, x, y, matrices, state, rows
):
    """Fill rows (4, BLOCK) with the scores of some dates by (a, b, g, nu).

    The state moves past them. Returns the sum of their log-densities, -inf where a Q is not
    positive definite.
    """
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    nu, log_c, log_c_by_nu = density_constants(parameters[3], 2)
    q11 = state[0, 0]
    q12 = state[0, 1]
    q22 = state[0, 2]
    excess = 1.0 / (nu - 2.0)
    log_density = log_c * x.shape[0]
    for t in range(x.shape[0]):
        u = x[t]
        v = y[t]
        pq = q11 * q22
        root_pq = math.sqrt(pq)
        determinant = pq - q12 * q12
        if not determinant > 0.0:
            return -np.inf
        d = pq / determinant
        inverse_root = 1.0 / root_pq
        inverse11 = q22 * inverse_root * inverse_root
        inverse22 = q11 * inverse_root * inverse_root
        r = q12 * inverse_root
        quadratic = (u * u - 2.0 * r * u * v + v * v) * d
        log_density += 0.5 * math.log(d)
        weight = 1.0
        rows[3, t] = 0.0
        if nu == NORMAL:
            log_density -= 0.5 * quadratic
        else:
            weight = (nu + 2.0) / (nu - 2.0 + quadratic)
            radial = 0.5 * math.log1p(quadratic * excess)
            log_density -= (nu + 2.0) * radial
            rows[3, t] = log_c_by_nu - radial + 0.5 * weight * quadratic * excess
        by_r = d * (r + weight * (u * v - r * quadratic))
        fallen_x = 1.0 if u < 0.0 else 0.0
        fallen_y = 1.0 if v < 0.0 else 0.0
        news11 = u * u * q11 if corrected else u * u
        news12 = u * v * root_pq if corrected else u * v
        news22 = v * v * q22 if corrected else v * v
        weight11 = a + g * fallen_x
        weight12 = a + g * fallen_x * fallen_y
        weight22 = a + g * fallen_y
        for p in range(1, 4):
            move1 = state[p, 0] * inverse11
            move2 = state[p, 2] * inverse22
            rows[p - 1, t] = by_r * (state[p, 1] * inverse_root - 0.5 * r * (move1 + move2))
            state[p, 0] = matrices[1 + p, 0] + b * state[p, 0]
            state[p, 1] = matrices[1 + p, 1] + b * state[p, 1]
            state[p, 2] = matrices[1 + p, 2] + b * state[p, 2]
            if corrected:
                state[p, 0] += weight11 * news11 * move1
                state[p, 1] += 0.5 * weight12 * news12 * (move1 + move2)
                state[p, 2] += weight22 * news22 * move2
        state[1, 0] += news11
        state[1, 1] += news12
        state[1, 2] += news22
        state[2, 0] += q11
        state[2, 1] += q12
        state[2, 2] += q22
        state[3, 0] += news11 * fallen_x
        state[3, 1] += news12 * fallen_x * fallen_y
        state[3, 2] += news22 * fallen_y
        q11 = matrices[0, 0] + weight11 * news11 + b * q11
        q12 = matrices[0, 1] + weight12 * news12 + b * q12
        q22 = matrices[0, 2] + weight22 * news22 + b * q22
    state[0, 0] = q11
    state[0, 1] = q12
    state[0, 2] = q22
    return log_density
