"""Compare times and estimates with those of other programs, and write docs/speed.md.

``make benchmark-peers`` runs ``python -m tests.benchmarks.peers.speed [--quick] [--write FILE]`` in
an environment of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

import hedgeresearch as hr
from hedgeresearch._kernels.compilation.steering import compiled_at_once
from tests.benchmarks.peers import other_models, panels
from tests.benchmarks.peers.estimates import DCCEstimate, Program
from tests.benchmarks.peers.likelihood import garch_shortfall, shortfall
from tests.benchmarks.peers.measure import BLOCK, LONG, Outcome, in_turns
from tests.benchmarks.peers.programs import (
    arch_program,
    hedgeresearch_program,
    multiarch_program,
    multigarch_program,
    pymgarch_program,
    scivol_program,
)
from tests.benchmarks.peers.tables import circumstances, markdown, milliseconds

OURS = hedgeresearch_program.PROGRAM
PROGRAMS = (
    OURS,
    multigarch_program.PROGRAM,
    scivol_program.PROGRAM,
    multiarch_program.PROGRAM,
    pymgarch_program.PROGRAM,
    arch_program.PROGRAM,
)
WRONG = 0.1
"""Log-likelihood below the maximum from which an estimate is marked as wrong."""
NOT_RUN = "–"


# --- dynamic correlations ---


def compare_dcc(found: list[panels.Panel]) -> Iterator[str]:
    """Yield the tables of times and of estimates of DCC(1,1)."""
    programs = [program for program in PROGRAMS if program.dcc is not None]
    times = []
    estimates: list[list[str]] = []
    for panel in found:
        outcomes = in_turns(_dcc_calls(panel, programs))
        read = {program.name: _read(program, panel, outcomes) for program in programs}
        below = {
            name: shortfall(panel.returns, estimate)
            for name, estimate in read.items()
            if estimate is not None
        }
        times.append([panel.name, *(_time(one.name, outcomes, below) for one in programs)])
        estimates += [_estimate_row(panel, one.name, read, below, outcomes) for one in programs]
    yield markdown(["CPU ms (times ours)", *(one.name for one in programs)], times)
    head = ["panel", "program", "a", "s.e.", "b", "s.e.", "below its maximum"]
    yield markdown(head, [row for row in estimates if row[2] != NOT_RUN])


def _dcc_calls(panel: panels.Panel, programs: list[Program]) -> dict[str, Callable[[], Any]]:
    n_series = panel.returns.shape[1]
    return {
        program.name: partial(program.dcc.fit, panel.returns)
        for program in programs
        if program.dcc is not None and n_series <= program.max_series
    }


def _read(
    program: Program, panel: panels.Panel, outcomes: dict[str, Outcome]
) -> DCCEstimate | None:
    outcome = outcomes.get(program.name)
    if outcome is None or outcome.failure or program.dcc is None:
        return None
    return program.dcc.read(panel.returns, outcome.result)


def _time(name: str, outcomes: dict[str, Outcome], below: dict[str, float]) -> str:
    """Return a time, its ratio to ours, and a mark of wrong estimates."""
    outcome = outcomes.get(name)
    if outcome is None:
        return NOT_RUN
    if outcome.milliseconds is None:
        return "fails"
    text = milliseconds(outcome.milliseconds)
    ours = outcomes[OURS.name].milliseconds
    if name != OURS.name and ours is not None:
        text += f" ({outcome.milliseconds / ours:.1f})"
    return f"{text} ✗" if below.get(name, 0.0) > WRONG else text


def _estimate_row(
    panel: panels.Panel,
    name: str,
    read: dict[str, DCCEstimate | None],
    below: dict[str, float],
    outcomes: dict[str, Outcome],
) -> list[str]:
    estimate = read[name]
    if estimate is None:
        failure = outcomes[name].failure if name in outcomes else NOT_RUN
        return [panel.name, name, failure, "", "", "", ""]
    cells = _with_errors((estimate.a, estimate.b), estimate.errors)
    return [panel.name, name, *cells, f"{below[name]:.3f}"]


def _with_errors(values: tuple[float, float], errors: tuple[float, float]) -> list[str]:
    """Return cells of two estimates, each followed by its standard error."""
    cells: list[str] = []
    for value, error in zip(values, errors, strict=True):
        cells += [f"{value:.4f}", f"{error:.4f}"]
    return cells


# --- one series ---


def compare_garch() -> Iterator[str]:
    """Yield the table of times and estimates of GARCH(1,1)."""
    series = {
        "1000, clear": panels.simulated(2, "clear").returns["asset"],
        "1250, weak": weak_series(),
        "5030, NASDAQ": panels.indices().returns["NASDAQ"],
    }
    programs = [program for program in PROGRAMS if program.garch is not None]
    rows = []
    for name, returns in series.items():
        calls = {one.name: partial(one.garch.fit, returns) for one in programs if one.garch}
        outcomes = in_turns(calls)
        rows += [_garch_row(name, returns, one, outcomes) for one in programs]
    yield markdown(
        ["series", "program", "CPU ms (times ours)", "alpha", "s.e.", "beta", "s.e.", "below"], rows
    )


def weak_series() -> pd.Series:
    """Return 1250 returns with little news in their variance."""
    panel = hr.data.simulate_dcc(1250, omega=0.5, alpha=0.03, beta=0.5, seed=panels.SEED)
    return panel.returns["asset"]


def _garch_row(
    series: str, returns: pd.Series, program: Program, outcomes: dict[str, Outcome]
) -> list[str]:
    outcome = outcomes[program.name]
    if outcome.failure or program.garch is None:
        return [series, program.name, outcome.failure, "", "", "", "", ""]
    estimate = program.garch.read(returns, outcome.result)
    below = garch_shortfall(returns.to_numpy(), estimate)
    cells = _with_errors((estimate.alpha, estimate.beta), estimate.errors)
    time = _time(program.name, outcomes, {program.name: below})
    return [series, program.name, time, *cells, f"{below:.3f}"]


# --- the page ---


def page(quick: bool) -> str:
    """Return the page of all tables."""
    pairs = panels.pairs()
    wide = [panels.simulated(10, "weak")] if quick else panels.wide_panels()
    times, estimates = compare_dcc([*pairs, *wide])
    (garch,) = compare_garch()
    others = other_models.compare(quick)
    settings = "\n".join(f"- {one.name}: {one.settings}." for one in PROGRAMS)
    return HEAD + "\n\n".join(
        [
            circumstances(),
            "## Dynamic conditional correlations\n\n" + NOTES,
            times,
            settings,
            "Estimates and their standard errors:",
            estimates,
            "## GARCH(1,1) of one series",
            garch,
            *others,
        ]
    )


HEAD = f"""# Speed next to other programs

`make benchmark-peers` writes this page: it installs the programs named below into an environment of
its own and runs them in turns, standard errors included. A program makes {BLOCK} calls in its turn,
or one where a call takes more than {LONG:.0f} ms. Times are CPU times of a call without
compilation: means over a turn, and the median turn. The first call of a turn finds the code and
data of others in the processor's caches, as after any other work, and costs up to three times as
much as a later one.

"""
NOTES = f"""A time with ✗ is that of a wrong estimate: the program's own likelihood, with its own
start of the recursions and its own treatment of the mean, has a maximum that is higher by more than
{WRONG}. "Fails" is an error in place of a result; – is not run, as it takes more than a minute.
Log-likelihoods of different programs are not compared, as their recursions start differently."""


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="pairs and one panel of ten series")
    parser.add_argument("--write", type=Path, help="file to write in place of printing")
    arguments = parser.parse_args()
    with compiled_at_once():  # Python would run searches that are not called often
        text = page(arguments.quick) + "\n"
    if arguments.write is None:
        print(text)
    else:
        arguments.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
