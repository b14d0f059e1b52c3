r"""What to trade now: from the holding to the edge of its band, part of the way to an aim, or to the whole lots.

.. math:: E[d' S d] \le \sum_{ij} |S_{ij}| \, \frac{b_i b_j}{3} = a^2 \quad \text{where} \quad
    b_i = \frac{\sqrt 3 \, a}{s_i \sqrt{\sum_{jk} |\rho_{jk}|}}

Each deviation d is uniform within its band of b (see ``no_trade_band``), S the covariance of the hedges' profits, with
volatilities s and correlations :math:`\rho`. So a tracking error of a is kept however the deviations move together;
where they do not, less of it is used.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hedgeresearch._formatting import exact, percent, quantity, side
from hedgeresearch.recommendation.inputs.settings import Rebalancing
from hedgeresearch.recommendation.sizing.contracts import (
    INSIDE,
    Room,
    Traded,
    allows,
    contracts_of,
    decimals,
    whole_lots,
)
from hedgeresearch.trading.bands import NoTradeBand, no_trade_band, tracking_error_band
from hedgeresearch.trading.partial_adjustment import PartialTrade, aim_position, trading_rate
from hedgeresearch.typing import Array


class Order(NamedTuple):
    """One line of the order list; contracts are positive, the side says the rest. Cost is in currency."""

    instrument: str
    side: str
    contracts: float
    cost: float
    reason: str


class Targets(NamedTuple):
    """Of each instrument (n,), in contracts.

    Best holding within the limits, the same in whole lots, half-width of its band, mean of its past, best holding
    without limits, centre of its band, and whether it moves more from date to date than the tracking error allows. The
    centre is where it would be best without its own limit, beside the others as they are within theirs.
    """

    ideal: Array
    lots: Array
    half_widths: Array
    mean: Array
    asked: Array
    centre: Array
    restless: Array


class Moved(NamedTuple):
    """Of each instrument (n,): contracts to have, those traded (zero where left alone), and why, in words."""

    after: Array
    trades: Array
    reasons: tuple[str, ...]


def half_widths(
    rebalancing: Rebalancing,
    costs: Array,
    target_variances: Array,
    covariance: Array,
    allowed: float,
    lots: Array,
) -> tuple[Array, Array]:
    """Half-width of the band of each instrument, (n,), contracts, and where its target moves by more than is allowed.

    Half a lot at least, and zero where trades are free. ``costs`` are of one contract, in currency;
    ``target_variances`` of the targets, in contracts, and ``covariance`` (n, n) of a contract each, in currency, are
    per date; ``allowed`` is the volatility that deviations may add, in currency. With impact, the cost is that of a
    lot: nearer to the aim than this, not even one pays.
    """
    volatilities = np.sqrt(np.diagonal(covariance))
    alike = math.sqrt(np.abs(covariance / np.outer(volatilities, volatilities)).sum())
    widths, restless = np.zeros(len(lots)), np.zeros(len(lots), dtype=bool)
    with_impact = costs + 0.5 * (rebalancing.impact or 0.0) * lots
    for i, (cost, moves, volatility, lot) in enumerate(
        zip(with_impact, target_variances, volatilities, lots, strict=True)
    ):
        if cost == 0.0:
            continue
        if rebalancing.risk_aversion is not None:
            widths[i] = no_trade_band(
                cost, moves, rebalancing.risk_aversion, volatility**2, step=1.0, lot=lot
            )
            continue
        # trading at each date leaves more than that already, and the band is as narrow as lots permit
        restless[i] = allowed / alike <= volatility * math.sqrt(moves / 2.0)
        widths[i] = lot / 2.0
        if not restless[i]:
            widths[i] = tracking_error_band(
                allowed / alike, volatility, target_variance=moves, step=1.0, lot=lot
            )
    return widths, restless


def by_bands(
    held: Array, targets: Targets, traded: Traded, room: Room, rebalancing: Rebalancing
) -> Moved:
    """Each as it is inside its band, else at the nearest whole lot inside it, cut to the contracts that may be held.

    Where a trade costs nothing, or hedges are limited together, it is the target in lots. So it is where nothing is
    held yet and a tracking error is allowed: that counts no cost, and to begin at the edge of every band would take
    more than all of it for as long as the targets stand. Against risk aversion the edge is best.
    """
    if room.net is not None or not allows(
        np.clip(targets.asked, traded.least, traded.most), traded, room
    ):
        return _moved(
            held, targets.lots, targets, traded, ["the hedges are limited together"] * len(held)
        )
    after, notes = np.empty_like(held), []
    for i, (have, ideal, centre, width, lot) in enumerate(
        zip(held, targets.ideal, targets.centre, targets.half_widths, traded.lots, strict=True)
    ):
        edge, trade = NoTradeBand(float(centre), float(width)).trade(float(have))
        enters = have == 0.0 and rebalancing.risk_aversion is None
        if trade == 0.0:
            after[i] = have
        elif width == 0.0 or enters:
            after[i] = targets.lots[i]
        else:  # the first whole lot inside
            after[i] = lot * (
                math.ceil(edge / lot - INSIDE) if trade > 0.0 else math.floor(edge / lot + INSIDE)
            )
        alone = f"left alone within {quantity(width)} of it" if width else "trades are free"
        notes.append(alone if abs(centre - ideal) <= INSIDE * lot else "where its limit holds it")
    return _moved(held, _inside(after, targets, traded, room), targets, traded, notes)


def by_impact(
    held: Array,
    targets: Targets,
    traded: Traded,
    room: Room,
    rebalancing: Rebalancing,
    variances: Array,
) -> Moved:
    """Under quadratic impact: part of the way to the aim, in whole lots.

    Where the part is no lot, a lot is traded as long as the aim is outside the band that one lot costs; without this,
    a slow trader would stop several lots away for good.
    """
    impact, aversion = float(rebalancing.impact or 0.0), float(rebalancing.risk_aversion or 0.0)
    after, notes = np.empty_like(held), []
    for i, (have, ideal, mean, variance, lot) in enumerate(
        zip(held, targets.ideal, targets.mean, variances, traded.lots, strict=True)
    ):
        rate = trading_rate(impact, aversion, float(variance))
        aim = aim_position(float(ideal), float(mean), rebalancing.reversion, rate)
        after[i] = lot * round(PartialTrade(aim, rate).trade(float(have))[0] / lot)
        note = f"goes {percent(rate)} of the way to an aim of"
        if (after[i] - have) * (aim - have) <= INSIDE * lot**2:  # no lot, or one away from the aim
            outside = abs(aim - have) > targets.half_widths[i]
            following = (
                math.floor(have / lot + INSIDE) + 1
                if aim > have
                else math.ceil(have / lot - INSIDE) - 1
            )
            after[i] = lot * following if outside else have
            note = (
                "goes a lot towards an aim of"
                if outside
                else "stays where not even a lot pays to go to an aim of"
            )
        notes.append(f"{note} {side(aim, quantity(aim))}")
    return _moved(held, _inside(after, targets, traded, room), targets, traded, notes)


def _inside(after: Array, targets: Targets, traded: Traded, room: Room) -> Array:
    """A holding within the limits: each to its own, and where the others do not allow that, the target in lots."""
    low, high = whole_lots(traded)
    bounded = np.clip(after, low * traded.lots, high * traded.lots)
    after = np.where((after > traded.most) | (after < traded.least), bounded, after)
    return after if allows(after, traded, room) else targets.lots


def _moved(held: Array, after: Array, targets: Targets, traded: Traded, notes: list[str]) -> Moved:
    """The trades to a holding, without those that are rounding; what is traded to is written in the lot's decimals."""
    same = np.abs(after - held) < INSIDE * traded.lots
    after = np.where(same, held, contracts_of(after / traded.lots, traded.lots))
    places = [
        max(decimals(have), decimals(lot)) for have, lot in zip(held, traded.lots, strict=True)
    ]
    trades = np.array(
        [round(float(trade), n) for trade, n in zip(after - held, places, strict=True)]
    )
    reasons = []
    for have, best, to, note, trade in zip(held, targets.ideal, after, notes, trades, strict=True):
        stands = f"holds {side(have, exact(have))}, best is {side(best, quantity(best))}, {note}"
        reasons.append(f"{stands}; to {side(to, exact(to))}" if trade else f"{stands}; no trade")
    return Moved(after, trades, tuple(reasons))


def costs_of(trades: Array, costs: Array, rebalancing: Rebalancing) -> Array:
    """Of trades (n,) in contracts, at ``costs`` (n,) of one, with their impact: (n,), in currency."""
    return np.abs(trades) * costs + 0.5 * (rebalancing.impact or 0.0) * trades**2


def orders(names: list[str], moved: Moved, costs: Array) -> tuple[Order, ...]:
    """The order list at the costs (n,) of the trades, in currency; instruments that are left alone have no line."""
    return tuple(
        Order(name, "buy" if trade > 0.0 else "sell", abs(float(trade)), float(cost), reason)
        for name, trade, cost, reason in zip(names, moved.trades, costs, moved.reasons, strict=True)
        if trade
    )
