"""One line on standard error where compiling takes more than a second.

It is printed when numba begins to compile, so never where the compiled code was kept, and only by
the process that started the others.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

SECONDS: dict[str, float] = {
    "dcc_pair_passes": 1.9,
    "dcc_pair_grid": 1.4,
    "dcc_pair_search": 8.0,
    "dcc_pair_sensitivity": 1.5,
    "dcc_pair_products": 1.7,
    "dcc_panel": 6.5,
    "box_search": 2.8,
    "garch_fit": 12.0,
    "garch_hessian": 1.8,
    "hidden_markov_em": 4.5,
    "hidden_markov": 2.0,
    "hidden_markov_scores": 1.7,
    "switching_autoregression": 13.0,
    "switching_regression": 1.4,
    "markov_switching_garch": 1.8,
    "jump_model": 1.6,
    "grouping": 1.3,
    "kalman_search": 7.3,
    "kalman": 2.8,
    "kalman_gradient": 1.1,
    "running_errors": 2.9,
    "windowed_errors": 3.0,
    "minimum_variance": 1.1,
    "black": 1.0,
}
"""CPU seconds to compile a module, with the kernels of others that it calls; those from one second
on, as measured on a processor of 2023. A module that is not here is compiled without a line."""
FEW_SECONDS = 0.4
"""CPU seconds to compile a module that is not in the table."""
QUIET = "HEDGERESEARCH_QUIET"
"""Environment variable that switches the lines off."""


class Compiled(NamedTuple):
    """A kernel that was compiled, with its module, and the CPU seconds it took."""

    module: str
    kernel: str
    seconds: float


class CompilationLog:
    """Kernels as they are compiled; those compiled for another one count as a part of it.

    Attributes
    ----------
    notice : str
        Line to print before the first compilation; "" for none.
    """

    def __init__(self, notice: str) -> None:
        self.notice = notice
        self._announced: set[str] = set()
        self._depth = 0
        self._start = 0.0
        self._observers: list[list[Compiled]] = []

    def begin(self, module: str) -> None:
        """Note that a function is about to be compiled; ``module`` is "" if it is no kernel."""
        if self._depth or module:
            self._depth += 1
        if self._depth != 1:
            return
        self._start = time.process_time()
        seconds = SECONDS.get(module, 0.0)
        if seconds >= 1.0 and module not in self._announced:
            self._announced.add(module)
            _print(f"compiling {module}, once, about {seconds:.0f} s")
        if self.notice:
            _print(self.notice)
            self.notice = ""

    def end(self, module: str, kernel: str) -> None:
        """Note that a function has been compiled."""
        self._depth = max(self._depth - 1, 0)
        if module and self._depth == 0:
            done = Compiled(module, kernel, time.process_time() - self._start)
            for observer in self._observers:
                observer.append(done)

    @contextmanager
    def observed(self) -> Iterator[list[Compiled]]:
        """Collect what is compiled in the block."""
        found: list[Compiled] = []
        self._observers.append(found)
        try:
            yield found
        finally:
            self._observers.remove(found)


def seconds_to_compile(module: str) -> float:
    """Return about how many CPU seconds it takes to compile a kernel of a module."""
    return SECONDS.get(module.rpartition(".")[2], FEW_SECONDS)


def _print(line: str) -> None:
    if sys.stderr is not None and not os.environ.get(QUIET) and not _is_worker():
        print(f"hedgeresearch: {line}", file=sys.stderr)


def _is_worker() -> bool:
    """Return whether another Python process started this one to work for it."""
    if "multiprocessing.process" not in sys.modules:
        return False
    from multiprocessing import parent_process

    return parent_process() is not None
