r"""Matrices of a BEKK model with their derivatives, in unit variance.

Stationarity: the spectral radius of :math:`A \otimes A + \frac12 B \otimes B + G \otimes G` lies
below 1 (Engle and Kroner 1995, proposition 2.7; half of the news, as E[n_i^2] = h_ii / 2 for
symmetric returns). It is exact for the scalar and the diagonal form, where each variance has its
own recursion. In the full form E[n n'] differs from H / 2 off the diagonal, by an amount that
depends on the correlation and has no useful linear bound: there it is an approximation, exact
without B. With targeting the intercept must be positive definite instead: the largest root of
:math:`|A'SA + B'NB + G'SG - \lambda S| = 0` lies below 1, which implies the former, with N in the
place of S / 2.

Either way the bound is on a number s that scales with the squares of A, B and G; in a diagonal
model without targeting each series has its own, a_i^2 + b_i^2 / 2 + g_i^2. A point beyond it stands
for the point of the bound in its direction, with A sqrt(bound / s) and so on: the likelihood is
then defined everywhere, and an estimate on the bound is a stationary point like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.matrix_roots import scaled_roots
from hedgeresearch.typing import Array

STATIONARITY_BOUND = 1.0 - 1e-6
"""Largest s."""


class Matrices(NamedTuple):
    """Matrices of the recursion, or their derivatives.

    H_t = intercept + sum_m loadings_m' x_m x_m' loadings_m + persistence' H_{t-1} persistence, of
    shapes (n, n), (m, n, n) and (n, n). Derivatives have the parameter as one more axis, the last.
    """

    intercept: Array
    loadings: Array
    persistence: Array


@dataclass(frozen=True, eq=False)
class MatrixMap:
    """Map from parameters to matrices, for standardized returns.

    Attributes
    ----------
    layout : Layout
        Order of the parameters.
    moments : array (m, n, n)
        Mean of x_m x_m' of the errors and, if the model is asymmetric, of the news.
    """

    layout: Layout
    moments: Array

    def matrices(self, x: Array) -> tuple[Matrices, Matrices]:
        """Return the matrices at a point and their derivatives."""
        _, blocks = self.layout.unpack(x)
        factors, d_factors = self.shrinkage(x)
        d_blocks = self.layout.block_basis
        if (factors < 1.0).any():
            columns = self.layout.bound_of_column
            d_blocks = factors[columns, None] * d_blocks + blocks[..., None] * d_factors[columns]
            blocks = factors[columns] * blocks
        if self.layout.targeting:
            weighted = self._block_moments @ blocks
            intercept = self.moments[0] - (np.swapaxes(blocks, 1, 2) @ weighted).sum(axis=0)
            half = -np.einsum("bkip,bkj->ijp", d_blocks, weighted)
        else:
            root = self._root_basis @ x
            intercept = root @ root.T
            half = np.einsum("ikp,jk->ijp", self._root_basis, root)
        d_intercept = half + np.swapaxes(half, 0, 1)
        return (
            Matrices(intercept, blocks[:-1], blocks[-1]),
            Matrices(d_intercept, d_blocks[:-1], d_blocks[-1]),
        )

    def with_triangular_root(self, x: Array) -> Array:
        """Return the parameters of the same model in the layout with a triangular C."""
        root = self._root_basis @ x
        if not self.layout.targeting:
            root = np.linalg.qr(root.T)[1].T  # C C' = (QT)'(QT) with C' = QT, also if singular
        return replace(self.layout, symmetric_root=False).pack(root, self.layout.unpack(x)[1])

    def shrinkage(self, x: Array) -> tuple[Array, Array]:
        """Return the factors (n_bounds,) of A, B and G, 1 within a bound, and their gradients.

        The gradients are (n_bounds, size).
        """
        sizes, slopes = self._sizes(self.layout.unpack(x)[1])
        is_beyond = sizes > STATIONARITY_BOUND
        factors = np.sqrt(STATIONARITY_BOUND / np.maximum(sizes, STATIONARITY_BOUND))
        by_size = np.where(is_beyond, -0.5 * factors / np.maximum(sizes, STATIONARITY_BOUND), 0.0)
        return factors, by_size[:, None] * slopes

    def project(self, x: Array) -> tuple[Array, Array]:
        """Return the parameters that a point stands for, and their derivatives (size, size)."""
        factors, d_factors = self.shrinkage(x)
        bound = self.layout.bound_of_parameter
        multiplier = self.layout.scaled(np.ones_like(x), factors)
        through_factors = np.where((bound >= 0)[:, None], d_factors[bound], 0.0)
        return x * multiplier, np.diag(multiplier) + x[:, None] * through_factors

    def _sizes(self, blocks: Array) -> tuple[Array, Array]:
        """Return the number s of each bound, (n_bounds,), and its derivatives (n_bounds, size)."""
        basis = self.layout.block_basis
        if self.layout.targeting:
            size, gradient = self._largest_targeting_root(blocks)
        elif self.layout.form == "full":
            size, gradient = _spectral_radius(blocks)
        else:
            n_bounds = self.layout.bound_of_column.max() + 1
            diagonals = np.diagonal(blocks, axis1=1, axis2=2)[:, :n_bounds]
            weighted = _weights(blocks)[:, None] * diagonals
            slopes = np.diagonal(basis, axis1=1, axis2=2)[..., :n_bounds]  # (b, size, n_bounds)
            sizes = (weighted * diagonals).sum(axis=0)
            return sizes, 2.0 * np.einsum("bj,bpj->jp", weighted, slopes)
        return np.array([size]), np.einsum("bij,bijp->p", gradient, basis)[None]

    @cached_property
    def _root_basis(self) -> Array:
        """Derivatives of C with respect to the parameters, (n, n, size)."""
        basis = self.layout.intercept_basis
        if self.layout.symmetric_root:
            basis = np.einsum("ij,jkp->ikp", scaled_roots(self.moments[0])[0], basis)
        return basis

    @cached_property
    def _block_moments(self) -> Array:
        """Moments that each block multiplies under targeting: S, N, S."""
        return np.concatenate([self.moments, self.moments[:1]])

    @cached_property
    def _whitening(self) -> Array:
        """Matrix W with W'SW = I."""
        return np.asarray(np.linalg.inv(np.linalg.cholesky(self.moments[0])).T)

    def _largest_targeting_root(self, blocks: Array) -> tuple[float, Array]:
        """Return the largest root of |A'SA + B'NB + G'SG - s S| and its derivatives."""
        weighted = self._block_moments @ blocks
        explained = (np.swapaxes(blocks, 1, 2) @ weighted).sum(axis=0)
        values, vectors = np.linalg.eigh(self._whitening.T @ explained @ self._whitening)
        direction = self._whitening @ vectors[:, -1]
        return float(values[-1]), 2.0 * (weighted @ direction)[..., None] * direction


