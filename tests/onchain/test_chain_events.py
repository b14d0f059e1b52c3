"""Events of a chain: prices and volumes in both orders of the tokens, and a table of swaps."""

from dataclasses import replace

import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import BlockWithdrawn, PoolSwap, Token, swap_table
from tests.onchain.events import SECOND, block_at, pool_of, reading_at, state_at


def swap_at(number: int, fork: str = "a", *, ether_first: bool = True) -> PoolSwap:
    """Return a swap that pays one ether."""
    pool = pool_of(2_000.0, ether_first=ether_first)
    swap = pool.swap("WETH", 10**18)
    paid, received = (swap.paid, 0), (0, swap.received)
    if not ether_first:
        paid, received = paid[::-1], received[::-1]
    block = block_at(number, fork)
    return PoolSwap(paid, received, swap.pool, block, 0, block.time + SECOND)


@pytest.mark.parametrize("ether_first", [True, False])
def test_prices_and_volumes_do_not_depend_on_the_order(ether_first: bool) -> None:
    swap = swap_at(1, ether_first=ether_first)
    after = swap.price_of("WETH")
    assert after == pytest.approx((2e6 - 1_992.013962) / 1_001.0, rel=1e-12)
    assert swap.price_of("USDC") == pytest.approx(1.0 / after, rel=1e-14)
    assert swap.volume("WETH") == pytest.approx(after, rel=1e-14)
    assert swap.volume("USDC") == pytest.approx(1.0, rel=1e-12)


def test_a_table_has_a_row_for_each_swap() -> None:
    first = swap_at(1)
    table = swap_table([first, state_at(block_at(1), 1_990.0), swap_at(3)], "WETH")
    assert table["block"].tolist() == [1, 3]
    assert table.index[0] == pd.Timestamp(block_at(1).time, tz="UTC")
    assert table["liquidity"].tolist() == [first.pool.liquidity] * 2
    assert table["price"].iloc[0] == first.price_of("WETH")


def test_swaps_of_withdrawn_blocks_are_left_out() -> None:
    lost = swap_at(2)
    events = [swap_at(1), lost, BlockWithdrawn(lost.block, lost.receive_time), swap_at(2, "b")]
    assert swap_table(events, "WETH")["block"].tolist() == [1, 2]
    assert len(swap_table(events[:3], "WETH")) == 1


def test_no_swap_and_swaps_of_two_pools_are_refused() -> None:
    with pytest.raises(DataError, match="There is no swap among the events"):
        swap_table([state_at(block_at(1), 2_000.0)], "WETH")
    other = replace(pool_of(2_000.0), token0=Token("ABC", 18))
    with pytest.raises(DataError, match="The swaps are of 2 pools"):
        swap_table([swap_at(1), replace(swap_at(2), pool=other)], "WETH")


def test_a_token_that_the_pool_does_not_hold_is_refused() -> None:
    with pytest.raises(DataError, match="holds WETH and USDC; got 'ETH'"):
        state_at(block_at(1), 2_000.0).price_of("ETH")


def test_a_reading_says_why_it_must_not_be_used() -> None:
    fresh = reading_at(block_at(1), 200_012_000_000, age=60)
    assert fresh.price == 2000.12
    assert fresh.problem_at(fresh.block.time) is None
    later = fresh.block.time + 3_541 * SECOND
    assert fresh.problem_at(later) == "ETH / USD was updated 3601 s ago, its heartbeat is 3600 s"
    down = reading_at(block_at(1), 200_012_000_000, age=60, up=False)
    assert "the sequencer has been down for 7200 s" in str(down.problem_at(down.block.time))
