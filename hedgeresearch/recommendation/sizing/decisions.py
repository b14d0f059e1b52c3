"""Decisions to trade: to the edge of a band, part of the way to an aim, or to whole lots.

Decisions are numbers and a reason; the words are in ``narrative``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

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
from hedgeresearch.recommendation.sizing.lots import contracts_of_lots, decimals, lot_bounds
from hedgeresearch.trading.partial_adjustment import aim_position, trading_rate
from hedgeresearch.typing import Array


class Reason(Enum):
    """Why an instrument is traded, or left alone."""

    INSIDE_BAND = "holding inside the no-trade band"
    TO_BAND_EDGE = "rebalance to the edge of the no-trade band"
    NEW_POSITION = "new position at the target"
    FREE_TRADES = "rebalance to the target, as trades cost nothing"
    REBATE = "rebalance to the target, as trades earn a rebate"
    NO_COSTS_GIVEN = "rebalance to the target, as no costs were given"
    AT_LIMIT = "new holding set by the position limit"
    JOINT_LIMITS = "target in whole lots, as the hedges are limited together"
    PARTIAL = "part of the way to the aim, under price impact"
    ONE_LOT = "one lot towards the aim, as the part of the way is less"
    BELOW_ONE_LOT = "not even one lot pays"
    SMALLEST_ORDER = "the smallest order that the venue takes, as what is wanted is less"
    BELOW_SMALLEST_ORDER = "the smallest order that the venue takes would lead further away"


class Decision(NamedTuple):
    """The decision on one instrument, in contracts; negative is short.

    Attributes
    ----------
    held : float
        Holding before trading.
    target : float
        Best holding within the limits, not rounded.
    new : float
        Holding after trading.
    reason : Reason
    aim : float
        Aim of partial rebalancing; for the other rules the center of the band.
    rate : float
        Fraction of the distance to the aim that is traded, in (0, 1].
    lot : float
        Orders are multiples of it.
    remainder : float
        Part of the holding beyond whole lots, which no order changes.
    smallest_order : float
        Fewest contracts that are traded.
    """

    held: float
    target: float
    new: float
    reason: Reason
    aim: float
    rate: float = 1.0
    lot: float = 1.0
    remainder: float = 0.0
    smallest_order: float = 1.0


class TargetHoldings(NamedTuple):
    """Targets of the instruments, (n_instruments,) each, in contracts.

    Attributes
    ----------
    best : array
        Best holdings within the limits, not rounded.
    whole_lots : array
        Best holdings that orders of whole lots lead to.
    unlimited : array
        Best holdings without limits.
    center : array
        Center of each band: the best holding of an instrument without its own limit, given the
        best holdings of the others within theirs.
    """

    best: Array
    whole_lots: Array
    unlimited: Array
    center: Array


class Trades(NamedTuple):
    """Trades of all instruments, (n_instruments,) each, in contracts.

    Attributes
    ----------
    holdings : array
        Holdings after trading.
    trades : array
        Trades, zero where an instrument is left alone.
    decisions : tuple of Decision
    """

    holdings: Array
    trades: Array
    decisions: tuple[Decision, ...]


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
    for free, and a new position under a tracking-error rule: that rule ignores costs, and entering
    at the edges of all bands would use up the whole tracking error while the targets are static.
    With cost-optimal bands the edge is best.
    """
    limited = np.minimum(np.maximum(targets.unlimited, terms.min), terms.max)
    if joint.net is not None or not allows(limited, terms, joint):
        return _trade_to_lots(held, targets, terms, joint)
    enter_at_target = isinstance(rebalancing, NoTradeBands)
    decisions = []
    for have, best, lots, center, half_width, lot in _rows(
        held, targets.best, targets.whole_lots, targets.center, bands.half_widths, terms.lots
    ):
        new, reason = rebalance(have, center, half_width, lot)
        if reason is Reason.TO_BAND_EDGE and half_width == 0.0:
            new = lots
            reason = Reason.FREE_TRADES
        elif reason is Reason.TO_BAND_EDGE and have == 0.0 and enter_at_target:
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
    variances: Array,
) -> Trades:
    """Return the trades under quadratic price impact, in whole lots and within the limits.

    Parameters
    ----------
    variances : array (n_instruments,)
        Variances of the profit of one contract, in currency squared.
    """
    decisions = []
    for have, best, mean, half_width, variance, lot in _rows(
        held, targets.best, bands.past_mean, bands.half_widths, variances, terms.lots
    ):
        rate = trading_rate(rebalancing.impact, rebalancing.risk_aversion, variance)
        aim = aim_position(best, mean, rebalancing.mean_reversion, rate)
        new, reason = rebalance_partly(have, aim, rate, half_width, lot)
        decisions.append(Decision(have, best, new, reason, aim, rate))
    return _trades(held, _within_limits(decisions, targets, terms, joint), terms, joint)


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


def _at_least_the_smallest_order(
    decisions: list[Decision], terms: ContractTerms, joint: JointLimits
) -> list[Decision]:
    """Return decisions whose trades are not below the smallest order of each instrument.

    A trade that is too small is enlarged where that leads nearer to the aim and keeps the limits;
    else there is none.
    """
    final = list(decisions)
    for i, smallest in enumerate(terms.smallest_orders.tolist()):
        one = final[i]
        trade = one.new - one.held
        if not LIMIT_TOLERANCE * terms.lots[i] < abs(trade) < smallest * (1.0 - LIMIT_TOLERANCE):
            continue
        enlarged = one.held + math.copysign(smallest, trade)
        final[i] = one._replace(new=enlarged, reason=Reason.SMALLEST_ORDER)
        nearer = abs(enlarged - one.aim) < abs(one.held - one.aim)
        if not nearer or not allows(np.array([each.new for each in final]), terms, joint):
            final[i] = one._replace(new=one.held, reason=Reason.BELOW_SMALLEST_ORDER)
    return final


def _trades(
    held: Array, decisions: list[Decision], terms: ContractTerms, joint: JointLimits
) -> Trades:
    """Return the trades in whole lots, without those that are rounding."""
    decisions = _at_least_the_smallest_order(decisions, terms, joint)
    new = np.array([one.new for one in decisions])
    trades = contracts_of_lots(np.rint((new - held) / terms.lots), terms.lots)
    holdings = [
        round(have + trade, max(decimals(have), decimals(lot))) if trade else have
        for have, trade, lot in _rows(held, trades, terms.lots)
    ]
    final = [
        one._replace(new=after, lot=lot, remainder=remainder, smallest_order=smallest)
        for one, after, lot, remainder, smallest in zip(
            decisions,
            holdings,
            terms.lots.tolist(),
            terms.remainders.tolist(),
            terms.smallest_orders.tolist(),
            strict=True,
        )
    ]
    return Trades(np.array(holdings), trades, tuple(final))


def trade_costs(trades: Array, costs: Array, impact: float = 0.0) -> Array:
    """Return the cost of trades (n,) in contracts, in currency, with their price impact."""
    return np.abs(trades) * costs + 0.5 * impact * trades**2
