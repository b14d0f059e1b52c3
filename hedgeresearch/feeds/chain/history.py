"""Past swaps of pools, from the logs that a node keeps."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.contracts import UniswapV2Pair, UniswapV3Pool
from hedgeresearch.feeds.chain.node import Log, Node, NodeError, text, whole
from hedgeresearch.feeds.chain.reading import (
    Reader,
    checked_contracts,
    connected,
    events_of,
    own_chain,
    pool_addresses,
    run_apart,
)
from hedgeresearch.feeds.source import Source
from hedgeresearch.onchain.chain_events import Block, PoolState, PoolSwap

SHORTEST = 1
"""Blocks of a request below which a node's refusal is final."""
HEADERS_AT_ONCE = 20


@exported_by("hedgeresearch.feeds")
def read_swaps(
    node: Any,
    pools: Sequence[UniswapV2Pair | UniswapV3Pool],
    first: int,
    last: int | None = None,
    *,
    chain: int | None = None,
    blocks_per_request: int = 1_000,
) -> list[tuple[Source, PoolSwap | PoolState]]:
    """Read the swaps of pools in a range of blocks, from their logs.

    Any node keeps logs, also those that have given up old states. A pool after a swap is what its
    log says: of a pool of concentrated liquidity no ticks.

    Parameters
    ----------
    node : str, address of a node of the chain, "http://", "https://", "ws://" or "wss://" and a
        host; or an asynchronous provider of web3
    pools : sequence of UniswapV2Pair and UniswapV3Pool
    first, last : ints, numbers of blocks; ``last`` is the latest by default
    chain : int, number of the chain, which the node must confirm; None is the node's own
    blocks_per_request : int, fewer where the node refuses as many

    Returns
    -------
    list of (Source, event)
        A PoolSwap for each swap, and a PoolState after each other change of the reserves of a pair,
        by block. Their time of receipt is the time of their block.

    Raises
    ------
    DataError
        If the node does not answer or is one of another chain, the range is none, a contract is
        not what it is said to be, or the chain was reorganized meanwhile.
    MissingDataError
        If web3 is not installed.
    """
    check_at_least(blocks_per_request, "blocks_per_request", 1)
    check_at_least(first, "first", 0)
    for pool in pools:
        if not isinstance(pool, UniswapV2Pair | UniswapV3Pool):
            raise DataError(f"Only pools have swaps; got {pool!r}.")
    return run_apart(_swaps(node, pools, (first, last), chain, blocks_per_request))


async def _swaps(
    address: Any,
    pools: Sequence[UniswapV2Pair | UniswapV3Pool],
    numbers: tuple[int, int | None],
    chain: int | None,
    n_blocks: int,
) -> list[tuple[Source, PoolSwap | PoolState]]:
    """Read the swaps of pools in a range of blocks."""
    node = Node(address)
    try:
        if chain is None:
            chain = await own_chain(address)
        readers = await connected(node, checked_contracts(pools, chain), chain)
        first, last = numbers
        if last is None:
            last = (await node.head()).number
        if last < first:
            raise DataError(f"The last block must not be before the first; got {first} and {last}.")
        logs = await _logs(node, readers, first, last, n_blocks)
        blocks = await _blocks(node, list(logs))
    finally:
        await node.close()
    found: list[tuple[Source, PoolSwap | PoolState]] = []
    for number, block in blocks.items():
        _check_hashes(logs[number], block)
        for reader in readers:
            events = events_of(reader, logs[number], block, block.time)
            found += [(reader.source, event) for event in events]
    return found


async def _logs(
    node: Node, readers: Sequence[Reader], first: int, last: int, n_blocks: int
) -> dict[int, list[Log]]:
    """Return the logs of all pools by number of the block, in order."""
    addresses = pool_addresses(readers)
    by_block: dict[int, list[Log]] = defaultdict(list)
    start = first
    while start <= last:
        stop = min(start + n_blocks - 1, last)
        conditions = {"fromBlock": hex(start), "toBlock": hex(stop), "address": addresses}
        try:
            logs = await node.logs(conditions)
        except NodeError:
            if n_blocks <= SHORTEST:
                raise
            n_blocks //= 2  # nodes limit blocks or logs of a request, each in its own way
            continue
        for log in logs:
            by_block[whole(log["blockNumber"])].append(log)
        start = stop + 1
    return dict(sorted(by_block.items()))


async def _blocks(node: Node, numbers: Sequence[int]) -> dict[int, Block]:
    """Return the blocks of some numbers."""
    blocks = {}
    for start in range(0, len(numbers), HEADERS_AT_ONCE):
        some = numbers[start : start + HEADERS_AT_ONCE]
        found = await asyncio.gather(*(node.block_at(number) for number in some))
        for number, block in zip(some, found, strict=True):
            if block is None:
                raise DataError(f"Block {number:,} is gone: the chain was reorganized. Read again.")
            blocks[number] = block
    return blocks


def _check_hashes(logs: Sequence[Log], block: Block) -> None:
    """Refuse logs of another block of the same number."""
    if any(text(log["blockHash"]) != block.hash for log in logs):
        raise DataError(
            f"Logs of block {block.number:,} are of a block that was replaced: the chain was "
            "reorganized while it was read. Read again, to an earlier block."
        )
