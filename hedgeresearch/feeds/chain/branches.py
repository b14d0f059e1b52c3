"""The last blocks of a chain, and what a new head changes: lost blocks and new ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from hedgeresearch.onchain.chain_events import Block


class Change(NamedTuple):
    """The way from one head of a chain to another.

    Attributes
    ----------
    lost : blocks that are no longer part of the chain, the latest first
    new : blocks that are, in their order
    is_whole : bool, whether they follow a block that was known; if not, others are missing
    """

    lost: tuple[Block, ...]
    new: tuple[Block, ...]
    is_whole: bool


class LastBlocks:
    """The last blocks that were read.

    Parameters
    ----------
    depth : int, number of blocks that are kept: deeper reorganizations are not followed, nor are
        more new blocks at once
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._blocks: list[Block] = []
        self._n_given_up = 0

    @property
    def head(self) -> Block | None:
        """The last block that was read."""
        return self._blocks[-1] if self._blocks else None

    def append(self, block: Block) -> None:
        """Keep a block that was read, which follows the last one."""
        self._blocks.append(block)
        self._n_given_up += max(len(self._blocks) - self._depth, 0)
        del self._blocks[: -self._depth]

    def drop(self) -> Block:
        """Give up the last block, and return it."""
        return self._blocks.pop()

    def clear(self) -> None:
        """Give up all blocks, to begin with another one."""
        self._blocks.clear()
        self._n_given_up = 0

    async def way_to(
        self,
        head: Block,
        parent_of: Callable[[str], Awaitable[Block]],
        is_kept: Callable[[Block], Awaitable[bool]],
    ) -> Change:
        """Return the way from the last block to a head.

        Its parents are followed back to a block that is known, the common ancestor. If none is,
        because there are too many new blocks or all that are known are lost, the way is whole only
        if nothing was read before them.

        Parameters
        ----------
        head : Block
        parent_of : function from the hash of a block to it
        is_kept : function that returns whether a known block is part of the chain
        """
        if not self._blocks:
            return Change((), (head,), is_whole=True)
        known = {block.hash: place for place, block in enumerate(self._blocks)}
        new: list[Block] = []
        block = head
        while block.hash not in known:
            new.append(block)
            if block.number <= self._blocks[0].number:
                lost = tuple(self._blocks[::-1])
                return Change(lost, tuple(new[::-1]), is_whole=not self._n_given_up)
            if len(new) > self._depth:
                return Change(await self._lost(is_kept), (head,), is_whole=False)
            block = await parent_of(block.parent_hash)
        place = known[block.hash]
        if not new:  # also the head of a node that is behind the one that was read before
            return Change(await self._lost(is_kept), (), is_whole=True)
        return Change(tuple(self._blocks[:place:-1]), tuple(new[::-1]), is_whole=True)

    async def _lost(self, is_kept: Callable[[Block], Awaitable[bool]]) -> tuple[Block, ...]:
        """Return the known blocks that are no longer part of the chain, the latest first."""
        lost = []
        for block in reversed(self._blocks):
            if await is_kept(block):
                break
            lost.append(block)
        return tuple(lost)
