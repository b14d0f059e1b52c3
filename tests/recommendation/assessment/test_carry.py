"""Carry of the hedges held, and why it is not available elsewhere."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]
EXPIRY = pd.Timestamp("2024-03-28")


def advised(
    market: hr.Market, instrument: Any, units: dict[str, float], **more: Any
) -> hr.recommendation.Recommendation:
    position = hr.Position(units)
    fit = hr.OLSHedge().fit(*market.returns(position, instrument))
    return hr.recommend(fit, position, instrument, market, **more)


@pytest.fixture(scope="module")
def dated(table: pd.DataFrame) -> pd.DataFrame:
    """A coin and its future, three per cent a year above it."""
    left = (EXPIRY - table.index).days.to_numpy() / 365.0
    noise = 0.0005 * np.random.default_rng(3).standard_normal(len(table))
    return pd.DataFrame(
        {"COIN": table["COIN"], "FUTURE": table["COIN"] * np.exp(0.03 * left + noise)}
    )


def future(expiry: Any = EXPIRY) -> hr.LinearContract:
    return hr.LinearContract("FUTURE", 0.1, fee=0.0002, half_spread=0.0001, expiry=expiry)


@pytest.mark.parametrize("units", [30.0, -30.0])
def test_a_dated_future_earns_its_basis_less_four_rolls(dated: pd.DataFrame, units: float) -> None:
    found = advised(hr.Market(dated, underlying={"FUTURE": "COIN"}), future(), {"COIN": units})
    carry = found.carry[0]
    last = dated.iloc[-1]
    basis = np.log(last["FUTURE"] / last["COIN"]) * 365.0 / (EXPIRY - dated.index[-1]).days
    sold = -found.holdings["FUTURE"] * 0.1 * last["FUTURE"] / (30.0 * last["COIN"])
    assert (sold > 0.0) == (units > 0.0)
    assert carry.rate_per_year == pytest.approx(basis, rel=1e-12)
    # each roll closes and opens: twice fee and half spread, on what is sold
    assert carry.roll_cost_per_year == pytest.approx(4 * 2 * abs(sold) * 0.0003, rel=1e-12)
    assert carry.per_year == pytest.approx(sold * basis - 8 * abs(sold) * 0.0003, rel=1e-12)
    assert found.to_dict()["carry"][0]["roll_cost_per_year"] == carry.roll_cost_per_year
    assert carry.sentence in found.reasons


def carry_sentences(found: hr.recommendation.Recommendation) -> list[str]:
    assert found.carry == []
    assert found.to_dict()["carry"] == []
    return [text for text in found.reasons if "carry" in text.lower()]


def test_missing_inputs_of_a_future_are_named(dated: pd.DataFrame) -> None:
    units = {"COIN": 30.0}
    found = advised(hr.Market(dated), future(), units)
    missing = "Carry of FUTURE not available: no price of its underlying was given."
    assert carry_sentences(found) == [missing]
    market = hr.Market(dated, underlying={"FUTURE": "COIN"})
    found = advised(market, future(dated.index[-1]), units)
    expires = f"it expires on {dated.index[-1].date()}"
    assert carry_sentences(found) == [f"Carry of FUTURE not available: {expires}."]


def test_missing_inputs_of_a_perpetual_are_named(table: pd.DataFrame, advise: Advise) -> None:
    units = {"COIN": 30.0}
    rates = {"PERP": "COIN"}
    numbered = hr.Market(table.reset_index(drop=True), rates, {"PERP": "FUNDING"})
    assert carry_sentences(advise(units, ["PERP"], on=numbered)) == [
        "Carry of PERP not available: the market's table has no timestamps."
    ]
    assert carry_sentences(advise(units, ["PERP"], on=hr.Market(table, rates))) == [
        "Carry of PERP not available: no funding rates were given."
    ]
    limits = hr.Limits(contracts={"PERP": 0})
    assert carry_sentences(advise(units, ["PERP"], on=numbered, limits=limits)) == []


def test_contracts_without_expiry_or_funding_have_no_carry(
    table: pd.DataFrame, advise: Advise
) -> None:
    market = hr.Market(table, rates={"G": "FX"})
    assert carry_sentences(advise({"A": 4_000.0}, ["G"], on=market, kind="difference")) == []


def test_a_basis_needs_positive_prices(dated: pd.DataFrame) -> None:
    negative = dated - dated["FUTURE"].min() - 1.0
    market = hr.Market(negative, underlying={"FUTURE": "COIN"})
    position = hr.Position({"COIN": 30.0})
    fit = hr.OLSHedge().fit(*market.returns(position, future(), "difference"))
    (text,) = carry_sentences(hr.recommend(fit, position, future(), market))
    assert text.startswith("Carry of FUTURE not available: its past prices")


@pytest.mark.parametrize(
    "expiry",
    [EXPIRY, EXPIRY.tz_localize("UTC"), EXPIRY.tz_localize("UTC").tz_convert("Asia/Tokyo")],
)
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_an_expiry_is_read_on_the_clock_of_the_table(
    dated: pd.DataFrame, zone: str | None, expiry: Any
) -> None:
    there = dated if zone is None else dated.tz_localize(zone)
    market = hr.Market(there, underlying={"FUTURE": "COIN"})
    rate = advised(market, future(expiry), {"COIN": 30.0}).carry[0].rate_per_year
    last = dated.iloc[-1]
    # without a time zone in the table the clock of the expiry is used as it is
    hours = 9 if zone is None and str(expiry.tz) == "Asia/Tokyo" else 0
    days = (EXPIRY + pd.Timedelta(hours=hours) - dated.index[-1]) / pd.Timedelta(days=1)
    assert rate == pytest.approx(np.log(last["FUTURE"] / last["COIN"]) * 365.0 / days, rel=1e-12)


def test_funding_is_annualized_by_the_spacing_of_dates(table: pd.DataFrame, advise: Advise) -> None:
    rates = {"rates": {"PERP": "COIN"}, "funding": {"PERP": "FUNDING"}}
    bars = table.set_axis(pd.date_range("2023-01-02", periods=len(table), freq="8h"))
    for prices, periods in ((table, 365.0), (bars, 1095.0)):
        found = advise({"COIN": 30.0}, ["PERP"], on=hr.Market(prices, **rates)).carry[0]
        assert found.rate_per_year == pytest.approx(periods * table["FUNDING"].mean(), rel=1e-12)
        assert found.roll_cost_per_year == 0.0


@pytest.mark.parametrize("coins", [30.0, -30.0])
def test_funding_spikes_go_against_and_carry_is_signed(
    advise: Advise, table: pd.DataFrame, coins: float
) -> None:
    found = advise({"COIN": coins}, ["PERP"])
    spike = found.stress.filter(like="funding", axis=0).iloc[0]
    value = found.holdings["PERP"] * 100
    assert spike["hedged"] == pytest.approx(-0.001 * 9 * abs(value), rel=1e-12)
    (carry,) = found.carry
    # one payment a date, of daily dates: 365 a year, whatever the contract's hours
    paid = -value * table["FUNDING"].mean() * 365
    assert carry.per_year * abs(found.valuation.value) == pytest.approx(paid, rel=1e-9)
    assert (carry.per_year > 0.0) == (coins > 0.0)


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_a_basis_needs_the_underlying(table: pd.DataFrame) -> None:
    expiry = pd.Timestamp("2024-03-08")
    contract = hr.LinearContract("F", 50, expiry=expiry)
    prices = table.assign(F=table["A"] * np.exp(0.05 * (expiry - table.index).days / 365))
    assert advised(hr.Market(prices), contract, {"A": 40_000.0}).carry == []
    market = hr.Market(prices, underlying={"F": "A"})
    found = advised(market, contract, {"A": 40_000.0})
    assert found.carry[0].rate_per_year == pytest.approx(0.05, rel=1e-9)
    hedge = found.holdings["F"] * 50 * prices["F"].iloc[-1]
    expected = -hedge / (40_000 * prices["A"].iloc[-1])
    assert found.carry[0].ratio == pytest.approx(expected, rel=1e-12)


def test_funding_between_payments_is_zero() -> None:
    """The advice of the refusal works: hours without a payment do not change the carry."""
    hours = pd.date_range("2023-01-01", periods=200, freq="h")
    rng = np.random.default_rng(1)
    coin = 100.0 * np.exp(np.cumsum(0.005 * rng.standard_normal(200)))
    perp = coin * np.exp(np.cumsum(0.0005 * rng.standard_normal(200)))
    rates = 1e-4 + 2e-5 * rng.standard_normal(200)
    paid = pd.Series(rates, hours).where(hours.hour % 8 == 0)
    table = pd.DataFrame({"BTC": coin, "PERP": perp, "F": paid})
    with pytest.raises(
        hr.DataError, match=r"175 are missing.*write zeros: table.fillna.{'F': 0.0}"
    ):
        hr.Market(table, funding={"PERP": "F"})
    market = hr.Market(table.fillna({"F": 0.0}), funding={"PERP": "F"})
    perpetual = hr.LinearContract("PERP", 0.01, funding="8-hourly")
    carry = advised(market, perpetual, {"BTC": 25.0}).carry[0]
    assert carry.rate_per_year == pytest.approx(paid.sum() / 200 * 8760, rel=1e-9)
    # the last of them is compared with payments, not with the hours between them
    before = paid.dropna().iloc[:-1]
    expected = (paid.dropna().iloc[-1] - before.mean()) / before.std()
    assert carry.z_score == pytest.approx(expected, rel=1e-9)


def test_carry_of_business_days_counts_weekends() -> None:
    rng = np.random.default_rng(0)
    days = pd.bdate_range("2022-01-03", periods=700)
    coin = 4e4 * np.exp(np.cumsum(0.03 * rng.standard_normal(700)))
    perp = coin * np.exp(np.cumsum(5e-4 * rng.standard_normal(700)))
    funding = np.where(days.day_of_week == 0, 9e-4, 3e-4)
    table = pd.DataFrame({"BTC": coin, "PERP": perp, "F": funding}, days)
    market = hr.Market(table, funding={"PERP": "F"})
    perpetual = hr.LinearContract("PERP", 0.001, fee=5e-4, funding="8-hourly")
    carry = advised(market, perpetual, {"BTC": 25.0}).carry[0]
    assert carry.rate_per_year == pytest.approx(3e-4 * 365, rel=1e-9)
