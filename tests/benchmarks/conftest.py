"""Compiled kernels before a run of the benchmarks, and a table of times after it."""

from collections.abc import Iterator
from typing import Any

import pytest

from hedgeresearch._kernels.compilation.steering import compiled_at_once


@pytest.fixture(scope="session", autouse=True)
def _compiled_kernels() -> Iterator[None]:
    """Compile every kernel at its first call: Python would run searches until compiling pays."""
    with compiled_at_once():
        yield


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write our time, the aim, the time of other software and the ratio of every benchmark."""
    # Set by pytest-benchmark, which may not be active.
    session = getattr(terminalreporter.config, "_benchmarksession", None)
    done = [b for b in session.benchmarks if "aim" in b.extra_info] if session else []
    if not done:
        return
    terminalreporter.section("CPU seconds, the best of the rounds")
    layout = "{:<52} {:>9} {:>8} {:>12} {:>8}"
    terminalreporter.write_line(layout.format("", "ours", "aim", "others", "ratio"))
    for benchmark in done:
        ours = benchmark.stats.min
        info = benchmark.extra_info
        rival = info.get("rival")
        ratio = "" if rival is None else f"{rival / ours:,.0f} x"
        rival_text = "-" if rival is None else f"{rival:g}"
        terminalreporter.write_line(
            layout.format(info["case"], f"{ours:.3g}", f"{info['aim']:g}", rival_text, ratio)
        )
    terminalreporter.write_line(
        "others: rmgarch 1.4-2 and BEKKs 1.4.5 in R 4.2.2, pykalman (its filter alone), "
        "on a machine of the same kind"
    )
