"""Carry of a hedge against arithmetic by hand, and on funding that was paid."""

import pickle
import statistics

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.instruments.carry import hedge_carry
from hedgeresearch.instruments.carry_rates import annualized_basis, annualized_funding
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.spot import Spot

PERPETUAL = InverseContract("COIN_PERP", 100, fee=0.0005, half_spread=0.0001, funding="8-hourly")
FUTURE = LinearContract("FUTURE", 1, fee=0.0002, half_spread=0.0003)
HOURS = pd.date_range("2024-01-01", periods=40, freq="8h", tz="UTC")
DAYS = pd.date_range("2024-01-01", periods=40)


@pytest.mark.parametrize("ratio", [1.0, 0.8, -1.0])
def test_carry_of_a_perpetual_by_hand(funding_rates: pd.Series, ratio: float) -> None:
    found = hedge_carry(PERPETUAL, funding_rates, ratio, window=20)
    funding = sum(funding_rates[-20:]) / 20 * 1095
    # a short position receives positive funding
    assert found.per_year == pytest.approx(ratio * funding, rel=1e-12)
    assert found.round_trip_cost == pytest.approx(2 * abs(ratio) * 0.0006, rel=1e-12)
    past = funding_rates.iloc[-21:-1].tolist()
    score = (funding_rates.iloc[-1] - statistics.mean(past)) / statistics.stdev(past)
    assert found.z_score == pytest.approx(score, rel=1e-9)
    if ratio > 0:
        # the carry of the days until then
        earned = funding * ratio / 365 * found.break_even_days
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
    # each roll closes one contract and opens the next
    rolls = sum(abs(ratio) * (0.0005 + 0.0005) for _ in range(4))
    assert found.roll_cost_per_year == pytest.approx(rolls, rel=1e-12)
    assert found.per_year == pytest.approx(ratio * basis - rolls, rel=1e-12)
    assert (found.break_even_days is None) == (found.per_year <= 0)
    if found.per_year <= 0:
        expected = (rolls - ratio * basis) / abs(ratio)
        assert found.break_even_move == pytest.approx(expected, rel=1e-12)


def test_carry_of_a_future_is_its_last_basis() -> None:
    dates = pd.date_range("2024-01-01", periods=73)
    future = pd.Series(100.0 * np.exp(0.06 * np.arange(73, 0, -1) / 365), dates)
    basis = annualized_basis(future, pd.Series(100.0, dates), dates[-1] + pd.Timedelta(days=1))
    assert hedge_carry(FUTURE, basis).per_year == pytest.approx(0.06, rel=1e-12)


# payments of four hours or less, which are not the declared ones, are warned of as well
@pytest.mark.filterwarnings("ignore:the funding of 'COIN_PERP', which is 8-hourly")
@pytest.mark.parametrize("funding", ["8-hourly", "continuous"])
@pytest.mark.parametrize(
    ("spacing", "per_year"),
    [("1D", 365), ("8h", 1095), ("4h", 2190), ("1h", 8760), ("7D", 365 / 7)],
)
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_carry_annualizes_by_the_spacing_or_as_given(
    spacing: str, per_year: float, zone: str | None, funding: str
) -> None:
    dates = pd.date_range("2024-01-01", periods=40, freq=spacing, tz=zone)
    paid = pd.Series(np.linspace(1e-5, 3e-5, 40), dates)
    perpetual = InverseContract("COIN_PERP", 100, funding=funding)
    by_spacing = hedge_carry(perpetual, paid, 0.5)
    assert by_spacing.per_year == pytest.approx(1e-5 * per_year, rel=1e-12)
    as_given = hedge_carry(perpetual, paid, 0.5, periods_per_year=100.0)
    assert as_given.per_year == pytest.approx(1e-3, rel=1e-12)


def test_daily_sums_carry_as_much_as_their_payments(funding_rates: pd.Series) -> None:
    whole_days = funding_rates[:39]
    daily = whole_days.resample("1D").sum()
    expected = hedge_carry(PERPETUAL, whole_days).rate_per_year
    assert hedge_carry(PERPETUAL, daily).rate_per_year == pytest.approx(expected, rel=1e-12)


