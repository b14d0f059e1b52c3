r"""The filter of a switching autoregression, and the errors of switching models.

.. math:: y_t = m_{s_t} + \sum_{j=1}^{p} a_j (y_{t-j} - m_{s_{t-j}}) + \sigma_{s_t} e_t

Where the mean switches, a date's density depends on the regimes of p dates before as well: the chain of
:math:`(s_t, \dots, s_{t-p})` has independent densities given past data, so that the filter of a hidden Markov chain
applies to its :math:`k^{p+1}` states. Source: Hamilton (1994), Time Series Analysis, section 22.4, eq. 22.4.24.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.hidden_markov import filter_regimes, most_likely_regimes, smooth_regimes
from hedgeresearch.estimation.influence import covariance_from_influence, parameter_influence
from hedgeresearch.regimes.state import Filtered, Moments, stationary_probabilities
from hedgeresearch.typing import Array, Indices

NEVER = 1e-6
"""Transition probability below which an estimate lies on the bound of zero."""
STEP = 1e-3
"""Step of the numerical derivatives, relative to the size of a parameter."""


@dataclass(frozen=True, eq=False)
class SwitchingState:
    """A switching autoregression before the next date.

    Attributes
    ----------
    means, variances : arrays (k,), level of the series and variance of its shocks in each regime
    autoregression : array (p,), coefficients of the deviations at lags 1 to p
    transition : array (k, k), rows sum to one
    joint : array (k, ..., k), of the regimes at the next date and those before it that its density depends on
    recent : array (p,), the last observations, the newest last; NaN before the first

    A date that lacks p observations before it has no density and moves no probability.
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
        """Mean and variance of the series at the next date in each regime; unseen lags count as at their means."""
        regimes = np.indices(self.joint.shape).reshape(self.joint.ndim, -1)
        fitted = self.means[regimes[0]]
        for lag, coefficient in enumerate(self.autoregression, 1):
            deviation = self.recent[-lag] - self.means[regimes[min(lag, self.joint.ndim - 1)]]
            fitted = fitted + coefficient * np.nan_to_num(deviation)
        # the smallest number keeps the weights of a regime that cannot come next defined
        weights = self.joint.reshape(len(self.means), -1) + np.finfo(float).tiny
        weights = weights / weights.sum(axis=1, keepdims=True)
        given = fitted.reshape(weights.shape)
        means = (weights * given).sum(axis=1)
        spread = (weights * (given - means[:, None]) ** 2).sum(axis=1)
        return Moments(means[:, None], (self.variances + spread)[:, None, None])

    def filter(self, observations: Array) -> Filtered:
        """Probabilities of the regimes at each date of observations (n_dates, 1)."""
        joint = Filtered(
            *filter_regimes(self._log_densities(observations), self._expanded(), self.joint.ravel())
        )
        return Filtered(
            self._marginal(joint.predicted), self._marginal(joint.filtered), joint.log_likelihood
        )

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Smoothed probabilities and the most likely path (Kim 1994; Viterbi 1967), over the expanded states.

        The path is the likeliest one together with the regimes of the lags before its first date.
        """
        log_densities, transition = self._log_densities(observations), self._expanded()
        predicted, filtered, _ = filter_regimes(log_densities, transition, self.joint.ravel())
        path = most_likely_regimes(log_densities, transition, self.joint.ravel())
        smoothed = self._marginal(smooth_regimes(predicted, filtered, transition))
        return smoothed, path // (self.joint.size // len(self.means))

    def advance(self, observations: Array) -> SwitchingState:
        """The recursion after these dates."""
        predicted, _, _ = filter_regimes(
            self._log_densities(observations), self._expanded(), self.joint.ravel()
        )
        seen = np.concatenate([self.recent, observations[:, 0]])
        recent = seen[len(seen) - len(self.recent) :]
        return replace(self, joint=predicted[-1].reshape(self.joint.shape), recent=recent)

    def _marginal(self, joint: Array) -> Array:
        return np.asarray(joint.reshape(len(joint), len(self.means), -1).sum(axis=2))

    def _expanded(self) -> Array:
        """Transition between expanded states: (i, i1, ..., ip) moves to (j, i, ..., ip-1) with p[i, j]."""
        shape, k = self.joint.shape, len(self.means)
        regimes = np.indices(shape).reshape(self.joint.ndim, -1)
        states = np.arange(self.joint.size)
        expanded = np.zeros((len(states), len(states)))
        for j in range(k):
            following = np.ravel_multi_index((np.full_like(states, j), *regimes[:-1]), shape)
            expanded[states, following] = self.transition[regimes[0], j]
        return expanded

    def _log_densities(self, observations: Array) -> Array:
        """Of each date in each expanded state, (n_dates, k ** ndim)."""
        order, n_dates = len(self.recent), len(observations)
        seen = np.concatenate([self.recent, observations[:, 0]])
        regimes = np.indices(self.joint.shape).reshape(self.joint.ndim, -1)
        past, level = np.zeros(n_dates), self.means[regimes[0]]
        for lag, coefficient in enumerate(self.autoregression, 1):
            past = past + coefficient * seen[order - lag : order - lag + n_dates]
            level = level - coefficient * self.means[regimes[min(lag, self.joint.ndim - 1)]]
        variances = self.variances[regimes[0]]
        shocks = (seen[order:] - past)[:, None] - level
        log_densities = -0.5 * (np.log(2 * np.pi * variances) + shocks**2 / variances)
        return np.where(np.isnan(shocks), 0.0, log_densities)


def stationary_start(
    means: Array, variances: Array, autoregression: Array, transition: Array
) -> SwitchingState:
    """The recursion before any observation, with stationary probabilities.

    Regimes of the past are kept only where the mean switches: otherwise no density depends on them.
    """
    k, order = len(means), len(autoregression)
    joint = np.maximum(
        stationary_probabilities(transition), 0.0
    )  # rounding may leave a negative zero
    for _ in range(order if np.ptp(means) > 0.0 else 0):
        joint = transition.T.reshape(k, k, *(1,) * (joint.ndim - 1)) * joint
    return SwitchingState(
        means, variances, autoregression, transition, joint, np.full(order, np.nan)
    )


@dataclass(frozen=True, eq=False)
class SwitchingErrors:
    """Robust sampling covariance of a model whose last parameters are transition probabilities, when asked.

    Scores and Hessian are central differences of the log-likelihood of each date; probabilities on the bound of zero
    are held there.

    Attributes
    ----------
    log_likelihood : gives that of each date (n_dates,) at parameters (n,)
    point : array (n,), the estimates; the transition probabilities, row by row without the last column, stand last
    sizes : array (n,), by which each parameter changes the likelihood noticeably
    transition : array (k, k)
    """

    log_likelihood: Callable[[Array], Array]
    point: Array
    sizes: Array
    transition: Array

    def covariance(self) -> Array:
        """The sandwich of White (1982), eq. 3.3, (n, n)."""
        directions = self._directions()
        scores, information = self._scores_and_information(directions)
        return covariance_from_influence(
            parameter_influence(scores, information, np.eye(len(directions))) @ directions
        )

    def inverse_hessian(self) -> Array:
        """The inverse of minus the Hessian, (n, n), which most programs print; zero for probabilities held at zero."""
        directions = self._directions()
        scores, information = self._scores_and_information(directions)
        return np.asarray(directions.T @ np.linalg.inv(information) @ directions / len(scores))

    def _scores_and_information(self, directions: Array) -> tuple[Array, Array]:
        """Scores (n_dates, n_free) along the directions, and minus their mean Hessian."""
        steps = STEP * directions
        up = [self.log_likelihood(self.point + step) for step in steps]
        down = [self.log_likelihood(self.point - step) for step in steps]
        scores = np.stack([(a - b) / (2 * STEP) for a, b in zip(up, down, strict=True)], axis=1)
        return scores, -self._curvature(steps, np.sum(up, axis=1), np.sum(down, axis=1)) / len(
            scores
        )

    def _curvature(self, steps: Array, up: Array, down: Array) -> Array:
        """Second derivatives of the log-likelihood along the directions (Abramowitz and Stegun 1964, 25.3.24)."""
        here, n = self.log_likelihood(self.point).sum(), len(steps)
        curvature = np.diag(up - 2 * here + down)
        for i in range(n):
            for j in range(i):
                both = self.log_likelihood(self.point + steps[i] + steps[j]).sum()
                neither = self.log_likelihood(self.point - steps[i] - steps[j]).sum()
                mixed = 0.5 * (both + neither - up[i] - down[i] - up[j] - down[j]) + here
                curvature[i, j] = curvature[j, i] = mixed
        return np.asarray(curvature / STEP**2)

    def _directions(self) -> Array:
        """Where the parameters can move, each direction of the length of its parameter's size, (n_free, n)."""
        n, k = len(self.point), len(self.transition)
        first = n - k * (k - 1)
        directions = list(np.diag(self.sizes)[:first])
        for i, row in enumerate(self.transition):
            support = np.flatnonzero(row > NEVER)
            for j in support[:-1]:
                # what one probability gains the last of the row's positive ones loses
                direction = np.zeros(n + 1)
                direction[first + i * (k - 1) + j] = min(row[j], row[support[-1]])
                lost = first + i * (k - 1) + support[-1] if support[-1] < k - 1 else n
                direction[lost] = -min(row[j], row[support[-1]])
                directions.append(direction[:n])
        return np.stack(directions)


def transition_from(probabilities: Array, n_regimes: int) -> Array:
    """The matrix whose rows these are, (k, k), from all but the last column, (k * (k - 1),)."""
    rows = probabilities.reshape(n_regimes, n_regimes - 1)
    return np.column_stack(
        [rows, np.maximum(1.0 - rows.sum(axis=1), 0.0)]
    )  # rounding may leave a negative zero


def name_transition(transition: Array) -> dict[str, float]:
    """The transition probabilities by name; the last of each row follows from the others."""
    k = len(transition)
    return {f"p [{i},{j}]": float(transition[i, j]) for i in range(k) for j in range(k - 1)}


def transitions_on_bound(transition: Array) -> tuple[str, ...]:
    """The transitions that never happen, in words."""
    return tuple(f"p [{i},{j}] = 0" for i, j in np.argwhere(transition < NEVER))
