"""Returns of instruments by the definition, and contracts that carry a ratio into money."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.data.conversion import returns
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.returns import contracts_for, instrument_returns
from hedgeresearch.instruments.spot import Spot

DATES = pd.date_range("2024-01-01", periods=30, name="date")
SPOT = Spot("BTC", lot=0.001)
LINEAR = LinearContract("FUT", 5, currency="USD")
PERPETUAL = InverseContract("PERP", 100, fee=0.0005, funding="8-hourly")
QUANTO = QuantoContract("QUANTO", 200, fixed_rate=1e-6)


def test_returns_follow_the_definition(coin_prices: pd.DataFrame) -> None:
    prices = coin_prices.copy()
    prices.attrs["source"] = "simulated"
    rates = pd.DataFrame({"PERP": prices["BTC"], "QUANTO": prices["BTC"]})
    instruments = [QUANTO, PERPETUAL, SPOT]
    simple = instrument_returns(prices, instruments, "simple", rates)
    change = instrument_returns(prices, instruments, "difference", rates)
    assert simple.attrs == {"source": "simulated", "returns": "simple"}
    assert change.attrs["returns"] == "difference"
    assert list(simple.columns) == ["QUANTO", "PERP", "BTC"]
    for before, today in pairwise(DATES):
        start = prices.loc[before]
        end = prices.loc[today]
        inverse = (1 / start["PERP"] - 1 / end["PERP"]) * end["BTC"]
        quanto = (end["QUANTO"] - start["QUANTO"]) * end["BTC"]
        expected = [
            quanto / (start["QUANTO"] * start["BTC"]),
            inverse,
            end["BTC"] / start["BTC"] - 1,
        ]
        np.testing.assert_allclose(simple.loc[today], expected, rtol=1e-9)
        expected = [1e-6 * quanto, inverse, end["BTC"] - start["BTC"]]
        np.testing.assert_allclose(change.loc[today], expected, rtol=1e-9)


@pytest.mark.parametrize("kind", ["simple", "difference"])
def test_returns_in_the_account_currency_are_those_of_the_price(
    coin_prices: pd.DataFrame, kind: str
) -> None:
    found = instrument_returns(coin_prices, [LINEAR, SPOT], kind)
    expected = returns(coin_prices[["FUT", "BTC"]], kind)
    # rounding: the multiplier goes in and out
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12, atol=1e-14)
    fit = OLSHedge().fit(returns(coin_prices["BTC"], kind), found[["FUT"]])
    assert fit.returns_kind == kind


def test_returns_in_a_foreign_currency_are_converted(coin_prices: pd.DataFrame) -> None:
    euro = pd.Series(np.linspace(0.9, 1.1, 30), DATES)
    f = coin_prices["FUT"].to_numpy()
    x = euro.to_numpy()
    rates = {"FUT": euro}
    simple = instrument_returns(coin_prices["FUT"], LINEAR, rates=rates)["FUT"]
    expected = (f[1:] - f[:-1]) * x[1:] / (f[:-1] * x[:-1])
    np.testing.assert_allclose(simple, expected, rtol=1e-9)
    change = instrument_returns(coin_prices["FUT"], LINEAR, "difference", rates=rates)["FUT"]
    np.testing.assert_allclose(change, np.diff(f) * x[1:], rtol=1e-9)


def test_negative_prices_are_refused_where_returns_divide() -> None:
    oil = pd.DataFrame({"CL": [10.0, -37.0, 12.0]}, DATES[:3])
    crude = LinearContract("CL", 1000)
    assert instrument_returns(oil, crude, "difference")["CL"].tolist() == [-47.0, 49.0]
    message = "column 'CL' is -37 on 2024-01-02 .* Use kind=\"difference\""
    with pytest.raises(DataError, match=message):
        instrument_returns(oil, crude)
    with pytest.raises(DataError, match="must be positive for returns that divide by them"):
        instrument_returns(oil, InverseContract("CL", 10), "difference", rates={"CL": 1.0})
    message = "price must be positive for a ratio of log returns; got -37"
    with pytest.raises(DataError, match=message):
        contracts_for(1.0, 1000.0, crude, -37.0, kind="log")
    assert contracts_for(0.5, 4_000.0, crude, -37.0, kind="difference") == -2.0


def test_invalid_prices_instruments_and_rates_are_refused(coin_prices: pd.DataFrame) -> None:
    def refused(message: str, prices: object, *arguments: object, **settings: object) -> None:
        with pytest.raises(DataError, match=message):
            instrument_returns(prices, *arguments, **settings)

    refused(
        "rates must contain the spot price of the coin that 'PERP' pays in", coin_prices, PERPETUAL
    )
    refused(
        "a column for every instrument; 'ES' is not among", coin_prices, LinearContract("ES", 50)
    )
    refused(r"with different names; got \['FUT', 'FUT'\]", coin_prices, [LINEAR, LINEAR])
    refused("at least one", coin_prices, [])
    refused("instruments must be, for example, Spot", coin_prices, ["FUT"])
    refused("instruments must be, for example, Spot", coin_prices, Spot)
    message = r"rates must be given by name of an instrument, \['FUT'\]; got 'EUR'"
    refused(message, coin_prices, LINEAR, rates={"EUR": 1.1})
    message = "rates must be a mapping or a DataFrame"
    refused(message, coin_prices, PERPETUAL, rates=coin_prices["BTC"])
    message = "rates of 'PERP' must contain every date of the prices; 1 are missing"
    refused(message, coin_prices, PERPETUAL, rates={"PERP": coin_prices["BTC"].iloc[1:]})
    refused("kind must be one of 'simple', 'difference'; got 'log'", coin_prices, LINEAR, "log")
    refused("prices must be a pandas Series or DataFrame", [1.0, 2.0], LINEAR)


def test_ratio_of_zero_gives_a_positive_zero() -> None:
    for kind in ("simple", "difference"):
        none = contracts_for(0.0, 1000.0, LINEAR, 70.0, kind=kind)
        assert none == 0.0
        assert math.copysign(1.0, none) == 1.0


def test_contracts_by_hand() -> None:
    simple = contracts_for(1.2, 1_000_000, LINEAR, 4_000.0)
    assert simple == pytest.approx(-1.2e6 / 20_000, rel=1e-14)
    converted = contracts_for(1.2, 1_000_000, LINEAR, 4_000.0, rate=0.8, kind="log")
    assert converted == pytest.approx(-75.0, rel=1e-14)
    difference = contracts_for(1.2, 250, LINEAR, 4_000.0, kind="difference")
    assert difference == pytest.approx(-60.0, rel=1e-14)
    assert contracts_for(1.0, -60_000, PERPETUAL, 61_000.0, rate=60_000.0) == 600.0


def test_contracts_of_invalid_numbers_are_refused() -> None:
    with pytest.raises(DataError, match="ratio must lie strictly between"):
        contracts_for(float("nan"), 1.0, LINEAR, 4_000.0)
    with pytest.raises(DataError, match="instruments must be, for example, Spot.*got 'ES'"):
        contracts_for(1, 0, "ES", 5.0)
    with pytest.raises(DataError, match="rate must lie strictly between 0 and inf"):
        contracts_for(1.0, 1.0, LINEAR, 4_000.0, rate=0.0)


@pytest.mark.parametrize("instrument", [SPOT, LINEAR, PERPETUAL, QUANTO], ids=lambda one: one.name)
@pytest.mark.parametrize(("kind", "position"), [("simple", 123_456.0), ("difference", 2.5)])
def test_contracts_gain_ratio_times_position_times_return(
    instrument: Instrument, coin_prices: pd.DataFrame, kind: str, position: float
) -> None:
    path = coin_prices[instrument.name].iloc[:2]
    rate = coin_prices["BTC"] if instrument is PERPETUAL else 1.0
    rate_now = coin_prices["BTC"].iloc[0] if instrument is PERPETUAL else 1.0
    change = instrument_returns(path, instrument, kind, {instrument.name: rate}).iloc[0, 0]
    held = contracts_for(0.8, position, instrument, path.iloc[0], rate_now, kind)
    gained = instrument.path_profit(held, path, rate).iloc[0]
    assert gained == pytest.approx(-0.8 * position * change, rel=1e-9)
