"""CPU times of programs that run in turns, so that all meet the same state of the machine."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

BUDGET = 1.5
"""CPU seconds that the repetitions of one program may take."""
MIN_REPEATS = 3
MAX_REPEATS = 25
BLOCK = 5
"""Calls that a program makes in its turn: the first finds another program in the caches."""
LONG = 50.0
"""Milliseconds from which one call is a turn, as caches then matter little."""


@dataclass(frozen=True)
class Outcome:
    """Result of a call and its CPU time.

    Attributes
    ----------
    milliseconds : CPU time of a call, see ``in_turns``; None if it failed
    result : of the last call; None if it failed
    failure : the error, in one line; "" if there was none
    """

    milliseconds: float | None
    result: Any
    failure: str = ""


def in_turns(calls: Mapping[str, Callable[[], Any]], budget: float = BUDGET) -> dict[str, Outcome]:
    """Return CPU times and results of calls, which are made in turns of several calls each.

    A time is the median over turns of the mean time of a call, the first one of the turn included.
    The first call of each program compiles and is not counted.
    """
    outcomes = {name: _first(call) for name, call in calls.items()}
    running = {name: calls[name] for name, outcome in outcomes.items() if not outcome.failure}
    blocks = {name: _block(outcomes[name].milliseconds) for name in running}
    repeats = {
        name: _repeats(outcomes[name].milliseconds, budget / blocks[name]) for name in running
    }
    times: dict[str, list[float]] = {name: [] for name in running}
    for turn in range(max(repeats.values(), default=0)):
        for name, call in running.items():
            if turn < repeats[name]:
                times[name].append(_timed(call, blocks[name])[0])
    medians = {
        name: Outcome(statistics.median(times[name]), outcomes[name].result) for name in times
    }
    return outcomes | medians


def _first(call: Callable[[], Any]) -> Outcome:
    """Call twice, once to compile and once for a first time."""
    try:
        _timed(call)
        milliseconds, result = _timed(call)
    except Exception as error:  # a peer may raise anything; the table says what
        return Outcome(None, None, f"{type(error).__name__}: {error}".split("\n")[0])
    return Outcome(milliseconds, result)


def _block(milliseconds: float | None) -> int:
    """Return the number of calls in a turn of a program."""
    return BLOCK if milliseconds is not None and milliseconds < LONG else 1


def _repeats(milliseconds: float | None, budget: float) -> int:
    if milliseconds is None:
        return 0
    affordable = int(1000.0 * budget / max(milliseconds, 1e-3))
    return min(max(affordable, MIN_REPEATS), MAX_REPEATS)


def _timed(call: Callable[[], Any], n_calls: int = 1) -> tuple[float, Any]:
    """Return the mean CPU time of some calls, in milliseconds, and the result of the last."""
    result = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.process_time()
        for _ in range(n_calls):
            result = call()
        return 1000.0 * (time.process_time() - start) / n_calls, result
