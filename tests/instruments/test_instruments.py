"""What instruments pay, by hand, by finite differences and by the examples of an exchange; returns and contracts."""

import dataclasses
import math
import pickle
from datetime import date
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
EVERY = pytest.mark.parametrize(
    "instrument", [SPOT, LINEAR, PERPETUAL, QUANTO], ids=lambda one: one.name
)


@pytest.fixture(scope="module")
def prices() -> pd.DataFrame:
    """Prices of a coin and of contracts on it, at a basis that moves."""
    rng = np.random.default_rng(3)
    coin = 50_000 * np.exp(np.cumsum(0.03 * rng.standard_normal(30)))
    basis = np.exp(0.004 + 0.003 * rng.standard_normal((30, 3)))
    return pd.DataFrame(
        np.column_stack([coin, coin[:, None] * basis]), DATES, ["BTC", "FUT", "PERP", "QUANTO"]
    )


def test_payoffs_by_hand() -> None:
    assert SPOT.profit(-2, 100.0, 90.0) == 20.0
    assert LINEAR.payoff(-2, 100.0, 90.0) == 100.0
    assert LINEAR.profit(-2, 100.0, 90.0, rate=0.9) == pytest.approx(90.0, rel=1e-14)
    assert QUANTO.payoff(3, 100.0, 90.0) == pytest.approx(-0.006, rel=1e-14)
    assert PERPETUAL.payoff(-500, 50_000.0, 40_000.0) == pytest.approx(0.25, rel=1e-14)
    assert PERPETUAL.profit(-500, 50_000.0, 40_000.0, rate=39_000.0) == pytest.approx(
        9_750.0, rel=1e-14
    )


@pytest.mark.parametrize(
    ("entry", "exit", "printed", "unit"),
    [(5_000.0, 6_000.0, 0.33, 0.01), (90.0, 95.0, 5.848, 0.001), (0.25, 0.30, 6_667.0, 1.0)],
)
def test_the_printed_examples_of_an_exchange(
    entry: float, exit: float, printed: float, unit: float
) -> None:
    """Crypto Facilities, "Calculation of profit and loss": 10,000 inverse futures of one dollar, in coins."""
    assert InverseContract("X", 1).payoff(10_000, entry, exit) == pytest.approx(
        printed, abs=unit / 2
    )


def test_notional_worth_and_size() -> None:
    assert (SPOT.size, LINEAR.size, PERPETUAL.size, QUANTO.size) == (1.0, 5, 100, 200)
    assert SPOT.notional(70.0, 0.5) == 35.0
    assert LINEAR.notional(70.0, 0.5) == 175.0
    assert QUANTO.notional(70.0, 60_000.0) == pytest.approx(200 * 70e-6 * 60_000)
    assert PERPETUAL.worth(50_000.0) == 0.002
    np.testing.assert_array_equal(
        PERPETUAL.notional(np.array([1.0, 50_000.0]), 40_000.0), [100.0, 100.0]
    )
    assert PERPETUAL.notional(50_000.0) == 100.0


@EVERY
def test_convexity_is_the_second_difference_of_the_payoff(instrument: Instrument) -> None:
    price, step = np.array([0.5, 2.0, 3.0]), 1e-3
    up, here, down = (instrument.payoff(1.0, 1.0, price + move) for move in (step, 0.0, -step))
    # the error of a second difference is of the order of the step squared
    np.testing.assert_allclose(
        instrument.convexity(price), (up - 2 * here + down) / step**2, rtol=1e-4, atol=1e-8
    )


def test_a_short_inverse_contract_is_convex_in_coin() -> None:
    assert PERPETUAL.convexity(50_000.0) == -2 * 100 / 50_000**3
    falls, rises = (PERPETUAL.payoff(-1, 50_000.0, exit) for exit in (45_000.0, 55_000.0))
    assert falls > -rises > 0


