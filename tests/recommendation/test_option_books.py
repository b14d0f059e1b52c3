"""Recommendations for books with options: contracts by delta, accounts, updates, and records."""

import json
import pickle
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.options import black_price, greeks, years_to_expiry
from tests.recommendation.option_books import (
    DAY,
    EXPIRY,
    LAST,
    SPOT,
    advise_options,
    coin_option,
    coin_perpetual,
    coin_table,
    dollar_option,
    linear_perpetual,
    option_market,
)

YEARS = years_to_expiry(LAST, EXPIRY)


def last_volatility() -> float:
    return float(coin_table()["IV"].iloc[-1])


# --- contracts ---


def test_contracts_are_the_delta_times_the_estimated_ratio() -> None:
    market = option_market()
    found = advise_options({dollar_option(): -20}, linear_perpetual(), market, {"BTC": 3.0})
    asset, hedges = market.returns(hr.Position({"BTC": 1.0}), linear_perpetual())
    ratio = np.polyfit(hedges["PERP"], asset, 1)[0]
    delta = 3.0 - 20 * greeks(SPOT, 55e3, YEARS, last_volatility(), "put").delta
    perpetual = market.price("PERP")
    assert delta > 0.0
    assert found.plan.targets.best[0] == pytest.approx(
        -ratio * delta * SPOT / (0.001 * perpetual), rel=1e-9
    )
    assert found.plan.holdings[0] == round(found.plan.targets.best[0])
    assert found.orders["side"].tolist() == ["sell"]
    assert found.valuation.value == pytest.approx(delta * SPOT)


def test_an_account_in_coin_hedges_by_the_premium_adjusted_delta() -> None:
    table = coin_table(basis=0.0)
    perpetual = coin_perpetual(quote="USD")
    market = option_market("BTC", table)
    found = advise_options({coin_option(): -20}, perpetual, market)
    at = (SPOT, 55e3, YEARS, last_volatility(), "put")
    adjusted = greeks(*at, delta="premium_adjusted").delta
    assert adjusted == pytest.approx(greeks(*at).delta - black_price(*at) / SPOT)
    # of a perpetual at the price of the coin the ratio is 1
    assert found.plan.targets.best[0] == pytest.approx(20 * adjusted * SPOT / 100, rel=1e-9)
    assert found.options.convention == "premium_adjusted"
    assert found.assessment.currency == "BTC"
    assert found.valuation.value == pytest.approx(-20 * adjusted)


def test_coin_premiums_bought_with_dollars_have_the_delta_of_black() -> None:
    table = coin_table(basis=0.0)
    market = option_market("USD_COIN", table)
    bought = coin_option(premium_currency="USD")
    found = advise_options({bought: -20}, coin_perpetual(), market)
    in_dollars = advise_options({dollar_option(): -20}, coin_perpetual(), market)
    black = greeks(SPOT, 55e3, YEARS, last_volatility(), "put").delta
    assert found.plan.targets.best[0] == pytest.approx(20 * black * SPOT / 100, rel=1e-9)
    assert found.plan.targets.best == pytest.approx(in_dollars.plan.targets.best)
    assert found.options.convention == "forward"


@pytest.mark.parametrize("account", ["BTC", "USD"])
def test_target_leaves_least_variance_of_small_moves(account: str) -> None:
    """Brute force: quadrature of the profit of option and perpetual over 15 minutes."""
    in_coin = account == "BTC"
    perpetual = coin_perpetual(quote="USD" if in_coin else None)
    option = coin_option(premium_currency=None if in_coin else "USD")
    market = option_market("BTC" if in_coin else "USD_COIN", coin_table(basis=0.0))
    target = advise_options({option: -20}, perpetual, market).plan.targets.best[0]
    passed = 15 / (60 * 24 * 365)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    after = SPOT * np.exp(last_volatility() * np.sqrt(passed) * nodes)
    volatility = last_volatility()
    premiums = (
        option.premium(SPOT, YEARS, volatility),
        option.premium(after, YEARS - passed, volatility),
    )
    if in_coin:
        gain = option.payoff(-20, *premiums)
        hedge = perpetual.payoff(1.0, SPOT, after)
    else:
        gain = option.dollar_profit(-20, premiums, (SPOT, after))
        hedge = perpetual.profit(1.0, SPOT, after, rate=after)
    centered = weights * (hedge - weights @ hedge)
    assert target == pytest.approx(-(centered @ gain) / (centered @ hedge), rel=2e-3)


