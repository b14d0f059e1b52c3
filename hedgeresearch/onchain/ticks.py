"""Ticks: the grid of prices on which liquidity of a Uniswap V3 pool begins and ends.

Tick i stands for the price 1.0001**i of token 0 in token 1, both in base units: Adams, Zinsmeister,
Salem, Keefer and Robinson (2021), Uniswap v3 Core, section 6.1. A pool stores the square root of
its price as a whole number of 2**-96. Its contract multiplies rounded powers of 1.0001, so that its
numbers differ from the exact powers in the last digits; the functions here return its numbers.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from functools import cache

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError

MIN_TICK = -887_272
"""Lowest tick of a pool."""
MAX_TICK = 887_272
"""Highest tick of a pool."""
SCALE = 2**96
"""Square roots of prices are whole numbers of 1 / SCALE."""
TICK_RATIO = Decimal("1.0001")
"""Price of a tick, as a multiple of that of the tick below."""
N_POWERS = 20
"""Binary digits of the largest tick."""
MAX_DECIMALS = 36
"""Largest number of decimals of a token that is accepted."""


@exported_by("hedgeresearch.onchain")
def sqrt_price_at_tick(tick: int) -> int:
    """Return the square root of the price at a tick, as the contract stores it.

    Parameters
    ----------
    tick : int from -887,272 to 887,272

    Returns
    -------
    int
        Square root of the price of token 0 in token 1, base units, times 2**96.

    Raises
    ------
    DataError
        If the tick is out of range.

    Examples
    --------
    >>> sqrt_price_at_tick(0) == 2**96, sqrt_price_at_tick(-887272)
    (True, 4295128739)
    """
    check_tick(tick, "tick")
    size = abs(tick)
    root = 2**128
    for digit, power in enumerate(_inverse_powers()):
        if size >> digit & 1:
            root = root * power >> 128
    if tick > 0:
        root = (2**256 - 1) // root
    # from 128 to 96 binary digits, rounded up
    return -(-root >> 32)


@exported_by("hedgeresearch.onchain")
def tick_at_sqrt_price(sqrt_price: int) -> int:
    """Return the highest tick whose price is at most a given one.

    Parameters
    ----------
    sqrt_price : int, square root of the price of token 0 in token 1, base units, times 2**96

    Returns
    -------
    int

    Raises
    ------
    DataError
        If the price lies outside the ticks of a pool.

    Examples
    --------
    >>> tick_at_sqrt_price(2**96), tick_at_sqrt_price(2**96 - 1)
    (0, -1)
    """
    check_sqrt_price(sqrt_price)
    # a float finds the tick within one; the contract's own numbers decide
    tick = math.floor(2.0 * math.log(sqrt_price / SCALE) / math.log(1.0001))
    tick = max(MIN_TICK, min(tick, MAX_TICK - 1))
    while sqrt_price_at_tick(tick) > sqrt_price:
        tick -= 1
    while tick < MAX_TICK and sqrt_price_at_tick(tick + 1) <= sqrt_price:
        tick += 1
    return tick


@exported_by("hedgeresearch.onchain")
def price_at_tick(tick: int, decimals0: int, decimals1: int) -> float:
    """Return the price of token 0 in token 1 at a tick, in whole tokens.

    Parameters
    ----------
    tick : int from -887,272 to 887,272
    decimals0, decimals1 : ints, decimals of the tokens: 18 for ether, 6 for USDC, 8 for wrapped
        bitcoin

    Returns
    -------
    float

    Examples
    --------
    USDC is token 0 and ether token 1 in their largest pool on Ethereum:

    >>> round(1.0 / price_at_tick(200_000, 6, 18), 2)
    2063.22
    """
    check_tick(tick, "tick")
    check_decimals(decimals0, "decimals0")
    check_decimals(decimals1, "decimals1")
    return float(1.0001**tick * 10.0 ** (decimals0 - decimals1))


@exported_by("hedgeresearch.onchain")
def tick_at_price(price: float, decimals0: int, decimals1: int, spacing: int = 1) -> int:
    """Return the nearest tick to a price of token 0 in token 1, in whole tokens.

    Parameters
    ----------
    price : float > 0
    decimals0, decimals1 : ints, decimals of the tokens
    spacing : int >= 1, spacing of the ticks that the pool allows: 60 for a fee of .3%

    Returns
    -------
    int
        A multiple of ``spacing``.

    Raises
    ------
    DataError
        If the price lies outside the ticks of a pool, or the spacing is out of range.

    Examples
    --------
    >>> tick_at_price(1 / 2_000.0, 6, 18, spacing=10)
    200310
    """
    check_between(price, "price", 0.0, math.inf)
    check_decimals(decimals0, "decimals0")
    check_decimals(decimals1, "decimals1")
    check_at_least(spacing, "spacing", 1, MAX_TICK)
    exact = math.log(price * 10.0 ** (decimals1 - decimals0)) / math.log(1.0001)
    tick = round(exact / spacing) * spacing
    check_tick(tick, f"the tick of the price {price:g}")
    return tick


def check_tick(tick: int, name: str) -> None:
    """Refuse a tick that no pool has."""
    if isinstance(tick, bool) or not isinstance(tick, int) or not MIN_TICK <= tick <= MAX_TICK:
        raise DataError(
            f"{name} must be a whole number from {MIN_TICK} to {MAX_TICK}; got {tick!r}. Check the "
            "order of the tokens and their decimals."
        )


def check_sqrt_price(sqrt_price: int) -> None:
    """Refuse a square root of a price that lies outside the ticks of a pool."""
    lowest = sqrt_price_at_tick(MIN_TICK)
    highest = sqrt_price_at_tick(MAX_TICK)
    whole = isinstance(sqrt_price, int) and not isinstance(sqrt_price, bool)
    if not whole or not lowest <= sqrt_price <= highest:
        raise DataError(
            f"sqrt_price must be a whole number from {lowest} to {highest}, the square root of the "
            f"price times 2**96; got {sqrt_price!r}. Pass sqrtPriceX96 of the contract's slot0; "
            "that of a pool without a first price is zero."
        )


def check_decimals(decimals: int, name: str) -> None:
    """Refuse a number of decimals that no token has."""
    whole = isinstance(decimals, int) and not isinstance(decimals, bool)
    if not whole or not 0 <= decimals <= MAX_DECIMALS:
        raise DataError(
            f"{name} must be a whole number from 0 to {MAX_DECIMALS}; got {decimals!r}. Read it "
            "from the token's contract."
        )


@cache
def _inverse_powers() -> tuple[int, ...]:
    """Return 2**128 times 1.0001**(-2**i / 2), rounded, for each binary digit i of a tick."""
    powers = []
    with localcontext() as context:
        # the smallest power has 27 digits before rounding, the largest 39
        context.prec = 80
        root = TICK_RATIO.sqrt()
        for _ in range(N_POWERS):
            powers.append(int((2**128 / root).to_integral_value()))
            root *= root
    return tuple(powers)
