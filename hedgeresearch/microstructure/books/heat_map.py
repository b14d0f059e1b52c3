"""Liquidity over time: the cost of trades by size, and depth by distance, as a heat map."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.books.sampling import regular_books
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.costs.liquidity import Direction, depth, walk_book
from hedgeresearch.microstructure.events import MarketEvent


@exported_by("hedgeresearch.microstructure")
def cost_history(
    events: Iterable[MarketEvent],
    rule: SequenceRule,
    sizes: Sequence[float],
    seconds: float,
    direction: Direction = "buy",
) -> pd.DataFrame:
    """Return what orders of several sizes would have cost, at the end of each interval.

    Parameters
    ----------
    events : events of one instrument at one venue, in the order in which they were received
    rule : SequenceRule of the venue
    sizes : floats > 0, in the venue's unit
    seconds : float > 0, length of an interval
    direction : {"buy", "sell"}

    Returns
    -------
    DataFrame (n_intervals, n_sizes)
        Shares of the mid price, by the end of the interval; nan where the visible book does not
        hold the size, has an empty side, or is not synchronized.

    Raises
    ------
    DataError
        If a size or the interval is out of range, the events span less than one interval or more
        than a million, or their times do not ascend.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, BookUpdate
    >>> from hedgeresearch.microstructure import cost_history
    >>> events = [BookSnapshot(0, [(99.9, 9.0)], [(100.1, 9.0)], None, 0)]
    >>> for step in range(1, 50):
    ...     change = [(100.1, 5.0 + step % 3)]
    ...     events.append(BookUpdate(step, step, None, [], change, None, step * 100_000_000))
    ...
    >>> cost_history(events, BINANCE_SPOT, [1.0, 8.0], seconds=1.0).shape
    (5, 2)
    """

    def costs(book: OrderBook) -> list[float]:
        return [walk_book(book, size, direction).cost for size in sizes]

    return _history(events, rule, seconds, costs, pd.Index(list(sizes), name="size"))


@exported_by("hedgeresearch.microstructure")
def depth_history(
    events: Iterable[MarketEvent],
    rule: SequenceRule,
    distances: Sequence[float],
    seconds: float,
) -> pd.DataFrame:
    """Return what was bid and offered within distances of the mid, at the end of each interval.

    Parameters
    ----------
    events, rule, seconds : as of ``cost_history``
    distances : floats > 0, shares of the mid price

    Returns
    -------
    DataFrame (n_intervals, n_distances)
        Sum of both sides, in the venue's unit; nan where the book has an empty side or is not
        synchronized.

    Raises
    ------
    DataError
        As ``cost_history``.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, BookUpdate
    >>> from hedgeresearch.microstructure import depth_history
    >>> events = [BookSnapshot(0, [(99.9, 9.0)], [(100.1, 9.0)], None, 0)]
    >>> for step in range(1, 50):
    ...     change = [(100.1, 5.0 + step % 3)]
    ...     events.append(BookUpdate(step, step, None, [], change, None, step * 100_000_000))
    ...
    >>> depth_history(events, BINANCE_SPOT, [0.001, 0.002], seconds=1.0).shape
    (5, 2)
    """

    def depths(book: OrderBook) -> list[float]:
        return [sum(depth(book, distance)) for distance in distances]

    return _history(events, rule, seconds, depths, pd.Index(list(distances), name="distance"))


@exported_by("hedgeresearch.microstructure")
def plot_heat_map(table: pd.DataFrame, ax: Any = None, *, interactive: bool = False) -> Any:
    """Draw a history of costs or depths as a heat map, and return the Axes.

    Parameters
    ----------
    table : DataFrame of ``cost_history`` or ``depth_history``; what has no value is drawn in grey
    ax : Axes; None draws on those of a new figure
    interactive : bool
        Return a plotly figure, to zoom and to read values from, instead of an Axes.

    Raises
    ------
    DataError
        If the table is empty.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, BookUpdate
    >>> from hedgeresearch.microstructure import cost_history, plot_heat_map
    >>> events = [BookSnapshot(0, [(99.9, 9.0)], [(100.1, 9.0)], None, 0)]
    >>> for step in range(1, 50):
    ...     change = [(100.1, 5.0 + step % 3)]
    ...     events.append(BookUpdate(step, step, None, [], change, None, step * 100_000_000))
    ...
    >>> table = cost_history(events, BINANCE_SPOT, [1.0, 2.0, 8.0], seconds=1.0)
    >>> type(plot_heat_map(table)).__name__
    'Axes'
    """
    if table.empty:
        raise DataError("The table must have at least one interval and one column to be drawn.")
    import matplotlib as mpl

    from hedgeresearch.plotting import new_axes

    axes = new_axes(ax)
    is_cost = table.columns.name == "size"
    values = table.to_numpy().T * (1e4 if is_cost else 1.0)
    colors = mpl.colormaps["viridis"].with_extremes(bad="0.8")
    seconds = (table.index - table.index[0]).total_seconds()
    # each column of the image is centered on its moment; a single one is drawn a second wide
    half = 0.5 * float(seconds[1]) if len(seconds) > 1 else 0.5
    image = axes.imshow(
        np.ma.masked_invalid(values),
        aspect="auto",
        origin="lower",
        cmap=colors,
        extent=(-half, float(seconds[-1]) + half, -0.5, len(table.columns) - 0.5),
        vmin=0.0,
        interpolation="nearest",
    )
    columns = [float(value) for value in table.columns]
    labels = [f"{value:g}" if is_cost else f"{1e4 * value:g} bp" for value in columns]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel(f"seconds since {table.index[0]:%Y-%m-%d %H:%M:%S} UTC")
    axes.set_ylabel("size (venue units)" if is_cost else "distance from mid price")
    label = "cost (basis points)" if is_cost else "depth (venue units)"
    axes.figure.colorbar(image, ax=axes, label=label)
    return shown(axes, interactive=interactive)


def _history(
    events: Iterable[MarketEvent],
    rule: SequenceRule,
    seconds: float,
    measure: Callable[[OrderBook], list[float]],
    columns: pd.Index[Any],
) -> pd.DataFrame:
    """Return a measure of the book as it was at the end of each interval."""
    rows: list[list[float]] = []
    ends: list[int] = []
    for end, book in regular_books(events, rule, seconds):
        rows.append(measure(book) if book.mid is not None else [math.nan] * len(columns))
        ends.append(end)
    index = pd.DatetimeIndex(ends, tz="UTC", name="received")
    return pd.DataFrame(rows, index=index, columns=columns)
