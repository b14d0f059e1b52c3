"""The capacity of a hedge against walking its books, and against that of one book."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    OrderBook,
    capacity,
    hedge_capacity,
    walk_book,
)
from tests.microstructure.test_liquidity import SIZES, book_of


def cost_of(legs: dict[str, tuple[OrderBook, float]], units: float) -> float:
    """Return the cost of some units, by walking each book, over the value that is traded."""
    paid = 0.0
    value = 0.0
    for book, size in legs.values():
        walked = walk_book(book, units * abs(size), "buy" if size > 0.0 else "sell")
        paid += walked.cost * units * abs(size) * (book.mid or 0.0)
        value += units * abs(size) * (book.mid or 0.0)
    return paid / value


@settings(max_examples=40, deadline=None)
@given(SIZES, SIZES, st.sampled_from([1.0, -0.5, 2.0]), st.integers(5, 90))
def test_it_is_where_the_cost_of_all_legs_reaches_the_limit(
    first: list[int], second: list[int], size: float, points: int
) -> None:
    legs = {"A": (book_of(first, second), -1.0), "B": (book_of(second, first), size)}
    cost = points / 1_000
    found = hedge_capacity(legs, cost)
    held = [sum(first), sum(first) / abs(size) if size > 0.0 else sum(second) / abs(size)]
    assert 0.0 <= found <= min(held) + 1e-9
    if found > 0.0:
        assert cost_of(legs, found) <= cost + 1e-9
    more = found * (1.0 + 1e-6) + 1e-6
    if more < min(held):
        assert cost_of(legs, more) > cost


@settings(max_examples=40, deadline=None)
@given(SIZES, SIZES, st.integers(5, 90))
def test_of_one_leg_it_is_that_of_the_book(bids: list[int], asks: list[int], points: int) -> None:
    book = book_of(bids, asks)
    # between the distances of two prices: at that of the best price rounding decides
    cost = (points + 0.5) / 1_000
    for size, direction in ((1.0, "buy"), (-1.0, "sell")):
        expected = capacity(book, cost, direction)  # type: ignore[arg-type]
        found = hedge_capacity({"A": (book, size)}, cost)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_cheap_leg_makes_up_for_a_dear_one() -> None:
    dear = book_of([50], [50])
    cheap = OrderBook(BINANCE_SPOT)
    cheap.apply_snapshot(BookSnapshot(1, [(99.999, 50.0)], [(100.001, 50.0)], None, 0))
    assert hedge_capacity({"A": (dear, 1.0)}, 0.006) == 0.0
    assert hedge_capacity({"A": (dear, 1.0), "B": (cheap, -1.0)}, 0.006) == 50.0


@pytest.mark.parametrize(
    ("legs", "message"),
    [
        ({}, r"at least one instrument"),
        ({"A": (book_of([1], [1]), 0.0)}, r"The size of 'A' must not be zero"),
        ({"A": book_of([1], [1])}, r"must be an OrderBook and a size"),
        ({"A": (OrderBook(BINANCE_SPOT), 1.0)}, r"The book is waiting"),
        ([1.0], r"legs must map names to values"),
    ],
)
def test_hedges_that_cannot_be_traded_are_refused(legs: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        hedge_capacity(legs, 0.01)  # type: ignore[arg-type]
