"""Section on what to trade now, and why."""

from __future__ import annotations

from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.section import Parts, Section
from hedgeresearch.report.tables import (
    Table,
    amount,
    contracts,
    percent,
    ratio,
    table_of,
    words,
)

TITLE = "What to do now"
ORDERS = {
    "side": ("side", words),
    "contracts": ("contracts", contracts),
    "cost": ("cost, currency", amount),
    "reason": ("reason", words),
}
HOLDINGS = {
    "ratio": ("ratio", ratio),
    "target": ("target, contracts", amount),
    "held": ("held", contracts),
    "new": ("new", contracts),
    "trade": ("trade", contracts),
    "band": ("band, ±", amount),
    "notional": ("notional, currency", amount),
    "cost": ("cost, currency", amount),
}


def decision_section(recommendation: Recommendation) -> Section:
    """Return the decision, orders, holdings, expected volatility and reasons."""
    parts = Parts()
    tables = []
    currency = recommendation.assessment.currency
    orders = recommendation.orders.set_index("instrument")
    if len(orders):
        tables.append(("Orders", table_of(orders, "instrument", ORDERS, currency)))
    holdings = table_of(recommendation.summary, "instrument", HOLDINGS, currency)
    tables.append(("Holdings in contracts; negative is short", holdings))
    expected = parts.get("Expected volatility", lambda: _expected(recommendation))
    if expected is not None:
        of_options = recommendation.problem.options is not None
        of_what = " of the delta, of units and all options," if of_options else ""
        if recommendation.problem.onchain is not None:
            of_what = " of the delta"
        tables.append((f"Expected volatility{of_what} under the model", expected))
    decision = parts.get("The expected effect", lambda: recommendation.decision)
    reasons = parts.get("Some of the reasons", lambda: recommendation.reasons)
    return Section(
        TITLE,
        texts=() if decision is None else (decision,),
        points=tuple(reasons or ()),
        tables=tuple(tables),
        missing=tuple(parts.missing),
    )


def _expected(recommendation: Recommendation) -> Table:
    """Return volatility and removed variance: unhedged, as held, as recommended."""
    volatility = recommendation.volatility.to_frame("volatility")
    unhedged = recommendation.volatility["unhedged"]
    volatility["removed"] = 1.0 - (recommendation.volatility / unhedged) ** 2
    fit = recommendation.problem.fit
    columns = {
        "volatility": (f"volatility over {fit.spacing.describe(fit.horizon)}, currency", amount),
        "removed": ("variance removed, %", percent),
    }
    return table_of(volatility, "position", columns, recommendation.assessment.currency)
