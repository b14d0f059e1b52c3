"""Faults of feeds and clocks: each is noticed, named and ended, and gives no advice meanwhile."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.live import Session
from hedgeresearch.microstructure import BookSnapshot, Interruption, Quote, Trade
from tests.live.conftest import LEGS, PERPETUAL, SECOND, SPOT, Sourced, decisions_of, plain

Faulty = Callable[[list[Sourced]], list[Sourced]]
ROW = 2 * 25 + 1
"""Row of an update of the book, in the third bar."""


def moved(events: list[Sourced], row: int, seconds: float) -> list[Sourced]:
    """Return the events with one of them received at another time, in their old order."""
    source, event = events[row]
    time = event.receive_time + round(seconds * SECOND)
    return [*events[:row], (source, replace(event, receive_time=time)), *events[row + 1 :]]


def later(event: Any, nanoseconds: int) -> int | None:
    """Return a later time of the venue, if it states one."""
    return None if event.event_time is None else event.event_time + nanoseconds


def shifted(sourced: Sourced, nanoseconds: int) -> Sourced:
    """Return an event at another time of both clocks."""
    source, event = sourced
    time = event.receive_time + nanoseconds
    return source, replace(event, event_time=later(event, nanoseconds), receive_time=time)


def without(events: list[Sourced]) -> list[Sourced]:
    return [*events[:ROW], *events[ROW + 1 :]]


def swapped(events: list[Sourced]) -> list[Sourced]:
    first = events[ROW][1]
    second = events[ROW + 2][1]
    times = (first.receive_time, second.receive_time)
    changed = list(events)
    changed[ROW] = (PERPETUAL, replace(second, receive_time=times[0]))
    changed[ROW + 2] = (PERPETUAL, replace(first, receive_time=times[1]))
    return changed


def crossed(events: list[Sourced]) -> list[Sourced]:
    update = replace(events[ROW][1], bids=[(1e6, 1.0)])
    return [*events[:ROW], (PERPETUAL, update), *events[ROW + 1 :]]


def impossible(events: list[Sourced]) -> list[Sourced]:
    update = replace(events[ROW][1], asks=[(60_000.0, -1.0)])
    return [*events[:ROW], (PERPETUAL, update), *events[ROW + 1 :]]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (without, "update 251 to 260 does not follow 240"),
        (swapped, "update 251 to 260 does not follow 240"),
        (crossed, "the book is crossed after update 250"),
        (impossible, "update 250 contains a size of -1 at the price 60000"),
    ],
)
def test_a_book_that_is_not_right_gives_no_advice_until_a_snapshot(
    start: Any, events: list[Sourced], fault: Faulty, words: str
) -> None:
    decisions = decisions_of(start, fault(events))
    # the snapshot of the seventh second ends it
    assert [d.action == "none" for d in decisions] == [False] * 2 + [True] * 4 + [False] * 5
    for decision in decisions[2:6]:
        assert decision.reasons == [f"PERP: {words}."]
        assert decision.problems[0].kind == "gap"
        assert decision.advice is None
    resumed = decisions[6]
    assert resumed.n_bars == 5
    assert resumed.reasons[-1].startswith("The last move is that of 5 bars")


def test_a_doubled_update_changes_nothing(start: Any, events: list[Sourced]) -> None:
    doubled = [*events[: ROW + 1], events[ROW], *events[ROW + 1 :]]
    assert plain(decisions_of(start, doubled)) == plain(decisions_of(start, events))


def test_a_price_that_came_late_is_left_out(start: Any, events: list[Sourced]) -> None:
    row = 2 * 29
    source, quote = events[row]
    late = replace(quote, event_time=quote.event_time - 3 * SECOND // 2)
    decisions = decisions_of(start, [*events[:row], (source, late), *events[row + 1 :]])
    assert decisions[2].reasons == ["BTC: the last price came 1.5 s later than the fastest."]
    assert [d.action == "none" for d in decisions].count(True) == 1
    # a venue whose clock is an hour off is not late
    hour = 3600 * SECOND
    ahead = [(source, replace(event, event_time=later(event, hour))) for source, event in events]
    assert plain(decisions_of(start, ahead)) == plain(decisions_of(start, events))


def test_a_leg_without_quotes_is_stale_then_silent(start: Any, events: list[Sourced]) -> None:
    first = events[0][1].receive_time
    silent = [
        (source, event)
        for source, event in events
        if source == PERPETUAL or not 2.05 < (event.receive_time - first) / SECOND < 8.05
    ]
    trade = Trade(1, 60_000.0, 1.0, 1, None, first + 3 * SECOND - 10_000_000)
    row = next(i for i, (_, e) in enumerate(silent) if e.receive_time > trade.receive_time)
    decisions = decisions_of(start, [*silent[:row], (SPOT, trade), *silent[row:]])
    assert [d.problems[0].kind if d.problems else "" for d in decisions] == [
        "",
        "",
        "stale",
        *["silent"] * 5,
        *[""] * 3,
    ]
    assert decisions[3].reasons[0].startswith("BTC: nothing has been received for 1.0")


def test_silence_of_all_gives_one_decision(start: Any, events: list[Sourced]) -> None:
    hour = 3600 * SECOND
    later = [shifted(sourced, hour) for sourced in events[120:]]
    decisions = decisions_of(start, events[:60] + later)
    kinds = ["+".join(problem.kind for problem in d.problems) for d in decisions]
    assert kinds == ["", "", "", "silent+silent", *[""] * 5]
    # by a clock that runs, the same is known at once
    session = Session(start, LEGS, max_age=0.5)
    found = list(session.run(events[:60]))
    for seconds in range(3, 30):
        found += session.advance(events[59][1].receive_time + seconds * SECOND)
    assert plain(found) == plain(decisions[:4])


def test_a_clock_that_goes_back_gives_no_advice(start: Any, events: list[Sourced]) -> None:
    decisions = decisions_of(start, moved(events, ROW, -2.0))
    assert decisions[2].time == events[ROW][1].receive_time - 2 * SECOND
    for decision in decisions[2:4]:
        assert decision.problems[0].kind == "clock"
        assert decision.reasons[0].startswith("The receiver's clock went back by ")
    assert [d.action == "none" for d in decisions].count(True) == 2


def test_a_clock_set_back_for_good_is_waited_for(start: Any, events: list[Sourced]) -> None:
    back = [shifted(sourced, -3 * SECOND) for sourced in events[120:]]
    decisions = decisions_of(start, events[:120] + back)
    times = [decision.time for decision in decisions if decision.advice is not None]
    assert times == sorted(set(times))
    assert [d.problems[0].kind for d in decisions if d.problems] == ["clock", "clock"]


def test_a_market_in_another_zone_is_named_at_once(start: Any, events: list[Sourced]) -> None:
    """Its times are nine hours ahead, as of a machine whose local times were called UTC."""
    behind = [shifted(sourced, -9 * 3600 * SECOND) for sourced in events]
    decisions = decisions_of(start, behind)
    assert len(decisions) == 1
    assert decisions[0].problems[0].kind == "clock"
    assert decisions[0].reasons[0].startswith("The market ends 32,4")
    assert "Check that its times have the right zone" in decisions[0].reasons[0]
    # a replay of minutes that the market holds has no bars before its end, and nothing is wrong
    assert not decisions_of(start, [shifted(sourced, -600 * SECOND) for sourced in events])
    # a clock that is behind by less than a bar is none
    near = [shifted(sourced, -SECOND // 2) for sourced in events]
    assert all(one.advice is not None for one in decisions_of(start, near))


def test_a_price_from_before_a_step_back_keeps_its_age(start: Any, events: list[Sourced]) -> None:
    """A quote that was 1.5 s old when the clock was set back by 3 s is not .1 s old thereafter."""
    first = events[0][1].receive_time
    quiet = [each for each in events if each[0] == PERPETUAL or each[1].receive_time < first + 5e9]
    row = next(n for n, (_, event) in enumerate(quiet) if event.receive_time > first + 6.5e9)
    back = [shifted(sourced, -3 * SECOND) for sourced in quiet[row:]]
    decisions = decisions_of(start, quiet[:row] + back, max_age=4.0)
    resumed = [d for d in decisions if d.time > quiet[row - 1][1].receive_time]
    assert resumed
    for decision in resumed:
        assert {problem.column for problem in decision.problems} >= {"BTC"}
        assert decision.advice is None


@pytest.mark.parametrize(("bid", "ask"), [(101.0, 100.0), (-1.0, 1.0), (math.nan, 1.0)])
def test_a_quote_that_cannot_be_is_no_price(
    start: Any, events: list[Sourced], bid: float, ask: float
) -> None:
    row = 2 * 29
    changed = replace(events[row][1], bid=bid, ask=ask)
    decisions = decisions_of(start, [*events[:row], (SPOT, changed), *events[row + 1 :]])
    assert decisions[2].problems[0].kind == "invalid"
    assert f"a bid of {bid:g} and an ask of {ask:g} cannot be" in decisions[2].reasons[0]
    assert decisions[3].advice is not None


def test_what_has_not_come_is_waited_for(start: Any, events: list[Sourced]) -> None:
    only = [(source, event) for source, event in events if source == SPOT]
    assert decisions_of(start, only)[0].reasons == ["PERP: nothing has been received."]
    updates = [each for each in events[:100] if not isinstance(each[1], BookSnapshot)]
    assert decisions_of(start, updates)[0].reasons == ["PERP: no snapshot has come."]


def test_an_update_that_is_refused_is_the_reason(start: Any, events: list[Sourced]) -> None:
    expiry = start.as_of + pd.Timedelta("3500ms")
    future = hr.LinearContract("PERP", 0.001, expiry=expiry)
    problem = start.problem
    fit = hr.OLSHedge().fit(*problem.market.returns(problem.position, future))
    dated = hr.recommend(fit, problem.position, future, problem.market)
    decisions = decisions_of(dated, events)
    assert [d.action == "none" for d in decisions] == [False] * 3 + [True] * 8
    assert decisions[3].problems[0].kind == "refused"
    assert "expired" in decisions[3].reasons[0]


def test_an_interrupted_feed_gives_no_advice_until_new_prices(
    start: Any, events: list[Sourced]
) -> None:
    at = events[ROW][1].receive_time
    stopped = [
        (source, Interruption("the connection was closed", at)) for source in (SPOT, PERPETUAL)
    ]
    # the quotes come back two seconds before the book
    without_quotes = [
        (source, event)
        for source, event in events[ROW:]
        if not (isinstance(event, Quote) and event.receive_time < at + 2 * SECOND)
    ]
    decisions = decisions_of(start, [*events[:ROW], *stopped, *without_quotes])
    kinds = [[f"{p.column} {p.kind}" for p in d.problems] for d in decisions]
    assert kinds[2:6] == [["BTC interrupted", "PERP interrupted"]] * 2 + [["PERP interrupted"]] * 2
    assert decisions[2].reasons[0] == "BTC: the connection was closed."
    assert [d.action == "none" for d in decisions] == [False] * 2 + [True] * 4 + [False] * 5
