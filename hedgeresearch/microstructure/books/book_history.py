"""The liquidity of a book at one moment or many: spread, imbalance, depth, costs and capacity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.books.sampling import regular_books
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.costs.liquidity import (
    capacity_of_levels,
    depth_of_levels,
    walk_levels,
)
from hedgeresearch.microstructure.events import MarketEvent

SHARES_OF_DEPTH = (0.001, 0.01, 0.1, 0.3, 1.0)
"""Sizes of orders where none are given, as shares of the depth within the largest distance."""
LOW = 0.05
"""Quantile that stands for bad moments."""


@dataclass(frozen=True, eq=False)
class BookHistory:
    """Measures of a book at some moments; nan where the book was not right or held too little.

    Attributes
    ----------
    best : DataFrame (n_times, 2), spread as a share of the mid, and imbalance of the best level
    depths : DataFrame (n_times, n_distances), sizes of both sides within a distance of the mid
    costs : mapping from direction to DataFrame (n_times, n_sizes), shares of the mid
    capacities : mapping from direction to DataFrame (n_times, n_limits), sizes
    """

    best: pd.DataFrame
    depths: pd.DataFrame
    costs: dict[str, pd.DataFrame]
    capacities: dict[str, pd.DataFrame]

    @property
    def known(self) -> float:
        """Share of the moments at which the book was right and had two sides."""
        return float(self.best["spread"].notna().mean())

    @property
    def book_table(self) -> pd.DataFrame:
        """Median, bad moments and good ones of spread (basis points), imbalance and depth."""
        rows = {
            "spread, bp": 1e4 * self.best["spread"],
            "imbalance": self.best["imbalance"],
        }
        for distance, depths in self.depths.items():
            rows[f"depth within {1e4 * float(str(distance)):g} bp"] = depths
        return pd.DataFrame({name: _points(values) for name, values in rows.items()}).T

    @property
    def cost_table(self) -> pd.DataFrame:
        """Cost in basis points by size and direction: median and 95 % where the book holds it."""
        parts = {}
        for direction, table in self.costs.items():
            right = table[self.best["spread"].notna()]
            parts[direction] = pd.DataFrame(
                {
                    "median, bp": 1e4 * right.median(),
                    "95%, bp": 1e4 * right.quantile(1.0 - LOW),
                    "held": right.notna().mean(),
                }
            )
        return pd.concat(parts, axis=1)

    @property
    def capacity_table(self) -> pd.DataFrame:
        """Size within a cost, by direction: median and 5 %."""
        parts = {
            direction: pd.DataFrame({"median": table.median(), "5%": table.quantile(LOW)})
            for direction, table in self.capacities.items()
        }
        whole = pd.concat(parts, axis=1)
        return whole.set_axis([f"within {1e4 * limit:g} bp" for limit in whole.index])


@dataclass(frozen=True)
class Grid:
    """Sizes, distances and costs at which a book is measured.

    Attributes
    ----------
    sizes : floats > 0; None chooses shares of the depth of the first book that is right
    distances : floats > 0, shares of the mid
    limits : floats > 0, costs within which a capacity is computed
    """

    sizes: tuple[float, ...] | None
    distances: tuple[float, ...]
    limits: tuple[float, ...]


def book_history(
    events: Iterable[MarketEvent], rule: SequenceRule, seconds: float, grid: Grid
) -> BookHistory:
    """Return the measures of a book at the end of each interval."""
    times: list[int] = []
    rows: list[list[float] | None] = []
    sizes = grid.sizes
    for time, book in regular_books(events, rule, seconds):
        times.append(time)
        if book.mid is None:
            rows.append(None)
            continue
        if sizes is None:
            sizes = default_sizes(book, max(grid.distances))
        rows.append(_measures(book, sizes, grid))
    index = pd.DatetimeIndex(times, tz="UTC", name="received")
    return _history_of(rows, index, sizes or (), grid)


def book_now(book: OrderBook, grid: Grid) -> BookHistory:
    """Return the measures of a book that is right, at its one moment."""
    sizes = grid.sizes or default_sizes(book, max(grid.distances))
    index = pd.DatetimeIndex([book.receive_time], tz="UTC", name="received")
    return _history_of([_measures(book, sizes, grid)], index, sizes, grid)


def default_sizes(book: OrderBook, distance: float) -> tuple[float, ...]:
    """Return sizes from a thousandth of the depth within a distance to all of it, rounded."""
    mid = book.mid
    assert mid is not None
    depth = min(depth_of_levels(levels, distance, mid) for levels in (book.bids(), book.asks()))
    # a book whose best level is farther away than the distance still has its best sizes
    best = min(level[1] for level in (book.bids(1)[0], book.asks(1)[0]))
    largest = max(depth, best)
    sizes = [float(f"{share * largest:.1g}") for share in SHARES_OF_DEPTH]
    return tuple(sizes)


def _measures(book: OrderBook, sizes: Sequence[float], grid: Grid) -> list[float]:
    """Return spread, imbalance, depths, costs and capacities of a book that has two sides."""
    mid = book.mid
    assert mid is not None
    # levels are sorted once for all measures
    bids = book.bids()
    asks = book.asks()
    bid, wanted = bids[0]
    ask, offered = asks[0]
    row = [(ask - bid) / mid, (wanted - offered) / (wanted + offered)]
    row += [
        depth_of_levels(bids, distance, mid) + depth_of_levels(asks, distance, mid)
        for distance in grid.distances
    ]
    for levels, side in ((asks, 1.0), (bids, -1.0)):
        row += [walk_levels(levels, size, mid, side).cost for size in sizes]
    for levels, side in ((asks, 1.0), (bids, -1.0)):
        row += [capacity_of_levels(levels, limit, mid, side) for limit in grid.limits]
    return row


def _history_of(
    rows: list[list[float] | None], index: pd.DatetimeIndex, sizes: Sequence[float], grid: Grid
) -> BookHistory:
    """Return rows of measures as tables."""
    parts: list[pd.Index[Any]] = [
        pd.Index(["spread", "imbalance"]),
        pd.Index(list(grid.distances), name="distance"),
        pd.Index(list(sizes), name="size"),
        pd.Index(list(sizes), name="size"),
        pd.Index(list(grid.limits), name="cost"),
        pd.Index(list(grid.limits), name="cost"),
    ]
    width = sum(len(part) for part in parts)
    unknown = [math.nan] * width
    values = np.array([unknown if row is None else row for row in rows])
    ends = np.cumsum([len(part) for part in parts])
    blocks = np.split(values, ends[:-1], axis=1)
    tables = [
        pd.DataFrame(block, index=index, columns=part)
        for block, part in zip(blocks, parts, strict=True)
    ]
    best, depths, bought, sold, buyable, sellable = tables
    return BookHistory(
        best, depths, {"buy": bought, "sell": sold}, {"buy": buyable, "sell": sellable}
    )


def _points(values: pd.Series[float]) -> dict[str, Any]:
    """Return the median, and the values that are exceeded at 95 and at 5 % of the moments."""
    return {
        "median": values.median(),
        "5%": values.quantile(LOW),
        "95%": values.quantile(1.0 - LOW),
    }
