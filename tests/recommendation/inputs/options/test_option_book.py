"""Options of a book: accounts and their deltas, quotes, moments, and what is refused."""

from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from tests.recommendation.option_books import (
    EXPIRY,
    LAST,
    advise_options,
    coin_option,
    coin_perpetual,
    coin_table,
    dollar_option,
    linear_perpetual,
    option_market,
)

Quotes = hr.recommendation.OptionQuotes


def test_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(hr.DataError, match="moment must be a time with a zone"):
        Quotes({"P55": 0.6}, moment="2026-04-01 08:00")
    table = coin_table()
    table.index = table.index.tz_localize(None)
    market = option_market(table=table)
    with pytest.raises(hr.DataError, match="must say the moment of its last prices"):
        advise_options({dollar_option(): -20}, linear_perpetual(), market)


def test_moment_is_the_last_date_with_a_zone() -> None:
    found = advise_options({dollar_option(): -20}, linear_perpetual(), option_market())
    assert found.options.moment == LAST
    elsewhere = coin_table().tz_convert("America/New_York")
    same = advise_options(
        {dollar_option(): -20}, linear_perpetual(), option_market(table=elsewhere)
    )
    assert same.options.options.loc["P55", "years"] == found.options.options.loc["P55", "years"]


@pytest.mark.parametrize(
    ("quotes", "message"),
    [
        ({"volatilities": {}}, "'P55' has none"),
        ({"volatilities": {"P55": 60.0}}, "annual fraction above 0 and at most 5.*got 60. Divide"),
        ({"volatilities": {"P55": "BTC"}}, "annual fraction above 0 and at most 5"),
        ({"volatilities": {"P55": 0.6}, "forwards": {"P55": "AWAY"}}, "forwards of 'P55'"),
        ({"volatilities": {"P55": -0.6}}, "volatilities of 'P55'"),
        ({"volatilities": {"P55": float("nan")}}, "volatilities of 'P55'"),
        ({"volatilities": {"P55": 0.6}, "discounts": {"P55": 0.0}}, "discounts of 'P55'"),
        ({"volatilities": {"P55": 0.6}, "moment": EXPIRY}, "'P55' must expire after 2026-06-26"),
        (
            {"volatilities": {"P55": 0.6}, "moment": "2027-01-01 00:00+00:00"},
            "'P55' must expire after 2027-01-01",
        ),
    ],
)
def test_bad_quotes_are_refused(quotes: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        advise_options({dollar_option(): -20}, linear_perpetual(), option_market(**quotes))


def test_a_market_without_quotes_is_refused() -> None:
    market = hr.Market(coin_table(), currency="USD")
    with pytest.raises(hr.DataError, match="implied volatility of 'P55'; it has none"):
        advise_options({dollar_option(): -20}, linear_perpetual(), market)
    with pytest.raises(hr.DataError, match="OptionQuotes"):
        hr.Market(coin_table(), quotes={"P55": 0.6})  # type: ignore[arg-type]


def test_an_underlying_without_price_is_refused() -> None:
    table = coin_table().drop(columns="BTC")
    with pytest.raises(hr.DataError, match="column of the table for 'BTC'"):
        advise_options({dollar_option(): -20}, linear_perpetual(), option_market(table=table))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "position must map assets to units"),
        ({"P55": 3}, "options must be option contracts"),
        ([dollar_option()], "must map option contracts"),
        ({dollar_option(): 0}, "must not be zero"),
        ({dollar_option(): float("nan")}, "contracts of 'P55'"),
        ({dollar_option(): 1, dollar_option("P55", "call"): 1}, "different names"),
        (
            {
                dollar_option(): 1,
                hr.OptionContract("E", "ETH", "call", 3e3, expiry=EXPIRY, currency="USD"): 1,
            },
            "on one underlying; got BTC, ETH",
        ),
        ({dollar_option(): 1, coin_option("C70", "call", 70e3): 1}, "one delta"),
        (
            {
                coin_option(): 1,
                coin_option("C70", "call", 70e3, premium_currency="USD"): 1,
            },
            "one delta",
        ),
    ],
)
def test_options_that_do_not_belong_together_are_refused(options: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Position(options=options)


@pytest.mark.parametrize(
    ("position", "message"),
    [
        ({"units": {"ETH": 2.0}}, "of their underlying, 'BTC'; got 'ETH'"),
        ({"value": 5e5, "of": "BTC"}, "units or none; got a value"),
        ({"delta": "spot"}, "delta must be"),
    ],
)
def test_positions_with_options_and_more_are_refused(
    position: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Position(options={dollar_option(): 1}, **position)


@pytest.mark.parametrize(
    ("option", "currency", "delta", "message"),
    [
        (coin_option(), "USD", None, "premium of 'P55' is in BTC and the account in USD"),
        (coin_option(), None, None, "must be named"),
        (coin_option(currency=None), "BTC", None, "must be named"),
        (coin_option(premium_currency="USD"), "BTC", None, "premium of 'P55' is in USD"),
        (coin_option(), "ETH", None, "is in BTC and the account in ETH"),
        (coin_option(), "BTC", "forward", "delta must be 'premium_adjusted'"),
        (dollar_option(), "USD", "premium_adjusted", "delta must be 'forward'"),
        (dollar_option(premium_currency="BTC"), "USD", None, "currency of its payoff, USD"),
        (dollar_option(currency="EUR"), "USD", None, r"rates=\{'BTC'"),
    ],
)
def test_accounts_of_another_currency_are_refused(
    option: Any, currency: str | None, delta: Any, message: str
) -> None:
    market = option_market(currency, volatilities={"P55": 0.6})
    position = hr.Position(options={option: -20}, delta=delta)
    perpetual = hr.LinearContract("PERP", 0.001)
    with pytest.raises(hr.DataError, match=message):
        fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
        hr.recommend(fit, position, perpetual, market)


@pytest.mark.parametrize("delta", [None, "forward"])
def test_the_delta_of_the_account_may_be_named(delta: Any) -> None:
    market = option_market()
    position = hr.Position(options={dollar_option(): -20}, delta=delta)
    fit = hr.OLSHedge().fit(*market.returns(position, linear_perpetual()))
    assert hr.recommend(fit, position, linear_perpetual(), market).options.convention == "forward"


def test_coins_in_their_own_account_are_refused() -> None:
    perpetual = coin_perpetual(quote="USD")
    with pytest.raises(hr.DataError, match="units must be left out of an account in BTC"):
        advise_options({coin_option(): -20}, perpetual, option_market("BTC"), {"BTC": 3.0})
    with pytest.raises(hr.DataError, match="'simple' for an account in coin"):
        advise_options({coin_option(): -20}, perpetual, option_market("BTC"), kind="difference")


@pytest.mark.parametrize(
    "perpetual",
    [
        coin_perpetual(),
        linear_perpetual(currency=None),
        coin_perpetual(quote="USD", currency="ETH"),
    ],
)
def test_hedges_in_another_currency_than_the_coin_are_refused(perpetual: Any) -> None:
    rates = {"PERP": "BTC"}
    market = hr.Market(coin_table(), rates, currency="BTC", quotes=Quotes({"P55": 0.6}))
    with pytest.raises(hr.DataError, match="hedges of an account in BTC must pay it"):
        advise_options({coin_option(): -20}, perpetual, market)
    converted = coin_perpetual(quote="USD")
    with pytest.raises(hr.DataError, match="leave out its rate"):
        advise_options({coin_option(): -20}, converted, market)


def test_options_alone_do_not_hedge() -> None:
    call = dollar_option("C70", "call", 70e3)
    with pytest.raises(hr.DataError, match="must have a future, perpetual or spot"):
        advise_options({dollar_option(): -20}, call, option_market())
    market = option_market()
    position = hr.Position({"BTC": 3.0})
    fit = hr.OLSHedge().fit(*market.returns(position, linear_perpetual()))
    with pytest.raises(hr.DataError, match="must hedge a position with options"):
        hr.recommend(fit, position, [call, linear_perpetual()], market)


def test_a_neutral_book_is_refused() -> None:
    call = dollar_option("P55", "call", 55e3)
    put = dollar_option("C70", "put", 55e3)
    market = option_market(volatilities={"P55": 0.6, "C70": 0.6})
    # a call less a put is a forward, which the units sell
    with pytest.raises(hr.DataError, match="must have a delta to hedge"):
        advise_options({call: 5, put: -5}, linear_perpetual(), market, {"BTC": -5.0})


def test_options_in_another_currency_are_converted() -> None:
    table = coin_table().assign(EUR=0.9)
    rates = {"BTC": "EUR", "PERP": "EUR"}
    market = hr.Market(table, rates, currency="EUR", quotes=Quotes({"P55": 0.6}))
    found = advise_options({dollar_option(): -20}, linear_perpetual(), market)
    in_dollars = advise_options(
        {dollar_option(): -20}, linear_perpetual(), option_market(volatilities={"P55": 0.6})
    )
    ours = found.options.options.loc["P55"]
    theirs = in_dollars.options.options.loc["P55"]
    assert ours["value"] == pytest.approx(0.9 * theirs["value"])
    assert ours["delta"] == pytest.approx(theirs["delta"])
    assert found.plan.targets.best == pytest.approx(in_dollars.plan.targets.best)


def test_a_bar_without_a_date_cannot_age_options() -> None:
    table = coin_table().reset_index(drop=True)
    market = option_market(table=table, moment="2026-04-01 08:00+00:00")
    first = advise_options({dollar_option(): -20}, linear_perpetual(), market)
    with pytest.raises(hr.DataError, match="must have dates"):
        first.update({"BTC": 6e4, "PERP": 6e4, "IV": 0.6}, len(table))


def test_positions_with_options_are_immutable_records() -> None:
    position = hr.Position({"BTC": 2.0}, options={dollar_option(): -20})
    assert position.name == "options on BTC"
    assert position.assets == ["BTC"]
    assert position == hr.Position({"BTC": 2.0}, options={dollar_option(): -20})
    assert hash(position) == hash(hr.Position({"BTC": 2.0}, options={dollar_option(): -20}))
    market = option_market()
    asset, hedges = market.returns(position, [linear_perpetual()])
    # the model is of the underlying: how much of it options stand for is no matter of the fit
    expected = market.table["BTC"].pct_change().iloc[1:].rename("options on BTC")
    pd.testing.assert_series_equal(asset, expected)
    assert list(hedges.columns) == ["PERP"]
    with pytest.raises(hr.DataError, match="delta of options must be known"):
        position.net_value({"BTC": 6e4})
