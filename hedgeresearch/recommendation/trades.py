"""What to trade now: from the holding to the edge of its band, part of the way to an aim, or to the whole lots."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.aims import Rebalancing
from hedgeresearch.recommendation.holdings import Room, Traded, allows
from hedgeresearch.recommendation.no_trade_band import NoTradeBand, band_for_tracking_error, no_trade_band
from hedgeresearch.recommendation.trading_rate import PartialTrade, aim_of_target, trading_rate

HALF_A_LOT = 0.5 + 1e-9


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
    """Half-width of the band of each instrument, (n,), contracts; half a lot where a trade costs nothing.

    ``costs`` are of one contract, in currency; variances per date, of the targets in contracts and of a contract in
    currency; ``allowed`` is the volatility that deviations may add, in currency.
    """
    found = []
    for cost, moves, variance, lot in zip(costs, target_variances, variances, lots, strict=True):
        if cost == 0.0:
            found.append(lot / 2.0)
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
    """The holding to have, (n,): as it is inside its band, else at the nearest whole lot inside it."""
    after = np.empty_like(held)
    for i, (have, ideal, width, lot) in enumerate(
        zip(held, targets.ideal, targets.half_widths, traded.lots, strict=True)
    ):
        to, trade = NoTradeBand(float(ideal), float(width)).trade(float(have))
        if trade == 0.0:
            after[i] = have
        elif width <= HALF_A_LOT * lot:
            after[i] = targets.lots[i]
        else:  # from the edge to the first whole lot inside
            after[i] = lot * (math.ceil(to / lot - 1e-9) if trade > 0.0 else math.floor(to / lot + 1e-9))
    return after if allows(after, traded, room) else targets.lots


def holding_on_the_way(
    held: Array, targets: Targets, traded: Traded, room: Room, rebalancing: Rebalancing, variances: Array
) -> Array:
    """The holding to have, (n,), under quadratic impact: part of the way to the aim, in whole lots."""
    if rebalancing.impact is None or rebalancing.risk_aversion is None:
        raise DataError("a holding on the way needs impact and risk_aversion.")
    after = np.empty_like(held)
    for i, (have, ideal, mean, variance, lot) in enumerate(
        zip(held, targets.ideal, targets.mean, variances, traded.lots, strict=True)
    ):
        rate = trading_rate(rebalancing.impact, rebalancing.risk_aversion, float(variance))
        aim = aim_of_target(float(ideal), float(mean), rebalancing.reversion, rate)
        after[i] = lot * round(PartialTrade(aim, rate).trade(float(have))[0] / lot)
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
                reason=f"holds {have:g}, best is {ideal:.2f}, left alone within {width:.3g} of it; to {to:g}",
            )
        )
    return tuple(found)
