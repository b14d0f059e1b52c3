"""Carry against arithmetic by hand, and on funding that was paid."""

import datetime
import math
import pickle
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.instruments.carry import hedge_carry
from hedgeresearch.instruments.carry_rates import annualized_basis, annualized_funding, z_score
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.roll import roll_futures
from hedgeresearch.instruments.roll_rules import RollBeforeExpiry
from hedgeresearch.instruments.spot import Spot

PERPETUAL = InverseContract("COIN_PERP", 100, fee=0.0005, half_spread=0.0001, funding="8-hourly")
FUTURE = LinearContract("FUTURE", 1, fee=0.0002, half_spread=0.0003)
HOURS = pd.date_range("2024-01-01", periods=40, freq="8h", tz="UTC")
DAYS = pd.date_range("2024-01-01", periods=40)


@pytest.fixture
def rates() -> pd.Series:
    """Funding rates of eight hours."""
    return pd.Series(1e-4 + 5e-5 * np.random.default_rng(2).normal(size=40), HOURS, name="funding")


def test_basis_by_hand() -> None:
    spot = pd.Series(np.linspace(100.0, 120.0, 40), DAYS)
    future = pd.Series(np.linspace(103.0, 120.5, 40), DAYS)
    found = annualized_basis(future, spot, "2024-03-29")
    for date in DAYS:
        days = (datetime.date(2024, 3, 29) - date.date()).days
        assert found[date] == pytest.approx(
            math.log(future[date] / spot[date]) * 365 / days, rel=1e-12
        )
    eight_per_cent = spot * np.exp(0.08 * (pd.Timestamp("2024-03-29") - DAYS).days / 365)
    np.testing.assert_allclose(
        annualized_basis(eight_per_cent, spot, datetime.date(2024, 3, 29)), 0.08, rtol=1e-12
    )


def test_a_short_future_earns_its_basis_as_it_meets_spot() -> None:
    spot = 100.0
    future = pd.Series(
        spot * np.exp(0.06 * np.arange(73, 0, -1) / 365), pd.date_range("2024-01-01", periods=73)
    )
    basis = annualized_basis(
        future, pd.Series(spot, future.index), future.index[-1] + pd.Timedelta(days=1)
    )
    log_gain = -math.log(spot / future.iloc[0])  # of a short, to the end, spot standing still
    assert log_gain == pytest.approx(basis.iloc[0] * 73 / 365, rel=1e-12)
    assert hedge_carry(FUTURE, basis).per_year == pytest.approx(0.06, rel=1e-12)


def test_basis_of_a_rolled_future() -> None:
    spot = pd.Series(50.0, DAYS)
    ends = {"near": "2024-01-26", "far": "2024-03-29"}
    contracts = pd.DataFrame(
        {k: 50.0 * np.exp(0.05 * (pd.Timestamp(e) - DAYS).days / 365) for k, e in ends.items()},
        DAYS,
    )
    rolled = roll_futures(contracts, RollBeforeExpiry(3), ends)
    found = annualized_basis(rolled.prices, spot[1:], rolled.expiry)
    np.testing.assert_allclose(
        found, 0.05, rtol=1e-9
    )  # the log of a price near spot has few digits


def test_funding_by_hand(rates: pd.Series) -> None:
    assert annualized_funding(rates) == pytest.approx(sum(rates) / 40 * 3 * 365, rel=1e-12)
    assert annualized_funding(rates, window=10) == pytest.approx(
        sum(rates[-10:]) / 10 * 1095, rel=1e-12
    )
    assert annualized_funding(rates, 365) == pytest.approx(sum(rates) / 40 * 365, rel=1e-12)
    year = pd.Series(1e-4, pd.date_range("2023-01-01", periods=1095, freq="8h"))
    assert annualized_funding(year) == pytest.approx(year.sum(), rel=1e-12)


SPACINGS = [("1D", 365), ("8h", 1095), ("4h", 2190), ("1h", 8760), ("7D", 365 / 7)]


