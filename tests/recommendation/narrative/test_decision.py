"""The decision in words holds the numbers of the fields."""

from collections.abc import Callable

import pandas as pd

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


def test_the_decision_holds_the_numbers(advise: Advise) -> None:
    found = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": -900.0})
    held = found.holdings["PERP"]
    order = found.orders.iloc[0]
    volatility = found.volatility
    removed = 1 - (volatility["as recommended"] / volatility["unhedged"]) ** 2
    assert found.decision == (
        f"Sell {order['contracts']:,.0f} PERP, to hold {-held:,.0f} short PERP, against 30 COIN: volatility of the "
        f"next date {volatility['as recommended']:,.0f} instead of {volatility['unhedged']:,.0f}, {removed:.1%} of "
        "variance removed, if the model holds."
    )
    again = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": held})
    assert again.decision.startswith(f"Hold {-held:,.0f} short PERP, without a trade, against")
    none = advise({"COIN": 30.0}, ["PERP"], limits=hr.Limits(contracts={"PERP": 0}))
    assert none.decision.startswith("Hold nothing, without a trade, against")
    worse = advise({"COIN": 30.0}, ["PERP"], limits=hr.Limits(contracts={"PERP": (100, 200)}))
    assert "of variance added, if the model holds" in worse.decision
    now = worse.volatility["as recommended"]
    unhedged = worse.volatility["unhedged"]
    assert worse.reasons[0] == (
        f"Warning: the hedge adds variance: volatility is {now:,.0f} with it, {unhedged:,.0f} without."
    )
    assert worse.tail_dependence is None
    assert not any("on the worst" in text.lower() for text in worse.reasons)
    for fine in (found, none):
        assert not any("adds variance" in text for text in fine.reasons)


def test_short_positions_are_called_short(advise: Advise) -> None:
    assert "against 100,000 short A:" in advise({"A": -100_000.0}, ["F"]).decision
    assert "against 25.5 A, 3,000 short B:" in advise({"A": 25.5, "B": -3_000.0}, ["F"]).decision


def test_large_portfolios_are_counted_not_listed(market: hr.Market, table: pd.DataFrame) -> None:
    units = {name: 10.0 for name in ("A", "B", "F", "H")}
    position = hr.Position(units)
    future = hr.LinearContract("G", 100)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    found = hr.recommend(fit, position=position, instruments=future, market=market)
    assert f"against a book of 4 assets worth {found.valuation.value:,.0f} gross" in found.decision
