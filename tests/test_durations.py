"""Tests of horizons as elapsed time, and of elapsed time in words."""

import pandas as pd
import pytest

from hedgeresearch._durations import as_duration, check_horizon, time_in_words
from hedgeresearch._spacing import spacing_of
from hedgeresearch.errors import DataError


@pytest.mark.parametrize("horizon", [0, -1, 2.5, True, None, [5]])
def test_other_horizons_are_refused(horizon):
    with pytest.raises(DataError, match="horizon must be a whole number of rows of at least 1"):
        check_horizon(horizon)


@pytest.mark.parametrize(
    "horizon", ["10", "soon", "-3d", "0h", "3M", "NaT", "1000000000d", "9" * 400 + " years", ""]
)
def test_other_times_are_refused_in_one_line(horizon):
    with pytest.raises(DataError, match="horizon must be a positive time with its unit") as caught:
        check_horizon(horizon)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("30d", "30 days"),
        ("1d", "1 day"),
        ("36h", "1.5 days"),
        ("90s", "1.5 minutes"),
        ("250ms", "250 milliseconds"),
        ("800d", "2.2 years"),
    ],
)
def test_time_is_written_in_its_largest_unit(time, words):
    assert time_in_words(as_duration(time)) == words


def test_quarters_are_three_months():
    assert as_duration("1 quarter") == as_duration("3 months")


def test_lower_and_upper_case_units_are_the_same_time():
    assert as_duration("1d12h") == as_duration("36h") == as_duration("1.5D")
    assert as_duration("2w") == as_duration("14 days") == as_duration("2W")
    assert as_duration("1d") == pd.Timedelta(hours=24)


@pytest.mark.parametrize(
    ("horizon", "expected"),
    [
        ("3m", "For months, write '3 months'; m stands for minutes."),
        ("1M", "For months, write '1 month'; m stands for minutes."),
        ("6mo", "For months, write '6 months'; m stands for minutes."),
    ],
)
def test_months_are_written_in_full(horizon, expected):
    days = spacing_of(pd.bdate_range("2020-01-01", periods=300))
    with pytest.raises(DataError, match=expected):
        days.rows_of(horizon)
    with pytest.raises(DataError) as refused:
        days.rows_of("3min")
    assert "months" not in str(refused.value)
