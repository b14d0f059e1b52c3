"""Pass over the dates of the composite likelihood of a dynamic correlation, eight pairs at once.

The likelihood is the mean over pairs of neighboring series of that of each pair: ``dcc.pair`` in
lanes (see ``lanes``), with a pair in each instead of a date. Lanes after the last pair have
residuals of zero and a correlation of zero, which add nothing.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.lanes import (
    WIDTH,
    below_zero,
    load,
    product,
    root,
    smaller,
    spread,
    store,
    total,
)
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def neighbors_in_lanes(residuals):
    """Return both residuals of each pair of neighboring series, in lanes of eight pairs.

    Returns
    -------
    array (2, n_groups * n_dates * 8)
    """
    n_dates, n = residuals.shape
    n_groups = (n - 1 + WIDTH - 1) // WIDTH
    lanes = np.zeros((2, n_groups * n_dates * WIDTH))
    for t in range(n_dates):
        for pair in range(n - 1):
            place = (pair // WIDTH * n_dates + t) * WIDTH + pair % WIDTH
            lanes[0, place] = residuals[t, pair]
            lanes[1, place] = residuals[t, pair + 1]
    return lanes


@kernel(fast=True)
def composite_pass(  # noqa: PLR0915 - one recursion, written out
    parameters, corrected, density, lanes, matrices, begin, end, by_date
):
    """Add the log-densities of some groups of eight pairs to those of each date.

    Parameters
    ----------
    parameters : array (3,)
        a, b and g.
    corrected : bool
    density : tuple
        (nu, log c, d log c / d nu) for two series.
    lanes : array (2, n_groups * n_dates * 8)
        Residuals of both series.
    matrices : array (8, 3, n_groups * 8)
        C, Q_1, the derivatives of C and those of Q_1 with respect to (a, b, g); elements (1, 1),
        (1, 2) and (2, 2) of each pair.
    begin, end : int
        Groups.
    by_date : array (n_dates, 5)
        Log-density without its constant log c, and derivatives with respect to a, b, g and, also
        without its constant, nu.

    Returns
    -------
    bool
        Whether all correlations are positive definite.
    """
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    nu = density[0]
    n_dates = by_date.shape[0]
    x = lanes[0]
    y = lanes[1]
    least = spread(np.inf)
    smallest = np.empty(WIDTH)
    for group in range(begin, end):
        c11 = load(matrices[0, 0], group)
        c12 = load(matrices[0, 1], group)
        c22 = load(matrices[0, 2], group)
        q11 = load(matrices[1, 0], group)
        q12 = load(matrices[1, 1], group)
        q22 = load(matrices[1, 2], group)
        a11 = load(matrices[5, 0], group)
        a12 = load(matrices[5, 1], group)
        a22 = load(matrices[5, 2], group)
        b11 = load(matrices[6, 0], group)
        b12 = load(matrices[6, 1], group)
        b22 = load(matrices[6, 2], group)
        g11 = load(matrices[7, 0], group)
        g12 = load(matrices[7, 1], group)
        g22 = load(matrices[7, 2], group)
        for t in range(n_dates):
            u = load(x, group * n_dates + t)
            v = load(y, group * n_dates + t)
            both = q11 * q22
            determinant = both - q12 * q12
            least = smaller(determinant, least)
            scale = 1.0 / root(both)
            r = q12 * scale
            d = both / determinant
            quadratic = (u * u + v * v - 2.0 * r * u * v) * d
            value = 0.5 * math.log(product(d))
            weight = spread(1.0)
            if nu == NORMAL:
                value -= 0.5 * total(quadratic)
            else:
                relative = quadratic / (nu - 2.0)
                weight = (nu + 2.0) / (nu - 2.0 + quadratic)
                radial = 0.5 * math.log(product(1.0 + relative))
                value -= (nu + 2.0) * radial
                by_date[t, 4] += 0.5 * total(weight * relative) - radial
            by_date[t, 0] += value
            by_r = d * (r + weight * (u * v - r * quadratic))
            half_11 = 0.5 * r / q11
            half_22 = 0.5 * r / q22
            by_date[t, 1] += total(by_r * (a12 * scale - half_11 * a11 - half_22 * a22))
            by_date[t, 2] += total(by_r * (b12 * scale - half_11 * b11 - half_22 * b22))
            by_date[t, 3] += total(by_r * (g12 * scale - half_11 * g11 - half_22 * g22))
            fell_x = below_zero(u)
            fell_y = below_zero(v)
            news11 = u * u
            news12 = u * v
            news22 = v * v
            weight11 = a + g * fell_x
            weight12 = a + g * fell_x * fell_y
            weight22 = a + g * fell_y
            keep11 = spread(b)
            keep22 = spread(b)
            added_a = spread(0.0)
            added_b = spread(0.0)
            added_g = spread(0.0)
            if corrected:
                # the news z_i z_j sqrt(q_ii q_jj) moves with the diagonal of Q
                keep11 = keep11 + weight11 * news11
                keep22 = keep22 + weight22 * news22
                news11 = news11 * q11
                news12 = news12 / scale
                news22 = news22 * q22
                moving = 0.5 * weight12 * news12
                added_a = moving * (a11 / q11 + a22 / q22)
                added_b = moving * (b11 / q11 + b22 / q22)
                added_g = moving * (g11 / q11 + g22 / q22)
            a11 = load(matrices[2, 0], group) + news11 + keep11 * a11
            a12 = load(matrices[2, 1], group) + news12 + b * a12 + added_a
            a22 = load(matrices[2, 2], group) + news22 + keep22 * a22
            b11 = load(matrices[3, 0], group) + q11 + keep11 * b11
            b12 = load(matrices[3, 1], group) + q12 + b * b12 + added_b
            b22 = load(matrices[3, 2], group) + q22 + keep22 * b22
            g11 = load(matrices[4, 0], group) + news11 * fell_x + keep11 * g11
            g12 = load(matrices[4, 1], group) + news12 * fell_x * fell_y + b * g12 + added_g
            g22 = load(matrices[4, 2], group) + news22 * fell_y + keep22 * g22
            q11 = c11 + weight11 * news11 + b * q11
            q12 = c12 + weight12 * news12 + b * q12
            q22 = c22 + weight22 * news22 + b * q22
    store(smallest, 0, least)
    return smallest.min() > 0.0
