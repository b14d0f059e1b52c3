"""State of the process that calls in several threads share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock, RLock
from typing import Any, TypeVar

Result = TypeVar("Result")

process_lock = RLock()
"""Held while a library changes the state of the whole process, as arch does with warnings."""

_blas_lock = Lock()
_limits: list[Any] = []
"""One entry for each block that runs; the first holds the limits before it."""
_controllers: dict[int, Any] = {}
"""Libraries of linear algebra that were found, by the number of modules then imported."""


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Run a block with one thread of linear algebra, which sums in the same order everywhere.

    The limit holds for the whole process. Blocks may overlap in several threads: the first sets the
    limit, and the last to end restores what was there before.
    """
    with _blas_lock:
        _limits.append(_limits[0] if _limits else _controller().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _blas_lock:
            limits = _limits.pop()
            if not _limits:
                limits.restore_original_limits()


def _controller() -> Any:
    """Return the controller of all loaded libraries.

    It is replaced only after another module was imported, which may have loaded one: to look
    through the libraries of a process costs as much as several fits.
    """
    n_modules = len(sys.modules)
    if n_modules not in _controllers:
        from threadpoolctl import ThreadpoolController

        _controllers.clear()
        _controllers[n_modules] = ThreadpoolController()
    return _controllers[n_modules]


def is_worker() -> bool:
    """Return whether another Python process started this one to work for it."""
    if "multiprocessing.process" not in sys.modules:
        return False
    from multiprocessing import parent_process

    return parent_process() is not None


def available_cores() -> int:
    """Return the number of cores that the process may use: one for a worker among others."""
    if is_worker():
        return 1
    from joblib import cpu_count

    return int(cpu_count())


def map_in_threads(function: Callable[[Any], Result], items: Sequence[Any]) -> list[Result]:
    """Return the values of a function that releases Python's lock, in the order of its arguments.

    The arguments, not the number of threads, decide what is summed with what.
    """
    n_threads = min(len(items), available_cores())
    if n_threads <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(function, items))