def _weights(blocks: Array) -> Array:
    """Return what A, B where there is one, and G add to s: half of the news."""
    return np.array([1.0, 0.5, 1.0] if len(blocks) == 3 else [1.0, 1.0])


def _spectral_radius(blocks: Array) -> tuple[float, Array]:
    """Return the radius of X -> A'XA + B'XB / 2 + G'XG and its derivatives w.r.t. the blocks.

    The map keeps covariance matrices such: its largest eigenvalue is real, and so are the
    eigenmatrices R and L of the map and of its adjoint. dA changes it by 2 <R A L, dA> / <L, R>.
    """
    n = blocks.shape[1]
    weighted = _weights(blocks)[:, None, None] * blocks
    matrix = np.einsum("bki,blj->ijkl", weighted, blocks).reshape(n * n, n * n)
    radius = float(np.linalg.eigvals(matrix).real.max())
    if radius <= STATIONARITY_BOUND:
        return radius, np.zeros_like(blocks)
    right = _eigenmatrix(matrix, n)
    left = _eigenmatrix(matrix.T, n)
    return radius, 2.0 * right @ weighted @ left / (right * left).sum()


def _eigenmatrix(matrix: Array, n: int) -> Array:
    """Return the symmetric eigenmatrix (n, n) of the largest eigenvalue."""
    values, vectors = np.linalg.eig(matrix)
    vector = vectors[:, values.real.argmax()].real.reshape(n, n)
    return np.asarray(vector + vector.T)
