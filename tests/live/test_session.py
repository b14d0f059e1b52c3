"""Advice of a session equals updates by hand, and never comes from a state that is not right."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Recorder, Source, read_recording, replay
from hedgeresearch.live import Leg, Session
from hedgeresearch.microstructure import (
    BINANCE_FUTURES,
    BINANCE_SPOT,
    BookUpdate,
    Quote,
    Trade,
    mid_prices,
    quote_bars,
)
from tests.live.conftest import LEGS, PERPETUAL, SECOND, SPOT, Sourced, decisions_of, plain


def test_each_bar_is_an_update_by_hand(start: Any, events: list[Sourced]) -> None:
    decisions = decisions_of(start, events)
    assert len(decisions) == 11
    by_hand = start
    for number, decision in enumerate(decisions, start=1):
        end = start.as_of + pd.Timedelta(seconds=number)
        assert decision.time == end.value
        known = [(s, e) for s, e in events if e.receive_time <= end.value]
        spot = [event for source, event in known if source == SPOT][-1]
        book = [event for source, event in known if source == PERPETUAL][-1]
        bar = {
            "BTC": 0.5 * (spot.bid + spot.ask),
            "PERP": 0.5 * (book.bids[-2][0] + book.asks[-2][0]),
        }
        by_hand = by_hand.update(bar, end)
        assert decision.bar == bar
        assert decision.advice is not None
        assert decision.advice.to_csv() == by_hand.to_csv()
        np.testing.assert_array_equal(
            decision.advice.problem.fit.next_ratio, by_hand.problem.fit.next_ratio
        )
        assert decision.action == by_hand.action
        assert decision.reasons[0].startswith("PERP: ")
    assert {decision.action for decision in decisions} == {"trade", "hold"}


@pytest.mark.parametrize("seed", range(3))
def test_bars_equal_those_of_a_table_of_quotes(start: Any, first_time: int, seed: int) -> None:
    legs: dict[str, Leg | Source] = {"BTC": SPOT, "PERP": PERPETUAL}
    rng = np.random.default_rng(seed)
    times = first_time + rng.integers(1, SECOND // 2, 60).cumsum()
    # some are received at the end of a bar
    times[::10] = -(-times[::10] // SECOND) * SECOND
    times.sort()
    events: list[Sourced] = []
    for number, time in enumerate(times.tolist()):
        price = float(rng.uniform(50_000.0, 60_000.0))
        quote = Quote(number, price, 1.0, price + 1.0, 1.0, None, time)
        events.append(((SPOT, PERPETUAL)[int(rng.integers(2))], quote))
    # a bar is closed by an event after it
    events.append((SPOT, Trade(0, 1.0, 1.0, 1, None, int(times[-1]) + 2 * SECOND)))
    session = Session(start, legs, max_age=1e6)
    bars = {d.time: d.bar for d in session.run(events) if not d.problems}
    prices = {
        name: mid_prices([event for of, event in events[:-1] if of == source])
        for name, source in (("BTC", SPOT), ("PERP", PERPETUAL))
    }
    table = quote_bars(prices, 1.0)
    for end, row in table.iterrows():
        assert bars[pd.Timestamp(str(end)).value] == row.to_dict()


@pytest.mark.long
@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(data=st.data())
def test_a_replay_of_any_split_gives_the_same_advice(
    start: Any,
    events: list[Sourced],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    with Recorder(folder, events_per_part=50) as recorder:
        for source, event in events:
            recorder.append(source, event)
    played = list(replay(folder))
    whole = plain(decisions_of(start, events))
    session = Session(start, LEGS, max_age=0.5)
    found = []
    n_events = 0
    for row in sorted(data.draw(st.sets(st.integers(1, 239), max_size=4))):
        found += session.run(played[n_events:row])
        # a clock that runs between two events changes nothing
        before, after = (played[each][1].receive_time for each in (row - 1, row))
        found += session.advance(data.draw(st.integers(before, after)))
        n_events = row
    found += session.run(played[n_events:])
    assert plain(found) == whole


def test_events_of_other_sources_change_nothing(start: Any, events: list[Sourced]) -> None:
    other = Source("elsewhere", "BTC")
    mixed = []
    for source, event in events:
        mixed += [(other, event), (source, event)]
    assert plain(decisions_of(start, mixed)) == plain(decisions_of(start, events))


def test_what_is_held_counts_for_one_bar(start: Any, events: list[Sourced]) -> None:
    session = Session(start, LEGS, max_age=0.5)
    session.hold({"PERP": -100})
    first, second = list(session.run(events))[:2]
    assert first.advice is not None
    assert second.advice is not None
    assert first.advice.problem.holdings.tolist() == [-100.0]
    np.testing.assert_array_equal(second.advice.problem.holdings, first.advice.plan.holdings)
    with pytest.raises(DataError, match="'XYZ' is not among PERP"):
        session.hold({"XYZ": 1})


@pytest.mark.parametrize(
    ("legs", "words"),
    [
        ({"BTC": SPOT}, "Each of BTC, PERP must have one leg or one constant; got BTC"),
        ({**LEGS, "ETH": SPOT}, "got BTC, PERP, ETH"),
        ({"BTC": SPOT, "PERP": SPOT}, "BTCUSDT at binance is the source of two columns"),
    ],
)
def test_legs_that_do_not_fit_are_refused(start: Any, legs: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Session(start, legs)


def test_a_market_without_a_zone_is_refused() -> None:
    market = hr.Market(hr.load("nasdaq_sp500").iloc[-300:])
    position = hr.Position({"NASDAQ": 10})
    future = hr.LinearContract("SP500", 50)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    advice = hr.recommend(fit, position, future, market)
    with pytest.raises(DataError, match="must have times with a zone"):
        Session(advice, {"NASDAQ": SPOT, "SP500": PERPETUAL})


def test_a_constant_is_part_of_each_bar(start: Any, events: list[Sourced]) -> None:
    session = Session(start, {"BTC": SPOT}, constants={"PERP": 60_000.0}, max_age=0.5)
    assert {decision.bar["PERP"] for decision in session.run(events)} == {60_000.0}


@pytest.mark.slow
def test_recordings_of_a_venue_give_advice_until_an_update_is_missing(data_dir: Path) -> None:
    legs = {"BTC": Leg(SPOT, BINANCE_SPOT), "PERP": Leg(PERPETUAL, BINANCE_FUTURES)}
    files = ("binance_spot_btcusdt_20240808.gz", "binance_usd_m_btcusdt_perp_20240808.gz")
    received = []
    for leg, name in zip(legs.values(), files, strict=True):
        received += [(leg.source, event) for event in read_recording(data_dir / name)]
    received.sort(key=lambda each: each[1].receive_time)
    prices = {
        column: mid_prices([event for source, event in received if source == leg.source])
        for column, leg in legs.items()
    }
    bars = quote_bars(prices, 1.0)
    market = hr.Market(bars.iloc[:120])
    position = hr.Position({"BTC": 2.0})
    perpetual = hr.LinearContract("PERP", 0.001, lot=1, fee=2e-4)
    fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    advice = hr.recommend(fit, position, perpetual, market)
    decisions = list(Session(advice, legs).run(received))
    assert len(decisions) >= len(bars) - 121
    assert not [decision for decision in decisions if decision.problems]
    # the book says the same as the venue's second stream, which sends at once
    mids = pd.DataFrame([d.bar for d in decisions], pd.to_datetime([d.time for d in decisions]))
    second = bars.tz_localize(None).reindex(mids.index).dropna()
    assert (mids.loc[second.index] / second - 1.0).abs().median().max() < 1e-6
    rows = [i for i, (s, e) in enumerate(received) if s == SPOT and isinstance(e, BookUpdate)]
    row = rows[len(rows) // 2]
    cut = list(Session(advice, legs).run([*received[:row], *received[row + 1 :]]))
    noticed = received[rows[len(rows) // 2 + 1]][1].receive_time
    lost = [decision.time >= noticed for decision in cut]
    assert [decision.action == "none" for decision in cut] == lost
    assert any(lost)
