"""The list of the orders that a recommendation consists of."""

from __future__ import annotations

from typing import NamedTuple

from hedgeresearch.recommendation.narrative.trades import trade_reason
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
            reason=trade_reason(decision, width),
        )
        for name, trade, cost, decision, width in zip(
            names, plan.trades.tolist(), plan.costs.tolist(), plan.decisions, widths, strict=True
        )
        if trade
    ]
