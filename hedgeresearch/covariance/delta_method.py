r"""How functions of a fitted covariance model, such as its next hedge ratio, react to each date of its sample.

.. math:: i^f_t = \sum_j \frac{\partial f}{\partial \theta_j} \, i^j_t

over everything that was estimated, moments among it: the delta method, written with the influences of
``estimation.influence`` (Newey and McFadden 1994, Handbook of Econometrics 4, section 6). Derivatives are central
differences of f at the recursion that begins the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np

from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.typing import Array

STEP = 1e-5
"""Of differences: small beside 1 - b; of moments without a unit, and the largest move of a standardised residual."""

InitialState = TypeVar("InitialState", bound=CovarianceState)


@dataclass(frozen=True, eq=False)
class DeltaMethod(Generic[InitialState]):
    """All that a covariance model estimated on its sample, moments among it, as one vector that can be moved.

    Attributes
    ----------
    influence : array (n_dates, k), of each date on the vector; zero for what a bound holds
    sizes : array (k,), small moves; zero for what does not touch covariances
    start_at : the recursion before the first date of the sample after a change (k,) of the vector
    """

    influence: Array
    sizes: Array
    start_at: Callable[[Array], InitialState]

    def functional_influence(self, functional: Callable[[InitialState], Array]) -> Array:
        """Influence of each date on a function of the start recursion with values (p,), (n_dates, p)."""
        moved = np.flatnonzero(self.influence.any(axis=0) & (self.sizes > 0.0))
        slopes = []
        for j in moved:
            change = np.zeros(len(self.sizes))
            change[j] = self.sizes[j]
            up, down = functional(self.start_at(change)), functional(self.start_at(-change))
            slopes.append((up - down) / (2.0 * self.sizes[j]))
        return np.asarray(self.influence[:, moved] @ np.array(slopes))


@runtime_checkable
class HasDeltaMethod(Protocol):
    """The inference of a model whose functions have errors by the delta method."""

    def moves(self) -> DeltaMethod[Any]:
        """What was estimated, and how each date moves it."""


def margin_sizes(sensitivities: list[Sensitivities]) -> Array:
    """Moves of the parameters of all margins that change no standardised residual by more than ``STEP``."""
    largest = np.concatenate([np.abs(s.derivatives).max(axis=1) for s in sensitivities])
    return np.where(largest > 0.0, STEP / np.where(largest > 0.0, largest, 1.0), 0.0)


def symmetric(values: Array, n: int, *, diagonal: bool = True) -> Array:
    """The symmetric matrix (n, n) whose upper triangle, with or without its diagonal, is ``values`` row by row."""
    matrix = np.zeros((n, n))
    matrix[np.triu_indices(n, 0 if diagonal else 1)] = values
    return np.asarray(matrix + np.triu(matrix, 1).T)
