r"""Delta method: influence of each observation on a function of a fitted covariance model.

.. math:: i^f_t = \sum_j \frac{\partial f}{\partial \theta_j} \, i^j_t

over everything that was estimated, moments included, with the influences of
``estimation.influence`` (Newey and McFadden 1994, Handbook of Econometrics 4, section 6). f is a
function of the filter state before the sample, such as the hedge ratio after filtering the sample;
its derivatives are central differences, or backward ones of the same order next to a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np

from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.typing import Array

STEP = 1e-5
"""Finite-difference step for dimensionless quantities; it must be small relative to 1 - b.

Univariate parameters are stepped so that no standardized residual changes by more than this.
"""
Stencil = tuple[tuple[float, float], ...]
"""Multiples of a step at which a function is evaluated, each with its weight in the derivative."""
CENTRAL: Stencil = ((1.0, 0.5), (-1.0, -0.5))
BACKWARD: Stencil = ((0.0, 1.5), (-1.0, -2.0), (-2.0, 0.5))

State = TypeVar("State", bound=CovarianceState)


@dataclass(frozen=True, eq=False)
class DeltaMethod(Generic[State]):
    """First-order sampling error of any function of a fitted covariance model.

    Attributes
    ----------
    influence : array (n_dates, k)
        Influence of each observation on the k estimated quantities, parameters and moments; zero
        for a parameter at a bound.
    steps : array (k,)
        Steps of the central differences; zero where covariances do not depend on the quantity.
    state_at : callable
        Return the filter state before the sample after a change (k,) of the estimates.
    below_bound : sequence of int
        Quantities with an upper bound closer than a step, which differences do not cross.
    """

    influence: Array
    steps: Array
    state_at: Callable[[Array], State]
    below_bound: Sequence[int] = ()

    @property
    def estimated_state(self) -> State:
        """Filter state before the sample at the estimates themselves."""
        return self.state_at(np.zeros(len(self.steps)))

    def influence_on(self, function: Callable[[State], Array]) -> Array:
        """Return the influence of each observation on ``function(state)``, (n_dates, p).

        Parameters
        ----------
        function : callable
            Function of the filter state before the sample with values (p,).
        """
        active = np.flatnonzero(self.influence.any(axis=0) & (self.steps > 0.0))
        slopes = [self._slope(function, int(j)) for j in active]
        return np.asarray(self.influence[:, active] @ np.array(slopes))

    def _slope(self, function: Callable[[State], Array], j: int) -> Array:
        """Return the derivative (p,) of the function with respect to quantity j."""
        step = np.zeros(len(self.steps))
        step[j] = self.steps[j]
        stencil = BACKWARD if j in self.below_bound else CENTRAL
        values = [weight * function(self.state_at(multiple * step)) for multiple, weight in stencil]
        return np.asarray(sum(values) / self.steps[j])


@runtime_checkable
class HasDeltaMethod(Protocol):
    """Estimates that support delta-method errors for functions of the covariance."""

    def delta_method(self) -> DeltaMethod[Any]:
        """Return the influence of each observation on everything that was estimated."""


def univariate_steps(sensitivities: list[Sensitivities]) -> Array:
    """Return the finite-difference steps of all univariate parameters, (k,), series by series.

    No step changes a standardized residual by more than ``STEP``; the step is zero where residuals
    do not depend on the parameter.
    """
    largest = np.concatenate([np.abs(s.derivatives).max(axis=1) for s in sensitivities])
    return np.where(largest > 0.0, STEP / np.where(largest > 0.0, largest, 1.0), 0.0)
