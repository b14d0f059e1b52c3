"""Kernels that steer passes over the data, such as searches, and that Python can run.

Such a kernel computes with a few numbers itself, and is most of what has to be compiled for a
model. Python runs it, with compiled passes, until compiling pays. It computes the same, bit by bit:
its arithmetic is strict, and it uses ``math`` where NumPy has another logarithm or exponential, and
products for powers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import thread_time
from typing import Any

import numpy as np

SHARE = 0.25
"""Share of the seconds to compile a kernel that Python spends on steering before it is compiled."""


class Passes:
    """CPU seconds of the compiled passes that Python has called for kernels that steer."""

    seconds = 0.0

    @classmethod
    def timed(cls, compiled: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that calls a pass, and compiles it before, and adds its seconds."""

        def call(*arguments: Any) -> Any:
            start = thread_time()
            result = compiled(*arguments)
            cls.seconds += thread_time() - start
            return result

        return call


def to_numbers(result: Any) -> Any:
    """Return what compiled code returns: numbers of Python in place of NumPy's scalars."""
    if isinstance(result, np.generic):
        return result.item()
    if type(result) is tuple:
        return tuple(map(to_numbers, result))
    return result


class _Urgency:
    """Number of blocks, in any thread, in which kernels are compiled at their first call."""

    lock = Lock()
    n_blocks = 0

    @classmethod
    def add(cls, change: int) -> None:
        """Note that a block begins, by 1, or ends, by -1."""
        with cls.lock:
            cls.n_blocks += change


def is_urgent() -> bool:
    """Return whether kernels are compiled at their first call, whatever could stand for them."""
    return _Urgency.n_blocks > 0


@contextmanager
def compiled_at_once() -> Iterator[None]:
    """Compile in the block whatever is called, so that it is kept for later or for workers."""
    _Urgency.add(1)
    try:
        yield
    finally:
        _Urgency.add(-1)
