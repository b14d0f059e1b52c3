"""Live feeds of a venue with real sockets: every event, and every fault, is noticed."""

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import (
    BinanceVenue,
    MergedFeed,
    Source,
    WebsocketFeed,
    open_feed,
    sequence_rule,
)
from hedgeresearch.microstructure import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Interruption,
    OrderBook,
    Quote,
    Trade,
)
from tests.feeds.reading import RightBooks, events_of
from tests.feeds.stub_venue import StubVenue

BINANCE = ("BTCUSDT", "ETHUSDT")
DERIBIT = ("BTC-PERPETUAL", "ETH-PERPETUAL")
ALL = ("book", "quotes", "trades", "funding")
FAULTS = {
    "dropped": "does not follow",
    "swapped": "does not follow",
    "cut": "a frame cannot be read",
    "closed": "the connection was closed",
    "silent": "nothing was received for 1 s",
}
"""Faults that interrupt, and words of the reason."""


def feed_of(stub: StubVenue, venue: str, kinds: tuple[str, ...] = ("book",)) -> Any:
    """Return a feed of all instruments of a stub, which notices silence soon if that is planted."""
    silence = 1.0 if stub.fault == "silent" else 30.0
    settings: dict[str, Any] = {"silence": silence, "pause": 0.03, "ws_url": stub.ws_url}
    if venue != "deribit":
        settings["rest_url"] = stub.rest_url
    return open_feed(venue, tuple(stub.books), kinds, **settings)


def check_books(stub: StubVenue, venue: str, events: list[Any]) -> Counter[str]:
    """Check that each book is what the venue had, after each update that a right one was given."""
    counts: Counter[str] = Counter()
    books = {Source(venue, name): OrderBook(sequence_rule(venue)) for name in stub.books}
    for source, event in events:
        book = books[source]
        if book.receive(event):
            assert (book.bids(), book.asks()) == stub.history[source.symbol, book.last_id]
            counts[source.symbol] += 1
    assert all(book.is_synchronized for book in books.values())
    return counts


@pytest.mark.long
@pytest.mark.parametrize("venue", ["binance", "binance-usd-m", "binance-coin-m", "deribit"])
def test_every_event_comes_once_and_in_order(venue: str) -> None:
    names = DERIBIT if venue == "deribit" else BINANCE
    kinds = ALL[:3] if venue == "binance" else ALL
    with StubVenue(names) as stub:
        have_been_right = RightBooks(stub, venue, 40)
        seen: Counter[type] = Counter()

        def until(found: list[Any]) -> bool:
            seen[type(found[-1][1])] += found[-1][0].symbol == names[0]
            return have_been_right(found) and (seen[Trade] > 10) and (len(seen) > len(kinds) + 1)

        events = events_of(feed_of(stub, venue, kinds), until)
        counts = check_books(stub, venue, events)
    first = [event for _, event in events[:2]]
    assert [type(event) for event in first] == [Interruption] * 2
    assert {event.reason for event in first} == {"the feed has begun"}
    assert not [event for _, event in events[2:] if isinstance(event, Interruption)]
    firsts = [event for source, event in events if source.symbol == names[0]]
    by_kind = Counter(type(event) for event in firsts)
    updates = [event for event in firsts if isinstance(event, BookUpdate)]
    trades = [event.trade_id for event in firsts if isinstance(event, Trade)]
    assert by_kind[BookSnapshot] == 1
    # quotes are on the websocket of the book, trades of USD-margined futures on another
    assert by_kind[Quote] - len(updates) in (-1, 0, 1)
    assert trades == list(range(trades[0], trades[-1] + 1))
    assert venue == "binance-usd-m" or len(trades) - len(updates) in (-1, 0, 1)
    assert (by_kind[FundingRate] > 0) == ("funding" in kinds)
    # each change of the book from the first to the last
    ids = [event.final_id for event in updates]
    numbers = [number for name, number in stub.history if name == names[0]]
    assert ids == [number for number in numbers if ids[0] <= number <= ids[-1]]
    assert counts[names[0]] >= 40
    times = [event.receive_time for _, event in events]
    assert times == sorted(times)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("venue", ["binance-usd-m", "deribit"])
