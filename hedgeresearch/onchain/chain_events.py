"""Events of a chain: states of pools, oracles and loans at a block, swaps, and withdrawn blocks.

They have the two times of all events, nanoseconds since 1970 in UTC: ``event_time`` is the time of
the block, which a chain states in whole seconds, and ``receive_time`` the recorder's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.concentrated import ConcentratedPool
from hedgeresearch.onchain.constant_product import ConstantProductPool
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.onchain.oracle import OracleRound, SequencerStatus
from hedgeresearch.onchain.tokens import Token, other_token

Pool = ConcentratedPool | ConstantProductPool


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, slots=True)
class Block:
    """A block of a chain.

    Attributes
    ----------
    number : int
    hash, parent_hash : str, "0x" and 64 hexadecimal digits
    time : int, nanoseconds since 1970 in UTC, by the clock of the chain

    Examples
    --------
    >>> from hedgeresearch.onchain import Block
    >>> Block(18_000_000, "0x" + "ab" * 32, "0x" + "cd" * 32, 1_700_000_000_000_000_000).number
    18000000
    """

    number: int
    hash: str
    parent_hash: str
    time: int


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, slots=True)
class PoolState:
    """State of a pool at the end of a block.

    Attributes
    ----------
    pool : ConstantProductPool or ConcentratedPool
    block : Block at whose end all of its numbers were read
    receive_time : int, nanoseconds

    Examples
    --------
    >>> from hedgeresearch.onchain import Block, ConstantProductPool, PoolState, Token
    >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
    >>> pool = ConstantProductPool(ether, usdc, 1_000 * 10**18, 2_000_000 * 10**6)
    >>> block = Block(1, "0x" + "ab" * 32, "0x" + "cd" * 32, 1_700_000_000_000_000_000)
    >>> state = PoolState(pool, block, receive_time=1_700_000_001_000_000_000)
    >>> state.price_of("WETH"), state.event_time == block.time
    (2000.0, True)
    """

    pool: Pool
    block: Block
    receive_time: int

    @property
    def event_time(self) -> int:
        """Time of the block, nanoseconds."""
        return self.block.time

    def price_of(self, base: str) -> float:
        """Return the price of one of the tokens in the other one, whole tokens."""
        return price_in(self.pool, base)


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, slots=True)
class PoolSwap:
    """A swap within a block.

    Attributes
    ----------
    paid, received : pairs of ints, base units of token 0 and token 1 that the trader paid, with
        the fee, and received
    pool : ConstantProductPool or ConcentratedPool after the swap
    block : Block
    log_index : int, place of its log within the block
    receive_time : int, nanoseconds

    Examples
    --------
    >>> from hedgeresearch.onchain import Block, ConstantProductPool, PoolSwap, Token
    >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
    >>> pool = ConstantProductPool(ether, usdc, 1_000 * 10**18, 2_000_000 * 10**6)
    >>> swap = pool.swap("WETH", 10**18)
    >>> block = Block(1, "0x" + "ab" * 32, "0x" + "cd" * 32, 1_700_000_000_000_000_000)
    >>> event = PoolSwap((10**18, 0), (0, swap.received), swap.pool, block, 0, block.time + 1)
    >>> round(event.price_of("WETH"), 2), round(event.volume("WETH"), 2)
    (1996.01, 1996.01)
    >>> event.event_time == block.time
    True
    """

    paid: tuple[int, int]
    received: tuple[int, int]
    pool: Pool
    block: Block
    log_index: int
    receive_time: int

    @property
    def event_time(self) -> int:
        """Time of the block, nanoseconds."""
        return self.block.time

    def price_of(self, base: str) -> float:
        """Return the price of one of the tokens after the swap, whole tokens."""
        return price_in(self.pool, base)

    def volume(self, base: str) -> float:
        """Return what was paid, in units of the token that is not the base, the fee included."""
        amounts = [
            token.amount(amount)
            for token, amount in zip(_tokens(self.pool), self.paid, strict=True)
        ]
        place = 0 if base == self.pool.token0.name else 1
        return amounts[place] * self.price_of(base) + amounts[1 - place]


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, slots=True)
class OracleReading:
    """The latest round of an oracle at the end of a block.

    Attributes
    ----------
    round : OracleRound
    sequencer : SequencerStatus of the rollup; None for a chain without one
    block : Block at whose end all of it was read
    receive_time : int, nanoseconds

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.onchain import Block, OracleReading, OracleRound
    >>> moment = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    >>> latest = OracleRound("ETH/USD", 7, 7, 200_012_000_000, 8, moment, heartbeat=3_600)
    >>> block = Block(1, "0x" + "ab" * 32, "0x" + "cd" * 32, moment.value)
    >>> reading = OracleReading(latest, None, block, moment.value + 1)
    >>> reading.price, reading.problem_at(moment.value + 60 * 10**9) is None
    (2000.12, True)
    >>> reading.event_time == moment.value
    True
    """

    round: OracleRound
    sequencer: SequencerStatus | None
    block: Block
    receive_time: int

    @property
    def event_time(self) -> int:
        """Time of the block, nanoseconds."""
        return self.block.time

    @property
    def price(self) -> float:
        """The answer as a number, which may only be used if there is no ``problem_at``."""
        return float(self.round.answer / 10**self.round.decimals)

    def problem_at(self, time: int) -> str | None:
        """Return why the price must not be used at a time in nanoseconds, or None if it may be."""
        return self.round.problem_at(pd.Timestamp(time, tz="UTC"), self.sequencer)


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, slots=True)
class LoanState:
    """A loan at the end of a block.

    Attributes
    ----------
    loan : LoanPosition
    prices : mapping from token to its price by the oracle of the protocol
    health_factor : float, as the contract states it
    block : Block at whose end all of it was read
    receive_time : int, nanoseconds

    Examples
    --------
    >>> from hedgeresearch.onchain import Block, Collateral, LoanPosition, LoanState
    >>> loan = LoanPosition([Collateral("WETH", 10.0, threshold=0.825)], {"USDC": 11_000.0})
    >>> block = Block(1, "0x" + "ab" * 32, "0x" + "cd" * 32, 1_700_000_000_000_000_000)
    >>> state = LoanState(loan, {"WETH": 2_000.0, "USDC": 1.0}, 1.5, block, block.time + 1)
    >>> state.health_factor, state.event_time == block.time
    (1.5, True)
    """

    loan: LoanPosition
    prices: Mapping[str, float]
    health_factor: float
    block: Block
    receive_time: int

    @property
    def event_time(self) -> int:
        """Time of the block, nanoseconds."""
        return self.block.time


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, slots=True)
class BlockWithdrawn:
    """A block is no longer part of the chain, so that what its events said has not happened.

    The events of the blocks that take its place follow.

    Attributes
    ----------
    block : Block, the one that is lost
    receive_time : int, nanoseconds

    Examples
    --------
    >>> from hedgeresearch.onchain import Block, BlockWithdrawn
    >>> block = Block(1, "0x" + "ab" * 32, "0x" + "cd" * 32, 1_700_000_000_000_000_000)
    >>> BlockWithdrawn(block, block.time + 1).event_time == block.time
    True
    """

    block: Block
    receive_time: int

    @property
    def event_time(self) -> int:
        """Time of the block that is lost, nanoseconds."""
        return self.block.time


ChainEvent = PoolState | PoolSwap | OracleReading | LoanState | BlockWithdrawn


@exported_by("hedgeresearch.onchain")
def swap_table(events: Iterable[PoolSwap | PoolState | BlockWithdrawn], base: str) -> pd.DataFrame:
    """Return the swaps of a pool as a table; those of withdrawn blocks are left out.

    Parameters
    ----------
    events : events of one pool, in the order received
    base : name of the token whose price is stated, in the other one

    Returns
    -------
    DataFrame (n_swaps, 4)
        By time of the block: ``block``, its number; ``price`` after the swap; ``volume``, paid, in
        units of the other token; and ``liquidity`` of the pool at the price, square root of the
        product of the reserves in whole tokens.

    Raises
    ------
    DataError
        If there is no swap, or the events are of several pools.

    Examples
    --------
    >>> from hedgeresearch.onchain import Block, ConstantProductPool, PoolSwap, Token, swap_table
    >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
    >>> pool = ConstantProductPool(ether, usdc, 1_000 * 10**18, 2_000_000 * 10**6)
    >>> swap = pool.swap("WETH", 10**18)
    >>> block = Block(1, "0x" + "ab" * 32, "0x" + "cd" * 32, 1_700_000_000_000_000_000)
    >>> event = PoolSwap((10**18, 0), (0, swap.received), swap.pool, block, 0, block.time + 1)
    >>> swap_table([event], "WETH").round(1).iloc[0].to_dict()
    {'block': 1.0, 'price': 1996.0, 'volume': 1996.0, 'liquidity': 44721.4}
    """
    swaps: list[PoolSwap] = []
    for event in events:
        if isinstance(event, BlockWithdrawn):
            swaps = [swap for swap in swaps if swap.block.hash != event.block.hash]
        elif isinstance(event, PoolSwap):
            swaps.append(event)
    if not swaps:
        raise DataError("There is no swap among the events. Pass those of a pool with swaps.")
    pairs = {(swap.pool.token0, swap.pool.token1, swap.pool.fee) for swap in swaps}
    if len(pairs) > 1:
        raise DataError(f"The swaps are of {len(pairs)} pools. Pass the events of one source.")
    times = pd.DatetimeIndex([swap.block.time for swap in swaps], tz="UTC", name="date")
    columns = {
        "block": [swap.block.number for swap in swaps],
        "price": [swap.price_of(base) for swap in swaps],
        "volume": [swap.volume(base) for swap in swaps],
        "liquidity": [liquidity_of(swap.pool) for swap in swaps],
    }
    return pd.DataFrame(columns, times)


def price_in(pool: Pool, base: str) -> float:
    """Return the price of one token of a pool in the other one, whole tokens."""
    other_token(base, pool.token0, pool.token1)
    return pool.price if base == pool.token0.name else 1.0 / pool.price


def liquidity_of(pool: Pool) -> float:
    """Return the liquidity at the price, square root of the product of reserves, whole tokens."""
    if isinstance(pool, ConstantProductPool):
        return pool.liquidity
    return float(pool.liquidity / 10.0 ** ((pool.token0.decimals + pool.token1.decimals) / 2.0))


def _tokens(pool: Pool) -> tuple[Token, Token]:
    return pool.token0, pool.token1
