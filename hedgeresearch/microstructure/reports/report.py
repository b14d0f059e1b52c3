"""The liquidity of a market in one object, with tables and figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.book_history import (
    BookHistory,
    Grid,
    book_history,
    book_now,
)
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.costs.liquidity import mid_of
from hedgeresearch.microstructure.costs.resilience import Resilience, book_resilience
from hedgeresearch.microstructure.costs.spreads import spreads_by_horizon
from hedgeresearch.microstructure.costs.volume_impact import trade_impact
from hedgeresearch.microstructure.events import MarketEvent
from hedgeresearch.microstructure.possible import possible_events
from hedgeresearch.microstructure.quality.latency import LatencyReport, latency_report
from hedgeresearch.microstructure.quality.market_quality import MarketQuality
from hedgeresearch.microstructure.quality.wash_trading import TradeSizes, trade_sizes
from hedgeresearch.microstructure.reports.report_figures import draw, page
from hedgeresearch.microstructure.reports.report_settings import LiquiditySettings, ascending

Part = TypeVar("Part")


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, eq=False, repr=False)
class LiquidityReport:
    """Costs of trading an instrument, how much can be traded, and what can be relied on.

    Attributes
    ----------
    name : of the market
    history : measures of the book at each moment; of an order book only now
    trades : DataFrame (n_horizons, 4), volume-weighted means by seconds after the trade: effective
        and realized spread and mark_out in basis points, and n_trades; None without trades
    impact : Series of ``trade_impact`` on bars of the moments' length; None without trades
    resilience : Resilience of the book after large trades, or None
    latency : LatencyReport, or None
    sizes : TradeSizes, signs of wash trading, or None
    missing : sentences, what is not in the report and why

    Examples
    --------
    >>> import numpy as np
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, BookUpdate, Trade
    >>> from hedgeresearch.microstructure import liquidity_report
    >>> events = [BookSnapshot(0, [(99.9, 9.0)], [(100.1, 9.0)], None, 0)]
    >>> sizes = np.random.default_rng(0).lognormal(0.0, 1.0, 1_200).round(2) + 0.01
    >>> for step, size in enumerate(sizes, start=1):
    ...     time = step * 100_000_000
    ...     events.append(Trade(step, 100.1, size, 1, None, time))
    ...     events.append(BookUpdate(step, step, None, [], [(100.1, 2.0 + size)], None, time))
    >>> report = liquidity_report(
    ...     [("HERE", event) for event in events], BINANCE_SPOT, sizes=[1.0, 20.0], base_unit=0.01
    ... )
    >>> report.book.loc["spread, bp", "median"].round(2).item()
    20.0
    >>> report.costs["buy"]["held"].tolist()  # the offer does not always hold 20
    [1.0, 0.008333333333333333]
    >>> report.capacity.loc["within 10 bp", ("sell", "median")].item()
    9.0
    >>> list(report.summary)
    ['book', 'cost by size', 'capacity', 'latency', 'trade sizes']
    >>> there = [("THERE", event) for event in events]
    >>> other = liquidity_report(there, BINANCE_SPOT, base_unit=0.01)
    >>> other.quality_against(report).flagged
    False
    >>> axes = report.plot("costs")
    """

    name: str
    history: BookHistory
    trades: pd.DataFrame | None
    impact: pd.Series[float] | None
    resilience: Resilience | None
    latency: LatencyReport | None
    sizes: TradeSizes | None
    missing: tuple[str, ...]

    @property
    def book(self) -> pd.DataFrame:
        """Spread, imbalance and depth: median, 5 and 95 per cent of the moments."""
        return self.history.book_table

    @property
    def costs(self) -> pd.DataFrame:
        """Cost in basis points by size and direction, and how often the visible book holds it."""
        return self.history.cost_table

    @property
    def capacity(self) -> pd.DataFrame:
        """Size that can be traded within a cost, by direction: median and 5 per cent."""
        return self.history.capacity_table

    @property
    def summary(self) -> dict[str, pd.DataFrame]:
        """Tables of the report by their title."""
        tables = {
            "book": self.book,
            "cost by size": self.costs,
            "capacity": self.capacity,
        }
        if self.trades is not None:
            tables["trades"] = self.trades
        if self.impact is not None:
            tables["impact of volume"] = self.impact.to_frame()
        if self.resilience is not None:
            tables["resilience"] = self.resilience.summary
        if self.latency is not None:
            tables["latency"] = self.latency.summary
        if self.sizes is not None:
            tables["trade sizes"] = pd.Series(vars(self.sizes)).to_frame("value")
        return tables

    def quality_against(self, reference: LiquidityReport) -> MarketQuality:
        """Return signs of wash trading next to those of a venue that is trusted.

        Raises
        ------
        DataError
            If one of both reports has no measures of the sizes of trades.
        """
        return MarketQuality(self.name, _sizes_of(self), reference.name, _sizes_of(reference))

    def plot(self, what: str = "costs", ax: Any = None, *, interactive: bool = False) -> Any:
        """Draw one figure, and return the Axes.

        Parameters
        ----------
        what : {"costs", "depth", "cost by size", "resilience", "latency"}
            The first two are heat maps over time of the costs of buying and of the depth, with grey
            where the book was not right or did not hold the size.
        ax : Axes; None draws on those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Raises
        ------
        DataError
            If there is no such figure, or the report does not have what it shows.
        """
        axes = draw(self.history, self.resilience, self.latency, what, ax)
        return shown(axes, interactive=interactive)

    def __repr__(self) -> str:
        spread = 1e4 * self.history.best["spread"].median()
        known = f"{self.history.known:.1%} of {len(self.history.best):,} moments"
        return f"LiquidityReport({self.name}: spread {spread:.3g} bp, book right at {known})"

    def _repr_html_(self) -> str:
        wrong = () if self.latency is None else self.latency.clock_errors
        return page(repr(self), self.summary, (*wrong, *self.missing), self.history)


@exported_by("hedgeresearch.microstructure")
def liquidity_report(
    market: OrderBook | Iterable[MarketEvent | tuple[Any, MarketEvent]],
    rule: SequenceRule | None = None,
    *,
    source: Any = None,
    sizes: Sequence[float] | None = None,
    base_unit: float | None = None,
    settings: LiquiditySettings | None = None,
) -> LiquidityReport:
    """Return the liquidity of a market: spread, depth, costs, capacity, resilience and latency.

    Parameters
    ----------
    market : OrderBook, as it is now; or events of one instrument at one venue in the order
        received; or pairs of a source and an event, such as those of
        ``hedgeresearch.feeds.replay(folder)``
    rule : SequenceRule of the venue; a book has its own
    source : source to report on, where the pairs are of several
    sizes : floats > 0, sizes of orders in the venue's unit; None chooses five up to the depth
        within the largest distance
    base_unit : float > 0, smallest step of a size at the venue, for signs of wash trading; None
        leaves these out
    settings : LiquiditySettings; None uses the defaults

    Returns
    -------
    LiquidityReport
        What the events do not suffice for is left out, and ``missing`` says so.

    Raises
    ------
    DataError
        If the market is none of these, the book is not right, the events hold no snapshot or span
        less than one interval, or the source is not among them.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook
    >>> from hedgeresearch.microstructure import liquidity_report
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(
    ...     BookSnapshot(1, [(99.9, 2.0)], [(100.1, 1.0), (100.2, 3.0)], None, 0)
    ... )
    >>> report = liquidity_report(book, sizes=[1.0, 2.0, 5.0])
    >>> report
    LiquidityReport(order book: spread 20 bp, book right at 100.0% of 1 moments)
    >>> report.costs["buy"]["median, bp"].round(1).tolist()
    [10.0, 15.0, nan]
    """
    chosen = LiquiditySettings() if settings is None else settings
    if not isinstance(chosen, LiquiditySettings):
        raise DataError(f"settings must be LiquiditySettings(...); got {chosen!r}.")
    wanted = None if sizes is None else ascending(sizes, "sizes", math.inf)
    grid = Grid(wanted, tuple(chosen.distances), tuple(chosen.limits))
    if isinstance(market, OrderBook):
        return _report_of_book(market, grid)
    name, received = _events_of(market, source)
    events = possible_events(received)
    if not isinstance(rule, SequenceRule):
        raise DataError(
            f"rule must be the numbering of the venue, such as BINANCE_FUTURES; got {rule!r}."
        )
    history = book_history(events, rule, chosen.seconds, grid)
    if not history.known > 0.0:
        raise DataError(
            "The book was not right at any moment: the events hold no snapshot, or not the changes "
            "after it. Record snapshots, or check the rule."
        )
    parts = _Parts(events)
    return LiquidityReport(
        name=name,
        history=history,
        trades=parts.get("trades", spreads_by_horizon, lag=chosen.lag, horizons=chosen.horizons),
        impact=parts.get("impact of volume", trade_impact, seconds=chosen.seconds),
        resilience=parts.get(
            "resilience", book_resilience, rule=rule, quantile=chosen.quantile, lag=chosen.lag
        ),
        latency=latency_report((name, event) for event in events),
        sizes=parts.get("trade sizes", _measured_sizes, base_unit=base_unit),
        missing=tuple(parts.missing),
    )


def _sizes_of(report: LiquidityReport) -> TradeSizes:
    """Return the measures of the sizes of trades of a report, which must have some."""
    if report.sizes is None:
        raise DataError(
            f"The report of {report.name} has no sizes of trades. Pass base_unit=, the smallest "
            "step of a size, and events with at least 1,000 trades."
        )
    return report.sizes


class _Parts:
    """Parts of a report, each of which may be missing for want of events."""

    def __init__(self, events: list[MarketEvent]) -> None:
        self._events = events
        self.missing: list[str] = []

    def get(self, title: str, part: Callable[..., Part], **settings: Any) -> Part | None:
        """Return a part; None with a note why it is missing."""
        try:
            return part(self._events, **settings)
        except DataError as error:
            self.missing.append(f"{title}: {error}")
            return None


def _measured_sizes(events: list[MarketEvent], base_unit: float | None) -> TradeSizes:
    """Return measures of the sizes of trades, for which the smallest step must be known."""
    if base_unit is None:
        raise DataError("No base_unit was given, the smallest step of a size at the venue.")
    return trade_sizes(events, base_unit)


def _report_of_book(book: OrderBook, grid: Grid) -> LiquidityReport:
    """Return the report on a book as it is now."""
    mid_of(book)
    missing = ("a book of one moment shows no trades, resilience or latency",)
    return LiquidityReport(
        "order book", book_now(book, grid), None, None, None, None, None, missing
    )


def _events_of(market: Any, source: Any) -> tuple[str, list[MarketEvent]]:
    """Return the name of a market and its events, in the order received."""
    if isinstance(market, str | Path):
        raise DataError(
            f"market must be a book or events; got the path {str(market)!r}. Pass "
            "hr.feeds.replay(folder) of a stored recording, or hr.feeds.read_recording(file)."
        )
    if not isinstance(market, Iterable):
        raise DataError(f"market must be an OrderBook or events; got {type(market).__name__}.")
    every = list(market)
    if not every:
        raise DataError("The market has no events. Record some first.")
    if not isinstance(every[0], tuple):
        return "events" if source is None else str(source), every
    present = list(dict.fromkeys(one for one, _ in every))
    if source is None and len(present) == 1:
        source = present[0]
    if source not in present:
        names = ", ".join(map(str, present))
        raise DataError(f"source must be one of {names}; got {source!r}. Pass source=.")
    return str(source), [event for one, event in every if one == source]
