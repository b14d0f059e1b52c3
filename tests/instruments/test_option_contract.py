"""Options as instruments: premiums, settlements, profit in coin and in dollars, and bad terms."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.option_contract import InverseOption, OptionContract
from hedgeresearch.instruments.option_terms import OptionTerms

EXPIRY = "2026-06-26 08:00+00:00"
Reference = dict[str, Any]


def inverse(kind: Any = "call", strike: float = 65_000.0, **terms: Any) -> InverseOption:
    given_terms = {"expiry": EXPIRY, "currency": "BTC"} | terms
    return InverseOption("BTC_X", "BTC", kind, strike, **given_terms)


def linear(kind: Any = "call", strike: float = 65_000.0, **terms: Any) -> OptionContract:
    given_terms = {"expiry": EXPIRY, "currency": "USD"} | terms
    return OptionContract("BTC_X", "BTC", kind, strike, **given_terms)


prices = st.floats(1e3, 1e6)
volatilities = st.floats(0.05, 3.0)
times = st.floats(1e-3, 3.0)
kinds = st.sampled_from(["call", "put"])


# --- identities ---


@settings(deadline=None)
@given(forward=prices, strike=prices, years=times, volatility=volatilities)
def test_parity_in_coin_and_in_dollars(
    forward: float, strike: float, years: float, volatility: float
) -> None:
    at = (forward, years, volatility)
    coins = inverse("call", strike).premium(*at) - inverse("put", strike).premium(*at)
    dollars = linear("call", strike).premium(*at) - linear("put", strike).premium(*at)
    assert dollars == pytest.approx(forward - strike, rel=1e-12, abs=1e-9 * forward)
    # a coin is bought for K dollars, which are worth K / F coins
    assert coins == pytest.approx(1.0 - strike / forward, rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(kind=kinds, price=prices, strike=prices)
def test_settlements_in_coin_are_dollars_at_the_price(
    kind: str, price: float, strike: float
) -> None:
    coins = inverse(kind, strike).settlement(price)
    dollars = max((price - strike) * (1 if kind == "call" else -1), 0.0)
    assert coins * price == pytest.approx(dollars, rel=1e-12)
    assert linear(kind, strike).settlement(price) == dollars
    if kind == "call":
        assert coins <= 1.0


@settings(deadline=None)
@given(
    kind=kinds,
    entry=prices,
    exit=prices,
    strike=prices,
    volatility=volatilities,
    contracts=st.floats(-100, 100),
)
def test_profits_in_coin_and_dollars_agree_at_the_exit(
    kind: str, entry: float, exit: float, strike: float, volatility: float, contracts: float
) -> None:
    option = inverse(kind, strike, multiplier=0.1)
    before = option.premium(entry, 0.25, volatility)
    after = option.premium(exit, 0.2, volatility)
    coins = option.payoff(contracts, before, after)
    dollars = option.profit(contracts, before, after, rate=exit)
    assert dollars == coins * exit
    whole = option.dollar_profit(contracts, (before, after), (entry, exit))
    # the coins of the premium are a holding of their own
    held = contracts * 0.1 * before * (exit - entry)
    assert whole == pytest.approx(dollars + held, rel=1e-9, abs=1e-6)
    # and with a premium in dollars, the gain is that of the option in dollars
    same = linear(kind, strike, multiplier=0.1)
    bought = same.payoff(
        contracts, same.premium(entry, 0.25, volatility), same.premium(exit, 0.2, volatility)
    )
    assert whole == pytest.approx(bought, rel=1e-9, abs=1e-6)


def test_an_inverse_option_is_not_one_over_the_price() -> None:
    option = inverse("call")
    future = hr.InverseContract("PERP", 65_000.0)
    before = option.premium(65_000.0, 30 / 365, 0.6)
    gain = option.payoff(1.0, before, option.premium(71_500.0, 30 / 365, 0.6))
    as_future = future.payoff(1.0, 65_000.0, 71_500.0)
    assert gain == pytest.approx(0.0520993, abs=1e-6)
    assert gain < 0.6 * as_future


# --- which delta: brute force ---


def least_variance_ratio(gain: np.ndarray, hedge: np.ndarray, weights: np.ndarray) -> float:
    """Ratio of a short hedge that leaves least variance of a gain, by quadrature."""
    centered = hedge - weights @ hedge
    return float((weights * centered) @ gain / ((weights * centered) @ hedge))


def test_delta_of_an_account_is_that_of_least_variance(option_reference: Reference) -> None:
    entry = option_reference["inverse_option_delta"]
    spot = entry["inputs"]["spot"]
    volatility = entry["inputs"]["volatility"]
    years = entry["inputs"]["days"] / 365
    passed = 15 / (60 * 24 * 365)
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    weights = weights / weights.sum()
    deviation = volatility * np.sqrt(passed)
    after = spot * np.exp(deviation * nodes - 0.5 * deviation**2)
    perpetual = hr.InverseContract("PERP", spot)
    for row in entry["values"]:
        kind = "call" if row["call_put"] > 0 else "put"
        option = inverse(kind, spot * row["moneyness"])
        premium = option.premium(spot, years, volatility)
        later = option.premium(after, years - passed, volatility)
        assert premium == pytest.approx(row["coin_price"], rel=1e-12)
        in_coin = least_variance_ratio(
            option.payoff(1.0, premium, later), perpetual.payoff(1.0, spot, after), weights
        )
        in_dollars = least_variance_ratio(
            option.dollar_profit(1.0, (premium, later), (spot, after)),
            perpetual.profit(1.0, spot, after, rate=after),
            weights,
        )
        assert in_coin == pytest.approx(row["premium_adjusted"], abs=1e-4)
        assert in_coin == pytest.approx(row["coin_account"], abs=entry["tolerance"])
        assert in_dollars == pytest.approx(row["black"], abs=1e-4)
        assert in_dollars == pytest.approx(
            row["dollars_premium_in_dollars"], abs=entry["tolerance"]
        )


def test_marks_are_those_of_deribit(option_reference: Reference) -> None:
    entry = option_reference["deribit_marks_and_greeks"]
    columns = entry["values"]["columns"]
    assert len(entry["inputs"]["rows"]) > 50
    tables = (entry["inputs"]["rows"], entry["values"]["rows"], entry["own"]["rows"])
    for row, published, own in zip(*tables, strict=True):
        name, price, strike, sign, milliseconds, per_cent = row
        day = pd.to_datetime(name.split("-")[1], format="%d%b%y")
        expiry = day.tz_localize("UTC") + pd.Timedelta(hours=8)
        moment = pd.Timestamp(milliseconds, unit="ms", tz="UTC")
        option = inverse("call" if sign > 0 else "put", strike, expiry=expiry)
        years = (expiry - moment) / pd.Timedelta(days=365)
        # the volatility is published with two decimals of a point, which leaves the mark open
        lowest, found, highest = option.premium(
            price, years, (per_cent + np.array([-0.005, 0.0, 0.005])) / 100.0
        )
        mark = published[columns.index("mark_price_coin")]
        assert lowest - 1.1e-5 <= mark <= highest + 1.1e-5
        assert found == pytest.approx(own[columns.index("mark_price_coin")], abs=1e-8)


# --- records and terms ---


@pytest.mark.parametrize("option", [linear(), inverse("put", multiplier=0.1)])
def test_options_are_frozen_instruments(option: OptionTerms) -> None:
    assert isinstance(option, hr.instruments.Instrument)
    assert pickle.loads(pickle.dumps(option)) == option
    assert hash(option) == hash(pickle.loads(pickle.dumps(option)))
    assert option.expiry == pd.Timestamp(EXPIRY)
    assert option.size == option.multiplier
    assert option.notional(0.02, rate=3.0) == pytest.approx(0.06 * option.multiplier)
    assert option.convexity(0.02) == 0.0
    # liquidation prices are of contracts whose loss is that of their price
    assert not isinstance(option, hr.instruments.Margined)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"expiry": pd.Timestamp("2026-06-26 08:00")}, "a time with a zone"),
        ({"expiry": "2026-06-26"}, "a time with a zone"),
        ({"expiry": "soon"}, "a time with a zone"),
        ({"expiry": None}, "must have an expiry"),
        ({"funding": "8-hourly", "expiry": None}, "must have an expiry"),
        ({"multiplier": 0}, "multiplier must be a number above 0"),
        ({"strike": -1.0}, "strike must be a number above 0"),
        ({"style": "american"}, "exercised before their expiry"),
        ({"kind": "C"}, "kind must be"),
        ({"underlying": ""}, "underlying of 'X'"),
    ],
)
@pytest.mark.parametrize("option", [OptionContract, InverseOption])
def test_bad_terms_are_refused(option: Any, terms: dict[str, Any], message: str) -> None:
    right = {"underlying": "BTC", "kind": "call", "strike": 65_000.0, "expiry": EXPIRY}
    with pytest.raises(DataError, match=message):
        option("X", **{**right, **terms})


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("argument", ["forward", "years", "volatility", "discount"])
def test_premiums_of_bad_numbers_are_refused(argument: str, wrong: float) -> None:
    right = {"forward": 65_000.0, "years": 0.1, "volatility": 0.6, "discount": 1.0}
    with pytest.raises(DataError, match=f"{argument} of an option must be positive and finite"):
        inverse().premium(**{**right, argument: wrong})


def test_returns_of_inverse_options_need_the_coin() -> None:
    dates = pd.date_range("2026-01-01", periods=3)
    table = pd.DataFrame({"BTC_X": [0.05, 0.06, 0.04], "BTC": [6e4, 6.2e4, 5.8e4]}, dates)
    with pytest.raises(DataError, match="coin that 'BTC_X' pays in"):
        hr.instruments.instrument_returns(table, inverse())
    found = hr.instruments.instrument_returns(table, inverse(), rates={"BTC_X": table["BTC"]})
    assert found["BTC_X"].tolist() == pytest.approx(
        [0.01 * 6.2e4 / (0.05 * 6e4), -0.02 * 5.8e4 / (0.06 * 6.2e4)]
    )


def test_carry_of_an_option_is_refused() -> None:
    with pytest.raises(DataError, match="theta"):
        hr.instruments.hedge_carry(linear(), pd.Series([0.1, 0.2, 0.3]))
