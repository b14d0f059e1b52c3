"""Parameters of a switching autoregression as one vector, and their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.switching.autoregression import (
    AutoregressionLayout,
    autoregression_states,
)
from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.regimes.markov_chain import transition_from, transition_parameters
from hedgeresearch.regimes.markov_switching.regression import StatesPass, states_pass
from hedgeresearch.regimes.markov_switching.state import SwitchingState, starting_state
from hedgeresearch.typing import Array


class SplitParameters(NamedTuple):
    """Parts of a parameter vector; one value for a parameter that the regimes share."""

    means: Array
    variances: Array
    autoregression: Array
    probabilities: Array


@dataclass(frozen=True)
class SwitchingLayout:
    """The vector of parameters of a model, by what differs between its regimes.

    The vector holds means, variances, the autoregression, and the rows of the transition without
    their last column.

    Attributes
    ----------
    n_regimes, order : int
    switching_mean, switching_variance : bool
    """

    n_regimes: int
    order: int
    switching_mean: bool
    switching_variance: bool

    @property
    def n_means(self) -> int:
        """Number of means."""
        return self.n_regimes if self.switching_mean else 1

    @property
    def n_variances(self) -> int:
        """Number of variances."""
        return self.n_regimes if self.switching_variance else 1

    @property
    def n_parameters(self) -> int:
        """Number of parameters."""
        n_probabilities = self.n_regimes * (self.n_regimes - 1)
        return self.n_means + self.n_variances + self.order + n_probabilities

    @property
    def compiled(self) -> AutoregressionLayout:
        """The layout in the form that kernels use."""
        return AutoregressionLayout(self.n_regimes, self.order, self.n_means, self.n_variances)

    def point(self, state: SwitchingState) -> Array:
        """Return the vector of the parameters of a state."""
        parts = [
            state.means[: self.n_means],
            state.variances[: self.n_variances],
            state.autoregression,
            state.transition[:, :-1].ravel(),
        ]
        return np.concatenate(parts)

    def named(self, state: SwitchingState, series: str) -> dict[ParameterName, float]:
        """Return the parameters of a state by name."""
        values = _named(f"mean {series}", state.means[: self.n_means])
        values |= _named(f"variance {series}", state.variances[: self.n_variances])
        for lag, coefficient in enumerate(state.autoregression, 1):
            # the brackets hold a lag here, not a regime
            values[ParameterName(f"ar {series} [{lag}]")] = float(coefficient)
        return values | transition_parameters(state.transition)

    def split(self, point: Array) -> SplitParameters:
        """Split a vector of parameters."""
        sizes = [self.n_means, self.n_variances, self.order]
        return SplitParameters(*np.split(point, np.cumsum(sizes)))

    def starting_state(self, point: Array) -> SwitchingState:
        """Return the state before any observation, at a vector of parameters."""
        means, variances, autoregression, probabilities = self.split(point)
        return starting_state(
            _for_each(means, self.n_regimes),
            _for_each(variances, self.n_regimes),
            autoregression,
            transition_from(probabilities, self.n_regimes),
        )

    def sizes(self, point: Array) -> Array:
        """Return by how much each parameter moves when the likelihood changes noticeably."""
        means, variances, autoregression, probabilities = self.split(point)
        smallest_deviation = np.full(len(means), np.sqrt(variances.min()))
        others = np.ones(len(autoregression) + len(probabilities))
        return np.concatenate([smallest_deviation, variances, others])


@dataclass(frozen=True, eq=False)
class SwitchingSample:
    """Log-likelihood and scores of a sample as functions of the parameters.

    Attributes
    ----------
    layout : SwitchingLayout
    observations : array (n_dates,)
    """

    layout: SwitchingLayout
    observations: Array

    def log_likelihood(self, point: Array) -> float:
        """Return the log-likelihood of all dates."""
        return self._pass(point).log_likelihood

    def scores(self, point: Array) -> Array:
        """Return the score of each date that has all lags, (n_dates - order, n_parameters)."""
        return self._pass(point).scores

    def _pass(self, point: Array) -> StatesPass:
        states = autoregression_states(self.layout.compiled, point)
        return states_pass(*with_lags(self.observations, self.layout.order), states)


def with_lags(observations: Array, order: int) -> tuple[Array, Array]:
    """Return the dates that have all lags, and the constant and lags of each, (n, 1 + order)."""
    n = len(observations) - order
    lags = [observations[order - lag : order - lag + n] for lag in range(1, order + 1)]
    return observations[order:], np.column_stack([np.ones(n), *lags])


def _named(label: str, values: Array) -> dict[ParameterName, float]:
    """Return values by name: one value for all regimes, or one for each."""
    if len(values) == 1:
        return {ParameterName(label): float(values[0])}
    return {ParameterName(label, (i,)): float(value) for i, value in enumerate(values)}


def _for_each(values: Array, n_regimes: int) -> Array:
    """Return a value for each regime, from one for each or one for all."""
    return np.broadcast_to(values, n_regimes).copy()
