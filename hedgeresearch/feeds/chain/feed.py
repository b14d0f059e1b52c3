"""The feed of a chain: states and swaps block by block, and blocks that are withdrawn."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.branches import LastBlocks
from hedgeresearch.feeds.chain.contracts import Contract
from hedgeresearch.feeds.chain.node import (
    Log,
    Node,
    NodeError,
    ReorganizedError,
    provider_of,
)
from hedgeresearch.feeds.chain.reading import (
    Reader,
    State,
    checked_contracts,
    connected,
    events_of,
    pool_addresses,
    states_at,
)
from hedgeresearch.feeds.feed import Event, Sourced
from hedgeresearch.feeds.receiver_clock import ReceiverClock
from hedgeresearch.feeds.source import Source
from hedgeresearch.microstructure.events import Interruption
from hedgeresearch.onchain.chain_events import Block, BlockWithdrawn, PoolSwap

FIRST_PAUSE = 1.0
"""Seconds before a connection is tried again; they double each time."""
LONGEST_PAUSE = 60.0


@exported_by("hedgeresearch.feeds")
class ChainFeed:
    """Events of contracts on a chain, read from a node: a :class:`Feed`.

    For each new block it gives the swaps of the pools, then the state of every contract at its end;
    all numbers of a block are read at that block. If the chain is reorganized, each lost block is
    withdrawn for every source, the latest first, and the events of the blocks in its place follow.
    The feed waits for new blocks that the node announces, if it has websockets, and looks for them
    otherwise. It only reads, and knows no key.

    Parameters
    ----------
    node : str, address of a node of the chain, "http://", "https://", "ws://" or "wss://" and a
        host; or an asynchronous provider of web3
    contracts : sequence of UniswapV2Pair, UniswapV3Pool, ChainlinkOracle and AaveLoan
    chain : int, number of the chain, which the node must confirm: 1 is Ethereum, 42161 Arbitrum
    poll : float > 0, seconds after which a new block is looked for where none was announced
    silence : float > 0, seconds without a new block after which the sources are interrupted
    depth : int >= 1, number of blocks that are kept: an interruption follows where a reorganization
        is deeper, or more blocks than that were missed
    clock : function without arguments that returns the time of receipt, nanoseconds since 1970 in
        UTC, and is never set; by default that of the machine, whose steps interrupt the sources

    Raises
    ------
    DataError
        If a setting is out of range, or two contracts have the same source.
    MissingDataError
        If web3 is not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import ChainFeed, ChainlinkOracle, UniswapV3Pool
    >>> pool = UniswapV3Pool("0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640")
    >>> oracle = ChainlinkOracle("0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419", heartbeat=3_600)
    >>> feed = ChainFeed("http://127.0.0.1:8545", [pool, oracle], chain=1)
    >>> [source.venue for source in feed.sources]
    ['uniswap-v3:1', 'chainlink:1']
    """

    def __init__(
        self,
        node: Any,
        contracts: Sequence[Contract],
        *,
        chain: int,
        poll: float = 1.0,
        silence: float = 60.0,
        depth: int = 64,
        clock: Callable[[], int] | None = None,
    ) -> None:
        provider_of(node)
        check_between(poll, "poll", 0.0, math.inf)
        check_between(silence, "silence", 0.0, math.inf)
        check_at_least(depth, "depth", 1)
        self._address = node
        self._contracts = checked_contracts(contracts, chain)
        self._chain = chain
        self._poll = poll
        self._silence = silence
        self._clock = ReceiverClock() if clock is None else ReceiverClock(clock, clock)
        self._blocks = LastBlocks(depth)
        self._problems: dict[Source, str] = {}
        self._closed = asyncio.Event()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources whose events it gives."""
        return tuple(self._contracts)

    def events(self) -> AsyncGenerator[Sourced, None]:
        """Return an iterator over events with their sources, in the order received.

        It ends when the feed is closed, also before its first event.

        Raises
        ------
        DataError
            If the node is one of another chain, or a contract is not what it is said to be.
        """
        # here, so that a call to close it counts from now on
        self._closed = asyncio.Event()
        return self._events()

    async def _events(self) -> AsyncGenerator[Sourced, None]:
        """Yield events, and connect again where the node is lost."""
        self._blocks.clear()
        for sourced in self._interruptions("the feed begins"):
            yield sourced
        pause = FIRST_PAUSE
        while not self._closed.is_set():
            node = Node(self._address)
            try:
                readers = await connected(node, self._contracts, self._chain)
                async for sourced in self._followed(node, readers):
                    yield sourced
                    pause = FIRST_PAUSE
            except NodeError as error:
                for sourced in self._interruptions(str(error)):
                    yield sourced
            finally:
                await node.close()
            await self._pause(pause)
            pause = min(2.0 * pause, LONGEST_PAUSE)

    async def aclose(self) -> None:
        """End ``events`` when it waits next."""
        self._closed.set()

    def __repr__(self) -> str:
        return f"ChainFeed({', '.join(map(str, self.sources))})"

    async def _followed(self, node: Node, readers: Sequence[Reader]) -> AsyncIterator[Sourced]:
        """Yield the events of one connection."""
        heard = time.monotonic()
        is_silent = False
        while not self._closed.is_set():
            before = self._blocks.head
            for sourced in self._clock_was_set():
                yield sourced
            try:
                async for sourced in self._caught_up(node, readers):
                    yield sourced
            except ReorganizedError:
                pass  # the next head shows which blocks are lost
            if self._blocks.head != before:
                heard = time.monotonic()
                is_silent = False
            waited = time.monotonic() - heard
            if waited > self._silence and not is_silent:
                is_silent = True
                for sourced in self._interruptions(f"no new block has come for {waited:.0f} s"):
                    yield sourced
            if not self._closed.is_set():
                await node.wait(self._poll)

    async def _caught_up(self, node: Node, readers: Sequence[Reader]) -> AsyncIterator[Sourced]:
        """Yield what changes from the last block that was read to the head of the chain."""
        head = await node.head()
        change = await self._blocks.way_to(head, node.block_of, node.has)
        for block in change.lost:
            self._blocks.drop()
            for source in self.sources:
                yield source, BlockWithdrawn(block, self._clock.now())
        if not change.is_whole:
            self._blocks.clear()
            for sourced in self._interruptions(
                "blocks are missing: more are new, or a reorganization is deeper, than are kept"
            ):
                yield sourced
        for block in change.new:
            # read as a whole before anything of it is given: it may be lost meanwhile
            found = await self._read(node, readers, block)
            self._blocks.append(block)
            for sourced in found:
                yield sourced

    async def _read(self, node: Node, readers: Sequence[Reader], block: Block) -> list[Sourced]:
        """Return the events of a block: swaps, then states; of what cannot be read, why."""
        addresses = pool_addresses(readers)
        logs = await node.logs_in(addresses, block) if addresses else []
        states = await states_at(node, readers, block)
        received = self._clock.now()
        found: list[Sourced] = []
        for reader, state in zip(readers, states, strict=True):
            try:
                events = _events_of(reader, state, logs, block, received)
            except DataError as error:
                events = self._problem(reader.source, str(error), received)
            else:
                self._problems.pop(reader.source, None)
            found += [(reader.source, event) for event in events]
        return found

    def _problem(self, source: Source, reason: str, received: int) -> list[Event]:
        """Return an interruption for a state that cannot be read, once and not at every block."""
        is_known = self._problems.get(source) == reason
        self._problems[source] = reason
        return [] if is_known else [Interruption(reason, received)]

    def _interruptions(self, reason: str) -> list[Sourced]:
        """Return an interruption of each source, now."""
        return self._interrupted(reason, self._clock.now())

    def _interrupted(self, reason: str, received: int) -> list[Sourced]:
        """Return an interruption of each source at a time."""
        self._problems.clear()
        return [(source, Interruption(reason, received)) for source in self.sources]

    def _clock_was_set(self) -> list[Sourced]:
        """Return an interruption of each source if the receiver's clock was set."""
        moment = self._clock.read()
        return self._interrupted(moment.reason, moment.interruption_time) if moment.step else []

    async def _pause(self, seconds: float) -> None:
        """Wait, unless the feed is closed meanwhile."""
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except TimeoutError:
            return


def _events_of(
    reader: Reader,
    state: Callable[[int], State] | DataError,
    logs: Sequence[Log],
    block: Block,
    received: int,
) -> list[Event]:
    """Return the swaps of a contract in a block, and its state at the end."""
    if isinstance(state, DataError):
        raise state
    changes = events_of(reader, logs, block, received)
    swaps: list[Event] = [event for event in changes if isinstance(event, PoolSwap)]
    return [*swaps, state(received)]
