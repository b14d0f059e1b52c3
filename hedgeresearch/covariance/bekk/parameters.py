r"""Parameters of a BEKK model, and its matrices with their derivatives, in unit variance.

Stationarity: the spectral radius of :math:`A \otimes A + \frac12 B \otimes B + G \otimes G` lies
below 1 (Engle and Kroner 1995, proposition 2.7; half of the news, as E[n_i^2] = h_ii / 2 for
symmetric returns). It is exact for the scalar and the diagonal form, where each variance has its
own recursion. In the full form E[n n'] differs from H / 2 off the diagonal, by an amount that
depends on the correlation and has no useful linear bound: there it is an approximation, exact
without B. With targeting the intercept must be positive definite instead: the largest root of
:math:`|A'SA + B'NB + G'SG - \lambda S| = 0` lies below 1, which implies the former, with N in the
place of S / 2.

Either way the bound is on a number s that scales with the squares of A, B and G. A point beyond it
stands for the point of the bound in its direction, with A sqrt(bound / s) and so on: the likelihood
is then defined everywhere, and an estimate on the bound is a stationary point like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations_with_replacement, product
from typing import NamedTuple

import numpy as np

from hedgeresearch.typing import Array

STATIONARITY_BOUND = 1.0 - 1e-6
"""Largest s."""
ZERO_TOLERANCE = 1e-4
"""Size of a standardized parameter below which the likelihood holds it at zero."""


class Matrices(NamedTuple):
    """Matrices of the recursion, or their derivatives.

    H_t = intercept + sum_m loadings_m' x_m x_m' loadings_m + persistence' H_{t-1} persistence, of
    shapes (n, n), (m, n, n) and (n, n). Derivatives have the parameter as one more axis, the last.
    """

    intercept: Array
    loadings: Array
    persistence: Array


@dataclass(frozen=True)
class Layout:
    """Order of the parameters in a vector.

    First the lower triangle of C column by column (nothing with targeting), then A, B if the model
    is asymmetric, and G: one number each, their diagonals, or their columns one after the other.

    Attributes
    ----------
    form : {"scalar", "diagonal", "full"}
        Form of A, B and G.
    asymmetric : bool
        Whether there is B.
    targeting : bool
        Whether C C' follows from the other matrices.
    n : int
        Number of series.
    symmetric_root : bool
        Whether C is the symmetric root of C C' instead of the triangular one. Its elements change
        places with the series, so that the path of a search does not depend on their order.
    """

    form: str
    asymmetric: bool
    targeting: bool
    n: int
    symmetric_root: bool = False

    @property
    def blocks(self) -> str:
        """Names of the matrices besides C."""
        return "ABG" if self.asymmetric else "AG"

    @cached_property
    def intercept_places(self) -> list[tuple[int, int]]:
        """Row and column of each parameter of C."""
        if self.targeting:
            return []
        return [(i, j) for j, i in combinations_with_replacement(range(self.n), 2)]

    @cached_property
    def block_places(self) -> list[tuple[int, int]]:
        """Row and column of each parameter of a block.

        The one parameter of the scalar form stands for the whole diagonal.
        """
        if self.form == "full":
            return [(i, j) for j, i in product(range(self.n), repeat=2)]
        return [(i, i) for i in range(self.n if self.form == "diagonal" else 1)]

    @cached_property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.intercept_places) + len(self.blocks) * len(self.block_places)

    @cached_property
    def names(self) -> list[str]:
        """Names of the parameters."""
        names = [f"C[{i + 1},{j + 1}]" for i, j in self.intercept_places]
        if self.form == "scalar":
            return names + list(self.blocks.lower())
        for block, (i, j) in product(self.blocks, self.block_places):
            names.append(f"{block}[{i + 1},{j + 1}]")
        return names

    @cached_property
    def intercept_basis(self) -> Array:
        """Derivatives of C with respect to the parameters, (n, n, size)."""
        basis = np.zeros((self.n, self.n, self.size))
        for p, (i, j) in enumerate(self.intercept_places):
            basis[i, j, p] = 1.0
            if self.symmetric_root:
                basis[j, i, p] = 1.0
        return basis

    @cached_property
    def block_basis(self) -> Array:
        """Derivatives of A, B where there is one, and G, (2 or 3, n, n, size)."""
        basis = np.zeros((len(self.blocks), self.n, self.n, self.size))
        p = len(self.intercept_places)
        for block in basis:
            for i, j in self.block_places:
                block[..., p] = np.eye(self.n) if self.form == "scalar" else 0.0
                block[i, j, p] = 1.0
                p += 1
        return basis

    def units(self, scale: Array) -> Array:
        """Return the factors (size,) from parameters of standardized returns to those of returns.

        H = D H~ D and e = D e~ with D = diag(scale) give C = D C~, A = D^-1 A~ D.
        """
        intercept_units = [scale[i] for i, _ in self.intercept_places]
        block_units = [scale[j] / scale[i] for i, j in self.block_places]
        return np.array(intercept_units + block_units * len(self.blocks))

    def pack(self, intercept_root: Array, blocks: Array) -> Array:
        """Return the parameters of given matrices."""
        values = [intercept_root[place] for place in self.intercept_places]
        values += [block[place] for block, place in product(blocks, self.block_places)]
        return np.array(values)

    def unpack(self, x: Array) -> tuple[Array, Array]:
        """Return C (n, n), zero with targeting, and the blocks (2 or 3, n, n)."""
        return self.intercept_basis @ x, self.block_basis @ x

    def with_triangular_root(self, x: Array) -> Array:
        """Return the parameters of the same model in the layout with a triangular C."""
        root, blocks = self.unpack(x)
        if self.symmetric_root and not self.targeting:
            root = np.linalg.qr(root.T)[1].T  # C C' = R R' = (QT)'(QT), also where it is singular
        return replace(self, symmetric_root=False).pack(root, blocks)

    def with_signs(self, x: Array) -> Array:
        """Return the same model with positive first elements of A, B, G and diagonal of C.

        The likelihood identifies neither the sign of a matrix nor the sign of a column of C.
        """
        root, blocks = self.unpack(x)
        root = root * np.where(np.diag(root) < 0.0, -1.0, 1.0)
        return self.pack(root, blocks * np.where(blocks[:, :1, :1] < 0.0, -1.0, 1.0))

    def is_at_zero(self, x: Array) -> bool:
        """Return whether C C' is singular or A or B is zero, whatever the order of the series."""
        root, blocks = self.unpack(x)
        is_singular = not self.targeting and np.linalg.svd(root)[1][-1] < ZERO_TOLERANCE
        sizes = np.abs(blocks[:-1]).max(axis=(1, 2))
        return bool(is_singular or (sizes < ZERO_TOLERANCE).any())

    def held_at_zero(self, x: Array) -> dict[str, Array]:
        """Return what the likelihood holds at zero: a formula, and the parameters (size,) of bool.

        These are diagonal elements of C, and A or B as a whole, from where either sign is worse.
        """
        held = {}
        for p, (i, j) in enumerate(self.intercept_places):
            if i == j and abs(x[p]) < ZERO_TOLERANCE:
                held[f"C[{i + 1},{i + 1}] = 0"] = np.arange(self.size) == p
        for name, block in zip(self.blocks[:-1], self.block_basis, strict=False):
            members = block.any(axis=(0, 1))
            if np.abs(x[members]).max() < ZERO_TOLERANCE:
                held[f"{name.lower() if self.form == 'scalar' else name} = 0"] = members
        return held


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
        root, blocks = self.layout.unpack(x)
        factor, d_factor = self.shrinkage(x)
        d_blocks = self.layout.block_basis
        if factor < 1.0:
            d_blocks = factor * d_blocks + blocks[..., None] * d_factor
            blocks = factor * blocks
        if self.layout.targeting:
            weighted = self._block_moments @ blocks
            intercept = self.moments[0] - (np.swapaxes(blocks, 1, 2) @ weighted).sum(axis=0)
            half = -np.einsum("bkip,bkj->ijp", d_blocks, weighted)
        else:
            intercept = root @ root.T
            half = np.einsum("ikp,jk->ijp", self.layout.intercept_basis, root)
        d_intercept = half + np.swapaxes(half, 0, 1)
        return (
            Matrices(intercept, blocks[:-1], blocks[-1]),
            Matrices(d_intercept, d_blocks[:-1], d_blocks[-1]),
        )

    def shrinkage(self, x: Array) -> tuple[float, Array]:
        """Return the factor of A, B and G, 1 within the bound, and its gradient (size,)."""
        _, blocks = self.layout.unpack(x)
        if self.layout.targeting:
            size, gradient = self._largest_targeting_root(blocks)
        else:
            size, gradient = _spectral_radius(blocks)
        if size <= STATIONARITY_BOUND:
            return 1.0, np.zeros(self.layout.size)
        factor = np.sqrt(STATIONARITY_BOUND / size)
        by_parameter = np.einsum("bij,bijp->p", gradient, self.layout.block_basis)
        return factor, -0.5 * factor / size * by_parameter

    def project(self, x: Array) -> tuple[Array, Array]:
        """Return the parameters that a point stands for, and their derivatives (size, size)."""
        factor, d_factor = self.shrinkage(x)
        in_block = np.arange(len(x)) >= len(self.layout.intercept_places)
        multiplier = np.where(in_block, factor, 1.0)
        return x * multiplier, np.diag(multiplier) + np.outer(x * in_block, d_factor)

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


def _spectral_radius(blocks: Array) -> tuple[float, Array]:
    """Return the radius of X -> A'XA + B'XB / 2 + G'XG and its derivatives w.r.t. the blocks.

    The map keeps covariance matrices such: its largest eigenvalue is real, and so are the
    eigenmatrices R and L of the map and of its adjoint. dA changes it by 2 <R A L, dA> / <L, R>.
    """
    n = blocks.shape[1]
    weights = np.array([1.0, 0.5, 1.0] if len(blocks) == 3 else [1.0, 1.0])
    weighted = weights[:, None, None] * blocks
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
