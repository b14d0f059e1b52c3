"""The book of a venue at given times, from the events up to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, count

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.bars import nanoseconds_in
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.events import MarketEvent

MAX_INTERVALS = 1_000_000
"""Largest number of intervals, so that a wrong time does not fill the memory."""


def regular_books(
    events: Iterable[MarketEvent], rule: SequenceRule, seconds: float
) -> Iterator[tuple[int, OrderBook]]:
    """Yield the book at the end of each interval, as ``sampled_book`` does.

    Parameters
    ----------
    events, rule : as of ``sampled_book``
    seconds : float > 0, length of an interval

    Raises
    ------
    DataError
        If the interval is not positive, the events span less than one or more than a million, or
        their times do not ascend.
    """
    length = nanoseconds_in(seconds)
    stream = iter(events)
    first = next(stream, None)
    short = f"The events span less than one interval of {seconds:g} s."
    if first is None:
        raise DataError(short)
    start = -(-first.receive_time // length) * length
    limited = _within(chain([first], stream), start, length)
    samples = sampled_book(limited, rule, count(start, length))
    sample = next(samples, None)
    if sample is None:
        raise DataError(short)
    yield from chain([sample], samples)


def _within(events: Iterable[MarketEvent], start: int, length: int) -> Iterator[MarketEvent]:
    """Yield events; refuse one that is too many intervals after the start."""
    for event in events:
        if (event.receive_time - start) // length >= MAX_INTERVALS:
            raise DataError(
                f"The events up to {event.receive_time} ns span more than {MAX_INTERVALS:,} "
                f"intervals of {length / 1e9:g} s. Use longer intervals, and check the clock."
            )
        yield event


def sampled_book(
    events: Iterable[MarketEvent], rule: SequenceRule, times: Iterable[int]
) -> Iterator[tuple[int, OrderBook]]:
    """Yield the book at each time before the last event.

    Parameters
    ----------
    events : events of one instrument at one venue, in the order in which they were received
    rule : SequenceRule of the venue
    times : ascending, nanoseconds

    Yields
    ------
    time, book : the book after the events that were received by then. It is one and the same, which
        changes as soon as the next is drawn.

    Raises
    ------
    DataError
        If the times received do not ascend.
    """
    book = OrderBook(rule)
    wanted = iter(times)
    time = next(wanted, None)
    now = -1
    for event in events:
        if event.receive_time < now:
            raise DataError(
                f"The times received must ascend: {event.receive_time} ns comes after {now} ns. "
                "A clock went back: split the events there."
            )
        now = event.receive_time
        while time is not None and now > time:
            yield time, book
            time = next(wanted, None)
        if time is None:
            return
        book.receive(event)
