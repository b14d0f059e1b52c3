"""Prices that events carry: of quotes, of a book that is kept from changes, of pools and oracles.

Another kind of event that carries a price is another class here: a leg does not know which it has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from hedgeresearch.feeds.feed import Event
from hedgeresearch.live.decision import ProblemKind
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.events import BookSnapshot, BookUpdate, Quote

Fault = tuple[ProblemKind, str]
"""Why what was received is no price: a kind of problem, and words."""


class PriceState(Protocol):
    """The price that some kinds of events carry."""

    @property
    def price(self) -> float | None:
        """The price now; None if there is none, or it cannot be."""

    def apply(self, event: Event) -> bool:
        """Keep an event, and return whether it has brought a price."""

    def loss(self, event: Event) -> str:
        """Return why an event takes the price away, in words; "" if it does not."""

    def forget(self, reason: str) -> None:
        """Give up the price until there is a new one."""

    def fault(self, time: int) -> Fault | None:
        """Return why what was received is no price at a time; None if it is one."""


class QuotePrice:
    """Mean of bid and ask of the last quote."""

    def __init__(self) -> None:
        self._quote: Quote | None = None

    @property
    def price(self) -> float | None:
        """Mean of bid and ask; None if there is none, or it cannot be."""
        quote = self._quote
        if quote is None or not 0.0 < quote.bid < quote.ask < math.inf:
            return None
        return 0.5 * (quote.bid + quote.ask)

    def apply(self, event: Event) -> bool:
        """Keep a quote."""
        if not isinstance(event, Quote):
            return False
        self._quote = event
        return True

    def loss(self, event: Event) -> str:
        """Return nothing: only an interruption ends a quote."""
        return ""

    def forget(self, reason: str) -> None:
        """Give up the quote."""
        self._quote = None

    def fault(self, time: int) -> Fault | None:
        """Return why the quote is no price."""
        quote = self._quote
        if quote is None or self.price is not None:
            return None
        return "invalid", f"a bid of {quote.bid:g} and an ask of {quote.ask:g} cannot be"


class BookPrice:
    """Mean of the best bid and ask of a book."""

    def __init__(self, rule: SequenceRule) -> None:
        self.book = OrderBook(rule)

    @property
    def price(self) -> float | None:
        """Mean of the best bid and ask; None if a side is empty or the book is not right."""
        return self.book.mid

    def apply(self, event: Event) -> bool:
        """Keep a snapshot or an update, and return whether the book is right after it."""
        return isinstance(event, BookSnapshot | BookUpdate) and self.book.receive(event)

    def loss(self, event: Event) -> str:
        """Return nothing: the book says itself when it is not right."""
        return ""

    def forget(self, reason: str) -> None:
        """Give up the book until a snapshot."""
        self.book.interrupt(reason)

    def fault(self, time: int) -> Fault | None:
        """Return why the book has no price."""
        if not self.book.is_synchronized:
            return "waiting" if self.book.state == "waiting" else "gap", self.book.reason
        if self.book.mid is None:
            return "invalid", "one side of the book is empty"
        return None


class LatestPrice:
    """The last price of several kinds, of which a source usually sends one.

    Parameters
    ----------
    kinds : PriceStates
    """

    def __init__(self, kinds: Sequence[PriceState]) -> None:
        self._kinds = kinds
        self._last = kinds[0]

    @property
    def price(self) -> float | None:
        """The price of the kind that came last."""
        return self._last.price

    def apply(self, event: Event) -> bool:
        """Keep an event, and return whether it has brought a price of any kind."""
        for kind in self._kinds:
            if kind.apply(event):
                self._last = kind
                return True
        return False

    def loss(self, event: Event) -> str:
        """Return why the price is taken away, in words; "" if it is not."""
        return self._last.loss(event)

    def forget(self, reason: str) -> None:
        """Give up all prices."""
        for kind in self._kinds:
            kind.forget(reason)

    def fault(self, time: int) -> Fault | None:
        """Return why what came last is no price at a time."""
        return self._last.fault(time)
