"""The basket that an index hedge holds: how good it is, and the error of its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.asset_and_hedges import distinct_name
from hedgeresearch.estimation.influence import long_run_covariance, parameter_influence
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.optimization.baskets import BasketProgram, BasketSearch
from hedgeresearch.typing import Array

BINDS = 1e-9
"""Distance to the limit of turnover up to which it binds."""


@dataclass(frozen=True, eq=False)
class Basket:
    """The basket that is held.

    Attributes
    ----------
    program : BasketProgram, in units of the variance of the index
    found : BasketSearch, its result
    covariance : array (1 + n_hedges, 1 + n_hedges) of index and instruments
    rows : slice, observations of the sample that it was chosen from
    age : int, number of observations since it was chosen
    """

    program: BasketProgram
    found: BasketSearch
    covariance: Array
    rows: slice
    age: int = 0

    @property
    def weights(self) -> Array:
        """Weights, (n_hedges,)."""
        return self.found.x

    @property
    def tracking_variance(self) -> float:
        """Variance of the tracking error in the sample, per period."""
        position = np.concatenate([[1.0], -self.weights])
        return max(float(position @ self.covariance @ position), 0.0)

    @property
    def least_variance(self) -> float:
        """Bound of it: no basket under the constraints has less."""
        missing = (self.found.value - self.found.bound) * float(self.covariance[0, 0])
        return max(self.tracking_variance - missing, 0.0)

    @property
    def gap(self) -> float:
        """Share by which the least tracking variance may be below that of the basket."""
        variance = self.tracking_variance
        return 1.0 - self.least_variance / variance if variance > 0.0 else 0.0

    def one_later(self) -> Basket:
        """Return the basket one observation later."""
        return replace(self, age=self.age + 1)

    def table(self, names: list[Any]) -> pd.DataFrame:
        """Return the weights, the tracking error, its bound and the gap in variance."""
        values = dict(zip(names, self.weights.tolist(), strict=True))
        results = {
            "tracking error": self.tracking_variance**0.5,
            "bound of tracking error": self.least_variance**0.5,
            "gap": self.gap,
        }
        values |= {distinct_name(name, names): value for name, value in results.items()}
        return pd.DataFrame({"estimate": values})

    @cached_property
    def directions(self) -> Array:
        """Directions in which the weights can move under the constraints that bind, (n, m)."""
        program = self.program
        weights = self.weights
        is_held = (weights == 0.0) | (weights == program.lower) | (weights == program.upper)
        rows = [np.ones(len(weights))] if not np.isnan(program.total) else []
        change = weights - program.held
        if np.abs(change).sum() >= program.distance * (1.0 - BINDS):
            # what is neither bought nor sold stays so
            is_held |= np.abs(change) <= BINDS
            rows.append(np.sign(change))
        free = np.eye(len(weights))[:, ~is_held]
        if not rows or free.shape[1] == 0:
            return free
        _, sizes, turned = np.linalg.svd(np.stack(rows) @ free)
        n_independent = int(np.count_nonzero(sizes > BINDS))
        return np.asarray(free @ turned[n_independent:].T)


@dataclass(frozen=True)
class BasketErrors:
    """Sampling error of the weights given the instruments and the constraints that bind."""

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the weights, (n_hedges, n_hedges), Newey-West."""
        basket: Basket = fit.state
        returns = fit.sample.rows.values[basket.rows]
        deviations = returns - returns.mean(axis=0)
        members = deviations[:, 1:]
        errors = deviations[:, 0] - members @ basket.weights
        information = members.T @ members / len(members)
        scores = members * errors[:, None]
        # with bounds and a given sum the mean score is not zero along directions that are held
        influence = parameter_influence(scores, information, basket.directions)
        return long_run_covariance(influence)

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return infinity."""
        return np.inf
