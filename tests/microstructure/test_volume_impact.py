"""The impact of volume on bars, against a loop over bars and planted slopes."""

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import Interruption, Quote, Trade, trade_impact
from hedgeresearch.microstructure.events import MarketEvent

SECOND = 10**9


def market(n: int = 400, slope: float = 0.5, seed: int = 0) -> list[MarketEvent]:
    """Return trades that move the mid by some basis points for each unit, with noise."""
    generator = np.random.default_rng(seed)
    events: list[MarketEvent] = [Quote(0, 99.9, 1.0, 100.1, 1.0, None, 0)]
    mid = 100.0
    for step in range(n):
        time = step * SECOND + int(generator.integers(1, SECOND // 2))
        size = float(generator.standard_normal())
        events.append(Trade(step, mid, abs(size), 1 if size > 0 else -1, None, time))
        mid *= 1.0 + 1e-4 * (slope * size + 0.2 * generator.standard_normal())
        events.append(Quote(step, mid - 0.1, 1.0, mid + 0.1, 1.0, None, time + 1_000))
    return events


def received(event: MarketEvent) -> int:
    return event.receive_time


def test_it_equals_a_loop_over_bars() -> None:
    # a trade at the end of a bar belongs to it
    events = sorted([*market(), Trade(0, 1.0, 9.0, 1, None, 50 * SECOND)], key=received)
    found = trade_impact(events, 5.0)
    mids = {one.receive_time: 0.5 * (one.bid + one.ask) for one in events if isinstance(one, Quote)}
    ends = list(range(0, max(mids) + 1, 5 * SECOND))
    closes = [mids[max(time for time in mids if time <= end)] for end in ends]
    rows = []
    for first, last, before, after in zip(ends, ends[1:], closes, closes[1:], strict=False):
        inside = [
            one for one in events if isinstance(one, Trade) and first < one.receive_time <= last
        ]
        signed = sum(one.side * one.size for one in inside)
        rows.append((1e4 * (after / before - 1.0), signed, sum(one.size for one in inside)))
    moves, signed, volume = np.array(rows).T
    assert found["kyle_lambda"] == pytest.approx(np.polyfit(signed, moves, 1)[0])
    assert found["amihud"] == pytest.approx(np.mean(np.abs(moves) / volume))
    assert found["n_bars"] == len(rows)


def test_the_planted_slope_is_within_its_error() -> None:
    found = trade_impact(market(2_000, slope=0.5), 2.0)
    assert found["kyle_lambda"] == pytest.approx(0.5, abs=3.0 * found["kyle_error"])
    assert found["kyle_error"] < 0.02


def test_bars_of_an_interruption_are_left_out() -> None:
    events = market(200)
    cut = sorted([*events, Interruption("closed", 50 * SECOND)], key=received)
    silent = [one for one in cut if not 50 * SECOND < one.receive_time < 80 * SECOND]
    # seven bars have no price, and eight changes lead from or to one of them
    whole = trade_impact(events, 5.0)["n_bars"]
    assert trade_impact(silent, 5.0)["n_bars"] == whole - 8


def test_events_that_do_not_suffice_are_refused() -> None:
    quotes = [one for one in market(100) if isinstance(one, Quote)]
    with pytest.raises(DataError, match="got 0 trades"):
        trade_impact(quotes, 5.0)
    with pytest.raises(DataError, match="At least 20 bars are needed"):
        trade_impact(market(30), 5.0)
    with pytest.raises(DataError, match="contain no quote"):
        trade_impact([one for one in market(30) if isinstance(one, Trade)], 1.0)
