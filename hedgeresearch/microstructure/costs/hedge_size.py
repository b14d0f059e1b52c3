"""The size of a whole hedge whose cost stays within a limit, over the books of its instruments."""

from __future__ import annotations

import math
from collections.abc import Mapping

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.costs.liquidity import mid_of, walk_levels
from hedgeresearch.microstructure.events import Level

STEPS = 100
"""Halvings of the interval that holds the size: more than a float has binary digits."""
EXAMPLE = "{'PERP': (book, -1.0)}"


@exported_by("hedgeresearch.microstructure")
def hedge_capacity(legs: Mapping[str, tuple[OrderBook, float]], cost: float) -> float:
    """Return how many units of a hedge can be traded at a cost within a share of their value.

    A cheap leg makes up for a dear one: what counts is the cost of all legs together over the value
    that is traded. For one leg of size one it is ``capacity``.

    Parameters
    ----------
    legs : mapping from instrument to its OrderBook and its size in one unit of the hedge, in the
        venue's unit, positive to buy and negative to sell
    cost : float > 0, share of the value that is traded: 5e-4 for 5 basis points

    Returns
    -------
    float
        Units of the hedge; at most what all visible books hold, 0.0 if half the spreads already
        cost more.

    Raises
    ------
    DataError
        If there is no leg, a size is zero or not finite, a book is not synchronized or has an empty
        side, or the cost is out of range.

    Examples
    --------
    A hedge that sells one unit of a deep and half a unit of a thin contract:

    >>> from hedgeresearch.microstructure import BINANCE_FUTURES, BookSnapshot, OrderBook
    >>> from hedgeresearch.microstructure import hedge_capacity
    >>> deep, thin = OrderBook(BINANCE_FUTURES), OrderBook(BINANCE_FUTURES)
    >>> deep.apply_snapshot(BookSnapshot(1, [(99.99, 500.0)], [(100.01, 500.0)], None, 0))
    >>> bids = [(99.9, 3.0), (99.0, 200.0)]
    >>> thin.apply_snapshot(BookSnapshot(1, bids, [(100.1, 3.0)], None, 0))
    >>> round(hedge_capacity({"DEEP": (deep, -1.0), "THIN": (thin, -0.5)}, 0.001), 2)
    7.5
    """
    check_between(cost, "cost", 0.0, 1.0)
    given = as_mapping(legs, "legs", EXAMPLE)
    walks = [_Leg(*_parts(name, leg)) for name, leg in given.items()]
    if not walks:
        raise DataError("legs must hold at least one instrument; got none.")
    most = min(leg.most for leg in walks)
    if _cost(walks, most) <= cost:
        return most
    low = 0.0
    high = most
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if _cost(walks, middle) <= cost:
            low = middle
        else:
            high = middle
    # where half the spread costs too much only sizes of rounding are left
    return low if low > most * 2.0 ** (2 - STEPS) else 0.0


class _Leg:
    """One instrument of a hedge, its levels sorted once."""

    def __init__(self, book: OrderBook, size: float) -> None:
        self.mid = mid_of(book)
        self.side = math.copysign(1.0, size)
        self.size = abs(size)
        self.levels: list[Level] = book.asks() if size > 0.0 else book.bids()
        held = math.fsum(level[1] for level in self.levels)
        self.most = held / self.size

    def paid(self, units: float) -> float:
        """Return the cost of some units of the hedge, in the currency of the price."""
        size = units * self.size
        walked = walk_levels(self.levels, size, self.mid, self.side)
        return walked.cost * size * self.mid


def _parts(name: str, leg: object) -> tuple[OrderBook, float]:
    """Return the book and the size of a leg."""
    if not isinstance(leg, tuple) or len(leg) != 2 or not isinstance(leg[0], OrderBook):
        raise DataError(f"The leg {name!r} must be an OrderBook and a size; got {leg!r}.")
    check_between(leg[1], f"the size of {name!r}", -math.inf, math.inf)
    if leg[1] == 0.0:
        raise DataError(f"The size of {name!r} must not be zero. Leave the leg out.")
    return leg


def _cost(legs: list[_Leg], units: float) -> float:
    """Return the cost of some units of a hedge as a share of the value that is traded."""
    value = sum(units * leg.size * leg.mid for leg in legs)
    return sum(leg.paid(units) for leg in legs) / value if value > 0.0 else 0.0
