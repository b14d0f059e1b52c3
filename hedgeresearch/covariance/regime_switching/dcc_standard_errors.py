r"""Standard errors of a DCC whose parameters switch: the sandwich of two steps.

The scores of the second step depend on the univariate parameters and on S, whose influences are
added (see ``estimation.influence``); all second derivatives are differences of analytic scores. S
is a mean of products that are correlated over dates, so that its influence and all that depend on
it are summed with the weights of Newey and West (1987).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.covariance.correlation import upper_triangle_to_matrix
from hedgeresearch.covariance.delta_method import DeltaMethod, univariate_steps
from hedgeresearch.covariance.first_step import FirstStep, states_after
from hedgeresearch.covariance.regime_switching.dcc_estimation import (
    SwitchingEstimate,
    correlation_scores,
    sample_target,
)
from hedgeresearch.covariance.regime_switching.dcc_state import RegimeDCCState, SwitchingDynamics
from hedgeresearch.estimation.influence import (
    Sensitivities,
    long_run_covariance,
    parameter_influence,
)
from hedgeresearch.typing import Array

STEP = 1e-6
"""Step of the differences, in residuals, parameters and elements of S."""
TINY = 1e-300
"""Smallest divisor."""


@dataclass(frozen=True, eq=False)
class RegimeDCCInference:
    """Sampling errors of univariate parameters and of those of the correlation, in this order.

    Attributes
    ----------
    first_step : FirstStep
        Univariate estimates.
    estimate : SwitchingEstimate
        Optimum of the second step.
    """

    first_step: FirstStep
    estimate: SwitchingEstimate

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust, in two steps"

    def covariance(self) -> Array:
        """Return the two-step sandwich, (k, k); NaN for parameters at a bound."""
        sensitivities = self.first_step.sensitivities()
        by_date, _ = self.influence(sensitivities)
        matrix = long_run_covariance(by_date)
        held = ~by_date.any(axis=0)
        matrix[held, :] = np.nan
        matrix[:, held] = np.nan
        return 0.5 * (matrix + matrix.T)

    def delta_method(self) -> DeltaMethod[RegimeDCCState]:
        """Return the influence on all parameters and on S."""
        sensitivities = self.first_step.sensitivities()
        by_date, of_target = self.influence(sensitivities)
        steps = univariate_steps(sensitivities)
        n_others = by_date.shape[1] + of_target.shape[1] - len(steps)
        influence = np.hstack([by_date, of_target])
        return DeltaMethod(influence, np.append(steps, np.full(n_others, STEP)), self.state_at)

    def state_at(self, change: Array) -> RegimeDCCState:
        """Return the filter state before the sample after a change of the estimates."""
        n = len(self.first_step.series)
        n_elements = n * (n + 1) // 2
        n_first = len(change) - len(self.estimate.parameters) - n_elements
        by_univariate, by_parameters, by_target = np.split(change, [n_first, n_first + 6])
        target = sample_target(self.first_step.residuals) + upper_triangle_to_matrix(by_target, n)
        return RegimeDCCState(
            univariate=states_after(self.first_step, by_univariate),
            dynamics=SwitchingDynamics.before_first(
                self.estimate.parameters + by_parameters, target
            ),
        )

    def influence(self, sensitivities: list[Sensitivities]) -> tuple[Array, Array]:
        """Return the influence of each date on all parameters, and on the upper triangle of S.

        Returns
        -------
        parameters : array (n_dates, k)
        target : array (n_dates, n (n + 1) / 2)
        """
        z = self.first_step.residuals
        of_target = _target_influence(z)
        for i, s in enumerate(sensitivities):
            of_target += s.influence @ _target_slopes(z, i, s)
        target = sample_target(z)
        parameters = self.estimate.parameters
        _, scores = correlation_scores(parameters, target, z)
        adjusted = scores + of_target @ self._through_target(z, target)
        for i, s in enumerate(sensitivities):
            adjusted += s.influence @ self._through_series(z, target, i, s)
        information = self._information(z, target)
        own = parameter_influence(adjusted, information, self.estimate.tangent)
        return np.hstack([*(s.influence for s in sensitivities), own]), of_target

    def _information(self, z: Array, target: Array) -> Array:
        """Return minus the derivatives of the mean scores with respect to the parameters."""
        rows = []
        for step in STEP * np.eye(6):
            up = _mean_scores(self.estimate.parameters + step, target, z)
            down = _mean_scores(self.estimate.parameters - step, target, z)
            rows.append((down - up) / (2.0 * STEP))
        matrix = np.array(rows)
        return 0.5 * (matrix + matrix.T)

    def _through_target(self, z: Array, target: Array) -> Array:
        """Return the derivatives of the mean scores w.r.t. the upper triangle of S, (m, 6)."""
        n = len(target)
        rows = []
        for step in STEP * np.eye(n * (n + 1) // 2):
            change = upper_triangle_to_matrix(step, n)
            up = _mean_scores(self.estimate.parameters, target + change, z)
            down = _mean_scores(self.estimate.parameters, target - change, z)
            rows.append((up - down) / (2.0 * STEP))
        return np.array(rows)

    def _through_series(
        self, z: Array, target: Array, i: int, sensitivities: Sensitivities
    ) -> Array:
        """Return the derivatives of the mean scores w.r.t. the parameters of series i, (k_i, 6).

        S stays as it is.
        """
        only_i = np.eye(z.shape[1])[i]
        rows = []
        for derivative in sensitivities.derivatives:
            size = STEP / max(float(np.abs(derivative).max()), TINY)
            change = size * derivative[:, None] * only_i
            up = _mean_scores(self.estimate.parameters, target, z + change)
            down = _mean_scores(self.estimate.parameters, target, z - change)
            rows.append((up - down) / (2.0 * size))
        return np.array(rows)


def _mean_scores(parameters: Array, target: Array, z: Array) -> Array:
    """Return the mean scores, (6,)."""
    _, scores = correlation_scores(parameters, target, z)
    return np.asarray(scores.mean(axis=0))


def _target_influence(z: Array) -> Array:
    """Return the influence of each date on the upper triangle of S, given z, (n_dates, m)."""
    rows, columns = np.triu_indices(z.shape[1])
    centered = z - z.mean(axis=0)
    products = centered[:, rows] * centered[:, columns]
    return np.asarray(products - products.mean(axis=0))


def _target_slopes(z: Array, i: int, sensitivities: Sensitivities) -> Array:
    """Return the derivatives of the upper triangle of S w.r.t. parameters of series i, (k_i, m)."""
    n_dates, n = z.shape
    rows, columns = np.triu_indices(n)
    centered = z - z.mean(axis=0)
    with_others = sensitivities.derivatives @ centered / (n_dates - 1)
    slopes = np.zeros((len(with_others), len(rows)))
    for place, (r, c) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        if r == i:
            slopes[:, place] += with_others[:, c]
        if c == i:
            slopes[:, place] += with_others[:, r]
    return slopes
