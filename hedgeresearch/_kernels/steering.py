"""Kernels that steer passes over the data, such as searches, and that Python can run.

Such a kernel computes with a few numbers itself, and is most of what has to be compiled for a
model. Python runs it, with compiled passes, until compiling pays. The results are the same to the
last bit: its arithmetic is strict, and it uses ``math`` where NumPy has another logarithm or
exponential, and products for powers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MAX_PASSES = 10_000
"""Passes that Python calls for a kernel before it is compiled: some seconds."""


class Passes:
    """Number of compiled passes that Python has called for kernels that steer."""

    called = 0

    @classmethod
    def counted(cls, compiled: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that calls a pass and counts it."""

        def call(*arguments: Any) -> Any:
            cls.called += 1
            return compiled(*arguments)

        return call


class _Urgency:
    """Whether kernels that steer are compiled at their first call."""

    at_once = False


def is_urgent() -> bool:
    """Return whether kernels that steer are compiled at their first call."""
    return _Urgency.at_once


@contextmanager
def compiled_at_once() -> Iterator[None]:
    """Compile in the block whatever is called, so that it is kept for later or for workers."""
    before = _Urgency.at_once
    _Urgency.at_once = True
    try:
        yield
    finally:
        _Urgency.at_once = before
