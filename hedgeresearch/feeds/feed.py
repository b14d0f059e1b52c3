"""The protocol of feeds: events of some sources, as they are received."""

from __future__ import annotations

from collections.abc import AsyncIterator
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
    changes of a book are missing, or nothing comes any more. It ends when it is closed; a recorded
    feed ends with the recording.
    """

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources whose events it gives."""

    def events(self) -> AsyncIterator[Sourced]:
        """Yield events with their sources, in the order received."""

    async def aclose(self) -> None:
        """Close connections; ``events`` then ends."""
