"""Events of a market: its book, best quotes, trades and funding, and interruptions of its feed.

Every event carries two times, nanoseconds since 1970 in UTC: ``event_time`` is the venue's and
``receive_time`` the recorder's. Decisions may use what had been received.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hedgeresearch._exports import exported_by

Level = tuple[float, float]
"""A price, and the size that is offered or wanted there; a size of zero removes the price."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """The whole book of a venue at one moment.

    Attributes
    ----------
    update_id : number of the last change that it contains
    bids, asks : sequences of (price, size)
    event_time, receive_time : ints, nanoseconds; None for a venue that does not state its time

    Examples
    --------
    >>> from hedgeresearch.microstructure import BookSnapshot
    >>> BookSnapshot(100, [(99.0, 2.0)], [(101.0, 1.0), (102.0, 3.0)], None, 0).asks[0]
    (101.0, 1.0)
    """

    update_id: int
    bids: Sequence[Level]
    asks: Sequence[Level]
    event_time: int | None
    receive_time: int


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, slots=True)
class BookUpdate:
    """Changes of a book.

    Attributes
    ----------
    first_id, final_id : numbers of the first and the last change in it
    previous_id : number of the last change of the update before; None for a venue that numbers its
        changes without a gap instead
    bids, asks : sequences of (price, size), new sizes; zero removes the price
    event_time, receive_time : ints, nanoseconds

    Examples
    --------
    >>> from hedgeresearch.microstructure import BookUpdate
    >>> BookUpdate(101, 101, None, [(100.0, 3.0)], [], None, 1).bids
    [(100.0, 3.0)]
    """

    first_id: int
    final_id: int
    previous_id: int | None
    bids: Sequence[Level]
    asks: Sequence[Level]
    event_time: int | None
    receive_time: int


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, slots=True)
class Quote:
    """The best bid and ask of a venue.

    Attributes
    ----------
    update_id : number of the change of the book after which it holds; None for a venue that does
        not state it
    bid, bid_size, ask, ask_size : prices and sizes
    event_time, receive_time : ints, nanoseconds; None for a venue that does not state its time

    Examples
    --------
    >>> from hedgeresearch.microstructure import Quote
    >>> quote = Quote(7, 99.9, 1.0, 100.1, 2.0, None, 1)
    >>> round((quote.bid + quote.ask) / 2, 1)
    100.0
    """

    update_id: int | None
    bid: float
    bid_size: float
    ask: float
    ask_size: float
    event_time: int | None
    receive_time: int


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, slots=True)
class Trade:
    """A trade.

    Attributes
    ----------
    trade_id : number of the trade
    price, size : price, and size in the venue's unit: coins, or contracts
    side : +1 if the buyer took liquidity, -1 if the seller did, 0 if the venue does not state it
    event_time, receive_time : ints, nanoseconds

    Examples
    --------
    >>> from hedgeresearch.microstructure import Trade
    >>> trade = Trade(7, 100.1, 2.0, 1, None, 1)  # 1: the buyer came to the offer
    >>> trade.price * trade.size
    200.2
    """

    trade_id: int
    price: float
    size: float
    side: int
    event_time: int | None
    receive_time: int


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, slots=True)
class FundingRate:
    """The funding of a perpetual contract, as the venue states it now.

    Attributes
    ----------
    rate : fraction of the notional that longs pay shorts over an interval; shorts pay if negative
    interval_hours : hours that the rate is for, 8 at most venues; None if the venue does not say
    next_time : int, nanoseconds, of the next payment; None if funding is paid all the time, or the
        venue does not say
    mark_price, index_price : prices of the contract and of what it follows, by which the venue
        computes; None if it does not state them
    event_time, receive_time : ints, nanoseconds; None for a venue that does not state its time

    Examples
    --------
    >>> from hedgeresearch.microstructure import FundingRate
    >>> funding = FundingRate(0.0001, 8.0, None, None, None, None, 1)
    >>> round(funding.rate * 3 * 365, 3)  # a year
    0.11
    """

    rate: float
    interval_hours: float | None
    next_time: int | None
    mark_price: float | None
    index_price: float | None
    event_time: int | None
    receive_time: int


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, slots=True)
class Interruption:
    """An instrument's feed has begun, has lost its connection, or has missed something.

    What was received before must not be relied on: a book needs a new snapshot, and a price a new
    quote.

    Attributes
    ----------
    reason : str, in words, such as "the connection was closed"
    receive_time : int, nanoseconds, at which it was noticed

    Examples
    --------
    >>> from hedgeresearch.microstructure import Interruption
    >>> event = Interruption("the connection was closed", 1)
    >>> event.reason, event.event_time is None
    ('the connection was closed', True)
    """

    reason: str
    receive_time: int

    @property
    def event_time(self) -> None:
        """Time of the venue: there is none."""
        return None


MarketEvent = BookSnapshot | BookUpdate | Quote | Trade | FundingRate | Interruption
