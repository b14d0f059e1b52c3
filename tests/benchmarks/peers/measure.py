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


@dataclass(frozen=True)
class Outcome:
    """Result of a call and its CPU time.

    Attributes
    ----------
    milliseconds : median CPU time of a call; None if it failed
    result : of the last call; None if it failed
    failure : the error, in one line; "" if there was none
    """

    milliseconds: float | None
    result: Any
    failure: str = ""


def in_turns(calls: Mapping[str, Callable[[], Any]], budget: float = BUDGET) -> dict[str, Outcome]:
    """Return median CPU times and results of calls, which are made in turns.

    The first call of each compiles and is not counted.
    """
    outcomes = {name: _first(call) for name, call in calls.items()}
    running = {name: calls[name] for name, outcome in outcomes.items() if not outcome.failure}
    repeats = {name: _repeats(outcomes[name].milliseconds, budget) for name in running}
    times: dict[str, list[float]] = {name: [] for name in running}
    for turn in range(max(repeats.values(), default=0)):
        for name, call in running.items():
            if turn < repeats[name]:
                times[name].append(_timed(call)[0])
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


def _repeats(milliseconds: float | None, budget: float) -> int:
    if milliseconds is None:
        return 0
    affordable = int(1000.0 * budget / max(milliseconds, 1e-3))
    return min(max(affordable, MIN_REPEATS), MAX_REPEATS)


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.process_time()
        result = call()
        return 1000.0 * (time.process_time() - start), result
