"""Basis, funding and z-scores against arithmetic by hand, and on funding that was paid."""

import datetime
import math
import statistics

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.instruments.carry_rates import annualized_basis, annualized_funding, z_score
from hedgeresearch.instruments.roll import roll_futures
from hedgeresearch.instruments.roll_rules import RollBeforeExpiry

HOURS = pd.date_range("2024-01-01", periods=40, freq="8h", tz="UTC")
DAYS = pd.date_range("2024-01-01", periods=40)


def test_basis_by_hand() -> None:
    spot = pd.Series(np.linspace(100.0, 120.0, 40), DAYS)
    future = pd.Series(np.linspace(103.0, 120.5, 40), DAYS)
    found = annualized_basis(future, spot, "2024-03-29")
    for date in DAYS:
        days = (datetime.date(2024, 3, 29) - date.date()).days
        expected = math.log(future[date] / spot[date]) * 365 / days
        assert found[date] == pytest.approx(expected, rel=1e-12)
    eight_per_cent = spot * np.exp(0.08 * (pd.Timestamp("2024-03-29") - DAYS).days / 365)
    found = annualized_basis(eight_per_cent, spot, datetime.date(2024, 3, 29))
    np.testing.assert_allclose(found, 0.08, rtol=1e-12)


def test_basis_is_the_gain_of_a_short_future_at_expiry() -> None:
    dates = pd.date_range("2024-01-01", periods=73)
    future = pd.Series(100.0 * np.exp(0.06 * np.arange(73, 0, -1) / 365), dates)
    spot = pd.Series(100.0, dates)
    basis = annualized_basis(future, spot, dates[-1] + pd.Timedelta(days=1))
    log_gain = -math.log(100.0 / future.iloc[0])  # of a short future, at a constant spot price
    assert log_gain == pytest.approx(basis.iloc[0] * 73 / 365, rel=1e-12)


def test_basis_of_a_rolled_future_uses_the_expiry_held() -> None:
    spot = pd.Series(50.0, DAYS)
    expiries = {"near": "2024-01-26", "far": "2024-03-29"}
    contracts = pd.DataFrame(index=DAYS)
    for name, expiry in expiries.items():
        days = (pd.Timestamp(expiry) - DAYS).days
        contracts[name] = 50.0 * np.exp(0.05 * days / 365)
    rolled = roll_futures(contracts, RollBeforeExpiry(3), expiries)
    found = annualized_basis(rolled.prices, spot[1:], rolled.expiry)
    # the log of a price near spot has few digits
    np.testing.assert_allclose(found, 0.05, rtol=1e-9)


def test_every_way_to_write_a_date_is_one_expiry() -> None:
    spot = pd.Series(100.0, DAYS)
    future = pd.Series(101.0, DAYS)
    expected = annualized_basis(future, spot, "2024-04-01")
    for expiry in (
        datetime.date(2024, 4, 1),
        np.datetime64("2024-04-01"),
        pd.Timestamp("2024-04-01"),
    ):
        pd.testing.assert_series_equal(annualized_basis(future, spot, expiry), expected)
        listed = pd.Series([expiry] * 40, DAYS, dtype=object)
        pd.testing.assert_series_equal(annualized_basis(future, spot, listed), expected)


@pytest.mark.parametrize("expiry", ["abc", 20240401, 5.0, None, pd.NaT, "", True])
def test_expiries_that_are_not_dates_are_refused(expiry: object) -> None:
    price = pd.Series(100.0, DAYS)
    message = "expiry must be a date; got .*Pass for example '2024-03-15'"
    with pytest.raises(hr.DataError, match=message):
        annualized_basis(price, price, expiry)
    listed = pd.Series(["2024-04-01"] * 40, DAYS, dtype=object)
    listed.iloc[7] = expiry
    with pytest.raises(hr.DataError, match="every expiry must be a date; got"):
        annualized_basis(price, price, listed)


