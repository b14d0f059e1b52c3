"""Binance as a venue: spot, USD-margined and coin-margined futures.

Its documentation of websocket market streams names the addresses; those of USD-margined futures
are divided since April 2026 into ``/public`` (book and quotes) and ``/market`` (the rest), and a
stream sends nothing on the address that is not its own. The book is kept by its documentation "How
to manage a local order book correctly".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.source import Source
from hedgeresearch.feeds.venues.binance import read_binance_frame, symbol_of
from hedgeresearch.feeds.venues.venue import (
    Connection,
    SnapshotRequest,
    checked_kinds,
    checked_symbols,
    checked_url,
)
from hedgeresearch.microstructure.books.sequence import BINANCE_FUTURES, BINANCE_SPOT, SequenceRule

MOST_STREAMS = 200
"""Largest number of streams of a connection to the futures."""


@dataclass(frozen=True)
class Market:
    """Addresses and streams of one of Binance's markets.

    Parameters
    ----------
    name : name of the venue in its sources
    rule : rule of its books
    ws_url, rest_url : addresses
    depth : path of the snapshot, with the largest number of levels
    streams : mapping from kind to the path of the websocket and the name of the stream
    """

    name: str
    rule: SequenceRule
    ws_url: str
    rest_url: str
    depth: tuple[str, int]
    streams: Mapping[str, tuple[str, str]]


MARKETS = {
    "spot": Market(
        "binance",
        BINANCE_SPOT,
        "wss://stream.binance.com:9443",
        "https://api.binance.com",
        ("/api/v3/depth", 5000),
        {
            "book": ("/stream", "depth@100ms"),
            "quotes": ("/stream", "bookTicker"),
            "trades": ("/stream", "trade"),
        },
    ),
    "usd-m": Market(
        "binance-usd-m",
        BINANCE_FUTURES,
        "wss://fstream.binance.com",
        "https://fapi.binance.com",
        ("/fapi/v1/depth", 1000),
        {
            "book": ("/public/stream", "depth@100ms"),
            "quotes": ("/public/stream", "bookTicker"),
            "trades": ("/market/stream", "aggTrade"),
            "funding": ("/market/stream", "markPrice@1s"),
        },
    ),
    "coin-m": Market(
        "binance-coin-m",
        BINANCE_FUTURES,
        "wss://dstream.binance.com",
        "https://dapi.binance.com",
        ("/dapi/v1/depth", 1000),
        {
            "book": ("/stream", "depth@100ms"),
            "quotes": ("/stream", "bookTicker"),
            "trades": ("/stream", "aggTrade"),
            "funding": ("/stream", "markPrice@1s"),
        },
    ),
}
"""Markets by the name of the setting."""


@exported_by("hedgeresearch.feeds")
@dataclass(frozen=True)
class BinanceVenue:
    """Instruments of a market of Binance, for a ``WebsocketFeed``.

    Parameters
    ----------
    symbols : names such as "BTCUSDT", or "BTCUSD_PERP" of the coin-margined futures, whose sizes
        are contracts
    market : {"spot", "usd-m", "coin-m"}
        The venue of the sources is "binance", "binance-usd-m" or "binance-coin-m".
    kinds : some of "book", "quotes", "trades" and, of futures, "funding"
    ws_url, rest_url : addresses to use instead of the venue's own

    Raises
    ------
    DataError
        If a kind does not exist on the market, or there are more than 200 streams.

    Examples
    --------
    >>> from hedgeresearch.feeds import BinanceVenue
    >>> venue = BinanceVenue("BTCUSDT", market="usd-m", kinds=("book", "funding"))
    >>> [connection.url for connection in venue.connections]  # doctest: +NORMALIZE_WHITESPACE
    ['wss://fstream.binance.com/public/stream?streams=btcusdt@depth@100ms',
     'wss://fstream.binance.com/market/stream?streams=btcusdt@markPrice@1s']
    """

    symbols: str | tuple[str, ...]
    market: Literal["spot", "usd-m", "coin-m"] = "spot"
    kinds: tuple[str, ...] = ("book", "quotes", "trades")
    ws_url: str = ""
    rest_url: str = ""
    _sources: Mapping[str, Source] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_choice(self.market, "market", tuple(MARKETS))
        symbols = checked_symbols(self.symbols)
        kinds = checked_kinds(self.kinds, tuple(self._market.streams), f"Binance {self.market}")
        ws_url = checked_url(self.ws_url or self._market.ws_url, ("ws", "wss"), "ws_url")
        rest_url = checked_url(
            self.rest_url or self._market.rest_url, ("http", "https"), "rest_url"
        )
        if len(symbols) * len(kinds) > MOST_STREAMS:
            raise DataError(
                f"{len(symbols)} symbols of {len(kinds)} kinds are more than {MOST_STREAMS} "
                "streams. Use several feeds."
            )
        for name, value in (
            ("symbols", symbols),
            ("kinds", kinds),
            ("ws_url", ws_url),
            ("rest_url", rest_url),
            ("_sources", {name: Source(self.name, name) for name in symbols}),
        ):
            object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        """Name of the venue in its sources."""
        return self._market.name

    @property
    def rules(self) -> dict[Source, SequenceRule | None]:
        """Sources, each with the rule of its book; None if its book is not followed.

        Examples
        --------
        >>> from hedgeresearch.feeds import BinanceVenue
        >>> venue = BinanceVenue(("BTCUSDT",))
        >>> venue.name, len(venue.rules), len(venue.checks)
        ('binance', 1, 0)
        >>> data = {"u": 7, "s": "BTCUSDT", "b": "61800.2", "B": "2.5", "a": "61800.3", "A": "1.0"}
        >>> ((source, quote),) = venue.read({"stream": "btcusdt@bookTicker", "data": data}, 1)
        >>> str(source), quote.bid
        ('BTCUSDT at binance', 61800.2)
        >>> venue.reply({}) is None
        True
        """
        rule = self._market.rule if "book" in self.kinds else None
        return dict.fromkeys(self._sources.values(), rule)

    @property
    def numbers_trades(self) -> bool:
        """True for the spot market; of orders' fills put together it is not documented.

        Examples
        --------
        >>> from hedgeresearch.feeds import BinanceVenue
        >>> BinanceVenue(("BTCUSDT",)).numbers_trades
        True
        """
        return self._market.streams["trades"][1] == "trade"

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Websockets to be opened, one for each path that the streams need."""
        by_path: dict[str, list[str]] = defaultdict(list)
        for kind in self.kinds:
            path, stream = self._market.streams[kind]
            by_path[path] += [f"{name.lower()}@{stream}" for name in self._sources]
        return tuple(
            Connection(f"{self.ws_url}{path}?streams={'/'.join(streams)}")
            for path, streams in by_path.items()
        )

    @property
    def checks(self) -> tuple[str, ...]:
        """Addresses that refuse a symbol that does not exist, where no book is followed."""
        if "book" in self.kinds:
            return ()
        return tuple(self._depth_url(name, 5) for name in self._sources)

    def read(self, frame: Any, receive_time: int) -> list[Sourced]:
        """Return the events in a frame."""
        source = self._sources.get(symbol_of(frame) or "")
        if source is None:
            return []
        event = read_binance_frame(frame, receive_time)
        return [] if event is None else [(source, event)]

    def reply(self, frame: Any) -> None:
        """Return what is to be sent in answer to a frame: nothing."""

    def snapshot_request(self, source: Source) -> SnapshotRequest:
        """Return the address of the snapshot of a book."""
        return SnapshotRequest(self._depth_url(source.symbol, self._market.depth[1]))

    def read_snapshot(self, source: Source, answer: Any, receive_time: int) -> Sourced:
        """Return the snapshot in an answer."""
        event = read_binance_frame(answer, receive_time)
        if event is None:
            raise DataError(f"The answer is no book of {source}: {str(answer)[:200]}")
        return source, event

    @property
    def _market(self) -> Market:
        return MARKETS[self.market]

    def _depth_url(self, symbol: str, limit: int) -> str:
        return f"{self.rest_url}{self._market.depth[0]}?symbol={symbol}&limit={limit}"
