"""Margin of the hedges held: the closed forms called directly, for each kind of contract."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import quantity
from hedgeresearch.report.sections.tails import tails_section

Advise = Callable[..., hr.recommendation.Recommendation]


def test_a_linear_short_is_liquidated_at_the_closed_form(advise: Advise, market: hr.Market) -> None:
    found = advise({"A": 40_000.0}, ["F"], margin=hr.Margin({"F": 4e5}, horizon=30))
    row = found.margin.loc["F"]
    price = market.price("F")
    contracts = found.holdings["F"]
    future = hr.LinearContract("F", 50)
    barrier = hr.margin.liquidation_price(future, 4e5, contracts, price, 0.05)
    assert row["liquidation price"] == pytest.approx(barrier, rel=1e-12)
    # by the definition: equity equals maintenance margin there
    size = 50 * contracts
    equity = 4e5 + size * (barrier - price)
    assert equity == pytest.approx(0.05 * abs(size) * barrier, rel=1e-9)
    returns = market.table["F"].pct_change().iloc[1:]
    drawn = hr.margin.liquidation_probability(returns, price, barrier, 30, position="short")
    assert (row["probability"], row["closed form"]) == (drawn.probability, drawn.closed_form)
    assert (row["lower"], row["upper"]) == drawn.conf_int()
    paths = hr.margin.simulate_price_range(returns, price, 30)
    needed = hr.margin.collateral_for_probability(future, paths, contracts, 0.05, probability=0.01)
    assert row["needed"] == needed
    enough = advise({"A": 40_000.0}, ["F"], margin=hr.Margin({"F": needed}, horizon=30))
    assert enough.margin.loc["F", "probability"] <= 0.01


def test_the_mean_of_the_past_goes_on_where_that_is_said(advise: Advise, market: hr.Market) -> None:
    margin = hr.Margin({"F": 4e5}, horizon=30, keep_mean=True)
    found = advise({"A": 40_000.0}, ["F"], margin=margin)
    plain = advise({"A": 40_000.0}, ["F"], margin=hr.Margin({"F": 4e5}, horizon=30))
    returns = market.table["F"].pct_change().iloc[1:]
    row = found.margin.loc["F"]
    paths = hr.margin.simulate_price_range(returns, market.price("F"), 30, keep_mean=True)
    future = hr.LinearContract("F", 50)
    contracts = found.holdings["F"]
    assert row["probability"] == paths.probability(row["liquidation price"], "short")
    assert row["needed"] == hr.margin.collateral_for_probability(
        future, paths, contracts, 0.05, probability=0.01
    )
    assert row["needed"] != plain.margin.loc["F", "needed"]
    text = "These numbers carry the mean of past returns forward."
    assert any(reason.endswith(text) for reason in found.reasons)
    assert not any(text in reason for reason in plain.reasons)


def test_an_inverse_short_has_its_wallet_in_coins(advise: Advise, market: hr.Market) -> None:
    price = market.price("PERP")
    contracts = advise({"COIN": 30.0}, ["PERP"]).holdings["PERP"]
    face = 100 * contracts
    coins = 0.3 * abs(face) / price
    row = advise({"COIN": 30.0}, ["PERP"], margin=hr.Margin({"PERP": coins})).margin.loc["PERP"]
    barrier = row["liquidation price"]
    perpetual = hr.InverseContract("PERP", 100)
    expected = hr.margin.liquidation_price(perpetual, coins, contracts, price, 0.05)
    assert barrier == pytest.approx(expected, rel=1e-12)
    equity = coins + face * (1 / price - 1 / barrier)
    assert equity == pytest.approx(0.05 * abs(face) / barrier, rel=1e-9)
    covered = advise({"COIN": 30.0}, ["PERP"], margin=hr.Margin({"PERP": 1.01 * abs(face) / price}))
    assert covered.margin.loc["PERP", "liquidation price"] == np.inf
    assert covered.margin.loc["PERP", "probability"] == 0.0
    assert any("PERP cannot be liquidated" in text for text in covered.reasons)


@pytest.mark.parametrize("units", [40_000.0, -40_000.0])
def test_a_quanto_pays_at_its_fixed_rate(market: hr.Market, units: float) -> None:
    contract = hr.QuantoContract("H", 200, fixed_rate=1.5, maintenance_margin=0.05)
    position = hr.Position({"A": units})
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    margin = hr.Margin({"H": 5e5}, horizon=10)
    found = hr.recommend(fit, position, contract, market, margin=margin)
    size = 200 * 1.5 * found.holdings["H"]
    price = market.price("H")
    level = found.margin.loc["H", "liquidation price"]
    assert 5e5 + size * (level - price) == pytest.approx(0.05 * abs(size) * level, rel=1e-9)
    assert (level > price) == (units > 0)
    said = f"H would be liquidated at a price of {quantity(level)} ({quantity(price)} now), with"
    assert any(said in text for text in found.reasons)


def test_a_wallet_below_maintenance_is_liquidated_now(advise: Advise, market: hr.Market) -> None:
    found = advise({"A": 40_000.0}, ["F"], margin=hr.Margin({"F": 1.0}))
    row = found.margin.loc["F"]
    assert (row["liquidation price"], row["probability"]) == (market.price("F"), 1.0)
    price = market.price("F")
    assert row["maintenance"] == pytest.approx(0.05 * 50 * -found.holdings["F"] * price, rel=1e-12)
    short = -found.holdings["F"]
    required = f"a maintenance margin of {row['maintenance']:,.0f} in the currency of F"
    text = (
        f"F: {short:,.0f} short are liquidated at once with collateral of 1 in the currency of F "
        f"and {required}. The order needs more than {row['maintenance'] - 1.0:,.0f} in the "
        "currency of F of new collateral first."
    )
    assert found.reasons[0] == f"Warning: {text}"
    assert found.decision.startswith(text)
    needed = f"For F collateral of {row['needed']:,.0f} in the currency of F keeps the probability"
    assert any(reason.startswith(needed) for reason in found.reasons)


def test_hedges_that_are_not_on_margin_have_no_row(advise: Advise, market: hr.Market) -> None:
    position = hr.Position({"A": 40_000.0})
    cash = hr.QuantoContract("H", 200, maintenance_margin=0.0)
    share = hr.Spot("B")
    for unmargined in (cash, share):
        fit = hr.NaiveHedge().fit(*market.returns(position, unmargined))
        assert hr.recommend(fit, position, unmargined, market).margin is None
    found = advise({"A": 40_000.0}, ["F"])
    assert found.margin["collateral"].isna().all()
    needed = f"collateral of {found.margin.loc['F', 'needed']:,.0f} in the currency of F"
    assert (
        f"No collateral was given for F; {needed} keeps the probability of liquidation within 10 "
        "days at 1% or below."
    ) in found.reasons


def test_negative_past_prices_leave_the_risk_unknown(
    market: hr.Market, instruments: dict[str, Any]
) -> None:
    table = market.table
    negative = hr.Market(table.assign(F=table["F"] - table["F"].min() - 1.0))
    position = hr.Position({"A": 40_000.0})
    future = instruments["F"]
    fit = hr.OLSHedge().fit(*negative.returns(position, future, "difference"))
    found = hr.recommend(fit, position, future, negative, margin=hr.Margin({"F": 1e6}))
    known = found.margin.loc["F"].dropna().to_dict()
    assert known.pop("maintenance") > 0.0
    assert known == {"collateral": 1e6, "currency": ""}
    text = "Liquidation risk of F not available: its past prices are not all positive."
    assert text in found.reasons


def test_collateral_is_given_with_its_currency(advise: Advise, market: hr.Market) -> None:
    terms = {"maintenance_margin": 0.05}
    coin = hr.InverseContract("PERP", 100, currency="BTC", **terms)
    dollars = hr.LinearContract("G", 100, **terms)
    position = hr.Position({"COIN": 30.0})
    fit = hr.OLSHedge().fit(*market.returns(position, [coin, dollars]))
    margin = hr.Margin({"PERP": 60.0}, probability=0.005)
    found = hr.recommend(fit, position, [coin, dollars], market, margin=margin)
    assert found.margin["currency"].to_dict() == {"PERP": "BTC", "G": ""}
    covered = "PERP cannot be liquidated at any price on its collateral of 60 BTC."
    assert covered in found.reasons
    needed = f"{found.margin.loc['G', 'needed']:,.0f} in the currency of G keeps the probability"
    assert any(needed in text and text.endswith("0.5% or below.") for text in found.reasons)
    plain = advise({"COIN": 30.0}, ["PERP"])
    assert plain.margin.loc["PERP", "currency"] == "coins"


def test_an_unknown_maintenance_margin_is_said_and_kept(advise: Advise) -> None:
    text = "Liquidation risk of H not available: its maintenance margin was not given."
    found = advise({"A": 40_000.0}, ["F", "H"], margin=hr.Margin({"H": 5e5}))
    assert found.margin.index.tolist() == ["F", "H"]
    assert found.margin.loc["H"].dropna().to_dict() == {"collateral": 5e5, "currency": ""}
    assert found.reasons.count(text) == 1
    alone = advise({"A": 40_000.0}, ["H"])
    assert alone.margin.drop(columns="currency").isna().all(axis=None)
    assert text in alone.reasons
    nothing = hr.Limits(contracts={"H": 0})
    margin = hr.Margin({"H": 5e5})
    assert text not in advise({"A": 40_000.0}, ["H"], margin=margin, limits=nothing).reasons
    known = advise({"A": 40_000.0}, ["F"], margin=hr.Margin({"F": 5e5}))
    assert not any("not available" in reason for reason in known.reasons)


def test_the_time_is_that_of_the_bars(market: hr.Market) -> None:
    """Minutes are not days: collateral for ten days covers 14,400 of them."""
    rng = np.random.default_rng(3)
    minutes = pd.date_range("2025-01-01", periods=20_000, freq="min")
    coin = 2500.0 * np.exp(np.cumsum(2e-4 * rng.standard_normal(20_000)))
    perp = coin * np.exp(np.cumsum(2e-5 * rng.standard_normal(20_000)))
    market = hr.Market(pd.DataFrame({"ETH": coin, "PERP": perp}, minutes))
    position = hr.Position({"ETH": 300.0})
    contract = hr.LinearContract("PERP", 1, lot=1, maintenance_margin=0.01)
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    found = hr.recommend(fit, position, contract, market)
    text = next(text for text in found.reasons if text.startswith("No collateral"))
    assert "liquidation within 14,400 minutes (10 days) at 1% or below" in text
    short = hr.recommend(fit, position, contract, market, margin=hr.Margin(horizon="20min"))
    assert any("liquidation within 20 minutes at" in text for text in short.reasons)
    ratio = found.margin.loc["PERP", "needed"] / short.margin.loc["PERP", "needed"]
    assert ratio > 2.0
    with pytest.raises(hr.DataError, match="margin.horizon must be at most as long as the past"):
        hr.recommend(fit, position, contract, market, margin=hr.Margin(horizon=10**9))


def test_the_curve_of_past_profits_is_of_values_of_today(advise: Advise) -> None:
    from matplotlib.text import Text

    found = advise({"A": 40_000.0}, ["F"])
    axes = found.plot()
    texts = [text.get_text() for text in axes.figure.findobj(Text)]
    assert any("at today's values, in sample" in text for text in texts)
    value = found.valuation.value
    total = found.assessment.past_returns.iloc[:, 0].sum() * value
    ends = [line.get_ydata()[-1] for line in axes.lines if len(line.get_ydata()) > 2]
    assert any(end == pytest.approx(total, rel=1e-9) for end in ends)


def test_the_caption_says_what_the_curve_of_profits_is(advise: Advise) -> None:
    found = advise({"A": 40_000.0}, ["F"])
    captions = [caption for caption, _ in tails_section(found).figures]
    assert "kept at their value of today" in captions[0]


def test_sentences_say_the_time_and_what_it_is_rounded_to() -> None:
    rng = np.random.default_rng(3)
    weeks = pd.date_range("2015-01-02", periods=300, freq="W-FRI")
    coin = 2500.0 * np.exp(np.cumsum(0.02 * rng.standard_normal(300)))
    perp = coin * np.exp(np.cumsum(2e-3 * rng.standard_normal(300)))
    market = hr.Market(pd.DataFrame({"ETH": coin, "PERP": perp}, weeks))
    position = hr.Position({"ETH": 300.0})
    contract = hr.LinearContract("PERP", 1, lot=1, maintenance_margin=0.01)
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    needed = {}
    for horizon, text in (
        ("20d", "within 3 weeks (20 days, rounded up) at 1% or below"),
        (None, "within 2 weeks (10 days, rounded up) at 1% or below"),
        ("21d", "within 3 weeks at 1% or below"),
    ):
        found = hr.recommend(fit, position, contract, market, margin=hr.Margin(horizon=horizon))
        assert any(text in reason for reason in found.reasons), horizon
        needed[horizon] = found.margin.loc["PERP", "needed"]
    assert needed["20d"] == needed["21d"] > needed[None]
