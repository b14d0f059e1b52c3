"""A mapping among the settings of a model: it never changes, and has a hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from hedgeresearch._formatting import describe

Value = TypeVar("Value")


class FrozenMapping(Mapping[Any, Value]):
    """What a mapping held when this was made of it, in its order; equal to any mapping of the same items."""

    def __init__(self, items: Mapping[Any, Value]) -> None:
        self._items: dict[Any, Value] = dict(items)

    def __getitem__(self, key: Any) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return (
            "{"
            + ", ".join(f"{key!r}: {describe(value)}" for key, value in self._items.items())
            + "}"
        )
