r"""Resilience: how fast a book recovers from large trades.

After a large trade the side of the book that it has hit is thinner and the spread wider than
before. With a quantity d of the book, the size within a distance of the mid or the spread, just
before each trade i and a time h after it, the share

.. math:: s_h = \frac{\sum_i d_{i, h}}{\sum_i d_{i, \text{before}}}

is one where the book is as it was. The half-life is the time from its extreme, the lowest depth or
the widest spread, until half of the loss is regained. Resiliency is the third part of liquidity,
next to tightness and depth, in Kyle (1985), Econometrica 53; the books of an electronic market
after aggressive orders are measured by Degryse, de Jong, van Ravenswaaij and Wuyts (2005), Review
of Finance 9, and their half-lives by Large (2007), Journal of Financial Markets 10. The share and
its interpolation are ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import line_and_table
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.books.sampling import sampled_book
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.costs.half_life import (
    STANDARD_ERRORS,
    half_life_in_words,
    half_life_of,
)
from hedgeresearch.microstructure.costs.liquidity import depth
from hedgeresearch.microstructure.costs.order_flow import first_of_bursts, orders_in
from hedgeresearch.microstructure.events import MarketEvent
from hedgeresearch.microstructure.possible import possible_events
from hedgeresearch.typing import Array

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""
HORIZONS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Times after a trade, seconds."""
MIN_TRADES = 10
"""Minimum number of large trades."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, eq=False, repr=False)
class Resilience:
    """Depth and spread after large trades, as shares of those before.

    Attributes
    ----------
    table : DataFrame (n_horizons, 4)
        By seconds after the trade: depth, of the side that was hit, depth_error, spread and
        spread_error; errors are standard errors of the shares.
    threshold : size from which a trade is large, in the venue's unit
    distance : share of the mid within which sizes count
    n_trades : number of large trades, of those within a second the first
    left_out : number of others, around which the book was not known at each time, or of which the
        venue states no side

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.microstructure import Resilience
    >>> depths = {"depth": [0.4, 0.6, 0.9], "depth_error": 0.02}
    >>> seconds = pd.Index([0.1, 1.0, 5.0], name="seconds")
    >>> table = pd.DataFrame({**depths, "spread": 1.0, "spread_error": 0.01}, seconds)
    >>> found = Resilience(table, threshold=2.0, distance=5e-4, n_trades=80, left_out=3)
    >>> found
    Resilience(80 trades of at least 2: depth half regained in 2.23 s, spread without a loss beyond
    noise)
    >>> round(found.depth_half_life, 2), found.spread_half_life
    (2.23, None)
    >>> found.summary.loc["depth"].round(2).tolist()
    [0.4, 2.23]
    >>> axes = found.plot()
    """

    table: pd.DataFrame
    threshold: float
    distance: float
    n_trades: int
    left_out: int

    @property
    def depth_half_life(self) -> float | None:
        """Seconds until half of the lost depth is back.

        None where no loss is seen beyond two standard errors, inf where it is not regained within
        the longest horizon.
        """
        return half_life_of(self.table["depth"], self.table["depth_error"])

    @property
    def spread_half_life(self) -> float | None:
        """Seconds until half of the widening of the spread is gone, as ``depth_half_life``."""
        return half_life_of(2.0 - self.table["spread"], self.table["spread_error"])

    @property
    def summary(self) -> pd.DataFrame:
        """Extreme share of depth and spread, and half-lives in seconds; nan without a loss."""
        rows = {
            "depth": [self.table["depth"].min(), self.depth_half_life],
            "spread": [self.table["spread"].max(), self.spread_half_life],
        }
        columns = ["worst share of before", "half-life, s"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype(float)

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Draw shares of depth and spread by the time after the trade, and return the Axes.

        Parameters
        ----------
        ax : Axes; None draws on those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.
        """
        from hedgeresearch.plotting import COLORS, new_axes

        axes = new_axes(ax)
        for name, color in (("depth", COLORS[0]), ("spread", COLORS[1])):
            axes.errorbar(
                self.table.index,
                self.table[name],
                yerr=STANDARD_ERRORS * self.table[f"{name}_error"],
                color=color,
                marker="o",
                markersize=3.0,
                linewidth=0.9,
                label=name,
            )
        axes.axhline(1.0, color="0.6", linewidth=0.8)
        axes.set_xscale("log")
        axes.set_xlabel(f"seconds after a trade of at least {self.threshold:g}")
        axes.set_ylabel("share of what was before")
        axes.legend()
        return shown(axes, interactive=interactive)

    def __repr__(self) -> str:
        return (
            f"Resilience({self.n_trades} trades of at least {self.threshold:g}: depth "
            f"{half_life_in_words(self.depth_half_life)}, spread "
            f"{half_life_in_words(self.spread_half_life)})"
        )

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)


