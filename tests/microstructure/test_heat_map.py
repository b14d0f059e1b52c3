"""Histories of costs and depths against a book that is replayed to each moment."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import read_recording
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    BookUpdate,
    Interruption,
    OrderBook,
    cost_history,
    depth,
    depth_history,
    plot_heat_map,
    walk_book,
)

SECOND = 10**9


def events(n: int = 40) -> list[BookSnapshot | BookUpdate]:
    """Return a book that changes four times a second, and loses an update after the 20th."""
    generator = np.random.default_rng(0)
    start = 1_000 * SECOND
    stream: list[BookSnapshot | BookUpdate] = [
        BookSnapshot(0, [(99.0, 5.0)], [(101.0, 2.0), (102.0, 4.0)], None, start)
    ]
    for number in range(1, n + 1):
        size = float(generator.integers(1, 9))
        changes = [(102.0, size)]
        at = number + (1 if number > 20 else 0)
        time = start + number * SECOND // 4
        stream.append(BookUpdate(at, at, None, [], changes, None, time))
    return stream


@pytest.mark.parametrize("direction", ["buy", "sell"])
def test_costs_are_those_of_the_book_at_each_moment(direction: str) -> None:
    table = cost_history(events(), BINANCE_SPOT, [1.0, 3.0, 50.0], 1.0, direction)  # type: ignore[arg-type]
    for moment, row in table.iterrows():
        book = OrderBook(BINANCE_SPOT)
        for event in events():
            if event.receive_time <= pd.Timestamp(moment).value:
                if isinstance(event, BookSnapshot):
                    book.apply_snapshot(event)
                else:
                    book.apply(event)
        for size, cost in row.items():
            if book.is_synchronized:
                expected = walk_book(book, float(size), direction).cost  # type: ignore[arg-type]
                np.testing.assert_equal(cost, expected)
            else:
                assert math.isnan(cost)
    assert table[1.0].isna().any()
    assert table[1.0].notna().any()
    assert table[50.0].isna().all()


def test_depths_are_sums_of_both_sides() -> None:
    table = depth_history(events(10), BINANCE_SPOT, [0.01, 0.05], 1.0)
    book = OrderBook(BINANCE_SPOT)
    for event in events(10)[:5]:
        if isinstance(event, BookSnapshot):
            book.apply_snapshot(event)
        else:
            book.apply(event)
    assert table.iloc[1].tolist() == [sum(depth(book, 0.01)), sum(depth(book, 0.05))]


def test_what_ends_a_book_is_a_hole_and_not_an_error() -> None:
    start = 1_000 * SECOND
    impossible = BookSnapshot(3, [(101.0, 1.0)], [(101.0, 1.0)], None, start + 3 * SECOND // 2)
    closed = Interruption("the connection was closed", start + 7 * SECOND // 2)
    stream = [
        event
        for event in (*events(20)[:6], impossible, BookUpdate(9, 9, None, [], [], None, start * 2))
        if event.receive_time <= start + 5 * SECOND // 2
    ]
    again = BookSnapshot(50, [(99.0, 1.0)], [(101.0, 9.0)], None, start + 5 * SECOND // 2)
    end = BookUpdate(52, 52, None, [], [], None, start + 11 * SECOND // 2)
    table = cost_history([*stream, again, closed, end], BINANCE_SPOT, [1.0], 1.0)
    assert table[1.0].isna().tolist() == [False, False, True, False, True, True]


@pytest.mark.long
def test_of_the_recording_small_orders_cost_half_a_spread(data_dir: Path) -> None:
    stream = read_recording(data_dir / "binance_spot_btcusdt_20240808.gz")
    table = cost_history(stream, BINANCE_SPOT, [0.01, 10.0], 10.0)
    assert len(table) > 30
    assert (table[10.0].dropna() >= table[0.01].dropna()).all()
    assert 0.0 < 1e4 * table[0.01].median() < 0.1


def test_its_plot_shows_sizes_and_holes() -> None:
    table = cost_history(events(), BINANCE_SPOT, [1.0, 3.0, 50.0], 1.0)
    axes = plot_heat_map(table)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "3", "50"]
    assert axes.images[0].get_array().mask.any()
    depths = depth_history(events(), BINANCE_SPOT, [0.001], 1.0)
    assert [label.get_text() for label in plot_heat_map(depths).get_yticklabels()] == ["10 bp"]


def test_the_columns_of_its_plot_are_centered_on_their_moments() -> None:
    table = cost_history(events(), BINANCE_SPOT, [1.0], 1.0)
    assert plot_heat_map(table).get_xlim() == (-0.5, len(table) - 0.5)
    assert plot_heat_map(table.head(1)).get_xlim() == (-0.5, 0.5)
    with pytest.raises(DataError, match="at least one interval"):
        plot_heat_map(table.head(0))


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (SECOND, r"1000000000 ns comes after 1010000000000 ns. A clock went back"),
        (10**9 * SECOND, r"more than 1,000,000 intervals of 1 s"),
    ],
)
def test_a_clock_that_is_wrong_is_refused(time: int, message: str) -> None:
    stream = [*events(), BookUpdate(50, 50, None, [], [], None, time)]
    with pytest.raises(DataError, match=message):
        cost_history(stream, BINANCE_SPOT, [1.0], 1.0)


def test_a_history_shorter_than_an_interval_is_refused() -> None:
    with pytest.raises(DataError, match="span less than one interval of 3600 s"):
        cost_history(events(), BINANCE_SPOT, [1.0], 3_600.0)
