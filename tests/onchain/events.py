"""Events of a chain with all of their fields, for tests of what reads them."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.onchain import (
    Block,
    BlockWithdrawn,
    Collateral,
    ConcentratedPool,
    ConstantProductPool,
    LoanPosition,
    LoanState,
    OracleReading,
    OracleRound,
    PoolState,
    PoolSwap,
    SequencerStatus,
    Token,
)
from hedgeresearch.onchain.chain_events import ChainEvent

SECOND = 1_000_000_000
START = 1_772_452_800 * SECOND
"""2026-03-02 12:00, nanoseconds."""
ETHER = Token("WETH", 18)
USDC = Token("USDC", 6)


def block_at(number: int, fork: str = "a") -> Block:
    """Return a block of one of several forks of a chain."""
    time = START + 12 * SECOND * number
    return Block(number, f"0x{fork * 60}{number:04x}", f"0x{fork * 60}{number - 1:04x}", time)


def pool_of(price: float, *, ether_first: bool = True) -> ConstantProductPool:
    """Return a pool of 1,000 ether at a price in dollars."""
    tokens = [(ETHER, 1_000 * 10**18), (USDC, round(1_000 * price * 10**6))]
    (token0, reserve0), (token1, reserve1) = tokens if ether_first else tokens[::-1]
    return ConstantProductPool(token0, token1, reserve0, reserve1)


def state_at(block: Block, price: float, delay: int = SECOND) -> PoolState:
    return PoolState(pool_of(price), block, block.time + delay)


def reading_at(block: Block, answer: int, age: int, up: bool | None = None) -> OracleReading:
    """Return a reading whose answer is ``age`` seconds old, of a rollup if ``up`` is given."""
    updated = pd.Timestamp(block.time - age * SECOND, tz="UTC")
    latest = OracleRound("ETH / USD", 9, 9, answer, 8, updated, 3_600.0)
    since = pd.Timestamp(block.time - 7_200 * SECOND, tz="UTC")
    status = None if up is None else SequencerStatus(up, since)
    return OracleReading(latest, status, block, block.time + SECOND)


def one_of_each() -> list[ChainEvent]:
    """Return an event of each kind, and both kinds of pools."""
    block = block_at(7)
    time = block.time + SECOND
    liquidity = 10**15
    ranged = ConcentratedPool(
        ETHER,
        USDC,
        3543191142285914205922034,
        liquidity,
        {-203_220: liquidity, -198_120: -liquidity},
        fee=3_000,
        tick=-200_312,
        spacing=60,
        known=(-210_000, -190_020),
    )
    reserves = pool_of(2_000.0)
    incomplete = OracleRound("ETH / USD", 8, 7, -5, 8, None, 3_600.0)
    loan = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 11_000.0}, close_factor=1.0)
    return [
        PoolState(reserves, block, time),
        PoolState(ranged, block, time),
        PoolSwap((10**18, 0), (0, 1_992_013_962), reserves, block, 4, time),
        reading_at(block, 200_012_000_000, 60, up=False),
        OracleReading(incomplete, None, block, time),
        LoanState(loan, {"WETH": 2_000.0, "USDC": 1.0}, 1.5, block, time),
        BlockWithdrawn(block, time),
    ]
