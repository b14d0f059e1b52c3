"""Delta method of dynamic correlations.

The estimated quantities are, in this order: the univariate parameters, one series after the other;
(a, b, g, nu), as far as they were estimated; and the upper triangles of the moments S and N.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.covariance.correlation import upper_triangle_to_matrix
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.delta_method import (
    BACKWARD,
    CENTRAL,
    STEP,
    DeltaMethod,
    Stencil,
    univariate_steps,
)
from hedgeresearch.covariance.first_step import FirstStep, states_after
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class DCCStateAt:
    """Filter state before the sample as a function of a change of the estimates.

    Attributes
    ----------
    first_step : FirstStep
        Univariate estimates.
    likelihood : CorrelationLikelihood
        Residuals and rules of the correlation.
    parameters : array (4,)
        Estimates of (a, b, g, nu).
    reported : list of int
        Positions among them of what was estimated.
    """

    first_step: FirstStep
    likelihood: CorrelationLikelihood
    parameters: Array
    reported: list[int]

    def __call__(self, change: Array) -> DCCState:
        """Return the state after a change (k,) of all estimated quantities."""
        n = len(self.first_step.fits)
        triangle = n * (n + 1) // 2
        ends = [-2 * triangle - len(self.reported), -2 * triangle, -triangle]
        by_univariate, by_correlation, by_target, by_news = np.split(change, ends)
        parameters = self.parameters.copy()
        parameters[self.reported] += by_correlation
        a, b, g = parameters[:3]
        # S is moved by itself: it stays that of the estimated a and b, also with the correction
        target = self.likelihood.target(*self.parameters[:2])[0]
        target = target + upper_triangle_to_matrix(by_target, n)
        news = self.likelihood.news_target + upper_triangle_to_matrix(by_news, n)
        intercept = (1.0 - a - b) * target - g * news
        return DCCState(
            univariate=states_after(self.first_step, by_univariate),
            parameters=parameters[:3],
            corrected=self.likelihood.corrected,
            target=target,
            intercept=intercept,
            q=target if self.likelihood.corrected else intercept + b * target,
            degrees_of_freedom=parameters[3],
        )


def dcc_delta_method(
    state_at: DCCStateAt, sensitivities: list[Sensitivities], correlation: Array, targets: Array
) -> DeltaMethod[DCCState]:
    """Return the delta method from the influences on all parts.

    Parameters
    ----------
    state_at : DCCStateAt
        Filter state before the sample after a change.
    sensitivities : list of Sensitivities
        Sensitivities of the univariate model of each series.
    correlation : array (n_dates, n_reported)
        Influence on the parameters of the correlation.
    targets : array (n_dates, 2, n_series, n_series)
        Influence on S and N at given parameters and univariate models.
    """
    likelihood = state_at.likelihood
    n = len(sensitivities)
    on_moments = _through_univariate(likelihood, state_at.parameters[:3], sensitivities)
    _, by_parameters = likelihood.target(*state_at.parameters[:2])
    rows, columns = np.triu_indices(n)
    for moment in range(2 if likelihood.asymmetric else 1):
        on_moments[:, moment] += targets[:, moment, rows, columns]
    on_moments[:, 0] += correlation[:, :2] @ by_parameters[:2, rows, columns]
    on_moments = on_moments.reshape(len(on_moments), -1)
    influence = np.hstack([*(s.influence for s in sensitivities), correlation, on_moments])
    # covariances do not depend on nu
    correlation_steps = [STEP if i < 3 else 0.0 for i in state_at.reported]
    moment_steps = np.full(on_moments.shape[1], STEP)
    by_univariate = univariate_steps(sensitivities)
    steps = np.concatenate([by_univariate, correlation_steps, moment_steps])
    below_bound = [
        len(by_univariate) + position
        for position, i in enumerate(state_at.reported)
        if stencil_of(likelihood, state_at.parameters, i) == BACKWARD
    ]
    return DeltaMethod(influence, steps, state_at, below_bound)


def stencil_of(likelihood: CorrelationLikelihood, point: Array, i: int) -> Stencil:
    """Return how a function is differentiated in parameter i of (a, b, g, nu) at a point (4,).

    With the correction the diagonal of Q may become negative where a + b exceeds one.
    """
    a, b = point[:2]
    is_next_to_bound = likelihood.corrected and i < 2 and 1.0 - a - b < 2.0 * STEP
    return BACKWARD if is_next_to_bound else CENTRAL


def stack_derivatives(sensitivities: list[Sensitivities]) -> Array:
    """Return the derivatives of residuals with respect to univariate parameters, in one array.

    Returns
    -------
    array (k, n_dates, n_series)
        k is the largest number of parameters; rows that a series lacks are zero.
    """
    k = max(len(s.derivatives) for s in sensitivities)
    n_dates = sensitivities[0].derivatives.shape[1]
    stacked = np.zeros((k, n_dates, len(sensitivities)))
    for i, s in enumerate(sensitivities):
        stacked[: len(s.derivatives), :, i] = s.derivatives
    return stacked


def _through_univariate(
    likelihood: CorrelationLikelihood, parameters: Array, sensitivities: list[Sensitivities]
) -> Array:
    """Influence on the upper triangles of S and N through univariate parameters.

    It is (n_dates, 2, n_series (n_series + 1) / 2).
    """
    n = len(sensitivities)
    influence = np.zeros((len(likelihood.residuals), 2, n * (n + 1) // 2))
    place = np.empty((n, n), dtype=int)
    place[np.triu_indices(n)] = np.arange(n * (n + 1) // 2)
    place = np.triu(place) + np.triu(place, 1).T
    both = likelihood.target_rows(parameters, stack_derivatives(sensitivities))
    for moment in range(2 if likelihood.asymmetric else 1):
        for i, s in enumerate(sensitivities):
            on_row = s.influence @ both[moment][: s.influence.shape[1], i]
            on_row[:, i] *= 2.0  # row and column i meet in it
            influence[:, moment, place[i]] += on_row
    return influence
