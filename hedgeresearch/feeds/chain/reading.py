"""Readers of contracts, and their states at a block."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.contracts import (
    ChainlinkOracle,
    Contract,
    UniswapV2Pair,
    UniswapV3Pool,
)
from hedgeresearch.feeds.chain.loans import LoanReader, loan_reader
from hedgeresearch.feeds.chain.node import Log, Node, ReorganizedError, text
from hedgeresearch.feeds.chain.oracles import OracleReader, oracle_reader
from hedgeresearch.feeds.chain.pools import PairReader, RangedReader, pair_reader, ranged_reader
from hedgeresearch.feeds.chain.steps import Reading, read_together
from hedgeresearch.feeds.source import Source
from hedgeresearch.onchain.chain_events import (
    Block,
    LoanState,
    OracleReading,
    PoolState,
    PoolSwap,
)

Reader = PairReader | RangedReader | OracleReader | LoanReader
State = PoolState | OracleReading | LoanState
ATTEMPTS = 5
"""Number of times that a state is read of a chain that is reorganized meanwhile."""
Result = TypeVar("Result")


@exported_by("hedgeresearch.feeds")
def read_states(
    node: Any,
    contracts: Sequence[Contract],
    *,
    chain: int | None = None,
    block: int | None = None,
) -> dict[Source, State]:
    """Read the states of contracts, all at the end of one block.

    Parameters
    ----------
    node : str, address of a node of the chain, "http://", "https://", "ws://" or "wss://" and a
        host; or an asynchronous provider of web3
    contracts : sequence of UniswapV2Pair, UniswapV3Pool, ChainlinkOracle and AaveLoan
    chain : int, number of the chain, which the node must confirm; None is the node's own
    block : int, number of a block whose state the node has kept; None is the latest

    Returns
    -------
    dict from Source to PoolState, OracleReading or LoanState

    Raises
    ------
    DataError
        If the node does not answer or is one of another chain, there is no such block, or a
        contract is not what it is said to be or has no state, such as an empty pool.
    MissingDataError
        If web3 is not installed.
    """
    return run_apart(_states(node, contracts, chain, block))


async def connected(
    node: Node, contracts: Mapping[Source, Contract], chain: int
) -> tuple[Reader, ...]:
    """Connect to a node of a chain, and return the reader of each contract.

    Raises
    ------
    DataError
        If the node is one of another chain, or a contract is not what it is said to be.
    """
    await node.open()
    number = await node.chain_number()
    if number != chain:
        raise DataError(f"The node is of chain {number}, not of chain {chain}.")
    readings = [_reader_of(contract, source) for source, contract in contracts.items()]
    return tuple(_checked(await read_together(readings, node, await node.head())))


async def states_at(
    node: Node, readers: Sequence[Reader], block: Block
) -> list[Callable[[int], State] | DataError]:
    """Return for each reader a function from the time of receipt to the state, or why none is.

    Raises
    ------
    ReorganizedError
        If the block is no longer part of the chain.
    """
    readings: list[Reading[Callable[[int], State]]] = [reader.state(block) for reader in readers]
    return await read_together(readings, node, block)


def pool_addresses(readers: Sequence[Reader]) -> list[str]:
    """Return the addresses whose logs are read."""
    return list(itertools.chain.from_iterable(reader.addresses for reader in readers))


def events_of(
    reader: Reader, logs: Sequence[Log], block: Block, receive_time: int
) -> list[PoolSwap | PoolState]:
    """Return what the logs of a block say of one contract."""
    own = [log for log in logs if text(log["address"]).lower() in reader.addresses]
    return list(reader.events(own, block, receive_time))


def checked_contracts(contracts: Sequence[Contract], chain: int) -> dict[Source, Contract]:
    """Return contracts by source; refuse what is none, and two of one source."""
    given = list(contracts) if isinstance(contracts, Sequence) else []
    if not given or not all(isinstance(one, Contract) for one in given):
        raise DataError(
            "contracts must be one or more of UniswapV2Pair, UniswapV3Pool, ChainlinkOracle and "
            f"AaveLoan; got {contracts!r}."
        )
    by_source: dict[Source, Contract] = {}
    for contract in given:
        source = contract.source(chain)
        if source in by_source:
            raise DataError(f"{source} is the source of two contracts. Name it once.")
        by_source[source] = contract
    return by_source


def run_apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Return the result of asynchronous work, run in a thread: a notebook has its own loop."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(asyncio.run, work).result()


async def _states(
    address: Any, contracts: Sequence[Contract], chain: int | None, number: int | None
) -> dict[Source, State]:
    """Read the states of contracts at one block."""
    node = Node(address)
    try:
        if chain is None:
            chain = await own_chain(address)
        by_source = checked_contracts(contracts, chain)
        readers = await connected(node, by_source, chain)
        for _ in range(ATTEMPTS):
            block = await node.head() if number is None else await node.block_at(number)
            if block is None:
                raise DataError(f"The chain has no block {number:,} yet.")
            try:
                found = _checked(await states_at(node, readers, block))
            except ReorganizedError:
                continue
            received = time.time_ns()
            states = [made(received) for made in found]
            return dict(zip(by_source, states, strict=True))
    finally:
        await node.close()
    raise DataError(f"The chain was reorganized {ATTEMPTS} times while it was read. Read it again.")


async def own_chain(address: Any) -> int:
    """Return the number of the chain of a node."""
    node = Node(address)
    try:
        await node.open()
        return await node.chain_number()
    finally:
        await node.close()


def _reader_of(contract: Contract, source: Source) -> Reading[Any]:
    """Return the reading that makes the reader of a contract."""
    if isinstance(contract, UniswapV2Pair):
        return pair_reader(contract, source)
    if isinstance(contract, UniswapV3Pool):
        return ranged_reader(contract, source)
    if isinstance(contract, ChainlinkOracle):
        return oracle_reader(contract, source)
    return loan_reader(contract, source)


def _checked(results: Sequence[Result | DataError]) -> list[Result]:
    """Return results; raise the first error among them."""
    found: list[Result] = []
    for result in results:
        if isinstance(result, DataError):
            raise result
        found.append(result)
    return found
