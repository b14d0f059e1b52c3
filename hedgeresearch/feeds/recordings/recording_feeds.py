"""A feed, recorded until it ends or a time is over."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.feeds.feed import Event, Feed, closing_events
from hedgeresearch.feeds.recordings.recorder import Recorder
from hedgeresearch.feeds.source import Source


@exported_by("hedgeresearch.feeds")
async def record(
    feed: Feed,
    recorder: Recorder,
    *,
    seconds: float | None = None,
    seen: Callable[[Source, Event], None] | None = None,
) -> int:
    """Record the events of a feed, and return their number.

    Parts are written while the feed goes on receiving. It ends when the feed does, as after
    ``feed.aclose()``, or some seconds later; what was received is then written.

    Parameters
    ----------
    feed : Feed
    recorder : Recorder of the folder
    seconds : float > 0, time after which the feed is closed; by default it is not
    seen : function to be called with each event, once it is kept

    Raises
    ------
    DataError
        If an event cannot be stored, or another recorder has been opened on the folder.

    Examples
    --------
    >>> import asyncio
    >>> import tempfile
    >>> from hedgeresearch.feeds import Recorder, Recording, Source, record
    >>> from hedgeresearch.microstructure import Quote
    >>> source = Source("binance", "BTCUSDT")
    >>> with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
    ...     with Recorder(first) as recorder:
    ...         recorder.append(source, Quote(0, 99.0, 1.0, 101.0, 1.0, None, 0))
    ...     with Recorder(second) as recorder:
    ...         asyncio.run(record(Recording(first), recorder))
    ...
    1
    """
    if seconds is not None:
        check_between(seconds, "seconds", 0.0, math.inf)
    n_before = recorder.n_events
    end = None if seconds is None else asyncio.create_task(_close(feed, seconds))
    try:
        async with closing_events(feed.events()) as events:
            async for source, event in events:
                recorder.keep(source, event)
                if seen is not None:
                    seen(source, event)
                if recorder.is_due:
                    await asyncio.to_thread(recorder.flush)
    finally:
        if end is not None:
            end.cancel()
            with suppress(asyncio.CancelledError):
                await end
        recorder.flush()
    return recorder.n_events - n_before


async def _close(feed: Feed, seconds: float) -> None:
    """Close a feed after some time."""
    await asyncio.sleep(seconds)
    await feed.aclose()
