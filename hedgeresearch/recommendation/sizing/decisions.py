"""Decisions to trade: to the edge of a band, part of the way to an aim, or to whole lots.

Decisions are numbers and a reason; the words are in ``narrative``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from hedgeresearch.recommendation.inputs.rebalancing import (
    CostOptimalBands,
    NoTradeBands,
    PartialRebalancing,
)
from hedgeresearch.recommendation.sizing.bands import Bands
from hedgeresearch.recommendation.sizing.contracts import (
    LIMIT_TOLERANCE,
    ContractTerms,
    JointLimits,
    allows,
)
from hedgeresearch.recommendation.sizing.decision import (
    Decision,
    Reason,
    TargetHoldings,
    Trades,
)
from hedgeresearch.recommendation.sizing.lots import contracts_of_lots, decimals, lot_bounds
from hedgeresearch.recommendation.sizing.order_sizes import (
    at_least_the_smallest_order,
    within_capacity,
)
from hedgeresearch.trading.partial_adjustment import aim_position
from hedgeresearch.typing import Array

# --- one instrument ---


def rebalance(held: float, center: float, half_width: float, lot: float) -> tuple[float, Reason]:
    """Return the holding after trading whole lots until it is inside a band, or not at all."""
    low = center - half_width
    high = center + half_width
    if low <= held <= high:
        return held, Reason.INSIDE_BAND
    if held < low:
        return held + lot * math.ceil((low - held) / lot - LIMIT_TOLERANCE), Reason.TO_BAND_EDGE
    return held - lot * math.ceil((held - high) / lot - LIMIT_TOLERANCE), Reason.TO_BAND_EDGE


def rebalance_partly(
    held: float, aim: float, rate: float, half_width: float, lot: float
) -> tuple[float, Reason]:
    """Return the holding after whole lots are traded, part of the way to an aim.

    If the part is less than a lot, one lot is traded as long as the aim is outside the no-trade
    band for the cost of one lot; otherwise a slow trader would stop several lots away for good.
    """
    new = held + lot * round(rate * (aim - held) / lot)
    # at least a lot, and not away from the aim
    if (new - held) * (aim - held) > LIMIT_TOLERANCE * lot**2:
        return new, Reason.PARTIAL
    if abs(aim - held) <= half_width:
        return held, Reason.BELOW_ONE_LOT
    return held + math.copysign(lot, aim - held), Reason.ONE_LOT


# --- all instruments ---


def trade_to_bands(
    held: Array,
    targets: TargetHoldings,
    bands: Bands,
    terms: ContractTerms,
    joint: JointLimits,
    rebalancing: NoTradeBands | CostOptimalBands,
) -> Trades:
    """Return the trades that bring each holding inside its band, and within its limits.

    If joint limits apply, each hedge goes to its target in whole lots. So does a hedge that trades
    for free, and a new position under a tracking-error rule, even one inside its band while nothing
    at all is held: that rule ignores costs, and entering at the edges of all bands would use up the
    whole tracking error while the targets are static.
    With cost-optimal bands the edge is best.
    """
    limited = np.minimum(np.maximum(targets.unlimited, terms.min), terms.max)
    if joint.net is not None or not allows(limited, terms, joint):
        return _trade_to_lots(held, targets, terms, joint)
    enter_at_target = isinstance(rebalancing, NoTradeBands)
    nothing_held = not held.any()
    decisions = []
    for have, best, lots, center, half_width, lot in _rows(
        held, targets.best, targets.whole_lots, targets.center, bands.half_widths, terms.lots
    ):
        new, reason = rebalance(have, center, half_width, lot)
        if reason is Reason.TO_BAND_EDGE and half_width == 0.0:
            new = lots
            reason = Reason.FREE_TRADES
        elif _enters(have, lots, reason, nothing_held) and enter_at_target:
            new = lots
            reason = Reason.NEW_POSITION
        if abs(center - best) > LIMIT_TOLERANCE * lot:
            reason = Reason.AT_LIMIT
        decisions.append(Decision(have, best, new, reason, aim=center))
    return _trades(held, _within_limits(decisions, targets, terms, joint), terms, joint)


def trade_partly(
    held: Array,
    targets: TargetHoldings,
    bands: Bands,
    terms: ContractTerms,
    joint: JointLimits,
    rebalancing: PartialRebalancing,
    rates: Array,
) -> Trades:
    """Return the trades under quadratic price impact, in whole lots and within the limits.

    Parameters
    ----------
    rates : array (n_instruments,)
        Fraction of the distance to the aim that is traded.
    """
    decisions = []
    for have, best, mean, half_width, rate, lot in _rows(
        held, targets.best, bands.past_mean, bands.half_widths, rates, terms.lots
    ):
        aim = aim_position(best, mean, rebalancing.mean_reversion, rate)
        new, reason = rebalance_partly(have, aim, rate, half_width, lot)
        decisions.append(Decision(have, best, new, reason, aim, rate))
    return _trades(held, _within_limits(decisions, targets, terms, joint), terms, joint)


def _enters(held: float, lots: float, reason: Reason, nothing_held: bool) -> bool:
    """Return whether a hedge is entered: from outside its band, or while nothing is held at all."""
    return held == 0.0 and (reason is Reason.TO_BAND_EDGE or (nothing_held and lots != 0.0))


def _rows(*columns: Array) -> Iterator[tuple[float, ...]]:
    """Yield one tuple of numbers for each instrument."""
    return zip(*(column.tolist() for column in columns), strict=True)


def _trade_to_lots(
    held: Array, targets: TargetHoldings, terms: ContractTerms, joint: JointLimits
) -> Trades:
    """Return the trades to the targets in whole lots, which keep the joint limits."""
    decisions = [
        Decision(have, best, lots, Reason.JOINT_LIMITS, aim=best)
        for have, best, lots in _rows(held, targets.best, targets.whole_lots)
    ]
    return _trades(held, decisions, terms, joint)


def _within_limits(
    decisions: list[Decision], targets: TargetHoldings, terms: ContractTerms, joint: JointLimits
) -> list[Decision]:
    """Return decisions within the limits.

    Each instrument keeps its own; where that breaks a joint limit, all go to their targets in whole
    lots.
    """
    holdings = np.array([one.new for one in decisions])
    outside = (holdings > terms.max) | (holdings < terms.min)
    if outside.any():
        low, high = lot_bounds(terms)
        lots = np.clip((holdings - terms.remainders) / terms.lots, low, high)
        bounded = terms.remainders + lots * terms.lots
        holdings = np.where(outside, bounded, holdings)
        decisions = [
            one._replace(new=new, reason=Reason.AT_LIMIT) if cut else one
            for one, new, cut in zip(decisions, holdings.tolist(), outside.tolist(), strict=True)
        ]
    if allows(holdings, terms, joint):
        return decisions
    return [
        one._replace(new=lots, reason=Reason.JOINT_LIMITS)
        for one, lots in zip(decisions, targets.whole_lots.tolist(), strict=True)
    ]


def _trades(
    held: Array, decisions: list[Decision], terms: ContractTerms, joint: JointLimits
) -> Trades:
    """Return the trades in whole lots, without those that are rounding."""
    decisions = at_least_the_smallest_order(decisions, terms, joint)
    decisions = within_capacity(decisions, terms, joint)
    new = np.array([one.new for one in decisions])
    trades = contracts_of_lots(np.rint((new - held) / terms.lots), terms.lots)
    holdings = [
        round(have + trade, max(decimals(have), decimals(lot))) if trade else have
        for have, trade, lot in _rows(held, trades, terms.lots)
    ]
    final = [
        one._replace(
            new=after, lot=lot, remainder=remainder, smallest_order=smallest, capacity=capacity
        )
        for one, after, lot, remainder, smallest, capacity in zip(
            decisions,
            holdings,
            terms.lots.tolist(),
            terms.remainders.tolist(),
            terms.smallest_orders.tolist(),
            terms.capacities.tolist(),
            strict=True,
        )
    ]
    return Trades(np.array(holdings), trades, tuple(final))


def trade_costs(trades: Array, costs: Array, impacts: Array | float = 0.0) -> Array:
    """Return the cost of trades (n,) in contracts, in currency, with their price impact."""
    return np.abs(trades) * costs + 0.5 * impacts * trades**2
