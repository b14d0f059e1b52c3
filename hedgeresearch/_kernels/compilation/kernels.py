"""Compilation of kernels: when they are first called, and once for each version of their source.

``@kernel`` marks a function for numba. Nothing is imported or compiled before the first call, so
that programs that use no kernel start at once. What is compiled is kept in a folder named after the
source of the module and of the modules it imports: a kernel that calls a kernel of another module
is compiled again when that one changes.

A kernel that another one calls is a part of it there: it is compiled without what Python needs to
call it. numba optimizes it with each of its callers, one level after the other.

A kernel that every fit calls may have a plain version, which NumPy computes until compiling pays.

Python runs a kernel that steers passes over the data until compiling pays, see ``steering``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from threading import RLock
from time import thread_time
from types import FunctionType
from typing import Any, overload

import numpy as np

from hedgeresearch._kernels.compilation.cache_places import Cache, find_cache
from hedgeresearch._kernels.compilation.notices import CompilationLog, seconds_to_compile
from hedgeresearch._kernels.compilation.sources import name_among_kernels, source_digest
from hedgeresearch._kernels.compilation.steering import SHARE, Passes, is_urgent, to_numbers

OF_PARTS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Options of a kernel that Python does not call."""
FAST_MATH = frozenset({"contract", "nsz"})
"""Liberties of fast arithmetic; NaN and infinity keep their meaning.

Sums keep their order and divisions are divisions: numba optimizes a kernel again in each of its
callers, which would change them, and with them the last digits.
"""
OF_STRICT: dict[str, Any] = {"nogil": True, "fastmath": False, "error_model": "python"}
OF_FAST: dict[str, Any] = {"nogil": True, "fastmath": set(FAST_MATH), "error_model": "numpy"}
"""Options of numba for kernels of both kinds."""

MAX_PLAIN_CALLS = 20
"""Calls of a plain version after which the kernel is compiled, where others are compiled."""

_lock = RLock()


class Kernel:
    """A function of arrays that numba compiles when it is first called.

    Attributes
    ----------
    function : function
        What is compiled.
    is_fast : bool
        Whether its arithmetic is fast, see ``kernel``.
    plain : function or None
        The same of NumPy, for where compiling does not pay yet.
    steers : bool
        Whether Python runs it where compiling does not pay yet.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        is_fast: bool = False,
        plain: Callable[..., Any] | None = None,
        steers: bool = False,
    ) -> None:
        self.function = function
        self.is_fast = is_fast
        self.plain = plain
        self.steers = steers
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__
        self._dispatcher: Any = None
        self._parts: dict[bool, Any] = {}
        self._n_plain_calls = 0
        self._seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        """Call the compiled function, or what stands for it until compiling pays."""
        if self._dispatcher is None:
            if self.plain is not None and not self._is_due():
                return self.plain(*arguments)
            if self.steers and not self._pays():
                return self._steer(*arguments)
            return self.dispatcher(*arguments)
        return self._dispatcher(*arguments)

    def __reduce__(self) -> str:
        return self.__qualname__

    def _is_due(self) -> bool:
        """Return whether to use the compiled version of a kernel that has a plain one.

        It is used where other kernels are, and either was kept or is called often: a program that
        uses no other kernel does not compile.
        """
        if is_urgent():
            return True
        if not is_in_use():
            return False
        self._n_plain_calls += 1
        return self._n_plain_calls > MAX_PLAIN_CALLS or self.is_kept

    def _pays(self) -> bool:
        """Return whether to compile a kernel that steers passes, which Python runs else."""
        limit = SHARE * seconds_to_compile(self.__module__, self.__name__)
        return is_urgent() or self._seconds > limit or self.is_kept

    def _steer(self, *arguments: Any) -> Any:
        """Run the function as it is written, with compiled passes, and note what it costs."""
        start = thread_time() - Passes.seconds
        try:
            with np.errstate(all="ignore"):  # as in compiled code
                return to_numbers(self.interpreted(*arguments))
        finally:
            self._seconds += thread_time() - Passes.seconds - start

    @cached_property
    def interpreted(self) -> FunctionType:
        """The function for Python, which runs kernels that steer and calls others compiled."""

        def called_by_python(part: Kernel) -> Any:
            return part.interpreted if part.steers else Passes.timed(part)

        return self._linked(called_by_python)

    @cached_property
    def is_kept(self) -> bool:
        """Whether the function was compiled by an earlier process."""
        folder = cache_folder(self.__module__)
        return folder is not None and any(folder.glob(f"*/*.{self.__qualname__}-*.nbi"))

    @property
    def dispatcher(self) -> Any:
        """What numba makes of the function, to be called from Python."""
        with _lock:
            if self._dispatcher is None:
                options = OF_FAST if self.is_fast else OF_STRICT
                self._dispatcher = _compiled(self._with_parts(self.is_fast), options)
        return self._dispatcher

    def part_of(self, fast: bool) -> Any:
        """Return what numba makes of the function, to be called by another kernel.

        A part of a fast kernel is fast, and there is another one for kernels that are not: numba
        would give it the arithmetic of the kernel that was compiled first.
        """
        import numba

        is_fast = fast or self.is_fast
        with _lock:
            if is_fast not in self._parts:
                njit: Any = numba.njit
                options = {**(OF_FAST if is_fast else OF_STRICT), **OF_PARTS}
                part = njit(**options)(self._with_parts(is_fast))
                self._parts[is_fast] = part
        return self._parts[is_fast]

    def _with_parts(self, fast: bool) -> FunctionType:
        """Return the function with numba's functions in place of the kernels that it names."""
        return self._linked(lambda part: part.part_of(fast))

    def _linked(self, replacement: Callable[[Kernel], Any]) -> FunctionType:
        """Return the function with something else in place of the kernels that it names."""
        function = self.function
        names = dict(function.__globals__)
        for name in function.__code__.co_names:
            if isinstance(names.get(name), Kernel):
                names[name] = replacement(names[name])
        linked = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
        linked.__module__ = function.__module__
        linked.__qualname__ = function.__qualname__
        return linked


