"""Order books against the venue's second stream, brute force, and streams with faults."""

import math
from bisect import bisect_right
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import read_recording
from hedgeresearch.microstructure import (
    BINANCE_FUTURES,
    BINANCE_SPOT,
    DERIBIT,
    BookSnapshot,
    BookUpdate,
    Interruption,
    OrderBook,
    Quote,
    SequenceRule,
)
from hedgeresearch.microstructure.events import MarketEvent

RECORDINGS = {
    "spot": ("binance_spot_btcusdt_20240808.gz", BINANCE_SPOT, 3_449),
    "USD-margined": ("binance_usd_m_btcusdt_perp_20240808.gz", BINANCE_FUTURES, 6_547),
    "coin-margined": ("binance_coin_m_btcusd_perp_20240808.gz", BINANCE_FUTURES, 26_824),
}
"""File, rule and number of updates after the snapshot of each recording."""


def snapshot(update_id: int = 100) -> BookSnapshot:
    bids = [(99.0, 2.0), (98.0, 1.0)]
    return BookSnapshot(update_id, bids, [(101.0, 1.0), (102.0, 3.0)], None, 0)


def spot_update(first: int, final: int, **sides: list[tuple[float, float]]) -> BookUpdate:
    return BookUpdate(first, final, None, sides.get("bids", []), sides.get("asks", []), None, final)


def replayed(events: list[MarketEvent], rule: SequenceRule) -> OrderBook:
    """Return the book after some events."""
    book = OrderBook(rule)
    for event in events:
        if isinstance(event, BookSnapshot):
            book.apply_snapshot(event)
        elif isinstance(event, BookUpdate):
            book.apply(event)
    return book


def n_equal_to_quotes(events: list[MarketEvent], rule: SequenceRule) -> int:
    """Return how many updates leave the best quote; the snapshot, which came later, is put first.

    So that those that waited for it are compared one by one, too.
    """
    quotes = [event for event in events if isinstance(event, Quote)]
    ids = [quote.update_id for quote in quotes]
    book = OrderBook(rule)
    book.apply_snapshot(next(event for event in events if isinstance(event, BookSnapshot)))
    n_equal = 0
    for event in events:
        if isinstance(event, BookUpdate) and book.apply(event):
            n_equal += book.agrees_with(quotes[bisect_right(ids, book.last_id) - 1])
    return n_equal


@pytest.mark.long
@pytest.mark.parametrize("name", RECORDINGS)
def test_each_update_agrees_with_the_venues_second_stream(data_dir: Path, name: str) -> None:
    file_name, rule, n_updates = RECORDINGS[name]
    events = list(read_recording(data_dir / file_name))
    book = replayed(events, rule)
    assert book.is_synchronized
    assert book.counts["used"] == n_updates
    assert n_equal_to_quotes(events, rule) == n_updates
    assert book.counts["gap"] == book.counts["crossed"] == book.counts["invalid"] == 0


@pytest.mark.long
def test_one_update_that_is_missing_is_one_gap(data_dir: Path) -> None:
    file_name, rule, _ = RECORDINGS["spot"]
    events = list(read_recording(data_dir / file_name))
    updates = [row for row, event in enumerate(events) if isinstance(event, BookUpdate)]
    for lost in (updates[10], updates[1_000], updates[-2]):
        book = replayed(events[:lost] + events[lost + 1 :], rule)
        assert book.counts["gap"] == 1
        assert book.best_bid is None
        assert "does not follow" in book.reason


SIZES = st.one_of(st.just(0.0), st.floats(0.1, 10.0))
LEVELS = st.lists(st.tuples(st.integers(1, 20).map(float), SIZES), max_size=5)


@given(st.lists(LEVELS, max_size=30), st.lists(LEVELS, max_size=30))
def test_a_book_equals_one_that_is_sorted_each_time(
    bid_changes: list[list[tuple[float, float]]], ask_changes: list[list[tuple[float, float]]]
) -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(BookSnapshot(0, [(5.0, 1.0)], [(50.0, 1.0)], None, 0))
    bids = {5.0: 1.0}
    asks = {50.0: 1.0}
    for number, (down, up) in enumerate(zip(bid_changes, ask_changes, strict=False), start=1):
        up = [(price + 40.0, size) for price, size in up]
        assert book.apply(spot_update(number, number, bids=down, asks=up))
        for side, changes in ((bids, down), (asks, up)):
            side.update(changes)
            for price in [price for price, size in side.items() if size == 0.0]:
                del side[price]
        assert book.bids() == sorted(bids.items(), reverse=True)
        assert book.asks() == sorted(asks.items())
        assert book.bids(2) == sorted(bids.items(), reverse=True)[:2]
        assert list(book.best_first("bids")) == book.bids()
        assert list(book.best_first("asks")) == book.asks()
        assert list(zip(*book.level_arrays("bids"), strict=True)) == book.bids()
        assert list(zip(*book.level_arrays("asks"), strict=True)) == book.asks()
        assert book.best_bid == (max(bids.items()) if bids else None)
        assert book.best_ask == (min(asks.items()) if asks else None)


