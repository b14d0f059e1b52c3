"""Position of a book: units by asset, or the value of one asset."""

from __future__ import annotations

from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.settings import read_numbers
from hedgeresearch.recommendation.inputs.position import Position

VALUE_FIELDS = ("value", "of")
"""Fields of a position that is given by its value."""


def read_position(entry: Entry) -> Position:
    """Return the position."""
    parts = entry.mapping()
    with entry.locate_errors():
        if _has_value(parts):
            return Position(value=parts["value"].number(), of=parts["of"].text())
        return Position(read_numbers(entry))


def held_assets(entry: Entry) -> dict[str, Entry]:
    """Return the entries that name the assets held, by asset."""
    parts = entry.mapping()
    return {parts["of"].text(): parts["of"]} if _has_value(parts) else parts


def _has_value(parts: dict[str, Entry]) -> bool:
    """Return whether both fields of a value are given, and no asset."""
    return set(parts) == set(VALUE_FIELDS)
