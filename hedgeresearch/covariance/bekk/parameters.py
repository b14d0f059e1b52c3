r"""From a parameter vector to the matrices of a BEKK model and their derivatives, in units of unit variance.

Stationarity: the spectral radius of :math:`A \otimes A + \frac12 B \otimes B + G \otimes G` lies below 1 (Engle and
Kroner 1995, proposition 2.7; half of the news, as E[n_i^2] = h_ii / 2 for symmetric returns). It is exact for the
scalar and the diagonal form, where each variance has its own recursion. In the full form E[n n'] differs from H / 2 off
the diagonal, by an amount that depends on the correlation and has no linear bound of use: there it is an
approximation, exact without B.
With targeting the intercept must be positive definite instead: the largest root of
:math:`|A'SA + B'NB + G'SG - \lambda S| = 0` lies below 1, which implies the former, with N in the place of S / 2.

Either way the bound is on a number s that scales with the squares of A, B and G. A point beyond it stands for the point
of the bound in its direction, with A sqrt(bound / s) and so on: the likelihood is then defined everywhere, and an
estimate on the bound is a stationary point like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch.typing import Array

BOUND = 1.0 - 1e-6
"""Largest s."""
AT_ZERO = 1e-4
"""Size of a standardised parameter that the likelihood holds at zero, from where either sign is worse."""


class Matrices(NamedTuple):
    """H_t = intercept + sum_m loadings_m' x_m x_m' loadings_m + persistence' H_{t-1} persistence.

    Shapes (n, n), (m, n, n) and (n, n); derivatives have the parameter as one more, last, axis.
    """

    intercept: Array
    loadings: Array
    persistence: Array


@dataclass(frozen=True)
class Layout:
    """What the parameter vector holds: the lower triangle of C column by column (none with targeting), then A, B where
    the model is asymmetric, and G: one number each, their diagonals, or their columns one after the other."""

    form: str
    asymmetric: bool
    targeting: bool
    n: int

    @property
    def blocks(self) -> str:
        """The matrices beside C."""
        return "ABG" if self.asymmetric else "AG"

    @cached_property
    def intercept_places(self) -> list[tuple[int, int]]:
        """Row and column of each parameter of C."""
        return [] if self.targeting else [(i, j) for j in range(self.n) for i in range(j, self.n)]

    @cached_property
    def block_places(self) -> list[tuple[int, int]]:
        """Row and column of each parameter of a block; the one of the scalar form stands for the whole diagonal."""
        if self.form == "full":
            return [(i, j) for j in range(self.n) for i in range(self.n)]
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
        return names + [
            f"{block}[{i + 1},{j + 1}]" for block in self.blocks for i, j in self.block_places
        ]

    @cached_property
    def intercept_basis(self) -> Array:
        """dC, (n, n, size)."""
        basis = np.zeros((self.n, self.n, self.size))
        for p, (i, j) in enumerate(self.intercept_places):
            basis[i, j, p] = 1.0
        return basis

    @cached_property
    def block_basis(self) -> Array:
        """dA, dB where there is one, and dG, (2 or 3, n, n, size)."""
        basis = np.zeros((len(self.blocks), self.n, self.n, self.size))
        p = len(self.intercept_places)
        for block in basis:
            for i, j in self.block_places:
                block[..., p] = np.eye(self.n) if self.form == "scalar" else 0.0
                block[i, j, p] = 1.0
                p += 1
        return basis

    def units(self, scale: Array) -> Array:
        """What turns parameters of standardised returns into those of returns with the standard deviations ``scale``.

        H = D H~ D and e = D e~ with D = diag(scale) give C = D C~, A = D^-1 A~ D.
        """
        of_intercept = [scale[i] for i, _ in self.intercept_places]
        of_block = [scale[j] / scale[i] for i, j in self.block_places]
        return np.array(of_intercept + of_block * len(self.blocks))

    def pack(self, intercept_root: Array, blocks: Array) -> Array:
        """The parameters of given matrices."""
        of_intercept = [intercept_root[place] for place in self.intercept_places]
        return np.array(
            of_intercept + [block[place] for block in blocks for place in self.block_places]
        )

    def unpack(self, x: Array) -> tuple[Array, Array]:
        """C (n, n), zero with targeting, and the blocks (2 or 3, n, n)."""
        return self.intercept_basis @ x, self.block_basis @ x

    def with_signs(self, x: Array) -> Array:
        """The same model with the first diagonal element of A, B, G and the diagonal of C positive.

        The likelihood tells neither the sign of a matrix nor that of a column of C.
        """
        root, blocks = self.unpack(x)
        root = root * np.where(np.diag(root) < 0.0, -1.0, 1.0)
        return self.pack(root, blocks * np.where(blocks[:, :1, :1] < 0.0, -1.0, 1.0))

    def zeros(self, x: Array) -> dict[str, Array]:
        """What is held at zero: a name, and which parameters (size,) are meant."""
        basis = self.block_basis
        held = {
            f"C[{i + 1},{i + 1}] = 0": np.arange(self.size) == p
            for p, (i, j) in enumerate(self.intercept_places)
            if i == j and abs(x[p]) < AT_ZERO
        }
        for name, block in zip(self.blocks[:-1], basis, strict=False):
            members = block.any(axis=(0, 1))
            if np.abs(x[members]).max() < AT_ZERO:
                held[f"{name.lower() if self.form == 'scalar' else name} = 0"] = members
        return held


@dataclass(frozen=True, eq=False)
class MatrixMap:
    """The map from parameters to matrices for standardised returns.

    Attributes
    ----------
    layout : Layout
    moments : array (m, n, n), mean of x_m x_m' of the errors and, where the model is asymmetric, of the news
    """

    layout: Layout
    moments: Array

    @cached_property
    def _block_moments(self) -> Array:
        """What each block meets on average under targeting: S, N, S."""
        return np.concatenate([self.moments, self.moments[:1]])

    def at(self, x: Array) -> tuple[Matrices, Matrices]:
        """The matrices at a point and their derivatives."""
        root, blocks = self.layout.unpack(x)
        factor, d_factor = self.shrinkage(x)
        d_blocks = self.layout.block_basis
        if factor < 1.0:
            d_blocks = factor * d_blocks + blocks[..., None] * d_factor
            blocks = factor * blocks
        if self.layout.targeting:
            met = self._block_moments @ blocks
            intercept = self.moments[0] - (np.swapaxes(blocks, 1, 2) @ met).sum(axis=0)
            half = -np.einsum("bkip,bkj->ijp", d_blocks, met)
        else:
            intercept = root @ root.T
            half = np.einsum("ikp,jk->ijp", self.layout.intercept_basis, root)
        d_intercept = half + np.swapaxes(half, 0, 1)
        return Matrices(intercept, blocks[:-1], blocks[-1]), Matrices(
            d_intercept, d_blocks[:-1], d_blocks[-1]
        )

    def shrinkage(self, x: Array) -> tuple[float, Array]:
        """What A, B and G are multiplied by, 1 within the bound, and its gradient (size,)."""
        _, blocks = self.layout.unpack(x)
        size, gradient = (self._targeted if self.layout.targeting else _radius)(blocks)
        if size <= BOUND:
            return 1.0, np.zeros(self.layout.size)
        factor = np.sqrt(BOUND / size)
        return factor, -0.5 * factor / size * np.einsum(
            "bij,bijp->p", gradient, self.layout.block_basis
        )

    def project(self, x: Array) -> tuple[Array, Array]:
        """The parameters that a point stands for, and their derivatives with respect to it (size, size)."""
        factor, d_factor = self.shrinkage(x)
        of_block = np.arange(len(x)) >= len(self.layout.intercept_places)
        multiplier = np.where(of_block, factor, 1.0)
        return x * multiplier, np.diag(multiplier) + np.outer(x * of_block, d_factor)

    @cached_property
    def _whitening(self) -> Array:
        """W with W'SW = I."""
        return np.asarray(np.linalg.inv(np.linalg.cholesky(self.moments[0])).T)

    def _targeted(self, blocks: Array) -> tuple[float, Array]:
        """The largest root of |A'SA + B'NB + G'SG - s S| and its derivatives with respect to the blocks."""
        met = self._block_moments @ blocks
        explained = (np.swapaxes(blocks, 1, 2) @ met).sum(axis=0)
        values, vectors = np.linalg.eigh(self._whitening.T @ explained @ self._whitening)
        along = self._whitening @ vectors[:, -1]
        return float(values[-1]), 2.0 * (met @ along)[..., None] * along


def _radius(blocks: Array) -> tuple[float, Array]:
    """The spectral radius of X -> A'XA + B'XB / 2 + G'XG and its derivatives with respect to the blocks.

    The map keeps covariance matrices such: its largest eigenvalue is real, and so are the eigenmatrices R and L of the
    map and of its adjoint. dA moves it by 2 <R A L, dA> / <L, R>.
    """
    n = blocks.shape[1]
    weights = np.array([1.0, 0.5, 1.0] if len(blocks) == 3 else [1.0, 1.0])
    weighted = weights[:, None, None] * blocks
    matrix = np.einsum("bki,blj->ijkl", weighted, blocks).reshape(n * n, n * n)
    size = float(np.linalg.eigvals(matrix).real.max())
    if size <= BOUND:
        return size, np.zeros_like(blocks)
    right, left = _eigenmatrix(matrix, n), _eigenmatrix(matrix.T, n)
    return size, 2.0 * right @ weighted @ left / (right * left).sum()


def _eigenmatrix(matrix: Array, n: int) -> Array:
    values, vectors = np.linalg.eig(matrix)
    found = vectors[:, values.real.argmax()].real.reshape(n, n)
    return np.asarray(found + found.T)