def test_forwards_and_discounts_take_part() -> None:
    market = option_market(forwards={"P55": 61e3}, discounts={"P55": 0.99})
    found = advise_options({dollar_option(): -20}, linear_perpetual(), market)
    state = greeks(61e3, 55e3, YEARS, last_volatility(), "put", discount=0.99)
    # a dollar of the spot moves the forward by 61 / 60
    assert found.valuation.value == pytest.approx(-20 * state.delta * 61e3)
    row = found.options.options.loc["P55"]
    assert row["value"] == pytest.approx(-20 * state.price)
    assert row["delta"] == pytest.approx(-20 * state.delta * 61 / 60)


def test_numbers_keep_their_rates_a_bar_later() -> None:
    """A month later, a discount and a forward are those of the interest and the carry before."""
    market = option_market(forwards={"P55": 61e3}, discounts={"P55": 0.96})
    found = advise_options({dollar_option(): -20}, linear_perpetual(), market)
    bar = market.table.iloc[-1] * pd.Series({"BTC": 1.1, "PERP": 1.1, "IV": 1.0})
    date = market.table.index[-1] + pd.Timedelta(days=30)
    later = found.update(bar, date)
    left = YEARS - 30 / 365
    interest = -np.log(0.96) / YEARS
    carry = np.log(61e3 / SPOT) / YEARS
    quotes = later.problem.market.quotes
    assert quotes.discounts["P55"] == pytest.approx(np.exp(-interest * left), rel=1e-12)
    assert quotes.forwards["P55"] == pytest.approx(1.1 * SPOT * np.exp(carry * left), rel=1e-12)
    again = later.update(bar, date + pd.Timedelta(days=1))
    expected = np.exp(-interest * (left - 1 / 365))
    assert again.problem.market.quotes.discounts["P55"] == pytest.approx(expected, rel=1e-12)
    state = greeks(
        1.1 * SPOT * np.exp(carry * left),
        55e3,
        left,
        last_volatility(),
        "put",
        discount=np.exp(-interest * left),
    )
    assert later.options.options.loc["P55", "value"] == pytest.approx(-20 * state.price)
    # what comes from the table, or was not given, is left to it
    plain = advise_options({dollar_option(): -20}, linear_perpetual(), option_market())
    assert not plain.update(bar, date).problem.market.quotes.discounts


@pytest.mark.parametrize(
    "hedge",
    [
        hr.Spot("BTC", lot=0.001, fee=0.001, currency="USD"),
        hr.LinearContract("BTC", 0.01, lot=0.1, expiry=pd.Timestamp("2026-09-25"), currency="USD"),
    ],
)
def test_the_underlying_itself_hedges_one_for_one(hedge: Any) -> None:
    found = advise_options({dollar_option(): -20}, hedge, option_market())
    delta = -20 * greeks(SPOT, 55e3, YEARS, last_volatility(), "put").delta
    assert found.problem.fit.next_ratio.iloc[0] == pytest.approx(1.0)
    assert found.plan.targets.best[0] == pytest.approx(-delta / hedge.size)
    assert not any("should be another instrument" in text for text in found.reasons)