@pytest.mark.parametrize(("spacing", "a_year"), SPACINGS)
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_the_spacing_of_the_dates_says_how_many_make_a_year(
    spacing: str, a_year: float, zone: str | None
) -> None:
    dates = pd.date_range("2024-01-01", periods=40, freq=spacing, tz=zone)
    paid = pd.Series(np.linspace(1e-5, 3e-5, 40), dates)
    assert annualized_funding(paid) == pytest.approx(2e-5 * a_year, rel=1e-12)
    # what a year of payments adds up to
    year = pd.Series(
        1e-5, pd.date_range("2023-01-01", "2024-01-01", freq=spacing, inclusive="left", tz=zone)
    )
    assert annualized_funding(year) == pytest.approx(
        year.sum(), rel=0.02
    )  # 53 weeks begin in that year, 52.14 are in it
    for funding in ("8-hourly", "continuous"):
        perpetual = InverseContract("COIN_PERP", 100, funding=funding)
        assert hedge_carry(perpetual, paid, 0.5).per_year == pytest.approx(1e-5 * a_year, rel=1e-12)
        assert hedge_carry(perpetual, paid, 0.5, periods_per_year=100.0).per_year == pytest.approx(
            1e-3, rel=1e-12
        )


def test_sums_of_a_day_carry_as_much_as_their_payments(rates: pd.Series) -> None:
    whole = rates[:39]
    daily = whole.resample("1D").sum()
    assert hedge_carry(PERPETUAL, daily).rate_per_year == pytest.approx(
        hedge_carry(PERPETUAL, whole).rate_per_year, rel=1e-12
    )
    assert annualized_funding(daily.tz_localize(None).to_period("D")) == pytest.approx(
        annualized_funding(whole), rel=1e-12
    )
    hourly = (
        whole.resample("1h").asfreq().fillna(0.0).iloc[-38 * 8 :]
    )  # nothing between two payments
    assert annualized_funding(hourly) == pytest.approx(annualized_funding(whole[1:]), rel=1e-12)


def test_gaps_and_late_stamps_do_not_change_the_spacing(rates: pd.Series) -> None:
    late = rates.set_axis(HOURS + pd.to_timedelta(np.arange(40) % 3, unit="ms"))
    assert annualized_funding(late) == pytest.approx(
        annualized_funding(rates), rel=1e-6
    )  # milliseconds of eight hours
    holes = rates.drop(HOURS[[5, 6, 20]])
    assert annualized_funding(holes) == pytest.approx(holes.mean() * 1095, rel=1e-12)
    # where payments come twice as often now, the spacing of those that are averaged counts
    faster = pd.concat(
        [rates, rates[:20].set_axis(pd.date_range(HOURS[-1], periods=21, freq="4h")[1:])]
    )
    assert annualized_funding(faster, window=20) == pytest.approx(
        rates[:20].mean() * 2190, rel=1e-12
    )


def test_z_score_by_hand_and_without_look_ahead(rates: pd.Series) -> None:
    found = z_score(rates, 12)
    pd.testing.assert_index_equal(found.index, HOURS[12:])
    for position in range(12, 40):
        past = rates.iloc[position - 12 : position].tolist()
        expected = (rates.iloc[position] - statistics.mean(past)) / statistics.stdev(past)
        assert found[HOURS[position]] == pytest.approx(expected, rel=1e-9)  # two ways to sum
    shocked = rates.copy()
    shocked.iloc[30:] += 1.0
    pd.testing.assert_series_equal(z_score(shocked, 12)[:18], found[:18])
    assert z_score(shocked, 12).iloc[18] > 1000


@pytest.mark.parametrize("ratio", [1.0, 0.8, -1.0])
def test_carry_of_a_perpetual_by_hand(rates: pd.Series, ratio: float) -> None:
    found = hedge_carry(PERPETUAL, rates, ratio, window=20)
    funding = sum(rates[-20:]) / 20 * 1095
    assert found.per_year == pytest.approx(
        ratio * funding, rel=1e-12
    )  # a short earns positive funding
    assert found.round_trip_cost == pytest.approx(2 * abs(ratio) * 0.0006, rel=1e-12)
    past = rates.iloc[-21:-1].tolist()
    score = (rates.iloc[-1] - statistics.mean(past)) / statistics.stdev(past)
    assert found.z_score == pytest.approx(score, rel=1e-9)
    if ratio > 0:
        earned = funding * ratio / 365 * found.break_even_days  # what the days until then bring in
        assert earned == pytest.approx(found.round_trip_cost, rel=1e-12)
        assert found.break_even_move is None
    else:
        assert found.break_even_days is None
        assert abs(ratio) * found.break_even_move == pytest.approx(-found.per_year, rel=1e-12)


