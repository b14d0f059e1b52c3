"""Several feeds as one, in the order in which their events are received."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from itertools import chain

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Feed, Sourced, closing_events
from hedgeresearch.feeds.source import Source

MOST_WAITING = 1_000
"""Events that may wait; the feeds then wait as well."""

Arrived = Sourced | Exception | None
"""An event; what has ended a feed; its end."""


@exported_by("hedgeresearch.feeds")
class MergedFeed:
    """Events of several live feeds, such as the legs of a hedge at two venues.

    Recordings are merged by recording into one folder: of live feeds alone the order in which
    events come is the one in which they were received. Each feed gives what it has received in
    small batches: an event that was received a little before one that another feed gave first
    counts as received with that one, so that times go back only where those of one feed do.

    Parameters
    ----------
    feeds : two or more feeds without a common source

    Raises
    ------
    DataError
        If two have a common source.

    Examples
    --------
    >>> from hedgeresearch.feeds import BinanceVenue, DeribitVenue, MergedFeed, WebsocketFeed
    >>> spot = WebsocketFeed(BinanceVenue("BTCUSDT"))
    >>> feed = MergedFeed(spot, WebsocketFeed(DeribitVenue("BTC-PERPETUAL")))
    >>> [str(source) for source in feed.sources]
    ['BTCUSDT at binance', 'BTC-PERPETUAL at deribit']
    """

    def __init__(self, *feeds: Feed) -> None:
        self.feeds = feeds
        self._sources = tuple(chain.from_iterable(feed.sources for feed in feeds))
        if not self._sources or len(set(self._sources)) != len(self._sources):
            raise DataError("Feeds to be merged must have different sources, at least one.")

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of all feeds."""
        return self._sources

    def events(self) -> AsyncGenerator[Sourced, None]:
        """Return an iterator over events with their sources, until all feeds have ended.

        An error of one of them ends all.
        """
        return self._events([feed.events() for feed in self.feeds])

    async def _events(self, feeds: list[AsyncIterator[Sourced]]) -> AsyncGenerator[Sourced, None]:
        """Yield the events of all feeds."""
        arrived: asyncio.Queue[tuple[int, Arrived]] = asyncio.Queue(MOST_WAITING)
        readers = [
            asyncio.create_task(_read(number, events, arrived))
            for number, events in enumerate(feeds)
        ]
        n_left = len(readers)
        order = _Order(n_left)
        try:
            while n_left:
                number, value = await arrived.get()
                if isinstance(value, Exception):
                    raise value
                if value is None:
                    n_left -= 1
                else:
                    yield order.placed(number, value)
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def aclose(self) -> None:
        """Close all feeds; ``events`` then ends."""
        for feed in self.feeds:
            await feed.aclose()

    def __repr__(self) -> str:
        return f"MergedFeed({', '.join(map(str, self._sources))})"


class _Order:
    """Times of receipt of several feeds, in one order.

    Parameters
    ----------
    n_feeds : number of feeds
    """

    def __init__(self, n_feeds: int) -> None:
        self._last_of = [-1] * n_feeds
        self._last_given = -1

    def placed(self, number: int, sourced: Sourced) -> Sourced:
        """Return an event of a feed; one that another feed has overtaken has the time of that."""
        source, event = sourced
        time = event.receive_time
        has_gone_back = time < self._last_of[number]
        self._last_of[number] = time
        if time < self._last_given and not has_gone_back:
            return source, replace(event, receive_time=self._last_given)
        self._last_given = time
        return sourced


async def _read(
    number: int, events: AsyncIterator[Sourced], arrived: asyncio.Queue[tuple[int, Arrived]]
) -> None:
    """Put the events of a feed with its number, then None, or the error that ended it."""
    try:
        async with closing_events(events):
            async for sourced in events:
                await arrived.put((number, sourced))
    except Exception as error:
        await arrived.put((number, error))
    else:
        await arrived.put((number, None))
