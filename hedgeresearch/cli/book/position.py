"""Position of a book: units by asset, or the value of one asset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.instruments import read_options
from hedgeresearch.cli.book.onchain import holds_onchain, priced_tokens, read_onchain
from hedgeresearch.cli.book.settings import read_numbers
from hedgeresearch.recommendation.inputs.options.option_positions import DELTAS
from hedgeresearch.recommendation.inputs.position import Position

VALUE_FIELDS = ("value", "of")
"""Fields of a position that is given by its value."""


def read_position(sections: Mapping[str, Entry]) -> Position:
    """Return the position of the sections of a book, with the options that it holds.

    Or with its pools and loans.
    """
    if holds_onchain(sections):
        return _with_onchain(sections)
    if "options" in sections:
        return _with_options(sections)
    entry = sections["position"]
    parts = entry.mapping()
    with entry.locate_errors():
        if _has_value(parts):
            return Position(value=parts["value"].number(), of=parts["of"].text())
        return Position(read_numbers(entry))


def _with_options(sections: Mapping[str, Entry]) -> Position:
    """Return a position with options, and with units where it has any."""
    entry = sections["options"]
    options = read_options(entry)
    delta: Any = sections["delta"].choice(DELTAS) if "delta" in sections else None
    units = read_numbers(sections["position"]) if "position" in sections else {}
    with sections.get("position", entry).locate_errors(), entry.locate_errors():
        return Position(units, options=options, delta=delta)


def _with_onchain(sections: Mapping[str, Entry]) -> Position:
    """Return a position with pools and loans, and with units where it has any."""
    if "options" in sections:
        sections["options"].refuse(
            "must not be held with pools or loans. Write a book for each of them."
        )
    held = read_onchain(sections)
    if "position" not in sections:
        return Position(onchain=held)
    entry = sections["position"]
    with entry.locate_errors():
        return Position(read_numbers(entry), onchain=held)


def held_assets(sections: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the entries that name the assets held, by asset; of options their underlying.

    Of pools and loans they are the tokens that need a price.
    """
    parts = sections["position"].mapping() if "position" in sections else {}
    if holds_onchain(sections):
        return priced_tokens(sections, sections["data"]) | parts
    if "options" in sections:
        items = sections["options"].items()
        named = [item.mapping()["underlying"] for item in items if "underlying" in item.mapping()]
        return {one.text(): one for one in named} | parts
    return {parts["of"].text(): parts["of"]} if _has_value(parts) else parts


def _has_value(parts: dict[str, Entry]) -> bool:
    """Return whether both fields of a value are given, and no asset."""
    return set(parts) == set(VALUE_FIELDS)
