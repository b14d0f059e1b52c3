"""Half spread, impact and capacity of a book against walks of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    MarketQuality,
    OrderBook,
    TradeSizes,
    capacity,
    walk_book,
)
from hedgeresearch.recommendation import book_liquidity

SIZES = st.lists(st.floats(0.1, 20.0), min_size=1, max_size=8)
HONEST = TradeSizes(0.01, 0.001, 30.0, 0.5, 1.5, 5_000, 1e-4)


def book_of(bids: list[float], asks: list[float]) -> OrderBook:
    book = OrderBook(BINANCE_SPOT)
    levels = (
        [(99.9 - 0.1 * row, size) for row, size in enumerate(bids)],
        [(100.1 + 0.1 * row, size) for row, size in enumerate(asks)],
    )
    book.apply_snapshot(BookSnapshot(1, *levels, None, 0))
    return book


@given(SIZES, SIZES, st.sampled_from([0.0005, 0.0015, 0.003, 0.02]), st.sampled_from([1.0, 50.0]))
def test_costs_are_those_of_walking_the_book(
    bids: list[float], asks: list[float], within: float, contracts: float
) -> None:
    book = book_of(bids, asks)
    found = book_liquidity(book, within, contracts_per_unit=contracts)
    assert found.half_spread == pytest.approx(0.001)
    assert found.within == within
    size = found.capacity / contracts
    if within < 0.001:
        assert size == found.impact == 0.0
        return
    sides = ("buy", "sell")
    assert size == pytest.approx(min(capacity(book, within, side) for side in sides))  # type: ignore[arg-type]
    cost = max(walk_book(book, size, side).cost for side in sides)  # type: ignore[arg-type]
    assert cost <= within + 1e-12
    assert found.half_spread + 0.5 * found.impact * found.capacity == pytest.approx(cost)


def test_participation_scales_the_capacity_alone() -> None:
    book = book_of([5.0, 5.0], [5.0, 5.0])
    whole = book_liquidity(book, 0.002)
    part = book_liquidity(book, 0.002, participation=0.2)
    assert part.capacity == pytest.approx(0.2 * whole.capacity)
    # an order of the best level alone has no impact beyond half the spread
    assert part.impact == 0.0 < whole.impact


def test_a_flagged_venue_is_counted_on_in_part() -> None:
    book = book_of([5.0], [5.0])
    washed = MarketQuality("THIN", replace(HONEST, roundness=4.0), "BUSY", HONEST)
    digits = MarketQuality("THIN", replace(HONEST, benford_mad=0.05), "BUSY", HONEST)
    alike = MarketQuality("THIN", HONEST, "BUSY", HONEST)
    assert book_liquidity(book, quality=washed).distrust == pytest.approx(26.0 / 29.0)
    assert "round sizes are 4.0 times" in str(book_liquidity(book, quality=washed).flag)
    assert book_liquidity(book, quality=digits).distrust == 0.5
    assert book_liquidity(book, quality=alike).flag is None
    full = replace(HONEST, roundness=0.0)
    assert book_liquidity(book, quality=replace(washed, sizes=full)).distrust == 0.95


def test_a_book_without_a_price_is_refused() -> None:
    with pytest.raises(DataError, match="no snapshot has come"):
        book_liquidity(OrderBook(BINANCE_SPOT))