@EVERY
def test_a_path_sums_to_the_profit_at_a_constant_rate(
    instrument: Instrument, prices: pd.DataFrame
) -> None:
    path = prices[instrument.name]
    found = instrument.path_profit(-3.0, path, rates=2.0)
    pd.testing.assert_index_equal(found.index, DATES[1:])
    assert found.sum() == pytest.approx(
        instrument.profit(-3.0, path.iloc[0], path.iloc[-1], 2.0), rel=1e-9
    )
    assert instrument.path_profit(-3.0, path).sum() == pytest.approx(found.sum() / 2, rel=1e-9)


@pytest.mark.parametrize(
    "perpetual", [PERPETUAL, LinearContract("PERP", 0.01, funding="continuous")]
)
def test_a_path_date_by_date(perpetual: Instrument, prices: pd.DataFrame) -> None:
    rng = np.random.default_rng(1)
    held = pd.Series(rng.normal(size=29), DATES[1:])
    rates, funding = (
        prices["BTC"],
        pd.Series(1e-4 * rng.normal(size=40), pd.date_range("2023-12-25", periods=40)),
    )
    expected = []
    for before, today in pairwise(DATES):
        f0, f1 = prices.loc[before, "PERP"], prices.loc[today, "PERP"]
        if isinstance(perpetual, InverseContract):
            gain, worth = 100 / f0 - 100 / f1, 100 / f1
        else:
            gain, worth = 0.01 * (f1 - f0), 0.01 * f1
        expected.append(
            held[today] * (gain - funding[today] * worth) * rates[today]
        )  # a long pays positive funding
    found = perpetual.path_profit(held, prices["PERP"], rates, funding)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_short_earns_positive_funding(prices: pd.DataFrame) -> None:
    flat = pd.Series(50_000.0, DATES)
    earned = PERPETUAL.path_profit(-10, flat, rates=flat, funding_rates=1e-4)
    np.testing.assert_allclose(earned, 10 * 100 * 1e-4, rtol=1e-12)
    with pytest.raises(
        DataError, match="funding_rates must belong to a perpetual contract; 'FUT' has no funding"
    ):
        LINEAR.path_profit(1, prices["FUT"], funding_rates=1e-4)


