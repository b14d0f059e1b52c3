"""State of a regime model: parameters and probabilities that are carried over new dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.hidden_markov.advance import advance_regimes
from hedgeresearch._kernels.hidden_markov.filter import (
    filter_regimes,
    most_likely_regimes,
    smooth_regimes,
)
from hedgeresearch.typing import Array, Indices


class Moments(NamedTuple):
    """Moments of the next date's observations in each regime.

    Attributes
    ----------
    means : array (k, n_series)
    covariances : array (k, n_series, n_series)
    """

    means: Array
    covariances: Array

    @property
    def volatilities(self) -> Array:
        """Standard deviation of each series in each regime, (k, n_series)."""
        return np.sqrt(np.diagonal(self.covariances, axis1=1, axis2=2))

    @property
    def correlations(self) -> Array:
        """Correlation matrix of each regime, (k, n_series, n_series)."""
        scale = self.volatilities
        return self.covariances / (scale[:, :, None] * scale[:, None, :])


class Filtered(NamedTuple):
    """Result of a filter.

    Attributes
    ----------
    predicted : array (n_dates + 1, k), probabilities given the data before each date
    filtered : array (n_dates, k), probabilities given the data up to and including each date
    log_likelihood : array (n_dates,), of each date given the data before
    """

    predicted: Array
    filtered: Array
    log_likelihood: Array


@exported_by("hedgeresearch.regimes")
class RegimeState(Protocol):
    """Parameters of a regime model, and what it knows before the next date.

    A state never changes: ``advance`` returns another one.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    >>> state = hr.GaussianHMM(2, n_starts=2).fit(returns).final_state
    >>> state.advance(returns.to_numpy()[-3:]).next_probabilities.shape
    (2,)
    """

    @property
    def transition(self) -> Array:
        """Probability of the column's regime after the row's, (k, k); rows sum to one."""

    @property
    def next_probabilities(self) -> Array:
        """P(regime at the next date | data so far), (k,)."""

    @property
    def moments(self) -> Moments:
        """Moments of the observations at the next date in each regime."""

    def filter(self, observations: Array) -> Filtered:
        """Return probabilities of the regimes at each date of observations (n_dates, n_series)."""

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return smoothed probabilities (n_dates, k) and the most likely path (n_dates,)."""

    def advance(self, observations: Array) -> RegimeState:
        """Return the state after the dates of observations (n_dates, n_series)."""


class EllipticalDensities(NamedTuple):
    """Normal or Student-t densities of regimes, as compiled filters need them.

    Attributes
    ----------
    means : array (k, n_series)
    inverse_factors : array (k, n_series, n_series), inverses of the Cholesky factors of the scales
    constants : array (k,), logarithms of the densities at the means
    degrees_of_freedom : array (k,), infinite for normal densities
    """

    means: Array
    inverse_factors: Array
    constants: Array
    degrees_of_freedom: Array


class Emissions(Protocol):
    """Densities of the observations in each regime, the same on all dates."""

    @property
    def elliptical(self) -> EllipticalDensities | None:
        """Densities of complete observations; None if they are neither normal nor Student-t."""

    @property
    def moments(self) -> Moments:
        """Means and covariances in each regime."""

    def log_densities(self, observations: Array) -> Array:
        """Return the log-density of each date in each regime, (n_dates, k)."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True, eq=False)
class HiddenMarkovChain:
    """A Markov chain of regimes with independent observations in each.

    Source: Hamilton (1994), Time Series Analysis, section 22.4.

    Attributes
    ----------
    emissions : Emissions, densities of the observations in each regime
    transition : array (k, k), rows sum to one
    next_probabilities : array (k,), of the regimes at the next date

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    >>> chain = hr.GaussianHMM(2, n_starts=2).fit(returns).final_state
    >>> values = returns.to_numpy()[-3:]
    >>> chain.moments.means.shape, chain.filter(values).predicted.shape
    ((2, 2), (4, 2))
    >>> smoothed, path = chain.hindsight(values)
    >>> smoothed.shape, chain.advance(values).next_probabilities.shape
    ((3, 2), (2,))
    """

    emissions: Emissions
    transition: Array
    next_probabilities: Array

    @property
    def moments(self) -> Moments:
        """Means and covariances of the observations in each regime."""
        return self.emissions.moments

    def filter(self, observations: Array) -> Filtered:
        """Return probabilities of the regimes at each date."""
        log_densities = self.emissions.log_densities(observations)
        return Filtered(*filter_regimes(log_densities, self.transition, self.next_probabilities))

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return smoothed probabilities and the most likely path (Kim 1994; Viterbi 1967)."""
        log_densities = self.emissions.log_densities(observations)
        predicted, filtered, _ = filter_regimes(
            log_densities, self.transition, self.next_probabilities
        )
        path = most_likely_regimes(log_densities, self.transition, self.next_probabilities)
        return smooth_regimes(predicted, filtered, self.transition), path

    def advance(self, observations: Array) -> HiddenMarkovChain:
        """Return the chain after these dates."""
        elliptical = self.emissions.elliptical
        if elliptical is not None:
            after = self.next_probabilities.copy()
            series = observations.T
            if not series.flags.carray:
                series = np.array(series, order="C")
            if advance_regimes(series, *elliptical, self.transition, after):
                return HiddenMarkovChain(self.emissions, self.transition, after)
        after = self.filter(observations).predicted[-1]
        return HiddenMarkovChain(self.emissions, self.transition, after)


@dataclass(frozen=True, eq=False)
class PermutedState:
    """Another state with its regimes renumbered.

    Attributes
    ----------
    state : RegimeState, as it was estimated
    order : array (k,), number that each regime has in it
    """

    state: RegimeState
    order: Indices

    @property
    def transition(self) -> Array:
        """Probability of the column's regime after the row's, (k, k)."""
        return self.state.transition[np.ix_(self.order, self.order)]

    @property
    def next_probabilities(self) -> Array:
        """P(regime at the next date | data so far), (k,)."""
        return self.state.next_probabilities[self.order]

    @property
    def moments(self) -> Moments:
        """Moments of the observations at the next date in each regime."""
        means, covariances = self.state.moments
        return Moments(means[self.order], covariances[self.order])

    def filter(self, observations: Array) -> Filtered:
        """Return probabilities of the regimes at each date."""
        predicted, filtered, log_likelihood = self.state.filter(observations)
        return Filtered(predicted[:, self.order], filtered[:, self.order], log_likelihood)

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return smoothed probabilities and the most likely path."""
        smoothed, path = self.state.hindsight(observations)
        return smoothed[:, self.order], np.argsort(self.order)[path]

    def advance(self, observations: Array) -> PermutedState:
        """Return the state after these dates."""
        return PermutedState(self.state.advance(observations), self.order)


def without_permutation(state: RegimeState) -> RegimeState:
    """Return a state with its regimes numbered as they were estimated."""
    while isinstance(state, PermutedState):
        state = state.state
    return state
