"""Times of recording, replay and a session; no time is asserted."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Recorder, Source, replay
from hedgeresearch.live import Leg, Session
from hedgeresearch.microstructure import (
    BINANCE_FUTURES,
    BookSnapshot,
    BookUpdate,
    OrderBook,
    Quote,
)

ROUNDS = {"rounds": 3, "iterations": 1, "warmup_rounds": 1}
N_SECONDS = 60
RATE = 500
"""Events in a second."""
SECOND = 1_000_000_000
SPOT = Source("binance", "BTCUSDT")
PERPETUAL = Source("binance-usd-m", "BTCUSDT")
START = pd.Timestamp("2026-03-02 12:00", tz="UTC")
Sourced = tuple[Source, Any]


@pytest.fixture(scope="module")
def events() -> list[Sourced]:
    """Events of a minute: quotes of one leg, ten changed levels of the other's book in turn."""
    rng = np.random.default_rng(0)
    prices = np.round(60_000.0 + 0.5 * rng.standard_normal(N_SECONDS * RATE).cumsum(), 1)
    found: list[Sourced] = []
    number = 0
    for row, price in enumerate(prices.tolist()):
        time = START.value + (row + 1) * SECOND // RATE
        if row % 2:
            found.append((SPOT, Quote(row, price, 1.0, price + 0.1, 1.0, time, time)))
            continue
        # sizes far from the mid change, so that the book is never crossed
        sizes = rng.uniform(0.1, 2.0, 10).tolist()
        bids = [(59_000.0 - level, size) for level, size in enumerate(sizes)]
        asks = [(61_000.0 + level, size) for level, size in enumerate(sizes)]
        number += 1
        if row == 0:
            found.append((PERPETUAL, BookSnapshot(1, bids, asks, None, time)))
        else:
            update = BookUpdate(number, number, number - 1, bids[:5], asks[:5], time, time)
            found.append((PERPETUAL, update))
    return found


def advice() -> hr.recommendation.Recommendation:
    times = pd.date_range(end=START, periods=600, freq="1s")
    steps = np.random.default_rng(1).standard_normal((2, 600)).cumsum(axis=1)
    prices = {"BTC": 60_000.0 + steps[0], "PERP": 60_000.0 + steps[0] + 0.2 * steps[1]}
    market = hr.Market(pd.DataFrame(prices, times))
    position = hr.Position({"BTC": 2.0})
    perpetual = hr.LinearContract("PERP", 0.001, fee=2e-4)
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    fit = model.fit(*market.returns(position, perpetual))
    return hr.recommend(fit, position, perpetual, market)


def test_a_session(benchmark: Any, events: list[Sourced]) -> None:
    # at most 1.2 ms an event
    about = {"case": f"session, {len(events):,} events", "aim": 1.2e-3 * len(events)}
    benchmark.extra_info.update(about)
    start = advice()
    legs = {"BTC": SPOT, "PERP": Leg(PERPETUAL, BINANCE_FUTURES)}
    decisions = benchmark.pedantic(lambda: list(Session(start, legs).run(events)), **ROUNDS)
    assert len(decisions) == N_SECONDS - 1
    assert all(decision.advice is not None for decision in decisions)


def test_a_bar_of_a_session(benchmark: Any, events: list[Sourced]) -> None:
    benchmark.extra_info.update({"case": "session, one bar", "aim": 1.2e-3})
    legs = {"BTC": SPOT, "PERP": Leg(PERPETUAL, BINANCE_FUTURES)}
    session = Session(advice(), legs, max_age=1e9)
    list(session.run(events))
    ends = iter(range(events[-1][1].receive_time, 2 * START.value, SECOND))

    def one_bar() -> Any:
        return session.advance(next(ends) + 1)

    (decision,) = benchmark.pedantic(one_bar, rounds=500, warmup_rounds=5)
    assert decision.advice is not None


def test_recording(benchmark: Any, events: list[Sourced], tmp_path: Path) -> None:
    benchmark.extra_info.update({"case": f"recording {len(events):,} events", "aim": 0.6})
    recorder = Recorder(tmp_path)

    def record() -> None:
        for source, event in events:
            recorder.append(source, event)
        recorder.flush()

    benchmark.pedantic(record, **ROUNDS)
    assert recorder.n_events == 4 * len(events)


def test_replay(benchmark: Any, events: list[Sourced], tmp_path: Path) -> None:
    benchmark.extra_info.update({"case": f"replay of {len(events):,} events", "aim": 0.15})
    with Recorder(tmp_path) as recorder:
        for source, event in events:
            recorder.append(source, event)
    n_events = benchmark.pedantic(lambda: sum(1 for _ in replay(tmp_path)), **ROUNDS)
    assert n_events == len(events)


@pytest.mark.parametrize("n_changed", [1, 5, 20])
def test_a_book_of_5000_levels(benchmark: Any, n_changed: int) -> None:
    """Changes of levels anywhere in a book of 5,000 bids and asks, with the best prices after each.

    On the recordings an event needs 1.3 to 2.5 us on average, quotes and trades among them.
    """
    rng = np.random.default_rng(0)
    n_updates = 10_000
    about = {"case": f"book of 5,000 levels, {n_changed} changed", "aim": 10e-6 * n_updates}
    benchmark.extra_info.update(about)
    bids = [(60_000.0 - 0.1 * row, 1.0) for row in range(5_000)]
    asks = [(60_000.1 + 0.1 * row, 1.0) for row in range(5_000)]
    updates = []
    for number in range(1, n_updates + 1):
        rows = rng.integers(0, 5_000, n_changed).tolist()
        # a third of the levels is removed
        sizes = np.maximum(rng.uniform(-1.0, 2.0, n_changed), 0.0).tolist()
        side = bids if number % 2 else asks
        levels = [(side[row][0], size) for row, size in zip(rows, sizes, strict=True)]
        sides = (levels, []) if number % 2 else ([], levels)
        updates.append(BookUpdate(number, number, number - 1, *sides, None, number))

    def follow() -> OrderBook:
        book = OrderBook(BINANCE_FUTURES)
        book.apply_snapshot(BookSnapshot(0, bids, asks, None, 0))
        for update in updates:
            book.apply(update)
            assert book.mid is not None
        return book

    assert benchmark.pedantic(follow, **ROUNDS).counts["used"] == n_updates
