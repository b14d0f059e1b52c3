"""The continuity of a feed: what is missing, came twice or cannot be is noticed as it comes.

A live feed keeps the books of its sources itself, because it has to know when to call for a new
snapshot. What is lost is said by an ``Interruption``, which recordings and decisions see as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hedgeresearch.feeds.feed import Event, Sourced
from hedgeresearch.feeds.source import Source
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.events import (
    BookSnapshot,
    BookUpdate,
    Interruption,
    Quote,
    Trade,
)


class Continuity:
    """Books and last numbers of the sources of a feed.

    Parameters
    ----------
    rules : mapping from source to the rule of its book; None for one whose book is not followed
    counts : Counter of interruptions, and of trades that came twice and are left out, to be kept
    numbers_trades : whether trades of a source are numbered without a gap

    Attributes
    ----------
    lost : set of sources whose book needs a snapshot
    """

    def __init__(
        self,
        rules: Mapping[Source, SequenceRule | None],
        counts: Counter[str],
        *,
        numbers_trades: bool = False,
    ) -> None:
        self._numbers_trades = numbers_trades
        self._books = {
            source: OrderBook(rule) for source, rule in rules.items() if rule is not None
        }
        self._last: dict[tuple[Source, type], int] = {}
        self.lost = set(self._books)
        self.counts = counts

    def interrupt(self, source: Source, reason: str, time: int) -> Sourced:
        """Return an interruption of a source, whose book is given up."""
        self.counts["interruptions"] += 1
        self._last.pop((source, Quote), None)
        self._last.pop((source, Trade), None)
        if source in self._books:
            self._books[source].interrupt(reason)
            self.lost.add(source)
        return source, Interruption(reason, time)

    def checked(self, source: Source, event: Event) -> list[Sourced]:
        """Return an event with an interruption before or after it, if it shows one."""
        if isinstance(event, BookUpdate | BookSnapshot):
            return self._checked_book(source, event)
        if isinstance(event, Quote):
            return self._checked_number(source, event, event.update_id)
        if isinstance(event, Trade):
            return self._checked_number(source, event, event.trade_id)
        return [(source, event)]

    def _checked_book(self, source: Source, event: BookUpdate | BookSnapshot) -> list[Sourced]:
        """Return a change of a book; one that shows a gap comes after the interruption.

        Those who keep the book then keep it for the next snapshot, as is done here.
        """
        book = self._books.get(source)
        if book is None:
            return [(source, event)]
        was_right = book.is_synchronized
        book.receive(event)
        if book.is_synchronized:
            self.lost.discard(source)
            return [(source, event)]
        if not was_right:
            return [(source, event)]
        interruption = self.interrupt(source, book.reason, event.receive_time)
        book.receive(event)
        return [interruption, (source, event)]

    def _checked_number(
        self, source: Source, event: Quote | Trade, number: int | None
    ) -> list[Sourced]:
        """Return a quote or trade.

        An older one than the last is followed by an interruption, as it must not be the last price;
        one before which trades are missing comes after it.
        """
        if number is None:
            return [(source, event)]
        kind = type(event)
        last = self._last.get((source, kind))
        if last is not None and number < last:
            name = kind.__name__.lower()
            interruption = self.interrupt(
                source, f"{name} {number} came after {name} {last}", event.receive_time
            )
            self._last[source, kind] = number
            return [(source, event), interruption]
        if last == number and kind is Trade:
            self.counts["repeated trades"] += 1
            return []
        found: list[Sourced] = [(source, event)]
        if self._numbers_trades and kind is Trade and last is not None and number > last + 1:
            reason = f"trades {last + 1} to {number - 1} are missing"
            found.insert(0, self.interrupt(source, reason, event.receive_time))
        self._last[source, kind] = number
        return found
