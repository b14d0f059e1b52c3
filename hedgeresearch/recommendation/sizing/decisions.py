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

    Bands are those of single hedges. Lots that leave least variance together may be outside of
    some, and to trade one alone to its band would add variance: where what is held is what an order
    to these lots would leave alone, nothing is traded.
    """
    limited = np.minimum(np.maximum(targets.unlimited, terms.min), terms.max)
    to_lots = _decisions_to_lots(held, targets)
    if joint.net is not None or not allows(limited, terms, joint):
        return _trades(held, to_lots, terms, joint)
    decisions = [
        _to_band(*row)
        for row in _rows(
            held, targets.best, targets.whole_lots, targets.center, bands.half_widths, terms.lots
        )
    ]
    if isinstance(rebalancing, NoTradeBands):
        decisions = _opened(decisions, targets, terms)
    at_limits = np.abs(targets.center - targets.best) > LIMIT_TOLERANCE * terms.lots
    decisions = [
        one._replace(reason=Reason.AT_LIMIT) if at_limit else one
        for one, at_limit in zip(decisions, at_limits.tolist(), strict=True)
    ]
    decisions = _within_limits(decisions, targets, terms, joint)
    ordered = at_least_the_smallest_order(to_lots, terms, joint)
    if _are_near(np.array([one.new for one in ordered]), held, terms.lots):
        decisions = [_kept(*pair) for pair in zip(decisions, ordered, strict=True)]
    return _trades(held, decisions, terms, joint)


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


def _to_band(
    held: float, best: float, lots: float, center: float, half_width: float, lot: float
) -> Decision:
    """Return the decision on one hedge: to its band, or to its lots where trades are free."""
    new, reason = rebalance(held, center, half_width, lot)
    if reason is Reason.TO_BAND_EDGE and half_width == 0.0:
        new = lots
        reason = Reason.FREE_TRADES
    return Decision(held, best, new, reason, aim=center)


def _opened(
    decisions: list[Decision], targets: TargetHoldings, terms: ContractTerms
) -> list[Decision]:
    """Return decisions in which new positions open at their targets, not at edges of bands.

    They open at the whole lots that are best together, where all hedges then hold those. Next to
    other holdings each opens at the lot nearest to its own target, which is inside its band. A
    hedge that is closed while nothing else is left opens again like one that was not held.
    """
    held = np.array([one.held for one in decisions])
    others = np.array([one.new for one in decisions])
    nothing_held = not _within_own_limits(others, terms)[held != 0.0].any()
    lots = targets.whole_lots
    opens = np.array(
        [
            _opens(one, contracts, nothing_held)
            for one, contracts in zip(decisions, lots.tolist(), strict=True)
        ]
    )
    new = np.where(opens, lots, others)
    if not nothing_held and not _are_near(new, lots, terms.lots):
        new = np.where(opens, terms.lots * np.rint(targets.center / terms.lots), others)
    return [
        one._replace(new=contracts, reason=_reason_to_open(contracts)) if is_new else one
        for one, contracts, is_new in zip(decisions, new.tolist(), opens.tolist(), strict=True)
    ]


def _opens(one: Decision, lots: float, nothing_held: bool) -> bool:
    """Return whether a hedge is entered: from outside its band, or while nothing is held at all."""
    if one.reason is Reason.FREE_TRADES:
        return False
    from_outside = one.held == 0.0 and one.reason is Reason.TO_BAND_EDGE
    return from_outside or (nothing_held and lots != 0.0)


def _reason_to_open(contracts: float) -> Reason:
    return Reason.NEW_POSITION if contracts else Reason.LOTS_TOGETHER


def _kept(one: Decision, to_lots: Decision) -> Decision:
    """Return a decision to leave a hedge alone, as one to its lots would do."""
    reason = one.reason
    if one.new != one.held and to_lots.reason is Reason.BELOW_SMALLEST_ORDER:
        reason = to_lots.reason
    elif reason in (Reason.TO_BAND_EDGE, Reason.NEW_POSITION):
        reason = Reason.LOTS_TOGETHER
    return one._replace(new=one.held, reason=reason)


def _are_near(holdings: Array, others: Array, lots: Array) -> bool:
    """Return whether holdings (n,) are others but for rounding."""
    return bool((np.abs(holdings - others) <= LIMIT_TOLERANCE * lots).all())


def _rows(*columns: Array) -> Iterator[tuple[float, ...]]:
    """Yield one tuple of numbers for each instrument."""
    return zip(*(column.tolist() for column in columns), strict=True)


def _decisions_to_lots(held: Array, targets: TargetHoldings) -> list[Decision]:
    """Return decisions for the targets in whole lots, which keep the joint limits."""
    return [
        Decision(have, best, lots, Reason.JOINT_LIMITS, aim=best)
        for have, best, lots in _rows(held, targets.best, targets.whole_lots)
    ]


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
        holdings = _within_own_limits(holdings, terms)
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


def _within_own_limits(holdings: Array, terms: ContractTerms) -> Array:
    """Return holdings (n,), those outside the limits of their instrument moved to these."""
    outside = (holdings > terms.max) | (holdings < terms.min)
    if not outside.any():
        return holdings
    low, high = lot_bounds(terms)
    lots = np.clip((holdings - terms.remainders) / terms.lots, low, high)
    return np.where(outside, terms.remainders + lots * terms.lots, holdings)


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
