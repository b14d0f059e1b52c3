"""Recovery from large trades in a simulated book whose half-life is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    BookUpdate,
    OrderBook,
    Trade,
    book_resilience,
    depth,
)

SECOND = 10**9
TENTH = SECOND // 10
START = 1_000 * SECOND


def market(half_life: float, n_trades: int = 12, lost: float = 0.6, seed: int = 0) -> list:
    """Return a book whose asks lose a share at each large trade and recover exponentially.

    Large trades come 20 s apart, small ones of the other side in between. The best ask disappears
    for the first second after a large trade, so that the spread is 3 instead of 1.
    """
    generator = np.random.default_rng(seed)
    bids = [(1_000.0, 50.0)]
    stream: list = [BookSnapshot(0, bids, [(1_001.0, 1.0), (1_003.0, 99.0)], None, START)]
    for number in range(1, 200 * n_trades + 100):
        time = START + number * TENTH
        since = (number - 100) % 200
        after = number >= 100
        share = 1.0 - lost * 0.5 ** (since / 10.0 / half_life) if after else 1.0
        best = 0.0 if after and since < 10 else 1.0
        update = [(1_001.0, best), (1_003.0, 100.0 * share - best)]
        if after and since == 0:
            # the trade is received just before the change of the book
            stream.append(Trade(number, 1_001.0, 40.0, 1, None, time - TENTH // 10))
        elif generator.random() < 0.5:
            stream.append(Trade(number, 1_000.0, 0.5, -1, None, time - TENTH // 10))
        stream.append(BookUpdate(number, number, None, [], update, None, time))
    return stream


HORIZONS = np.round(np.arange(0.05, 10.0, 0.1), 2)


@pytest.mark.parametrize("half_life", [0.5, 2.0])
def test_the_planted_half_life_is_recovered(half_life: float) -> None:
    found = book_resilience(
        market(half_life), BINANCE_SPOT, distance=0.01, quantile=0.995, horizons=HORIZONS
    )
    assert found.n_trades == 12
    assert found.threshold == 40.0
    assert found.table["depth"].min() == pytest.approx(0.4, abs=0.001)
    assert found.depth_half_life == pytest.approx(half_life, abs=0.03)


def test_the_spread_is_compared_with_that_before() -> None:
    found = book_resilience(
        market(2.0), BINANCE_SPOT, distance=0.01, quantile=0.995, horizons=HORIZONS
    )
    assert found.table["spread"].max() == pytest.approx(3.0)
    # wide for a second, first seen .05 s after the trade; half way within the next step
    assert found.spread_half_life == pytest.approx(0.95, abs=0.06)


def test_shares_are_those_of_books_replayed_to_each_time() -> None:
    events = market(2.0)
    found = book_resilience(
        events, BINANCE_SPOT, distance=0.01, quantile=0.995, horizons=[0.3, 4.0], lag=0.05
    )
    sums = np.zeros(3)
    for trade in [one for one in events if isinstance(one, Trade) and one.size == 40.0]:
        for place, seconds in enumerate([-0.05, 0.3, 4.0]):
            book = OrderBook(BINANCE_SPOT)
            for event in events:
                if event.receive_time <= trade.receive_time + round(seconds * SECOND):
                    book.receive(event)
            sums[place] += depth(book, 0.01)[1]
    assert found.table["depth"].tolist() == pytest.approx((sums[1:] / sums[0]).tolist())


def test_fills_of_one_order_are_one_trade() -> None:
    events = market(2.0)
    split = []
    for event in events:
        if isinstance(event, Trade) and event.size == 40.0:
            parts = [Trade(0, event.price, 10.0, 1, None, event.receive_time)] * 4
            split.extend(parts)
        else:
            split.append(event)
    settings = {"distance": 0.01, "quantile": 0.995, "horizons": [0.3, 4.0]}
    one = book_resilience(events, BINANCE_SPOT, **settings)
    other = book_resilience(split, BINANCE_SPOT, **settings)
    pd.testing.assert_frame_equal(one.table, other.table)


def test_of_a_burst_the_first_trade_counts() -> None:
    events = market(2.0)
    burst = []
    for event in events:
        burst.append(event)
        # the next update comes .09 s later
        if isinstance(event, Trade) and event.size == 40.0:
            later = event.receive_time + TENTH // 20
            burst.append(Trade(0, event.price, 45.0, -1, None, later))
    settings = {"distance": 0.01, "quantile": 0.985, "horizons": [0.3, 4.0]}
    found = book_resilience(burst, BINANCE_SPOT, **settings)
    assert found.n_trades == 12
    alone = book_resilience(events, BINANCE_SPOT, **(settings | {"quantile": 0.995}))
    pd.testing.assert_frame_equal(found.table, alone.table)


def test_large_trades_without_a_side_are_left_out() -> None:
    events = [
        replace(event, side=0)
        if isinstance(event, Trade) and event.trade_id % 400 == 100
        else event
        for event in market(2.0, n_trades=24)
    ]
    found = book_resilience(events, BINANCE_SPOT, distance=0.01, quantile=0.995, horizons=[0.3])
    assert (found.n_trades, found.left_out) == (12, 12)


def test_a_book_without_a_loss_has_no_half_life() -> None:
    found = book_resilience(
        market(2.0, lost=0.0), BINANCE_SPOT, distance=0.0006, quantile=0.995, horizons=[5.0]
    )
    assert found.depth_half_life is None
    assert "without a loss" in repr(found)


def test_a_loss_that_stays_has_an_infinite_half_life() -> None:
    found = book_resilience(
        market(30.0), BINANCE_SPOT, distance=0.01, quantile=0.995, horizons=[0.3, 4.0]
    )
    assert found.depth_half_life == np.inf
    assert "not half regained" in repr(found)


def test_trades_around_which_the_book_is_unknown_are_counted() -> None:
    events = market(2.0, n_trades=14)
    lost = next(
        place
        for place, event in enumerate(events)
        if isinstance(event, BookUpdate) and event.final_id == 2_000
    )
    gap = events[:lost] + events[lost + 1 :]
    with pytest.raises(DataError, match=r"At least 10 large trades are needed .*; got 5"):
        book_resilience(
            gap[: lost // 2], BINANCE_SPOT, distance=0.01, quantile=0.995, horizons=[0.3]
        )
    found = book_resilience(gap, BINANCE_SPOT, distance=0.01, quantile=0.995, horizons=[0.3])
    assert (found.n_trades, found.left_out) == (10, 4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"quantile": 1.0}, r"quantile must lie strictly between 0 and 1"),
        ({"lag": -1.0}, r"lag must not be negative"),
        ({"horizons": []}, r"horizons must be ascending"),
        ({"horizons": [1.0, 0.5]}, r"horizons must be ascending"),
        ({"distance": 0.0}, r"distance must lie strictly between"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        book_resilience(market(2.0, n_trades=1), BINANCE_SPOT, **settings)


def test_events_without_trades_are_refused() -> None:
    events = [one for one in market(2.0, n_trades=1) if not isinstance(one, Trade)]
    with pytest.raises(DataError, match="got 0"):
        book_resilience(events, BINANCE_SPOT)


@pytest.mark.long
def test_its_plot_shows_depth_and_spread() -> None:
    axes = book_resilience(market(2.0), BINANCE_SPOT, distance=0.01, quantile=0.995).plot()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["depth", "spread"]
