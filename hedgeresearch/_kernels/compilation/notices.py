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

from hedgeresearch._kernels.compilation.sources import name_among_kernels

SECONDS: dict[str, float] = {
    "arithmetic.inference.identified_inverse": 1.1,
    "bekk.parameters.fill_matrices": 1.9,
    "bekk.recursion.bekk_covariance": 2.3,
    "bekk.search.bekk_hessian": 2.8,
    "bekk.search.bekk_scores": 1.0,
    "bekk.search.evaluate_bekk": 5.6,
    "bekk.search.search_bekk": 6.5,
    "dcc.composite.composite_pass": 1.2,
    "dcc.pair.grid.values_on_grid": 1.5,
    "dcc.pair.passes.pair_evaluation": 1.7,
    "dcc.pair.plain_sensitivity.plain_sensitivity": 2.2,
    "dcc.pair.products.pair_score_products": 1.0,
    "dcc.pair.search.maximize_pairs": 6.0,
    "dcc.pair.sensitivity.pair_sensitivity": 2.6,
    "dcc.panel.panel_evaluation": 3.6,
    "dcc.panel.panel_gradient": 2.1,
    "garch.covariance.robust_covariance": 2.3,
    "garch.fit.fit_garch": 8.3,
    "garch.hessian.garch_hessian": 1.4,
    "garch.influence.garch_influence_matrix": 4.5,
    "hidden_markov.em.expected_moments": 1.3,
    "hidden_markov.em.maximize_by_em": 6.6,
    "hidden_markov.scores.chain_scores": 2.1,
    "kalman.filter.kalman_path": 1.0,
    "kalman.filter.kalman_scores": 1.2,
    "kalman.gradient.kalman_gradient": 1.6,
    "kalman.search.search_kalman": 6.1,
    "moments.rolling_ratios.rolling_ratios": 1.0,
    "moments.running_errors.running_slope_variances": 3.3,
    "moments.windowed_errors.slope_variances": 1.9,
    "options.svi_fit.search_svi": 2.7,
    "regimes.jump_model.descend_coordinates": 1.0,
    "search.box_search.advance_search": 1.5,
    "switching.autoregression.improved_by_em": 6.1,
    "switching.autoregression.search_autoregression": 3.3,
    "switching.correlation.switching_em": 1.8,
    "switching.dcc.filter_switching_dcc": 1.4,
    "switching.dcc_pair.switching_pair_scores": 1.7,
    "switching.em.run_regression_em": 2.6,
    "switching.garch.switching_garch_scores": 1.6,
    "switching.regression.switching_pass": 1.2,
}
"""CPU seconds to compile a kernel, with those that it calls; those from one second on, as
measured on a processor of 2023. A kernel that is not here is compiled without a line."""
FEW_SECONDS = 0.4
"""CPU seconds to compile a kernel that is not in the table."""
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

    def begin(self, module: str, kernel: str) -> None:
        """Note that a function is about to be compiled; ``module`` is "" if it is no kernel."""
        if self._depth or module:
            self._depth += 1
        if self._depth != 1:
            return
        self._start = time.process_time()
        seconds = SECONDS.get(f"{module}.{kernel}", 0.0)
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
            # by identity: what two observers have found can be equal
            self._observers = [one for one in self._observers if one is not found]


def seconds_to_compile(module: str, kernel: str) -> float:
    """Return about how many CPU seconds it takes to compile a kernel of a module."""
    return SECONDS.get(f"{name_among_kernels(module)}.{kernel}", FEW_SECONDS)


def _print(line: str) -> None:
    if sys.stderr is not None and not os.environ.get(QUIET) and not _is_worker():
        print(f"hedgeresearch: {line}", file=sys.stderr)


def _is_worker() -> bool:
    """Return whether another Python process started this one to work for it."""
    if "multiprocessing.process" not in sys.modules:
        return False
    from multiprocessing import parent_process

    return parent_process() is not None
