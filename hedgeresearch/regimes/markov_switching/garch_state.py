"""State of Markov-switching GARCH: variances and probabilities carried over new dates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.switching.garch import regime_log_densities, regime_variances
from hedgeresearch.regimes.markov_chain import stationary_probabilities
from hedgeresearch.regimes.markov_switching.garch_likelihood import (
    split_parameters,
    unconditional_variances,
)
from hedgeresearch.regimes.state import Filtered, HiddenMarkovChain, Moments
from hedgeresearch.typing import Array, Indices


@dataclass(frozen=True, eq=False)
class SwitchingGARCHState:
    """Parameters, and the variances and probabilities of the regimes at the next date.

    As densities follow from the data alone, whatever the regimes were, the filters are those of a
    hidden Markov chain.

    Attributes
    ----------
    parameters : array (k, 4), omega, alpha, gamma, beta, in the units of the observations
    densities : array (k, 3), constants of the densities
    transition : array (k, k), rows sum to one
    mean : float, of the observations
    next_variances, next_probabilities : array (k,), of the regimes at the next date
    """

    parameters: Array
    densities: Array
    transition: Array
    mean: float
    next_variances: Array
    next_probabilities: Array

    @property
    def moments(self) -> Moments:
        """Mean, and the variance of each regime at the next date."""
        means = np.full((len(self.parameters), 1), self.mean)
        return Moments(means, self.next_variances[:, None, None])

    @property
    def elliptical(self) -> None:
        """None, as the variances of the regimes change from date to date."""

    def log_densities(self, observations: Array) -> Array:
        """Return the log-density of each of the next dates in each regime, (n_dates, k)."""
        errors = observations[:, 0] - self.mean
        return np.asarray(regime_log_densities(self.densities, errors, self._variances(errors)))

    def filter(self, observations: Array) -> Filtered:
        """Return probabilities of the regimes at each date."""
        return self._chain.filter(observations)

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return smoothed probabilities and the most likely path."""
        return self._chain.hindsight(observations)

    def advance(self, observations: Array) -> SwitchingGARCHState:
        """Return the state after these dates."""
        variances = self._variances(observations[:, 0] - self.mean)[-1]
        probabilities = self.filter(observations).predicted[-1]
        return replace(self, next_variances=variances, next_probabilities=probabilities)

    @property
    def _chain(self) -> HiddenMarkovChain:
        return HiddenMarkovChain(self, self.transition, self.next_probabilities)

    def _variances(self, errors: Array) -> Array:
        return np.asarray(regime_variances(self.parameters, errors, self.next_variances))


def state_before_second(
    parameters: Array, k: int, mean: float, first: float
) -> SwitchingGARCHState:
    """Return the state after the first observation, which feeds the variances only.

    Parameters
    ----------
    parameters : array (m,), all parameters in the units of the observations
    k : int, number of regimes
    mean, first : float, mean of the observations and the first of them
    """
    own, densities, transition = split_parameters(parameters, k)
    unconditional, _ = unconditional_variances(own)
    variances = regime_variances(own, np.array([first - mean]), unconditional)[-1]
    probabilities = stationary_probabilities(transition)
    return SwitchingGARCHState(own, densities, transition, mean, variances, probabilities)
