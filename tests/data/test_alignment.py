"""Alignment of several series: kept and dropped dates by hand, and every refusal."""

import warnings

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.data.alignment import align
from hedgeresearch.data.conversion import returns
from hedgeresearch.errors import DataError, DataWarning

DAYS = pd.date_range("2020-01-01", periods=4, name="date")


def series(values: list[float], name: str | None = "oil", days: pd.Index = DAYS) -> pd.Series:
    return pd.Series(values, days[: len(values)], name=name)


def test_align_keeps_common_dates_and_reports_the_others() -> None:
    left = series([1.0, 2.0, 3.0, 4.0], "left")
    left.attrs = {"source": "a file"}
    right = pd.DataFrame({"a": [1, 2, 3], "b": [1.0, 2.0, np.nan]}, DAYS[1:])
    message = r"1 from a,b \(2020-01-04\)"
    with pytest.warns(
        DataWarning, match=r"2 from left \(2020-01-01, 2020-01-04\); " + message + r"\. 2 are left"
    ) as seen:
        one, two = align(left, right)
    assert len(seen) == 1
    assert seen[0].filename == __file__
    dropped = {"left": ["2020-01-01", "2020-01-04"], "a,b": ["2020-01-04"]}
    assert one.attrs == {"source": "a file", "dropped": dropped}
    assert two.attrs == {"dropped": dropped}
    assert one.tolist() == [2.0, 3.0]
    assert two["a"].tolist() == [1, 2]
    assert two["a"].dtype == right["a"].dtype
    assert one.index.equals(two.index)
    assert left.attrs == {"source": "a file"}


def test_align_of_three_drops_infinities() -> None:
    days = pd.date_range("2020-01-01", periods=10)
    first = series([1.0] * 10, "x", days)
    second = series([1.0] * 10, "x", days)
    third = series([1.0, np.inf, *[1.0] * 3], "y", days)
    with pytest.warns(
        DataWarning, match=r"6 from x \(2020-01-02, 2020-01-06, 2020-01-07, \.\.\.\)"
    ):
        results = align(first, second, third)
    assert [len(result) for result in results] == [4, 4, 4]
    assert list(results[0].attrs["dropped"]) == ["x", "x (argument 2)", "y"]


def test_align_does_not_warn_if_nothing_is_dropped() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, two = align(series([1.0, 2.0], "a"), series([3.0, 4.0], "b"))
    assert one.attrs["dropped"] == two.attrs["dropped"] == {"a": [], "b": []}


def test_align_reports_times_as_iso_8601() -> None:
    minutes = pd.date_range("2020-01-01 09:30", periods=3, freq="min", tz="UTC")
    with pytest.warns(DataWarning, match="2020-01-01T09:30:00\\+00:00"):
        one, _ = align(series([1.0, 2.0, 3.0], "a", minutes), series([1.0, 2.0], "b", minutes[1:]))
    assert one.attrs["dropped"]["a"] == ["2020-01-01T09:30:00+00:00"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            series([1.0], "b", DAYS.tz_localize("UTC")),
            "a has dates without a time zone, b has dates in the time zone UTC",
        ),
        (
            series([1.0], "b", DAYS.to_period("D")),
            r"a has dates without a time zone, b has periods \(D\)",
        ),
        (series([1.0], "b", pd.RangeIndex(4)), "b has numbers"),
        (
            series([1.0, 2.0], "b", DAYS[[0, 0]]),
            "b must have every date once; 2020-01-01 occurs twice",
        ),
        (series([1.0, 2.0], "b", DAYS[[1, 0]]), "b must be sorted by date"),
        (
            series([1.0], "b", DAYS + pd.Timedelta("1h")),
            "must share at least one date.*2020-01-01T01:00:00",
        ),
        (series([np.nan], "b"), "must share at least one date on which none has a gap"),
        (series([], "b").astype(float), "none is shared .*no dates"),
        (series(["x"], "b").astype(object), "b must contain numbers"),  # type: ignore[list-item]
        ([1.0, 2.0], "argument 2 must be a pandas Series or DataFrame"),
    ],
)
def test_align_refuses_dates_that_cannot_be_compared(other: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        align(series([1.0, 2.0], "a"), other)  # type: ignore[type-var]


def test_align_refuses_a_single_argument() -> None:
    with pytest.raises(DataError, match="at least two Series or DataFrames; got 1"):
        align(series([1.0]))


def test_align_refuses_two_time_zones() -> None:
    one = series([1.0], "a", DAYS.tz_localize("UTC"))
    two = series([1.0], "b", DAYS.tz_localize("Europe/London"))
    with pytest.raises(
        DataError,
        match="a has dates in the time zone UTC, b has dates in the time zone Europe/London",
    ):
        align(one, two)


def test_dropping_dates_within_returns_says_what_is_lost() -> None:
    dates = pd.date_range("2020-01-01", periods=10)
    prices = pd.Series(np.arange(10.0) + 100.0, dates, name="A")
    other = prices.drop(dates[5]).rename("B")
    with pytest.warns(DataWarning, match="align prices, then use hr.returns"):
        align(returns(prices), other)
    for frame, shorter in ((prices, other), (returns(prices), prices.iloc[4:].rename("B"))):
        with pytest.warns(DataWarning) as caught:
            align(frame, shorter)
        assert "align prices" not in str(caught[0].message)
