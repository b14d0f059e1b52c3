"""Correlation of many series in the form that compiled passes over the dates need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.dcc.lanes_of_dates import (
    corrected_innovations,
    correlation_in_lanes,
    from_lanes,
    in_lanes,
)
from hedgeresearch._kernels.dcc.panel import (
    Panel,
    corrected_matrices,
    panel_evaluation,
    panel_gradient,
    plain_matrices,
)
from hedgeresearch._kernels.dcc.recursion import pull_back_correction
from hedgeresearch.covariance.delta_method import BACKWARD, CENTRAL
from hedgeresearch.covariance.news import bad_news
from hedgeresearch.optimization.line_search import MeanLikelihood
from hedgeresearch.typing import Array


class CorrelationGradient(NamedTuple):
    """Derivatives of the mean log-density of a correlation.

    Attributes
    ----------
    by_parameters : array (4,)
        With respect to (a, b, g, nu); S and N follow them with the correction.
    by_residuals : array (n_dates, n_series)
        S and N follow the residuals, unless S is shrunk.
    by_moments : array (2, n_series, n_series)
        With respect to S and N at given residuals; each element counts by itself.
    """

    by_parameters: Array
    by_residuals: Array
    by_moments: Array


@dataclass(frozen=True, eq=False)
class PanelCorrelation:
    """Residuals and rules of a correlation of several series.

    Attributes
    ----------
    residuals : array (n_dates, n_series)
        Standardized residuals.
    targets : array (2, n_series, n_series)
        S and N.
    shrunk : bool
        Whether S does not depend on the residuals.
    panel : Panel
        The same in lanes, with the rules of the recursion.
    """

    residuals: Array
    targets: Array
    shrunk: bool
    panel: Panel

    @classmethod
    def of(
        cls,
        residuals: Array,
        targets: Array,
        *,
        asymmetric: bool = False,
        corrected: bool = False,
        equicorrelation: bool = False,
        shrunk: bool = False,
    ) -> PanelCorrelation:
        """Return the correlation of residuals (n_dates, n_series) by the rules of DCC and DECO."""
        n_dates, n = residuals.shape
        panel = Panel(
            in_lanes(np.ascontiguousarray(residuals)),
            n_dates,
            n,
            pack_triangles(targets),
            asymmetric,
            corrected,
            equicorrelation,
        )
        return cls(residuals, targets, shrunk, panel)

    def value(self, parameters: Array, nu: float, stride: int = 1) -> float:
        """Return the mean log-density; with a stride, of a part of the dates."""
        density = density_constants(nu, self.panel.n_series)
        nothing = (np.empty(0), np.empty((0, 4)))
        start = self._start(parameters)
        return float(panel_evaluation(parameters, density, self.panel, *start, stride, *nothing))

    def _start(self, parameters: Array) -> tuple[Array, Array, Array, Array]:
        """Return what the recursion of Q needs at (a, b, g).

        These are the innovations and their derivatives in lanes, C and Q_1, and their derivatives:
        see ``panel_evaluation``.
        """
        panel = self.panel
        matrices = np.empty((2, panel.targets.shape[1]))
        derivatives = np.zeros((2, 3, panel.targets.shape[1]))
        if not panel.corrected:
            plain_matrices(parameters, panel.targets, matrices, derivatives)
            return panel.residuals, self._not_moving, matrices, derivatives
        a, b, _ = parameters.tolist()
        shape = (panel.n_series, panel.n_dates)
        innovations, moving = corrected_innovations(a, b, panel.residuals, *shape)
        target = correlation_in_lanes(innovations, moving, *shape)
        corrected_matrices(parameters, target, matrices, derivatives)
        return innovations, moving, matrices, derivatives

    @property
    def _not_moving(self) -> Array:
        """Derivatives of innovations that do not depend on the parameters."""
        return np.empty((0, len(self.panel.residuals)))

    def evaluation(self, parameters: Array, nu: float) -> tuple[MeanLikelihood, Array, Array]:
        """Return the means over the dates, and log-density and scores of each.

        Parameters
        ----------
        parameters : array (3,)
            a, b and g.
        nu : float
            Degrees of freedom; infinite for the normal.

        Returns
        -------
        means : MeanLikelihood
            With respect to (a, b, g, nu).
        log_density : array (n_dates,)
        scores : array (n_dates, 4)
        """
        n_dates = len(self.residuals)
        density = density_constants(nu, self.panel.n_series)
        log_density = np.full(n_dates, -np.inf)
        scores = np.zeros((n_dates, 4))
        start = self._start(parameters)
        value = panel_evaluation(parameters, density, self.panel, *start, 1, log_density, scores)
        means = MeanLikelihood(value, scores.mean(axis=0), scores.T @ scores / n_dates, n_dates)
        return means, log_density, scores

    def gradient(self, parameters: Array, nu: float) -> CorrelationGradient:
        """Return the derivatives of the mean with respect to all that it depends on."""
        a, b, g = parameters
        n_dates, n = self.residuals.shape
        panel = self.panel
        density = density_constants(nu, n)
        start = self._start(parameters)
        by_parameters, *lanes, by_matrices = panel_gradient(parameters, density, panel, *start)
        by_residuals, by_innovations = (from_lanes(each, n_dates, n) / n_dates for each in lanes)
        by_intercept, by_first = unpack_derivatives(by_matrices, n) / n_dates
        # Q_1 is S with the correction, else C + b S
        by_target = (1.0 - a - b) * by_intercept + (1.0 if panel.corrected else 1.0 - a) * by_first
        by_news = -g * (by_intercept + by_first)
        if panel.corrected:
            innovations = from_lanes(start[0], n_dates, n)
            by_innovations += through_correlation(by_target, innovations)
            by_residuals += pull_back_correction(a, b, self.residuals, by_innovations)
        else:
            by_residuals += by_innovations
            if not self.shrunk:
                by_residuals += through_covariance(by_target, self.residuals)
            if panel.asymmetric:
                by_residuals += through_bad_news(by_news, self.residuals)
        return CorrelationGradient(
            by_parameters / n_dates, by_residuals, np.stack([by_target, by_news])
        )

    def sensitivity(
        self, parameters: Array, steps: Array, backward: Array
    ) -> tuple[Array, Array, Array]:
        """Differentiate the mean score of (a, b, g, nu) with respect to all that it depends on.

        Parameters
        ----------
        parameters : array (4,)
        steps : array (4,)
            Steps of the differences; zero for a parameter that was not estimated.
        backward : array (4,) of bool
            Whether differences stay below the parameter.

        Returns
        -------
        information : array (4, 4)
            Minus the derivatives by the parameters.
        by_residuals : array (4, n_series, n_dates)
            S and N follow the residuals, unless S is shrunk.
        by_moments : array (4, 2, n_series, n_series)
            By the elements of S and of N, each of which counts by itself.
        """
        n_dates, n = self.residuals.shape
        information = np.zeros((4, 4))
        by_residuals = np.zeros((4, n, n_dates))
        by_moments = np.zeros((4, 2, n, n))
        for i in np.flatnonzero(steps):
            for multiple, weight in BACKWARD if backward[i] else CENTRAL:
                shifted = parameters.copy()
                shifted[i] += multiple * steps[i]
                gradient = self.gradient(shifted[:3], shifted[3])
                information[i] -= weight / steps[i] * gradient.by_parameters
                by_residuals[i] += weight / steps[i] * gradient.by_residuals.T
                by_moments[i] += weight / steps[i] * gradient.by_moments
        return information, by_residuals, by_moments


def through_covariance(by_target: Array, residuals: Array) -> Array:
    """Return derivatives in residuals (n_dates, n) through S, their covariance."""
    centered = residuals - residuals.mean(axis=0)
    return np.asarray(2.0 / (len(residuals) - 1) * (centered @ by_target))


def through_bad_news(by_news: Array, residuals: Array) -> Array:
    """Return derivatives in residuals (n_dates, n) through N, the second moment of min(z, 0)."""
    news = bad_news(residuals)
    return np.asarray(2.0 / len(news) * (news @ by_news) * (residuals < 0.0))


def through_correlation(by_target: Array, x: Array) -> Array:
    """Return derivatives in x (n_dates, n) through S, the correlation of x."""
    scale = x.std(axis=0, ddof=1)
    centered = (x - x.mean(axis=0)) / scale
    correlation = centered.T @ centered / (len(x) - 1)
    # dS_ij = dM_ij / (s_i s_j) - S_ij (dM_ii / M_ii + dM_jj / M_jj) / 2 with M the covariance
    own = np.diag((by_target * correlation).sum(axis=1))
    return np.asarray(2.0 / (len(x) - 1) * (centered @ (by_target - own)) / scale)


def pack_triangles(matrices: Array) -> Array:
    """Return the lower triangles of matrices (..., n, n) row by row, (..., n (n + 1) / 2)."""
    rows, columns = np.tril_indices(matrices.shape[-1])
    return np.ascontiguousarray(matrices[..., rows, columns])


def unpack_derivatives(by_element: Array, n: int) -> Array:
    """Return derivatives by packed elements (..., n (n + 1) / 2) as symmetric matrices (..., n, n).

    A packed element moves both of two symmetric elements, which each have half of its derivative.
    """
    half = np.zeros((*by_element.shape[:-1], n, n))
    half[..., *np.tril_indices(n)] = 0.5 * by_element
    return np.asarray(half + np.swapaxes(half, -1, -2))