def test_paths_that_do_not_fit_are_refused(prices: pd.DataFrame) -> None:
    path = prices["PERP"]
    with pytest.raises(
        DataError,
        match="contracts must hold every date of the prices; 2 are missing, the first 2024",
    ):
        PERPETUAL.path_profit(pd.Series(1.0, DATES[1:-2]), path)
    for bad in (np.ones(29), [1.0] * 29, None):
        with pytest.raises(
            DataError,
            match="contracts must be one number, or a Series by date; got .* Wrap an array",
        ):
            PERPETUAL.path_profit(bad, path)
    with pytest.raises(
        DataError, match="prices must be a pandas Series or DataFrame indexed by dates; got ndarray"
    ):
        PERPETUAL.path_profit(1, path.to_numpy())
    with pytest.raises(DataError, match="rates must be positive; got 0 on 2024-01-05"):
        PERPETUAL.path_profit(1, path, rates=prices["BTC"].where(DATES != "2024-01-05", 0.0))
    with pytest.raises(DataError, match="prices must be one series; got the columns"):
        PERPETUAL.path_profit(1, prices)
    with pytest.raises(DataError, match="contracts and prices must be dated alike"):
        PERPETUAL.path_profit(pd.Series(1.0, DATES.tz_localize("UTC")), path)
    with pytest.raises(
        DataError, match="prices of the inverse contract 'PERP' must be positive; got -1"
    ):
        PERPETUAL.payoff(1, 50_000.0, np.array([1.0, -1.0]))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"lot": 0}, "lot must be a number above 0; got 0. Give the smallest number"),
        ({"tick": -1.0}, "tick must be a number above 0"),
        ({"fee": -0.1}, "fee must be a share from 0 to 1; got -0.1. Give 0.05 for 5 %"),
        ({"half_spread": 2}, "half_spread must be a share"),
        ({"initial_margin": -0.1}, "initial_margin must be a share"),
        ({"initial_margin": 5}, "initial_margin must be a share"),
        ({"maintenance_margin": float("nan")}, "maintenance_margin must be a share"),
        (
            {"maintenance_margin": 0.1},
            "maintenance_margin must not exceed initial_margin; got 0.1 and 0. Give both",
        ),
        ({"expiry": "2025-03-28"}, "expiry must be a date or None; got '2025-03-28'"),
        ({"expiry": pd.NaT}, "expiry must be a date or None"),
        (
            {"expiry": date(2025, 3, 28), "funding": "8-hourly"},
            "expiry or funding, not both; got expiry 2025-03-28",
        ),
        ({"funding": "daily"}, "funding must be one of '8-hourly', 'continuous'; got 'daily'"),
        ({"multiplier": 0}, "multiplier must be a number above 0; got 0. Give the units"),
        ({"multiplier": True}, "multiplier must be a number above 0"),
        ({"name": ""}, "name must be the column of the instrument's prices; got ''"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        LinearContract(**({"name": "FUT", "multiplier": 5} | terms))


def test_sizes_and_ends_that_make_no_sense_are_refused() -> None:
    with pytest.raises(DataError, match="value must be a number above 0; got -100. Give the face"):
        InverseContract("X", -100)
    with pytest.raises(DataError, match="fixed_rate must be a number above 0"):
        QuantoContract("X", 1, 0.0)
    with pytest.raises(
        DataError,
        match="a spot must have neither expiry nor funding; got funding. Use LinearContract",
    ):
        Spot("X", funding="8-hourly")
    with pytest.raises(DataError, match="got an expiry"):
        Spot("X", expiry=date(2025, 3, 28))


@EVERY
def test_instruments_are_plain_frozen_records(instrument: Instrument) -> None:
    assert isinstance(instrument, Instrument)
    assert pickle.loads(pickle.dumps(instrument)) == instrument
    assert dataclasses.replace(instrument, name="other") != instrument
    assert len({instrument, dataclasses.replace(instrument)}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        instrument.name = "other"


def test_an_expiry_is_kept_as_a_timestamp() -> None:
    assert LinearContract("X", 1, expiry=date(2025, 3, 28)).expiry == pd.Timestamp("2025-03-28")


def test_hedge_returns_by_the_definition(prices: pd.DataFrame) -> None:
    prices.attrs["source"] = "simulated"
    rates = pd.DataFrame({"PERP": prices["BTC"], "QUANTO": prices["BTC"]})
    every = [QUANTO, PERPETUAL, SPOT]
    simple, change = (
        instrument_returns(prices, every, kind, rates) for kind in ("simple", "difference")
    )
    assert simple.attrs == {"source": "simulated", "returns": "simple"}
    assert change.attrs["returns"] == "difference"
    assert list(simple.columns) == ["QUANTO", "PERP", "BTC"]
    for before, today in pairwise(DATES):
        start, end = prices.loc[before], prices.loc[today]
        inverse = (1 / start["PERP"] - 1 / end["PERP"]) * end["BTC"]
        quanto = (end["QUANTO"] - start["QUANTO"]) * end["BTC"]
        expected = [
            quanto / (start["QUANTO"] * start["BTC"]),
            inverse,
            end["BTC"] / start["BTC"] - 1,
        ]
        np.testing.assert_allclose(simple.loc[today], expected, rtol=1e-9)
        np.testing.assert_allclose(
            change.loc[today], [1e-6 * quanto, inverse, end["BTC"] - start["BTC"]], rtol=1e-9
        )


@pytest.mark.parametrize("kind", ["simple", "difference"])
def test_a_contract_in_the_account_currency_has_the_returns_of_its_price(
    prices: pd.DataFrame, kind: str
) -> None:
    found = instrument_returns(prices, [LINEAR, SPOT], kind)
    # rounding: the multiplier goes in and out
    pd.testing.assert_frame_equal(
        found, returns(prices[["FUT", "BTC"]], kind), rtol=1e-12, atol=1e-14
    )
    assert OLSHedge().fit(returns(prices["BTC"], kind), found[["FUT"]]).returns_kind == kind


def test_a_contract_in_a_foreign_currency(prices: pd.DataFrame) -> None:
    euro = pd.Series(np.linspace(0.9, 1.1, 30), DATES)
    f, x = prices["FUT"].to_numpy(), euro.to_numpy()
    found = instrument_returns(prices["FUT"], LINEAR, rates={"FUT": euro})["FUT"]
    np.testing.assert_allclose(found, (f[1:] - f[:-1]) * x[1:] / (f[:-1] * x[:-1]), rtol=1e-9)
    found = instrument_returns(prices["FUT"], LINEAR, "difference", rates={"FUT": euro})["FUT"]
    np.testing.assert_allclose(found, np.diff(f) * x[1:], rtol=1e-9)


def test_negative_prices_only_where_nothing_divides_by_them() -> None:
    oil = pd.DataFrame({"CL": [10.0, -37.0, 12.0]}, DATES[:3])
    crude = LinearContract("CL", 1000)
    assert instrument_returns(oil, crude, "difference")["CL"].tolist() == [-47.0, 49.0]
    with pytest.raises(
        DataError, match="column 'CL' is -37 on 2024-01-02 .* Use kind=\"difference\""
    ):
        instrument_returns(oil, crude)
    with pytest.raises(DataError, match="must be positive where returns divide by them"):
        instrument_returns(oil, InverseContract("CL", 10), "difference", rates={"CL": 1.0})
    with pytest.raises(
        DataError, match="price must be positive for a ratio of log returns; got -37"
    ):
        contracts_for(1.0, 1000.0, crude, -37.0, kind="log")
    assert contracts_for(0.5, 4_000.0, crude, -37.0, kind="difference") == -2.0


def test_what_hedge_returns_refuses(prices: pd.DataFrame) -> None:
    with pytest.raises(
        DataError, match="rates must hold the spot price of the coin that 'PERP' pays in"
    ):
        instrument_returns(prices, PERPETUAL)
    with pytest.raises(DataError, match="a column for every instrument; 'ES' is not among"):
        instrument_returns(prices, LinearContract("ES", 50))
    with pytest.raises(DataError, match="with different names; got \\['FUT', 'FUT'\\]"):
        instrument_returns(prices, [LINEAR, LINEAR])
    with pytest.raises(DataError, match="at least one"):
        instrument_returns(prices, [])
    with pytest.raises(DataError, match="instruments must be such as Spot"):
        instrument_returns(prices, ["FUT"])
    with pytest.raises(DataError, match="instruments must be such as Spot"):
        instrument_returns(prices, Spot)
    with pytest.raises(
        DataError, match="rates must be given by name of an instrument, \\['FUT'\\]; got 'EUR'"
    ):
        instrument_returns(prices, LINEAR, rates={"EUR": 1.1})
    with pytest.raises(DataError, match="rates must be a mapping or a DataFrame"):
        instrument_returns(prices, PERPETUAL, rates=prices["BTC"])
    with pytest.raises(
        DataError, match="rates of 'PERP' must hold every date of the prices; 1 are missing"
    ):
        instrument_returns(prices, PERPETUAL, rates={"PERP": prices["BTC"].iloc[1:]})
    with pytest.raises(DataError, match="kind must be one of 'simple', 'difference'; got 'log'"):
        instrument_returns(prices, LINEAR, "log")
    with pytest.raises(DataError, match="prices must be a pandas Series or DataFrame"):
        instrument_returns([1.0, 2.0], LINEAR)


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
@pytest.mark.parametrize("expiry", ["2024-01-19", "2024-01-19 08:00"])
def test_prices_after_the_expiry_are_refused(zone: str | None, expiry: str) -> None:
    bars = pd.date_range("2024-01-18", periods=12, freq="8h", tz=zone)
    prices = pd.DataFrame({"FUT": np.linspace(100.0, 110.0, 12)}, bars)
    last = pd.Timestamp(
        "2024-01-19 16:00" if expiry == "2024-01-19" else expiry, tz=zone
    )  # a date is the whole day
    alive, dead = prices[:last], int((bars > last).sum())
    message = f"prices of 'FUT' must end with its expiry, 2024-01-19.*; got 2024-01-{19 if dead == 7 else 20}"
    for end in (pd.Timestamp(expiry), pd.Timestamp(expiry, tz=zone)):
        future = LinearContract("FUT", 5, expiry=end)
        pd.testing.assert_series_equal(
            future.path_profit(1, alive["FUT"]), LINEAR.path_profit(1, alive["FUT"])
        )
        pd.testing.assert_frame_equal(
            instrument_returns(alive, future), instrument_returns(alive, LINEAR)
        )
        with pytest.raises(DataError, match=message):
            future.path_profit(1, prices["FUT"])
        with pytest.raises(
            DataError,
            match=rf"after it: {dead}\). Leave these dates out, or hold .* with hr.roll_futures",
        ):
            instrument_returns(prices, [future])


def test_periods_and_numbers_and_the_expiry() -> None:
    future, path = (
        LinearContract("FUT", 5, expiry=date(2024, 1, 30)),
        pd.Series(np.arange(1.0, 31.0), DATES),
    )
    assert future.path_profit(1, path).sum() == 145.0
    assert future.path_profit(1, path.to_period("D")).sum() == 145.0
    early = dataclasses.replace(future, expiry=date(2024, 1, 29))
    with pytest.raises(DataError, match="must end with its expiry, 2024-01-29; got 2024-01-30"):
        early.path_profit(1, path.to_period("D"))
    assert (
        early.path_profit(1, path.reset_index(drop=True)).sum() == 145.0
    )  # of numbers it cannot be told
    hours = pd.date_range("2024-01-29 14:00", periods=20, freq="1h", tz="America/New_York")
    with pytest.raises(
        DataError, match=r"got 2024-01-30 .*after it: 10\)"
    ):  # midnight in the zone of the prices
        early.path_profit(1, pd.Series(1.0, hours))


@pytest.mark.parametrize("price", [0.0, -5.0, math.nan])
def test_an_inverse_contract_has_no_notional_without_a_price(price: float) -> None:
    for given in (price, np.array([50_000.0, price])):
        with pytest.raises(
            DataError,
            match=f"prices of the inverse contract 'PERP' must be positive; got {price:g}",
        ):
            PERPETUAL.notional(given)


def test_nothing_is_sold_without_a_sign() -> None:
    for kind in ("simple", "difference"):
        none = contracts_for(0.0, 1000.0, LINEAR, 70.0, kind=kind)
        assert none == 0.0 and math.copysign(1.0, none) == 1.0


def test_contracts_by_hand() -> None:
    assert contracts_for(1.2, 1_000_000, LINEAR, 4_000.0) == pytest.approx(
        -1.2e6 / 20_000, rel=1e-14
    )
    assert contracts_for(1.2, 1_000_000, LINEAR, 4_000.0, rate=0.8, kind="log") == pytest.approx(
        -75.0, rel=1e-14
    )
    assert contracts_for(1.2, 250, LINEAR, 4_000.0, kind="difference") == pytest.approx(
        -60.0, rel=1e-14
    )
    assert contracts_for(1.0, -60_000, PERPETUAL, 61_000.0, rate=60_000.0) == 600.0
    with pytest.raises(DataError, match="ratio must lie strictly between"):
        contracts_for(float("nan"), 1.0, LINEAR, 4_000.0)
    with pytest.raises(DataError, match="instruments must be such as Spot.*got 'ES'"):
        contracts_for(1, 0, "ES", 5.0)
    with pytest.raises(DataError, match="rate must lie strictly between 0 and inf"):
        contracts_for(1.0, 1.0, LINEAR, 4_000.0, rate=0.0)


@EVERY
def test_contracts_carry_the_ratio_into_money(instrument: Instrument, prices: pd.DataFrame) -> None:
    """Contracts times what one of them gains is minus the ratio times value times return, for both kinds."""
    path, rate = prices[instrument.name], 1.0 if instrument is not PERPETUAL else prices["BTC"]
    for kind, position in {"simple": 123_456.0, "difference": 2.5}.items():
        change = instrument_returns(path.iloc[:2], instrument, kind, {instrument.name: rate}).iloc[
            0, 0
        ]
        now = rate if isinstance(rate, float) else rate.iloc[0]
        held = contracts_for(0.8, position, instrument, path.iloc[0], now, kind)
        gained = instrument.path_profit(held, path.iloc[:2], rate).iloc[0]
        assert gained == pytest.approx(-0.8 * position * change, rel=1e-9)
