"""The list of the orders that a recommendation consists of."""

from __future__ import annotations

from typing import NamedTuple

from hedgeresearch.recommendation.narrative.trades import trade_reasons
from hedgeresearch.recommendation.sizing.plan import Plan


class Order(NamedTuple):
    """One line of the order list; contracts are positive, the cost is in currency, or NaN."""

    instrument: str
    side: str
    contracts: float
    cost: float
    reason: str


def list_orders(names: list[str], plan: Plan) -> list[Order]:
    """Return the order list; instruments that are left alone have no line."""
    reasons = trade_reasons(names, plan)
    return [
        Order(
            instrument=name,
            side="buy" if trade > 0.0 else "sell",
            contracts=abs(trade),
            cost=cost,
            reason=reason,
        )
        for name, trade, cost, reason in zip(
            names, plan.trades.tolist(), plan.costs.tolist(), reasons, strict=True
        )
        if trade
    ]
