"""Market events as columns, and back: a layout for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, Literal, cast

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Event
from hedgeresearch.feeds.recordings.arrow import pa
from hedgeresearch.feeds.recordings.chain_tables import chain_columns, chain_events
from hedgeresearch.microstructure.events import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Interruption,
    Level,
    Quote,
    Trade,
)
from hedgeresearch.onchain.chain_events import (
    BlockWithdrawn,
    LoanState,
    OracleReading,
    PoolState,
    PoolSwap,
)

Kind = Literal["book", "quotes", "trades", "funding", "interruptions", "chain"]
Numbered = tuple[int, Any]
"""An event and its number in the recording."""
KINDS: dict[type, Kind] = {
    BookSnapshot: "book",
    BookUpdate: "book",
    Quote: "quotes",
    Trade: "trades",
    FundingRate: "funding",
    Interruption: "interruptions",
    PoolState: "chain",
    PoolSwap: "chain",
    OracleReading: "chain",
    LoanState: "chain",
    BlockWithdrawn: "chain",
}
FIELDS: dict[Kind, tuple[str, ...]] = {
    "quotes": ("update_id", "bid", "bid_size", "ask", "ask_size"),
    "trades": ("trade_id", "price", "size", "side"),
    "funding": ("rate", "interval_hours", "next_time", "mark_price", "index_price"),
    "interruptions": ("reason",),
}
"""Fields of an event that are columns as they are."""
PLAIN: dict[Kind, Callable[..., Event]] = {
    "quotes": Quote,
    "trades": Trade,
    "funding": FundingRate,
}
"""Events that are made of their fields and both clocks."""
INTEGER = pa.int64()
NUMBER = pa.float64()
NUMBERS = pa.list_(NUMBER)
CLOCKS = [("number", INTEGER), ("event_time", INTEGER), ("receive_time", INTEGER)]
SCHEMAS: dict[Kind, pa.Schema] = {
    "book": pa.schema(
        [
            *CLOCKS,
            ("is_snapshot", pa.bool_()),
            ("first_id", INTEGER),
            ("final_id", INTEGER),
            ("previous_id", INTEGER),
            ("bid_prices", NUMBERS),
            ("bid_sizes", NUMBERS),
            ("ask_prices", NUMBERS),
            ("ask_sizes", NUMBERS),
        ]
    ),
    "quotes": pa.schema(
        [
            *CLOCKS,
            ("update_id", INTEGER),
            *[(name, NUMBER) for name in ("bid", "bid_size", "ask", "ask_size")],
        ]
    ),
    "trades": pa.schema(
        [*CLOCKS, ("trade_id", INTEGER), ("price", NUMBER), ("size", NUMBER), ("side", INTEGER)]
    ),
    "funding": pa.schema(
        [
            *CLOCKS,
            ("rate", NUMBER),
            ("interval_hours", NUMBER),
            ("next_time", INTEGER),
            ("mark_price", NUMBER),
            ("index_price", NUMBER),
        ]
    ),
    "interruptions": pa.schema([*CLOCKS, ("reason", pa.string())]),
    "chain": pa.schema(
        [
            *CLOCKS,
            ("block", INTEGER),
            ("block_hash", pa.string()),
            ("parent_hash", pa.string()),
            ("content", pa.string()),
        ]
    ),
}
"""Columns of each kind; times are nanoseconds since 1970 in UTC."""


def table_of(kind: Kind, rows: list[Numbered]) -> pa.Table:
    """Return numbered events of a kind as a table.

    Raises
    ------
    DataError
        If a field is not of its type.
    """
    events = [event for _, event in rows]
    columns: dict[str, list[Any]] = {
        "number": [number for number, _ in rows],
        "event_time": [event.event_time for event in events],
        "receive_time": [event.receive_time for event in events],
    }
    if kind == "book":
        columns |= _book_columns(events)
    elif kind == "chain":
        columns |= chain_columns(events)
    else:
        columns |= {name: [getattr(one, name) for one in events] for name in FIELDS[kind]}
    try:
        return pa.table(columns, schema=SCHEMAS[kind])
    except (pa.ArrowException, OverflowError) as error:
        raise DataError(
            f"Events {rows[0][0]:,} to {rows[-1][0]:,} cannot be stored ({error}): numbers and "
            "times must be 64-bit integers, prices and sizes numbers."
        ) from error


def events_in(kind: Kind, batch: pa.RecordBatch) -> Iterator[tuple[int, Event]]:
    """Yield the numbered events of some rows of a table."""
    columns = {name: _values(batch.column(name)) for name in SCHEMAS[kind].names}
    events: Iterable[Event]
    if kind == "book":
        events = _book_events(columns)
    elif kind == "chain":
        events = chain_events(columns)
    elif kind == "interruptions":
        events = map(Interruption, columns["reason"], columns["receive_time"])
    else:
        ordered = [*FIELDS[kind], "event_time", "receive_time"]
        events = map(PLAIN[kind], *(columns[name] for name in ordered))
    yield from zip(columns["number"], events, strict=True)


def _book_columns(events: list[BookSnapshot | BookUpdate]) -> dict[str, list[Any]]:
    """Return snapshots and updates as columns; a snapshot is a change of one number."""
    whole = [isinstance(event, BookSnapshot) for event in events]
    updates = [_as_update(event) for event in events]
    return {
        "is_snapshot": whole,
        "first_id": [one.first_id for one in updates],
        "final_id": [one.final_id for one in updates],
        "previous_id": [one.previous_id for one in updates],
        "bid_prices": [[price for price, _ in one.bids] for one in updates],
        "bid_sizes": [[size for _, size in one.bids] for one in updates],
        "ask_prices": [[price for price, _ in one.asks] for one in updates],
        "ask_sizes": [[size for _, size in one.asks] for one in updates],
    }


def _as_update(event: BookSnapshot | BookUpdate) -> BookUpdate:
    if isinstance(event, BookUpdate):
        return event
    number = event.update_id
    return BookUpdate(
        number, number, None, event.bids, event.asks, event.event_time, event.receive_time
    )


def _book_events(columns: dict[str, list[Any]]) -> Iterator[Event]:
    """Yield snapshots and updates."""
    sides = ("bid_prices", "bid_sizes", "ask_prices", "ask_sizes")
    levels = zip(*(columns[name] for name in sides), strict=True)
    names = ("is_snapshot", "first_id", "final_id", "previous_id", "event_time", "receive_time")
    rows = zip(*(columns[name] for name in names), strict=True)
    for (whole, first, final, previous, event_time, receive_time), side in zip(
        rows, levels, strict=True
    ):
        bids = _levels(side[0], side[1])
        asks = _levels(side[2], side[3])
        if whole:
            yield BookSnapshot(final, bids, asks, event_time, receive_time)
        else:
            yield BookUpdate(first, final, previous, bids, asks, event_time, receive_time)


def _levels(prices: list[float], sizes: list[float]) -> list[Level]:
    return list(zip(prices, sizes, strict=True))


def _values(column: pa.Array) -> list[Any]:
    """Return a column as Python values; by way of NumPy, which is several times as fast."""
    if pa.types.is_list(column.type):
        ends = column.offsets.to_pylist()
        numbers = column.values.to_numpy().tolist()
        return [numbers[first:end] for first, end in pairwise(ends)]
    if column.null_count:
        return cast("list[Any]", column.to_pylist())
    return cast("list[Any]", column.to_numpy(zero_copy_only=False).tolist())
