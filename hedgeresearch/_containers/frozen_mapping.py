"""Immutable mapping for the settings of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from hedgeresearch._formatting import describe

Value = TypeVar("Value")


class FrozenMapping(Mapping[Any, Value]):
    """Immutable, hashable copy of a mapping, in its order.

    It equals any mapping of the same items.

    Examples
    --------
    >>> limits = FrozenMapping({"SP500": 0.5})
    >>> limits == {"SP500": 0.5}, limits
    (True, {'SP500': 0.5})
    """

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
        items = (f"{key!r}: {describe(value)}" for key, value in self._items.items())
        return "{" + ", ".join(items) + "}"
