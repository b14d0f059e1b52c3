"""Small dense linear algebra for use inside other kernels."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel


@kernel
def cholesky_in_place(matrix):
    """Overwrite the lower triangle with its Cholesky factor L, A = L L'.

    Returns the smallest squared pivot. Stops at a pivot that is not positive and returns it.
    """
    n = matrix.shape[0]
    smallest = np.inf
    for j in range(n):
        pivot = matrix[j, j]
        for k in range(j):
            pivot -= matrix[j, k] ** 2
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


@kernel
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


@kernel
def invert_in_place(matrix, column):  # noqa: C901 - loops over elements
    """Overwrite a symmetric positive definite matrix with its inverse.

    Returns the logarithm of its determinant. One symmetric sweep for each row (Goodnight 1979, The
    American Statistician 33, section 3); a pivot that is not positive ends it with -inf. ``column``
    (n,) is scratch space.
    """
    n = matrix.shape[0]
    log_determinant = 0.0
    product = 1.0
    for k in range(n):
        pivot = matrix[k, k]
        if not pivot > 0.0:
            return -np.inf
        product *= pivot
        # One logarithm for many pivots, before their product over- or underflows.
        if not 1e-150 < product < 1e150:
            log_determinant += np.log(product)
            product = 1.0
        for i in range(k):
            column[i] = matrix[k, i]
        for i in range(k, n):
            column[i] = matrix[i, k]
        for i in range(n):
            factor = column[i] / pivot
            for j in range(i + 1):
                matrix[i, j] -= factor * column[j]
        for i in range(k):
            matrix[k, i] = column[i] / pivot
        for i in range(k + 1, n):
            matrix[i, k] = column[i] / pivot
        matrix[k, k] = -1.0 / pivot
    for i in range(n):
        for j in range(i + 1):
            matrix[i, j] = -matrix[i, j]
            matrix[j, i] = matrix[i, j]
    return log_determinant + np.log(product)
