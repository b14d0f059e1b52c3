"""Own time and memory of a session over a long time; they are printed, not asserted."""

import gc
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hedgeresearch.feeds import Recorder, replay
from hedgeresearch.live import BookCosts, Decision, Leg, Session
from hedgeresearch.microstructure import BINANCE_FUTURES, BookSnapshot, BookUpdate, Quote
from tests.benchmarks.test_live_speed import (
    PERPETUAL,
    RATE,
    SECOND,
    SPOT,
    START,
    Sourced,
    advice,
)

MILLION = 1_000_000
TICK = 0.1
N_LEVELS = 1_000
"""Levels of each side of the book."""
COSTS = BookCosts(within=5e-4, contracts_per_unit=1_000.0)


def moving_market(n_events: int, rate: float, seed: int = 0) -> Iterator[Sourced]:
    """Yield quotes of one leg and updates of a deep book of the other in turn.

    The best prices of the book follow a random walk of ticks; each update changes ten levels.
    """
    rng = np.random.default_rng(seed)
    ticks = 600_000
    bid = ticks - 1
    for row in range(n_events):
        at = START.value + round((row + 1) * SECOND / rate)
        if row % 2:
            price = ticks * TICK
            yield SPOT, Quote(row, price - TICK, 1.0, price, 1.0, at, at)
            continue
        number = row // 2 + 1
        if row == 0:
            bids = [(round((bid - depth) * TICK, 1), 1.0) for depth in range(N_LEVELS)]
            asks = [(round((bid + 1 + depth) * TICK, 1), 1.0) for depth in range(N_LEVELS)]
            yield PERPETUAL, BookSnapshot(1, bids, asks, None, at)
            continue
        step = int(rng.integers(-1, 2))
        sizes = rng.uniform(0.1, 2.0, 8).tolist()
        deep = rng.integers(2, N_LEVELS // 2, 8).tolist()
        bids = [(round((bid + 1) * TICK, 1), 0.0), (round((bid + step) * TICK, 1), 1.0)]
        asks = [(round(bid * TICK, 1), 0.0), (round((bid + step + 1) * TICK, 1), 1.0)]
        if step > 0:
            asks.append((round((bid + 1) * TICK, 1), 0.0))
            bids = bids[1:]
        elif step < 0:
            bids.append((round(bid * TICK, 1), 0.0))
            asks = asks[1:]
        bid += step
        ticks = bid + 1
        bids += [
            (round((bid - each) * TICK, 1), size)
            for each, size in zip(deep[:4], sizes[:4], strict=True)
        ]
        asks += [
            (round((bid + 1 + each) * TICK, 1), size)
            for each, size in zip(deep[4:], sizes[4:], strict=True)
        ]
        yield PERPETUAL, BookUpdate(number, number, number - 1, bids, asks, at, at)


def legs(costs: BookCosts | None = COSTS) -> dict[str, Any]:
    return {"BTC": SPOT, "PERP": Leg(PERPETUAL, BINANCE_FUTURES, costs=costs)}


def peak_memory() -> float:
    """Return the largest resident memory of the process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def resident_memory() -> float:
    """Return the resident memory of the process, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def quantiles(name: str, times: list[int]) -> str:
    """Return quantiles of nanoseconds as text, in milliseconds."""
    found = np.percentile(np.array(times) / 1e6, [50.0, 99.0, 100.0])
    return f"{name:<44} p50 {found[0]:.4f}  p99 {found[1]:.4f}  worst {found[2]:.3f} ms"


@pytest.mark.parametrize("costs", [None, COSTS], ids=["price alone", "costs of the book"])
def test_own_time_at_500_events_a_second(benchmark: Any, capsys: Any, costs: Any) -> None:
    """Own time is that of the processor: another process may run meanwhile."""
    benchmark.extra_info.update({"case": "session of two minutes", "aim": 60.0})
    events = list(moving_market(120 * RATE, RATE))
    session = Session(advice(), legs(costs))
    between: list[int] = []
    at_ends: list[int] = []

    def run() -> None:
        gc.collect()
        gc.freeze()
        for source, event in events:
            began = time.thread_time_ns()
            decisions = session.receive(source, event)
            took = time.thread_time_ns() - began
            (at_ends if decisions else between).append(took)
            assert all(decision.advice is not None for decision in decisions)
        gc.unfreeze()

    benchmark.pedantic(run, rounds=1, iterations=1)
    with capsys.disabled():
        print()
        print(quantiles("an event", between + at_ends))
        print(quantiles("an event that ends a bar, with its decision", at_ends[3:]))


def test_memory_over_24_hours(benchmark: Any, capsys: Any) -> None:
    """A day in bars of a second, with two events in each, and a decision every second."""
    benchmark.extra_info.update({"case": "24 hours of decisions", "aim": 60.0})
    n_bars = 24 * 3600
    session = Session(advice(), legs(), max_age=10.0)
    by_hour: list[float] = []

    def run() -> int:
        n_decisions = 0
        for source, event in moving_market(2 * n_bars, 2.0):
            decisions: list[Decision] = session.receive(source, event)
            n_decisions += len(decisions)
            if decisions and n_decisions % 3600 == 0:
                gc.collect()
                by_hour.append(resident_memory())
        return n_decisions

    n_decisions = benchmark.pedantic(run, rounds=1, iterations=1)
    assert n_decisions > n_bars - 10
    with capsys.disabled():
        growth = np.diff(by_hour)
        print()
        print(f"after an hour {by_hour[0]:.0f} MiB, after 23 hours {by_hour[-1]:.0f} MiB;")
        print(f"growth in an hour: median {np.median(growth):.2f}, most {growth.max():.2f} MiB")


def test_a_million_recorded_events(benchmark: Any, capsys: Any, tmp_path: Path) -> None:
    """Replay, book, bars of a second and session; at most 60 s and 500 MiB."""
    benchmark.extra_info.update({"case": "a million recorded events", "aim": 60.0})
    with Recorder(tmp_path, events_per_part=20_000) as recorder:
        for source, event in moving_market(MILLION, RATE):
            recorder.append(source, event)
    session = Session(advice(), legs())

    def run() -> int:
        return sum(1 for decision in session.run(replay(tmp_path)) if decision.advice is not None)

    began = time.process_time()
    n_decisions = benchmark.pedantic(run, rounds=1, iterations=1)
    took = time.process_time() - began
    assert n_decisions == MILLION // RATE - 1
    with capsys.disabled():
        print()
        print(f"{n_decisions:,} decisions, {took:.1f} s of processor, {peak_memory():.0f} MiB")
