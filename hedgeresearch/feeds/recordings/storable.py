"""The fields of events that columns of 64-bit numbers hold exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.events import BookSnapshot, BookUpdate, MarketEvent

WHOLE = {
    "update_id",
    "first_id",
    "final_id",
    "previous_id",
    "trade_id",
    "side",
    "next_time",
    "event_time",
    "receive_time",
}
"""Fields that are whole numbers; sides of a book and texts apart, the others are numbers."""
MAY_BE_NONE = {
    "event_time",
    "next_time",
    "interval_hours",
    "mark_price",
    "index_price",
}
"""Fields that may be None in any event; others in some."""
OPTIONAL = {("Quote", "update_id"), ("BookUpdate", "previous_id")}
MOST = 2**63
MOST_EXACT = 2**53
"""Largest whole number up to which a float is exact."""


def check_storable(event: MarketEvent) -> None:
    """Refuse an event with a field that cannot be stored as it is."""
    name = type(event).__name__
    for field in event.__slots__:
        value = getattr(event, field)
        if value is None and (field in MAY_BE_NONE or (name, field) in OPTIONAL):
            continue
        if not _is_storable(field, value):
            raise DataError(
                f"A {name} with {field}={str(value)[:80]!r} cannot be stored: numbers and times "
                "must be 64-bit whole numbers, prices and sizes numbers, a reason text."
            )
    if isinstance(event, BookSnapshot | BookUpdate):
        _check_levels(name, event)


def _is_storable(field: str, value: Any) -> bool:
    """Return whether a column holds a value; levels of a book are checked apart."""
    if field in ("bids", "asks"):
        return True
    if field in WHOLE:
        return _is_whole(value) and -MOST <= value < MOST
    if field == "reason":
        return _is_text(value)
    return _is_number(value)


def _check_levels(name: str, event: BookSnapshot | BookUpdate) -> None:
    for levels in (event.bids, event.asks):
        for level in levels:
            if not _is_level(level):
                raise DataError(
                    f"A {name} with the level {str(level)[:80]!r} cannot be stored: a level must "
                    "be a price and a size."
                )


def _is_level(level: Any) -> bool:
    """Return whether a value is a pair of numbers."""
    if not isinstance(level, tuple | list) or len(level) != 2:
        return False
    price, size = level
    # nearly all are pairs of floats, and there are many of them
    if type(price) is float and type(size) is float:
        return True
    return _is_number(price) and _is_number(size)


def _is_text(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(value.encode() or True)
    except UnicodeEncodeError:
        return False


def _is_whole(value: Any) -> bool:
    return type(value) is int or isinstance(value, np.integer)


def _is_number(value: Any) -> bool:
    """Return whether a float holds a value exactly."""
    if isinstance(value, float):
        return True
    return _is_whole(value) and -MOST_EXACT <= value <= MOST_EXACT
