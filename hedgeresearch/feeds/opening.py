"""A live feed by the name of its venue, and the rules of venues' books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.binance_venue import MARKETS, BinanceVenue
from hedgeresearch.feeds.deribit_venue import DeribitVenue
from hedgeresearch.feeds.feed import Feed
from hedgeresearch.feeds.sockets import check_websockets
from hedgeresearch.feeds.websocket_feed import WebsocketFeed
from hedgeresearch.microstructure.sequence import DERIBIT, SequenceRule

BINANCE: dict[str, Literal["spot", "usd-m", "coin-m"]] = {
    "binance": "spot",
    "binance-usd-m": "usd-m",
    "binance-coin-m": "coin-m",
}
"""Markets of Binance by the name of the venue."""
DERIBIT_NAME = "deribit"
VENUES = (*BINANCE, DERIBIT_NAME)
"""Venues of which every event is read."""


@exported_by("hedgeresearch.feeds")
def open_feed(
    venue: str,
    symbols: str | Sequence[str],
    kinds: Sequence[str] = ("book", "quotes", "trades"),
    **settings: Any,
) -> Feed:
    """Return a live feed of public market data.

    Parameters
    ----------
    venue : {"binance", "binance-usd-m", "binance-coin-m", "deribit"}
    symbols : names of instruments as the venue writes them, such as "BTCUSDT", "BTCUSD_PERP" or
        "BTC-PERPETUAL"
    kinds : some of "book", "quotes", "trades" and "funding"
    **settings
        ``silence`` and ``pause`` of a ``WebsocketFeed``; ``ws_url``, ``rest_url`` and ``interval``
        of its venue.

    Raises
    ------
    DataError
        If the venue, a kind or a setting does not exist.
    MissingDataError
        If the packages of the extra "live" are not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import open_feed
    >>> open_feed("binance-usd-m", "BTCUSDT", kinds=("book", "funding"))
    WebsocketFeed(BTCUSDT at binance-usd-m)
    """
    if venue not in VENUES:
        raise DataError(f"venue must be one of {', '.join(VENUES)}; got {venue!r}.")
    check_websockets()
    of_feed = {name: settings.pop(name) for name in ("silence", "pause") if name in settings}
    of_venue: dict[str, Any] = {"symbols": _names(symbols), "kinds": _names(kinds)} | settings
    try:
        if venue == DERIBIT_NAME:
            return WebsocketFeed(DeribitVenue(**of_venue), **of_feed)
        return WebsocketFeed(BinanceVenue(market=BINANCE[venue], **of_venue), **of_feed)
    except TypeError as error:
        raise DataError(f"A setting of {venue} does not exist ({error}).") from error


@exported_by("hedgeresearch.feeds")
def sequence_rule(venue: str) -> SequenceRule:
    """Return the rule by which books of a venue are kept from its snapshots and updates.

    Parameters
    ----------
    venue : name of the venue of a source, such as "binance-usd-m"

    Raises
    ------
    DataError
        If there is no rule for it.

    Examples
    --------
    >>> from hedgeresearch.feeds import sequence_rule
    >>> from hedgeresearch.microstructure import BINANCE_FUTURES
    >>> sequence_rule("binance-usd-m") == BINANCE_FUTURES
    True
    """
    if venue in BINANCE:
        return MARKETS[BINANCE[venue]].rule
    if venue == DERIBIT_NAME:
        return DERIBIT
    raise DataError(f"There is a rule for books of {', '.join(VENUES)}; got {venue!r}.")


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
