"""Small dense linear algebra for use inside other kernels."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(steers=True)
def cholesky_in_place(matrix):
    """Overwrite the lower triangle with its Cholesky factor L, A = L L'.

    Returns the smallest squared pivot. Stops at a pivot that is not positive and returns it.
    """
    n = matrix.shape[0]
    smallest = np.inf
    for j in range(n):
        pivot = matrix[j, j]
        for k in range(j):
            pivot -= matrix[j, k] * matrix[j, k]
        smallest = min(smallest, pivot)
        if not pivot > 0.0:
            return pivot
        matrix[j, j] = np.sqrt(pivot)
        for i in range(j + 1, n):
            s = matrix[i, j]
            for k in range(j):
                s -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = s / matrix[j, j]
    return smallest


@kernel(steers=True)
def solve_cholesky(factor, x):
    """Overwrite x with the solution of L L' y = x."""
    n = factor.shape[0]
    for i in range(n):
        for k in range(i):
            x[i] -= factor[i, k] * x[k]
        x[i] /= factor[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            x[i] -= factor[k, i] * x[k]
        x[i] /= factor[i, i]
