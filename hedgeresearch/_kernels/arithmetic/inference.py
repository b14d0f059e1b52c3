"""Inverse of an information matrix over the directions in which parameters can move."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

CURVATURE_TOLERANCE = 1e-9
"""Curvature, relative to one, below which the likelihood does not identify a direction."""


@kernel(steers=True)
def identified_inverse(information, tangent, inverse):  # noqa: C901, PLR0912 - loops over elements
    """Overwrite ``inverse`` (k, k) with V (V'AV)^-1 V'; return the smallest curvature.

    Directions that the likelihood does not identify are left out, as if held. Times the score of a
    date, the inverse is its influence on the parameters (see ``estimation.influence``).

    Parameters
    ----------
    information : array (k, k)
        A, minus the mean Hessian.
    tangent : array (k, m)
        V, the directions in which the parameters can move.
    inverse : array (k, k)

    Returns
    -------
    float
        Smallest eigenvalue of V'AV scaled to a diagonal of ones; -1 if its diagonal is not
        positive, so that the point is no strict maximum in these directions; 1 without directions.
    """
    k = tangent.shape[0]
    m = tangent.shape[1]
    inside = np.zeros((m, m))
    for a in range(m):
        for b in range(m):
            for i in range(k):
                if tangent[i, a] == 0.0:  # what is held need not be finite
                    continue
                for j in range(k):
                    if tangent[j, b] != 0.0:
                        inside[a, b] += tangent[i, a] * information[i, j] * tangent[j, b]
    scale = np.empty(m)
    is_maximum = True
    for a in range(m):
        scale[a] = 1.0
        if inside[a, a] > 0.0:
            scale[a] = np.sqrt(inside[a, a])
        elif inside[a, a] <= 0.0:
            # a direction without curvature says nothing on the others, nor they on it
            is_maximum = False
            for b in range(m):
                inside[a, b] = 0.0
                inside[b, a] = 0.0
    for a in range(m):
        for b in range(m):
            inside[a, b] /= scale[a] * scale[b]
    vectors = np.empty((m, m))
    eigen_in_place(inside, vectors)
    for i in range(k):
        for j in range(k):
            inverse[i, j] = 0.0
    root = np.empty(k)
    smallest = 1.0
    for c in range(m):
        if np.isnan(inside[c, c]):
            return -1.0
        smallest = min(smallest, inside[c, c])
        if not inside[c, c] > CURVATURE_TOLERANCE:
            continue
        for i in range(k):
            root[i] = 0.0
            for a in range(m):
                root[i] += tangent[i, a] / scale[a] * vectors[a, c]
        for i in range(k):
            for j in range(k):
                inverse[i, j] += root[i] * root[j] / inside[c, c]
    return smallest if is_maximum else -1.0


@kernel
def sandwich(inverse, outer, covariance):
    """Overwrite ``covariance`` (k, k) with A^-1 B A^-1 for the mean outer product B of scores."""
    k = inverse.shape[0]
    for i in range(k):
        for j in range(i + 1):
            total = 0.0
            for a in range(k):
                for b in range(k):
                    total += inverse[i, a] * outer[a, b] * inverse[b, j]
            covariance[i, j] = total
            covariance[j, i] = total


@kernel(steers=True)
def eigen_in_place(matrix, vectors):
    """Overwrite a small symmetric matrix with its eigenvalues, on the diagonal, and ``vectors``.

    Jacobi's rotations, row by row (Golub and Van Loan 2013, section 8.5); columns of ``vectors``
    (n, n) are the eigenvectors. Sixteen sweeps are more than a matrix of six rows needs.
    """
    n = matrix.shape[0]
    for i in range(n):
        for j in range(n):
            vectors[i, j] = 1.0 if i == j else 0.0
    for _ in range(16):
        for p in range(n):
            for q in range(p + 1, n):
                if abs(matrix[p, q]) > 1e-18 * np.sqrt(abs(matrix[p, p] * matrix[q, q])):
                    _rotate(matrix, vectors, p, q)


@kernel(steers=True)
def _rotate(matrix, vectors, p, q):
    """Rotate rows and columns p and q so that element (p, q) becomes zero."""
    n = matrix.shape[0]
    ratio = (matrix[q, q] - matrix[p, p]) / (2.0 * matrix[p, q])
    tangent = 1.0 / (abs(ratio) + np.sqrt(ratio * ratio + 1.0))
    if ratio < 0.0:
        tangent = -tangent
    c = 1.0 / np.sqrt(tangent * tangent + 1.0)
    s = tangent * c
    for k in range(n):
        left = matrix[k, p]
        right = matrix[k, q]
        matrix[k, p] = c * left - s * right
        matrix[k, q] = s * left + c * right
        left = vectors[k, p]
        right = vectors[k, q]
        vectors[k, p] = c * left - s * right
        vectors[k, q] = s * left + c * right
    for k in range(n):
        left = matrix[p, k]
        right = matrix[q, k]
        matrix[p, k] = c * left - s * right
        matrix[q, k] = s * left + c * right
    matrix[p, q] = 0.0
    matrix[q, p] = 0.0
