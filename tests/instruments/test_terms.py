"""Terms of trade: which are refused, and how dates are read."""

import datetime

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.terms import as_timestamp, last_moment


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"lot": 0}, "lot must be a number above 0; got 0. Pass the smallest number"),
        ({"fee": -0.1}, "fee must be a share from 0 to 1; got -0.1. Pass 0.05 for 5%"),
        ({"half_spread": 2}, "half_spread must be a share"),
        ({"maintenance_margin": -0.1}, "maintenance_margin must be a share"),
        ({"maintenance_margin": 5}, "maintenance_margin must be a share"),
        ({"maintenance_margin": float("nan")}, "maintenance_margin must be a share"),
        ({"expiry": "2025-03-28"}, "expiry must be a date or None; got '2025-03-28'"),
        ({"expiry": pd.NaT}, "expiry must be a date or None"),
        (
            {"expiry": datetime.date(2025, 3, 28), "funding": "8-hourly"},
            "expiry and funding must not both be given; got expiry 2025-03-28",
        ),
        ({"funding": "daily"}, "funding must be one of '8-hourly', 'continuous'; got 'daily'"),
        ({"name": ""}, "name must be the column of the instrument's prices; got ''"),
    ],
)
def test_invalid_terms_are_refused(terms: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        LinearContract(**({"name": "FUT", "multiplier": 5} | terms))


def test_expiry_is_kept_as_a_timestamp() -> None:
    future = LinearContract("X", 1, expiry=datetime.date(2025, 3, 28))
    assert future.expiry == pd.Timestamp("2025-03-28")


def test_dates_and_their_text_are_timestamps() -> None:
    for value in ("2024-04-01", datetime.date(2024, 4, 1), np.datetime64("2024-04-01")):
        assert as_timestamp(value, "expiry") == pd.Timestamp("2024-04-01")
    for value in ("one day", None, pd.NaT, 20240401, np.int64(5), 5.0, True):
        with pytest.raises(DataError, match="expiry must be a date; got .*Pass for example"):
            as_timestamp(value, "expiry")


def test_last_moment_of_a_date_is_the_end_of_its_day() -> None:
    midnight = pd.Timestamp("2024-03-31", tz="Europe/Berlin")  # a day of 23 hours
    assert last_moment(midnight) == pd.Timestamp("2024-04-01", tz="Europe/Berlin") - pd.Timedelta(1)
    assert last_moment(pd.Timestamp("2024-03-31 08:00")) == pd.Timestamp("2024-03-31 08:00")
