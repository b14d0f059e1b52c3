"""What carries regime probabilities over new dates: parameters with a state, in arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from hedgeresearch._kernels.hidden_markov import filter_regimes, most_likely_regimes, smooth_regimes
from hedgeresearch.typing import Array, Indices


class Moments(NamedTuple):
    """Means (k, n_series) and covariances (k, n_series, n_series) of the next date's observations in each regime."""

    means: Array
    covariances: Array


class Filtered(NamedTuple):
    """Probabilities predicted (n_dates + 1, k) and filtered (n_dates, k), and the log-likelihood of each date."""

    predicted: Array
    filtered: Array
    log_likelihood: Array


class RegimeState(Protocol):
    """Parameters and the state before the next date. A recursion never changes: ``advance`` gives another one."""

    @property
    def transition(self) -> Array:
        """Probability of the column's regime after the row's, (k, k); rows sum to one."""

    @property
    def next_probabilities(self) -> Array:
        """P(regime at the next date | data so far), (k,)."""

    @property
    def moments(self) -> Moments:
        """Of the observations at the next date, in each regime."""

    def filter(self, observations: Array) -> Filtered:
        """Probabilities of the regimes at each date of observations (n_dates, n_series)."""

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Smoothed probabilities (n_dates, k) and the most likely path (n_dates,), given all these dates."""

    def advance(self, observations: Array) -> RegimeState:
        """The recursion after the dates of observations (n_dates, n_series)."""


class Emissions(Protocol):
    """Densities of the observations in each regime that no date changes."""

    @property
    def moments(self) -> Moments:
        """Means and covariances in each regime."""

    def log_densities(self, observations: Array) -> Array:
        """Logarithm of the density of each date in each regime, (n_dates, k)."""


@dataclass(frozen=True, eq=False)
class HiddenMarkovChain:
    """A Markov chain of regimes with independent observations in each: Hamilton (1994), section 22.4.

    Attributes
    ----------
    emissions : densities of the observations in each regime
    transition : array (k, k), rows sum to one
    next_probabilities : array (k,), of the regimes at the next date
    """

    emissions: Emissions
    transition: Array
    next_probabilities: Array

    @property
    def moments(self) -> Moments:
        """Means and covariances of the observations in each regime."""
        return self.emissions.moments

    def filter(self, observations: Array) -> Filtered:
        """Probabilities of the regimes at each date."""
        log_densities = self.emissions.log_densities(observations)
        return Filtered(*filter_regimes(log_densities, self.transition, self.next_probabilities))

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Smoothed probabilities and the most likely path (Kim 1994; Viterbi 1967)."""
        log_densities = self.emissions.log_densities(observations)
        predicted, filtered, _ = filter_regimes(
            log_densities, self.transition, self.next_probabilities
        )
        path = most_likely_regimes(log_densities, self.transition, self.next_probabilities)
        return smooth_regimes(predicted, filtered, self.transition), path

    def advance(self, observations: Array) -> HiddenMarkovChain:
        """The chain after these dates."""
        return replace(self, next_probabilities=self.filter(observations).predicted[-1])


def entropy(probabilities: Array) -> float:
    """-sum of p log p, with 0 log 0 = 0."""
    certain = np.where(probabilities > 0.0, probabilities, 1.0)
    return float(-(certain * np.log(certain)).sum())
