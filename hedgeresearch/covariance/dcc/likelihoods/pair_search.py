"""Search for the maximum of the likelihood of a dynamic correlation of two series.

Samples with weak dynamics have several local maxima: values on a grid, which are cheap, show where
they are, and a search begins at each of them. Near an earlier maximum one search is enough if it
ends inside the box. An asymmetric model also begins at the maximum without asymmetry, so that it
does not end below the model that it nests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.dcc.box import (
    ASYMMETRIC_SHARE,
    HIGH,
    INVERSE_NU,
    LOW,
    NEWS_SHARE,
    PERSISTENCE,
)
from hedgeresearch._kernels.dcc.pair.grid import GRID_NEWS, GRID_PERSISTENCE, values_on_grid
from hedgeresearch._kernels.dcc.pair.search import maximize_pairs
from hedgeresearch._kernels.search.box_search import CONVERGED
from hedgeresearch.typing import Array, Indices, Mask

GRID = np.zeros((len(GRID_PERSISTENCE) + 1, len(GRID_NEWS), 4))
"""Points of the grid; the last row has points on two edges next to a constant correlation, where
maxima may hide: a persistence next to zero, and a share of news next to zero."""
GRID[:-1, :, PERSISTENCE] = GRID_PERSISTENCE[:, None]
GRID[:-1, :, NEWS_SHARE] = GRID_NEWS
GRID[-1, :4, PERSISTENCE] = [1e-4, 1e-3, 5e-3, 0.02]
GRID[-1, :4, NEWS_SHARE] = HIGH[NEWS_SHARE]
GRID[-1, 4:, PERSISTENCE] = HIGH[PERSISTENCE]
GRID[-1, 4:, NEWS_SHARE] = [1e-5, 1e-4, 5e-4, 2e-3]
INTEGRATED_GRID = GRID[-2:].copy()
INTEGRATED_GRID[:, :, PERSISTENCE] = 1.0
GRID_ASYMMETRY = (0.3, 1.0)
"""Shares of the asymmetric term on the two grids of an asymmetric model."""
NESTED_ASYMMETRY = (0.0, 0.2)
"""Shares of it at which an asymmetric search leaves the symmetric maximum."""
START_INVERSE_NU = 0.1
"""Inverse degrees of freedom at which the search for those of a constant correlation begins."""
NEXT_TO_BOUND = 0.02
"""Distance from a bound at which a search is continued on it."""
MIN_OWN_SHARE = 1e-7
"""Share of the residuals' variance that each series must have of its own."""
SHARP = 1e-8
"""Largest component of the projected gradient at an optimum that needs no second search."""
NO_BASINS = np.empty((0, len(GRID_NEWS)), dtype=np.int64)
ONE_PAIR = np.zeros((1, 2), dtype=np.int64)


class Maximum(NamedTuple):
    """End of a search.

    Attributes
    ----------
    value : float
        Mean log-density; -inf if no search got anywhere.
    point : array (4,)
        Coordinates in the box.
    gradient : array (4,)
        Mean gradient, zero in coordinates that are not searched.
    norm : float
        Largest component of the projected gradient.
    is_inside : bool
        Whether no searched coordinate is at its limit.
    """

    value: float
    point: Array
    gradient: Array
    norm: float
    is_inside: bool

    @property
    def is_optimum(self) -> bool:
        """True if the projected gradient vanishes."""
        return self.value > -np.inf and self.norm < CONVERGED


NOWHERE = Maximum(-np.inf, np.full(4, np.nan), np.full(4, np.nan), np.inf, False)