@pytest.mark.parametrize(
    ("basis", "ratio"), [(0.06, 0.9), (-0.03, 0.9), (0.06, -0.5), (0.003, 1.0)]
)
def test_carry_of_a_future_pays_for_its_rolls(basis: float, ratio: float) -> None:
    history = pd.Series(np.linspace(0.01, basis, 40), DAYS)
    found = hedge_carry(FUTURE, history, ratio, rolls_per_year=4)
    rolls = sum(abs(ratio) * (0.0005 + 0.0005) for _ in range(4))  # close one, open the next
    assert found.roll_cost_per_year == pytest.approx(rolls, rel=1e-12)
    assert found.per_year == pytest.approx(ratio * basis - rolls, rel=1e-12)
    assert (found.break_even_days is None) == (found.per_year <= 0)
    if found.per_year <= 0:
        assert found.break_even_move == pytest.approx(
            (rolls - ratio * basis) / abs(ratio), rel=1e-12
        )


def test_sentences(rates: pd.Series) -> None:
    earned = hedge_carry(PERPETUAL, pd.Series([1e-4, 3e-4, 2e-4, 4e-4], HOURS[:4]), 0.9)
    assert repr(earned) == (
        "Carry(0.9 COIN_PERP short: funding of 27.38% a year (the last one +2.0 standard deviations from its past) "
        "earns 24.64% of the asset a year; opening and closing costs 0.11%, earned in 1.6 days.)"
    )
    flat = pd.Series(0.05, DAYS)
    paid = hedge_carry(FUTURE, flat, -0.5, rolls_per_year=4)
    assert paid.z_score is None
    assert paid.sentence == (
        "0.5 FUTURE long: basis of 5.00% a year costs 2.70% of the asset a year, what a rise of 5.40% a year brings in"
        "; opening and closing costs 0.05%."
    )
    near = hedge_carry(PERPETUAL, pd.Series([1e-4, 3e-4, 2.02e-4], HOURS[:3]))
    assert abs(near.z_score) < 0.05 and "(the last one near its mean)" in near.sentence
    assert (
        "what a fall of 0.40% a year"
        in hedge_carry(FUTURE, flat * 0.0, 1.0, rolls_per_year=4).sentence
    )
    assert pickle.loads(pickle.dumps(paid)) == paid
    assert earned.as_of == HOURS[3]


def test_funding_that_was_paid(data_dir: Path) -> None:
    raw = pd.read_csv(data_dir / "all_exchanges.csv")
    chosen = raw[(raw["exchange"] == "binance") & (raw["pair"] == "BTCUSDCM")]
    wall = pd.DatetimeIndex(chosen["time"]).tz_localize(
        "Europe/London", ambiguous=np.ones(len(chosen), dtype=bool)
    )
    paid = pd.Series(chosen["funding rate"].to_numpy(), wall.tz_convert("UTC"))
    assert (np.diff(paid.index) == pd.Timedelta(hours=8)).all()
    total, years = paid.sum(), len(paid) / 1095
    assert annualized_funding(paid) == pytest.approx(total / years, rel=1e-12)
    assert annualized_funding(paid) == pytest.approx(0.104, abs=0.0005)  # 15.59 % in 547 days
    last_year = paid[paid.index > paid.index[-1] - pd.Timedelta(days=365)]
    found = hedge_carry(PERPETUAL, paid, window=1095)
    assert found.per_year == pytest.approx(last_year.sum(), rel=1e-12)
    assert 3 < found.break_even_days < 5  # .12 % of costs at 12 % a year


