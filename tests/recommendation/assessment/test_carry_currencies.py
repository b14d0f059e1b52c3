"""Carry of contracts whose quote, settlement and underlying have different currencies, by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataWarning

EXPIRY = pd.Timestamp("2024-06-28")
DATES = pd.date_range(end=EXPIRY - pd.Timedelta(days=73), periods=300)
LEFT = (EXPIRY - DATES).days.to_numpy() / 365.0
BASIS = 0.05
FUNDING = 0.0003
NOISE = 1e-4


def table() -> pd.DataFrame:
    """An index in yen and one in euros, coins, rates, futures on each 5% a year above, funding."""
    rng = np.random.default_rng(4)

    def walk(last: float, volatility: float) -> Any:
        path = np.exp(volatility * rng.standard_normal(len(DATES)).cumsum())
        return last * path / path[-1]

    prices = {
        "NIKKEI": walk(40_000.0, 0.01),
        "STOXX": walk(5_000.0, 0.01),
        "BTC": walk(60_000.0, 0.02),
        "JPY": walk(1.0 / 150.0, 0.004),
        "EUR": walk(1.25, 0.004),
    }
    up = np.exp(BASIS * LEFT + NOISE * rng.standard_normal(len(DATES)))
    up[-1] = np.exp(BASIS * LEFT[-1])
    prices |= {
        "NIKKEI_F": prices["NIKKEI"] * up,
        "STOXX_F": prices["STOXX"] * up,
        "BTC_F": prices["BTC"] * up,
        "STOXX_USD": prices["STOXX"] * prices["EUR"],
        "NIKKEI_USD": prices["NIKKEI"] * prices["JPY"],
        "BTC_EUR": prices["BTC"] / prices["EUR"],
        "PERP": prices["BTC"] * np.exp(NOISE * rng.standard_normal(len(DATES))),
        "FUNDING": np.full(len(DATES), FUNDING),
    }
    frame = pd.DataFrame(prices, DATES)
    frame.loc[DATES[-1], "PERP"] = frame["BTC"].iloc[-1]
    return frame


def advise(
    units: dict[str, float], contract: Any, **market: Any
) -> hr.recommendation.Recommendation:
    prices = hr.Market(table(), **market)
    position = hr.Position(units)
    fit = hr.NaiveHedge().fit(*prices.returns(position, contract))
    return hr.recommend(fit, position, contract, prices)


def earned_per_year(found: hr.recommendation.Recommendation) -> float:
    """Return the earnings of a year before rolls, in the currency of the account."""
    (carry,) = found.carry
    return carry.ratio * carry.rate_per_year * abs(found.valuation.value)


def test_a_quanto_future_earns_its_basis_at_the_fixed_rate() -> None:
    """The exchange rate is in the value of the position, and not in what the contract pays."""
    contract = hr.QuantoContract("NIKKEI_F", 5, expiry=EXPIRY, currency="USD", quote="JPY")
    found = advise(
        {"NIKKEI": 1500.0},
        contract,
        rates={"NIKKEI": "JPY"},
        underlying={"NIKKEI_F": "NIKKEI"},
    )
    price = 40_000.0 * np.exp(BASIS * 0.2)
    contracts = round(1500.0 * 40_000.0 / 150.0 / (5 * price))
    assert found.holdings["NIKKEI_F"] == -contracts
    assert found.carry[0].rate_per_year == pytest.approx(BASIS, rel=1e-9)
    assert earned_per_year(found) == pytest.approx(contracts * 5 * price * BASIS, rel=1e-9)
    # the same from the definition: spot stays, and the future falls to it in a fifth of a year
    fall = contracts * 5 * (price - 40_000.0)
    assert earned_per_year(found) * 0.2 == pytest.approx(fall, rel=BASIS * 0.2)


@pytest.mark.parametrize(
    ("units", "rates"),
    [
        ({"STOXX": 20_000.0}, {"STOXX_F": "EUR", "STOXX": "EUR"}),
        ({"STOXX_USD": 20_000.0}, {"STOXX_F": "EUR"}),
    ],
)
def test_a_future_in_another_currency_has_a_basis_in_one_currency(
    units: dict[str, float], rates: dict[str, str]
) -> None:
    (asset,) = units
    contract = hr.LinearContract("STOXX_F", 10, expiry=EXPIRY, currency="EUR")
    found = advise(units, contract, rates=rates, underlying={"STOXX_F": asset})
    assert found.carry[0].rate_per_year == pytest.approx(BASIS, rel=1e-9)
    price = 5_000.0 * np.exp(BASIS * 0.2)
    contracts = -found.holdings["STOXX_F"]
    in_dollars = contracts * 10 * price * 1.25 * BASIS
    assert earned_per_year(found) == pytest.approx(in_dollars, rel=1e-9)


def test_an_underlying_without_a_rate_is_quoted_like_its_future() -> None:
    contract = hr.LinearContract("STOXX_F", 10, expiry=EXPIRY, currency="EUR")
    parts = {"rates": {"STOXX_F": "EUR"}}
    units = {"STOXX_USD": 20_000.0}
    # an asset that is held is in a currency that is known; another column is not
    found = advise(units, contract, **parts, underlying={"STOXX_F": "STOXX"})
    assert found.carry[0].rate_per_year == pytest.approx(BASIS, rel=1e-9)
    other = advise({"BTC": 1.0}, contract, **parts, underlying={"STOXX_F": "STOXX_USD"})
    assert other.carry == []
    remedy = r"or its rate, such as Market(rates={'STOXX_USD': 1.0})."
    assert any(text.endswith(remedy) for text in other.reasons)
    parts["rates"]["STOXX_USD"] = 1.0
    given = advise({"BTC": 1.0}, contract, **parts, underlying={"STOXX_F": "STOXX_USD"})
    assert given.carry[0].rate_per_year == pytest.approx(BASIS, rel=1e-9)


def test_prices_far_apart_have_no_basis() -> None:
    contract = hr.QuantoContract("NIKKEI_F", 5, expiry=EXPIRY, currency="USD")
    found = advise({"NIKKEI_USD": 1500.0}, contract, underlying={"NIKKEI_F": "NIKKEI_USD"})
    assert found.carry == []
    text = "Carry of NIKKEI_F not available: its price and 'NIKKEI_USD', its underlying, differ by"
    assert any(reason.startswith(text) for reason in found.reasons)


def test_an_inverse_future_earns_its_basis_in_coins() -> None:
    contract = hr.InverseContract("BTC_F", 100, expiry=EXPIRY, currency="BTC")
    found = advise({"BTC": 10.0}, contract, rates={"BTC_F": "BTC"}, underlying={"BTC_F": "BTC"})
    contracts = -found.holdings["BTC_F"]
    assert contracts == 6_000.0
    assert found.carry[0].rate_per_year == pytest.approx(BASIS, rel=1e-9)
    assert earned_per_year(found) == pytest.approx(contracts * 100 * BASIS, rel=1e-9)
    price = 60_000.0 * np.exp(BASIS * 0.2)
    coins = contracts * 100 * (1.0 / 60_000.0 - 1.0 / price)
    assert earned_per_year(found) * 0.2 == pytest.approx(coins * 60_000.0, rel=BASIS * 0.2)


@pytest.mark.parametrize("quote", [None, "USD"])
def test_funding_of_an_inverse_contract_for_an_account_in_euros(quote: str | None) -> None:
    """10 coins worth 480,000 euros, hedged with 6,000 contracts of 100 dollars."""
    contract = hr.InverseContract(
        "PERP", 100, quote=quote, currency="BTC", funding="8-hourly", fee=0.0005
    )
    market = {"rates": {"PERP": "BTC_EUR"}, "funding": {"PERP": "FUNDING"}, "currency": "EUR"}
    if quote is None:
        message = "'PERP' are 1.% above those of its coin, 'BTC_EUR', .* pass quote='USD'"
        with pytest.warns(DataWarning, match=message):
            advise({"BTC_EUR": 10.0}, contract, **market)
        return
    found = advise({"BTC_EUR": 10.0}, contract, **market)
    coins = -found.holdings["PERP"] * 100 / 60_000.0
    assert coins == pytest.approx(10.0, rel=1e-3)
    assert found.summary.loc["PERP", "notional"] == pytest.approx(-coins * 48_000.0, rel=1e-9)
    paid = coins * 48_000.0 * FUNDING * 365
    assert earned_per_year(found) == pytest.approx(paid, rel=1e-9)
    assert found.orders.loc[0, "cost"] == pytest.approx(coins * 48_000.0 * 0.0005, rel=1e-9)
