"""Section on what to trade now, and why."""

from __future__ import annotations

from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import amount, contracts, percent, ratio, table_of, words

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
EXPECTED = {
    "volatility": ("next volatility, currency", amount),
    "removed": ("variance removed, %", percent),
}


def decision_section(recommendation: Recommendation) -> Section:
    """Return the decision, orders, holdings, expected volatility and reasons."""
    volatility = recommendation.volatility.to_frame("volatility")
    unhedged = recommendation.volatility["unhedged"]
    volatility["removed"] = 1.0 - (recommendation.volatility / unhedged) ** 2
    tables = []
    orders = recommendation.orders.set_index("instrument")
    if len(orders):
        tables.append(("Orders", table_of(orders, "instrument", ORDERS)))
    holdings = table_of(recommendation.summary, "instrument", HOLDINGS)
    tables.append(("Holdings in contracts; negative is short", holdings))
    expected = table_of(volatility, "position", EXPECTED)
    tables.append(("Expected volatility under the model", expected))
    return Section(
        "What to do now",
        texts=(recommendation.decision,),
        points=tuple(recommendation.reasons),
        tables=tuple(tables),
    )
