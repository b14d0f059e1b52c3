"""Settings of collateral."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._spacing import spacing_of


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"collateral": 5.0}, "collateral must map names to values.*; got 5.0"),
        (
            {"collateral": {"F": 0.0}},
            "collateral of 'F' must lie strictly between 0 and inf; got 0.0",
        ),
        ({"horizon": 0}, "horizon must be a whole number of rows of at least 1, or a time"),
        ({"horizon": "soon"}, "horizon must be a positive time with its unit"),
        ({"probability": 0.00001}, "probability must lie strictly between 0.0001 and 1"),
    ],
)
def test_bad_margins_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Margin(**settings)


def test_collateral_is_kept_by_instrument() -> None:
    margin = hr.Margin({"F": 2.0})
    assert pd.Series(margin.collateral).to_dict() == {"F": 2.0}
    assert (margin.wallet("F"), margin.wallet("G")) == (2.0, None)
    assert hash(margin) == hash(hr.Margin({"F": 2.0}))


@pytest.mark.parametrize(
    ("frequency", "n_periods"),
    [
        ("min", 14_400),
        ("h", 240),
        ("8h", 30),
        ("D", 10),
        ("B", 7),
        ("W", 2),
        ("MS", 1),
        ("2D", 5),
        ("3D", 4),
    ],
)
def test_the_default_horizon_is_ten_days(frequency: str, n_periods: int) -> None:
    spacing = spacing_of(pd.date_range("2020-01-01", periods=500, freq=frequency))
    assert hr.Margin().periods(spacing, 20_000) == n_periods
    assert hr.Margin().periods(spacing, 6) == min(n_periods, 6)


def test_the_default_horizon_without_times_is_ten_rows() -> None:
    spacing = spacing_of(pd.RangeIndex(100))
    assert hr.Margin().periods(spacing, 99) == 10


@pytest.mark.parametrize(
    ("frequency", "horizon", "n_periods"),
    [
        ("W", "20d", 3),
        ("W", "21d", 3),
        ("W", "22d", 4),
        ("W", "2w", 2),
        ("MS", "2 months", 2),
        ("MS", "6 months", 6),
        ("MS", "45d", 2),
        ("QS", "1 year", 4),
        ("QS", "100d", 2),
        ("8h", "20h", 3),
        ("8h", "1d", 3),
        ("D", "36h", 2),
        ("min", "90s", 2),
        ("B", "7d", 5),
        ("B", "20d", 14),
    ],
)
def test_a_horizon_is_rounded_up(frequency: str, horizon: str, n_periods: int) -> None:
    spacing = spacing_of(pd.date_range("2020-01-01", periods=500, freq=frequency))
    assert hr.Margin(horizon=horizon).periods(spacing, 499) == n_periods


def test_a_rounded_horizon_is_known() -> None:
    weekly = spacing_of(pd.date_range("2020-01-01", periods=500, freq="W"))
    assert hr.Margin(horizon="20d").rounded_up(weekly, 499) == pd.Timedelta(days=20)
    assert hr.Margin().rounded_up(weekly, 499) == pd.Timedelta(days=10)
    assert hr.Margin(horizon="21d").rounded_up(weekly, 499) is None
    assert hr.Margin(horizon=3).rounded_up(weekly, 499) is None
    daily = spacing_of(pd.date_range("2020-01-01", periods=500, freq="B"))
    assert hr.Margin().rounded_up(daily, 499) is None


def test_a_horizon_of_rows_or_time_becomes_periods() -> None:
    spacing = spacing_of(pd.date_range("2020-01-01", periods=500, freq="8h"))
    assert hr.Margin(horizon="30d").periods(spacing, 499) == 90
    assert hr.Margin(horizon=90).periods(spacing, 499) == 90
    with pytest.raises(hr.DataError, match="margin.horizon must be at least one row of the data"):
        hr.Margin(horizon="1h").periods(spacing, 499)
    with pytest.raises(hr.DataError, match="the past of the market, 499 periods; got 1000000000"):
        hr.Margin(horizon=10**9).periods(spacing, 499)


def test_collateral_is_kept_as_plain_floats() -> None:
    amount = hr.Margin({"F": np.float64(3)}).collateral["F"]
    assert type(amount) is float
    assert amount == 3.0
