"""Books over random streams of events, faults among them, against a book without any shortcut."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgeresearch.microstructure import (
    BINANCE_FUTURES,
    BINANCE_SPOT,
    DERIBIT,
    BookSnapshot,
    BookUpdate,
    Interruption,
    OrderBook,
    SequenceRule,
)

Sides = tuple[dict[float, float], dict[float, float]]
RULES = {"spot": BINANCE_SPOT, "futures": BINANCE_FUTURES, "Deribit": DERIBIT}
PRICES = st.integers(1, 12).map(float)
SIZES = st.sampled_from([0.0] * 10 + [1.0, 2.5, 7.0] * 8 + [-1.0])
CHANGES = st.lists(st.tuples(PRICES, SIZES), max_size=4)
STEP = st.tuples(
    st.sampled_from(
        ["update"] * 16
        + ["snapshot", "lost", "twice", "twice", "late", "cut", "crossed", "overlap"]
    ),
    CHANGES,
    CHANGES,
    st.integers(1, 3),
)


def streamed(steps: list[Any], rule: SequenceRule) -> list[Any]:
    """Return the events of a venue whose frames are lost, sent twice, or come too late."""
    events: list[Any] = [BookSnapshot(10, [(5.0, 1.0)], [(25.0, 1.0)], None, 0)]
    number = 10
    late: list[Any] = []
    for kind, down, up, n_changes in steps:
        if kind == "cut":
            events.append(Interruption("the connection was closed", 0))
            continue
        if kind == "snapshot":
            bids = [(price, abs(size) + 1.0) for price, size in down]
            asks = [(price + 20.0, abs(size) + 1.0) for price, size in up]
            # one that is older than what was sent
            events.append(BookSnapshot(number - n_changes + 1, bids, asks, None, 0))
            continue
        previous = number if rule.names_previous else None
        first = number if kind == "overlap" else number + 1
        number += n_changes
        distance = 0.0 if kind == "crossed" else 20.0
        asks = [(price + distance, size) for price, size in up]
        update = BookUpdate(first, number, previous, down, asks, None, 0)
        if kind == "late":
            late.append(update)
        elif kind != "lost":
            events += [update] * (2 if kind == "twice" else 1)
            events += late
            late = []
    return events


@dataclass
class PlainBook:
    """A book that sorts, searches and copies each time, by the sentences of the documentation."""

    rule: SequenceRule
    sides: Sides | None = None
    last: int = -1
    is_first: bool = True
    kept: list[BookUpdate] = field(default_factory=list)

    def receive(self, event: Any) -> None:
        if isinstance(event, Interruption):
            self.sides = None
            self.kept = []
        elif isinstance(event, BookSnapshot):
            kept = self.kept
            self.kept = []
            self.sides = self.changed(({}, {}), event)
            self.last = event.update_id
            self.is_first = True
            for update in kept:
                self.receive(update)
        elif self.sides is None:
            self.kept.append(event)
        else:
            self.follow(event)

    def follow(self, update: BookUpdate) -> None:
        assert self.sides is not None
        if self.is_old(update):
            return
        if not self.fits(update):
            self.sides = None
            self.kept.append(update)
            return
        self.sides = self.changed(self.sides, update)
        self.last = update.final_id
        self.is_first = False

    def is_old(self, update: BookUpdate) -> bool:
        """Futures drop u < L after a snapshot, the others u <= L."""
        if self.is_first and not self.rule.first_follows:
            return update.final_id < self.last
        return update.final_id <= self.last

    def fits(self, update: BookUpdate) -> bool:
        """The first holds the change after the snapshot's (spot) or its last; each names it."""
        if self.rule is BINANCE_SPOT and self.is_first:
            return update.first_id <= self.last + 1 <= update.final_id
        if self.rule is BINANCE_SPOT:
            return update.first_id == self.last + 1
        if self.is_first:
            needed = self.last + (1 if self.rule.first_follows else 0)
            is_inside = update.first_id <= needed <= update.final_id
            return is_inside or update.previous_id == self.last
        return update.previous_id == self.last

    def changed(self, sides: Sides, event: Any) -> Sides | None:
        bids, asks = dict(sides[0]), dict(sides[1])
        for side, levels in ((bids, event.bids), (asks, event.asks)):
            for price, size in levels:
                side[price] = size
                if size < 0.0:
                    return None
        bids = {price: size for price, size in bids.items() if size > 0.0}
        asks = {price: size for price, size in asks.items() if size > 0.0}
        if bids and asks and max(bids) >= min(asks):
            return None
        return bids, asks


@pytest.mark.parametrize("name", RULES)
@settings(deadline=None, max_examples=60)
@given(steps=st.lists(STEP, min_size=8, max_size=40))
def test_a_book_equals_brute_force_over_random_streams(name: str, steps: list[Any]) -> None:
    rule = RULES[name]
    book = OrderBook(rule)
    plain = PlainBook(rule)
    for event in streamed(steps, rule):
        book.receive(event)
        plain.receive(event)
        assert book.is_synchronized == (plain.sides is not None)
        if plain.sides is None:
            assert (book.best_bid, book.best_ask, book.bids(), book.asks()) == (None, None, [], [])
            continue
        bids = sorted(plain.sides[0].items(), reverse=True)
        asks = sorted(plain.sides[1].items())
        assert (book.bids(), book.asks(), book.last_id) == (bids, asks, plain.last)
        assert (book.best_bid, book.best_ask) == (
            bids[0] if bids else None,
            asks[0] if asks else None,
        )


def test_the_random_streams_have_every_fault() -> None:
    """What the strategy can make reaches each of the counts."""
    changes = [(5.0, 1.0)]
    steps = [
        ("cut", [], [], 1),
        ("update", changes, changes, 1),
        ("snapshot", changes, changes, 1),
        ("update", changes, changes, 1),
        ("twice", changes, changes, 1),
        ("lost", changes, changes, 1),
        ("update", changes, changes, 1),
        ("snapshot", changes, changes, 1),
        ("update", [(3.0, -1.0)], [], 1),
        ("snapshot", changes, changes, 1),
        ("crossed", [(12.0, 1.0)], [(1.0, 1.0)], 3),
        ("cut", [], [], 1),
    ]
    book = OrderBook(BINANCE_SPOT)
    for event in streamed(steps, BINANCE_SPOT):
        book.receive(event)
    kinds = ("used", "old", "gap", "kept", "invalid", "crossed", "interrupted")
    assert {kind for kind in kinds if book.counts[kind]} == set(kinds)