def test_prices_without_a_basis_are_refused() -> None:
    price = pd.Series(100.0, DAYS)

    def refused(message: str, spot: pd.Series, expiry: object, future: pd.Series = price) -> None:
        with pytest.raises(hr.DataError, match=message):
            annualized_basis(future, spot, expiry)

    message = "must be dated before the expiry; got 2024-02-01 with expiry 2024-02-01"
    refused(message, price, "2024-02-01")
    message = "prices must be positive for a basis; column 'spot' is -0.1 on 2024-01-01"
    refused(message, pd.Series(-0.1, DAYS), "2024-04-01")
    message = "expiry and prices must both have a time zone, or none"
    refused(message, price, pd.Timestamp("2024-04-01", tz="UTC"))
    refused("future and spot must share their dates; 1 differ", price[1:], "2024-04-01")
    numbered = price.reset_index(drop=True)
    message = "future and spot must be indexed by dates; got numbers"
    refused(message, numbered, "2024-04-01", numbered)
    expiries = pd.Series(pd.Timestamp("2024-04-01"), DAYS[1:])
    refused("expiry must contain every date of the prices; 1 are missing", price, expiries)


def test_funding_by_hand(funding_rates: pd.Series) -> None:
    rates = funding_rates
    assert annualized_funding(rates) == pytest.approx(sum(rates) / 40 * 3 * 365, rel=1e-12)
    last_ten = annualized_funding(rates, window=10)
    assert last_ten == pytest.approx(sum(rates[-10:]) / 10 * 1095, rel=1e-12)
    assert annualized_funding(rates, 365) == pytest.approx(sum(rates) / 40 * 365, rel=1e-12)
    year = pd.Series(1e-4, pd.date_range("2023-01-01", periods=1095, freq="8h"))
    assert annualized_funding(year) == pytest.approx(year.sum(), rel=1e-12)


@pytest.mark.parametrize(
    ("spacing", "per_year"),
    [("1D", 365), ("8h", 1095), ("4h", 2190), ("1h", 8760), ("7D", 365 / 7)],
)
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_periods_per_year_follow_from_the_spacing(
    spacing: str, per_year: float, zone: str | None
) -> None:
    dates = pd.date_range("2024-01-01", periods=40, freq=spacing, tz=zone)
    paid = pd.Series(np.linspace(1e-5, 3e-5, 40), dates)
    assert annualized_funding(paid) == pytest.approx(2e-5 * per_year, rel=1e-12)
    # the sum of a year of payments
    dates = pd.date_range("2023-01-01", "2024-01-01", freq=spacing, inclusive="left", tz=zone)
    year = pd.Series(1e-5, dates)
    # 53 weeks begin in that year, which has 52.14
    assert annualized_funding(year) == pytest.approx(year.sum(), rel=0.02)


def test_daily_and_hourly_sums_carry_as_much(funding_rates: pd.Series) -> None:
    whole_days = funding_rates[:39]
    daily = whole_days.resample("1D").sum().tz_localize(None).to_period("D")
    expected = annualized_funding(whole_days)
    assert annualized_funding(daily) == pytest.approx(expected, rel=1e-12)
    # nothing is paid between two payments
    hourly = whole_days.resample("1h").asfreq().fillna(0.0).iloc[-38 * 8 :]
    expected = annualized_funding(whole_days[1:])
    assert annualized_funding(hourly) == pytest.approx(expected, rel=1e-12)


def test_late_stamps_and_other_intervals_count_their_time(funding_rates: pd.Series) -> None:
    rates = funding_rates
    late = rates.set_axis(HOURS + pd.to_timedelta(np.arange(40) % 3, unit="ms"))
    # milliseconds of eight hours
    assert annualized_funding(late) == pytest.approx(annualized_funding(rates), rel=1e-6)
    # nothing is known of a payment that is left out, but that time passed
    holes = rates.drop(HOURS[[5, 6, 20]])
    paid = holes.iloc[1:].sum() / 39 * 1095
    assert annualized_funding(holes) == pytest.approx(paid, rel=1e-12)
    assert annualized_funding(holes, 1095) == pytest.approx(holes.mean() * 1095, rel=1e-12)
    # where payments become twice as frequent, the spacing within the window counts
    later = rates[:20].set_axis(pd.date_range(HOURS[-1], periods=21, freq="4h")[1:])
    found = annualized_funding(pd.concat([rates, later]), window=20)
    assert found == pytest.approx(rates[:20].mean() * 2190, rel=1e-12)


