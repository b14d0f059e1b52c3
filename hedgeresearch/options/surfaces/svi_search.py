"""Best of several searches of an SVI smile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.svi import CENTER, FLOOR, LEFT, N_PARAMETERS, RIGHT, WIDTH, svi_raw
from hedgeresearch._kernels.svi_fit import search_svi
from hedgeresearch.options.surfaces.settings import SmileQuotes
from hedgeresearch.options.surfaces.smiles import SVISmile
from hedgeresearch.options.surfaces.svi_starts import best_starts
from hedgeresearch.typing import Array

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
        Least g, or rise of total variance over the expiry before in units of its size; 0 where
        there are no constraints.
    """

    smile: SVISmile
    loss: float
    slack: float

    @property
    def rank(self) -> tuple[bool, float]:
        """Order of preference, the best first: without arbitrage, then by the loss."""
        return self.slack < 0.0, self.loss


def best_smile(
    quotes: SmileQuotes,
    grid: Array,
    before: SVISmile | None,
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
    before : SVISmile or None, that of the expiry before
    known : SVISmile or None
    n_starts : int, starts from the table
    is_free : bool, whether the constraints hold
    """
    k = np.ascontiguousarray(quotes.log_moneyness)
    w = np.ascontiguousarray(quotes.total_variance)
    level = float(w.mean())
    low, high = _ends(k, level)
    starts = [] if known is None else [np.clip(_point(known), low, high)]
    starts += best_starts(k, w, quotes.weight, n_starts)
    floor = np.zeros(0) if before is None else _raw(before)
    found = []
    for point in starts:
        slack = search_svi(point, low, high, k, w, quotes.weight, grid, floor, 1.0 / level, is_free)
        smile = _smile(point)
        errors = quotes.weight * (smile.derivatives(k).variance - w)
        found.append(FoundSmile(smile, float(errors @ errors) / 2.0, float(slack)))
    return min(found, key=lambda one: one.rank)


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


def _raw(smile: SVISmile) -> Array:
    return np.array([smile.a, smile.b, smile.rho, smile.m, smile.sigma])


def _smile(point: Array) -> SVISmile:
    raw = np.zeros(N_PARAMETERS)
    svi_raw(point, raw)
    return SVISmile(*map(float, raw))


def _point(smile: SVISmile) -> Array:
    """Return the coordinates of a smile, see ``_kernels.svi``."""
    right = min(max(smile.b * (1.0 + smile.rho), 1e-9), 1.999)
    left = min(max(smile.b * (1.0 - smile.rho), 1e-9), 1.999)
    point = np.zeros(N_PARAMETERS)
    point[RIGHT] = np.log(right / (2.0 - right))
    point[LEFT] = np.log(left / (2.0 - left))
    point[FLOOR] = np.log(max(smile.lowest, 1e-12))
    point[CENTER] = smile.m
    point[WIDTH] = np.log(smile.sigma)
    return point
