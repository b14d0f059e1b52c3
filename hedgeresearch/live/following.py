"""A session on a feed: events as they come, and a clock that runs while none does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from hedgeresearch.feeds.feed import Event, Feed, Sourced
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.column import NANOSECONDS
from hedgeresearch.live.decision import Decision

GRACE = 20_000_000
"""Nanoseconds after the end of a bar for which events that were received in it may be on the way
through the feed, before the bar ends by the clock."""
MOST_QUEUED = 10_000
"""Number of events that wait for a session, after which the feed waits."""


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


class EventLog(Protocol):
    """A writer of events, such as a ``feeds.Recorder``."""

    def append(self, source: Source, event: Event) -> None:
        """Write an event."""


async def follow(
    session: Followed,
    feed: Feed,
    clock: Callable[[], int] | None,
    recorder: EventLog | None,
) -> AsyncGenerator[Decision, None]:
    """Yield the decisions of a session on a feed until it ends, then close it.

    Parameters
    ----------
    session : Session
    feed : Feed
    clock : function that returns the time in nanoseconds; None for a recorded feed
    recorder : Recorder of the events as the session has had them, or None
    """
    queue: asyncio.Queue[Sourced | None] = asyncio.Queue(MOST_QUEUED)
    pump = asyncio.create_task(_pump(feed, queue))
    latest = -1
    try:
        while True:
            found = await _next(queue, session, clock)
            if found is None:
                break
            if isinstance(found, int):
                decisions = session.advance(found)
            else:
                source, event = found
                counted = event if event.receive_time < latest else _as_known(event, session)
                latest = max(latest, event.receive_time)
                if recorder is not None:
                    recorder.append(source, counted)
                decisions = session.receive(source, counted)
            for decision in decisions:
                yield decision
        await pump  # raises what has ended the feed
    finally:
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
        await feed.aclose()


async def _pump(feed: Feed, queue: asyncio.Queue[Sourced | None]) -> None:
    """Put the events of a feed into a queue, and None at its end."""
    try:
        async for sourced in feed.events():
            await queue.put(sourced)
    except Exception:
        await queue.put(None)
        raise
    await queue.put(None)


async def _next(
    queue: asyncio.Queue[Sourced | None], session: Followed, clock: Callable[[], int] | None
) -> Sourced | int | None:
    """Return the next event, or the time at which a bar has ended without one; None at the end."""
    if not queue.empty():
        return queue.get_nowait()
    end = session.bar_end
    if clock is None or end is None:
        return await queue.get()
    seconds = (end + GRACE - clock()) / NANOSECONDS
    if seconds > 0.0:
        with suppress(TimeoutError):
            return await asyncio.wait_for(queue.get(), seconds)
    # an event that came meanwhile goes first
    return clock() - GRACE if queue.empty() else queue.get_nowait()


def _as_known(event: Event, session: Followed) -> Event:
    """Return an event as it counts: one that came after its bar had ended came at that moment.

    So a recording has it in the bar in which it was known.
    """
    earliest = session.earliest_time
    return event if event.receive_time >= earliest else replace(event, receive_time=earliest)
