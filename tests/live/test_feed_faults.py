"""Faults of a venue with real sockets: no advice meanwhile, and the same from the recording."""

import asyncio
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Recorder, open_feed, replay, sequence_rule
from hedgeresearch.feeds.receiver_clock import ReceiverClock
from hedgeresearch.feeds.venues import websocket_feed
from hedgeresearch.live import Leg, Session
from hedgeresearch.microstructure import BookSnapshot, BookUpdate, Interruption
from tests.feeds.reading import RightBooks, events_of
from tests.feeds.stub_venue import StubVenue
from tests.loopback import loopback_only

__all__ = ["loopback_only"]

NAMES = ("BTCUSDT", "BTCUSDT_261225")
VENUE = "binance-usd-m"
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


def new_session(start: Any, sources: Any, **settings: float) -> Session:
    """Return a session that does not mind a machine that is busy for some time."""
    rule = sequence_rule(sources[0].venue)
    legs = {"BTC": Leg(sources[0], rule), "FUTURE": Leg(sources[1], rule)}
    return Session(start, legs, **{"max_age": 5.0, "max_delay": 5.0} | settings)


class Advised(RightBooks):
    """Condition that books are right and a session has advice, before a fault and after it."""

    def __init__(self, stub: StubVenue, session: Session, *, ends_advised: bool) -> None:
        # calls for the first snapshots are over then, so that the next ones wait for the pause
        super().__init__(stub, session.sources[0].venue, 45)
        self.decisions: list[Any] = []
        self._session = session
        self._ends_advised = ends_advised

    def __call__(self, found: list[Any]) -> bool:
        self.decisions += self._session.receive(*found[-1])
        return super().__call__(found)

    def is_enough(self) -> bool:
        if not super().is_enough() or not self.decisions or self.decisions[-1].time <= self.began:
            return False
        is_advised = self.decisions[-1].advice is not None
        return is_advised or (self.is_after and not self._ends_advised)


def feed_of(stub: StubVenue, venue: str) -> Any:
    """Return a feed of the books of a stub, which notices silence soon if that is planted."""
    urls = {"ws_url": stub.ws_url} | ({"rest_url": stub.rest_url} if venue == VENUE else {})
    silence = 1.0 if stub.fault == "silent" else 30.0
    return open_feed(venue, NAMES, ("book",), silence=silence, pause=0.1, **urls)


def followed(
    stub: StubVenue, venue: str = VENUE, *, ends_advised: bool = True, **settings: float
) -> tuple[Any, list[Any], Advised]:
    """Return a recommendation, the events of a venue with a fault, and what was decided."""
    start = recommended()
    feed = feed_of(stub, venue)
    session = new_session(start, feed.sources, **settings)
    until = Advised(stub, session, ends_advised=ends_advised)
    return start, events_of(feed, until), until


def decided(start: Any, events: list[Any], **settings: float) -> list[Any]:
    """Return the decisions of a new session on events."""
    session = new_session(start, [events[0][0], events[1][0]], **settings)
    return [decision.to_dict() for decision in session.run(events)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("dropped", "does not follow"),
        ("swapped", "does not follow"),
        ("cut", "a frame cannot be read"),
        ("closed", "the connection was closed"),
        ("silent", "nothing was received for 1 s"),
    ],
)
def test_a_fault_gives_its_reason_and_no_advice(fault: str, words: str, tmp_path: Path) -> None:
    check_fault(fault, words, tmp_path, VENUE)


def test_a_gap_at_deribit_gives_no_advice(tmp_path: Path) -> None:
    """Its class in ccxt does not notice it."""
    check_fault("dropped", "does not follow", tmp_path, "deribit")


def check_fault(fault: str, words: str, folder: Path, venue: str) -> None:
    """Check that a fault is named, that there is no advice meanwhile, and that there is later."""
    with StubVenue(NAMES, fault=fault) as stub:
        start, events, until = followed(stub, venue)
    decisions = until.decisions
    source = events[0][0]
    at, interruption = next(
        (n, e)
        for n, (s, e) in enumerate(events)
        if n >= (until.n_before or 0) and isinstance(e, Interruption)
    )
    assert words in interruption.reason
    again = next(e for s, e in events[at:] if s == source and isinstance(e, BookSnapshot))
    meanwhile = [d for d in decisions if interruption.receive_time < d.time <= again.receive_time]
    assert meanwhile
    for decision in meanwhile:
        assert decision.advice is None
        assert any(words in problem.text for problem in decision.problems)
    before = [d for d in decisions if d.time < interruption.receive_time]
    assert any(decision.advice is not None for decision in before)
    # all is well again, and the reasons say over how long the price has moved
    assert decisions[-1].advice is not None
    resumed = next(d for d in decisions if d.time > again.receive_time and d.advice is not None)
    assert "there was no advice in between" in resumed.reasons[-1]
    # advice of the recording is that of the feed, bit for bit
    with Recorder(folder) as recorder:
        for sourced in events:
            recorder.append(*sourced)
    assert decided(start, list(replay(folder))) == [d.to_dict() for d in decisions]


