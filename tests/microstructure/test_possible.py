"""Trades and quotes that cannot be are named once, and no number is made of them."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hedgeresearch.errors import DataWarning
from hedgeresearch.microstructure import (
    Quote,
    Trade,
    mid_prices,
    spreads_by_horizon,
    trade_impact,
    trade_sizes,
    trade_spreads,
)
from hedgeresearch.microstructure.possible import possible_events

SECOND = 1_000_000_000
MIDS = 100.0 + 0.1 * np.random.default_rng(0).standard_normal(200).cumsum()


def quote(row: int, bid: float, ask: float) -> Quote:
    return Quote(row, bid, 1.0, ask, 1.0, None, row * SECOND)


def trade(row: int, price: float, size: float = 1.0, side: int = 1) -> Trade:
    return Trade(row, price, size, side, None, row * SECOND + SECOND // 2)


def stream() -> list[Any]:
    """Return a quote and a trade each second."""
    events: list[Any] = []
    for row, mid in enumerate(MIDS):
        side = 1 if row % 2 else -1
        events += [quote(row, mid - 0.05, mid + 0.05), trade(row, mid + 0.05 * side, 1.0, side)]
    return events


def with_trade(bad: Trade) -> tuple[list[Any], list[Any]]:
    """Return a stream with an impossible trade in the place of one, and without that one."""
    events = stream()
    return [*events[:201], bad, *events[202:]], [*events[:201], *events[202:]]


IMPOSSIBLE = [
    trade(100, 0.0),
    trade(100, -5.0),
    trade(100, math.nan),
    trade(100, math.inf),
    trade(100, 100.0, 0.0),
    trade(100, 100.0, -1.0),
    trade(100, 100.0, math.nan),
    trade(100, 100.0, 1.0, 7),
]


@pytest.mark.parametrize("bad", IMPOSSIBLE)
def test_an_impossible_trade_is_left_out(bad: Trade) -> None:
    events, expected = with_trade(bad)
    with pytest.warns(DataWarning, match="1 trades cannot be and are left out; the first, trade 1"):
        found = spreads_by_horizon(events, lag=0.1)
    assert found.equals(spreads_by_horizon(expected, lag=0.1))


@pytest.mark.parametrize(
    "measure",
    [
        lambda events: trade_impact(events, 5.0).tolist(),
        lambda events: trade_sizes(events * 6, 1.0).n_trades,
    ],
)
def test_other_measures_leave_it_out(measure: Callable[[list[Any]], Any]) -> None:
    events, expected = with_trade(trade(100, 0.0, -1.0))
    with pytest.warns(DataWarning, match="trades cannot be"):
        assert measure(events) == measure(expected)


@pytest.mark.parametrize(("bid", "ask"), [(0.0, 0.0), (101.0, 100.0), (math.nan, 1.0), (1.0, 0.0)])
def test_a_halted_or_crossed_quote_is_no_price(bid: float, ask: float) -> None:
    events = stream()
    events[200] = quote(100, bid, ask)
    with pytest.warns(DataWarning, match="1 quotes cannot be, so that there is no price until"):
        mids = mid_prices(events)
    assert np.flatnonzero(np.isnan(mids)).tolist() == [100]
    with pytest.warns(DataWarning, match="quotes cannot be"):
        table = trade_spreads(events, lag=0.1, horizon=5.0)
    # the trade that it would be the quote of, and the one that it would come a horizon after
    assert len(table) == len(trade_spreads(stream(), lag=0.1, horizon=5.0)) - 2
    assert np.isfinite(table.to_numpy()).all()


def test_a_market_that_begins_halted_begins_with_its_first_price() -> None:
    with pytest.warns(DataWarning, match="1 quotes cannot be"):
        mids = mid_prices([quote(0, 0.0, 0.0), quote(1, 99.0, 101.0)])
    assert mids.tolist() == [100.0]


def test_events_that_can_be_are_left_as_they_are() -> None:
    events = stream()
    assert possible_events(events) == events
    locked = quote(0, 100.0, 100.0)
    assert possible_events([locked]) == [locked]
    none = quote(0, math.nan, math.nan)
    assert possible_events([none])[0] is none
