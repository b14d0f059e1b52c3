"""Currency of the account: where it is known, where it is written, and which rates are missing."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


def advise_in(
    table: pd.DataFrame, instruments: list[Any], units: dict[str, float], **market: Any
) -> hr.recommendation.Recommendation:
    """A hedge of units in a market of a table, with whatever else describes it."""
    prices = hr.Market(table, **market)
    position = hr.Position(units)
    fit = hr.OLSHedge().fit(*prices.returns(position, instruments))
    return hr.recommend(fit, position, instruments, prices)


def contract(name: str, currency: str | None = None) -> hr.LinearContract:
    return hr.LinearContract(name, 50, fee=0.0001, maintenance_margin=0.05, currency=currency)


@pytest.mark.parametrize(
    ("account", "paid", "expected"),
    [
        (None, {"F": "JPY"}, "JPY"),
        (None, {"F": None}, ""),
        ("EUR", {"F": None}, "EUR"),
        ("EUR", {"F": "EUR"}, "EUR"),
        ("USD", {"F": "USDT"}, "USD"),
        (None, {"F": "USDT", "H": "USD"}, "USD"),
        (None, {"F": "USDT", "H": None}, "USDT"),
        (None, {"F": None, "G": "CHF"}, ""),  # G has a rate, into a currency that is not known
    ],
)
def test_the_currency_is_given_or_that_of_the_payoffs(
    table: pd.DataFrame, account: str | None, paid: dict[str, Any], expected: str
) -> None:
    instruments = [contract(name, currency) for name, currency in paid.items()]
    rates = {"G": "FX"} if "G" in paid else None
    found = advise_in(table, instruments, {"A": 400_000.0}, currency=account, rates=rates)
    assert found.assessment.currency == expected
    assert found.to_dict()["currency"] == (expected or None)


def test_amounts_are_written_with_their_currency(table: pd.DataFrame) -> None:
    units = {"A": 400_000.0}
    plain = advise_in(table, [contract("F")], units)
    named = advise_in(table, [contract("F")], units, currency="JPY")
    before, after = (f"{value:,.0f}" for value in plain.volatility[["unhedged", "as recommended"]])
    assert f"falls from {before} to {after}, " in plain.decision
    assert f"falls from {before} JPY to {after} JPY, " in named.decision
    lost = next(text for text in plain.reasons if "would have lost" in text)
    amount = lost.split("would have lost ")[1].split(" ")[0].rstrip(",")
    assert lost.replace(amount, f"{amount} JPY") in named.reasons
    assert "Amounts are in JPY." in named._repr_html_()
    assert "Amounts are in" not in plain._repr_html_()


def test_a_portfolio_and_its_limits_have_a_currency(table: pd.DataFrame) -> None:
    market = hr.Market(table, currency="USD")
    position = hr.Position({"A": 1000.0, "B": 500.0, "G": 900.0, "H": -700.0})
    fit = hr.OLSHedge().fit(*market.returns(position, contract("F")))
    found = hr.recommend(fit, position, contract("F"), market)
    worth = f"{found.valuation.value:,.0f} USD gross"
    assert f"a portfolio of 4 assets worth {worth}" in found.decision


@pytest.mark.parametrize(
    ("account", "paid", "name", "other"),
    [
        ("EUR", {"F": "USD"}, "F", "EUR"),
        (None, {"F": "EUR", "H": "USD"}, "H", "EUR"),
        ("USDT", {"F": "USD", "H": "JPY"}, "H", "USDT"),
    ],
)
def test_another_currency_without_a_rate_is_refused(
    table: pd.DataFrame, account: str | None, paid: dict[str, str], name: str, other: str
) -> None:
    instruments = [contract(one, currency) for one, currency in paid.items()]
    message = f"'{name}' pays in {paid[name]} and the account is in {other}; rates must convert"
    with pytest.raises(hr.DataError, match=message):
        advise_in(table, instruments, {"A": 400_000.0}, currency=account)
    # the number 1 says that they are the same
    same = advise_in(table, instruments, {"A": 400_000.0}, currency=account, rates={name: 1.0})
    assert same.plan.holdings.any()


def test_a_coin_margined_contract_needs_no_rate_of_its_coin_to_itself(table: pd.DataFrame) -> None:
    perpetual = hr.InverseContract("PERP", 100, currency="BTC", maintenance_margin=0.05)
    rates = {"PERP": "COIN"}
    found = advise_in(table, [perpetual], {"COIN": 30.0}, currency="USD", rates=rates)
    assert found.assessment.currency == "USD"
    assert found.margin["currency"].tolist() == ["BTC"]


@pytest.mark.parametrize("currency", ["", "  ", 5, ["USD"]])
def test_a_currency_is_a_name(table: pd.DataFrame, currency: Any) -> None:
    with pytest.raises(hr.DataError, match="currency must be the name of the account's currency"):
        hr.Market(table, currency=currency)