@dataclass(frozen=True, eq=False)
class PairSearch:
    """Searches for the maximum of the likelihood of one pair of series.

    Attributes
    ----------
    searched : array (k,) of int
        Coordinates that the model estimates, in their order; without the first, the persistence,
        it is integrated.
    corrected : bool
        Whether innovations are those of Aielli (2013).
    x, y : array (1, n_dates)
        Standardized residuals.
    targets : array (1, 1, 6)
        Elements of S and N.
    """

    searched: Indices
    corrected: bool
    x: Array
    y: Array
    targets: Array

    def maximize(self, near: Array | None = None) -> Maximum:
        """Maximize the likelihood, from a point (4,) near the maximum if there is one."""
        if near is not None:
            found = self.best_of(near[None], self.searched)
            if found.is_optimum and found.is_inside:
                return found
        return self.from_grid()

    def from_grid(self) -> Maximum:
        """Maximize from the local maxima on grids."""
        is_asymmetry = self.searched == ASYMMETRIC_SHARE
        inverse_nu = 0.0
        if self.searched[-1] == INVERSE_NU:
            constant = np.array([[self._least_persistence, 0.0, 0.0, START_INVERSE_NU]])
            found = self.best_of(constant, np.array([INVERSE_NU]))
            inverse_nu = START_INVERSE_NU if found is NOWHERE else float(found.point[INVERSE_NU])
        best = self._best_on_grid(0.0, inverse_nu, self.searched[~is_asymmetry])
        if is_asymmetry.any() and best is not NOWHERE:
            starts = np.tile(best.point, (len(NESTED_ASYMMETRY), 1))
            starts[:, ASYMMETRIC_SHARE] = NESTED_ASYMMETRY
            best = self.best_of(starts, self.searched)
            for share in GRID_ASYMMETRY:
                found = self._best_on_grid(share, float(best.point[INVERSE_NU]), self.searched)
                best = found if found.value > best.value else best
        if best is NOWHERE:
            return best
        starts = with_start_on_bounds(best.point)
        if len(starts) == 1 and best.norm < SHARP:
            return best
        # once more, where updates may have spoiled the curvature
        polished = self.best_of(starts, self.searched)
        return polished if polished.value > best.value else best

    def best_of(self, starts: Array, searched: Indices, basins: Indices = NO_BASINS) -> Maximum:
        """Return the highest maximum that searches from some starts (m, 4) reach."""
        if not len(starts):
            return NOWHERE
        found = np.empty((len(starts), 11))
        pairs = ONE_PAIR.repeat(len(starts), axis=0)
        how = (searched, self.corrected, self.x, self.y, self.targets)
        maximize_pairs(starts, pairs, basins, *how, found)
        best = found[found[:, 0].argmax()]
        value, *_, norm, is_inside = best.tolist()
        if not value > -np.inf:
            return NOWHERE
        return Maximum(value, best[1:5], best[5:9], norm, is_inside == 1.0)

    @property
    def _least_persistence(self) -> float:
        return 0.0 if self.searched[0] == PERSISTENCE else 1.0

    def _best_on_grid(self, asymmetry: float, inverse_nu: float, searched: Indices) -> Maximum:
        """Return the highest maximum from the local maxima on a grid."""
        points = (GRID if self.searched[0] == PERSISTENCE else INTEGRATED_GRID).copy()
        points[:, :, ASYMMETRIC_SHARE] = asymmetry
        points[:, :, INVERSE_NU] = inverse_nu
        values = np.empty(points.shape[:2])
        asymmetric = ASYMMETRIC_SHARE in self.searched
        how = (asymmetric, self.corrected, self.x[0], self.y[0], self.targets[0, 0])
        values_on_grid(points, *how, values)
        starts, basins = local_maxima(values)
        return self.best_of(points.reshape(-1, 4)[starts], searched, basins)


def is_free(point: Array, gradient: Array) -> Mask:
    """Return which coordinates (4,) are not at a bound that their gradient points to."""
    return np.asarray(point != np.where(gradient > 0.0, HIGH, LOW))


def local_maxima(values: Array) -> tuple[Indices, Indices]:
    """Return the local maxima of values on a grid and on its edges.

    Parameters
    ----------
    values : array (n_rows + 1, 8)
        Values on the grid, and in the last row on the two edges; NaN where there is none.

    Returns
    -------
    starts : array (m,) of int
        Numbers of the maxima, row by row: the highest first, those on the edges last.
    basins : array (n_rows, 8) of int
        Position in ``starts`` of the maximum to which a path leads uphill from each point.
    """
    n_rows = len(values) - 1
    width = values.shape[1]
    known = np.where(np.isnan(values), -np.inf, values)
    flat = np.append(known[:-1], -np.inf)
    neighbors = neighbors_on_grid(n_rows, width)
    points = neighbors[:, 0]
    top = neighbors[points, flat[neighbors].argmax(axis=1)]
    maxima = points[(top == points) & (flat[:-1] > -np.inf)]
    maxima = maxima[np.argsort(-flat[maxima], kind="stable")]
    while True:
        higher = top[top]
        if (higher == top).all():
            break
        top = higher
    numbers = np.full(len(points), -1)
    numbers[maxima] = np.arange(len(maxima))
    starts = [*maxima, *(len(points) + j for j in _tops_of_edges(known))]
    return np.array(starts), numbers[top].reshape(n_rows, width)


