"""A live feed of any venue that ccxt knows."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Sequence
from itertools import product
from operator import methodcaller
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataWarning, warn_caller
from hedgeresearch.feeds.exchanges.ccxt_events import Events
from hedgeresearch.feeds.exchanges.ccxt_exchange import ccxt_module, exchange_of
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.receiver_clock import ReceiverClock
from hedgeresearch.feeds.source import Source
from hedgeresearch.feeds.venues.venue import KINDS, RefusedError, checked_kinds, checked_symbols
from hedgeresearch.microstructure.events import Interruption

MOST_WAITING = 1_000
"""Events that may wait to be read."""
MOST_DOUBLINGS = 6
"""Number of failures after which the pause between attempts grows no more."""
CALLS = {
    "book": ("watchOrderBook", "watch_order_book", "fetch_order_book"),
    "quotes": ("watchOrderBook", "watch_order_book", "fetch_order_book"),
    "trades": ("watchTrades", "watch_trades", "fetch_trades"),
    "funding": ("watchFundingRate", "watch_funding_rate", "fetch_funding_rate"),
}
"""Capability, and the methods that wait for a change and that fetch the state, by kind."""


@exported_by("hedgeresearch.feeds")
class CcxtFeed:
    """Public market data of a venue by ccxt, whose unified symbols it uses.

    ccxt puts changes of a book together, so that its books are whole at each of them and some
    states between are not seen: use it for current prices, and ``open_feed`` for the venues of
    which every event is read. What a venue does not send is fetched again and again.

    Parameters
    ----------
    exchange : name of the exchange, such as "kraken", or an exchange of ``ccxt.pro``
    symbols : unified names such as "BTC/USDT" or "BTC/USDT:USDT"
    kinds : some of "book", "quotes", "trades" and "funding"
    silence : seconds without an event of an instrument's kind after which it counts as interrupted
    pause : seconds between attempts after an error; doubled after each, up to 64 times as long
    every : seconds between two calls for what the venue does not send

    Raises
    ------
    DataError
        If there is no such exchange.
    MissingDataError
        If the package ``ccxt`` is not installed.

    Warns
    -----
    DataWarning
        If books of Deribit are followed: ccxt does not notice changes that are missing in them.

    Examples
    --------
    >>> from hedgeresearch.feeds import CcxtFeed
    >>> CcxtFeed("kraken", "BTC/USD", kinds=("book", "trades"))
    CcxtFeed(BTC/USD at kraken)
    """

    def __init__(
        self,
        exchange: Any,
        symbols: str | Sequence[str],
        kinds: Sequence[str] = ("book", "trades"),
        *,
        silence: float = 60.0,
        pause: float = 0.5,
        every: float = 60.0,
    ) -> None:
        for name, value in (("silence", silence), ("pause", pause), ("every", every)):
            check_between(value, name, 0.0, math.inf)
        self.exchange = exchange_of(exchange, ccxt_module("ccxt.pro"))
        self.kinds = checked_kinds(kinds, KINDS, self.exchange.id)
        if self.exchange.id == "deribit" and not {"book", "quotes"}.isdisjoint(self.kinds):
            warn_caller(
                "ccxt does not notice changes that are missing in books of Deribit. Use "
                'open_feed("deribit", ...), with the names of the venue.',
                DataWarning,
            )
        self.silence = silence
        self.pause = pause
        self.every = every
        self._sources = tuple(
            Source(self.exchange.id, symbol) for symbol in checked_symbols(symbols)
        )
        self._arrived: asyncio.Queue[Sourced | Exception | None] = asyncio.Queue(MOST_WAITING)
        self._clock = ReceiverClock()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources whose events it gives."""
        return self._sources

    def events(self) -> AsyncGenerator[Sourced, None]:
        """Return an iterator over events with their sources, until the feed is closed.

        Raises
        ------
        DataError
            If the venue does not have a symbol or a kind.
        """
        # here, so that a call to close it counts from now on
        self._arrived = asyncio.Queue(MOST_WAITING)
        return self._events()

    async def _events(self) -> AsyncGenerator[Sourced, None]:
        """Yield what readers of all sources and kinds put."""
        for source in self._sources:
            yield source, Interruption("the feed has begun", self._clock.now())
        followed = product(self._sources, self.kinds)
        readers = [asyncio.create_task(self._follow(source, kind)) for source, kind in followed]
        try:
            while (arrived := await self._arrived.get()) is not None:
                if isinstance(arrived, Exception):
                    raise arrived
                yield arrived
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
            await self.exchange.close()

    async def aclose(self) -> None:
        """Close connections; ``events`` then ends."""
        if self._arrived.full():
            self._arrived.get_nowait()
        self._arrived.put_nowait(None)

    def __repr__(self) -> str:
        return f"CcxtFeed({', '.join(map(str, self._sources))})"

    async def _follow(self, source: Source, kind: str) -> None:
        """Put the events of a kind of an instrument, for ever, or the error that ends it."""
        capability, watch, fetch = CALLS[kind]
        is_sent = bool(self.exchange.has.get(capability))
        call = methodcaller(watch if is_sent else fetch, source.symbol)
        events = Events(kind)
        failures = 0
        while True:
            try:
                problem, answer = await self._answer(call)
                received = await self._received()
                if problem:
                    await self._arrived.put((source, Interruption(problem, received)))
                    await asyncio.sleep(self.pause * float(2 ** min(failures, MOST_DOUBLINGS)))
                    failures += 1
                    continue
                failures = 0
                for event in events.read(answer, received):
                    await self._arrived.put((source, event))
                if not is_sent:
                    await asyncio.sleep(self.every)
            except Exception as error:
                await self._arrived.put(error)
                return

    async def _received(self) -> int:
        """Return the time; where the clock was set, all sources are interrupted before."""
        moment = self._clock.read()
        if moment.step:
            interruption = Interruption(moment.reason, moment.interruption_time)
            for source in self._sources:
                await self._arrived.put((source, interruption))
        return moment.time

    async def _answer(self, call: Callable[[Any], Any]) -> tuple[str, Any]:
        """Return why there is no answer of the exchange, or the answer.

        Raises
        ------
        RefusedError
            If there will never be one.
        """
        errors = ccxt_module()
        try:
            async with asyncio.timeout(self.silence):
                return "", await call(self.exchange)
        except TimeoutError:
            # connections that are dead have to be opened again
            await self.exchange.close_ws_clients()
            return f"nothing was received for {self.silence:g} s", None
        except (
            errors.BadRequest,
            errors.NotSupported,
            errors.AuthenticationError,
            errors.ArgumentsRequired,
            errors.RestrictedLocation,
        ) as error:
            raise RefusedError(
                f"{self.exchange.id} refuses it ({type(error).__name__}: {error})."
            ) from error
        except errors.BaseError as error:
            return f"{type(error).__name__}: {error}", None
