"""SVI smiles of several expiries whose total variance rises with time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hedgeresearch.options.surfaces.settings import SmileQuotes
from hedgeresearch.options.surfaces.svi_search import FoundSmile, Neighbor, best_smile
from hedgeresearch.typing import Array

NO_COST = 0.02
"""Relative increase of the losses up to which the other pass is left out."""
FINER = 8
"""Values of ln(K/F) for each of the grid at which smiles are compared."""


def without_crossings(
    quotes: Sequence[SmileQuotes], alone: Sequence[FoundSmile], grid: Array
) -> list[FoundSmile]:
    """Return the smiles, some of them fitted again so that none crosses its neighbor.

    In one pass the earlier smile of two that cross gives way, from the last expiry on; unless this
    costs next to nothing, in another one the later, from the first expiry on. The pass of smaller
    losses counts.

    Parameters
    ----------
    quotes : sequence of SmileQuotes, by expiry
    alone : sequence of FoundSmile, each fitted without regard to the others
    grid : array (n_grid,), ln(K/F)
    """
    earlier = _pass(quotes[::-1], alone[::-1], grid, -1.0)[::-1]
    has_arbitrage, loss = _rank(earlier)
    if not has_arbitrage and loss <= (1.0 + NO_COST) * _rank(alone)[1]:
        return earlier
    later = _pass(quotes, alone, grid, 1.0)
    return min(earlier, later, key=_rank)


def _pass(
    quotes: Sequence[SmileQuotes],
    alone: Sequence[FoundSmile],
    grid: Array,
    side: float,
) -> list[FoundSmile]:
    """Return the smiles, each on its side of the one before in the sequence."""
    places = np.arange(FINER * (len(grid) - 1) + 1) / FINER
    points = np.interp(places, np.arange(len(grid)), grid)
    found = [alone[0]]
    for one, smile in zip(quotes[1:], alone[1:], strict=True):
        neighbor = Neighbor(found[-1].smile, side)
        if neighbor.is_crossed(smile.smile, points):
            found.append(
                best_smile(one, grid, neighbor, known=smile.smile, n_starts=1, is_free=True)
            )
        else:
            found.append(smile)
    return found


def _rank(found: Sequence[FoundSmile]) -> tuple[bool, float]:
    """Return the order of preference, the best first: without arbitrage, then by the losses."""
    return any(one.slack < 0.0 for one in found), sum(one.loss for one in found)
