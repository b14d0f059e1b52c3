"""Years to expiry: actual days over 365 of times with a zone."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.options import years_to_expiry

MOMENT = pd.Timestamp("2026-03-27 08:00", tz="UTC")
EXPIRIES = pd.Series(
    pd.to_datetime(["2026-03-27 09:00", "2027-03-27 08:00"], utc=True), index=["near", "far"]
)


def test_years_are_actual_days_over_365() -> None:
    assert years_to_expiry(MOMENT, MOMENT + pd.Timedelta(days=30)) == 30 / 365
    assert years_to_expiry(MOMENT, datetime(2027, 3, 27, 8, tzinfo=UTC)) == 1.0
    years = years_to_expiry(MOMENT, EXPIRIES)
    assert years["near"] == 1 / 24 / 365
    assert years["far"] == 1.0
    assert isinstance(years_to_expiry(MOMENT, pd.DatetimeIndex(EXPIRIES)), np.ndarray)
    moments = pd.Series([MOMENT, MOMENT], index=["near", "far"])
    assert years_to_expiry(moments, EXPIRIES).equals(years)


def test_zones_and_their_hours_count() -> None:
    # clocks in New York go forward on 8 March 2026
    start = pd.Timestamp("2026-03-01 16:00", tz="America/New_York")
    end = pd.Timestamp("2026-03-31 16:00", tz="America/New_York")
    assert years_to_expiry(start, end) == pytest.approx((30 - 1 / 24) / 365, rel=1e-14)


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(hr.DataError, match="moment must have a time zone; got 2026-03-27"):
        years_to_expiry("2026-03-27 08:00", MOMENT)
    with pytest.raises(hr.DataError, match=r"expiry must have a time zone.*tz_localize"):
        years_to_expiry(MOMENT, pd.to_datetime(["2026-06-26"]))


def test_expiries_before_the_moment_are_refused() -> None:
    with pytest.raises(
        hr.DataError, match="2026-03-27 09:00 UTC is not after 2026-03-27 10:00 UTC"
    ):
        years_to_expiry(MOMENT + pd.Timedelta(hours=2), EXPIRIES)
    with pytest.raises(hr.DataError, match="expiry must be after the moment"):
        years_to_expiry(MOMENT, MOMENT)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(hr.DataError, match="moment must be a time with a zone.*got 'soon'"):
        years_to_expiry("soon", MOMENT)
    with pytest.raises(hr.DataError, match="got the number 1767.*unit='ms'"):
        years_to_expiry(1_767_225_600_000, MOMENT)
    with pytest.raises(hr.DataError, match="mixed zones with pd.to_datetime"):
        years_to_expiry(MOMENT, ["2027-01-01 08:00+00:00", "2027-01-01 08:00+09:00"])
    with pytest.raises(hr.DataError, match="expiry must have a time in every row; row 1"):
        years_to_expiry(MOMENT, pd.to_datetime(["2026-06-26", None], utc=True))
    with pytest.raises(hr.DataError, match="one length"):
        years_to_expiry([MOMENT] * 3, EXPIRIES)
    with pytest.raises(hr.DataError, match="must have the same index"):
        years_to_expiry(pd.Series([MOMENT, MOMENT]), EXPIRIES)
    with pytest.raises(hr.DataError, match="at least one time"):
        years_to_expiry(MOMENT, [])
