"""Events of a feed until a condition holds."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from hedgeresearch.feeds import Feed, Source, sequence_rule
from hedgeresearch.microstructure import Interruption, OrderBook
from tests.feeds.stub_venue import StubVenue


def events_of(
    feed: Feed,
    until: Callable[[list[Any]], bool],
    *,
    seconds: float = 60.0,
) -> list[Any]:
    """Return the events of a feed until a condition on them holds; fail if it never does."""

    async def read() -> list[Any]:
        found: list[Any] = []
        end = time.monotonic() + seconds
        async with aclosing(feed.events()) as events:
            async for sourced in events:
                found.append(sourced)
                if until(found):
                    break
                assert time.monotonic() < end, f"not within {seconds} s: {found[-3:]}"
        await feed.aclose()
        return found

    return asyncio.run(asyncio.wait_for(read(), 2.0 * seconds))


class RightBooks:
    """Condition that all books of a stub have been right for some updates, whatever its speed.

    If the stub has a fault, it befalls when that holds for the first time, and the condition holds
    when it is true again of what came after the faulty change.

    Parameters
    ----------
    stub : the venue
    venue : name of the venue in the sources
    n_updates : number of updates of each book

    Attributes
    ----------
    n_before : number of events before the fault was ordered; None before
    is_after : whether the fault, if any, is over
    began : time of receipt from which on updates count, nanoseconds
    """

    def __init__(self, stub: StubVenue, venue: str, n_updates: int = 20) -> None:
        self.n_before: int | None = None
        self.began = 0
        self._stub = stub
        self._n_updates = n_updates
        self._books = {Source(venue, name): OrderBook(sequence_rule(venue)) for name in stub.books}
        self._counts: Counter[Source] = Counter()
        self.is_after = not stub.fault

    def __call__(self, found: list[Any]) -> bool:
        source, event = found[-1]
        book = self._books[source]
        used = book.receive(event)
        self._counts[source] += used
        if isinstance(event, Interruption):
            self._counts[source] = 0
        if used and not self.is_after and self._has_passed(source, book):
            self.is_after = True
            self.began = event.receive_time
            self._counts.clear()
        if not self.is_enough():
            return False
        if not self.is_after and self.n_before is None:
            self.n_before = len(found)
            self._stub.strike()
        return self.is_after

    def is_enough(self) -> bool:
        """Return whether all books have been right for long enough."""
        return min(self._counts[one] for one in self._books) >= self._n_updates

    def _has_passed(self, source: Source, book: OrderBook) -> bool:
        """Return whether a book is the faulty one, and is right after the faulty change."""
        fault_id = self._stub.fault_id
        is_first = source == next(iter(self._books))
        return is_first and fault_id is not None and (book.last_id or 0) > fault_id
