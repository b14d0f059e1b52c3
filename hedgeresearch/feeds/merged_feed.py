"""Several feeds as one, in the order in which their events are received."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from itertools import chain

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Feed, Sourced
from hedgeresearch.feeds.source import Source

MOST_WAITING = 1_000
"""Events that may wait; the feeds then wait as well."""


@exported_by("hedgeresearch.feeds")
class MergedFeed:
    """Events of several live feeds, such as the legs of a hedge at two venues.

    Recordings are merged by recording into one folder: of live feeds alone the order in which
    events come is the one in which they were received.

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
        arrived: asyncio.Queue[Sourced | Exception | None] = asyncio.Queue(MOST_WAITING)
        readers = [asyncio.create_task(_read(events, arrived)) for events in feeds]
        n_left = len(readers)
        try:
            while n_left:
                value = await arrived.get()
                if isinstance(value, Exception):
                    raise value
                if value is None:
                    n_left -= 1
                else:
                    yield value
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


async def _read(
    events: AsyncIterator[Sourced], arrived: asyncio.Queue[Sourced | Exception | None]
) -> None:
    """Put the events of a feed, then None, or the error that ended it."""
    try:
        async for sourced in events:
            await arrived.put(sourced)
    except Exception as error:
        await arrived.put(error)
    else:
        await arrived.put(None)
