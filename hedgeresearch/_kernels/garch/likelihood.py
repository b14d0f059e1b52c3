"""Mean log-likelihood of GARCH(1,1) in one pass over the dates, with scores that are only summed.

Parameters, the first variance and blocks are those of ``blocks``.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_first, sum_of_products
from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.blocks import (
    BLOCK,
    advance_block,
    first_state,
    scores_of_block,
)
from hedgeresearch._kernels.garch.coordinates import (
    garch_jacobian,
    garch_parameters,
    is_searched,
)
from hedgeresearch._kernels.garch.symmetric import symmetric_sums


@kernel(steers=True)
def garch_evaluate(point, searched, returns, segments, gradient, information):
    """Return the mean log-likelihood at a point of the box, with its first derivatives.

    Parameters
    ----------
    point : array (6,)
        Point of the box, see ``garch_coordinates``.
    searched : array (k,) of int
        Coordinates with respect to which derivatives are wanted.
    returns : array (n_dates,)
        Returns of unit variance.
    segments : array (8 m,)
        The same in segments.
    gradient : array (k,)
        Overwritten with the mean score.
    information : array (k, k)
        Overwritten with the mean outer product of the scores.
    """
    parameters = garch_parameters(point)
    sums = np.zeros(6)
    products = np.zeros((6, 6))
    if not is_searched(searched, 4) and not is_searched(searched, 5):
        value = symmetric_sums(parameters, returns.shape[0], segments, sums, products)
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
        summed = 0.0
        for i in range(6):
            summed += jacobian[i, searched[a]] * sums[i]
            half = 0.0
            for j in range(6):
                half += products[i, j] * jacobian[j, searched[a]]
            by_coordinate[i] = half
        gradient[a] = summed / n_dates
        for b in range(a + 1):
            summed = 0.0
            for i in range(6):
                summed += jacobian[i, searched[b]] * by_coordinate[i]
            information[a, b] = summed / n_dates
            information[b, a] = summed / n_dates
    return value / n_dates


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
            sums[a] += sum_of_first(one, count)
            for b in range(a + 1):
                products[a, b] += sum_of_products(one, scores[b], count)
    return value


@kernel(steers=True)
def outer_products(parameters, returns, is_symmetric):
    """Return the sum over dates of the outer products of the scores, (6, 6).

    Those of gamma and nu are zero if ``is_symmetric``, for models that have neither.
    """
    sums = np.zeros(6)
    products = np.zeros((6, 6))
    if is_symmetric:
        symmetric_sums(parameters, returns.shape[0], in_segments(returns), sums, products)
    else:
        general_sums(parameters, returns, sums, products)
    for i in range(6):
        for j in range(i):
            products[j, i] = products[i, j]
    return products
