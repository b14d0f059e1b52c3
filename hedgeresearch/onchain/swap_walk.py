"""A swap in a pool of concentrated liquidity, from tick to tick."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hedgeresearch.errors import DataError
from hedgeresearch.onchain.swap_steps import Step, step_of_payment, step_of_receipt
from hedgeresearch.onchain.tick_liquidity import TickLiquidity
from hedgeresearch.onchain.ticks import sqrt_price_at_tick, tick_at_sqrt_price


class Place(NamedTuple):
    """The price of a pool and the liquidity there."""

    sqrt_price: int
    tick: int
    liquidity: int


class Walk(NamedTuple):
    """The place at which a swap ended, and what was paid and received, base units."""

    place: Place
    paid: int
    received: int
    fee: int


class Piece(NamedTuple):
    """A range of prices of constant liquidity, passed from ``first`` to ``second``."""

    first: int
    second: int
    liquidity: int


def walk_payment(place: Place, ticks: TickLiquidity, payment: int, fee: int, falls: bool) -> Walk:
    """Return the walk of a swap whose payment is given; one in token 0 lets the price fall."""
    left = payment
    received = 0
    charged = 0
    while left > 0:
        end = _end_of_step(place, ticks, falls)
        target = sqrt_price_at_tick(end)
        step = step_of_payment(place.sqrt_price, target, place.liquidity, left, fee)
        left -= step.paid + step.fee
        received += step.received
        charged += step.fee
        place = _place_after(place, step, ticks, end, falls)
    return Walk(place, payment, received, charged)


def walk_receipt(place: Place, ticks: TickLiquidity, amount: int, fee: int, falls: bool) -> Walk:
    """Return the walk of a swap whose received amount is given."""
    left = amount
    paid = 0
    charged = 0
    while left > 0:
        end = _end_of_step(place, ticks, falls)
        target = sqrt_price_at_tick(end)
        step = step_of_receipt(place.sqrt_price, target, place.liquidity, left, fee)
        left -= step.received
        paid += step.paid + step.fee
        charged += step.fee
        place = _place_after(place, step, ticks, end, falls)
    return Walk(place, paid, amount, charged)


def pieces_to(place: Place, ticks: TickLiquidity, sqrt_price: int) -> Iterator[Piece]:
    """Yield the ranges of constant liquidity up to a price."""
    falls = sqrt_price < place.sqrt_price
    while place.sqrt_price != sqrt_price:
        end = _end_of_step(place, ticks, falls)
        at_end = sqrt_price_at_tick(end)
        target = max(at_end, sqrt_price) if falls else min(at_end, sqrt_price)
        yield Piece(place.sqrt_price, target, place.liquidity)
        place = _place_after(place, Step(target, 0, 0, 0), ticks, end, falls)


def _end_of_step(place: Place, ticks: TickLiquidity, falls: bool) -> int:
    """Return the tick at which the next step ends; refuse steps beyond the known ticks."""
    beyond = place.tick < ticks.low if falls else place.tick >= ticks.high
    if beyond:
        raise DataError(
            f"The liquidity of the ticks from {ticks.low} to {ticks.high} does not suffice. Trade "
            "less, or read more ticks of the pool."
        )
    return ticks.end_below(place.tick) if falls else ticks.end_above(place.tick)


def _place_after(place: Place, step: Step, ticks: TickLiquidity, end: int, falls: bool) -> Place:
    """Return the place after a step; at its end liquidity begins or ends."""
    if step.sqrt_price != sqrt_price_at_tick(end):
        tick = place.tick
        if step.sqrt_price != place.sqrt_price:
            tick = tick_at_sqrt_price(step.sqrt_price)
        return Place(step.sqrt_price, tick, place.liquidity)
    net = ticks.net.get(end, 0)
    if falls:
        # below a tick, what begins there is gone
        return Place(step.sqrt_price, end - 1, place.liquidity - net)
    return Place(step.sqrt_price, end, place.liquidity + net)