def test_the_heap_of_a_side_does_not_grow_without_end() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(snapshot(0))
    for number in range(1, 5_000):
        size = float(number % 2)
        book.apply(spot_update(number, number, bids=[(50.0, size)]))
    assert len(book._bids._heap) < 200


def test_updates_before_the_snapshot_are_kept_and_used() -> None:
    book = OrderBook(BINANCE_SPOT)
    assert not book.apply(spot_update(95, 100, bids=[(99.5, 9.0)]))
    assert not book.apply(spot_update(101, 102, bids=[(100.0, 4.0)]))
    assert book.best_bid is None
    book.apply_snapshot(snapshot())
    assert book.best_bid == (100.0, 4.0)
    assert book.counts == {"kept": 2, "old": 1, "used": 1}


def test_updates_that_wait_longer_are_counted_once() -> None:
    book = OrderBook(BINANCE_SPOT)
    for number in (100, 101, 104, 105):
        book.apply(spot_update(number, number, bids=[(99.5, float(number))]))
    book.apply_snapshot(snapshot())
    assert book.reason == "update 104 to 104 does not follow 101"
    assert book.counts == {"kept": 4, "old": 1, "used": 1, "gap": 1}
    book.apply_snapshot(snapshot(103))
    assert book.last_id == 105
    assert book.best_bid == (99.5, 105.0)


def test_after_a_gap_nothing_is_right_until_a_new_snapshot() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(snapshot())
    assert book.apply(spot_update(101, 101))
    assert not book.apply(spot_update(104, 105, bids=[(100.0, 1.0)]))
    assert not book.apply(spot_update(106, 106))
    assert book.state == "unsynchronized"
    assert (book.best_bid, book.best_ask, book.mid) == (None, None, None)
    assert (book.bids(), book.asks()) == ([], [])
    book.apply_snapshot(snapshot(103))
    assert book.is_synchronized
    assert book.last_id == 106
    assert book.best_bid == (100.0, 1.0)


@pytest.mark.parametrize(
    ("rule", "update_ids", "verdict"),
    [
        (BINANCE_SPOT, (98, 100, None), "old"),
        (BINANCE_SPOT, (98, 101, None), "use"),
        (BINANCE_SPOT, (101, 105, None), "use"),
        (BINANCE_SPOT, (102, 105, None), "gap"),
        (BINANCE_FUTURES, (90, 99, 80), "old"),
        (BINANCE_FUTURES, (90, 100, 80), "use"),
        (BINANCE_FUTURES, (100, 110, 95), "use"),
        (BINANCE_FUTURES, (105, 110, 103), "gap"),
        (DERIBIT, (105, 105, 100), "use"),
        (DERIBIT, (105, 105, 104), "gap"),
    ],
)
def test_the_first_update_must_fit_the_snapshot(
    rule: SequenceRule, update_ids: tuple[int, int, int | None], verdict: str
) -> None:
    update = BookUpdate(*update_ids, [], [], None, 0)
    assert rule.first(update, snapshot_id=100) == verdict


@pytest.mark.parametrize(
    ("rule", "update_ids", "verdict"),
    [
        (BINANCE_SPOT, (101, 105, None), "use"),
        (BINANCE_SPOT, (102, 105, None), "gap"),
        (BINANCE_SPOT, (99, 100, None), "old"),
        (BINANCE_SPOT, (100, 105, None), "gap"),
        (BINANCE_FUTURES, (150, 160, 100), "use"),
        (BINANCE_FUTURES, (101, 160, 101), "gap"),
        (BINANCE_FUTURES, (90, 100, 80), "old"),
        (DERIBIT, (150, 150, 100), "use"),
        (DERIBIT, (150, 150, 149), "gap"),
    ],
)
def test_each_update_must_follow_the_last(
    rule: SequenceRule, update_ids: tuple[int, int, int | None], verdict: str
) -> None:
    update = BookUpdate(*update_ids, [], [], None, 0)
    assert rule.following(update, last_id=100) == verdict


def test_an_update_that_comes_twice_changes_nothing() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(snapshot())
    update = spot_update(101, 101, bids=[(99.0, 5.0)])
    assert book.apply(update)
    assert not book.apply(update)
    assert book.is_synchronized
    assert book.counts["old"] == 1


