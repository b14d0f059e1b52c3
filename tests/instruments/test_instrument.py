"""Common behavior of instruments: convexity by differences, profit along paths, expiry."""

import dataclasses
import pickle
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument, as_instruments
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.returns import instrument_returns
from hedgeresearch.instruments.spot import Spot

LINEAR = LinearContract("FUT", 5, currency="USD")
PERPETUAL = InverseContract("PERP", 100, fee=0.0005, funding="8-hourly")
INSTRUMENTS = [
    Spot("BTC", lot=0.001),
    LINEAR,
    PERPETUAL,
    QuantoContract("QUANTO", 200, fixed_rate=1e-6),
]
DATES = pd.date_range("2024-01-01", periods=30, name="date")
every_instrument = pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda one: one.name)


@every_instrument
def test_instruments_are_frozen_records(instrument: Instrument) -> None:
    assert isinstance(instrument, Instrument)
    assert pickle.loads(pickle.dumps(instrument)) == instrument
    assert dataclasses.replace(instrument, name="other") != instrument
    assert len({instrument, dataclasses.replace(instrument)}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        instrument.name = "other"


@every_instrument
def test_convexity_is_the_second_difference_of_payoffs(instrument: Instrument) -> None:
    price = np.array([0.5, 2.0, 3.0])
    step = 1e-3
    above = instrument.payoff(1.0, 1.0, price + step)
    here = instrument.payoff(1.0, 1.0, price)
    below = instrument.payoff(1.0, 1.0, price - step)
    # the error of a second difference is of the order of the step squared
    expected = (above - 2 * here + below) / step**2
    np.testing.assert_allclose(instrument.convexity(price), expected, rtol=1e-4, atol=1e-8)


@every_instrument
def test_path_profits_sum_to_the_profit_at_one_rate(
    instrument: Instrument, coin_prices: pd.DataFrame
) -> None:
    path = coin_prices[instrument.name]
    found = instrument.path_profit(-3.0, path, rates=2.0)
    pd.testing.assert_index_equal(found.index, DATES[1:])
    total = instrument.profit(-3.0, path.iloc[0], path.iloc[-1], 2.0)
    assert found.sum() == pytest.approx(total, rel=1e-9)
    assert instrument.path_profit(-3.0, path).sum() == pytest.approx(found.sum() / 2, rel=1e-9)


@pytest.mark.parametrize(
    "perpetual", [PERPETUAL, LinearContract("PERP", 0.01, funding="continuous")]
)
def test_path_profit_equals_a_loop_over_the_dates(
    perpetual: Instrument, coin_prices: pd.DataFrame
) -> None:
    rng = np.random.default_rng(1)
    held = pd.Series(rng.normal(size=29), DATES[1:])
    rates = coin_prices["BTC"]
    funding_dates = pd.date_range("2023-12-25", periods=40)
    funding = pd.Series(1e-4 * rng.normal(size=40), funding_dates)
    expected = []
    for before, today in pairwise(DATES):
        f0 = coin_prices.loc[before, "PERP"]
        f1 = coin_prices.loc[today, "PERP"]
        if isinstance(perpetual, InverseContract):
            gain = 100 / f0 - 100 / f1
            worth = 100 / f1
        else:
            gain = 0.01 * (f1 - f0)
            worth = 0.01 * f1
        # a long position pays positive funding
        expected.append(held[today] * (gain - funding[today] * worth) * rates[today])
    found = perpetual.path_profit(held, coin_prices["PERP"], rates, funding)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_short_position_receives_positive_funding(coin_prices: pd.DataFrame) -> None:
    flat = pd.Series(50_000.0, DATES)
    earned = PERPETUAL.path_profit(-10, flat, rates=flat, funding_rates=1e-4)
    np.testing.assert_allclose(earned, 10 * 100 * 1e-4, rtol=1e-12)
    message = "funding_rates must belong to a perpetual contract; 'FUT' has no funding"
    with pytest.raises(DataError, match=message):
        LINEAR.path_profit(1, coin_prices["FUT"], funding_rates=1e-4)


def test_unsuitable_paths_are_refused(coin_prices: pd.DataFrame) -> None:
    path = coin_prices["PERP"]

    def refused(message: str, contracts: object, prices: object, **settings: object) -> None:
        with pytest.raises(DataError, match=message):
            PERPETUAL.path_profit(contracts, prices, **settings)

    refused(
        "contracts must contain every date of the prices; 2 are missing, the first 2024",
        pd.Series(1.0, DATES[1:-2]),
        path,
    )
    for bad in (np.ones(29), [1.0] * 29, None):
        message = "contracts must be one number, or a Series by date; got .* Wrap an array"
        refused(message, bad, path)
    refused(
        "prices must be a pandas Series or DataFrame indexed by dates; got numpy.ndarray",
        1,
        path.to_numpy(),
    )
    rates = coin_prices["BTC"].where(DATES != "2024-01-05", 0.0)
    refused("rates must be positive; got 0 on 2024-01-05", 1, path, rates=rates)
    refused("prices must be one series; got the columns", 1, coin_prices)
    in_utc = pd.Series(1.0, DATES.tz_localize("UTC"))
    refused("contracts and the prices must have the same type of index", in_utc, path)


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
@pytest.mark.parametrize("expiry", ["2024-01-19", "2024-01-19 08:00"])
def test_prices_after_the_expiry_are_refused(zone: str | None, expiry: str) -> None:
    bars = pd.date_range("2024-01-18", periods=12, freq="8h", tz=zone)
    prices = pd.DataFrame({"FUT": np.linspace(100.0, 110.0, 12)}, bars)
    # a date without a time is the whole day
    last = pd.Timestamp("2024-01-19 16:00" if expiry == "2024-01-19" else expiry, tz=zone)
    alive = prices[:last]
    n_late = int((bars > last).sum())
    first_late = f"2024-01-{19 if n_late == 7 else 20}"
    message = f"prices of 'FUT' must not extend beyond its expiry, 2024-01-19.*; got {first_late}"
    remedy = rf"after it: {n_late}\). Leave these dates out, or use hr.roll_futures"
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
        with pytest.raises(DataError, match=remedy):
            instrument_returns(prices, [future])


def test_expiry_is_compared_with_periods_but_not_numbers() -> None:
    future = LinearContract("FUT", 5, expiry=date(2024, 1, 30))
    path = pd.Series(np.arange(1.0, 31.0), DATES)
    assert future.path_profit(1, path).sum() == 145.0
    assert future.path_profit(1, path.to_period("D")).sum() == 145.0
    early = dataclasses.replace(future, expiry=date(2024, 1, 29))
    with pytest.raises(
        DataError, match="must not extend beyond its expiry, 2024-01-29; got 2024-01-30"
    ):
        early.path_profit(1, path.to_period("D"))
    assert early.path_profit(1, path.reset_index(drop=True)).sum() == 145.0
    # midnight in the time zone of the prices
    hours = pd.date_range("2024-01-29 14:00", periods=20, freq="1h", tz="America/New_York")
    with pytest.raises(DataError, match=r"got 2024-01-30 .*after it: 10\)"):
        early.path_profit(1, pd.Series(1.0, hours))


def test_one_instrument_or_several_are_a_list() -> None:
    assert as_instruments(LINEAR) == [LINEAR]
    assert as_instruments((LINEAR, PERPETUAL)) == [LINEAR, PERPETUAL]


@pytest.mark.parametrize(
    ("instruments", "message"),
    [
        ([], "instruments must be at least one"),
        ([LINEAR, LINEAR], r"with different names; got \['FUT', 'FUT'\]. Pass each once"),
        (["FUT"], r"instruments must be, for example, Spot\('BTC'\) .*; got 'FUT'"),
        (Spot, "instruments must be, for example, Spot"),
    ],
)
def test_invalid_lists_of_instruments_are_refused(instruments: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        as_instruments(instruments)