def test_options_that_hedge_leave_no_vega() -> None:
    market = option_market()
    call = dollar_option("C70", "call", 70e3, lot=0.1, fee=0.01)
    found = advise_options({dollar_option(): -20}, [call, linear_perpetual()], market)
    held = greeks(SPOT, 55e3, YEARS, last_volatility(), "put")
    hedging = greeks(SPOT, 70e3, YEARS, 0.58, "call")
    wanted = 20 * held.vega / hedging.vega
    assert found.holdings["C70"] == pytest.approx(wanted, abs=0.05)
    assert found.orders["instrument"].tolist() == ["C70", "PERP"]
    cost = 0.01 * found.holdings["C70"] * hedging.price
    assert found.orders["cost"][0] == pytest.approx(cost)
    # the delta of the call that hedges is hedged as well
    delta = -20 * held.delta + found.holdings["C70"] * hedging.delta
    assert found.valuation.value == pytest.approx(delta * SPOT)
    assert "against the vega" in found.decision
    left = found.options.exposure.loc["all", "vega"]
    assert abs(left) <= 0.05 * hedging.vega / 100


# --- one bar later ---


@pytest.mark.filterwarnings("ignore:the (new bar|last prices) should be right")
@pytest.mark.parametrize("account", ["USD", "BTC"])
def test_update_equals_a_new_recommendation(account: str) -> None:
    in_coin = account == "BTC"
    option = coin_option() if in_coin else dollar_option()
    call = (coin_option if in_coin else dollar_option)("C70", "call", 70e3, lot=0.1)
    perpetual = coin_perpetual(quote="USD") if in_coin else linear_perpetual()
    market = option_market(account)
    instruments = [call, perpetual]
    first = advise_options({option: -20}, instruments, market)
    bar = {"BTC": 63e3, "PERP": 63.1e3, "IV": 0.7}
    found = first.update(bar, LAST + DAY)
    longer = market.append(bar, LAST + DAY)
    position = hr.Position(options={option: -20})
    asset, hedges = longer.returns(position, instruments)
    fit = first.problem.fit.extend(asset.iloc[-1:], hedges.iloc[-1:])
    expected = hr.recommend(fit, position, instruments, longer, holdings=first.holdings)
    assert found.to_dict() == expected.to_dict()
    # a day later, at another price and volatility
    convention: Any = "premium_adjusted" if in_coin else "forward"
    years = YEARS - 1 / 365
    assert found.options.options.loc["P55", "delta"] == pytest.approx(
        -20 * greeks(63e3, 55e3, years, 0.7, "put", delta=convention).delta
    )
    assert found.options.moment == LAST + DAY
    assert found.options.options.loc["C70", "before"] == first.holdings["C70"]


@pytest.mark.filterwarnings("ignore:the new bar should be right")
def test_moment_of_undated_zones_moves_with_the_bars() -> None:
    table = coin_table()
    table.index = table.index.tz_localize(None)
    market = option_market(table=table, moment="2026-04-01 16:00+00:00")
    first = advise_options({dollar_option(): -20}, linear_perpetual(), market)
    bar = {"BTC": 63e3, "PERP": 63.1e3, "IV": 0.7}
    found = first.update(bar, LAST.tz_localize(None) + DAY)
    assert found.options.moment == pd.Timestamp("2026-04-02 16:00+00:00")


def test_orders_that_were_not_filled_can_be_given() -> None:
    call = dollar_option("C70", "call", 70e3, lot=0.1)
    first = advise_options({dollar_option(): -20}, [call, linear_perpetual()], option_market())
    bar = {"BTC": SPOT, "PERP": SPOT, "IV": last_volatility()}
    found = first.update(bar, LAST + DAY, holdings={"PERP": -100})
    assert found.options.options.loc["C70", "before"] == 0.0
    assert found.problem.holdings.tolist() == [-100.0]


@pytest.mark.filterwarnings("ignore:the new bar should be right")
def test_an_option_that_expired_is_refused_at_the_bar() -> None:
    soon = dollar_option(expiry="2026-04-02 08:00+00:00")
    first = advise_options({soon: -20}, linear_perpetual(), option_market())
    assert any(
        text.startswith("Warning: P55 expires on 2026-04-02 08:00 UTC, before the next")
        for text in first.reasons
    )
    with pytest.raises(hr.DataError, match=r"'P55' must expire after 2026-04-02 08:00 UTC"):
        first.update({"BTC": 6e4, "PERP": 6e4, "IV": 0.6}, LAST + DAY)


