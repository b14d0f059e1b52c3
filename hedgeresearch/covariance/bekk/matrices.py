r"""Matrices of a BEKK model, in unit variance.

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

from hedgeresearch._kernels.bekk.parameters import (
    BEKKMap,
    BEKKMatrices,
    empty_matrices,
    fill_matrices,
)
from hedgeresearch._kernels.bekk.stationarity import OWN_BOUNDS, SPECTRAL_RADIUS, TARGETING
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.matrix_roots import scaled_roots
from hedgeresearch.typing import Array


class Matrices(NamedTuple):
    """Matrices of the recursion.

    H_t = intercept + sum_m loadings_m' x_m x_m' loadings_m + persistence' H_{t-1} persistence, of
    shapes (n, n), (m, n, n) and (n, n).
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

    def matrices(self, x: Array) -> Matrices:
        """Return the matrices at a point."""
        projected, _ = self.project(x)
        _, blocks = self.layout.unpack(projected)
        root = self._root_basis @ projected
        intercept = root @ root.T
        if self.layout.targeting:
            weighted = np.concatenate([self.moments, self.moments[:1]]) @ blocks
            intercept = self.moments[0] - (np.swapaxes(blocks, 1, 2) @ weighted).sum(axis=0)
        return Matrices(intercept, blocks[:-1], blocks[-1])

    def compiled(self, x: Array) -> BEKKMatrices:
        """Return the matrices of the coordinates of the recursion, with their derivatives."""
        found = empty_matrices(self.kernel_map)
        fill_matrices(x, self.kernel_map, found)
        return found

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
        found = self.compiled(x)
        n_bounds = int(self.layout.bound_of_column.max()) + 1
        return found.factors[:n_bounds], found.slopes[:n_bounds]

    def project(self, x: Array) -> tuple[Array, Array]:
        """Return the parameters that a point stands for, and their derivatives (size, size)."""
        factors, d_factors = self.shrinkage(x)
        bound = self.layout.bound_of_parameter
        multiplier = self.layout.scaled(np.ones_like(x), factors)
        through_factors = np.where((bound >= 0)[:, None], d_factors[bound], 0.0)
        return x * multiplier, np.diag(multiplier) + x[:, None] * through_factors

    @cached_property
    def kernel_map(self) -> BEKKMap:
        """Data of the map, for compiled functions."""
        bound = OWN_BOUNDS
        if self.layout.targeting:
            bound = TARGETING
        elif self.layout.form == "full":
            bound = SPECTRAL_RADIUS
        whitening = self._whitening
        white_basis = _similar(self.layout.block_basis, whitening)
        white_moments = whitening.T @ self.moments @ whitening
        own = self.coordinates
        return BEKKMap(
            bound,
            self.layout.block_basis if bound == OWN_BOUNDS else white_basis,
            white_moments,
            self.layout.bound_of_parameter,
            own.T @ self.moments @ own,
            np.ascontiguousarray(np.einsum("jip,jl->ilp", self._root_basis, own)),
            _similar(self.layout.block_basis, own),
        )

    @cached_property
    def coordinates(self) -> Array:
        """Matrix W of the coordinates W'x in which compiled functions see the recursion.

        They are uncorrelated, so that almost collinear series cost no digits, except where A, B and
        G must stay diagonal.
        """
        return np.eye(self.layout.n) if self.layout.kernel_kind is False else self._whitening

    @cached_property
    def _whitening(self) -> Array:
        """Matrix W with W'SW = I."""
        return np.asarray(np.linalg.inv(np.linalg.cholesky(self.moments[0])).T)

    @cached_property
    def _root_basis(self) -> Array:
        """Derivatives of C with respect to the parameters, (n, n, size)."""
        basis = self.layout.intercept_basis
        if self.layout.symmetric_root:
            basis = np.einsum("ij,jkp->ikp", scaled_roots(self.moments[0])[0], basis)
        return basis


def _similar(basis: Array, coordinates: Array) -> Array:
    """Return W^-1 A W for matrices A (b, n, n, k), contiguous."""
    inverse = np.linalg.inv(coordinates)
    return np.ascontiguousarray(np.einsum("ij,bjlp,lm->bimp", inverse, basis, coordinates))
