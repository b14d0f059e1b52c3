"""A session of a pool and a loan: the delta moves with the pool, an oracle decides on advice."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Source
from hedgeresearch.live import Leg, Session, check_audit
from hedgeresearch.live.decision import advice_as_dict
from hedgeresearch.microstructure import Interruption, Quote
from hedgeresearch.onchain import (
    BlockWithdrawn,
    Collateral,
    LiquidityRange,
    LoanPosition,
    PoolPosition,
)
from tests.onchain.events import SECOND, START, block_at, reading_at, state_at

POOL = Source("uniswap-v3:1", "0x" + "ab" * 20)
ORACLE = Source("chainlink:1", "0x" + "cd" * 20)
PERPETUAL = Source("binance-usd-m", "ETHUSDT")
BAR = 12 * SECOND
HELD = PoolPosition([LiquidityRange(1_000.0, 1_500.0, 2_500.0)], "WETH", "USDC")
LOAN = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 12_000.0})


def advise(held: Any) -> hr.recommendation.Recommendation:
    """A recommendation on bars of twelve seconds, the last of which is that of block 0."""
    times = pd.date_range(end=pd.Timestamp(START, tz="UTC"), periods=200, freq="12s")
    steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
    prices = {"WETH": 2_000.0 + steps[0], "PERP": 2_001.0 + steps[0] + 0.1 * steps[1]}
    market = hr.Market(pd.DataFrame(prices, times), currency="USD")
    perpetual = hr.LinearContract("PERP", 0.01, lot=1)
    fit = hr.OLSHedge().fit(*market.returns(held, perpetual))
    return hr.recommend(fit, held, perpetual, market)


def events_of(number: int, price: float, age: int = 60) -> list[tuple[Source, Any]]:
    """Return what comes in the bar of a block: pool, oracle and perpetual."""
    block = block_at(number)
    time = block.time + SECOND
    quote = Quote(number, price, 1.0, price + 2.0, 1.0, None, time)
    answer = round(price * 10**8)
    return [
        (POOL, state_at(block, price)),
        (ORACLE, reading_at(block, answer, age)),
        (PERPETUAL, quote),
    ]


def session_of(held: Any, **settings: Any) -> Session:
    oracle = ORACLE if held is not HELD else None
    leg = Leg(POOL, base="WETH", oracle=oracle)
    return Session(advise(held), {"WETH": leg, "PERP": PERPETUAL}, max_age=30.0, **settings)


def decided(session: Session, number: int, events: list[tuple[Source, Any]]) -> Any:
    """Return the last decision at the end of the bar of a block."""
    for source, event in events:
        session.receive(source, event)
    return session.advance(START + (number + 1) * BAR + 1)[-1]


@pytest.mark.filterwarnings("ignore:the new bar should be right")
def test_the_delta_moves_with_the_pool() -> None:
    session = session_of(HELD)
    start = session.advice
    for number, price in ((0, 2_004.0), (1, 2_100.0)):
        decision = decided(session, number, events_of(number, price))
        assert decision.bar == {"WETH": price, "PERP": price + 1.0}
        advice = decision.advice
        held = advice.onchain.exposure["WETH"].iloc[0]
        assert held == pytest.approx(HELD.delta(price))
        assert advice.plan.targets.best[0] < 0.0
        at = pd.Timestamp(START + (number + 1) * BAR, tz="UTC").as_unit(start.as_of.unit)
        start = start.update(decision.bar, at)
        assert advice_as_dict(start) == advice_as_dict(advice)
        pd.testing.assert_frame_equal(start.onchain.grid, advice.onchain.grid)
    # ether has risen: the pool has sold, and so must the hedge be smaller
    assert abs(advice.plan.targets.best[0]) < abs(session_of(HELD).advice.plan.targets.best[0])


def test_a_wrong_decimal_point_gives_no_advice_until_it_is_over() -> None:
    session = session_of(HELD)
    decided(session, 0, events_of(0, 2_004.0))
    before = session.advice
    for number, price in ((1, 200_400.0), (2, 20.04)):
        wrong = decided(session, number, events_of(number, price))
        assert wrong.advice is None
        assert [one.kind for one in wrong.problems] == ["refused"]
        assert not wrong.reasons[0].endswith("..")
        assert "'WETH' moves by" in wrong.reasons[0]
        assert session.advice is before
    right = decided(session, 3, events_of(3, 2_005.0))
    assert right.advice is not None and not right.notes
    far = decided(session, 4, events_of(4, 1_700.0))
    assert far.advice is not None
    assert any(one.startswith("Warning: the new bar should be right; 'WETH'") for one in far.notes)


def test_the_oracle_of_the_block_judges_the_loan() -> None:
    session = session_of([HELD, LOAN])
    decision = decided(session, 0, events_of(0, 2_004.0))
    assert decision.oracles is not None
    loans = decision.advice.onchain.loans
    assert loans["price"].tolist() == [2_004.0]
    assert decision.reasons[-1] == "The loan against WETH has a health factor of 1.378."
    assert loans["health factor"].iloc[0] == pytest.approx(8.25 * 2_004.0 / 12_000.0)


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        (lambda events: [events[0], events[2]], "waiting", "no round of its oracle has come"),
        (
            lambda events: [*events, (ORACLE, BlockWithdrawn(block_at(0), START + 2 * SECOND))],
            "interrupted",
            "block 0, which the round of its oracle is of, was withdrawn",
        ),
        (
            lambda events: [*events, (ORACLE, Interruption("node is gone", START + 2 * SECOND))],
            "interrupted",
            "node is gone",
        ),
        (
            lambda events: [*events, (POOL, BlockWithdrawn(block_at(0), START + 2 * SECOND))],
            "interrupted",
            "block 0, which the last price is of, was withdrawn",
        ),
    ],
)
def test_without_pool_or_oracle_there_is_the_reason(change: Any, kind: str, text: str) -> None:
    session = session_of([HELD, LOAN])
    decision = decided(session, 0, change(events_of(0, 2_004.0)))
    assert decision.advice is None
    (problem,) = decision.problems
    assert (problem.kind, problem.column, problem.text) == (kind, "WETH", text)
    # the next round brings it back
    assert decided(session, 1, events_of(1, 2_005.0)).advice is not None


def test_a_stale_oracle_gives_no_advice_but_the_reason() -> None:
    session = session_of([HELD, LOAN])
    decision = decided(session, 0, events_of(0, 2_004.0, age=3_590))
    assert decision.advice is None
    assert decision.reasons == ["WETH: ETH / USD was updated 3602 s ago, its heartbeat is 3600 s."]


def test_an_oracle_of_the_start_ages_without_a_leg() -> None:
    latest = reading_at(block_at(0), 200_400_000_000, age=3_590).round
    start = advise([HELD, LOAN])
    market = start.problem.market.with_oracles({"WETH": latest})
    with_oracle = hr.recommend(start.problem.fit, [HELD, LOAN], start.problem.instruments, market)
    session = Session(
        with_oracle, {"WETH": Leg(POOL, base="WETH"), "PERP": PERPETUAL}, max_age=30.0
    )
    decision = decided(session, 0, events_of(0, 2_004.0))
    (problem,) = decision.problems
    assert problem.kind == "refused"
    assert "updated 3602 s ago" in problem.text


def test_the_audit_log_has_the_rounds(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    held = [HELD, LOAN]
    with session_of(held, audit=path) as session:
        for number, price in enumerate((2_004.0, 2_050.0, 1_990.0)):
            assert decided(session, number, events_of(number, price)).advice is not None
    assert check_audit(path, advise(held)) == 3
    assert '"answer": "205000000000"' in path.read_text()
    changed = path.read_text().replace('"answer": "205000000000"', '"answer": "0"')
    path.write_text(changed)
    with pytest.raises(hr.DataError, match="not a positive price"):
        check_audit(path, advise(held))


def test_an_oracle_belongs_to_pools_or_loans() -> None:
    legs = {"WETH": Leg(POOL, base="WETH", oracle=ORACLE), "PERP": PERPETUAL}
    advice = advise(hr.Position({"WETH": 1.0}))
    with pytest.raises(hr.DataError, match="oracle of 'WETH' must be that of a token of pools"):
        Session(advice, legs)


def test_a_loan_that_has_grown_counts_from_the_next_bar(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    held = [HELD, LOAN]
    grown = LoanPosition(LOAN.collateral, {"USDC": 13_000.0})
    wider = PoolPosition([*HELD.ranges, LiquidityRange(500.0)], "WETH", "USDC")
    with session_of(held, audit=path) as session:
        decided(session, 0, events_of(0, 2_004.0))
        session.hold(onchain=[wider, grown])
        later = decided(session, 1, events_of(1, 2_005.0)).advice
        assert later.onchain.loans["health factor"].iloc[0] == pytest.approx(
            8.25 * 2_005.0 / 13_000.0
        )
        assert later.onchain.exposure["WETH"].iloc[0] == pytest.approx(wider.delta(2_005.0))
        again = decided(session, 2, events_of(2, 2_006.0)).advice
        assert again.problem.position.onchain == (wider, grown)
    assert check_audit(path, advise(held)) == 3


def test_other_tokens_are_refused_with_the_bar() -> None:
    session = session_of(HELD)
    session.hold(onchain=PoolPosition([LiquidityRange(10.0)], "PERP", "USDC"))
    decision = decided(session, 0, events_of(0, 2_004.0))
    (problem,) = decision.problems
    assert "must hold the tokens WETH whose price moves; got PERP" in problem.text
    with pytest.raises(hr.DataError, match="this one has none"):
        Session(advise(hr.Position({"WETH": 1.0})), {"WETH": Leg(POOL), "PERP": PERPETUAL}).hold(
            onchain=HELD
        )


def test_reasons_name_a_loan_that_can_be_liquidated_and_a_pool_out_of_range() -> None:
    session = session_of([HELD, LOAN])
    decision = decided(session, 0, events_of(0, 1_400.0))
    assert decision.reasons[1].startswith(
        "Warning: The loan against WETH has a health factor of 0.9625: it can be liquidated now"
    )
    assert "out of range at a price of 1,400 USDC: it holds WETH only" in decision.reasons[2]
