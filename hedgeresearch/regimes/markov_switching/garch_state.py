"""Regimes with GARCH variances of their own, carried over new dates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.markov_switching_garch import regime_log_densities, regime_variances
from hedgeresearch.regimes.state import Filtered, HiddenMarkovChain, Moments
from hedgeresearch.typing import Array, Indices


@dataclass(frozen=True, eq=False)
class SwitchingGARCHState:
    """Parameters, the variances and the probabilities of the regimes at the next date.

    As densities follow from the data alone, whatever the regimes were, the filters are those of a hidden chain.

    Attributes
    ----------
    parameters : array (k, 4) of omega, alpha, gamma, beta, in the units of the observations
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
        """The mean, and each regime's variance of the next date."""
        return Moments(
            np.full((len(self.parameters), 1), self.mean), self.next_variances[:, None, None]
        )

    def log_densities(self, observations: Array) -> Array:
        """Logarithm of the density of each date in each regime, (n_dates, k), if these are the next dates."""
        errors = observations[:, 0] - self.mean
        return np.asarray(regime_log_densities(self.densities, errors, self._variances(errors)))

    def filter(self, observations: Array) -> Filtered:
        """Probabilities of the regimes at each date."""
        return HiddenMarkovChain(self, self.transition, self.next_probabilities).filter(
            observations
        )

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Smoothed probabilities and the most likely path."""
        return HiddenMarkovChain(self, self.transition, self.next_probabilities).hindsight(
            observations
        )

    def advance(self, observations: Array) -> SwitchingGARCHState:
        """The recursion after these dates."""
        variances = self._variances(observations[:, 0] - self.mean)[-1]
        return replace(
            self,
            next_variances=variances,
            next_probabilities=self.filter(observations).predicted[-1],
        )

    def _variances(self, errors: Array) -> Array:
        return np.asarray(regime_variances(self.parameters, errors, self.next_variances))
