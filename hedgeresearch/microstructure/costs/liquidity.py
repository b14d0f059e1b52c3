"""Liquidity of a book: what a trade costs, and how much can be traded within a cost.

A trade walks the book: it takes the best level whole, then the next. What lies beyond the levels
that are visible is not known, and its cost is not a number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.events import Level

Direction = Literal["buy", "sell"]
SIDES = {"buy": 1.0, "sell": -1.0}
"""Sign of a direction."""
ROUNDING = 1e-12
"""Share of a size up to which sums of the sizes of levels may differ by rounding."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True)
class WalkedTrade:
    """A trade against the visible levels of a book.

    Attributes
    ----------
    price : float, mean price; nan if the visible levels do not hold the size
    cost : float, share of the mid price that the trade costs, against the mid; nan likewise
    filled : float from 0 to 1, share of the size that the visible levels hold
    n_levels : int, number of levels that it takes, the last one in part

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook, walk_book
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(BookSnapshot(1, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0))
    >>> trade = walk_book(book, 2.0, "buy")
    >>> trade.price, trade.cost, trade.filled, trade.n_levels
    (101.5, 0.015, 1.0, 2)
    """

    price: float
    cost: float
    filled: float
    n_levels: int


@exported_by("hedgeresearch.microstructure")
def walk_book(book: OrderBook, size: float, direction: Direction) -> WalkedTrade:
    """Return what a market order of a size pays, or receives, now.

    Parameters
    ----------
    book : OrderBook, synchronized
    size : float > 0, in the venue's unit: coins, or contracts
    direction : {"buy", "sell"}

    Raises
    ------
    DataError
        If the book is not synchronized, or one side is empty.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook, walk_book
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(
    ...     BookSnapshot(1, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0)
    ... )
    >>> walk_book(book, 2.0, "buy")
    WalkedTrade(price=101.5, cost=0.015, filled=1.0, n_levels=2)
    >>> walk_book(book, 8.0, "buy").filled
    0.5
    """
    check_between(size, "size", 0.0, math.inf)
    check_choice(direction, "direction", ("buy", "sell"))
    mid = mid_of(book)
    levels = book.best_first("asks" if direction == "buy" else "bids")
    return walk_levels(levels, size, mid, SIDES[direction])


def walk_levels(levels: Iterable[Level], size: float, mid: float, side: float) -> WalkedTrade:
    """Return what a market order pays at levels from the best on; side is +1 for buying."""
    left = size
    paid = 0.0
    n_levels = 0
    for price, offered in levels:
        taken = min(offered, left)
        paid += taken * price
        left -= taken
        n_levels += 1
        if left <= ROUNDING * size:
            break
    if left > ROUNDING * size:
        return WalkedTrade(math.nan, math.nan, (size - left) / size, n_levels)
    mean = paid / (size - left)
    return WalkedTrade(mean, side * (mean - mid) / mid, 1.0, n_levels)


@exported_by("hedgeresearch.microstructure")
def cost_curve(book: OrderBook, sizes: Sequence[float]) -> pd.DataFrame:
    """Return what orders of several sizes cost, both ways.

    Parameters
    ----------
    book : OrderBook, synchronized
    sizes : floats > 0

    Returns
    -------
    DataFrame (n_sizes, 4)
        By size: buy and sell, shares of the mid price (nan beyond the visible book), and
        buy_filled and sell_filled, shares of the size that it holds.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook, cost_curve
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0))
    >>> cost_curve(book, [1.0, 3.0])
               buy  sell  buy_filled  sell_filled
    size
    1.0   0.010000  0.01         1.0     1.000000
    3.0   0.016667   NaN         1.0     0.666667
    """
    rows = []
    for size in sizes:
        bought = walk_book(book, size, "buy")
        sold = walk_book(book, size, "sell")
        rows.append((bought.cost, sold.cost, bought.filled, sold.filled))
    columns = ["buy", "sell", "buy_filled", "sell_filled"]
    return pd.DataFrame(rows, index=pd.Index(list(sizes), name="size"), columns=columns)


@exported_by("hedgeresearch.microstructure")
def capacity(book: OrderBook, cost: float, direction: Direction) -> float:
    """Return the largest size whose cost stays within a share of the mid price.

    Parameters
    ----------
    book : OrderBook, synchronized
    cost : float > 0, share of the mid price: 5e-4 for 5 basis points
    direction : {"buy", "sell"}

    Returns
    -------
    float
        In the venue's unit; at most what the visible book holds, 0.0 if half the spread already
        costs more.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook, capacity
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(
    ...     BookSnapshot(1, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0)
    ... )
    >>> round(capacity(book, 0.015, "buy"), 6), capacity(book, 0.005, "buy")
    (2.0, 0.0)
    """
    check_between(cost, "cost", 0.0, 1.0)
    check_choice(direction, "direction", ("buy", "sell"))
    mid = mid_of(book)
    levels = book.best_first("asks" if direction == "buy" else "bids")
    return capacity_of_levels(levels, cost, mid, SIDES[direction])


def capacity_of_levels(levels: Iterable[Level], cost: float, mid: float, side: float) -> float:
    """Return the largest size within a cost at levels from the best on; side is +1 for buying."""
    held = 0.0
    excess = 0.0
    for price, offered in levels:
        distance = side * (price - mid) / mid - cost
        # the mean cost is within the limit while the sum of distances from it is not positive
        if distance > 0.0 and excess + offered * distance > 0.0:
            return held + max(-excess / distance, 0.0)
        held += offered
        excess += offered * distance
    return held


@exported_by("hedgeresearch.microstructure")
def depth(book: OrderBook, distance: float) -> tuple[float, float]:
    """Return the sizes that are bid and offered within a distance of the mid price.

    Parameters
    ----------
    book : OrderBook, synchronized
    distance : float > 0, share of the mid price: 1e-3 for 10 basis points

    Returns
    -------
    bid, offered : floats, in the venue's unit

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook, depth
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0))
    >>> depth(book, 0.02)
    (2.0, 4.0)
    """
    check_between(distance, "distance", 0.0, 1.0)
    mid = mid_of(book)
    wanted = depth_of_levels(book.bids(), distance, mid)
    return wanted, depth_of_levels(book.asks(), distance, mid)


def depth_of_levels(levels: Sequence[Level], distance: float, mid: float) -> float:
    """Return the size at levels, from the best on, within a share of the mid price."""
    held = 0.0
    low = mid * (1.0 - distance)
    high = mid * (1.0 + distance)
    for price, size in levels:
        if not low <= price <= high:
            break
        held += size
    return held


@exported_by("hedgeresearch.microstructure")
def imbalance(book: OrderBook, n_levels: int = 1) -> float:
    """Return (bid - offered) / (bid + offered) of the best levels, from -1 to 1.

    Parameters
    ----------
    book : OrderBook, synchronized
    n_levels : int, number of levels of each side

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook, imbalance
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0))
    >>> imbalance(book)
    0.3333333333333333
    """
    check_at_least(n_levels, "n_levels", 1)
    mid_of(book)
    wanted = sum(size for _, size in book.bids(n_levels))
    offered = sum(size for _, size in book.asks(n_levels))
    return float((wanted - offered) / (wanted + offered))


def mid_of(book: OrderBook) -> float:
    """Return the mid price of a book, which must be right and have both sides."""
    if not book.is_synchronized:
        raise DataError(f"The book is {book.state}: {book.reason}. Wait for a snapshot.")
    mid = book.mid
    if mid is None:
        raise DataError("One side of the book is empty: it has no mid price.")
    return mid
