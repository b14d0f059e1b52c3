"""Likelihood of a correlation over the box of its parameters."""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch.covariance.dcc.estimation.parameters import ParameterBox
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.optimization.line_search import MeanLikelihood
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class BoxLikelihood:
    """Likelihood of a correlation as a function of the coordinates that are searched."""

    likelihood: CorrelationLikelihood
    box: ParameterBox

    def __call__(self, x: Array) -> MeanLikelihood:
        """Return the mean log-density at a point (n_searched,), with its derivatives."""
        point = self.box.point(x)
        means = self.likelihood.means(*self.box.parameters(point))
        jacobian = self.box.jacobian(point)[:, self.box.searched]
        return MeanLikelihood(
            means.value,
            means.gradient @ jacobian,
            jacobian.T @ means.information @ jacobian,
            means.n_dates,
        )
