"""A live feed of a venue's websockets."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.receiver_clock import Moment, ReceiverClock
from hedgeresearch.feeds.source import Source
from hedgeresearch.feeds.venues.continuity import Continuity
from hedgeresearch.feeds.venues.sockets import (
    Arrival,
    LostError,
    Sockets,
    answer_of,
    check_websockets,
)
from hedgeresearch.feeds.venues.venue import RefusedError, Venue
from hedgeresearch.microstructure.events import Interruption

MOST_DOUBLINGS = 6
"""Number of failures after which the pause between attempts grows no more."""


@dataclass(frozen=True)
class Answered:
    """Answer to a request for a snapshot, or why there is none."""

    source: Source
    answer: object
    problem: str = ""


@exported_by("hedgeresearch.feeds")
class WebsocketFeed:
    """Every event that a venue sends, as it is received.

    Frames are read one by one and none is left out or put together. The feed follows the numbers of
    each book, quote and trade. Where a frame is missing, cannot be read, or comes late, the books
    concerned get a new snapshot; where a websocket is closed or silent, it is opened again; where
    the receiver's clock is set, all books get a new snapshot. Each of these gives an
    ``Interruption``. Nothing that it can send is an order.

    Parameters
    ----------
    venue : BinanceVenue, DeribitVenue, or another that says the same
    silence : seconds without a frame after which a websocket is opened again
    pause : seconds before a snapshot is called for, and between attempts; doubled after each that
        fails, up to 64 times as long

    Attributes
    ----------
    counts : Counter of frames, interruptions, openings, and of trades that came twice

    Examples
    --------
    >>> from hedgeresearch.feeds import BinanceVenue, WebsocketFeed
    >>> feed = WebsocketFeed(BinanceVenue(("BTCUSDT", "ETHUSDT")))
    >>> [str(source) for source in feed.sources]
    ['BTCUSDT at binance', 'ETHUSDT at binance']

    Nothing is opened yet; ``async for source, event in feed.events()`` does it.
    """

    def __init__(self, venue: Venue, *, silence: float = 20.0, pause: float = 0.5) -> None:
        check_between(silence, "silence", 0.0, math.inf)
        check_between(pause, "pause", 0.0, math.inf)
        self.venue = venue
        self.silence = silence
        self.pause = pause
        self.counts: Counter[str] = Counter()
        self._sources = tuple(venue.rules)
        self._clock = ReceiverClock()
        self._closing = asyncio.Event()
        self._sockets: Sockets | None = None
        self._restoring: dict[Source, asyncio.Task[None]] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources whose events it gives."""
        return self._sources

    def events(self) -> AsyncGenerator[Sourced, None]:
        """Return an iterator over events with their sources, until the feed is closed.

        Raises
        ------
        MissingDataError
            If the package ``websockets`` is not installed.
        DataError
            If the venue refuses what is subscribed to, as a symbol that it does not have.
        """
        check_websockets()
        # here, so that a call to close it counts from now on
        self._closing = asyncio.Event()
        return self._events()

    async def _events(self) -> AsyncGenerator[Sourced, None]:
        """Yield events, and open websockets again that are lost."""
        continuity = Continuity(
            self.venue.rules, self.counts, numbers_trades=self.venue.numbers_trades
        )
        for source in self._sources:
            yield continuity.interrupt(source, "the feed has begun", self._clock.now())
        await self._check_symbols()
        failures = 0
        while not self._closing.is_set():
            has_worked = False
            n_frames = self.counts["frames"]
            began = asyncio.get_running_loop().time()
            try:
                async with aclosing(self._received(continuity)) as received:
                    async for sourced in received:
                        yield sourced
                        has_worked = has_worked or not isinstance(sourced[1], Interruption)
            except LostError as error:
                lost = self._clock.read().interruption_time
                for source in self._sources:
                    yield continuity.interrupt(source, str(error), lost)
            lasted = asyncio.get_running_loop().time() - began > self._pause_after(failures)
            has_worked = has_worked or (lasted and self.counts["frames"] > n_frames)
            failures = 0 if has_worked else failures + 1
            if failures:
                await self._rest(self._pause_after(failures - 1))

    async def aclose(self) -> None:
        """Close the websockets; ``events`` then ends."""
        self._closing.set()
        if self._sockets is not None:
            await self._sockets.close()

    def __repr__(self) -> str:
        return f"WebsocketFeed({', '.join(map(str, self._sources))})"

    async def _check_symbols(self) -> None:
        """Refuse symbols that the venue does not have; whether it can be reached shows later."""
        for url in self.venue.checks:
            try:
                await answer_of(url)
            except LostError:
                return

    async def _received(self, continuity: Continuity) -> AsyncGenerator[Sourced, None]:
        """Yield events from opening the websockets until they are closed or lost."""
        self._sockets = Sockets(self.venue.connections, self.silence, self._clock)
        try:
            await self._opened(self._sockets)
            self._restore(continuity)
            while not self._closing.is_set():
                arrival = await self._sockets.arrival()
                if arrival is None:
                    return
                for sourced in await self._read(arrival, continuity):
                    yield sourced
                if continuity.lost:
                    self._restore(continuity)
        finally:
            for task in self._restoring.values():
                task.cancel()
            self._restoring.clear()
            await self._sockets.close()

    async def _opened(self, sockets: Sockets) -> None:
        """Open the websockets; if the feed is closed meanwhile, that is over at once."""
        opening = asyncio.create_task(sockets.open())
        closing = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({opening, closing}, return_when=asyncio.FIRST_COMPLETED)
            if opening.done():
                opening.result()
                self.counts["openings"] += 1
        finally:
            opening.cancel()
            closing.cancel()
            await asyncio.gather(opening, closing, return_exceptions=True)

    async def _read(self, arrival: Arrival, continuity: Continuity) -> list[Sourced]:
        """Return the events of what has arrived, with interruptions where something is missing."""
        received, value = arrival
        if isinstance(value, Moment):
            return [
                continuity.interrupt(source, value.reason, received) for source in self._sources
            ]
        try:
            if isinstance(value, Answered):
                if value.problem:
                    return [continuity.interrupt(value.source, value.problem, received)]
                found = [self.venue.read_snapshot(value.source, value.answer, received)]
            else:
                self.counts["frames"] += 1
                frame = json.loads(value)
                reply = self.venue.reply(frame)
                if reply is not None and self._sockets is not None:
                    await self._sockets.send(reply)
                found = self.venue.read(frame, received)
        except RefusedError:
            raise
        except (DataError, ValueError) as error:
            raise LostError(f"a frame cannot be read ({error})") from error
        events: list[Sourced] = []
        for source, event in found:
            events += continuity.checked(source, event)
        return events

    async def _rest(self, seconds: float) -> None:
        """Wait for some time, or until the feed is closed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    def _restore(self, continuity: Continuity) -> None:
        """Begin to call for snapshots of books that are lost, where that has not begun."""
        for source in continuity.lost:
            task = self._restoring.get(source)
            if task is None or task.done():
                self._restoring[source] = asyncio.create_task(self._call(source, continuity))

    async def _call(self, source: Source, continuity: Continuity) -> None:
        """Call for snapshots of a book until it is right."""
        sockets = self._sockets
        request = self.venue.snapshot_request(source)
        n_calls = 0
        while sockets is not None:
            await asyncio.sleep(self._pause_after(n_calls))
            if source not in continuity.lost:
                return
            n_calls += 1
            for message in request.messages:
                await sockets.send(message)
            if not request.url:
                continue
            try:
                await sockets.put(Answered(source, await answer_of(request.url)))
            except LostError as error:
                await sockets.put(Answered(source, None, str(error)))
            except RefusedError as error:
                await sockets.fail(error)
                return

    def _pause_after(self, failures: int) -> float:
        """Return the seconds to wait after some failures."""
        return self.pause * float(2 ** min(failures, MOST_DOUBLINGS))
