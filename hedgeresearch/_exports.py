"""Public names of classes and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Exported = TypeVar("Exported")


def exported_by(room: str) -> Callable[[Exported], Exported]:
    """Set ``__module__`` of a class or function to the room that users import it from.

    Its name in error messages and pickles then stays the same when the file that defines it moves.
    The cost: ``inspect.getsource`` no longer finds the source of a class, though it finds that of
    its methods, and ``typing.get_type_hints`` does not resolve the annotations of a class.
    """

    def decorate(public: Exported) -> Exported:
        public.__module__ = room
        return public

    return decorate
