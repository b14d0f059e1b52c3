"""A live feed by the name of its venue, and the rules of venues' books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.contracts import ChainlinkOracle, UniswapV2Pair, UniswapV3Pool
from hedgeresearch.feeds.chain.feed import ChainFeed
from hedgeresearch.feeds.exchanges.ccxt_exchange import ccxt_module
from hedgeresearch.feeds.exchanges.ccxt_feed import CcxtFeed
from hedgeresearch.feeds.feed import Feed
from hedgeresearch.feeds.venues.binance_venue import MARKETS, BinanceVenue
from hedgeresearch.feeds.venues.deribit_venue import DeribitVenue
from hedgeresearch.feeds.venues.sockets import check_websockets
from hedgeresearch.feeds.venues.websocket_feed import WebsocketFeed
from hedgeresearch.microstructure.books.sequence import DERIBIT, SequenceRule

BINANCE: dict[str, Literal["spot", "usd-m", "coin-m"]] = {
    "binance": "spot",
    "binance-usd-m": "usd-m",
    "binance-coin-m": "coin-m",
}
"""Markets of Binance by the name of the venue."""
DERIBIT_NAME = "deribit"
PROTOCOLS: dict[str, type[UniswapV2Pair | UniswapV3Pool | ChainlinkOracle]] = {
    "uniswap-v2": UniswapV2Pair,
    "uniswap-v3": UniswapV3Pool,
    "chainlink": ChainlinkOracle,
}
"""Contracts by the name of the protocol, before the number of the chain."""
CHAIN_SETTINGS = ("poll", "silence", "depth", "clock")
"""Settings of a feed of a chain."""
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
    venue : str
        "binance", "binance-usd-m", "binance-coin-m" or "deribit", of which every event is read; or
        the name of any exchange of ccxt, such as "kraken"; or "uniswap-v2:1", "uniswap-v3:1" or
        "chainlink:1", with the number of the chain.
    symbols : names of instruments as the venue writes them, such as "BTCUSDT", "BTCUSD_PERP" or
        "BTC-PERPETUAL"; of other exchanges the unified names of ccxt, such as "BTC/USD"; of a
        chain, addresses
    kinds : some of "book", "quotes", "trades" and "funding"
    **settings
        ``silence`` and ``pause`` of a ``WebsocketFeed``, and ``ws_url``, ``rest_url`` and
        ``interval`` of its venue; or the settings of a ``CcxtFeed``. For a chain, ``node``, its
        address, the settings of a ``ChainFeed``, and those of a ``UniswapV2Pair``,
        ``UniswapV3Pool`` or ``ChainlinkOracle``, such as ``heartbeat``.

    Raises
    ------
    DataError
        If the venue, a kind or a setting does not exist.
    MissingDataError
        If the packages of the extra "live", or for a chain "chain", are not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import open_feed
    >>> open_feed("binance-usd-m", "BTCUSDT", kinds=("book", "funding"))
    WebsocketFeed(BTCUSDT at binance-usd-m)
    """
    if ":" in venue:
        return _chain_feed(venue, _names(symbols), dict(settings))
    if venue not in VENUES:
        return _ccxt_feed(venue, symbols, kinds, settings)
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
    """Return the rule by which books of a venue are kept from the events of its feed.

    Books of a ``CcxtFeed`` are whole each time, so that any rule keeps them.

    Parameters
    ----------
    venue : name of the venue of a source, such as "binance-usd-m"

    Raises
    ------
    DataError
        If there is no such venue.
    MissingDataError
        If it is another one than Binance and Deribit, and the package ``ccxt`` is not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import sequence_rule
    >>> from hedgeresearch.microstructure import BINANCE_FUTURES
    >>> sequence_rule("binance-usd-m") == BINANCE_FUTURES
    True
    """
    if venue in BINANCE:
        return MARKETS[BINANCE[venue]].rule
    if venue != DERIBIT_NAME:
        _check_exchange(venue)
    return DERIBIT


def _check_exchange(venue: str) -> None:
    """Refuse the name of a venue that is none."""
    if venue not in ccxt_module("ccxt.pro").exchanges:
        raise DataError(
            f"venue must be one of {', '.join(VENUES)}, or of ccxt.pro.exchanges; got {venue!r}."
        )


def _ccxt_feed(
    venue: str, symbols: str | Sequence[str], kinds: Sequence[str], settings: Mapping[str, Any]
) -> CcxtFeed:
    """Return a feed of another exchange, if there is one of this name."""
    _check_exchange(venue)
    try:
        return CcxtFeed(venue, symbols, kinds, **settings)
    except TypeError as error:
        raise DataError(f"A setting of {venue} does not exist ({error}).") from error


def _chain_feed(venue: str, addresses: Sequence[str], settings: dict[str, Any]) -> ChainFeed:
    """Return a feed of contracts of one kind on a chain."""
    protocol, _, chain = venue.partition(":")
    if protocol not in PROTOCOLS or not chain.isdecimal():
        raise DataError(
            f"A venue on a chain is one of {', '.join(PROTOCOLS)} and the number of the chain, "
            f"such as uniswap-v3:1; got {venue!r}."
        )
    node = settings.pop("node", None)
    if node is None:
        raise DataError(f"{venue} is read from a node of the chain. Pass its address as node.")
    of_feed = {name: settings.pop(name) for name in CHAIN_SETTINGS if name in settings}
    try:
        contracts = [PROTOCOLS[protocol](address, **settings) for address in addresses]
    except TypeError as error:
        raise DataError(f"A setting of {venue} does not exist or is missing ({error}).") from error
    return ChainFeed(node, contracts, chain=int(chain), **of_feed)


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
