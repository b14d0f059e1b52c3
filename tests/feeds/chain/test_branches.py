"""The way from one head to another, over random trees of blocks."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.feeds.chain.branches import Change, LastBlocks
from hedgeresearch.onchain import Block

ROOT = Block(100, "root", "before", 0)


def tree_of(parents: list[int]) -> list[Block]:
    """Return blocks, each of which follows the one at a place before it."""
    blocks = [ROOT]
    for number, place in enumerate(parents):
        parent = blocks[place % len(blocks)]
        blocks.append(Block(parent.number + 1, f"block {number}", parent.hash, 0))
    return blocks


def line_to(block: Block, blocks: list[Block]) -> list[Block]:
    """Return a block and all before it, from the root on."""
    by_hash = {one.hash: one for one in blocks}
    line = [block]
    while line[-1].parent_hash in by_hash:
        line.append(by_hash[line[-1].parent_hash])
    return line[::-1]


def way(last: LastBlocks, head: Block, blocks: list[Block]) -> Change:
    """Return the way to a head, and follow it."""
    line = line_to(head, blocks)
    by_hash = {one.hash: one for one in blocks}

    async def parent_of(block_hash: str) -> Block:
        return by_hash[block_hash]

    async def is_kept(block: Block) -> bool:
        return block in line

    change = asyncio.run(last.way_to(head, parent_of, is_kept))
    for block in change.lost:
        assert last.drop() == block
    if not change.is_whole:
        last.clear()
    for block in change.new:
        last.append(block)
    return change


@given(st.lists(st.integers(0, 40), min_size=1, max_size=25), st.data())
def test_what_is_given_and_not_withdrawn_is_the_chain(
    parents: list[int], data: st.DataObject
) -> None:
    blocks = tree_of(parents)
    heads = data.draw(st.lists(st.sampled_from(blocks), min_size=1, max_size=8))
    last = LastBlocks(depth=50)
    given_blocks: list[Block] = []
    for head in heads:
        change = way(last, head, blocks)
        assert change.is_whole
        for block in change.lost:
            assert given_blocks.pop() == block
        given_blocks += change.new
        line = line_to(head, blocks)
        first = given_blocks[0].number
        assert given_blocks == [block for block in line if block.number >= first]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=25), st.data(), st.integers(1, 4))
def test_a_short_memory_says_what_it_misses(
    parents: list[int], data: st.DataObject, depth: int
) -> None:
    blocks = tree_of(parents)
    heads = data.draw(st.lists(st.sampled_from(blocks), min_size=1, max_size=8))
    last = LastBlocks(depth)
    given_blocks: list[Block] = []
    for head in heads:
        change = way(last, head, blocks)
        line = line_to(head, blocks)
        for block in change.lost:
            assert given_blocks.pop() == block
            assert block not in line
        if not change.is_whole:
            given_blocks = []
        given_blocks += change.new
        first = given_blocks[0].number
        assert given_blocks == [block for block in line if block.number >= first]


def test_more_new_blocks_than_are_kept_are_not_whole() -> None:
    blocks = tree_of(list(range(10)))
    last = LastBlocks(depth=3)
    assert way(last, blocks[0], blocks) == Change((), (ROOT,), is_whole=True)
    assert way(last, blocks[2], blocks).new == (blocks[1], blocks[2])
    assert way(last, blocks[9], blocks) == Change((), (blocks[9],), is_whole=False)


def test_all_known_blocks_may_be_lost() -> None:
    blocks = tree_of([0, 1, 2, 0, 4, 5])
    last = LastBlocks(depth=3)
    way(last, blocks[2], blocks)
    change = way(last, blocks[6], blocks)
    assert change == Change((blocks[2],), (blocks[5], blocks[6]), is_whole=True)
    # with a memory that has already given up blocks, others may be lost, too
    short = LastBlocks(depth=1)
    way(short, blocks[1], blocks)
    way(short, blocks[2], blocks)
    assert not way(short, blocks[5], blocks).is_whole


def test_an_older_head_of_a_node_that_lags_withdraws_nothing() -> None:
    blocks = tree_of([0, 1, 2])
    last = LastBlocks(depth=50)
    for block in blocks:
        last.append(block)

    def change_by(kept: list[Block]) -> Change:
        async def parent_of(block_hash: str) -> Block:
            raise AssertionError(block_hash)

        async def is_kept(block: Block) -> bool:
            return block in kept

        return asyncio.run(last.way_to(blocks[1], parent_of, is_kept))

    assert change_by(blocks) == Change((), (), is_whole=True)
    assert change_by(blocks[:2]) == Change((blocks[3], blocks[2]), (), is_whole=True)
