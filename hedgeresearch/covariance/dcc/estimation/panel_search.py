"""Search for the maximum of the likelihood of a correlation of more than two series.

Values on a grid, which need no derivatives, show where local maxima are. The first search begins
at the highest of them. With many series the grid is of a part of the dates, or of the pairs of a
composite likelihood, which shows well enough where to begin if correlations clearly move. Where the
gain over a constant correlation is small, or the maximum is on a bound, there is a grid of all
dates and a search from each of its local maxima.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.dcc.box import (
    ASYMMETRIC_SHARE,
    HIGH,
    INVERSE_NU,
    PERSISTENCE,
)
from hedgeresearch.covariance.dcc.estimation.box_likelihood import BoxLikelihood
from hedgeresearch.covariance.dcc.estimation.parameters import ParameterBox
from hedgeresearch.optimization.quasi_newton import Optimum, maximize
from hedgeresearch.typing import Array

GRID_MEMORY = np.array([0.0, 0.25, 0.5, 0.7, 0.85, 0.92, 0.95, 0.97, 0.985, 0.995])
GRID_NEWS = np.array([0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.4])
"""b and the weight of news of the grid, as far as their sum, the persistence, is below one.

Where dynamics are weak, ridges of the likelihood run along b at about the same weight of news.
"""
NEXT_TO_INTEGRATED = (HIGH[PERSISTENCE], 0.0)
"""Persistence and share of news next to which the grid shows no maximum."""
GRID_ASYMMETRY = (0.3, 1.0)
"""Shares of the asymmetric term on the first grid and on a further one."""
NESTED_ASYMMETRY = (0.0, 0.2)
"""Shares of it at which an asymmetric search leaves the symmetric maximum."""
START_INVERSE_NU = 0.1
"""Inverse of the degrees of freedom at which the search for those of a constant correlation, which
are those of the grid, begins."""
STRIDE = 4
"""One in so many eights of dates, or chunks of pairs, is in the first grid of many series."""
MANY_SERIES = 15
MANY_DATES = 500
"""Numbers of series and of observations from which the first grid leaves out dates or pairs."""
DATES_OF_PART = 10_000
"""Number of observations that show where the maximum of a very long sample is."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant correlation from which one search suffices.

Below it local optima are common.
"""


@dataclass(frozen=True, eq=False)
class PanelSearch:
    """Searches for the maximum of one likelihood."""

    objective: BoxLikelihood
    model_name: str

    def from_points(self, points: list[Array], *, try_all_starts: bool = False) -> Optimum:
        """Maximize from points (4,) of the box: from the best, or from every one."""
        box = self.objective.box
        starts = [point[box.searched] for point in points]
        return maximize(
            self.objective, starts, box.limits, self.model_name, try_all_starts=try_all_starts
        )

    def from_grid(self) -> Optimum:
        """Maximize from the local maxima on a grid."""
        n_dates, n = self.objective.likelihood.residuals.shape
        if n_dates > 2 * DATES_OF_PART:
            found = self.from_points([self._maximum_of_part()])
            if found.free.all() and self._gain_over_constant_correlation(found) >= CLEAR_GAIN:
                return found
        nested = self._nested_maximum()
        stride = STRIDE if n >= MANY_SERIES and n_dates >= MANY_DATES else 1
        maxima = self._grid_maxima(GRID_ASYMMETRY[0], stride)
        found = self.from_points([*nested, maxima[0]])
        if found.free.all() and self._gain_over_constant_correlation(found) >= CLEAR_GAIN:
            return found
        starts = [*nested, self.objective.box.point(found.point)]
        starts += self._grid_maxima(GRID_ASYMMETRY[0], 1) if stride > 1 else maxima[1:]
        if self.objective.likelihood.asymmetric:
            starts += self._grid_maxima(GRID_ASYMMETRY[1], 1)
        starts.append(self._point(*NEXT_TO_INTEGRATED, GRID_ASYMMETRY[0]))
        return self.from_points(starts, try_all_starts=True)

    def _maximum_of_part(self) -> Array:
        """Maximum of the first dates of a very long sample."""
        likelihood = self.objective.likelihood
        part = replace(likelihood, residuals=likelihood.residuals[:DATES_OF_PART])
        box = ParameterBox.of(part, INVERSE_NU in self.objective.box.searched)
        return box.point(PanelSearch(BoxLikelihood(part, box), self.model_name).from_grid().point)

    def _nested_maximum(self) -> list[Array]:
        """Maximum of the symmetric model, so that an asymmetric search cannot end below it."""
        likelihood = self.objective.likelihood
        if not likelihood.asymmetric:
            return []
        symmetric = replace(likelihood, asymmetric=False)
        box = ParameterBox.of(symmetric, INVERSE_NU in self.objective.box.searched)
        found = PanelSearch(BoxLikelihood(symmetric, box), self.model_name).from_grid()
        point = box.point(found.point)
        is_asymmetry = np.arange(4) == ASYMMETRIC_SHARE
        return [np.where(is_asymmetry, share, point) for share in NESTED_ASYMMETRY]

    def _grid_maxima(self, asymmetry: float, stride: int) -> list[Array]:
        """Local maxima on the grid of b, unless the persistence is given, and news; best first."""
        integrated = self.objective.likelihood.integrated
        memory = np.zeros(1) if integrated else GRID_MEMORY
        values = np.full((len(memory), len(GRID_NEWS)), -np.inf)
        points = {}
        for i, j in np.ndindex(*values.shape):
            persistence = 1.0 if integrated else float(memory[i] + GRID_NEWS[j])
            if integrated or persistence < HIGH[PERSISTENCE]:
                points[i, j] = self._point(
                    persistence, float(GRID_NEWS[j] / persistence), asymmetry
                )
                values[i, j] = self._value(points[i, j], stride)
        around = np.pad(values, 1, constant_values=-np.inf)
        neighbors = [around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]]
        highest = np.max(neighbors, axis=0)
        tops = [place for place in points if values[place] >= highest[place]]
        return [points[place] for place in sorted(tops, key=lambda place: -values[place])]

    def _value(self, point: Array, stride: int) -> float:
        """Mean log-density at a point (4,) of the box."""
        parameters = self.objective.box.parameters(point)
        return self.objective.likelihood.passes.value(*parameters, stride)

    def _point(self, persistence: float, share: float, asymmetry: float) -> Array:
        """Point of the box (4,) with the nu of a constant correlation."""
        box = self.objective.box
        values = np.array([persistence, share, asymmetry, self._constant[1]])
        return box.point(values[box.searched])

    def _gain_over_constant_correlation(self, found: Optimum) -> float:
        """Gain in log-likelihood, over all pairs of a composite one."""
        return self.objective.likelihood.n_blocks * (found.log_likelihood - self._constant[0])

    @cached_property
    def _constant(self) -> tuple[float, float]:
        """Log-likelihood with a constant correlation, and the best inverse of nu there."""
        likelihood = self.objective.likelihood
        if INVERSE_NU not in self.objective.box.searched:
            value = likelihood.passes.value(np.zeros(3), NORMAL)
            return value * len(likelihood.residuals), 0.0
        box = replace(self.objective.box, searched=[INVERSE_NU])
        search = PanelSearch(BoxLikelihood(likelihood, box), self.model_name)
        found = search.from_points([np.full(4, START_INVERSE_NU)])
        return found.log_likelihood, float(found.point[0])
