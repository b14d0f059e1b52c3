"""The list of the orders that a recommendation consists of."""

from __future__ import annotations

from typing import NamedTuple

from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.narrative.risks.options import option_reason
from hedgeresearch.recommendation.narrative.trades.trades import trade_reasons
from hedgeresearch.recommendation.sizing.option_hedges import option_costs
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


def list_option_orders(problem: HedgeProblem) -> list[Order]:
    """Return the orders of options that hedge; those that are left alone have no line."""
    if problem.options is None:
        return []
    book = problem.options
    if not book.hedging:
        return []
    reason = option_reason(len(book.hedging))
    return [
        Order(
            instrument=one.name,
            side="buy" if trade > 0.0 else "sell",
            contracts=abs(trade),
            cost=cost,
            reason=reason,
        )
        for one, trade, cost in zip(
            book.options, book.trades.tolist(), option_costs(problem).tolist(), strict=True
        )
        if trade
    ]
