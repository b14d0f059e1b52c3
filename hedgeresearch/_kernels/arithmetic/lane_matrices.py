"""Cholesky factors and inverses of the matrices of eight dates, in lanes.

A square array (n n 8,) holds element (i, j) in lanes i n + j: below the diagonal the factor L, on
it 1 / L_ii, and above it the transpose of L^-1, so that every sum is one of products of two
contiguous rows. Two columns are computed together, as each element of a row is then loaded once
for both.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, root, smaller, spread, store
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(fast=True)
def factorize_lanes(matrix, n, pivots):
    """Overwrite the lower triangle with L of the Cholesky factorization and 1 / L_ii.

    ``pivots`` ((n + 1) 8,) is overwritten with the squared diagonal of L and, in its last lanes,
    with the smallest of them up to the first that is not positive.
    """
    least = spread(np.inf)
    for i in range(n):
        row = i * n
        for j in range(0, i - 1, 2):
            first = j * n
            second = first + n
            v = load(matrix, row + j)
            w = load(matrix, row + j + 1)
            for k in range(j):
                left = load(matrix, row + k)
                v = v - left * load(matrix, first + k)
                w = w - left * load(matrix, second + k)
            v = v * load(matrix, first + j)
            w = w - v * load(matrix, second + j)
            store(matrix, row + j, v)
            store(matrix, row + j + 1, w * load(matrix, second + j + 1))
        if i % 2 == 1:
            first = (i - 1) * n
            v = load(matrix, row + i - 1)
            for k in range(i - 1):
                v = v - load(matrix, row + k) * load(matrix, first + k)
            store(matrix, row + i - 1, v * load(matrix, first + i - 1))
        v = load(matrix, row + i)
        for k in range(i):
            left = load(matrix, row + k)
            v = v - left * left
        least = smaller(v, least)
        store(pivots, i, v)
        store(matrix, row + i, 1.0 / root(v))
    store(pivots, n, least)


@kernel(fast=True)
def invert_lanes(matrix, n):
    """Overwrite the upper triangle with the transpose of the inverse of the factor."""
    for i in range(n):
        row = i * n
        scale = -1.0 * load(matrix, row + i)
        for j in range(0, i - 1, 2):
            first = j * n
            second = first + n
            left = load(matrix, row + j)
            v = left * load(matrix, first + j)
            w = spread(0.0)
            for k in range(j + 1, i):
                left = load(matrix, row + k)
                v = v + left * load(matrix, first + k)
                w = w + left * load(matrix, second + k)
            store(matrix, first + i, scale * v)
            store(matrix, second + i, scale * w)
        if i % 2 == 1:
            first = (i - 1) * n
            v = load(matrix, row + i - 1) * load(matrix, first + i - 1)
            store(matrix, first + i, scale * v)


@kernel(fast=True)
def log_determinant(pivots, n, date):
    """Return the logarithm of the product of the n pivots of one of the eight dates."""
    logarithm = 0.0
    product = 1.0
    for i in range(n):
        product *= pivots[i * WIDTH + date]
        # One logarithm for many pivots, before their product over- or underflows.
        if not 1e-150 < product < 1e150:
            logarithm += math.log(product)
            product = 1.0
    return logarithm + math.log(product)
