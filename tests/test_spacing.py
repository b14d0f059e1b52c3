"""Tests of the spacing of rows, and of horizons as rows, time and words."""

import datetime

import numpy as np
import pandas as pd
import pytest

from hedgeresearch._spacing import Spacing, spacing_of
from hedgeresearch.errors import DataError


def _spaced(frequency: str, n_rows: int = 800, zone: str | None = None) -> Spacing:
    return spacing_of(pd.date_range("2020-01-01", periods=n_rows, freq=frequency, tz=zone))


def _trading_minutes() -> pd.DatetimeIndex:
    """Return the minutes from 9:30 to 16:00 of five weeks of working days."""
    minutes = pd.date_range("2024-01-01", periods=35 * 24 * 60, freq="min")
    of_day = minutes.hour * 60 + minutes.minute
    return minutes[(minutes.day_of_week < 5) & (of_day >= 570) & (of_day < 960)]


@pytest.mark.parametrize(
    ("frequency", "period"),
    [
        ("100ms", "100 milliseconds"),
        ("s", "second"),
        ("min", "minute"),
        ("5min", "5 minutes"),
        ("90min", "90 minutes"),
        ("h", "hour"),
        ("8h", "8 hours"),
        ("D", "day"),
        ("2D", "2 days"),
        ("B", "business day"),
        ("W-FRI", "week"),
        ("2W", "2 weeks"),
        ("MS", "month"),
        ("BME", "month"),
        ("2MS", "2 months"),
        ("QE", "quarter"),
        ("YE", "year"),
    ],
)
def test_the_period_is_named_by_its_unit(frequency, period):
    assert _spaced(frequency, 60).period == period


@pytest.mark.parametrize(
    ("frequency", "n_rows", "words"),
    [
        ("D", 1, "the next day"),
        ("D", 5, "the next 5 days"),
        ("B", 20, "the next 20 business days"),
        ("min", 20, "the next 20 minutes"),
        ("min", 14_400, "the next 14,400 minutes (10 days)"),
        ("8h", 1, "the next 8 hours"),
        ("8h", 90, "the next 90 bars (30 days)"),
        ("15min", 2, "the next 2 bars (30 minutes)"),
        ("MS", 3, "the next 3 months"),
    ],
)
def test_the_time_ahead_is_described_in_words(frequency, n_rows, words):
    assert _spaced(frequency).describe(n_rows) == words


def test_rows_without_times_are_observations():
    spacing = spacing_of(pd.RangeIndex(100))
    assert spacing.describe(1) == "the next observation"
    assert spacing.span(5) == "5 observations"
    assert spacing.elapsed(5) is None


@pytest.mark.parametrize("n_rows", [0, 1])
def test_a_single_row_is_a_bar_without_length(n_rows):
    spacing = _spaced("D", n_rows)
    assert spacing.describe(5) == "the next 5 bars"
    with pytest.raises(DataError, match="no dates and times"):
        spacing.rows_of("5d")


def test_two_rows_have_a_spacing():
    assert _spaced("D", 2).period == "day"
    assert spacing_of(pd.DatetimeIndex(["2024-03-01", "2024-03-04"])).period == "business day"


def test_irregular_rows_are_bars_of_about_some_length():
    seconds = np.random.default_rng(0).exponential(30.0, 3000).cumsum()
    spacing = spacing_of(pd.Timestamp("2024-01-01") + pd.to_timedelta(seconds, unit="s"))
    assert spacing.period == "bar"
    assert spacing.describe(90) == "the next 90 bars (about 45.2 minutes)"
    assert spacing.rows_of("1h") == pytest.approx(120, rel=0.05)


def test_bars_stamped_a_little_late_are_regular():
    late = np.random.default_rng(0).uniform(0.0, 0.4, 1000)
    dates = pd.date_range("2024-01-01", periods=1000, freq="min") + pd.to_timedelta(late, "s")
    assert spacing_of(dates).describe(20) == "the next 20 minutes"
    assert spacing_of(dates).rows_of("20min") == 20


def test_clocks_that_change_leave_days_and_hours():
    assert _spaced("D", 800, "America/New_York").period == "day"
    assert _spaced("B", 800, "Europe/Berlin").period == "business day"
    assert _spaced("h", 9000, "Europe/Berlin").period == "hour"


def test_working_days_from_sunday_to_thursday_are_business_days():
    days = pd.date_range("2020-01-05", periods=700)
    working = days[~days.day_of_week.isin([4, 5])]
    assert spacing_of(working).period == "business day"
    assert spacing_of(working).rows_of("1w") == 5


def test_holidays_and_one_saturday_leave_business_days():
    days = pd.bdate_range("2020-01-01", periods=500).delete([17, 90, 233])
    days = days.append(pd.DatetimeIndex(["2020-03-07"])).sort_values()
    assert spacing_of(days).period == "business day"


def test_gaps_left_by_a_splitter_do_not_change_the_period():
    days = pd.bdate_range("2015-01-01", periods=900)
    blocks = days[300:360].append(days[500:560]).append(days[700:760])
    assert spacing_of(blocks).describe(5) == "the next 5 business days"
    assert spacing_of(blocks).rows_of("2w") == 10