@overload
def kernel(function: Callable[..., Any]) -> Kernel: ...
@overload
def kernel(
    *, fast: bool = False, plain: Callable[..., Any] | None = None, steers: bool = False
) -> Callable[[Callable[..., Any]], Kernel]: ...
def kernel(
    function: Any = None,
    *,
    fast: bool = False,
    plain: Callable[..., Any] | None = None,
    steers: bool = False,
) -> Any:
    """Mark a function of arrays for compilation.

    A kernel releases Python's lock while it runs.

    Parameters
    ----------
    fast : bool
        Whether products are added without rounding, for passes over the observations; a division
        by zero then gives infinity.
    plain : function or None
        The same of NumPy, for a kernel that fits call which need no other one.
    steers : bool
        Whether it calls passes over the data and computes with a few numbers itself, so that Python
        can run it. It must compute the same then: it is not fast, and uses ``math`` for logarithms
        and exponentials, and products for powers.
    """
    if function is None:
        return lambda marked: Kernel(marked, is_fast=fast, plain=plain, steers=steers)
    return Kernel(function)


def _compiled(function: FunctionType, options: dict[str, Any]) -> Any:
    """Return numba's dispatcher, whose results are kept in the folder of the module."""
    import numba

    log()
    config: Any = numba.config
    folder = cache_folder(function.__module__)
    if folder is None:
        return numba.njit(**options)(function)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # the folder of the module cannot be written, as of another user
        return numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = before


def log() -> CompilationLog:
    """Return the record of what is compiled from now on; the first call imports numba."""
    with _lock:
        return _log()


@cache
def _log() -> CompilationLog:
    """Register the record with numba, once."""
    import numba.core.event

    event: Any = numba.core.event
    record = CompilationLog(_cache().notice)

    class Listener(event.Listener):  # type: ignore[misc]
        def on_start(self, compiling: Any) -> None:
            record.begin(_module_name(compiling), compiling.data["dispatcher"].py_func.__name__)

        def on_end(self, compiling: Any) -> None:
            record.end(_module_name(compiling), compiling.data["dispatcher"].py_func.__name__)

    event.register("numba:compile", Listener())
    return record


def is_in_use() -> bool:
    """Return whether a kernel has been compiled, or loaded, in this process."""
    return _log.cache_info().currsize > 0


def _module_name(compiling: Any) -> str:
    """Return the module of a kernel of this package; "" for functions of others."""
    return name_among_kernels(compiling.data["dispatcher"].py_func.__module__)


@cache
def _cache() -> Cache:
    import numba

    config: Any = numba.config
    return find_cache(config.CACHE_DIR)


def place_in_words() -> str:
    """Say where compiled kernels are kept."""
    found = _cache()
    if found.notice:
        return found.notice[0].upper() + found.notice[1:]
    return f"Kept in {found.place.folder}." if found.place else ""


@cache
def cache_folder(module: str) -> Path | None:
    """Return the folder of what was compiled of a module; None if there is no place for it."""
    name = name_among_kernels(module) or module.rpartition(".")[2]
    return _cache().folder(f"{name}-{source_digest(module)}")