@exported_by("hedgeresearch.microstructure")
def book_resilience(
    events: Iterable[MarketEvent],
    rule: SequenceRule,
    *,
    quantile: float = 0.99,
    distance: float = 5e-4,
    lag: float = 0.05,
    horizons: Sequence[float] = HORIZONS,
) -> Resilience:
    """Return how depth and spread recover from the largest trades among some events.

    Trades of one side that the venue dates at the same time are one: an order that was filled in
    parts. Large trades come in bursts, of which the first counts, because the book before the
    others is not that of a calm market; those that follow are part of how it recovers.

    Parameters
    ----------
    events : events of one instrument at one venue, in the order in which they were received
    rule : SequenceRule of the venue
    quantile : float in (0, 1), of the sizes, from which a trade is large
    distance : float > 0, share of the mid price within which sizes count: 5e-4 for 5 basis points
    lag : float >= 0, seconds before the trade at which the book is that before it
    horizons : ascending floats > 0, seconds after the trade; of a book that is sent every 100 ms,
        shorter ones show the book before the trade

    Raises
    ------
    DataError
        If there are fewer than ten large trades around which the book was known, or a setting is
        out of range.

    Examples
    --------
    Of a book that loses most of its best ask at each large trade, and has it back after a second:

    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, BookUpdate, Trade
    >>> from hedgeresearch.microstructure import book_resilience
    >>> events = [BookSnapshot(0, [(100.0, 9.0)], [(100.1, 9.0)], None, 0)]
    >>> for step in range(1, 1_000):
    ...     time = step * 100_000_000
    ...     if step % 50 == 0:
    ...         events.append(Trade(step, 100.1, 8.0, 1, None, time - 1_000_000))
    ...     left = 1.0 if step % 50 < 10 else 9.0
    ...     events.append(BookUpdate(step, step, None, [], [(100.1, left)], None, time))
    >>> horizons = [0.5, 0.9, 1.5, 3.0]
    >>> found = book_resilience(events, BINANCE_SPOT, distance=0.01, horizons=horizons)
    >>> found.table["depth"].round(2).tolist()
    [0.11, 0.11, 1.0, 1.0]
    """
    check_between(quantile, "quantile", 0.0, 1.0)
    check_between(distance, "distance", 0.0, 1.0)
    check_not_negative(lag, "lag", remedy="The book must not be that after the trade.")
    seconds = _checked_horizons(horizons)
    every = possible_events(events)
    times, sizes, sides = orders_in(every)
    threshold = float(np.quantile(sizes, quantile)) if len(sizes) else math.nan
    large = first_of_bursts(times, sizes >= threshold)
    offsets = np.concatenate([[-lag], seconds])
    wanted = times[large, None] + np.rint(offsets * NANOSECONDS).astype(np.int64)
    books = _books_at(every, rule, wanted, distance)
    hit = np.where(sides[large] > 0, 1, 0)
    depths = books[np.arange(len(hit)), :, hit]
    spreads = books[:, :, 2]
    known = np.isfinite(books).all(axis=(1, 2)) & (depths[:, 0] > 0.0) & (sides[large] != 0)
    if known.sum() < MIN_TRADES:
        raise DataError(
            f"At least {MIN_TRADES} large trades are needed around which the book is known; got "
            f"{known.sum()}. Record longer, use a lower quantile, or shorter horizons."
        )
    depth_share, depth_error = _shares(depths[known])
    spread_share, spread_error = _shares(spreads[known])
    columns = {
        "depth": depth_share,
        "depth_error": depth_error,
        "spread": spread_share,
        "spread_error": spread_error,
    }
    table = pd.DataFrame(columns, index=pd.Index(seconds, name="seconds"))
    return Resilience(table, threshold, distance, int(known.sum()), int((~known).sum()))


def _checked_horizons(horizons: Sequence[float]) -> Array:
    """Return horizons as an array; they must be positive and ascend."""
    seconds = np.array(list(horizons), dtype=float)
    if not len(seconds) or not (np.diff(seconds, prepend=0.0) > 0.0).all():
        raise DataError(f"horizons must be ascending times in seconds; got {list(horizons)!r}.")
    check_between(float(seconds[-1]), "the longest horizon", 0.0, math.inf)
    return seconds


def _books_at(
    events: list[MarketEvent], rule: SequenceRule, wanted: Array, distance: float
) -> Array:
    """Return bid depth, ask depth and spread at times (n_trades, n_times); nan where unknown."""
    order = np.argsort(wanted, axis=None, kind="stable")
    found = np.full((wanted.size, 3), np.nan)
    ordered = np.ravel(wanted)[order].tolist()
    for place, (_, book) in zip(order, sampled_book(events, rule, ordered), strict=False):
        found[place] = _measures(book, distance)
    return found.reshape(*wanted.shape, 3)


def _measures(book: OrderBook, distance: float) -> tuple[float, float, float]:
    """Return depth of bids and of asks, and the spread; nan where the book is not right."""
    bid = book.best_bid
    ask = book.best_ask
    if bid is None or ask is None:
        return math.nan, math.nan, math.nan
    return *depth(book, distance), ask[0] - bid[0]


def _shares(values: Array) -> tuple[Array, Array]:
    """Return sums over those before, and their standard errors, from values (n, 1 + n_horizons)."""
    before = values[:, :1]
    shares = values[:, 1:].sum(axis=0) / before.sum()
    # the error of a ratio of sums, by the delta method
    residuals = values[:, 1:] - shares * before
    errors = np.sqrt(np.square(residuals).sum(axis=0)) / before.sum()
    return shares, errors
