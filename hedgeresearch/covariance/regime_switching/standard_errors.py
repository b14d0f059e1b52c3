r"""Standard errors of correlations that switch between regimes: the sandwich of two steps.

EM ends where g = 0: :math:`w_k (\mathrm{corr}(S_k) - R_k)`, w_k the mean probability of a regime
and S_k its moments, and the score with respect to the transition probabilities. Observation t adds
to g, as far as it is known then, the derivative of its log-density with respect to p_ij, or with
respect to C of :math:`\Sigma_k = R_k + 2 R_k C R_k`, with
:math:`tr(C (zz' - R_k)) = z_i z_j - R_{ij} (z_i^2 + z_j^2) / 2`: martingale differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from hedgeresearch.covariance.correlation import as_correlation
from hedgeresearch.covariance.delta_method import DeltaMethod, univariate_steps
from hedgeresearch.covariance.first_step import FirstStep, states_after
from hedgeresearch.covariance.regime_switching.estimation import TINY, expect
from hedgeresearch.covariance.regime_switching.state import (
    RegimeCorrelationState,
    SwitchingCorrelation,
    filter_correlations,
)
from hedgeresearch.estimation.influence import Sensitivities, covariance_from_influence
from hedgeresearch.typing import Array

ON_BOUND = 1e-6
"""Transition probability at or below which it counts as zero and holds its row."""
STEP = 1e-6
"""Step of differences of log-densities and moments, at most the smallest probability not held."""


class Direction(NamedTuple):
    """Change of the correlations (k, n, n) and of the transition (k, k) with one parameter."""

    correlations: Array
    transition: Array


@dataclass(frozen=True, eq=False)
class RegimeCorrelationInference:
    """Sampling errors of univariate parameters, correlations and transition probabilities.

    Attributes
    ----------
    first_step : FirstStep
        Univariate estimates.
    switching : SwitchingCorrelation
        Optimum of the second step.
    """

    first_step: FirstStep
    switching: SwitchingCorrelation

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust, in two steps"

    def covariance(self) -> Array:
        """Return the two-step sandwich, (m, m); NaN for parameters at a bound."""
        return covariance_from_influence(self.influence(self.first_step.sensitivities()))

    def delta_method(self) -> DeltaMethod[RegimeCorrelationState]:
        """Return the influence on all parameters; the initial probabilities are fixed."""
        sensitivities = self.first_step.sensitivities()
        influence = self.influence(sensitivities)
        steps = univariate_steps(sensitivities)
        other_steps = np.full(influence.shape[1] - len(steps), STEP)
        return DeltaMethod(influence, np.append(steps, other_steps), self.state_at)

    def state_at(self, change: Array) -> RegimeCorrelationState:
        """Return the filter state before the sample after a change (m,) of the parameters."""
        directions = list(parameter_directions(self.switching, natural=False))
        by_univariate, by_others = np.split(change, [len(change) - len(directions)])
        correlations, transition, probabilities = self.switching
        for size, direction in zip(by_others, directions, strict=True):
            correlations = correlations + size * direction.correlations
            transition = transition + size * direction.transition
        return RegimeCorrelationState(
            univariate=states_after(self.first_step, by_univariate),
            switching=SwitchingCorrelation(correlations, transition, probabilities),
        )

    def influence(self, sensitivities: list[Sensitivities]) -> Array:
        """Return the influence of each observation on all parameters, (n_dates, m)."""
        z = self.first_step.residuals
        kept = free_parameters(self.switching)
        by_date = self._contributions(z)
        for i, s in enumerate(sensitivities):
            by_date += s.influence @ self._through_series(z, i, s)
        information = self._information(z)[np.ix_(kept, kept)]
        reaction = np.zeros_like(by_date)
        reaction[:, kept] = np.linalg.solve(information, by_date[:, kept].T).T
        return np.hstack([*(s.influence for s in sensitivities), reaction])

    def _contributions(self, z: Array) -> Array:
        """Return what each observation adds to g, (n_dates, m)."""
        columns = [
            _slope(lambda at: filter_correlations(z, at)[1], self.switching, direction)
            for direction in parameter_directions(self.switching, natural=True)
        ]
        return np.stack(columns, axis=1)

    def _information(self, z: Array) -> Array:
        """Return minus the derivatives of g with respect to correlations and transition, (m, m)."""
        columns = [
            _slope(lambda at: estimating_equations(z, at), self.switching, direction)
            for direction in parameter_directions(self.switching, natural=False)
        ]
        return -np.stack(columns, axis=1)

    def _through_series(self, z: Array, i: int, sensitivities: Sensitivities) -> Array:
        """Return the derivatives of g w.r.t. the univariate parameters of series i, (k_i, m)."""
        only_i = np.eye(z.shape[1])[i]
        rows = []
        for derivative in sensitivities.derivatives:
            change = derivative[:, None] * only_i
            size = STEP / np.maximum(np.abs(derivative).max(), TINY)
            up = estimating_equations(z + size * change, self.switching)
            down = estimating_equations(z - size * change, self.switching)
            rows.append((up - down) / (2.0 * size))
        return np.array(rows)


def estimating_equations(z: Array, switching: SwitchingCorrelation) -> Array:
    """Return g per date: correlations of one regime after the other, then rows of the transition.

    Parameters
    ----------
    z : array (n_dates, n_series)
        Standardized residuals.
    switching : SwitchingCorrelation
        Parameters.

    Returns
    -------
    array (m,)
    """
    expected = expect(z, switching)
    scaled = np.stack([as_correlation(moment) for moment in expected.moments])
    weights = expected.smoothed.mean(axis=0)[:, None, None]
    gaps = weights * (scaled - switching.correlations)
    pairs = gaps[:, *np.triu_indices(z.shape[1], 1)]
    ratio = expected.transitions / np.maximum(switching.transition, TINY) / len(z)
    return np.append(pairs, ratio[:, :-1] - ratio[:, -1:])


def parameter_directions(switching: SwitchingCorrelation, *, natural: bool) -> Iterator[Direction]:
    """Yield the direction of each correlation and of each free transition probability.

    Parameters
    ----------
    switching : SwitchingCorrelation
        Parameters.
    natural : bool
        Whether a correlation moves along 2 R C R instead of by itself.
    """
    k, n = switching.correlations.shape[:2]
    for r, matrix in enumerate(switching.correlations):
        regime = np.eye(k)[r][:, None, None]
        for i, j in combinations(range(n), 2):
            c = np.zeros((n, n))
            c[i, j] = 1.0
            c[j, i] = 1.0
            if natural:
                c[i, i] = -matrix[i, j]
                c[j, j] = -matrix[i, j]
                c = matrix @ c @ matrix
            yield Direction(regime * c, np.zeros((k, k)))
    for i in range(k):
        for j in range(k - 1):
            # the last probability of a row makes up for the others
            change = np.outer(np.eye(k)[i], np.eye(k)[j] - np.eye(k)[-1])
            yield Direction(np.zeros_like(switching.correlations), change)


def free_parameters(switching: SwitchingCorrelation) -> Array:
    """Return which parameters are not at a bound, (m,) of bool.

    These are all correlations, and the rows of the transition matrix without a zero.
    """
    k, n = switching.correlations.shape[:2]
    rows = (switching.transition > ON_BOUND).all(axis=1)
    return np.append(np.ones(k * n * (n - 1) // 2, dtype=bool), np.repeat(rows, k - 1))


def _slope(
    function: Callable[[SwitchingCorrelation], Array],
    switching: SwitchingCorrelation,
    direction: Direction,
) -> Array:
    """Return the central difference of a function along a direction."""
    values = []
    for step in (STEP, -STEP):
        changed = switching._replace(
            correlations=switching.correlations + step * direction.correlations,
            transition=switching.transition + step * direction.transition,
        )
        values.append(function(changed))
    return (values[0] - values[1]) / (2.0 * STEP)
