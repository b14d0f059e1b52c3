"""Deribit as a venue: futures, perpetuals and options, by JSON-RPC on one websocket.

Its documentation: a subscription to ``book`` begins with a snapshot, each change names the one
before, and a client that set a heartbeat must answer each ``test_request`` by ``public/test``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.source import Source
from hedgeresearch.feeds.venues.deribit import read_deribit_frame
from hedgeresearch.feeds.venues.venue import (
    KINDS,
    Connection,
    RefusedError,
    SnapshotRequest,
    checked_kinds,
    checked_symbols,
    checked_url,
)
from hedgeresearch.microstructure.books.sequence import DERIBIT, SequenceRule

URL = "wss://www.deribit.com/ws/api/v2"
HEARTBEAT = 10
"""Seconds between heartbeats, the least that the venue accepts."""
SUBSCRIBE = 1
"""Number of the request that subscribes, by which its answer is known."""
TOO_MANY_REQUESTS = 10028
"""Code of an error that goes away."""
PERPETUAL = "PERPETUAL"
"""Part of the names of instruments that have funding."""


@exported_by("hedgeresearch.feeds")
@dataclass(frozen=True)
class DeribitVenue:
    """Instruments of Deribit, for a ``WebsocketFeed``.

    Sizes of inverse futures and perpetuals are dollars, not contracts.

    Parameters
    ----------
    symbols : names such as "BTC-PERPETUAL" or "BTC-25DEC26-100000-C"
    kinds : some of "book", "quotes", "trades" and "funding", which only perpetuals have
    interval : {"100ms", "agg2", "raw"}
        Time over which changes are put together; "raw" the venue has for authorized users only.
    ws_url : address to use instead of the venue's own

    Raises
    ------
    DataError
        If a kind does not exist, or only funding is followed of what is no perpetual.

    Examples
    --------
    >>> from hedgeresearch.feeds import DeribitVenue
    >>> venue = DeribitVenue(("BTC-PERPETUAL",))
    >>> venue.name, [str(source) for source in venue.rules]
    ('deribit', ['BTC-PERPETUAL at deribit'])
    >>> len(venue.connections), venue.checks
    (1, ())
    """

    symbols: str | tuple[str, ...]
    kinds: tuple[str, ...] = ("book", "quotes", "trades")
    interval: Literal["100ms", "agg2", "raw"] = "100ms"
    ws_url: str = URL
    _sources: Mapping[str, Source] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_choice(self.interval, "interval", ("100ms", "agg2", "raw"))
        symbols = checked_symbols(self.symbols)
        for name, value in (
            ("symbols", symbols),
            ("kinds", checked_kinds(self.kinds, KINDS, "Deribit")),
            ("ws_url", checked_url(self.ws_url or URL, ("ws", "wss"), "ws_url")),
            ("_sources", {name: Source(self.name, name) for name in symbols}),
        ):
            object.__setattr__(self, name, value)
        without = sorted(name for name in symbols if PERPETUAL not in name)
        if without and set(self.kinds) == {"funding"}:
            raise DataError(f"{', '.join(without)} of Deribit: perpetuals alone have funding.")

    @property
    def name(self) -> str:
        """Name of the venue in its sources."""
        return "deribit"

    @property
    def rules(self) -> dict[Source, SequenceRule | None]:
        """Sources, each with the rule of its book; None if its book is not followed."""
        return dict.fromkeys(self._sources.values(), DERIBIT if "book" in self.kinds else None)

    @property
    def numbers_trades(self) -> bool:
        """False: whether a channel has each trade is not documented.

        Examples
        --------
        >>> from hedgeresearch.feeds import DeribitVenue
        >>> DeribitVenue(("BTC-PERPETUAL",)).numbers_trades
        False
        """
        return False

    @property
    def connections(self) -> tuple[Connection, ...]:
        """One websocket, on which all channels are subscribed to."""
        messages = (
            _request(SUBSCRIBE, "public/subscribe", channels=self._channels),
            _request(2, "public/set_heartbeat", interval=HEARTBEAT),
        )
        return (Connection(self.ws_url, messages),)

    @property
    def checks(self) -> tuple[str, ...]:
        """Addresses that refuse a symbol that does not exist: the subscription does."""
        return ()

    def read(self, frame: Any, receive_time: int) -> list[Sourced]:
        """Return the events in a frame."""
        if isinstance(frame, dict) and ("error" in frame or frame.get("id") == SUBSCRIBE):
            self._check_answer(frame)
        return [
            (self._sources[name], event)
            for name, event in read_deribit_frame(frame, receive_time)
            if name in self._sources
        ]

    def reply(self, frame: Any) -> str | None:
        """Return the answer to a test of the connection."""
        if not isinstance(frame, dict) or frame.get("method") != "heartbeat":
            return None
        params = frame.get("params")
        is_test = isinstance(params, dict) and params.get("type") == "test_request"
        return _request(3, "public/test") if is_test else None

    def snapshot_request(self, source: Source) -> SnapshotRequest:
        """Return the messages after which the channel begins with a snapshot again."""
        channels = [f"book.{source.symbol}.{self.interval}"]
        return SnapshotRequest(
            messages=(
                _request(4, "public/unsubscribe", channels=channels),
                _request(5, "public/subscribe", channels=channels),
            )
        )

    def read_snapshot(self, source: Source, answer: Any, receive_time: int) -> Sourced:
        """Refuse an answer: snapshots come by the websocket."""
        raise DataError(f"A snapshot of {source} comes by the websocket, not by an answer.")

    @property
    def _channels(self) -> list[str]:
        """Names of all channels."""
        patterns = {
            "book": f"book.{{}}.{self.interval}",
            "quotes": "quote.{}",
            "trades": f"trades.{{}}.{self.interval}",
            "funding": f"perpetual.{{}}.{self.interval}",
        }
        return [
            patterns[kind].format(name)
            for kind, name in product(self.kinds, self._sources)
            if kind != "funding" or PERPETUAL in name
        ]

    def _check_answer(self, frame: Mapping[str, Any]) -> None:
        """Refuse an error, and an answer that lacks a channel."""
        error = frame.get("error")
        if error is not None:
            text = f"Deribit answers {json.dumps(error)[:200]}."
            code = error.get("code") if isinstance(error, dict) else None
            is_refusal = frame.get("id") == SUBSCRIBE and code != TOO_MANY_REQUESTS
            raise RefusedError(text) if is_refusal else DataError(text)
        missing = sorted(set(self._channels) - set(frame.get("result") or ()))
        if missing:
            raise RefusedError(
                f"Deribit has no {', '.join(missing)}. Check the names of the instruments, and "
                "that perpetuals alone have funding."
            )


def _request(number: int, method: str, **params: Any) -> str:
    """Return a request as text."""
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
