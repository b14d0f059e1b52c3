"""Trades and quotes that cannot be: they are named, and no number is made of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from hedgeresearch.errors import DataWarning, warn_caller
from hedgeresearch.microstructure.events import MarketEvent, Quote, Trade


def possible_events(events: Iterable[MarketEvent]) -> list[MarketEvent]:
    """Return events without impossible trades, and with quotes of nan for impossible quotes.

    A venue that halts may send a bid and an ask of zero: there is no price until the next quote.

    Parameters
    ----------
    events : events of one instrument at one venue

    Warns
    -----
    DataWarning
        If there are any; with the number of each, and the first.
    """
    found: list[MarketEvent] = []
    trades: list[Trade] = []
    quotes: list[Quote] = []
    for event in events:
        if isinstance(event, Trade) and not _is_possible_trade(event):
            trades.append(event)
        elif isinstance(event, Quote) and not _is_possible_quote(event):
            quotes.append(event)
            found.append(replace(event, bid=math.nan, ask=math.nan))
        else:
            found.append(event)
    if trades:
        first = trades[0]
        warn_caller(
            f"{len(trades):,} trades cannot be and are left out; the first, trade "
            f"{first.trade_id}, has the price {first.price:g}, the size {first.size:g} and the "
            f"side {first.side}.",
            DataWarning,
        )
    if quotes:
        one = quotes[0]
        warn_caller(
            f"{len(quotes):,} quotes cannot be, so that there is no price until the next one; the "
            f"first has a bid of {one.bid:g} and an ask of {one.ask:g}.",
            DataWarning,
        )
    return found


def _is_possible_trade(trade: Trade) -> bool:
    """Return whether a trade has a price, a size and a side."""
    return 0.0 < trade.price < math.inf and 0.0 < trade.size < math.inf and trade.side in (-1, 0, 1)


def _is_possible_quote(quote: Quote) -> bool:
    """Return whether a quote is one, or says by nan that there is none."""
    is_none = math.isnan(quote.bid) and math.isnan(quote.ask)
    return is_none or 0.0 < quote.bid <= quote.ask < math.inf
