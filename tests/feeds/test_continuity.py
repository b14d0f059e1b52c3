"""What is missing, came twice or goes back in a stream is noticed as it comes."""

from collections import Counter

from hedgeresearch.feeds import BinanceVenue, Source
from hedgeresearch.feeds.venues.continuity import Continuity
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    BookUpdate,
    Interruption,
    OrderBook,
    Quote,
    Trade,
)


def test_numbers_of_quotes_and_trades_that_go_back_interrupt() -> None:
    source = Source("binance", "BTCUSDT")
    counts: Counter[str] = Counter()
    continuity = Continuity({source: None}, counts)
    for kind in (
        lambda number: Quote(number, 1.0, 1.0, 2.0, 1.0, None, number),
        lambda number: Trade(number, 1.0, 1.0, 1, None, number),
    ):
        name = type(kind(1)).__name__.lower()
        for number in (5, 7):
            assert continuity.checked(source, kind(number)) == [(source, kind(number))]
        old, interruption = continuity.checked(source, kind(6))
        assert old == (source, kind(6))
        assert interruption[1] == Interruption(f"{name} 6 came after {name} 7", 6)
        assert continuity.checked(source, kind(8)) == [(source, kind(8))]
    assert counts["interruptions"] == 2
    # a trade that comes twice must not be counted twice
    assert continuity.checked(source, Trade(8, 1.0, 1.0, 1, None, 9)) == []
    assert counts["repeated trades"] == 1


def test_what_shows_a_gap_is_kept_for_the_snapshot() -> None:
    """A snapshot may be older than the update that showed the gap, which then follows it."""
    source = Source("binance", "BTCUSDT")
    continuity = Continuity({source: BINANCE_SPOT}, Counter())
    sides = ([(99.0, 1.0)], [(101.0, 1.0)], None, 0)
    received = [
        BookSnapshot(10, *sides),
        BookUpdate(11, 11, None, [(98.0, 1.0)], [], None, 1),
        BookUpdate(13, 14, None, [(99.0, 4.0)], [], None, 2),
        BookSnapshot(12, *sides),
    ]
    events = [event for one in received for _, event in continuity.checked(source, one)]
    interruption = Interruption("update 13 to 14 does not follow 11", 2)
    assert events == [*received[:2], interruption, *received[2:]]
    assert not continuity.lost
    book = OrderBook(BINANCE_SPOT)
    for event in events:
        book.receive(event)
    assert (book.last_id, book.best_bid) == (14, (99.0, 4.0))


def test_missing_trades_interrupt_where_they_are_numbered() -> None:
    source = Source("binance", "BTCUSDT")
    assert BinanceVenue("BTCUSDT").numbers_trades
    assert not BinanceVenue("BTCUSDT", market="usd-m").numbers_trades
    for numbers_trades in (True, False):
        continuity = Continuity({source: None}, Counter(), numbers_trades=numbers_trades)
        trades = [Trade(number, 1.0, 1.0, 1, None, number) for number in (5, 6, 9)]
        events = [event for trade in trades for _, event in continuity.checked(source, trade)]
        gap = [Interruption("trades 7 to 8 are missing", 9)] if numbers_trades else []
        assert events == [*trades[:2], *gap, trades[2]]
