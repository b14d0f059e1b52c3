"""Why each instrument is traded, or left alone, in words."""

from __future__ import annotations

from typing import NamedTuple

from hedgeresearch._formatting import ZERO_TOLERANCE, exact, percent, quantity, side
from hedgeresearch.recommendation.sizing.decisions import Decision, Reason
from hedgeresearch.recommendation.sizing.plan import Plan


class Order(NamedTuple):
    """One line of the order list; contracts are positive, the cost is in currency."""

    instrument: str
    side: str
    contracts: float
    cost: float
    reason: str


def list_orders(names: list[str], plan: Plan) -> list[Order]:
    """Return the order list; instruments that are left alone have no line."""
    widths = plan.bands.half_widths.tolist()
    return [
        Order(
            instrument=name,
            side="buy" if trade > 0.0 else "sell",
            contracts=abs(trade),
            cost=cost,
            reason=explain(decision, width),
        )
        for name, trade, cost, decision, width in zip(
            names, plan.trades.tolist(), plan.costs.tolist(), plan.decisions, widths, strict=True
        )
        if trade
    ]


def trade_sentences(names: list[str], plan: Plan) -> list[str]:
    """Return a sentence on each instrument: the trade, the new holding, and the reason."""
    widths = plan.bands.half_widths.tolist()
    return [
        f"{name}: {_trade(decision, trade)} ({explain(decision, width)})."
        for name, trade, decision, width in zip(
            names, plan.trades.tolist(), plan.decisions, widths, strict=True
        )
    ]


def _trade(decision: Decision, trade: float) -> str:
    held = side(decision.held, exact(decision.held))
    if not trade:
        return f"no trade, hold {held}"
    verb = "buy" if trade > 0.0 else "sell"
    new = side(decision.new, exact(decision.new))
    return f"{verb} {exact(abs(trade))}, from {held} to {new}"


def explain(decision: Decision, half_width: float) -> str:
    """Return the reason of a decision in words, without a full stop.

    Parameters
    ----------
    decision : Decision
    half_width : float
        Of the no-trade band, in contracts.
    """
    target = f"target {_side(decision.target)}"
    aim = _side(decision.aim)
    band = f"no-trade band of ±{quantity(half_width)}" if half_width else ""
    words = {
        Reason.INSIDE_BAND: f"{target}, inside the {band}" if band else target,
        Reason.TO_BAND_EDGE: f"{target}, {band}",
        Reason.NEW_POSITION: f"{target}, {band}",
        Reason.FREE_TRADES: f"{target}, trades are free",
        Reason.AT_LIMIT: "position limit",
        Reason.JOINT_LIMITS: f"{target}, hedges limited together",
        Reason.PARTIAL: f"{percent(decision.rate)} of the way to an aim of {aim}",
        Reason.ONE_LOT: f"one lot towards an aim of {aim}",
        Reason.BELOW_ONE_LOT: f"aim {aim}, not worth the cost of one lot",
    }
    return words[decision.reason]


def _side(contracts: float) -> str:
    """Return contracts in words, "0" for none."""
    return "0" if abs(contracts) < ZERO_TOLERANCE else side(contracts, quantity(contracts))
