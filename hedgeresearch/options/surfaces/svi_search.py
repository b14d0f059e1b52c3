"""Best of several searches of an SVI smile."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.options.svi import (
    CENTER,
    FLOOR,
    LEFT,
    N_PARAMETERS,
    RIGHT,
    WIDTH,
    svi_raw,
)
from hedgeresearch._kernels.options.svi_fit import search_svi
from hedgeresearch.options.surfaces.settings import SmileQuotes
from hedgeresearch.options.surfaces.smiles import SVISmile
from hedgeresearch.options.surfaces.svi_starts import best_starts
from hedgeresearch.typing import Array

FIRM_PENALTY = 1.0
"""First penalty of a search that starts on its side of the neighbor and stays there."""
NEAREST = 1.01
"""Least ratio of total variance to that of the neighbor at such a start."""
SAME_LOSS = 1e-3
LEAST_LOSS = 1e-20
"""Relative and least difference of the losses of two minima that are different.

Ends of searches in one flat valley differ by less.
"""
SLOPE_LIMIT = 25.0
"""Largest size of the logit of half a slope."""
LEVELS = (1e-6, 10.0)
"""Least and largest minimum of w, in units of its mean over the quotes."""
WIDTHS = (1e-3, 10.0)
"""Least and largest sigma, in units of the range of the quotes."""


@dataclass(frozen=True)
class FoundSmile:
    """End of a search.

    Attributes
    ----------
    smile : SVISmile
    loss : float
        Half the sum of squared weighted errors.
    slack : float
        Least g, or distance of total variance to that of the neighbor in units of its size; 0
        where there are no constraints.
    """

    smile: SVISmile
    loss: float
    slack: float

    @property
    def rank(self) -> tuple[bool, float]:
        """Order of preference, the best first: without arbitrage, then by the loss."""
        return self.slack < 0.0, self.loss


@dataclass(frozen=True)
class Neighbor:
    """Smile of the expiry before or after, which must not be crossed.

    Attributes
    ----------
    smile : SVISmile
    side : float
        1.0 where total variance must be above that of the neighbor, -1.0 where below.
    """

    smile: SVISmile
    side: float

    def as_array(self) -> Array:
        """Return raw parameters and side, (6,)."""
        smile = self.smile
        return np.array([smile.a, smile.b, smile.rho, smile.m, smile.sigma, self.side])

    def moved(self, level: float, log_moneyness: Array) -> SVISmile:
        """Return the smile on its side with a mean total variance of ``level``, if it has one."""
        smile = self.smile
        factor = level / float(smile.derivatives(log_moneyness).variance.mean())
        factor = max(factor, NEAREST) if self.side > 0.0 else min(factor, 1.0 / NEAREST)
        return replace(smile, a=factor * smile.a, b=factor * smile.b)

    def is_crossed(self, smile: SVISmile, points: Array) -> bool:
        """Return whether a smile is on the wrong side at some of the values of ln(K/F)."""
        gap = smile.derivatives(points).variance - self.smile.derivatives(points).variance
        return bool((self.side * gap).min() < 0.0)


def best_smile(
    quotes: SmileQuotes,
    grid: Array,
    neighbor: Neighbor | None,
    *,
    known: SVISmile | None,
    n_starts: int,
    is_free: bool,
) -> FoundSmile:
    """Return the best end of the searches from a known smile and from the best of the table.

    Parameters
    ----------
    quotes : SmileQuotes
    grid : array (n_grid,), ascending ln(K/F) at which the constraints hold
    neighbor : Neighbor or None, the expiry that the smile must not cross
    known : SVISmile or None
    n_starts : int, starts from the table
    is_free : bool, whether the constraints hold
    """
    search = Search(quotes, grid, neighbor)
    starts = best_starts(search.k, search.w, quotes.weight, n_starts)
    if known is not None:
        starts.append(_point(known))
    minima = _different([search.end(point, is_free=False) for point in starts])
    if not is_free:
        return minima[0]
    found = [search.end(_point(one.smile), is_free=True) for one in minima]
    if neighbor is not None:
        inside = _point(neighbor.moved(search.level, search.k))
        found.append(search.end(inside, is_free=True, penalty=FIRM_PENALTY))
    return min(found, key=lambda one: one.rank)


class Search:
    """Searches of the smile of one expiry.

    Parameters
    ----------
    quotes : SmileQuotes
    grid : array (n_grid,)
    neighbor : Neighbor or None
    """

    def __init__(self, quotes: SmileQuotes, grid: Array, neighbor: Neighbor | None) -> None:
        self.k = np.ascontiguousarray(quotes.log_moneyness)
        self.w = np.ascontiguousarray(quotes.total_variance)
        self.weight = quotes.weight
        self.grid = grid
        self.other: Array = np.zeros(0) if neighbor is None else neighbor.as_array()
        self.level = float(self.w.mean())
        self.ends = _ends(self.k, self.level)

    def end(self, start: Array, *, is_free: bool, penalty: float = 0.0) -> FoundSmile:
        """Return the end of a search, with the constraints if ``is_free``."""
        point = np.clip(start, *self.ends)
        data = (self.k, self.w, self.weight, self.grid, self.other, 1.0 / self.level)
        slack = search_svi(point, *self.ends, *data, is_free, penalty)
        smile = _smile(point)
        errors = self.weight * (smile.derivatives(self.k).variance - self.w)
        return FoundSmile(smile, float(errors @ errors) / 2.0, float(slack))


def _different(found: list[FoundSmile]) -> list[FoundSmile]:
    """Return the ends by their loss, the best first, without those of the same loss."""
    ordered = sorted(found, key=lambda one: one.loss)
    kept = ordered[:1]
    for one in ordered[1:]:
        if one.loss > (1.0 + SAME_LOSS) * kept[-1].loss + LEAST_LOSS:
            kept.append(one)
    return kept


def _ends(k: Array, level: float) -> tuple[Array, Array]:
    """Return the ends of the coordinates."""
    span = float(k[-1] - k[0])
    low = np.full(N_PARAMETERS, -SLOPE_LIMIT)
    high = np.full(N_PARAMETERS, SLOPE_LIMIT)
    low[FLOOR] = np.log(LEVELS[0] * level)
    high[FLOOR] = np.log(LEVELS[1] * level)
    low[CENTER] = k[0] - span
    high[CENTER] = k[-1] + span
    low[WIDTH] = np.log(WIDTHS[0] * span)
    high[WIDTH] = np.log(WIDTHS[1] * span)
    return low, high


def _smile(point: Array) -> SVISmile:
    raw = np.zeros(N_PARAMETERS)
    svi_raw(point, raw)
    return SVISmile(*map(float, raw))


def _point(smile: SVISmile) -> Array:
    """Return the coordinates of a smile, see ``_kernels.options.svi``."""
    right = min(max(smile.b * (1.0 + smile.rho), 1e-9), 1.999)
    left = min(max(smile.b * (1.0 - smile.rho), 1e-9), 1.999)
    point = np.zeros(N_PARAMETERS)
    point[RIGHT] = np.log(right / (2.0 - right))
    point[LEFT] = np.log(left / (2.0 - left))
    point[FLOOR] = np.log(max(smile.lowest, 1e-12))
    point[CENTER] = smile.m
    point[WIDTH] = np.log(smile.sigma)
    return point