@cache
def neighbors_on_grid(n_rows: int, width: int) -> Indices:
    """Return each point of a grid and its eight neighbors, by their numbers, (n_points, 9).

    A point itself comes first: it is a maximum if no neighbor is higher. Where there is no
    neighbor, the number is that of all points.
    """
    n_points = n_rows * width
    numbers = np.full((n_rows + 2, width + 2), n_points)
    numbers[1:-1, 1:-1] = np.arange(n_points).reshape(n_rows, width)
    places = [(0, 0), (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]
    moved = [numbers[1 + i : 1 + i + n_rows, 1 + j : 1 + j + width].ravel() for i, j in places]
    return np.stack(moved, axis=1)


def _tops_of_edges(values: Array) -> list[int]:
    """Return points of the edges above their neighbors and above a constant correlation.

    The last neighbor of an edge is a point of the grid.
    """
    constant = values[0, 0]
    tops = []
    for first, inner in ((0, values[0, -1]), (4, values[-2, 1])):
        edge = [constant, *values[-1, first : first + 4], inner]
        for j in range(1, 5):
            if edge[j] > constant and edge[j] >= max(edge[j - 1], edge[j + 1]):
                tops.append(first + j - 1)
    return tops


def with_start_on_bounds(point: Array) -> Array:
    """Return a point, and the point moved to the bounds of shares that are next to it.

    Steps that end at a bound become tiny where the likelihood is a ridge along it.
    """
    moved = point.copy()
    for c in (NEWS_SHARE, ASYMMETRIC_SHARE):
        if HIGH[c] - NEXT_TO_BOUND < point[c] < HIGH[c]:
            moved[c] = HIGH[c]
    if LOW[ASYMMETRIC_SHARE] < point[ASYMMETRIC_SHARE] < LOW[ASYMMETRIC_SHARE] + NEXT_TO_BOUND:
        moved[ASYMMETRIC_SHARE] = LOW[ASYMMETRIC_SHARE]
    return np.stack([point, moved]) if (moved != point).any() else point[None]


def maximize_all(
    searched: Indices,
    corrected: bool,
    residuals: tuple[Array, Array],
    targets: Array,
    points: Array,
    is_warm: Mask,
    is_wanted: Mask,
) -> Mask:
    """Maximize the likelihood of every pair of two sets of series; return which have an optimum.

    Parameters
    ----------
    searched, corrected
        As of ``PairSearch``.
    residuals : arrays (n_first, n_dates) and (n_second, n_dates)
    targets : array (n_first, n_second, 6)
    points : array (n_first, n_second, 4)
        Overwritten with the optima, from which the next searches may begin.
    is_warm, is_wanted : array (n_first, n_second) of bool
        Pairs whose points are the optima of similar samples, and pairs that are searched; those
        without variance of their own are not.
    """
    found = np.zeros(is_wanted.shape, dtype=bool)
    both = targets[:, :, 0] * targets[:, :, 2]
    is_wanted = is_wanted & (both - targets[:, :, 1] ** 2 > MIN_OWN_SHARE * both)
    warm = np.argwhere(is_wanted & is_warm)
    if len(warm):
        ends = np.empty((len(warm), 11))
        starts = points[warm[:, 0], warm[:, 1]]
        maximize_pairs(starts, warm, NO_BASINS, searched, corrected, *residuals, targets, ends)
        is_found = (ends[:, 0] > -np.inf) & (ends[:, 9] < CONVERGED) & (ends[:, 10] == 1.0)
        place = tuple(warm[is_found].T)
        points[place] = ends[is_found, 1:5]
        found[place] = True
    for s, f in np.argwhere(is_wanted & ~found).tolist():
        of_pair = (residuals[0][s : s + 1], residuals[1][f : f + 1])
        search = PairSearch(searched, corrected, *of_pair, targets[s : s + 1, f : f + 1].copy())
        one = search.from_grid()
        if one.is_optimum:
            points[s, f] = one.point
            found[s, f] = True
    return found
