"""Passes over the dates of a correlation with residuals and matrices in their usual shape.

Kernels want residuals in lanes and matrices as packed lower triangles (see ``_kernels.dcc_panel``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.dcc_panel import (
    from_lanes,
    in_lanes,
    panel_gradient,
    panel_scores,
    panel_value,
)
from hedgeresearch._kernels.densities import density_constants
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class PanelPass:
    """A correlation at given parameters, ready for passes over the dates.

    Attributes
    ----------
    parameters : tuple of float
        a, b and g.
    nu : float
        Degrees of freedom.
    equicorrelation : bool
        Whether the correlations of a date are equal.
    residuals, innovations : array (n_dates, n_series)
        Residuals, and what enters Q: the same, or z_i sqrt(q_ii) with the correction.
    intercept, first : array (n_series, n_series)
        C and Q_1.
    """

    parameters: tuple[float, float, float]
    nu: float
    equicorrelation: bool
    residuals: Array
    innovations: Array
    intercept: Array
    first: Array

    def value(self) -> float:
        """Return the mean log-density of the dates."""
        rules, dates, matrices = self._arguments()
        return float(panel_value(*rules, *dates, len(self.residuals), *matrices))

    def scores(self, asymmetric: bool, moving: Array, derivatives: Array) -> tuple[Array, Array]:
        """Return log-density (n_dates,) and scores (n_dates, 4) of each date.

        Parameters
        ----------
        asymmetric : bool
            Whether g is estimated.
        moving : array (2 or 0, n_dates, n_series)
            Derivatives of the innovations with respect to a and b, if they depend on them.
        derivatives : array (2, 3, n_series, n_series)
            Derivatives of C and of Q_1 with respect to (a, b, g).
        """
        n_dates = len(self.residuals)
        (parameters, equicorrelation, density), dates, matrices = self._arguments()
        lanes = [in_lanes(np.ascontiguousarray(values)) for values in moving]
        log_density = np.full(n_dates, -np.inf)
        scores = np.zeros((n_dates, 4))
        panel_scores(
            parameters,
            asymmetric,
            equicorrelation,
            density,
            *dates,
            np.array(lanes).reshape(len(lanes), dates[0].size),
            n_dates,
            *matrices,
            pack_triangles(derivatives),
            log_density,
            scores,
        )
        return log_density, scores

    def gradient(self) -> tuple[Array, Array, Array, Array]:
        """Return the derivatives of the summed log-density.

        Returns
        -------
        by_residuals, by_innovations : array (n_dates, n_series)
            At given innovations, and at given residuals.
        by_intercept, by_first : array (n_series, n_series)
            With respect to C and Q_1; each element counts by itself.
        """
        n_dates, n = self.residuals.shape
        rules, dates, matrices = self._arguments()
        found = panel_gradient(*rules, *dates, n_dates, *matrices)
        by_residuals, by_innovations = (from_lanes(lanes, n_dates, n) for lanes in found[:2])
        by_intercept, by_first = (unpack_triangle(triangle, n) for triangle in found[2:])
        return by_residuals, by_innovations, by_intercept, by_first

    def _arguments(
        self,
    ) -> tuple[tuple[tuple[float, float, float], bool, Density], list[Array], list[Array]]:
        """Arguments that all kernels share: rules, dates in lanes, and packed matrices."""
        n = self.residuals.shape[1]
        rules = (self.parameters, self.equicorrelation, density_constants(self.nu, n))
        residuals = in_lanes(np.ascontiguousarray(self.residuals))
        is_same = self.innovations is self.residuals
        innovations = residuals if is_same else in_lanes(np.ascontiguousarray(self.innovations))
        matrices = [pack_triangles(self.intercept), pack_triangles(self.first)]
        return rules, [residuals, innovations], matrices


Density = tuple[float, float, float]


def pack_triangles(matrices: Array) -> Array:
    """Return the lower triangles of matrices (..., n, n) row by row, (..., n (n + 1) / 2)."""
    rows, columns = np.tril_indices(matrices.shape[-1])
    return np.ascontiguousarray(matrices[..., rows, columns])


def unpack_triangle(by_element: Array, n: int) -> Array:
    """Return derivatives by packed elements (n (n + 1) / 2,) as a symmetric matrix (n, n).

    A packed element moves both of two symmetric elements, which each have half of its derivative.
    """
    half = np.zeros((n, n))
    half[np.tril_indices(n)] = 0.5 * by_element
    return np.asarray(half + half.T)
