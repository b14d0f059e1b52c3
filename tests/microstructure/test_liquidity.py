"""Costs of a book against loops over units, and against each other."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    OrderBook,
    capacity,
    cost_curve,
    depth,
    imbalance,
    walk_book,
)

SIZES = st.lists(st.integers(1, 20), min_size=1, max_size=8)


def book_of(bids: list[int], asks: list[int]) -> OrderBook:
    """Return a book with whole sizes at 99, 98, ... and 101, 102, ..."""
    book = OrderBook(BINANCE_SPOT)
    levels = (
        [(99.0 - row, float(size)) for row, size in enumerate(bids)],
        [(101.0 + row, float(size)) for row, size in enumerate(asks)],
    )
    book.apply_snapshot(BookSnapshot(1, *levels, None, 0))
    return book


def unit_prices(book: OrderBook, direction: str) -> list[float]:
    """Return the price of each unit that the book holds, one after the other."""
    levels = book.asks() if direction == "buy" else book.bids()
    return [price for price, size in levels for _ in range(int(size))]


@given(SIZES, SIZES, st.integers(1, 100), st.sampled_from(["buy", "sell"]))
def test_walking_equals_a_loop_over_units(
    bids: list[int], asks: list[int], size: int, direction: str
) -> None:
    book = book_of(bids, asks)
    prices = unit_prices(book, direction)
    trade = walk_book(book, float(size), direction)  # type: ignore[arg-type]
    assert trade.filled == pytest.approx(min(size, len(prices)) / size)
    if size > len(prices):
        assert math.isnan(trade.price)
        assert math.isnan(trade.cost)
        return
    mean = np.mean(prices[:size])
    side = 1.0 if direction == "buy" else -1.0
    assert trade.price == pytest.approx(mean)
    assert trade.cost == pytest.approx(side * (mean - 100.0) / 100.0)


@given(SIZES, SIZES, st.floats(0.001, 0.09), st.sampled_from(["buy", "sell"]))
def test_capacity_is_where_the_cost_reaches_the_limit(
    bids: list[int], asks: list[int], cost: float, direction: str
) -> None:
    book = book_of(bids, asks)
    size = capacity(book, cost, direction)  # type: ignore[arg-type]
    held = len(unit_prices(book, direction))
    assert 0.0 <= size <= held
    if size > 0.0:
        assert walk_book(book, size, direction).cost <= cost + 1e-12  # type: ignore[arg-type]
    more = size * (1.0 + 1e-9) + 1e-6
    if more < held:
        assert walk_book(book, more, direction).cost > cost  # type: ignore[arg-type]


@pytest.mark.parametrize("n_levels", [3, 6, 10])
def test_an_order_of_the_whole_book_is_filled(n_levels: int) -> None:
    """Sizes of .1, .2, ... do not add up to their sum in floats."""
    sizes = [0.1 * (row % 3 + 1) for row in range(n_levels)]
    levels = [(101.0 + row, size) for row, size in enumerate(sizes)]
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(BookSnapshot(1, [(99.0, 1.0)], levels, None, 0))
    prices = [price for price, _ in levels]
    for size in (round(sum(sizes), 1), capacity(book, 0.9, "buy")):
        trade = walk_book(book, size, "buy")
        assert (trade.filled, trade.n_levels) == (1.0, n_levels)
        assert trade.price == pytest.approx(np.average(prices, weights=sizes), rel=1e-12)
    assert math.isnan(walk_book(book, sum(sizes) * (1.0 + 1e-9), "buy").cost)


def test_a_cost_curve_has_a_row_for_each_size() -> None:
    table = cost_curve(book_of([2, 1], [1, 3]), [1.0, 3.5, 10.0])
    assert table.loc[1.0, ["buy", "sell"]].tolist() == pytest.approx([0.01, 0.01])
    assert table.loc[3.5, "buy"] == pytest.approx((101.0 + 2.5 * 102.0) / 3.5 / 100.0 - 1.0)
    assert math.isnan(table.loc[10.0, "sell"])
    assert table.loc[10.0, ["buy_filled", "sell_filled"]].tolist() == [0.4, 0.3]


def test_depth_and_imbalance_are_sums_of_sizes() -> None:
    book = book_of([2, 1, 5], [1, 3])
    assert depth(book, 0.02) == (3.0, 4.0)
    assert depth(book, 0.001) == (0.0, 0.0)
    assert imbalance(book) == pytest.approx((2 - 1) / 3)
    assert imbalance(book, n_levels=3) == pytest.approx((8 - 4) / 12)


def test_a_book_that_is_not_right_has_no_cost() -> None:
    book = OrderBook(BINANCE_SPOT)
    for measure in (
        lambda: walk_book(book, 1.0, "buy"),
        lambda: capacity(book, 0.01, "buy"),
        lambda: depth(book, 0.01),
        lambda: imbalance(book),
    ):
        with pytest.raises(DataError, match="The book is waiting: no snapshot has come"):
            measure()


def test_an_empty_side_is_refused() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(BookSnapshot(1, [], [(101.0, 1.0)], None, 0))
    with pytest.raises(DataError, match="One side of the book is empty"):
        walk_book(book, 1.0, "sell")


@pytest.mark.parametrize("size", [0.0, -1.0, math.nan])
def test_a_size_that_cannot_be_is_refused(size: float) -> None:
    with pytest.raises(DataError, match="size must lie strictly between"):
        walk_book(book_of([1], [1]), size, "buy")
