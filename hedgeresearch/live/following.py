"""A session on a feed: events as they come, and a clock that runs while none does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Protocol

from hedgeresearch.feeds.feed import Event, Feed, Sourced, closing_events
from hedgeresearch.feeds.recordings.recorder import Recorder
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.column import NANOSECONDS
from hedgeresearch.live.decision import Decision

GRACE = 20_000_000
"""Nanoseconds after the end of a bar for which events that were received in it may be on the way
through the feed, before the bar ends by the clock."""
MOST_QUEUED = 10_000
"""Number of events that wait for a session, after which the feed waits."""
CLOSING = 0.2
"""Seconds after which a feed that is to end is cancelled again."""


class Followed(Protocol):
    """A session, as far as a feed needs it."""

    @property
    def bar_end(self) -> int | None:
        """End of the bar that is open, nanoseconds; None before the first event."""

    @property
    def earliest_time(self) -> int:
        """Time before which no event can count any more, nanoseconds."""

    def receive(self, source: Source, event: Event) -> list[Decision]:
        """Keep an event."""

    def advance(self, time: int) -> list[Decision]:
        """Close the bars before a time."""


async def follow(
    session: Followed,
    feed: Feed,
    clock: Callable[[], int] | None,
    recorder: Recorder | None,
) -> AsyncGenerator[Decision, None]:
    """Yield the decisions of a session on a feed until it ends, then close it.

    Parameters
    ----------
    session : Session
    feed : Feed
    clock : function that returns nanoseconds of a clock that is never set; None for a recorded feed
    recorder : Recorder of the events as the session has had them, or None
    """
    running = None if clock is None else _RunningTime(clock)
    inbox = _Inbox(feed)
    latest = -1
    try:
        while True:
            found = await inbox.next(session.bar_end, running)
            if found is None:
                break
            if isinstance(found, int):
                decisions = session.advance(found)
            else:
                source, event = found
                if running is not None:
                    running.note(event.receive_time)
                counted = event if event.receive_time < latest else _as_known(event, session)
                latest = max(latest, event.receive_time)
                if recorder is not None:
                    recorder.keep(source, counted)
                decisions = session.receive(source, counted)
            for decision in decisions:
                yield decision
            if recorder is not None and recorder.is_due:
                await asyncio.to_thread(recorder.flush)
    finally:
        await inbox.close()
        if recorder is not None:
            recorder.flush()


class _RunningTime:
    """The time of the receiver since its last event, by a clock that is never set.

    The receiver's clock may be set while a feed is silent: bars would end with prices of wrong
    ages. What the feed gives next says that it was set.

    Parameters
    ----------
    steady : function that returns nanoseconds of a clock that is never set
    """

    def __init__(self, steady: Callable[[], int]) -> None:
        self._steady = steady
        self._offset = 0

    def note(self, receive_time: int) -> None:
        """Go on from the time of an event that has come now."""
        self._offset = receive_time - self._steady()

    def __call__(self) -> int:
        """Return the time, nanoseconds since 1970 in UTC."""
        return self._steady() + self._offset


class _Inbox:
    """Events of a feed that wait for a session, read by a task of their own."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._queue: asyncio.Queue[Sourced] = asyncio.Queue(MOST_QUEUED)
        self._arrived = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def next(self, bar_end: int | None, clock: _RunningTime | None) -> Sourced | int | None:
        """Return the next event, or the time at which a bar has ended without one.

        None is the end of the feed; what has ended it is raised.
        """
        while self._queue.empty():
            if self._reader.done():
                self._reader.result()
                return None
            if clock is None or bar_end is None:
                await self._wait(None)
                continue
            nanoseconds = bar_end + GRACE - clock()
            if nanoseconds <= 0:
                return clock() - GRACE
            await self._wait(nanoseconds / NANOSECONDS)
        return self._queue.get_nowait()

    async def close(self) -> None:
        """Close the feed, and end the task that reads it."""
        await self._feed.aclose()
        while not self._reader.done():
            # a feed may be at a point at which it does not see that it is to end
            self._reader.cancel()
            await asyncio.wait({self._reader}, timeout=CLOSING)

    async def _wait(self, seconds: float | None) -> None:
        """Wait for an event, for some time at most.

        Not by ``asyncio.wait_for``, which in Python 3.11 can lose that the task is cancelled.
        """
        self._arrived.clear()
        loop = asyncio.get_running_loop()
        timer = None if seconds is None else loop.call_later(seconds, self._arrived.set)
        try:
            await self._arrived.wait()
        finally:
            if timer is not None:
                timer.cancel()

    async def _read(self) -> None:
        """Put the events of the feed into the queue."""
        try:
            async with closing_events(self._feed.events()) as events:
                async for sourced in events:
                    await self._queue.put(sourced)
                    self._arrived.set()
        finally:
            self._arrived.set()


def _as_known(event: Event, session: Followed) -> Event:
    """Return an event as it counts: one that came after its bar had ended came at that moment.

    So a recording has it in the bar in which it was known.
    """
    earliest = session.earliest_time
    return event if event.receive_time >= earliest else replace(event, receive_time=earliest)
