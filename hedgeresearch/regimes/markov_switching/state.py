r"""The filter of a switching autoregression.

.. math:: y_t = m_{s_t} + \sum_{j=1}^{p} a_j (y_{t-j} - m_{s_{t-j}}) + \sigma_{s_t} e_t

Where the mean switches, a date's density depends on the regimes of p dates before as well: the
chain of :math:`(s_t, \dots, s_{t-p})` has independent densities given past data, so that the filter
of a hidden Markov chain applies to its :math:`k^{p+1}` states. Source: Hamilton (1994), Time Series
Analysis, section 22.4, eq. 22.4.24.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.hidden_markov.filter import (
    filter_regimes,
    most_likely_regimes,
    smooth_regimes,
)
from hedgeresearch._kernels.switching.advance import advance_states, state_log_densities
from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.regimes.state import Filtered, Moments
from hedgeresearch.typing import Array, Indices


class ExpandedChain(NamedTuple):
    """Chain of the regimes of a date and of its lags, whose densities follow from past data.

    Attributes
    ----------
    levels, variances : array (k ** ndim,)
        Of each state, the mean less that of the lags, and the variance of the shocks.
    logarithms : array (k ** ndim,), of 2 pi times the variances
    autoregression : array (p,)
    transition : array (k ** ndim, k ** ndim)
    """

    levels: Array
    variances: Array
    logarithms: Array
    autoregression: Array
    transition: Array


@dataclass(frozen=True, eq=False)
class SwitchingState:
    """A switching autoregression before the next date.

    A date that lacks p observations before it has no density, and leaves the probabilities to the
    transition.

    Attributes
    ----------
    means, variances : array (k,), level of the series and variance of its shocks in each regime
    autoregression : array (p,), coefficients of the deviations at lags 1 to p
    transition : array (k, k), rows sum to one
    joint : array (k, ..., k), probabilities of the regimes at the next date and at those dates
        before it that its density depends on
    recent : array (p,), last observations, the newest last; NaN before the first
    """

    means: Array
    variances: Array
    autoregression: Array
    transition: Array
    joint: Array
    recent: Array

    @property
    def next_probabilities(self) -> Array:
        """P(regime at the next date | data so far), (k,)."""
        return np.asarray(self.joint.reshape(len(self.means), -1).sum(axis=1))

    @property
    def moments(self) -> Moments:
        """Mean and variance of the series at the next date in each regime.

        Lags before the first observation count as at their means.
        """
        regimes = self._regimes
        fitted = self.means[regimes[0]]
        for lag, coefficient in enumerate(self.autoregression, 1):
            deviation = self.recent[-lag] - self.means[regimes[self._position_of(lag)]]
            fitted = fitted + coefficient * np.nan_to_num(deviation)
        # the smallest number keeps the weights of a regime that cannot come next defined
        weights = self.joint.reshape(len(self.means), -1) + np.finfo(float).tiny
        weights = weights / weights.sum(axis=1, keepdims=True)
        given = fitted.reshape(weights.shape)
        means = (weights * given).sum(axis=1)
        spread = (weights * (given - means[:, None]) ** 2).sum(axis=1)
        return Moments(means[:, None], (self.variances + spread)[:, None, None])

    def filter(self, observations: Array) -> Filtered:
        """Return probabilities of the regimes at each date of observations (n_dates, 1)."""
        predicted, filtered, log_likelihood = filter_regimes(
            self._log_densities(observations), self._expanded.transition, self.joint.ravel()
        )
        return Filtered(self._marginal(predicted), self._marginal(filtered), log_likelihood)

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return smoothed probabilities and the most likely path (Kim 1994; Viterbi 1967).

        Both are found over the expanded states: the path is the most likely one together with the
        regimes of the lags before its first date.
        """
        log_densities = self._log_densities(observations)
        transition = self._expanded.transition
        predicted, filtered, _ = filter_regimes(log_densities, transition, self.joint.ravel())
        path = most_likely_regimes(log_densities, transition, self.joint.ravel())
        smoothed = self._marginal(smooth_regimes(predicted, filtered, transition))
        return smoothed, path // (self.joint.size // len(self.means))

    def advance(self, observations: Array) -> SwitchingState:
        """Return the state after these dates."""
        joint = self.joint.flatten()
        recent = self.recent.copy()
        if not observations.flags.carray:  # one layout, so that the filter is compiled once
            observations = np.array(observations, order="C")
        advance_states(observations, *self._expanded, joint, recent)
        later = object.__new__(SwitchingState)
        # the parameters, and the expanded chain, which depends on nothing else
        vars(later).update(vars(self), joint=joint.reshape(self.joint.shape), recent=recent)
        return later

    @cached_property
    def _expanded(self) -> ExpandedChain:
        regimes = self._regimes
        levels = self.means[regimes[0]]
        for lag, coefficient in enumerate(self.autoregression, 1):
            levels = levels - coefficient * self.means[regimes[self._position_of(lag)]]
        variances = self.variances[regimes[0]]
        logarithms = np.log(2 * np.pi * variances)
        autoregression = np.array(self.autoregression, dtype=np.float64)
        transition = self._expanded_transition()
        return ExpandedChain(levels, variances, logarithms, autoregression, transition)

    @property
    def _regimes(self) -> Indices:
        """Regimes of every expanded state at lags 0, 1, ..., (ndim, k ** ndim)."""
        return np.indices(self.joint.shape).reshape(self.joint.ndim, -1)

    def _position_of(self, lag: int) -> int:
        # without a switching mean the regimes of lags are not kept, and any regime will do
        return min(lag, self.joint.ndim - 1)

    def _marginal(self, joint: Array) -> Array:
        """Return probabilities of the date's own regime from those of expanded states."""
        return np.asarray(joint.reshape(len(joint), len(self.means), -1).sum(axis=2))

    def _expanded_transition(self) -> Array:
        """Return the transition between expanded states.

        (i, i1, ..., ip) is followed by (j, i, ..., ip-1) with probability p[i, j].
        """
        shape = self.joint.shape
        regimes = self._regimes
        states = np.arange(self.joint.size)
        expanded = np.zeros((len(states), len(states)))
        for j in range(len(self.means)):
            following = np.ravel_multi_index((np.full_like(states, j), *regimes[:-1]), shape)
            expanded[states, following] = self.transition[regimes[0], j]
        return expanded

    def _log_densities(self, observations: Array) -> Array:
        """Return the log-density of each date in each expanded state, (n_dates, k ** ndim)."""
        seen = np.concatenate([self.recent, observations[:, 0]])
        chain = self._expanded
        return state_log_densities(seen, chain.levels, chain.variances, chain.autoregression)


def starting_state(
    means: Array, variances: Array, autoregression: Array, transition: Array
) -> SwitchingState:
    """Return the state before any observation, with stationary probabilities.

    Regimes of the past are kept only where the mean switches: otherwise no density depends on them.

    Parameters
    ----------
    means, variances : array (k,)
    autoregression : array (p,)
    transition : array (k, k)
    """
    k = len(means)
    order = len(autoregression)
    joint = stationary_distribution(transition)
    for _ in range(order if np.ptp(means) > 0.0 else 0):
        joint = transition.T.reshape(k, k, *(1,) * (joint.ndim - 1)) * joint
    nothing_seen = np.full(order, np.nan)
    return SwitchingState(means, variances, autoregression, transition, joint, nothing_seen)