def test_an_expiry_within_the_horizon_is_warned_of() -> None:
    soon = dollar_option(expiry="2026-04-05 08:00+00:00")
    model = hr.HorizonHedge(hr.OLSHedge(), 5)
    found = advise_options({soon: -20}, linear_perpetual(), option_market(), model=model)
    (text,) = [one for one in found.reasons if "P55 expires" in one]
    assert "before the end of the horizon of 5 days" in text
    later = advise_options({dollar_option(): -20}, linear_perpetual(), option_market(), model=model)
    assert not any("P55 expires" in one for one in later.reasons)


# --- other models ---


@pytest.mark.long
def test_every_model_hedges_the_delta_and_one_can_win() -> None:
    market = option_market()
    position = hr.Position(options={dollar_option(): -20})
    perpetual = linear_perpetual()
    returns = market.returns(position, perpetual)
    delta = -20 * greeks(SPOT, 55e3, YEARS, last_volatility(), "put").delta
    regime = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    for model in (regime, hr.NaiveHedge()):
        found = hr.recommend(model.fit(*returns), position, perpetual, market)
        ratio = found.problem.fit.next_ratio.iloc[0]
        assert found.valuation.value == pytest.approx(delta * SPOT)
        held = 0.001 * market.price("PERP") * found.plan.targets.best[0]
        assert held == pytest.approx(-ratio * delta * SPOT)
    models = {"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}
    backtest = hr.walk_forward(models, *returns, window=200, refit_every=50)
    best = hr.recommend(None, position, perpetual, market, model="best", backtest=backtest)
    assert best.confidence.backtest is not None
    text = " ".join(best.reasons)
    assert "of the delta, not of gamma and vega" in text


# --- on paper ---


def test_recommendations_with_options_pickle() -> None:
    found = advise_options({dollar_option(): -20}, linear_perpetual(), option_market())
    again = pickle.loads(pickle.dumps(found))
    assert again.to_json() == found.to_json()


@pytest.mark.parametrize("in_coin", [False, True])
def test_record_is_valid_by_its_schema(in_coin: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(
        files("hedgeresearch.recommendation").joinpath("schema.json").read_text(encoding="utf-8")
    )
    make = coin_option if in_coin else dollar_option
    perpetual = coin_perpetual(quote="USD") if in_coin else linear_perpetual()
    call = make("C70", "call", 70e3, lot=0.1, maintenance_margin=0.1)
    option = make(maintenance_margin=0.1)
    market = option_market("BTC" if in_coin else "USD")
    found = advise_options({option: -20}, [call, perpetual], market)
    record = json.loads(found.to_json())
    jsonschema.Draft202012Validator(schema).validate(record)
    options = record["options"]
    assert options["terms"]["P55"]["kind"] == "put"
    assert options["contracts"]["C70"]["role"] == "hedge"
    assert options["quotes"]["volatilities"]["P55"] == "IV"
    assert options["margin"]["worst"] >= options["margin"]["now"] > 0.0
    assert len(options["grid"]) == 21
    assert [one["instrument"] for one in record["orders"]] == ["C70", "PERP"]
    assert record["position"]["units"] == {}


def test_other_quotes_give_another_hash() -> None:
    records = [
        advise_options(
            {dollar_option(): -20}, linear_perpetual(), option_market(volatilities={"P55": number})
        ).to_dict()
        for number in (0.6, 0.61)
    ]
    first, second = [record["data"]["sha256"] for record in records]
    assert first != second


def test_books_without_options_have_no_part_on_them(table: pd.DataFrame) -> None:
    market = hr.Market(table)
    position = hr.Position({"A": 40_000.0})
    future = hr.LinearContract("F", 50)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    found = hr.recommend(fit, position, future, market)
    assert found.options is None
    record = found.to_dict()
    assert "options" not in record
    assert set(record["market"]) == {"rates", "funding", "underlying"}
    assert not any("theta" in text for text in found.reasons)