@pytest.mark.filterwarnings("ignore:.*freq:FutureWarning")
def test_periods_are_spaced_like_their_starts():
    assert spacing_of(pd.period_range("2020-01", periods=40, freq="M")).period == "month"


# --- horizons ---


@pytest.mark.parametrize(
    ("frequency", "horizon", "n_rows"),
    [
        ("min", "20min", 20),
        ("min", "10d", 14_400),
        ("5min", "1h", 12),
        ("8h", "30d", 90),
        ("8h", "12h", 1),
        ("D", "10d", 10),
        ("D", "2 weeks", 14),
        ("D", "1 year", 365),
        ("B", "1d", 1),
        ("B", "7d", 5),
        ("B", "10d", 7),
        ("B", "28d", 20),
        ("B", "10 business days", 10),
        ("D", "10 business days", 14),
        ("B", "1y", 260),
        ("W", "30d", 4),
        ("MS", "30d", 1),
        ("MS", "1 quarter", 3),
        ("ME", "6 months", 6),
        ("QE", "1 year", 4),
        ("YE", "366d", 1),
    ],
)
def test_a_time_is_the_rows_within_it(frequency, horizon, n_rows):
    assert _spaced(frequency, 800 if frequency != "YE" else 40).rows_of(horizon) == pytest.approx(
        n_rows, abs=1 if n_rows > 100 else 0
    )


def test_a_day_of_trading_minutes_is_a_session():
    spacing = spacing_of(_trading_minutes())
    assert spacing.rows_of("20min") == 20
    assert spacing.rows_of("1d") == 390
    assert spacing.rows_of("1w") == 5 * 390


@pytest.mark.parametrize(
    "horizon",
    [pd.Timedelta(5, "D"), datetime.timedelta(days=5), np.timedelta64(5, "D"), "5 days", "120h", 5],
)
def test_a_horizon_is_rows_or_any_kind_of_time(horizon):
    assert _spaced("D").rows_of(horizon) == 5


@pytest.mark.parametrize("frequency", ["min", "h", "8h", "D", "B", "W", "MS"])
def test_elapsed_time_is_rows_again(frequency):
    spacing = _spaced(frequency)
    for n_rows in (1, 5, 20, 60):
        assert spacing.rows_of(spacing.elapsed(n_rows)) == n_rows


@pytest.mark.parametrize(
    ("frequency", "horizon", "one_row"),
    [("8h", "1h", "8 hours"), ("B", "3h", "1 business day"), ("MS", "3 weeks", "1 month")],
)
def test_a_time_below_one_row_is_refused(frequency, horizon, one_row):
    with pytest.raises(DataError, match=f"at least one row of the data, which is {one_row}; got"):
        _spaced(frequency, 60).rows_of(horizon)


def test_a_time_is_refused_where_rows_have_none():
    with pytest.raises(DataError, match=r"block must be a number of rows .* got '30d'"):
        spacing_of(pd.RangeIndex(100)).rows_of("30d", "block")


def test_horizons_that_never_end_are_refused():
    spacing = _spaced("D")
    assert spacing.rows_of("1y", most=365) == 365
    with pytest.raises(DataError, match="steps must be at most 1,000 rows; got 1,000,000,000"):
        spacing.rows_of(10**9, "steps", most=1000)


@pytest.mark.parametrize(
    ("frequency", "step", "is_long"),
    [
        ("B", "3D", False),  # a weekend
        ("B", "4D", False),  # and a holiday
        ("B", "7D", True),
        ("D", "1D", False),
        ("D", "2D", True),
        ("8h", "8h", False),
        ("8h", "16h", True),
        ("min", "1min", False),
        ("min", "3min", True),
        ("MS", "31D", False),
        ("MS", "61D", True),
    ],
)
def test_a_step_is_long_if_none_was_before(frequency: str, step: str, is_long: bool) -> None:
    before = pd.date_range("2020-01-01", "2023-12-29", freq=frequency)[-400:]
    after = spacing_of(before.append(pd.DatetimeIndex([before[-1] + pd.Timedelta(step)])))
    assert after.long_last_step == (pd.Timedelta(step) if is_long else None)


def test_a_step_that_was_before_is_usual() -> None:
    minutes = _trading_minutes()
    opening = np.flatnonzero(np.diff(minutes) > pd.Timedelta("12h"))
    for row in opening[6:]:  # nights, and weekends from the second on
        assert spacing_of(minutes[: row + 2]).long_last_step is None
    assert spacing_of(pd.RangeIndex(50)).long_last_step is None
    assert spacing_of(minutes[:2]).long_last_step is None
    rng = np.random.default_rng(0)
    irregular = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        rng.exponential(60.0, 300).cumsum(), unit="s"
    )
    steps = [spacing_of(irregular[:n]).long_last_step for n in range(100, 300)]
    assert sum(step is not None for step in steps) <= 1