def test_a_fault_is_noticed_named_and_ended(venue: str, fault: str) -> None:
    names = DERIBIT if venue == "deribit" else BINANCE
    with StubVenue(names, fault=fault) as stub:
        until = RightBooks(stub, venue)
        events = events_of(feed_of(stub, venue), until)
        # what the books of the events say is the venue's, whatever happened to the frames
        check_books(stub, venue, events)
    after_order = events[until.n_before :]
    interruptions = [(s, e) for s, e in after_order if isinstance(e, Interruption)]
    assert FAULTS[fault] in interruptions[0][1].reason
    concerned = {source.symbol for source, _ in interruptions}
    assert concerned == ({names[0]} if "follow" in FAULTS[fault] else set(names))
    # a busy machine can be silent once more
    assert fault == "silent" or len(interruptions) == len(concerned)
    # the first book is not right until a snapshot that came later
    after = after_order[after_order.index(interruptions[0]) :]
    first = [event for source, event in after if source.symbol == names[0]]
    kinds = [type(event) for event in first]
    assert BookSnapshot in kinds


@pytest.mark.long
@pytest.mark.parametrize("venue", ["binance", "deribit"])
def test_a_frame_that_comes_twice_changes_nothing(venue: str) -> None:
    names = DERIBIT if venue == "deribit" else BINANCE
    with StubVenue(names, fault="doubled") as stub:
        events = events_of(feed_of(stub, venue), RightBooks(stub, venue))
        check_books(stub, venue, events)
    assert sum(isinstance(event, Interruption) for _, event in events) == 2
    updates = [(source, e.final_id) for source, e in events if isinstance(e, BookUpdate)]
    assert len(updates) == len(set(updates)) + 1


@pytest.mark.parametrize("kinds", [("book",), ("quotes",)])
def test_a_symbol_that_does_not_exist_is_refused(kinds: tuple[str, ...]) -> None:
    with StubVenue(BINANCE) as stub:
        feed = open_feed("binance", "BTCUSD", kinds, ws_url=stub.ws_url, rest_url=stub.rest_url)
        with pytest.raises(DataError, match=r"symbol=BTCUSD.* is refused: HTTP 400 .*Invalid"):
            events_of(feed, lambda _: False)


def test_a_channel_that_does_not_exist_is_refused() -> None:
    with StubVenue(DERIBIT) as stub:
        feed = open_feed("deribit", ("BTC-PERPETUAL", "BTC"), ("quotes",), ws_url=stub.ws_url)
        with pytest.raises(DataError, match="Deribit has no quote.BTC. Check the names"):
            events_of(feed, lambda _: False)


def test_an_answer_that_fails_is_called_for_again() -> None:
    with StubVenue(BINANCE[:1], status=503) as stub:

        def until(found: list[Any]) -> bool:
            if len(found) > 4 and any("HTTP 503" in str(event) for _, event in found):
                stub.status = 200
            return isinstance(found[-1][1], BookSnapshot)

        events = events_of(feed_of(stub, "binance"), until)
    reasons = [event.reason for _, event in events if isinstance(event, Interruption)]
    assert reasons[0] == "the feed has begun"
    assert "no snapshot: HTTP 503" in reasons[1]


def test_a_venue_that_is_not_there_is_tried_again() -> None:
    with StubVenue(BINANCE) as stub:
        url = stub.ws_url
    feed = WebsocketFeed(BinanceVenue("BTCUSDT", ws_url=url), pause=0.01)
    events = events_of(feed, lambda found: len(found) == 4)
    assert all("no connection" in event.reason for _, event in events[1:])


