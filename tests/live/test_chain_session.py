"""A session from the blocks of a chain: a pool's price, an oracle's, and both played back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import ChainFeed, ChainlinkOracle, Recorder, UniswapV2Pair, replay
from hedgeresearch.live import Decision, Leg, Session
from hedgeresearch.onchain import ConstantProductPool, PoolState
from tests.onchain.conftest import Chain, Packages
from tests.onchain.conftest import chain as chain
from tests.onchain.conftest import packages as packages
from tests.onchain.uniswap import deploy_pair

pytestmark = pytest.mark.long
SECOND = 1_000_000_000
BAR = 12
"""Seconds of a bar and between blocks."""
HEARTBEAT = 60


def advice_until(time: int) -> hr.recommendation.Recommendation:
    """Return a recommendation on a market that ends at a time, seconds."""
    end = pd.Timestamp(time * SECOND, tz="UTC")
    times = pd.date_range(end=end, periods=200, freq=f"{BAR}s")
    steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
    prices = {"WETH": 2_000.0 + steps[0], "PERP": 2_001.0 + steps[0] + 0.1 * steps[1]}
    market = hr.Market(pd.DataFrame(prices, times))
    position = hr.Position({"WETH": 20.0})
    perpetual = hr.LinearContract("PERP", 0.01, lot=1)
    fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    return hr.recommend(fit, position, perpetual, market)


class Trading:
    """A pair and an oracle whose blocks come at bars of a session."""

    def __init__(self, chain: Chain, packages: Packages) -> None:
        self.chain = chain
        self.pair = deploy_pair(chain, packages, base_first=False)
        self.oracle = chain.deploy_own("Oracle", "ETH / USD", 8)
        self.start = int(chain.web3.eth.get_block("latest").timestamp) + BAR

    def bar(self, number: int, pool: ConstantProductPool, answers: bool) -> None:
        """Trade in the middle of a bar, and let the oracle answer."""
        time = self.start + BAR * number - BAR // 2
        self.chain.wait_until(time)
        swap = pool.swap("USDC", (1 + number) * 10**9)
        self.pair.swap(0, swap.paid, swap.received)
        if answers:
            rounds = (number, (200_000 + number) * 10**6, time, time, number)
            self.chain.send(self.oracle.functions.set(*rounds))

    def clock(self) -> int:
        """Return a second after the last block."""
        return (int(self.chain.web3.eth.get_block("latest").timestamp) + 1) * SECOND


async def lived(trading: Trading, session: Session, recorder: Recorder) -> list[Decision]:
    """Return the decisions of ten bars, of which the oracle answers in the first four."""
    contracts = [
        UniswapV2Pair(trading.pair.contract.address),
        ChainlinkOracle(trading.oracle.address, HEARTBEAT),
    ]
    feed = ChainFeed(
        trading.chain.node,
        contracts,
        chain=trading.chain.number,
        poll=0.01,
        clock=trading.clock,
    )
    decisions = []
    events = feed.events()
    pool = None
    for number in range(11):
        if isinstance(pool, ConstantProductPool):
            trading.bar(number, pool, answers=number <= 4)
        head = trading.chain.web3.eth.block_number
        seen = 0
        while seen < head:
            source, event = await anext(events)
            recorder.append(source, event)
            decisions += session.receive(source, event)
            if source == feed.sources[-1] and not isinstance(event, hr.microstructure.Interruption):
                seen = event.block.number  # type: ignore[union-attr]
            if isinstance(event, PoolState):
                pool = event.pool
    return decisions


@pytest.fixture
def trading(chain: Chain, packages: Packages) -> Iterator[Trading]:
    yield Trading(chain, packages)


def test_blocks_become_advice_until_the_oracle_is_stale(trading: Trading, tmp_path: Path) -> None:
    start = advice_until(trading.start)
    pool = UniswapV2Pair(trading.pair.contract.address).source(trading.chain.number)
    oracle = ChainlinkOracle(trading.oracle.address, HEARTBEAT).source(trading.chain.number)
    legs: dict[str, Any] = {"WETH": Leg(pool, base="WETH"), "PERP": oracle}
    with Session(start, legs, max_age=30.0) as session, Recorder(tmp_path) as recorder:
        decisions = asyncio.run(lived(trading, session, recorder))
    advised = [one for one in decisions if one.advice is not None]
    assert [one.bar["PERP"] for one in advised[:4]] == [2000.01, 2000.02, 2000.03, 2000.04]
    rises = [one.bar["WETH"] for one in advised]
    assert rises == sorted(rises)
    assert rises[0] > 2_000.0
    stale = decisions[-1]
    assert stale.action == "none"
    assert [problem.kind for problem in stale.problems] == ["oracle"]
    assert "its heartbeat is 60 s" in stale.reasons[0]
    again = list(Session(start, legs, max_age=30.0).run(replay(tmp_path)))
    assert [one.to_dict() for one in again] == [one.to_dict() for one in decisions]
