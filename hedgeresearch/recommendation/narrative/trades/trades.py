"""Why each instrument is traded, or left alone, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hedgeresearch._formatting import ZERO_TOLERANCE, exact, money, percent, quantity, side
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.assessment.small_positions import SmallPosition
from hedgeresearch.recommendation.sizing.contracts import LIMIT_TOLERANCE
from hedgeresearch.recommendation.sizing.decision import Decision, Reason
from hedgeresearch.recommendation.sizing.plan import Plan

ROUNDED = (
    Reason.NEW_POSITION,
    Reason.LOTS_TOGETHER,
    Reason.FREE_TRADES,
    Reason.REBATE,
    Reason.NO_COSTS_GIVEN,
)
"""Reasons of decisions for a target that is rounded to lots."""
NO_ROOM = "as the limits leave no room before others, of which the market holds less, are traded"
JOINT_LIMIT = "a joint limit applies: gross, net or number of instruments"
"""Words for limits that hold for all hedges together."""


def trade_sentences(names: list[str], plan: Plan) -> list[str]:
    """Return a sentence on each instrument: the trade, the new holding, and the reason."""
    return [
        f"{name}: {_trade_text(decision, trade)} ({reason})."
        for name, trade, decision, reason in zip(
            names, plan.trades.tolist(), plan.decisions, trade_reasons(names, plan), strict=True
        )
    ]


def trade_reasons(names: list[str], plan: Plan) -> list[str]:
    """Return the reason of each decision in words, without full stops.

    Lots that are not the nearest to their target have the reason that all were rounded together.
    """
    together = ""
    if np.allclose(plan.holdings, plan.targets.whole_lots, rtol=0.0, atol=ZERO_TOLERANCE):
        lots = [f"{exact(abs(new))} {name}" for new, name in zip(plan.holdings, names, strict=True)]
        together = f"; in whole lots together, {' and '.join(lots)} leave least variance"
    reasons = []
    for decision, width in zip(plan.decisions, plan.bands.half_widths.tolist(), strict=True):
        is_nearest = abs(decision.new - decision.target) <= (0.5 + LIMIT_TOLERANCE) * decision.lot
        by_lots = decision.reason in ROUNDED and not is_nearest
        reasons.append(trade_reason(decision, width) + (together if by_lots else ""))
    return reasons


def small_position_sentences(positions: Sequence[SmallPosition], currency: str) -> list[str]:
    """Return what one contract is worth where the position needs less than half of it."""
    sentences = []
    for one in positions:
        number = exact(one.smallest_order)
        order = "one contract is" if one.smallest_order == 1.0 else f"{number} contracts are"
        such_as = f", such as {one.smaller_contract}" if one.smaller_contract else ""
        sentences.append(
            f"{one.instrument}: the smallest order does not fit: {order} worth "
            f"{money(one.smallest_notional, currency)}, more than twice the "
            f"{money(one.notional, currency)} of the target. A smaller contract is "
            f"needed{such_as}."
        )
    return sentences


def unknown_cost_sentences(instruments: Sequence[Terms], plan: Plan) -> list[str]:
    """Return which costs of the instruments were not given, and so count as zero.

    The reason of the trade may say so already.
    """
    sentences = []
    for one, decision in zip(instruments, plan.decisions, strict=True):
        if decision.reason is Reason.NO_COSTS_GIVEN:
            continue
        if not one.has_costs:
            missing = "no costs were given: trades count as free in orders, bands and backtests"
        elif one.half_spread is None:
            missing = "no half spread was given: costs are those of fees alone"
        elif one.fee is None and one.fee_per_contract is None:
            missing = "no fee was given: costs are those of the half spread alone"
        else:
            continue
        sentences.append(f"{one.name}: {missing}.")
    return sentences


def cost_sentences(names: list[str], plan: Plan, currency: str, *, with_options: bool) -> list[str]:
    """Return what the trades cost, as far as it is known; nothing where none is known.

    Where options are traded, too, whose costs are in sentences of their own, they are named.
    """
    traded = plan.trades != 0.0
    known = plan.costs[traded & ~np.isnan(plan.costs)]
    if not len(known):
        return []
    one = np.count_nonzero(traded) == 1
    whose = [name for name, moves in zip(names, traded, strict=True) if moves]
    of = f" of {' and '.join(whose)}" if with_options else ""
    trades = f"trade{of} costs" if one else f"trades{of} cost"
    unknown = [
        name for name, missing in zip(names, traded & np.isnan(plan.costs), strict=True) if missing
    ]
    without = f", without {' and '.join(unknown)}, whose costs are not known" if unknown else ""
    return [f"The {trades} {money(float(known.sum()), currency)}{without}."]


def _trade_text(decision: Decision, trade: float) -> str:
    held = side(decision.held, exact(decision.held))
    if not trade:
        return f"no trade, hold {held}"
    verb = "buy" if trade > 0.0 else "sell"
    new = side(decision.new, exact(decision.new))
    return f"{verb} {exact(abs(trade))}, from {held} to {new}"


def trade_reason(decision: Decision, half_width: float) -> str:
    """Return the reason of a decision in words, without a full stop.

    Parameters
    ----------
    decision : Decision
    half_width : float
        Half-width of the no-trade band, in contracts.
    """
    target = f"target {_side_text(decision.target)}"
    aim = _side_text(decision.aim)
    smallest = exact(decision.smallest_order)
    held_now = quantity(decision.capacity)
    band = f"no-trade band of ±{quantity(half_width)}" if half_width else ""
    words = {
        Reason.INSIDE_BAND: f"{target}, inside the {band}" if band else target,
        Reason.TO_BAND_EDGE: f"{target}; traded to the edge of the {band}",
        Reason.NEW_POSITION: f"{target}; a new position opens at its target, {band}",
        Reason.LOTS_TOGETHER: f"{target}; left outside the {band}, as lots are chosen for all "
        "hedges together",
        Reason.FREE_TRADES: f"{target}; no band, as trades cost nothing",
        Reason.REBATE: f"{target}; no band, as trades earn a rebate",
        Reason.NO_COSTS_GIVEN: f"{target}; no band, as no costs were given",
        Reason.AT_LIMIT: f"{target}; the position limit applies",
        Reason.JOINT_LIMITS: f"{target}; {JOINT_LIMIT}",
        Reason.PARTIAL: f"{percent(decision.rate)} of the way to an aim of {aim}",
        Reason.ONE_LOT: f"one lot towards an aim of {aim}",
        Reason.BELOW_ONE_LOT: f"aim {aim}, not worth the cost of one lot",
        Reason.SMALLEST_ORDER: f"{target}; the smallest order is {smallest}",
        Reason.BELOW_SMALLEST_ORDER: f"{target}; left alone, as the smallest order is {smallest}",
        Reason.LIQUIDATED: f"{target}; no order that adds to what is held, which is liquidated "
        "at today's price",
        Reason.CAPACITY: f"{target}; the market holds {held_now} now, the rest waits",
        Reason.WAITS_FOR_CAPACITY: f"{target}; left alone, {NO_ROOM}",
        Reason.NO_CAPACITY: f"{target}; left alone, as the market holds {held_now} now, less than "
        f"the smallest order of {smallest}",
    }
    return f"{words[decision.reason]}{_remainder_text(decision)}"


def _remainder_text(decision: Decision) -> str:
    """Return why a holding is not in whole lots; "" where it is."""
    if not decision.remainder:
        return ""
    held = exact(abs(decision.held))
    return f"; orders are multiples of {exact(decision.lot)}, which the {held} held are not"


def _side_text(contracts: float) -> str:
    """Return contracts in words, "0" for none."""
    return "0" if abs(contracts) < ZERO_TOLERANCE else side(contracts, quantity(contracts))
