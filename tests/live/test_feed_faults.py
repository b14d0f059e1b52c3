"""Faults of a venue with real sockets: no advice meanwhile, and the same from the recording."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Recorder, open_feed, replay, sequence_rule
from hedgeresearch.live import Leg, Session
from hedgeresearch.microstructure import BookSnapshot, BookUpdate, Interruption
from tests.feeds.reading import events_of
from tests.feeds.stub_venue import StubVenue
from tests.loopback import loopback_only

__all__ = ["loopback_only"]

NAMES = ("BTCUSDT", "BTCUSDT_261225")
VENUE = "binance-usd-m"
AT = 60
"""Change of the books that a fault befalls, .6 s after the beginning."""
N_CHANGES = 150
pytestmark = pytest.mark.long


def recommended() -> Any:
    """Return a recommendation on bars of a tenth of a second up to now."""
    end = pd.Timestamp.now("UTC").as_unit("ns")
    times = pd.date_range(end=end, periods=300, freq="100ms")
    steps = 3.0 * np.random.default_rng(0).standard_normal((2, 300)).cumsum(axis=1)
    prices = {"BTC": 60_000.0 + steps[0], "FUTURE": 60_000.0 + steps[0] + 0.3 * steps[1]}
    market = hr.Market(pd.DataFrame(prices, times))
    position = hr.Position({"BTC": 2.0})
    future = hr.LinearContract("FUTURE", 0.001, lot=1, fee=1e-6)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    return hr.recommend(fit, position, future, market)


def followed(fault: str, venue: str = VENUE, **settings: Any) -> tuple[Any, list[Any], list[Any]]:
    """Return a recommendation, the events of a venue with a fault, and the decisions."""
    start = recommended()
    with StubVenue(NAMES, fault=fault, at=AT) as stub:
        urls = {"ws_url": stub.ws_url} | ({"rest_url": stub.rest_url} if venue == VENUE else {})
        limits = {"silence": 0.2, "pause": 0.1} | settings
        feed = open_feed(venue, NAMES, ("book",), **urls, **limits)
        events = events_of(feed, lambda _: stub.number >= N_CHANGES)
    return start, events, decided(start, feed.sources, events)


def decided(start: Any, sources: Any, events: list[Any]) -> list[Any]:
    rule = sequence_rule(sources[0].venue)
    legs = {"BTC": Leg(sources[0], rule), "FUTURE": Leg(sources[1], rule)}
    session = Session(start, legs, max_age=0.15, max_delay=0.25)
    return list(session.run(events))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("dropped", "does not follow"),
        ("swapped", "does not follow"),
        ("cut", "a frame cannot be read"),
        ("closed", "the connection was closed"),
        ("silent", "nothing was received for 0.2 s"),
    ],
)
def test_a_fault_gives_its_reason_and_no_advice(fault: str, words: str, tmp_path: Path) -> None:
    check_fault(fault, words, tmp_path, VENUE)


def test_a_gap_at_deribit_gives_no_advice(tmp_path: Path) -> None:
    """Its class in ccxt does not notice it."""
    check_fault("dropped", "does not follow", tmp_path, "deribit")


def check_fault(fault: str, words: str, folder: Path, venue: str) -> None:
    """Check that a fault is named, that there is no advice meanwhile, and that there is later."""
    start, events, decisions = followed(fault, venue)
    source = events[0][0]
    at, interruption = next(
        (n, e) for n, (s, e) in enumerate(events) if n > 2 and isinstance(e, Interruption)
    )
    assert words in interruption.reason
    again = next(e for s, e in events[at:] if s == source and isinstance(e, BookSnapshot))
    meanwhile = [d for d in decisions if interruption.receive_time < d.time <= again.receive_time]
    assert meanwhile
    for decision in meanwhile:
        assert decision.advice is None
        assert any(words in problem.text for problem in decision.problems)
    before = [d for d in decisions if d.time < interruption.receive_time - 3e8]
    assert any(decision.advice is not None for decision in before)
    # all is well again, and the reasons say over how long the price has moved
    assert decisions[-1].advice is not None
    resumed = next(d for d in decisions if d.time > again.receive_time and d.advice is not None)
    assert "there was no advice in between" in resumed.reasons[-1]
    # advice of the recording is that of the feed, bit for bit
    with Recorder(folder) as recorder:
        for sourced in events:
            recorder.append(*sourced)
    replayed = decided(start, [source, events[1][0]], list(replay(folder)))
    assert [d.to_dict() for d in replayed] == [d.to_dict() for d in decisions]


def test_a_doubled_frame_changes_no_decision() -> None:
    start, events, decisions = followed("doubled")
    assert sum(isinstance(event, Interruption) for _, event in events) == 2
    ids = [(source, event.final_id) for source, event in events if isinstance(event, BookUpdate)]
    row = next(n for n, one in enumerate(ids) if one in ids[:n])
    updates = [n for n, (_, event) in enumerate(events) if isinstance(event, BookUpdate)]
    single = [*events[: updates[row]], *events[updates[row] + 1 :]]
    sources = [events[0][0], events[1][0]]
    assert [d.to_dict() for d in decided(start, sources, single)] == [
        d.to_dict() for d in decisions
    ]


def test_frames_that_come_late_give_no_advice() -> None:
    """Frames of .4 s come at once; the feed is whole, but its prices were old."""
    _, events, decisions = followed("delayed", silence=1.0)
    assert sum(isinstance(event, Interruption) for _, event in events) == 2
    kinds = {problem.kind for d in decisions for problem in d.problems}
    assert kinds & {"silent", "late"}
    assert decisions[-1].advice is not None


def test_a_venues_clock_that_goes_back_gives_no_advice() -> None:
    _, events, decisions = followed("clock")
    back = next(
        one.receive_time
        for (_, before), (_, one) in zip(events[2:], events[4:], strict=False)
        if isinstance(one, BookUpdate)
        and isinstance(before, BookUpdate)
        and one.event_time is not None
        and before.event_time is not None
        and one.event_time < before.event_time - 10**9
    )
    after = [decision for decision in decisions if decision.time > back]
    assert after
    for decision in after:
        assert decision.advice is None
        assert {problem.kind for problem in decision.problems} == {"late"}
    assert "later than the fastest" in after[0].reasons[0]


def test_the_receivers_clock_that_goes_back_gives_no_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import time

    from hedgeresearch.feeds.venues import sockets

    real = time.time_ns
    begun = time.monotonic()

    def set_back() -> int:
        """Return the time, half a second back from a second after the beginning on."""
        return real() - (500_000_000 if time.monotonic() - begun > 1.0 else 0)

    monkeypatch.setattr(sockets, "time", SimpleNamespace(time_ns=set_back))
    _, events, decisions = followed("")
    times = [event.receive_time for _, event in events]
    assert min(np.diff(times)) < -4e8
    kinds = [decision.problems[0].kind if decision.problems else "" for decision in decisions]
    assert "clock" in kinds
    at = kinds.index("clock")
    assert decisions[at].reasons[0].startswith("The receiver's clock went back by 0.")
    # bars that have been closed are not closed again
    advised = [decision.time for decision in decisions if decision.advice is not None]
    assert advised == sorted(set(advised))


@pytest.mark.parametrize("fault", ["closed", "silent"])
def test_a_session_that_follows_a_faulty_venue_is_replayed(fault: str, tmp_path: Path) -> None:
    """Decisions made while the feed runs, by its events and by the clock, are those of a replay."""
    start = recommended()
    rule = sequence_rule(VENUE)

    def new_session(sources: Any) -> Session:
        legs = {"BTC": Leg(sources[0], rule), "FUTURE": Leg(sources[1], rule)}
        return Session(start, legs, max_age=0.15, max_delay=0.25)

    async def followed_live(stub: StubVenue, feed: Any, recorder: Recorder) -> list[Any]:
        found = []
        session = new_session(feed.sources)
        async with aclosing(session.follow(feed, recorder=recorder)) as decisions:
            async for decision in decisions:
                found.append(decision)
                if stub.number >= 2 * N_CHANGES and decision.advice is not None:
                    break
        return found

    with StubVenue(NAMES, fault=fault, at=2 * AT) as stub, Recorder(tmp_path) as recorder:
        urls = {"ws_url": stub.ws_url, "rest_url": stub.rest_url}
        feed = open_feed(VENUE, NAMES, ("book",), silence=0.2, pause=0.1, **urls)
        live = asyncio.run(asyncio.wait_for(followed_live(stub, feed, recorder), 60.0))
    advised = [decision.advice is not None for decision in live]
    first = advised.index(True)
    # advice, none while the venue fails, and advice again
    assert False in advised[first:]
    assert advised[-1]
    replayed = list(new_session(feed.sources).run(replay(tmp_path)))
    n_same = min(len(live), len(replayed))
    assert n_same >= len(live) - 1
    assert [d.to_dict() for d in replayed[:n_same]] == [d.to_dict() for d in live[:n_same]]