def test_carry_equals_what_an_exchange_paid(paid_funding: pd.Series) -> None:
    year_ago = paid_funding.index[-1] - pd.Timedelta(days=365)
    last_year = paid_funding[paid_funding.index > year_ago]
    found = hedge_carry(PERPETUAL, paid_funding, window=1095)
    assert found.per_year == pytest.approx(last_year.sum(), rel=1e-12)
    assert 3 < found.break_even_days < 5  # .12% of costs at 12% a year


def test_sentence_of_a_carry_that_is_earned() -> None:
    rates = pd.Series([1e-4, 3e-4, 2e-4, 4e-4], HOURS[:4])
    earned = hedge_carry(PERPETUAL, rates, 0.9)
    assert earned.as_of == HOURS[3]
    assert repr(earned) == (
        "Carry(COIN_PERP, short 0.9 of the asset: funding of 27.38% a year (latest value +2.0 "
        "standard deviations from its past mean) earns 24.64% of the asset a year; round-trip cost "
        "0.11%, recovered in 1.6 days.)"
    )
    near = hedge_carry(PERPETUAL, pd.Series([1e-4, 3e-4, 2.02e-4], HOURS[:3]))
    assert abs(near.z_score) < 0.05
    assert "(latest value near its mean)" in near.sentence


def test_sentence_of_a_carry_that_is_paid() -> None:
    flat = pd.Series(0.05, DAYS)
    paid = hedge_carry(FUTURE, flat, -0.5, rolls_per_year=4)
    assert paid.z_score is None
    assert paid.sentence == (
        "FUTURE, long 0.5 of the asset: basis of 5.00% a year costs 2.70% of the asset a year; a "
        "rise of the hedge by 5.40% a year would offset it; round-trip cost 0.05%."
    )
    short = hedge_carry(FUTURE, flat * 0.0, 1.0, rolls_per_year=4)
    assert "a fall of the hedge by 0.40% a year would offset it" in short.sentence
    assert pickle.loads(pickle.dumps(paid)) == paid


def test_invalid_positions_are_refused(funding_rates: pd.Series) -> None:
    def refused(message: str, *arguments: object, **settings: object) -> None:
        with pytest.raises(hr.DataError, match=message):
            hedge_carry(*arguments, **settings)

    message = r"instrument must be a contract, such as LinearContract\(...\); got Spot"
    refused(message, Spot("BTC"), funding_rates)
    refused("ratio must not be zero; nothing is held", PERPETUAL, funding_rates, 0.0)
    message = "must be 0 for a perpetual and not negative for a future; got"
    refused(message, PERPETUAL, funding_rates, rolls_per_year=4)
    refused(message, FUTURE, funding_rates, rolls_per_year=-1)
    message = "periods_per_year belongs to funding; 'FUTURE' has none"
    refused(message, FUTURE, funding_rates, periods_per_year=1095)
    message = "window must be less than the 40 values; got 40"
    refused(message, PERPETUAL, funding_rates, window=40)


def test_funding_without_dates_needs_periods_per_year(funding_rates: pd.Series) -> None:
    undated = funding_rates.reset_index(drop=True)
    message = "must have two dates or more.*got numbers, 40 of them. Index them by their"
    with pytest.raises(hr.DataError, match=message):
        hedge_carry(PERPETUAL, undated)
    found = hedge_carry(PERPETUAL, undated, periods_per_year=1095)
    assert found.per_year == pytest.approx(annualized_funding(funding_rates))


def test_a_fee_per_contract_is_a_share_of_its_worth() -> None:
    contract = LinearContract("FUTURE", 50, fee=0.0001, half_spread=0.0002, fee_per_contract=2.5)
    history = pd.Series(np.linspace(0.01, 0.03, 40), DAYS)
    found = hedge_carry(contract, history, -0.8, rolls_per_year=4, worth=50 * 80.0)
    share = 0.0003 + 2.5 / 4000.0
    assert found.round_trip_cost == pytest.approx(2 * 0.8 * share, rel=1e-12)
    assert found.roll_cost_per_year == pytest.approx(4 * 2 * 0.8 * share, rel=1e-12)
    with pytest.raises(hr.DataError, match="worth must be given for 'FUTURE', whose fee is per"):
        hedge_carry(contract, history)
    with pytest.raises(hr.DataError, match="worth must lie strictly between 0 and inf; got 0"):
        hedge_carry(contract, history, worth=0.0)