def test_what_cannot_be_told_is_refused(rates: pd.Series) -> None:
    with pytest.raises(
        hr.DataError,
        match=r"instrument must be a contract, such as LinearContract\(...\); got Spot",
    ):
        hedge_carry(Spot("BTC"), rates)
    with pytest.raises(hr.DataError, match="ratio must not be zero; nothing is held"):
        hedge_carry(PERPETUAL, rates, 0.0)
    with pytest.raises(
        hr.DataError, match="must be 0 for a perpetual and not negative for a future; got"
    ):
        hedge_carry(PERPETUAL, rates, rolls_per_year=4)
    with pytest.raises(
        hr.DataError, match="must be 0 for a perpetual and not negative for a future; got"
    ):
        hedge_carry(FUTURE, rates, rolls_per_year=-1)
    with pytest.raises(
        hr.DataError, match="periods_per_year belongs to funding; 'FUTURE' has none"
    ):
        hedge_carry(FUTURE, rates, periods_per_year=1095)
    undated = rates.reset_index(drop=True)
    with pytest.raises(
        hr.DataError,
        match="must have two dates or more.*got numbers, 40 of them. Index them by their",
    ):
        hedge_carry(PERPETUAL, undated)
    assert hedge_carry(PERPETUAL, undated, periods_per_year=1095).per_year == pytest.approx(
        annualized_funding(rates)
    )
    with pytest.raises(
        hr.DataError, match="1 of them. Index them by their dates, or give for example periods"
    ):
        annualized_funding(rates[:1])
    with pytest.raises(hr.DataError, match="window must be less than the 40 values; got 40"):
        hedge_carry(PERPETUAL, rates, window=40)
    with pytest.raises(hr.DataError, match="window must not exceed the 40 rates; got 41"):
        annualized_funding(rates, window=41)
    with pytest.raises(
        hr.DataError, match="periods_per_year must lie strictly between 0 and inf; got 0"
    ):
        annualized_funding(rates, 0)
    with pytest.raises(hr.DataError, match="the 12 before 2024-01-05 do not. Lengthen the window"):
        z_score(rates * 0.0, 12)


@pytest.mark.parametrize("expiry", ["abc", 20240401, 5.0, None, pd.NaT, "", True])
def test_what_is_no_date_is_no_expiry(expiry: object) -> None:
    price = pd.Series(100.0, DAYS)
    with pytest.raises(
        hr.DataError, match="expiry must be a date; got .*Give for example '2024-03-15'"
    ):
        annualized_basis(price, price, expiry)
    listed = pd.Series(["2024-04-01"] * 40, DAYS, dtype=object)
    listed.iloc[7] = expiry
    with pytest.raises(hr.DataError, match="every expiry must be a date; got"):
        annualized_basis(price, price, listed)


def test_every_way_to_write_a_date_is_one_expiry() -> None:
    spot, future = pd.Series(100.0, DAYS), pd.Series(101.0, DAYS)
    expected = annualized_basis(future, spot, "2024-04-01")
    for expiry in (
        datetime.date(2024, 4, 1),
        np.datetime64("2024-04-01"),
        pd.Timestamp("2024-04-01"),
    ):
        pd.testing.assert_series_equal(annualized_basis(future, spot, expiry), expected)
        listed = pd.Series([expiry] * 40, DAYS, dtype=object)
        pd.testing.assert_series_equal(annualized_basis(future, spot, listed), expected)


def test_prices_without_a_basis_are_refused() -> None:
    price = pd.Series(100.0, DAYS)
    with pytest.raises(
        hr.DataError, match="must be dated before the expiry; got 2024-02-01 with expiry 2024-02-01"
    ):
        annualized_basis(price, price, "2024-02-01")
    with pytest.raises(
        hr.DataError, match="prices must be positive for a basis; spot goes down to -0.1"
    ):
        annualized_basis(price, pd.Series(-0.1, DAYS), "2024-04-01")
    with pytest.raises(hr.DataError, match="expiry and prices must both have a time zone, or none"):
        annualized_basis(price, price, pd.Timestamp("2024-04-01", tz="UTC"))
    with pytest.raises(hr.DataError, match="future and spot must share their dates; 1 differ"):
        annualized_basis(price, price[1:], "2024-04-01")
    with pytest.raises(hr.DataError, match="future and spot must be indexed by dates; got numbers"):
        annualized_basis(price.reset_index(drop=True), price.reset_index(drop=True), "2024-04-01")
    with pytest.raises(
        hr.DataError, match="expiry must hold every date of the prices; 1 are missing"
    ):
        annualized_basis(price, price, pd.Series(pd.Timestamp("2024-04-01"), DAYS[1:]))
