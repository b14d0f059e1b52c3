"""Gaussian likelihood of a BEKK model, for returns of unit variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.bekk import bekk_scores
from hedgeresearch.covariance.bekk.matrices import MatrixMap
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.optimization.line_search import MeanLikelihood, mean_likelihood
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
        return mean_likelihood(*self.by_date(x), np.eye(len(x)))

    def by_date(self, x: Array) -> tuple[Array, Array]:
        """Return log-likelihood (n_dates,) and scores (n_dates, k) at a point."""
        matrices, derivatives = self.map.matrices(x)
        first = self.map.moments[0]
        by_date, scores = bekk_scores(*matrices, *derivatives, self.shocks, first)
        return np.asarray(by_date), np.asarray(scores)

    def constant_log_likelihood(self) -> float:
        """Return the log-likelihood of a constant covariance, the second moment of the sample."""
        n_dates, _, n = self.shocks.shape
        log_determinant = float(np.linalg.slogdet(self.map.moments[0])[1])
        return float(-0.5 * n_dates * (n * (np.log(2.0 * np.pi) + 1.0) + log_determinant))