def test_costs_that_were_not_given_are_not_free(funding_rates: pd.Series) -> None:
    unknown = hedge_carry(InverseContract("PERP", 100, funding="8-hourly"), funding_rates, 0.5)
    assert not unknown.costs_given
    assert unknown.break_even_days is None
    assert unknown.sentence.endswith("of the asset a year; no trading costs were given.")
    free = hedge_carry(InverseContract("PERP", 100, funding="8-hourly", fee=0.0), funding_rates)
    assert free.break_even_days == 0.0
    assert free.sentence.endswith("round-trip cost 0.00%, recovered in less than a day.")
    rebate = InverseContract("PERP", 100, funding="8-hourly", fee=-0.0002)
    paid = hedge_carry(rebate, funding_rates)
    assert paid.round_trip_cost == pytest.approx(-0.0004, rel=1e-12)
    assert paid.break_even_days == 0.0


def test_noise_near_expiry_is_no_deviation() -> None:
    days = pd.date_range("2024-01-01", periods=180)
    expiry = pd.Timestamp("2024-07-03")
    left = ((expiry - days) / pd.Timedelta(days=1)).to_numpy() / 365.0
    noise = 0.0005 * np.random.default_rng(0).standard_normal(180)
    noise[-1] = -0.0005
    rates = pd.Series((0.03 * left + noise) / left, days)
    future = LinearContract("FUTURE", 1, fee=0.0002, expiry=expiry)
    found = hedge_carry(future, rates)
    assert found.z_score == pytest.approx(noise[-1] / noise[:-1].std(), abs=0.2)
    assert found.days_left == pytest.approx(5.0)
    assert found.to_expiry == pytest.approx(0.03 * 5 / 365 - 0.0005, rel=1e-12)
    assert "basis of -0.01% to expiry in 5.0 days" in found.sentence
    assert "costs 0.01% of the asset by then" in found.sentence
    assert "year" not in found.sentence
    later = hedge_carry(future, rates.iloc[:100])
    assert later.to_expiry is None
    assert "a year" in later.sentence


@pytest.mark.parametrize(
    ("factor", "freq", "message"),
    [
        (1.0, "h", "should have 3 payments a day; its rates are not zero 24 times a day"),
        (100.0, "8h", "less than 200% a year; got 1,095%. Rates in per cent or per year"),
        (1095.0, "8h", "less than 200% a year; got 11,990%"),
        (-100.0, "8h", "got -1,095%"),
    ],
)
def test_funding_of_another_unit_or_rhythm_is_warned_of(
    factor: float, freq: str, message: str
) -> None:
    rates = pd.Series(1e-4 * factor, pd.date_range("2024-01-01", periods=240, freq=freq))
    with pytest.warns(hr.errors.DataWarning, match=message):
        found = hedge_carry(PERPETUAL, rates)
    assert message in found.doubt


def test_sound_funding_is_not_doubted() -> None:
    hours = pd.date_range("2024-01-01", periods=240, freq="h")
    paid = pd.Series(np.where(hours.hour % 8 == 0, 1e-4, 0.0), hours)
    assert hedge_carry(PERPETUAL, paid).doubt == ""
    hourly = LinearContract("PERP", 1, funding="continuous")
    assert hedge_carry(hourly, pd.Series(1e-5, hours)).doubt == ""


def test_a_time_to_recover_below_a_day_says_so() -> None:
    rates = pd.Series(1.5e-3, HOURS)
    cheap = LinearContract("PERP", 1, fee=1e-6, funding="8-hourly")
    assert "recovered in less than a day" in hedge_carry(cheap, rates).sentence
