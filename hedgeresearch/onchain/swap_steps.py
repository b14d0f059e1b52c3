"""One step of a swap in a pool of concentrated liquidity, in the integers of the contract.

Within a step liquidity L is constant and the square root of the price S moves from one value to
another, both times 2**96: Adams, Zinsmeister, Salem, Keefer and Robinson (2021), Uniswap v3 Core,
section 6.2. The contract rounds every amount in favor of the pool, as is done here.
"""

from __future__ import annotations

from typing import NamedTuple

from hedgeresearch.onchain.fees import FEE_UNIT
from hedgeresearch.onchain.ticks import SCALE


class Step(NamedTuple):
    """The price at which one step ends, and the base units that it moves."""

    sqrt_price: int
    paid: int
    received: int
    fee: int


def ceiling(numerator: int, denominator: int) -> int:
    """Return a quotient of whole numbers, rounded up."""
    return -(-numerator // denominator)


def amount0_between(first: int, second: int, liquidity: int, round_up: bool) -> int:
    """Return the amount of token 0 between two square roots of prices."""
    low, high = sorted((first, second))
    numerator = (liquidity * SCALE) * (high - low)
    # the contract rounds twice, once for each division
    if round_up:
        return ceiling(ceiling(numerator, high), low)
    return numerator // high // low


def amount1_between(first: int, second: int, liquidity: int, round_up: bool) -> int:
    """Return the amount of token 1 between two square roots of prices."""
    numerator = liquidity * abs(first - second)
    return ceiling(numerator, SCALE) if round_up else numerator // SCALE


def sqrt_price_after_payment(sqrt_price: int, liquidity: int, amount: int, falls: bool) -> int:
    """Return the square root of the price after a payment without fee.

    A payment in token 0 makes the price fall.
    """
    if falls:
        scaled = liquidity * SCALE
        return ceiling(scaled * sqrt_price, scaled + amount * sqrt_price)
    return sqrt_price + amount * SCALE // liquidity


def sqrt_price_after_receipt(sqrt_price: int, liquidity: int, amount: int, falls: bool) -> int:
    """Return the square root of the price after an amount has left the pool.

    Token 1 that leaves makes the price fall. The amount must be one that the step holds.
    """
    if falls:
        return sqrt_price - ceiling(amount * SCALE, liquidity)
    scaled = liquidity * SCALE
    return ceiling(scaled * sqrt_price, scaled - amount * sqrt_price)


def step_of_payment(sqrt_price: int, target: int, liquidity: int, amount: int, fee: int) -> Step:
    """Return the step that a payment makes, at most to the target."""
    falls = target < sqrt_price
    without_fee = amount * (FEE_UNIT - fee) // FEE_UNIT
    needed = _paid_between(sqrt_price, target, liquidity, falls)
    if without_fee >= needed:
        charged = ceiling(needed * fee, FEE_UNIT - fee)
        received = _received_between(sqrt_price, target, liquidity, falls)
        return Step(target, needed, received, charged)
    reached = sqrt_price_after_payment(sqrt_price, liquidity, without_fee, falls)
    paid = _paid_between(sqrt_price, reached, liquidity, falls)
    received = _received_between(sqrt_price, reached, liquidity, falls)
    # what is left of the payment is kept as fee
    return Step(reached, paid, received, amount - paid)


def step_of_receipt(sqrt_price: int, target: int, liquidity: int, amount: int, fee: int) -> Step:
    """Return the step that an amount to be received makes, at most to the target."""
    falls = target < sqrt_price
    available = _received_between(sqrt_price, target, liquidity, falls)
    reached = target
    if amount < available:
        reached = sqrt_price_after_receipt(sqrt_price, liquidity, amount, falls)
    paid = _paid_between(sqrt_price, reached, liquidity, falls)
    received = min(_received_between(sqrt_price, reached, liquidity, falls), amount)
    return Step(reached, paid, received, ceiling(paid * fee, FEE_UNIT - fee))


def _paid_between(first: int, second: int, liquidity: int, falls: bool) -> int:
    """Return what is paid, without fee, for a move of the price."""
    if falls:
        return amount0_between(first, second, liquidity, round_up=True)
    return amount1_between(first, second, liquidity, round_up=True)


def _received_between(first: int, second: int, liquidity: int, falls: bool) -> int:
    """Return what is received for a move of the price."""
    if falls:
        return amount1_between(first, second, liquidity, round_up=False)
    return amount0_between(first, second, liquidity, round_up=False)
