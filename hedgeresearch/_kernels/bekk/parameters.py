"""Matrices of a BEKK model from its parameters, with their derivatives.

The derivation is in ``covariance.bekk.matrices``: parameters beyond the bound of stationarity stand
for the point of the bound in their direction.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.bekk.stationarity import TARGETING, fill_factors
from hedgeresearch._kernels.compilation.kernels import kernel

BEKKMap = namedtuple(
    "BEKKMap", "bound bound_basis bound_moments bound_of_parameter moments root_basis block_basis"
)
BEKKMap.__doc__ = """What makes matrices of parameters, for standardized returns.

The recursion may be that of other coordinates W'x than those of the bounds.

Attributes
----------
bound : int
    OWN_BOUNDS, SPECTRAL_RADIUS, or TARGETING, where C C' follows from the other matrices.
bound_basis : array (m + 1, n, n, k)
    Derivatives by the parameters of A, B if there is one, and G, as the bounds see them.
bound_moments : array (m, n, n)
    The moments that a bound with targeting sees, of which the first is I.
bound_of_parameter : array (k,) of int
    Number of the bound that applies to each parameter; -1 for those of C.
moments : array (m, n, n)
    Means of x x' of the errors and, if the model is asymmetric, of the news.
root_basis : array (n, n, k)
    Derivatives of C' by the parameters.
block_basis : array (m + 1, n, n, k)
    Derivatives of A, B and G.
"""

BEKKMatrices = namedtuple("BEKKMatrices", "raw blocks intercept first factors slopes jacobian")
BEKKMatrices.__doc__ = """Matrices at a point, in arrays that ``fill_matrices`` overwrites.

Attributes
----------
raw, blocks : array (m + 1, n, n)
    A, B if there is one, and G: as the bounds see them, and within the bounds.
intercept, first : array (r,)
    vech(C C') and vech(H_1), lower triangles row by row.
factors : array (n,)
    Factor that leads to each bound, 1 within it.
slopes : array (n, k)
    Derivatives of the factors.
jacobian : array (r + (m + 1) n n, k)
    Derivatives of the intercept and of the elements of the blocks, row by row.
"""


def empty_matrices(model: BEKKMap) -> BEKKMatrices:
    """Return room for matrices, with H_1 filled in."""
    b, n, _, k = model.block_basis.shape
    r = n * (n + 1) // 2
    return BEKKMatrices(
        np.zeros((b, n, n)),
        np.zeros((b, n, n)),
        np.zeros(r),
        model.moments[0][np.tril_indices(n)],
        np.ones(n),
        np.zeros((n, k)),
        np.zeros((r + b * n * n, k)),
    )


@kernel
def fill_matrices(x, model, matrices):  # noqa: C901, PLR0912 - loops over elements
    """Fill the matrices at a point x (k,)."""
    b, n, _, k = model.block_basis.shape
    r = n * (n + 1) // 2
    jacobian = matrices.jacobian
    for s in range(b):
        for i in range(n):
            for j in range(n):
                matrices.raw[s, i, j] = 0.0
                for p in range(k):
                    matrices.raw[s, i, j] += model.bound_basis[s, i, j, p] * x[p]
    fill_factors(model, matrices.raw, matrices.factors, matrices.slopes)
    row = r
    for s in range(b):
        for i in range(n):
            for j in range(n):
                matrices.blocks[s, i, j] = 0.0
                for p in range(k):
                    jacobian[row, p] = 0.0
                for p in range(k):
                    bound = model.bound_of_parameter[p]
                    if bound >= 0:
                        direct = matrices.factors[bound] * model.block_basis[s, i, j, p]
                        jacobian[row, p] += direct
                        matrices.blocks[s, i, j] += direct * x[p]
                        if matrices.factors[bound] < 1.0:
                            through_factor = model.block_basis[s, i, j, p] * x[p]
                            for q in range(k):
                                jacobian[row, q] += through_factor * matrices.slopes[bound, q]
                row += 1
    for i in range(r):
        matrices.intercept[i] = 0.0
        for p in range(k):
            jacobian[i, p] = 0.0
    if model.bound == TARGETING:
        for i in range(r):
            matrices.intercept[i] = matrices.first[i]
        for s in range(b):
            d_block = jacobian[r + s * n * n : r + (s + 1) * n * n]
            moments = model.moments[s if s < b - 1 else 0]
            _add_quadratic_form(-1.0, moments, matrices.blocks[s], d_block, matrices)
    else:
        root = np.zeros((n, n))
        identity = np.zeros((n, n))
        for i in range(n):
            identity[i, i] = 1.0
            for j in range(n):
                for p in range(k):
                    root[i, j] += model.root_basis[i, j, p] * x[p]
        d_root = model.root_basis.reshape(n * n, k)
        _add_quadratic_form(1.0, identity, root, d_root, matrices)


@kernel
def _add_quadratic_form(sign, moments, w, d_w, matrices):
    """Add W'MW to the intercept, times a sign, and its derivatives to those of the intercept."""
    n = w.shape[0]
    k = d_w.shape[1]
    product = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            for q in range(n):
                product[i, j] += sign * moments[i, q] * w[q, j]
    place = 0
    for i in range(n):
        for j in range(i + 1):
            for q in range(n):
                matrices.intercept[place] += w[q, i] * product[q, j]
                for p in range(k):
                    change = d_w[q * n + i, p] * product[q, j] + product[q, i] * d_w[q * n + j, p]
                    matrices.jacobian[place, p] += change
            place += 1