def test_funding_equals_what_an_exchange_paid(paid_funding: pd.Series) -> None:
    assert (np.diff(paid_funding.index) == pd.Timedelta(hours=8)).all()
    years = len(paid_funding) / 1095
    found = annualized_funding(paid_funding)
    assert found == pytest.approx(paid_funding.sum() / years, rel=1e-12)
    assert found == pytest.approx(0.104, abs=0.0005)  # 15.59% in 547 days


def test_funding_without_periods_per_year_is_refused(funding_rates: pd.Series) -> None:
    message = "1 of them. Index them by their dates, or pass for example periods"
    with pytest.raises(hr.DataError, match=message):
        annualized_funding(funding_rates[:1])
    with pytest.raises(hr.DataError, match="window must not exceed the 40 rates; got 41"):
        annualized_funding(funding_rates, window=41)
    message = "periods_per_year must lie strictly between 0 and inf; got 0"
    with pytest.raises(hr.DataError, match=message):
        annualized_funding(funding_rates, 0)


def test_z_score_by_hand_without_look_ahead(funding_rates: pd.Series) -> None:
    rates = funding_rates
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


def test_z_score_of_constant_values_is_refused(funding_rates: pd.Series) -> None:
    with pytest.raises(hr.DataError, match="the 12 before 2024-01-05 do not. Lengthen the window"):
        z_score(funding_rates * 0.0, 12)


def test_funding_of_changing_intervals_is_what_was_paid() -> None:
    slow = pd.date_range("2025-01-01", periods=270, freq="8h")
    fast = pd.date_range(slow[-1] + pd.Timedelta("1h"), periods=2160, freq="1h")
    rates = pd.Series(1e-4, slow.append(fast))
    years = (rates.index[-1] - rates.index[0]) / pd.Timedelta("365D")
    assert annualized_funding(rates) == pytest.approx(rates.iloc[1:].sum() / years, rel=1e-12)
    assert annualized_funding(rates) == pytest.approx(0.494, abs=0.001)
    assert annualized_funding(rates, window=100) == pytest.approx(1e-4 * 8760, rel=1e-12)
    # over the change: 50 payments in 10 x 8 + 40 hours
    over = pd.concat([rates.iloc[:270], rates.iloc[270:310]])
    assert annualized_funding(over, window=50) == pytest.approx(50e-4 / 120 * 8760, rel=1e-12)


@pytest.mark.parametrize("first", ["2022-01-03", "2022-01-05"])
def test_sums_of_weekends_are_paid_over_three_days(first: str) -> None:
    days = pd.bdate_range(first, periods=500)
    rates = pd.Series(np.where(days.day_of_week == 0, 9e-4, 3e-4), days)
    assert annualized_funding(rates) == pytest.approx(3e-4 * 365, rel=1e-12)
    assert annualized_funding(rates, window=7) == pytest.approx(3e-4 * 365, rel=1e-12)


def test_a_hole_between_payments_is_warned_of(funding_rates: pd.Series) -> None:
    holes = funding_rates.drop(HOURS[10:30])
    message = "there is none between 2024-01-04 and 2024-01-11 .1 such gap., and that time counts"
    with pytest.warns(hr.errors.DataWarning, match=message):
        annualized_funding(holes)
    weekends = pd.Series(1e-4, pd.bdate_range("2022-12-01", periods=60).delete([17, 18]))
    annualized_funding(weekends)  # a holiday after a weekend is no hole
