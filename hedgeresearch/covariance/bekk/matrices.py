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

from hedgeresearch._kernels.bekk_parameters import (
    BEKKMap,
    BEKKMatrices,
    empty_matrices,
    fill_matrices,
)
from hedgeresearch._kernels.bekk_stationarity import OWN_BOUNDS, SPECTRAL_RADIUS, TARGETING
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
        found = self.compiled(x)
        n = self.layout.n
        intercept = np.empty((n, n))
        intercept[np.tril_indices(n)] = found.intercept
        intercept.T[np.tril_indices(n)] = found.intercept
        return Matrices(intercept, found.blocks[:-1], found.blocks[-1])

    def compiled(self, x: Array) -> BEKKMatrices:
        """Return the matrices at a point and their derivatives, for compiled functions."""
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
        return BEKKMap(
            bound,
            self.moments,
            np.ascontiguousarray(np.swapaxes(self._root_basis, 0, 1)),
            self.layout.block_basis,
            np.ascontiguousarray(np.linalg.inv(np.linalg.cholesky(self.moments[0])).T),
        )

    @cached_property
    def _root_basis(self) -> Array:
        """Derivatives of C with respect to the parameters, (n, n, size)."""
        basis = self.layout.intercept_basis
        if self.layout.symmetric_root:
            basis = np.einsum("ij,jkp->ikp", scaled_roots(self.moments[0])[0], basis)
        return basis
