"""Bounds of stationarity of a BEKK model, and the factors that lead to them.

The bounds are derived in ``covariance.bekk.matrices``.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.bekk.gradient import fill_transition
from hedgeresearch._kernels.compilation.kernels import kernel

STATIONARITY_BOUND = 1.0 - 1e-6
"""Largest size of A, B and G: 1 is that of a process without a finite covariance."""
MAX_SQUARES = 60
SQUARE_ROUNDING = 1e-15
"""Change of a normalized power of a matrix from which further ones have the same vectors."""
OWN_BOUNDS, SPECTRAL_RADIUS, TARGETING = range(3)
"""Bounds of stationarity: one for each series, and two that all have in common."""


@kernel
def fill_factors(model, raw, factors, slopes):  # noqa: C901, PLR0912 - loops over elements
    """Fill the factor that leads to each bound (n,), 1 within it, and their derivatives (n, k)."""
    b, n, _, k = model.bound_basis.shape
    inside = np.zeros((b, n, n))
    for i in range(n):
        for p in range(k):
            slopes[i, p] = 0.0
    if model.bound == OWN_BOUNDS:
        for j in range(n):
            size = 0.0
            for s in range(b):
                size += _weight(s, b) * raw[s, j, j] ** 2
            factors[j] = 1.0
            if size > STATIONARITY_BOUND:
                factors[j] = np.sqrt(STATIONARITY_BOUND / size)
                for s in range(b):
                    slope = -factors[j] / size * _weight(s, b) * raw[s, j, j]
                    for p in range(k):
                        slopes[j, p] += slope * model.bound_basis[s, j, j, p]
        return
    if model.bound == TARGETING:
        size = _largest_targeting_root(model, raw, inside)
    else:
        size = _spectral_radius(raw, inside)
    factor = 1.0
    if size > STATIONARITY_BOUND:
        factor = np.sqrt(STATIONARITY_BOUND / size)
        for s in range(b):
            for i in range(n):
                for j in range(n):
                    slope = -0.5 * factor / size * inside[s, i, j]
                    for p in range(k):
                        slopes[0, p] += slope * model.bound_basis[s, i, j, p]
    for j in range(n):
        factors[j] = factor
        for p in range(k):
            slopes[j, p] = slopes[0, p]


@kernel
def _weight(s, b):
    """Return what a block adds to the size: half of the news."""
    return 0.5 if b == 3 and s == 1 else 1.0


@kernel
def _largest_targeting_root(model, raw, by_raw):  # noqa: C901, PLR0912 - loops over elements
    """Return the largest root of |A'SA + B'NB + G'SG - s S|, S = I; fill its derivatives."""
    b, n, _ = raw.shape
    weighted = np.zeros((b, n, n))
    explained = np.zeros((n, n))
    for s in range(b):
        moment = s if s < b - 1 else 0
        for i in range(n):
            for j in range(n):
                for q in range(n):
                    weighted[s, i, j] += model.bound_moments[moment, i, q] * raw[s, q, j]
        for i in range(n):
            for j in range(n):
                for q in range(n):
                    explained[i, j] += raw[s, q, i] * weighted[s, q, j]
    vector = np.empty(n)
    size = leading_root(explained, vector, np.empty(n))
    if not size > STATIONARITY_BOUND:
        return size
    squares = 0.0
    for i in range(n):
        squares += vector[i] ** 2
    for s in range(b):
        for i in range(n):
            total = 0.0
            for q in range(n):
                total += weighted[s, i, q] * vector[q]
            for j in range(n):
                by_raw[s, i, j] = 2.0 * total * vector[j] / squares
    return size


@kernel
def _spectral_radius(raw, by_raw):  # noqa: C901 - loops over elements
    """Return the radius of X -> A'XA + B'XB / 2 + G'XG; fill its derivatives (b, n, n).

    The map keeps covariance matrices such: its largest eigenvalue is real, and so are the
    eigenmatrices R and L of the map and of its adjoint. dA changes it by 2 <R A L, dA> / <L, R>.
    """
    b, n, _ = raw.shape
    r = n * (n + 1) // 2
    transition = np.empty((r, r))
    matrix = np.zeros((r, r))
    for s in range(b):
        fill_transition(raw[s], transition)
        for i in range(r):
            for j in range(r):
                matrix[i, j] += _weight(s, b) * transition[i, j]
    right = np.empty(r)
    left = np.empty(r)
    size = leading_root(matrix, right, left)
    if not size > STATIONARITY_BOUND:
        return size
    overlap = 0.0
    eigenmatrix = np.empty((n, n))
    adjoint = np.empty((n, n))
    place = 0
    for i in range(n):
        for j in range(i + 1):
            overlap += left[place] * right[place]
            eigenmatrix[i, j] = right[place]
            eigenmatrix[j, i] = right[place]
            adjoint[i, j] = left[place] * (1.0 if i == j else 0.5)
            adjoint[j, i] = adjoint[i, j]
            place += 1
    for s in range(b):
        for i in range(n):
            for q in range(n):
                product = 0.0
                for c in range(n):
                    product += eigenmatrix[i, c] * raw[s, c, q]
                product *= 2.0 * _weight(s, b) / overlap
                for j in range(n):
                    by_raw[s, i, j] += product * adjoint[q, j]
    return size


@kernel
def leading_root(matrix, right, left):  # noqa: C901, PLR0912 - loops over elements
    """Return the largest eigenvalue, a real one, of a matrix, and fill its two eigenvectors.

    Squares of squares of the matrix tend to the product of the vectors. Their norms bound the
    eigenvalue: where a bound is below that of stationarity, it is returned, without vectors.
    """
    p = matrix.shape[0]
    power = matrix.copy()
    square = np.empty((p, p))
    log_scale = 0.0
    exponent = 1.0
    for _ in range(MAX_SQUARES):
        largest = 0.0
        for i in range(p):
            for j in range(p):
                square[i, j] = 0.0
            for q in range(p):
                for j in range(p):
                    square[i, j] += power[i, q] * power[q, j]
            for j in range(p):
                largest = max(largest, abs(square[i, j]))
        if not 0.0 < largest < np.inf:
            break
        log_scale = 2.0 * log_scale + np.log(largest)
        exponent *= 2.0
        upper = np.exp((log_scale + np.log(p)) / exponent)
        if upper < STATIONARITY_BOUND:
            return upper
        change = 0.0
        for i in range(p):
            for j in range(p):
                following = square[i, j] / largest
                change = max(change, abs(following - power[i, j]))
                power[i, j] = following
        if not change > SQUARE_ROUNDING:
            break
    first = 0
    for i in range(p):
        if power[i, i] > power[first, first]:
            first = i
    along = 0.0
    overlap = 0.0
    for i in range(p):
        right[i] = power[i, first]
        left[i] = power[first, i]
        overlap += right[i] * left[i]
        for j in range(p):
            along += power[first, i] * matrix[i, j] * power[j, first]
    return along / overlap if overlap > 0.0 else 0.0