def test_a_doubled_frame_changes_no_decision() -> None:
    with StubVenue(NAMES, fault="doubled") as stub:
        start, events, until = followed(stub)
    assert sum(isinstance(event, Interruption) for _, event in events) == 2
    ids = [(source, event.final_id) for source, event in events if isinstance(event, BookUpdate)]
    row = next(n for n, one in enumerate(ids) if one in ids[:n])
    updates = [n for n, (_, event) in enumerate(events) if isinstance(event, BookUpdate)]
    single = [*events[: updates[row]], *events[updates[row] + 1 :]]
    assert decided(start, single) == [d.to_dict() for d in until.decisions]


def test_frames_that_come_late_give_no_advice() -> None:
    """Frames of .4 s come at once; the feed is whole, but its prices were old."""
    with StubVenue(NAMES, fault="delayed") as stub:
        _, events, until = followed(stub, max_age=0.15, max_delay=0.25)
    assert sum(isinstance(event, Interruption) for _, event in events) == 2
    assert until.n_before is not None
    ordered = events[until.n_before - 1][1].receive_time
    kinds = {p.kind for d in until.decisions if d.time > ordered for p in d.problems}
    assert kinds & {"silent", "late"}
    assert until.decisions[-1].advice is not None


def test_a_venues_clock_that_goes_back_gives_no_advice() -> None:
    with StubVenue(NAMES, fault="clock") as stub:
        _, events, until = followed(stub, ends_advised=False)
    back = next(
        one.receive_time
        for (_, before), (_, one) in zip(events[2:], events[4:], strict=False)
        if isinstance(one, BookUpdate)
        and isinstance(before, BookUpdate)
        and one.event_time is not None
        and before.event_time is not None
        and one.event_time < before.event_time - 10**9
    )
    after = [decision for decision in until.decisions if decision.time > back]
    assert after
    for decision in after:
        assert decision.advice is None
        assert {problem.kind for problem in decision.problems} == {"late"}
    assert "later than the fastest" in after[0].reasons[0]


@pytest.mark.parametrize(
    ("step", "words"), [(3.0, "set forward by 3 s"), (-0.5, "set back by 0.5 s")]
)
def test_a_receivers_clock_that_is_set_gives_no_advice(
    step: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nanoseconds = round(step * 1e9)
    with StubVenue(NAMES, fault="of the receiver") as stub:

        def wall() -> int:
            """Return the time, by a clock that is set when the fault is ordered."""
            return time.time_ns() + (nanoseconds if stub.fault_id is not None else 0)

        monkeypatch.setattr(websocket_feed, "ReceiverClock", lambda: ReceiverClock(wall))
        start, events, until = followed(stub, max_delay=0.4, max_age=5.0)
    rows = [row for row, (_, event) in enumerate(events) if words in getattr(event, "reason", "")]
    assert [events[row][1] for row in rows] == [events[rows[0]][1]] * len(NAMES)
    # advice before, none across the step, soon again: no price is called late by the new clock
    decisions = until.decisions
    kinds = {problem.kind for decision in decisions for problem in decision.problems}
    assert "late" not in kinds
    row = rows[0]
    before = events[row - 1][1].receive_time
    after = events[row + len(NAMES)][1].receive_time
    n_before = len(decided(start, events[:row], max_delay=0.4))
    # a bar that ended between the last event and the step was still closed by the old clock
    first = min(after, after - nanoseconds)
    across = [d for d in decisions[n_before:] if first <= d.time <= max(before, after)]
    assert across
    assert all(decision.advice is None for decision in across)
    # bars that have been closed are not closed again
    advised = [decision.time for decision in decisions if decision.advice is not None]
    assert advised == sorted(set(advised))
    assert advised[0] < before < advised[-1]
    assert decided(start, events, max_delay=0.4) == [d.to_dict() for d in decisions]


@pytest.mark.parametrize("fault", ["closed", "silent"])
def test_a_session_that_follows_a_faulty_venue_is_replayed(fault: str, tmp_path: Path) -> None:
    """Decisions made while the feed runs, by its events and by the clock, are those of a replay."""
    start = recommended()

    async def followed_live(stub: StubVenue, feed: Any, recorder: Recorder) -> list[Any]:
        found = []
        session = new_session(start, feed.sources)
        has_failed = False
        async with aclosing(session.follow(feed, recorder=recorder)) as decisions:
            async for decision in decisions:
                found.append(decision)
                is_advised = decision.advice is not None
                if is_advised:
                    stub.strike()
                has_failed |= not is_advised and stub.fault_id is not None
                if has_failed and is_advised:
                    break
        return found

    with StubVenue(NAMES, fault=fault) as stub, Recorder(tmp_path) as recorder:
        feed = feed_of(stub, VENUE)
        live = asyncio.run(asyncio.wait_for(followed_live(stub, feed, recorder), 120.0))
    replayed = list(new_session(start, feed.sources).run(replay(tmp_path)))
    # of the last bars, the end may have come by the clock alone
    n_same = min(len(live), len(replayed))
    assert [d.to_dict() for d in replayed[:n_same]] == [d.to_dict() for d in live[:n_same]]
    # advice, none while the venue fails, and advice again
    advised = [decision.advice is not None for decision in live]
    first = advised.index(True)
    assert False in advised[first:n_same]
    assert advised[-1]