def test_two_updates_that_are_swapped_are_a_gap() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(snapshot())
    book.apply(spot_update(102, 102))
    book.apply(spot_update(101, 101))
    assert book.state == "unsynchronized"
    assert book.counts["gap"] == 1


@pytest.mark.parametrize(
    ("sides", "reason"),
    [
        ({"bids": [(101.0, 1.0)]}, "the book is crossed after update 101"),
        ({"bids": [(97.0, -1.0)]}, "update 101 contains a size of -1 at the price 97"),
        ({"asks": [(103.0, math.nan)]}, "update 101 contains a size of nan at the price 103"),
        ({"asks": [(-5.0, 1.0)]}, "update 101 contains a size of 1 at the price -5"),
        ({"asks": [(math.inf, 1.0)]}, "update 101 contains a size of 1 at the price inf"),
    ],
)
def test_a_book_that_makes_no_sense_is_given_up(sides: Any, reason: str) -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(snapshot())
    assert not book.apply(spot_update(101, 101, **sides))
    assert book.reason == reason
    assert book.mid is None


@pytest.mark.parametrize(
    ("bids", "message"),
    [
        ([(99.0, -2.0)], r"contains a size of -2 at the price 99. Ask for another"),
        ([(101.0, 2.0)], r"contains a bid as high as an ask. Ask for another"),
    ],
)
def test_a_snapshot_that_cannot_be_is_refused(
    bids: list[tuple[float, float]], message: str
) -> None:
    book = OrderBook(BINANCE_SPOT)
    with pytest.raises(DataError, match=message):
        book.apply_snapshot(BookSnapshot(1, bids, [(101.0, 1.0)], None, 0))
    assert book.state == "unsynchronized"


def test_an_empty_side_has_no_mid() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(BookSnapshot(1, [], [(101.0, 1.0)], None, 0))
    assert book.best_ask == (101.0, 1.0)
    assert book.mid is None


def test_its_text_says_whether_it_is_right() -> None:
    book = OrderBook(BINANCE_SPOT)
    assert repr(book) == "OrderBook(waiting: no snapshot has come)"
    book.apply_snapshot(snapshot())
    assert repr(book) == "OrderBook(bid (99.0, 2.0), ask (101.0, 1.0), change 100)"


def test_many_random_changes_keep_the_best_price() -> None:
    generator = np.random.default_rng(5)
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(BookSnapshot(0, [(1_000.0, 1.0)], [(1_001.0, 1.0)], None, 0))
    held = {1_000.0: 1.0}
    for number in range(1, 2_000):
        price = float(1_000 - generator.integers(0, 300))
        size = float(generator.integers(0, 3))
        book.apply(spot_update(number, number, bids=[(price, size)]))
        held[price] = size
        expected = max(price for price, size in held.items() if size > 0.0)
        assert book.best_bid == (expected, held[expected])


def test_numbers_that_start_again_are_a_gap() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(snapshot())
    book.apply(BookUpdate(101, 101, None, [], [], 1_000, 1))
    assert not book.apply(BookUpdate(90, 95, None, [], [], 900, 2))
    assert book.is_synchronized
    assert not book.apply(BookUpdate(1, 1, None, [], [], 1_001, 3))
    assert book.reason == "update 1 is newer than 101, with a lower number"


def test_an_interruption_ends_a_book_until_a_snapshot() -> None:
    book = OrderBook(BINANCE_SPOT)
    assert book.receive(snapshot())
    assert book.receive(spot_update(101, 101))
    assert not book.receive(Interruption("the connection was closed", 1))
    assert repr(book) == "OrderBook(unsynchronized: the connection was closed)"
    assert (book.best_bid, book.mid, book.counts["interrupted"]) == (None, None, 1)
    # the update that follows the last one does not make it right
    assert not book.receive(spot_update(102, 102))
    assert book.receive(snapshot(101))
    assert book.last_id == 102


def test_updates_before_an_interruption_do_not_wait() -> None:
    book = OrderBook(BINANCE_SPOT)
    book.receive(spot_update(101, 101, bids=[(100.0, 7.0)]))
    book.receive(Interruption("nothing was received for 5 s", 1))
    assert book.receive(snapshot())
    assert book.best_bid == (99.0, 2.0)


def test_received_snapshots_that_cannot_be_do_not_raise() -> None:
    book = OrderBook(BINANCE_SPOT)
    assert not book.receive(BookSnapshot(1, [(99.0, -2.0)], [(101.0, 1.0)], None, 0))
    assert book.reason == "the snapshot 1 contains a size of -2 at the price 99"
    assert not book.receive(Quote(1, 99.0, 1.0, 101.0, 1.0, None, 0))
    assert book.receive(snapshot())
