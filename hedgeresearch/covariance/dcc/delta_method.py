"""All that a model of dynamic correlations estimated, in one vector: margins' parameters, (a, b, g, nu), S and N."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.delta_method import STEP, DeltaMethod, margin_sizes, symmetric
from hedgeresearch.covariance.first_step import FirstStep, states_after
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class CorrelationStart:
    """The recursion before the sample, at the estimates or a small move away from them.

    Attributes
    ----------
    margins : FirstStep
    likelihood : CorrelationLikelihood
    point : array (4,), the estimates of (a, b, g, nu)
    kept : positions among them of what was estimated
    """

    margins: FirstStep
    likelihood: CorrelationLikelihood
    point: Array
    kept: list[int]

    def __call__(self, change: Array) -> DCCState:
        """At a change of margins' parameters, correlation parameters and the upper triangles of S and N."""
        n = len(self.margins.fits)
        triangle = n * (n + 1) // 2
        of_margins, of_point, of_s, of_n = np.split(
            change, [-2 * triangle - len(self.kept), -2 * triangle, -triangle]
        )
        point = self.point.copy()
        point[self.kept] += of_point
        a, b, g = point[:3]
        target = self.likelihood.target(*self.point[:2])[0] + symmetric(of_s, n)
        news = self.likelihood.news_target + symmetric(of_n, n)
        intercept = (1.0 - a - b) * target - g * news
        first = target if self.likelihood.corrected else intercept + b * target
        states = states_after(self.margins, of_margins)
        return DCCState(
            states, point[:3], self.likelihood.corrected, target, intercept, first, point[3]
        )


def correlation_moves(
    start: CorrelationStart, sensitivities: list[Sensitivities], correlation: Array, targets: Array
) -> DeltaMethod[DCCState]:
    """The vector's parts side by side.

    Parameters
    ----------
    start : CorrelationStart
    sensitivities : one a margin
    correlation : array (n_dates, len(kept)), influence on the correlation's parameters
    targets : array (n_dates, 2, n_series, n_series), influence on S and N at given parameters and margins
    """
    likelihood, n = start.likelihood, len(sensitivities)
    total = targets + _through_margins(likelihood, start.point[:3], sensitivities)
    _, by_parameters = likelihood.target(*start.point[:2])
    total[:, 0] += np.einsum("tp,pij->tij", correlation[:, :2], by_parameters[:2])
    rows, columns = np.triu_indices(n)
    of_moments = total[:, :, rows, columns].reshape(len(total), -1)
    by_date = np.hstack([*(s.influence for s in sensitivities), correlation, of_moments])
    without_unit = [STEP if i < 3 else 0.0 for i in start.kept]  # nu does not touch covariances
    sizes = np.concatenate(
        [margin_sizes(sensitivities), without_unit, np.full(of_moments.shape[1], STEP)]
    )
    return DeltaMethod(by_date, sizes, start)


def stack_derivatives(sensitivities: list[Sensitivities]) -> Array:
    """Derivatives of the residuals by their margins' parameters, (k, n_dates, n_series); fewer leave zeros."""
    k, n_dates = (
        max(len(s.derivatives) for s in sensitivities),
        sensitivities[0].derivatives.shape[1],
    )
    moving = np.zeros((k, n_dates, len(sensitivities)))
    for i, s in enumerate(sensitivities):
        moving[: len(s.derivatives), :, i] = s.derivatives
    return moving


def _through_margins(
    likelihood: CorrelationLikelihood, parameters: Array, sensitivities: list[Sensitivities]
) -> Array:
    """What each date adds to S and N by the margins' parameters, (n_dates, 2, n_series, n_series)."""
    n = len(sensitivities)
    by_date = np.zeros((len(likelihood.residuals), 2, n, n))
    for which, rows in enumerate(
        likelihood.target_rows(parameters, stack_derivatives(sensitivities))
    ):
        for i, s in enumerate(sensitivities):
            along = s.influence @ rows[: s.influence.shape[1], i]
            by_date[:, which, i, :] += along
            by_date[:, which, :, i] += along
    return by_date