def test_deribit_is_answered_and_asked_again_for_a_channel() -> None:
    with StubVenue(DERIBIT[:1], fault="dropped") as stub:
        events_of(feed_of(stub, "deribit"), RightBooks(stub, "deribit"))
    methods = [message["method"] for message in stub.messages]
    assert methods[:2] == ["public/subscribe", "public/set_heartbeat"]
    assert methods.count("public/test") == 1
    # once, or again where the answer was slow
    again = [method for method in methods[2:] if method != "public/test"]
    assert again
    assert again == ["public/unsubscribe", "public/subscribe"] * (len(again) // 2)
    assert stub.messages[-1]["params"] == {"channels": ["book.BTC-PERPETUAL.100ms"]}


def test_nothing_that_is_sent_is_an_order() -> None:
    with StubVenue(BINANCE) as stub:
        have_been_right = RightBooks(stub, "binance-usd-m", 5)
        events_of(feed_of(stub, "binance-usd-m", ALL), have_been_right)
    assert all(path.startswith(("/fapi/v1/depth?", "/public/", "/market/")) for path in stub.paths)
    assert not stub.messages


@pytest.mark.long
def test_two_feeds_come_as_one() -> None:
    with StubVenue(BINANCE[:1]) as spot, StubVenue(DERIBIT[:1]) as future:
        feed = MergedFeed(feed_of(spot, "binance"), feed_of(future, "deribit"))
        assert [source.venue for source in feed.sources] == ["binance", "deribit"]
        venues: Counter[str] = Counter()

        def until(found: list[Any]) -> bool:
            source, event = found[-1]
            venues[source.venue] += isinstance(event, BookUpdate)
            return min(venues["binance"], venues["deribit"]) > 15

        events = events_of(feed, until)
    assert set(venues) == {source.venue for source, _ in events} == {"binance", "deribit"}
    with pytest.raises(DataError, match="must have different sources"):
        MergedFeed(feed, feed)


def test_an_error_of_one_of_two_feeds_ends_both() -> None:
    with StubVenue(DERIBIT[:1]) as stub:
        wrong = open_feed("deribit", "BTC", ws_url=stub.ws_url)
        feed = MergedFeed(feed_of(stub, "deribit"), wrong)
        with pytest.raises(DataError, match="Deribit has no"):
            events_of(feed, lambda _: False)


def test_a_feed_ends_when_it_is_closed_by_another_task() -> None:
    async def run(feed: Any, n_events: int) -> int:
        events = 0
        enough = asyncio.Event()

        async def read_all() -> None:
            nonlocal events
            async for _ in feed.events():
                events += 1
                if events == n_events:
                    enough.set()

        task = asyncio.create_task(read_all())
        await asyncio.wait_for(enough.wait(), 60.0)
        await feed.aclose()
        await asyncio.wait_for(task, 30.0)
        return events

    with StubVenue(BINANCE) as stub:
        feed = feed_of(stub, "binance")
        assert asyncio.run(run(feed, 10)) >= 10
        # it may be read again
        assert asyncio.run(run(feed, 10)) >= 10
    # also while it waits to try again
    stopped = WebsocketFeed(BinanceVenue("BTCUSDT", ws_url=stub.ws_url), pause=600.0)
    assert asyncio.run(run(stopped, 2)) == 2


def test_a_feed_that_is_closed_before_its_first_event_ends() -> None:
    async def run(feed: Any) -> list[Any]:
        events = feed.events()
        await feed.aclose()
        return [sourced async for sourced in events if not isinstance(sourced[1], Interruption)]

    with StubVenue(BINANCE) as stub:
        one = feed_of(stub, "binance")
        assert asyncio.run(asyncio.wait_for(run(one), 30.0)) == []
        other = feed_of(stub, "binance-usd-m")
        assert asyncio.run(asyncio.wait_for(run(MergedFeed(one, other)), 30.0)) == []


def test_a_feed_that_is_closed_while_it_connects_ends() -> None:
    async def run() -> float:
        # a server that accepts and never answers
        writers: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        feed = WebsocketFeed(BinanceVenue("BTCUSDT", ws_url=f"ws://127.0.0.1:{port}"))
        task = asyncio.create_task(_all(feed))
        await asyncio.sleep(0.1)
        begun = asyncio.get_running_loop().time()
        await feed.aclose()
        await task
        seconds = asyncio.get_running_loop().time() - begun
        server.close()
        for writer in writers:
            writer.close()
            await writer.wait_closed()
        return seconds

    # opening is given up after ten seconds
    assert asyncio.run(run()) < 8.0


async def _all(feed: Any) -> list[Any]:
    return [sourced async for sourced in feed.events()]


@pytest.mark.long
def test_a_process_that_is_busy_is_not_a_silent_venue() -> None:
    """Frames wait while others keep the process from reading; none of them is lost."""
    n_before: list[int] = []
    with StubVenue(BINANCE[:1]) as stub:
        have_been_right = RightBooks(stub, "binance")

        def until(found: list[Any]) -> bool:
            if not have_been_right(found):
                return False
            if not n_before:
                n_before.append(len(found))
                time.sleep(1.5)
            return len(found) > n_before[0] + 60

        feed = open_feed(
            "binance",
            BINANCE[0],
            ("book",),
            silence=1.0,
            ws_url=stub.ws_url,
            rest_url=stub.rest_url,
        )
        events = events_of(feed, until)
        check_books(stub, "binance", events)
    assert sum(isinstance(event, Interruption) for _, event in events) == 1
