"""Summed outer products of the scores of both steps of a pair with GARCH(1,1) margins."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_products
from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.pair.passes import (
    BLOCK,
    first_pair_state,
    pair_scores_of_block,
)
from hedgeresearch._kernels.dcc.pair.targets import pair_matrices
from hedgeresearch._kernels.garch.blocks import advance_block, first_state, scores_of_block


@kernel(fast=True)
def pair_score_products(
    parameters, reported, corrected, x, y, targets, margins, kept, returns, products
):
    """Fill ``products`` (k, k), zeros, with summed outer products of the scores of both steps.

    Scores are those of the first univariate model, of the second and of the correlation.
    """
    k_m = kept.shape[0]
    k = products.shape[0]
    n = x.shape[0]
    first = margins[0]
    second = margins[1]
    density1 = density_constants(first[5], 1)
    density2 = density_constants(second[5], 1)
    state1 = first_state(first, returns[0])
    state2 = first_state(second, returns[1])
    matrices = pair_matrices(parameters, corrected, x, y, targets)
    state = first_pair_state(matrices)
    h = np.empty(BLOCK)
    rows1 = np.empty((6, BLOCK))
    rows2 = np.empty((6, BLOCK))
    rows = np.empty((4, BLOCK))
    scores = np.empty((k, BLOCK))
    for begin in range(0, n, BLOCK):
        m = min(BLOCK, n - begin)
        block = returns[0][begin : begin + m]
        advance_block(first, block, state1, h, rows1)
        scores_of_block(first, density1, block, h, rows1)
        block = returns[1][begin : begin + m]
        advance_block(second, block, state2, h, rows2)
        scores_of_block(second, density2, block, h, rows2)
        pair_scores_of_block(
            parameters, corrected, x[begin : begin + m], y[begin : begin + m], matrices, state, rows
        )
        for t in range(m):
            for i in range(k_m):
                scores[i, t] = rows1[kept[i], t]
                scores[k_m + i, t] = rows2[kept[i], t]
            for i in range(reported.shape[0]):
                scores[2 * k_m + i, t] = rows[reported[i], t]
        for i in range(k):
            for j in range(i + 1):
                products[i, j] += sum_of_products(scores[i], scores[j], m)
    for i in range(k):
        for j in range(i):
            products[j, i] = products[i, j]
