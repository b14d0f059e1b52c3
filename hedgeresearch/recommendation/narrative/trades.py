"""Why each instrument is traded, or left alone, in words."""

from __future__ import annotations

from hedgeresearch._formatting import ZERO_TOLERANCE, exact, percent, quantity, side
from hedgeresearch.recommendation.sizing.decisions import Decision, Reason
from hedgeresearch.recommendation.sizing.plan import Plan

JOINT_LIMIT = "a joint limit applies: gross, net or number of instruments"
"""Words for limits that hold for all hedges together."""


def trade_sentences(names: list[str], plan: Plan) -> list[str]:
    """Return a sentence on each instrument: the trade, the new holding, and the reason."""
    widths = plan.bands.half_widths.tolist()
    return [
        f"{name}: {_trade_text(decision, trade)} ({trade_reason(decision, width)})."
        for name, trade, decision, width in zip(
            names, plan.trades.tolist(), plan.decisions, widths, strict=True
        )
    ]


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
    band = f"no-trade band of ±{quantity(half_width)}" if half_width else ""
    words = {
        Reason.INSIDE_BAND: f"{target}, inside the {band}" if band else target,
        Reason.TO_BAND_EDGE: f"{target}; traded to the edge of the {band}",
        Reason.NEW_POSITION: f"{target}; a new position opens at its target, {band}",
        Reason.FREE_TRADES: f"{target}; no band, as there are no trading costs",
        Reason.AT_LIMIT: f"{target}; the position limit applies",
        Reason.JOINT_LIMITS: f"{target}; {JOINT_LIMIT}",
        Reason.PARTIAL: f"{percent(decision.rate)} of the way to an aim of {aim}",
        Reason.ONE_LOT: f"one lot towards an aim of {aim}",
        Reason.BELOW_ONE_LOT: f"aim {aim}, not worth the cost of one lot",
        Reason.SMALLEST_ORDER: f"{target}; the smallest order is {smallest}",
        Reason.BELOW_SMALLEST_ORDER: f"{target}; left alone, as the smallest order is {smallest}",
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
