"""A session on a feed: live and replayed advice agree bit for bit, and silence is noticed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Recorder, Recording, Source, replay
from hedgeresearch.live import Decision, Session
from hedgeresearch.live.following import _RunningTime
from hedgeresearch.microstructure import Interruption
from tests.live.conftest import LEGS, SECOND, Sourced, decisions_of, plain

FASTER = 10
"""Number of times by which bars and events are faster than those of other tests."""


@pytest.fixture(scope="module")
def quick(start: Any) -> hr.recommendation.Recommendation:
    """The recommendation on bars of a tenth of a second."""
    problem = start.problem
    table = problem.market.table
    market = hr.Market(table.set_axis(start.as_of + (table.index - start.as_of) / FASTER))
    fit = problem.fit.model.fit(*market.returns(problem.position, problem.instruments))
    return hr.recommend(fit, problem.position, problem.instruments, market)


@pytest.fixture(scope="module")
def faster(events: list[Sourced], first_time: int) -> list[Sourced]:
    """The events in a tenth of the time, without times of the venue."""
    return [
        (
            source,
            replace(
                event,
                receive_time=first_time + (event.receive_time - first_time) // FASTER,
                event_time=None,
            ),
        )
        for source, event in events
    ]


class Played:
    """A live feed of events, some of which come late; its clock begins with the first of them."""

    def __init__(self, events: list[Sourced], late: dict[int, int] | None = None) -> None:
        self.is_closed = False
        self._events = events
        self._late = late or {}
        self._offset = events[0][1].receive_time - time.monotonic_ns()

    def clock(self) -> int:
        return time.monotonic_ns() + self._offset

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(dict.fromkeys(source for source, _ in self._events))

    async def events(self) -> AsyncIterator[Sourced]:
        for row, (source, event) in enumerate(self._events):
            arrival = event.receive_time + self._late.get(row, 0)
            await asyncio.sleep(max(arrival - self.clock(), 0) / SECOND)
            yield source, event

    async def aclose(self) -> None:
        self.is_closed = True


def follow(session: Session, feed: Any, **settings: Any) -> list[Decision]:
    async def collect() -> list[Decision]:
        return [decision async for decision in session.follow(feed, **settings)]

    return asyncio.run(collect())


def test_a_recorded_feed_gives_the_decisions_of_its_events(
    start: Any, events: list[Sourced], tmp_path: Path
) -> None:
    with Recorder(tmp_path, events_per_part=50) as recorder:
        for source, event in events:
            recorder.append(source, event)
    found = follow(Session(start, LEGS, max_age=0.5), Recording(tmp_path))
    assert plain(found) == plain(decisions_of(start, events))


@pytest.mark.long
def test_live_and_replayed_decisions_agree(
    quick: Any, faster: list[Sourced], tmp_path: Path
) -> None:
    # in the first six bars, the last event reaches the session after the bar has ended
    late = {row: SECOND // 20 for row in range(18, 130, 20)}
    late |= {row + 1: SECOND // 20 for row in late}
    feed = Played(faster[:130] + faster[180:], late)
    session = Session(quick, LEGS, max_age=0.15)
    with Recorder(tmp_path) as recorder:
        live = follow(session, feed, recorder=recorder, clock=feed.clock)
    assert feed.is_closed
    replayed = list(Session(quick, LEGS, max_age=0.15).run(replay(tmp_path)))
    assert plain(live) == plain(replayed)
    assert "none" in {decision.action for decision in live}
    assert sum(decision.advice is not None for decision in live) >= 1
    recorded = [event.receive_time for _, event in replay(tmp_path)]
    sent = [event.receive_time for _, event in faster[:130] + faster[180:]]
    assert sum(one != other for one, other in zip(sent, recorded, strict=True)) > 1
    assert recorded == sorted(recorded)


@pytest.mark.long
def test_a_silent_feed_gives_the_reason_at_the_end_of_the_bar(
    quick: Any, faster: list[Sourced]
) -> None:
    session = Session(quick, LEGS, max_age=0.05)
    end = faster[-1][1].receive_time + 30 * SECOND
    feed = Played([*faster[:60], (faster[0][0], Interruption("it goes on", end))])
    heard: list[Decision] = []
    found: list[Decision] = []
    session.subscribe(heard.append)

    async def until_silent() -> tuple[int, Decision]:
        async with aclosing(session.follow(feed, clock=feed.clock)) as decisions:
            async for decision in decisions:
                found.append(decision)
                if any(problem.kind == "silent" for problem in decision.problems):
                    return feed.clock(), decision
        raise AssertionError("silence was not noticed")

    time, silent = asyncio.run(until_silent())
    # those that subscribe may have had what came at the same moment
    assert heard[: len(found)] == found
    assert silent.action == "none"
    # long before the next event
    assert silent.time < time < end - SECOND


def test_bars_do_not_end_by_a_clock_that_was_set() -> None:
    """Time goes on from the last event, whatever the receiver's clock says meanwhile."""
    beats = iter([10 * SECOND, 11 * SECOND, 13 * SECOND])
    running = _RunningTime(lambda: next(beats))
    running.note(500 * SECOND)
    assert [running(), running()] == [501 * SECOND, 503 * SECOND]


def test_what_ends_a_feed_is_raised(quick: Any, faster: list[Sourced]) -> None:
    class Broken(Played):
        async def events(self) -> AsyncIterator[Sourced]:
            async for sourced in super().events():
                yield sourced
            raise RuntimeError("the venue does not exist")

    feed = Broken(faster[:30])
    with pytest.raises(RuntimeError, match="does not exist"):
        follow(Session(quick, LEGS), feed, clock=None)
    assert feed.is_closed


def test_leaving_the_loop_closes_the_feed(quick: Any, faster: list[Sourced]) -> None:
    feed = Played(faster)

    async def first() -> Decision:
        decisions = Session(quick, LEGS, max_age=0.05).follow(feed, clock=feed.clock)
        found = await anext(decisions)
        await decisions.aclose()
        return found

    assert asyncio.run(first()).n_bars == 1
    assert feed.is_closed
