"""Standard errors of switching models, from numerical derivatives of the log-likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgeresearch.estimation.influence import covariance_from_influence, parameter_influence
from hedgeresearch.estimation.parameter_name import Bound
from hedgeresearch.regimes.markov_chain import zero_transitions
from hedgeresearch.typing import Array

MIN_PROBABILITY = 1e-6
"""Transition probability below which an estimate lies on the bound of zero."""
STEP = 1e-3
"""Step of the numerical derivatives, relative to the size of a parameter."""


@dataclass(frozen=True, eq=False)
class SwitchingErrors:
    """Sampling covariance of a model whose last parameters are transition probabilities.

    It is computed on demand. Scores and Hessian are central differences of the log-likelihood of
    each date; probabilities on the bound of zero are held there.

    Attributes
    ----------
    log_likelihood : callable
        Returns the log-likelihood of each date (n_dates,) at parameters (n,).
    point : array (n,)
        Estimates; the transition probabilities, row by row without the last column, stand last.
    sizes : array (n,)
        Change of each parameter that has a noticeable effect on the likelihood.
    transition : array (k, k)
    """

    log_likelihood: Callable[[Array], Array]
    point: Array
    sizes: Array
    transition: Array

    def covariance(self) -> Array:
        """Return the robust covariance, the sandwich of White (1982), eq. 3.3, (n, n)."""
        return covariance_from_influence(self._influence @ self._directions())

    def influence_on(self, function: Callable[[Array], Array]) -> Array:
        """Return the influence of each date on a function of the parameters, (n_dates, p).

        Parameters
        ----------
        function : callable
            Function of parameters (n,) with values (p,).
        """
        slopes = [
            (function(self.point + step) - function(self.point - step)) / (2.0 * STEP)
            for step in STEP * self._directions()
        ]
        return np.asarray(self._influence @ np.array(slopes))

    @cached_property
    def _influence(self) -> Array:
        """Influence of each date on the moves along the directions, (n_dates, n_free)."""
        directions = self._directions()
        scores, information = self._scores_and_information(directions)
        return parameter_influence(scores, information, np.eye(len(directions)))

    def inverse_hessian(self) -> Array:
        """Return the inverse of minus the Hessian, (n, n), which most programs print.

        It is zero for probabilities that are held at zero.
        """
        directions = self._directions()
        scores, information = self._scores_and_information(directions)
        return np.asarray(directions.T @ np.linalg.inv(information) @ directions / len(scores))

    def _scores_and_information(self, directions: Array) -> tuple[Array, Array]:
        """Return scores (n_dates, n_free) along the directions, and minus their mean Hessian."""
        steps = STEP * directions
        up = [self.log_likelihood(self.point + step) for step in steps]
        down = [self.log_likelihood(self.point - step) for step in steps]
        scores = np.stack([(a - b) / (2 * STEP) for a, b in zip(up, down, strict=True)], axis=1)
        curvature = self._curvature(steps, np.sum(up, axis=1), np.sum(down, axis=1))
        return scores, -curvature / len(scores)

    def _curvature(self, steps: Array, up: Array, down: Array) -> Array:
        """Return second derivatives of the log-likelihood along the directions.

        Abramowitz and Stegun (1964), 25.3.24.
        """
        here = self.log_likelihood(self.point).sum()
        curvature = np.diag(up - 2 * here + down)
        for i in range(len(steps)):
            for j in range(i):
                both = self.log_likelihood(self.point + steps[i] + steps[j]).sum()
                neither = self.log_likelihood(self.point - steps[i] - steps[j]).sum()
                mixed = 0.5 * (both + neither - up[i] - down[i] - up[j] - down[j]) + here
                curvature[i, j] = mixed
                curvature[j, i] = mixed
        return np.asarray(curvature / STEP**2)

    def _directions(self) -> Array:
        """Return the directions in which the parameters can move, (n_free, n).

        Each has the length of its parameter's size.
        """
        n = len(self.point)
        k = len(self.transition)
        first = n - k * (k - 1)
        directions = list(np.diag(self.sizes)[:first])
        for i, row in enumerate(self.transition):
            support = np.flatnonzero(row > MIN_PROBABILITY)
            reference = support[-1]
            for j in support[:-1]:
                # the last positive probability of a row loses what another one gains; that of the
                # last column is not a parameter, and has an entry of its own here
                direction = np.zeros(n + 1)
                size = min(row[j], row[reference])
                lost = first + i * (k - 1) + reference if reference < k - 1 else n
                direction[first + i * (k - 1) + j] = size
                direction[lost] = -size
                directions.append(direction[:n])
        return np.stack(directions)


def transition_bounds(transition: Array) -> tuple[Bound, ...]:
    """Return the transition probabilities that lie on the bound of zero."""
    return zero_transitions(transition, MIN_PROBABILITY)
