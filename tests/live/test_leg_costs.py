"""The book of a leg gives costs and capacity at the time of advice."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.live import BookCosts, Leg, Session, TradingHours, check_audit
from hedgeresearch.microstructure import BINANCE_FUTURES, MarketQuality, OrderBook, TradeSizes
from hedgeresearch.recommendation import book_liquidity
from tests.live.conftest import LEGS, PERPETUAL, SPOT, Sourced, plain

COSTS = BookCosts(within=2e-5, contracts_per_unit=50.0)
HONEST = TradeSizes(0.01, 0.001, 30.0, 0.5, 1.5, 5_000, 1e-4)
WASHED = replace(HONEST, roundness=4.0)


def legs(costs: BookCosts = COSTS) -> dict[str, Any]:
    return {"BTC": SPOT, "PERP": Leg(PERPETUAL, BINANCE_FUTURES, costs=costs)}


def run(start: Any, events: list[Sourced], **settings: Any) -> list[Any]:
    return list(Session(start, **{"legs": legs(), "max_age": 0.5} | settings).run(events))


def test_orders_are_what_the_book_holds_then(start: Any, events: list[Sourced]) -> None:
    decisions = run(start, events)
    book = OrderBook(BINANCE_FUTURES)
    rows = iter([(event.receive_time, event) for source, event in events if source == PERPETUAL])
    time, event = next(rows)
    capped = 0
    for decision in decisions:
        while time <= decision.time:
            book.receive(event)
            time, event = next(rows)
        expected = book_liquidity(book, 2e-5, contracts_per_unit=50.0)
        assert decision.liquidity == {"PERP": expected}
        assert decision.advice.problem.liquidity == {"PERP": expected}
        assert decision.advice.problem.terms[0].half_spread == expected.half_spread
        traded = abs(decision.advice.plan.trades[0])
        assert traded <= expected.capacity
        capped += "the rest waits" in " ".join(decision.reasons)
    assert 0 < capped < len(decisions)


def test_bands_follow_the_cost_of_the_book(start: Any, events: list[Sourced]) -> None:
    problem = start.problem
    rule = hr.CostOptimalBands(1e-4)
    parts = (problem.fit, problem.position, problem.instruments, problem.market)
    balanced = hr.recommend(*parts, rebalancing=rule)
    wide = []
    for source, event in events:
        if source == PERPETUAL:
            # the best asks are gone
            event = replace(event, asks=[(price + 20.0, size) for price, size in event.asks])
        wide.append((source, event))
    near = run(balanced, events)[-1].advice.summary["band"].iloc[0]
    far = run(balanced, wide)[-1].advice.summary["band"].iloc[0]
    assert far > 1.1 * near > 1.1 * balanced.summary["band"].iloc[0]


def test_a_flagged_venue_is_named_in_each_decision(start: Any, events: list[Sourced]) -> None:
    quality = MarketQuality("THIN", WASHED, "BUSY", HONEST)
    assert quality.flagged
    decisions = run(start, events, legs=legs(replace(COSTS, quality=quality)))
    trusted = run(start, events)
    for decision, other in zip(decisions, trusted, strict=True):
        assert decision.reasons[0].startswith(
            "Warning: PERP: the figures of its venue are not counted on: round sizes are 4.0 times"
        )
        width = decision.advice.summary["band"].iloc[0]
        assert width > 1.9 * other.advice.summary["band"].iloc[0]
    one = decisions[0].liquidity["PERP"]
    assert one.distrust == pytest.approx(26.0 / 29.0)
    assert one.usable_capacity == pytest.approx(trusted[0].liquidity["PERP"].capacity * 3.0 / 29.0)


def test_a_flag_that_was_given_is_kept(start: Any, events: list[Sourced]) -> None:
    problem = start.problem
    given = {"PERP": hr.Liquidity(flag="a venue of last resort", distrust=0.9)}
    parts = (problem.fit, problem.position, problem.instruments, problem.market)
    flagged = hr.recommend(*parts, liquidity=given)
    for decision in run(flagged, events):
        assert "a venue of last resort" in decision.reasons[0]
        found = decision.liquidity["PERP"]
        assert (found.flag, found.distrust) == ("a venue of last resort", 0.9)
        assert found.capacity > 0.0


def test_an_audit_with_costs_is_computed_again(
    start: Any, events: list[Sourced], tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    with Session(start, legs(), max_age=0.5, audit=path) as session:
        n_decisions = len(list(session.run(events)))
    assert check_audit(path, start) == n_decisions == 11
    lines = path.read_text().splitlines(keepends=True)
    row = next(row for row, line in enumerate(lines) if "the rest waits" in line)
    record = json.loads(lines[row])
    record["liquidity"]["PERP"]["capacity"] /= 2.0
    lines[row] = json.dumps(record) + "\n"
    path.write_text("".join(lines))
    with pytest.raises(DataError, match=r"Line \d+ of"):
        check_audit(path, start)


def test_a_closed_market_gives_no_advice(start: Any, events: list[Sourced]) -> None:
    hours = TradingHours("12:05:03", "12:05:06", "UTC")
    leg = Leg(SPOT, hours=hours)
    decisions = list(Session(start, {**LEGS, "BTC": leg}, max_age=0.5).run(events))
    first = [d.problems[0].kind if d.problems else "" for d in decisions]
    assert first == ["closed"] * 4 + [""] * 3 + ["closed"] * 4
    assert decisions[0].reasons == ["BTC: the market is closed until 2026-03-02 12:05 UTC."]
    assert plain(decisions[5:7]) != plain(decisions[7:9])


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Leg(SPOT, costs=COSTS), "are read from its book, which needs a rule"),
        (lambda: BookCosts(within=0.0), "within must lie"),
        (lambda: BookCosts(contracts_per_unit=0.0), "contracts_per_unit must lie"),
        (lambda: BookCosts(participation=1.5), "participation must lie"),
    ],
)
def test_costs_that_cannot_be_read_are_refused(build: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        build()


def test_costs_of_what_is_not_traded_are_refused(start: Any) -> None:
    given = {**LEGS, "BTC": Leg(SPOT, BINANCE_FUTURES, costs=COSTS)}
    with pytest.raises(DataError, match="'BTC' is not traded"):
        Session(start, given)
