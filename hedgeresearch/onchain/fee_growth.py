"""Fees that a position has earned, from the counters of a pool of concentrated liquidity.

A pool counts fees per unit of liquidity, times 2**128, since it exists: Adams, Zinsmeister, Salem,
Keefer and Robinson (2021), Uniswap v3 Core, section 6.3. The counters wrap around
at 2**256, and only their differences mean something.
"""

from __future__ import annotations

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.ticks import check_tick
from hedgeresearch.onchain.tokens import check_amount

COUNTER = 2**256
"""Where a counter begins again at zero."""
GROWTH_UNIT = 2**128
"""Counters are whole numbers of base units per GROWTH_UNIT of liquidity."""


@exported_by("hedgeresearch.onchain")
def fee_growth_inside(
    tick: int, ticks: tuple[int, int], everywhere: int, outside: tuple[int, int]
) -> int:
    """Return the counter of fees of one token within a range.

    Parameters
    ----------
    tick : int, tick of the price
    ticks : lower and upper tick of the range
    everywhere : int, ``feeGrowthGlobal`` of the pool, times 2**128
    outside : ints, ``feeGrowthOutside`` of the lower and the upper tick

    Returns
    -------
    int
        Base units per unit of liquidity, times 2**128, from 0 to 2**256 - 1.

    Raises
    ------
    DataError
        If a tick or counter is out of range.

    Examples
    --------
    >>> fee_growth_inside(0, (-60, 60), everywhere=1_000, outside=(300, 200))
    500
    """
    lower, upper = ticks
    check_tick(tick, "tick")
    check_tick(lower, "ticks[0]")
    check_tick(upper, "ticks[1]")
    if lower >= upper:
        raise DataError(f"The lower tick must be below the upper one; got {lower} and {upper}.")
    for counter in (everywhere, *outside):
        _check_counter(counter, "each counter")
    # a tick counts what was earned on the side of it where the price is not
    below = outside[0] if tick >= lower else everywhere - outside[0]
    above = outside[1] if tick < upper else everywhere - outside[1]
    return (everywhere - below - above) % COUNTER


@exported_by("hedgeresearch.onchain")
def fees_earned(liquidity: int, growth: int, last_growth: int) -> int:
    """Return the fees of one token that a position has earned between two readings.

    Parameters
    ----------
    liquidity : int >= 0, liquidity of the position, base units
    growth, last_growth : ints, counters of its range now and at the last reading

    Returns
    -------
    int
        Base units of the token, rounded down.

    Examples
    --------
    >>> fees_earned(10**18, growth=3 * 2**128, last_growth=2 * 2**128)
    1000000000000000000
    """
    check_amount(liquidity, "liquidity", minimum=0)
    _check_counter(growth, "growth")
    _check_counter(last_growth, "last_growth")
    return (growth - last_growth) % COUNTER * liquidity // GROWTH_UNIT


def _check_counter(value: int, name: str) -> None:
    """Refuse a counter that no contract holds."""
    check_amount(value, name, minimum=0)
    if value >= COUNTER:
        raise DataError(f"{name} must be below 2**256; got {value}. Read it from the contract.")
