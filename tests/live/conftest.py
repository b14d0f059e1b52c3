"""A market of two legs, and events of it: quotes of the one, a numbered book of the other."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Source
from hedgeresearch.live import Decision, Leg, Session
from hedgeresearch.microstructure import BINANCE_FUTURES, BookSnapshot, BookUpdate, Quote
from hedgeresearch.microstructure.events import Level
from hedgeresearch.typing import Array

SPOT = Source("binance", "BTCUSDT")
PERPETUAL = Source("binance-usd-m", "BTCUSDT")
LEGS: dict[str, Leg | Source] = {"BTC": SPOT, "PERP": Leg(PERPETUAL, BINANCE_FUTURES)}
SECOND = 1_000_000_000
Sourced = tuple[Source, Any]


@pytest.fixture(scope="session")
def start() -> hr.recommendation.Recommendation:
    """A recommendation on bars of a second."""
    times = pd.date_range("2026-03-02 12:00", periods=300, freq="1s", tz="UTC")
    steps = 3.0 * np.random.default_rng(0).standard_normal((2, 300)).cumsum(axis=1)
    prices = {"BTC": 60_000.0 + steps[0], "PERP": 60_010.0 + steps[0] + 0.3 * steps[1]}
    market = hr.Market(pd.DataFrame(prices, times))
    position = hr.Position({"BTC": 2.0})
    perpetual = hr.LinearContract("PERP", 0.001, lot=1, fee=1e-6)
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
    return hr.recommend(
        model.fit(*market.returns(position, perpetual)), position, perpetual, market
    )


@pytest.fixture(scope="session")
def first_time(start: hr.recommendation.Recommendation) -> int:
    """Last date of the market, nanoseconds."""
    return int(start.as_of.as_unit("ns").value)


@pytest.fixture(scope="session")
def events(first_time: int) -> list[Sourced]:
    """Events of twelve seconds, a quote and an update each tenth of a second at uneven times."""
    rng = np.random.default_rng(1)
    steps = 5.0 * rng.standard_normal((2, 120)).cumsum(axis=1)
    future = 60_010.0 + steps[0] + steps[1] / 9.0
    found: list[Sourced] = []
    for number in range(120):
        time = first_time + number * SECOND // 10 + int(rng.integers(1, SECOND // 30))
        spot = float(60_000.0 + steps[0, number])
        found.append((SPOT, Quote(number, spot, 1.0, spot + 0.1, 2.0, time - 5_000_000, time)))
        later = time + int(rng.integers(1, SECOND // 30))
        found.append((PERPETUAL, book_event(number, future, later)))
    return found


def book_event(number: int, prices: Array, time: int) -> BookSnapshot | BookUpdate:
    """Return a snapshot at number 0 and 60, else an update from the prices before to those now."""
    ids = 10 * number
    bids, asks = levels(float(prices[number]))
    if number % 60 == 0:
        return BookSnapshot(ids, bids, asks, None, time)
    gone = [[(price, 0.0) for price, _ in side] for side in levels(float(prices[number - 1]))]
    venue_time = time - 7_000_000
    return BookUpdate(ids - 9, ids, ids - 10, gone[0] + bids, gone[1] + asks, venue_time, time)


def levels(price: float) -> tuple[list[Level], list[Level]]:
    """Return two bids and two asks around a price."""
    bids = [(price, 1.0), (price - 5.0, 3.0)]
    return bids, [(price + 0.5, 2.0), (price + 5.0, 3.0)]


def decisions_of(start: Any, events: list[Sourced], **settings: Any) -> list[Decision]:
    return list(Session(start, LEGS, **{"max_age": 0.5} | settings).run(events))


def plain(decisions: list[Decision]) -> list[dict[str, Any]]:
    return [decision.to_dict() for decision in decisions]
