"""Standard errors of switching models, from their scores and differences of these."""

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
STEP = 1e-4
"""Step of the numerical derivatives, relative to the size of a parameter."""


@dataclass(frozen=True, eq=False)
class SwitchingErrors:
    """Sampling covariance of a model whose last parameters are transition probabilities.

    It is computed on demand. The Hessian is a central difference of the mean score; probabilities
    on the bound of zero are held there.

    Attributes
    ----------
    scores : callable
        Returns the score of each date (n_dates, n) at parameters (n,).
    point : array (n,)
        Estimates; the transition probabilities, row by row without the last column, stand last.
    sizes : array (n,)
        Change of each parameter that has a noticeable effect on the likelihood.
    transition : array (k, k)
    """

    scores: Callable[[Array], Array]
    point: Array
    sizes: Array
    transition: Array

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust"

    def covariance(self) -> Array:
        """Return the robust covariance, the sandwich of White (1982), eq. 3.3, (n, n)."""
        return covariance_from_influence(self._influence @ self._directions())

    def influence_on(self, slopes: Array) -> Array:
        """Return the influence of each date on functions of the parameters, (n_dates, p).

        Parameters
        ----------
        slopes : array (n, p), derivatives of the functions with respect to the parameters
        """
        return np.asarray(self._influence @ (self._directions() @ slopes))

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
        scores = self.scores(self.point) @ directions.T
        rises = []
        for step in STEP * directions:
            difference = self.scores(self.point + step) - self.scores(self.point - step)
            rises.append(directions @ difference.mean(axis=0))
        curvature = np.stack(rises) / (2.0 * STEP)
        return scores, -0.5 * (curvature + curvature.T)

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
