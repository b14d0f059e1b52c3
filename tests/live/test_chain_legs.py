"""Legs whose price is of a chain: pools, oracles, and blocks that are withdrawn."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Source
from hedgeresearch.live import Decision, Leg, Session
from hedgeresearch.microstructure import Interruption, Quote
from hedgeresearch.onchain import BlockWithdrawn, ConcentratedPool, PoolState, Token
from hedgeresearch.onchain.chain_events import ChainEvent
from tests.onchain.events import SECOND, START, block_at, reading_at, state_at

POOL = Source("uniswap-v2:1", "0x" + "ab" * 20)
ORACLE = Source("chainlink:1", "0x" + "cd" * 20)
PERPETUAL = Source("binance-usd-m", "ETHUSDT")


@pytest.fixture(scope="module")
def advice() -> hr.recommendation.Recommendation:
    """A recommendation on bars of twelve seconds, the last of which is that of block 0."""
    times = pd.date_range(end=pd.Timestamp(START, tz="UTC"), periods=200, freq="12s")
    steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
    prices = {"ETH": 2_000.0 + steps[0], "PERP": 2_001.0 + steps[0] + 0.1 * steps[1]}
    market = hr.Market(pd.DataFrame(prices, times))
    position = hr.Position({"ETH": 20.0})
    perpetual = hr.LinearContract("PERP", 0.01, lot=1)
    fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    return hr.recommend(fit, position, perpetual, market)


def decided(advice: Any, leg: Leg | Source, events: list[Any]) -> Decision:
    """Return the decision at the end of the bar of block 1, after events of the leg."""
    legs = {"ETH": leg, "PERP": PERPETUAL}
    source = leg.source if isinstance(leg, Leg) else leg
    session = Session(advice, legs, max_age=30.0)
    quote = Quote(1, 2_000.0, 1.0, 2_002.0, 1.0, None, START + SECOND)
    session.receive(PERPETUAL, quote)
    for event in events:
        session.receive(source, event)
    return session.advance(START + 12 * SECOND + 1)[0]


def test_a_leg_has_the_price_of_the_pools_base(advice: Any) -> None:
    block = block_at(0)
    state = state_at(block, 2_004.0)
    assert decided(advice, Leg(POOL, base="WETH"), [state]).bar["ETH"] == 2_004.0
    assert decided(advice, POOL, [state]).bar["ETH"] == 2_004.0
    turned = decided(advice, Leg(POOL, base="USDC"), [state])
    assert turned.known["ETH"].price == pytest.approx(1.0 / 2_004.0)


def test_a_stale_oracle_gives_no_advice(advice: Any) -> None:
    block = block_at(0)
    fresh = decided(advice, ORACLE, [reading_at(block, 200_400_000_000, age=60)])
    assert fresh.bar["ETH"] == 2_004.0
    stale = decided(advice, ORACLE, [reading_at(block, 200_400_000_000, age=3_590)])
    assert stale.action == "none"
    assert [(one.kind, one.text) for one in stale.problems] == [
        ("oracle", "ETH / USD was updated 3602 s ago, its heartbeat is 3600 s")
    ]


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (reading_at(block_at(0), -5, age=60), "the answer of ETH / USD is -5"),
        (reading_at(block_at(0), 1, age=60, up=False), "the sequencer has been down for 7212 s"),
    ],
)
def test_an_oracle_that_must_not_be_used_is_named(
    advice: Any, reading: ChainEvent, text: str
) -> None:
    (problem,) = decided(advice, ORACLE, [reading]).problems
    assert problem.kind == "oracle"
    assert text in problem.text


def test_the_price_of_a_withdrawn_block_is_given_up(advice: Any) -> None:
    leg = Leg(POOL, base="WETH")
    lost = state_at(block_at(0), 2_004.0)
    withdrawn = BlockWithdrawn(lost.block, lost.receive_time + SECOND)
    (problem,) = decided(advice, leg, [lost, withdrawn]).problems
    assert (problem.kind, problem.text) == (
        "interrupted",
        "block 0, which the last price is of, was withdrawn",
    )
    replayed = state_at(block_at(0, "b"), 2_008.0, delay=3 * SECOND)
    assert decided(advice, leg, [lost, withdrawn, replayed]).bar["ETH"] == 2_008.0


def test_a_withdrawn_block_without_the_last_price_changes_nothing(advice: Any) -> None:
    state = state_at(block_at(0), 2_004.0)
    withdrawn = BlockWithdrawn(block_at(1), state.receive_time + SECOND)
    assert decided(advice, Leg(POOL, base="WETH"), [state, withdrawn]).bar["ETH"] == 2_004.0


def test_an_interruption_of_a_chain_gives_up_the_price(advice: Any) -> None:
    state = state_at(block_at(0), 2_004.0)
    broken = Interruption("the node was not reached", state.receive_time + SECOND)
    (problem,) = decided(advice, POOL, [state, broken]).problems
    assert problem.kind == "interrupted"


@pytest.mark.parametrize("liquidity", [0, 1])
def test_a_pool_without_liquidity_has_no_price(advice: Any, liquidity: int) -> None:
    """The price stands where the last swap has left it, and a swap of nothing moves it."""
    pool = ConcentratedPool(
        Token("WETH", 18),
        Token("USDC", 6),
        sqrt_price=3543191142285914205922034,
        liquidity=liquidity,
        net_liquidity={},
        fee=3000,
        known=(-201_000, -200_000),
    )
    block = block_at(0)
    state = PoolState(pool, block, block.time + SECOND)
    decision = decided(advice, Leg(POOL, base="WETH"), [state])
    if liquidity:
        assert decision.bar["ETH"] == pytest.approx(2_000.0)
        return
    (problem,) = decision.problems
    assert problem.kind == "invalid"
    assert problem.text.startswith("the pool has no liquidity at its price")
