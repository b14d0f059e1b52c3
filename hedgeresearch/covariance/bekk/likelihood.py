"""Gaussian likelihood of a BEKK model, for returns of unit variance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgeresearch._kernels.bekk.parameters import BEKKMap
from hedgeresearch._kernels.bekk.search import (
    BEKKScratch,
    bekk_hessian,
    bekk_scores,
    empty_scratch,
    evaluate_bekk,
    evaluate_with_information,
    search_bekk,
)
from hedgeresearch.covariance.bekk.matrices import MatrixMap
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.optimization.line_search import MeanLikelihood
from hedgeresearch.optimization.quasi_newton import Optimum
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class BEKKLikelihood:
    """Log-likelihood as a function of the parameters.

    Attributes
    ----------
    map : MatrixMap
        From parameters to matrices.
    shocks : array (n_dates, m, n_series)
        Errors and, if the model is asymmetric, the news.
    """

    map: MatrixMap
    shocks: Array

    @classmethod
    def from_shocks(cls, layout: Layout, shocks: Array) -> BEKKLikelihood:
        """Return the likelihood of a layout; it uses the news only if the layout has a block B."""
        used = np.ascontiguousarray(shocks[:, : 1 + layout.asymmetric])
        moments = np.einsum("tmi,tmj->mij", used, used) / len(used)
        return cls(MatrixMap(layout, moments), used)

    def __call__(self, x: Array) -> MeanLikelihood:
        """Return the mean log-likelihood at a point, with its derivatives."""
        gradient = np.empty(len(x))
        information = np.empty((len(x), len(x)))
        value = evaluate_with_information(x, *self._arguments(), gradient, information)
        return MeanLikelihood(
            float(value) + self._log_scale, gradient, information, len(self.shocks)
        )

    def by_date(self, x: Array) -> tuple[Array, Array]:
        """Return log-likelihood (n_dates,) and scores (n_dates, k) at a point."""
        layout = self.map.layout
        n_dates, m, n = self.shocks.shape
        p = n * (n + 1) // 2 + (m + 1) * (n if layout.kernel_kind is False else n * n)
        by_date = np.zeros(n_dates)
        scores = np.zeros((n_dates, p))
        matrices = self.map.compiled(x)
        jacobian = bekk_scores(
            matrices, layout.kernel_kind, self._searched, by_date, scores, np.empty((p, p))
        )
        return by_date + self._log_scale, np.asarray(scores @ jacobian)

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """Return the mean log-likelihood at a point and its gradient (k,)."""
        gradient = np.empty(len(x))
        value = evaluate_bekk(x, *self._arguments(), gradient)
        return float(value) + self._log_scale, gradient

    def hessian(self, x: Array, steps: Array) -> Array:
        """Return the Hessian (k, k) of the mean log-likelihood by differences of its gradient."""
        return np.asarray(bekk_hessian(x, *self._arguments(), steps))

    def search(self, start: Array) -> Optimum:
        """Return where a search from a start (k,) ends, converged or not."""
        point, value, gradient = search_bekk(start, *self._arguments())
        log_likelihood = (float(value) + self._log_scale) * len(self.shocks)
        free = np.ones(len(point), dtype=bool)
        return Optimum(point, log_likelihood, float(np.abs(gradient).max()), free)

    def _arguments(self) -> tuple[BEKKMap, bool | None, Array, BEKKScratch]:
        """Return what compiled functions need, with new scratch space."""
        scratch = empty_scratch(self.map.kernel_map, len(self.shocks))
        return self.map.kernel_map, self.map.layout.kernel_kind, self._searched, scratch

    @cached_property
    def _searched(self) -> Array:
        """Shocks in the coordinates of the recursion."""
        return np.ascontiguousarray(self.shocks @ self.map.coordinates)

    @cached_property
    def _log_scale(self) -> float:
        """Log-likelihood of a date less that of the coordinates of the recursion."""
        return float(np.linalg.slogdet(self.map.coordinates)[1])

    def constant_log_likelihood(self) -> float:
        """Return the log-likelihood of a constant covariance, the second moment of the sample."""
        n_dates, _, n = self.shocks.shape
        log_determinant = float(np.linalg.slogdet(self.map.moments[0])[1])
        return float(-0.5 * n_dates * (n * (np.log(2.0 * np.pi) + 1.0) + log_determinant))
