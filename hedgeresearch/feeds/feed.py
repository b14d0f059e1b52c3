"""The protocol of feeds: events of some sources, as they are received."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from hedgeresearch._exports import exported_by
from hedgeresearch.feeds.source import Source
from hedgeresearch.microstructure.events import MarketEvent
from hedgeresearch.onchain.chain_events import ChainEvent

Event = MarketEvent | ChainEvent
"""What a feed gives: events of venues and of chains."""
Sourced = tuple[Source, Event]
"""An event and where it comes from."""


@exported_by("hedgeresearch.feeds")
class Feed(Protocol):
    """Events of one or several sources, live or recorded.

    What reads a feed does not know which of both it is, so that a decision made live can be made
    again from a recording.

    A live feed begins with an ``Interruption`` of each source, connects again by itself, and gives
    an ``Interruption`` of each source concerned when a connection is lost, a frame cannot be read,
    changes of a book are missing, nothing comes any more, or the receiver's clock is set: ages and
    delays across that mean nothing. It ends when it is closed; a recorded feed ends with the
    recording.

    Examples
    --------
    >>> import asyncio
    >>> import tempfile
    >>> from hedgeresearch.feeds import Recorder, Recording, Source
    >>> from hedgeresearch.microstructure import Quote
    >>> source = Source("binance", "BTCUSDT")
    >>> async def bids(feed):
    ...     return [event.bid async for _, event in feed.events()]
    ...
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Recorder(folder) as recorder:
    ...         recorder.append(source, Quote(0, 99.0, 1.0, 101.0, 1.0, None, 0))
    ...     asyncio.run(bids(Recording(folder)))
    ...
    [99.0]
    """

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources whose events it gives."""

    def events(self) -> AsyncIterator[Sourced]:
        """Yield events with their sources, in the order received."""

    async def aclose(self) -> None:
        """Close connections; ``events`` then ends."""


@asynccontextmanager
async def closing_events(
    events: AsyncIterator[Sourced],
) -> AsyncGenerator[AsyncIterator[Sourced], None]:
    """Give the events of a feed, and close what they have opened at the end.

    An iterator that is left where it is closes its connections when it is collected, for which the
    loop may have no time.
    """
    try:
        yield events
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
