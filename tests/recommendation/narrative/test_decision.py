"""The decision in words holds the numbers of the fields."""

from collections.abc import Callable

import pandas as pd

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


def test_the_decision_holds_the_numbers(advise: Advise) -> None:
    found = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": -900.0})
    held = found.holdings["PERP"]
    contracts = found.orders.iloc[0]["contracts"]
    before = found.volatility["unhedged"]
    after = found.volatility["as recommended"]
    removed = 1 - (after / before) ** 2
    assert found.decision == (
        f"Sell {contracts:,.0f} PERP (new position: {-held:,.0f} short). Expected volatility of "
        f"30 COIN over the next day falls from {before:,.0f} to {after:,.0f}, "
        f"a variance reduction of {removed:.1%} under the model."
    )


def test_without_a_trade_the_decision_says_what_is_held(advise: Advise) -> None:
    held = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": -900.0}).holdings["PERP"]
    again = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": held})
    assert again.decision.startswith(f"No trade: hold {-held:,.0f} short PERP. Expected")
    nothing = hr.Limits(contracts={"PERP": 0})
    none = advise({"COIN": 30.0}, ["PERP"], limits=nothing)
    assert none.decision == (
        "No trade; no hedge is held. Expected volatility of 30 COIN over the next day stays at "
        f"{none.volatility['unhedged']:,.0f}."
    )
    closed = advise({"COIN": 30.0}, ["PERP"], limits=nothing, holdings={"PERP": -900.0})
    assert closed.decision.startswith("Buy 900 PERP (position closed). Expected")


def test_several_new_positions_are_named(advise: Advise) -> None:
    found = advise({"A": 400_000.0}, ["F", "H"])
    f, h = found.holdings
    positions = f"(new positions: {-f:,.0f} short F, {-h:,.0f} short H)."
    assert found.decision.startswith(f"Sell {-f:,.0f} F, sell {-h:,.0f} H {positions}")


def test_a_hedge_that_adds_variance_is_a_warning(advise: Advise) -> None:
    worse = advise({"COIN": 30.0}, ["PERP"], limits=hr.Limits(contracts={"PERP": (100, 200)}))
    now = worse.volatility["as recommended"]
    unhedged = worse.volatility["unhedged"]
    assert f"rises from {unhedged:,.0f} to {now:,.0f}, a variance increase of" in worse.decision
    assert worse.reasons[0] == (
        "Warning: the hedge adds variance: volatility is "
        f"{now:,.0f} hedged, {unhedged:,.0f} unhedged."
    )
    assert worse.tail_dependence is None
    assert not any("on the worst" in text.lower() for text in worse.reasons)
    for limits in (hr.Limits(), hr.Limits(contracts={"PERP": 0})):
        fine = advise({"COIN": 30.0}, ["PERP"], limits=limits)
        assert not any("adds variance" in text for text in fine.reasons)


def test_short_positions_are_called_short(advise: Advise) -> None:
    assert "of 100,000 short A over the next day" in advise({"A": -100_000.0}, ["F"]).decision
    both = advise({"A": 25.5, "B": -3_000.0}, ["F"])
    assert "of 25.5 A, 3,000 short B over the next day" in both.decision


def test_large_portfolios_are_counted_not_listed(market: hr.Market, table: pd.DataFrame) -> None:
    units = {name: 10.0 for name in ("A", "B", "F", "H")}
    position = hr.Position(units)
    future = hr.LinearContract("G", 100)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    found = hr.recommend(fit, position, future, market)
    worth = f"of a portfolio of 4 assets worth {found.valuation.value:,.0f} gross over the next"
    assert worth in found.decision
