"""What to trade now: from the holding to the edge of its band, part of the way to an aim, or to the whole lots."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch._wording import exact, quantity, side
from hedgeresearch.recommendation.aims import Rebalancing
from hedgeresearch.recommendation.holdings import INSIDE, Room, Traded, allows, whole_lots
from hedgeresearch.recommendation.no_trade_band import NoTradeBand, band_for_tracking_error, no_trade_band
from hedgeresearch.recommendation.trading_rate import PartialTrade, aim_of_target, trading_rate


class Order(NamedTuple):
    """One line of the order list; contracts are positive, the side says the rest. Cost is in currency."""

    instrument: str
    side: str
    contracts: float
    cost: float
    reason: str


class Targets(NamedTuple):
    """Of each instrument (n,): best holding, the same in whole lots, half-width of its band, mean of its past."""

    ideal: Array
    lots: Array
    half_widths: Array
    mean: Array


def half_widths(
    rebalancing: Rebalancing, costs: Array, target_variances: Array, variances: Array, allowed: float, lots: Array
) -> Array:
    """Half-width of the band of each instrument, (n,), contracts; half a lot at least, and zero where trades are free.

    ``costs`` are of one contract, in currency; variances per date, of the targets in contracts and of a contract in
    currency; ``allowed`` is the volatility that deviations may add, in currency.
    """
    found = []
    for cost, moves, variance, lot in zip(costs, target_variances, variances, lots, strict=True):
        if cost == 0.0:
            found.append(0.0)
        elif rebalancing.risk_aversion is not None:
            found.append(no_trade_band(cost, moves, rebalancing.risk_aversion, variance, step=1.0, lot=lot))
        else:
            found.append(_band_within(allowed / math.sqrt(len(lots)), math.sqrt(variance), moves, lot))
    return np.array(found)


def _band_within(allowed: float, volatility: float, moves: float, lot: float) -> float:
    """The band of a tracking error; half a lot where even trading at each date leaves more than is allowed."""
    if allowed <= volatility * math.sqrt(moves / 2.0):
        return lot / 2.0
    return band_for_tracking_error(allowed, volatility, target_variance=moves, step=1.0, lot=lot)


def holding_after(held: Array, targets: Targets, traded: Traded, room: Room) -> Array:
    """The holding to have, (n,): as it is inside its band, else at the nearest whole lot inside it.

    Where a trade costs nothing it is the target in lots. What the limits do not allow is brought inside them.
    """
    after = np.empty_like(held)
    for i, (have, ideal, width, lot) in enumerate(
        zip(held, targets.ideal, targets.half_widths, traded.lots, strict=True)
    ):
        edge, trade = NoTradeBand(float(ideal), float(width)).trade(float(have))
        if width == 0.0:
            after[i] = targets.lots[i]
        elif trade == 0.0:
            after[i] = have
        else:  # the first whole lot inside
            after[i] = lot * (math.ceil(edge / lot - INSIDE) if trade > 0.0 else math.floor(edge / lot + INSIDE))
    return _inside(after, targets, traded, room)


def holding_on_the_way(
    held: Array, targets: Targets, traded: Traded, room: Room, rebalancing: Rebalancing, variances: Array
) -> Array:
    """The holding to have, (n,), under quadratic impact: part of the way to the aim, in whole lots."""
    impact, aversion = float(rebalancing.impact or 0.0), float(rebalancing.risk_aversion or 0.0)
    after = np.empty_like(held)
    for i, (have, ideal, mean, variance, lot) in enumerate(
        zip(held, targets.ideal, targets.mean, variances, traded.lots, strict=True)
    ):
        rate = trading_rate(impact, aversion, float(variance))
        aim = aim_of_target(float(ideal), float(mean), rebalancing.reversion, rate)
        after[i] = lot * round(PartialTrade(aim, rate).trade(float(have))[0] / lot)
    return _inside(after, targets, traded, room)


def _inside(after: Array, targets: Targets, traded: Traded, room: Room) -> Array:
    """A holding within the limits: each to its own, and where the others do not allow that, the target in lots."""
    low, high = whole_lots(traded)
    bounded = np.clip(after, low * traded.lots, high * traded.lots)
    after = np.where((after > traded.most) | (after < traded.least), bounded, after)
    return after if allows(after, traded, room) else targets.lots


def orders(names: list[str], held: Array, after: Array, targets: Targets, costs: Array) -> tuple[Order, ...]:
    """The order list, with the reason of each; instruments that are left alone have no line."""
    found = []
    for name, have, to, ideal, width, cost in zip(
        names, held, after, targets.ideal, targets.half_widths, costs, strict=True
    ):
        trade = float(to - have)
        if trade == 0.0:
            continue
        found.append(
            Order(
                instrument=name,
                side="buy" if trade > 0.0 else "sell",
                contracts=abs(trade),
                cost=abs(trade) * float(cost),
                reason=f"{why(have, ideal, width)}; to {side(to, exact(to))}",
            )
        )
    return tuple(found)


def why(held: float, ideal: float, width: float) -> str:
    """Where a holding stands, in words."""
    alone = f"left alone within {quantity(width)} of it" if width else "trades are free"
    return f"holds {side(held, exact(held))}, best is {side(ideal, quantity(ideal))}, {alone}"
