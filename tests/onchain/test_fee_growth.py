"""Fees of positions against fees that are counted swap by swap."""

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import fee_growth_inside, fees_earned
from hedgeresearch.onchain.fee_growth import COUNTER, GROWTH_UNIT


@pytest.mark.parametrize("begin", [0, COUNTER - 12345])
def test_the_counter_of_a_range_counts_what_was_earned_inside(begin: int) -> None:
    """A walk over three ranges, its counters kept as the contract keeps them, which wrap around."""
    generator = np.random.default_rng(3)
    lower, upper = -60, 60
    everywhere = begin
    tick = 0
    # an initialized tick begins with all fees below it if the price is above it
    outside = {lower: everywhere, upper: 0}
    at_start = fee_growth_inside(tick, (lower, upper), everywhere, (outside[lower], outside[upper]))
    earned = 0
    for _ in range(200):
        following = int(generator.integers(-150, 150))
        for boundary in (lower, upper):
            if (tick >= boundary) != (following >= boundary):
                outside[boundary] = (everywhere - outside[boundary]) % COUNTER
        tick = following
        growth = int(generator.integers(1, 10**6)) * GROWTH_UNIT // 10**6
        everywhere = (everywhere + growth) % COUNTER
        if lower <= tick < upper:
            earned += growth
    at_end = fee_growth_inside(tick, (lower, upper), everywhere, (outside[lower], outside[upper]))
    assert (at_end - at_start) % COUNTER == earned
    assert fees_earned(10**18, at_end, at_start) == earned * 10**18 // GROWTH_UNIT


def test_ticks_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(DataError, match=r"lower tick must be below the upper one"):
        fee_growth_inside(0, (60, -60), 1, (0, 0))


def test_counters_out_of_range_are_refused() -> None:
    with pytest.raises(DataError, match=r"each counter must be a whole number"):
        fee_growth_inside(0, (-60, 60), -1, (0, 0))
    with pytest.raises(DataError, match=r"growth must be below 2\*\*256"):
        fees_earned(1, COUNTER, 0)
