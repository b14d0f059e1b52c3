"""An order book that knows whether it is right.

A book begins with a snapshot and is kept by changes that the venue numbers. A change that is
missing, or a book that makes no sense, ends its validity until the next snapshot: it then has no
best price, so that nothing can be computed from it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import Literal

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.book_side import BookSide
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.events import (
    BookSnapshot,
    BookUpdate,
    Interruption,
    Level,
    MarketEvent,
    Quote,
)
from hedgeresearch.typing import Array

State = Literal["waiting", "synchronized", "unsynchronized"]
MOST_WAITING = 10_000
"""Largest number of updates that are kept while a snapshot is awaited."""


@exported_by("hedgeresearch.microstructure")
class OrderBook:
    """Bids and asks of one instrument at one venue.

    Parameters
    ----------
    rule : SequenceRule of the venue

    Attributes
    ----------
    state : {"waiting", "synchronized", "unsynchronized"}
        Waiting for the first snapshot; right; or not right since ``reason``, until the next
        snapshot.
    reason : str, why the book is not synchronized; empty if it is
    counts : Counter of what came: used, old, kept (before a snapshot), gap, crossed, invalid,
        interrupted
    last_id : number of the last change
    event_time, receive_time : ints, nanoseconds, of the last change

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, BookUpdate, OrderBook
    >>> book = OrderBook(BINANCE_SPOT)
    >>> book.apply_snapshot(BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0)], None, 0))
    >>> book.apply(BookUpdate(101, 101, None, [(100.0, 3.0)], [], None, 1))
    True
    >>> book.best_bid, book.best_ask, book.mid
    ((100.0, 3.0), (101.0, 1.0), 100.5)

    An update is missing:

    >>> book.apply(BookUpdate(105, 106, None, [(98.0, 1.0)], [], None, 2))
    False
    >>> book.reason
    'update 105 to 106 does not follow 101'
    >>> book.best_bid is None
    True
    """

    def __init__(self, rule: SequenceRule) -> None:
        self.rule = rule
        self.state: State = "waiting"
        self.reason = "no snapshot has come"
        self.counts: Counter[str] = Counter()
        self.last_id = -1
        self.event_time: int | None = None
        self.receive_time = -1
        self._bids = BookSide(-1)
        self._asks = BookSide(+1)
        self._waiting: deque[BookUpdate] = deque(maxlen=MOST_WAITING)
        self._is_first = True

    def receive(self, event: MarketEvent) -> bool:
        """Apply any event, and return whether the book is right and was changed by it.

        A snapshot that cannot be is refused like an update: the book says why. Quotes, trades and
        funding do not change it.

        Examples
        --------
        >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook
        >>> from hedgeresearch.microstructure import BookUpdate
        >>> book = OrderBook(BINANCE_SPOT)
        >>> book.receive(BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0))
        True
        >>> book.receive(BookUpdate(101, 101, None, [(100.0, 3.0)], [], None, 1))
        True
        >>> book.is_synchronized, book.best_bid
        (True, (100.0, 3.0))
        """
        if isinstance(event, BookUpdate):
            return self.apply(event)
        if isinstance(event, BookSnapshot):
            try:
                self.apply_snapshot(event)
            except DataError:
                return False
            return self.is_synchronized
        if isinstance(event, Interruption):
            self.interrupt(event.reason)
        return False

    def interrupt(self, reason: str) -> None:
        """Give up the book, and updates that wait for a snapshot: the feed was interrupted.

        Examples
        --------
        >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook, Quote
        >>> book = OrderBook(BINANCE_SPOT)
        >>> book.apply_snapshot(BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0)], None, 0))
        >>> book.bids(1), book.asks(1), list(book.best_first("asks"))
        ([(99.0, 2.0)], [(101.0, 1.0)], [(101.0, 1.0)])
        >>> book.agrees_with(Quote(100, 99.0, 2.0, 101.0, 1.0, None, 0))
        True
        >>> book.interrupt("the connection was closed")
        >>> book.reason
        'the connection was closed'
        """
        self._waiting.clear()
        self._lose("interrupted", reason)

    def apply_snapshot(self, snapshot: BookSnapshot) -> None:
        """Begin again from a snapshot, and apply the updates that came before it.

        Raises
        ------
        DataError
            If the snapshot contains a price or size that cannot be, or is crossed.
        """
        self._bids.clear()
        self._asks.clear()
        problem = self._bids.apply(snapshot.bids) or self._asks.apply(snapshot.asks)
        if not problem and self._is_crossed():
            problem = "a bid as high as an ask"
        if problem:
            self._lose("invalid", f"the snapshot {snapshot.update_id} contains {problem}")
            raise DataError(
                f"The snapshot {snapshot.update_id} contains {problem}. Ask for another."
            )
        self.last_id = snapshot.update_id
        self.event_time = snapshot.event_time
        self.receive_time = snapshot.receive_time
        self._is_first = True
        self.state = "synchronized"
        self.reason = ""
        waiting = list(self._waiting)
        self._waiting.clear()
        for place, update in enumerate(waiting, start=1):
            self.apply(update)
            if not self.is_synchronized:
                # the rest has been counted, and waits for the next snapshot
                self._waiting.extend(waiting[place:])
                return

    def apply(self, update: BookUpdate) -> bool:
        """Apply an update, and return whether the book is right and was changed by it.

        An update that does not fit makes the book unsynchronized; from then on updates are kept
        for the next snapshot.
        """
        if self.state != "synchronized":
            self._waiting.append(update)
            self.counts["kept"] += 1
            return False
        if self._is_first:
            verdict = self.rule.first(update, self.last_id)
        else:
            verdict = self.rule.following(update, self.last_id)
        if verdict == "old" and self._is_newer(update):
            text = f"update {update.final_id} is newer than {self.last_id}, with a lower number"
            self._lose("gap", text)
            self._waiting.append(update)
            return False
        if verdict == "old":
            self.counts["old"] += 1
            return False
        if verdict == "gap":
            text = f"update {update.first_id} to {update.final_id} does not follow {self.last_id}"
            self._lose("gap", text)
            self._waiting.append(update)
            return False
        return self._use(update)

    @property
    def is_synchronized(self) -> bool:
        """True if the book is right as far as the venue's numbers say."""
        return self.state == "synchronized"

    @property
    def best_bid(self) -> Level | None:
        """Price and size of the best bid; None if there is none or the book is not right."""
        return self._bids.best() if self.state == "synchronized" else None

    @property
    def best_ask(self) -> Level | None:
        """Price and size of the best ask; None if there is none or the book is not right."""
        return self._asks.best() if self.state == "synchronized" else None

    @property
    def mid(self) -> float | None:
        """Mean of the best bid and ask; None if one of them is missing."""
        bid = self.best_bid
        ask = self.best_ask
        if bid is None or ask is None:
            return None
        return 0.5 * (bid[0] + ask[0])

    def bids(self, n_levels: int | None = None) -> list[Level]:
        """Return bids from the best on; none if the book is not right."""
        return self._bids.levels(n_levels) if self.state == "synchronized" else []

    def asks(self, n_levels: int | None = None) -> list[Level]:
        """Return asks from the best on; none if the book is not right."""
        return self._asks.levels(n_levels) if self.state == "synchronized" else []

    def best_first(self, side: Literal["bids", "asks"]) -> Iterator[Level]:
        """Yield the levels of a side from the best on, one by one; none if it is not right.

        It is faster than :meth:`bids` and :meth:`asks` where only the first levels are used. The
        book must not change meanwhile.
        """
        if self.state != "synchronized":
            return iter(())
        return self._bids.best_first() if side == "bids" else self._asks.best_first()

    def level_arrays(self, side: Literal["bids", "asks"]) -> tuple[Array, Array]:
        """Return prices (n_levels,) and sizes (n_levels,) of a side from the best on.

        They are empty if the book is not right.

        Examples
        --------
        >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook
        >>> book = OrderBook(BINANCE_SPOT)
        >>> book.apply_snapshot(BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0)], None, 0))
        >>> book.level_arrays("bids")
        (array([99.]), array([2.]))
        """
        if self.state != "synchronized":
            return np.empty(0), np.empty(0)
        return self._bids.arrays() if side == "bids" else self._asks.arrays()

    def agrees_with(self, quote: Quote) -> bool:
        """Return whether best prices and sizes are those of a quote: a check by a second stream."""
        bid = (quote.bid, quote.bid_size)
        ask = (quote.ask, quote.ask_size)
        return self.best_bid == bid and self.best_ask == ask

    def __repr__(self) -> str:
        if self.state != "synchronized":
            return f"OrderBook({self.state}: {self.reason})"
        return f"OrderBook(bid {self.best_bid}, ask {self.best_ask}, change {self.last_id})"

    def _use(self, update: BookUpdate) -> bool:
        """Apply an update that follows; refuse sizes and books that cannot be."""
        problem = self._bids.apply(update.bids) or self._asks.apply(update.asks)
        if problem:
            self._lose("invalid", f"update {update.final_id} contains {problem}")
            return False
        if self._is_crossed():
            self._lose("crossed", f"the book is crossed after update {update.final_id}")
            return False
        self.last_id = update.final_id
        self.event_time = update.event_time
        self.receive_time = update.receive_time
        self._is_first = False
        self.counts["used"] += 1
        return True

    def _is_newer(self, update: BookUpdate) -> bool:
        """Return whether an update is later than the last one by the venue's clock, if it has one.

        The time of a snapshot is that of its answer and cannot be compared.
        """
        if self._is_first or update.event_time is None or self.event_time is None:
            return False
        return update.event_time > self.event_time

    def _is_crossed(self) -> bool:
        """Return whether a bid is as high as an ask."""
        bid = self._bids.best()
        ask = self._asks.best()
        return bid is not None and ask is not None and bid[0] >= ask[0]

    def _lose(self, count: str, reason: str) -> None:
        """Note that the book is not right any more."""
        self.counts[count] += 1
        self.state = "unsynchronized"
        self.reason = reason
