"""Spreads from bars against the authors' own result."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import spread_from_bars

pytest.importorskip("bidask")


def bars(n: int = 200) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    paths = 100.0 * np.exp(0.01 * generator.standard_normal((n, 50)).cumsum(axis=1) / 7.0)
    days = pd.date_range("2020-01-01", periods=n, name="date")
    columns = {"Open": paths[:, 0], "High": paths.max(axis=1), "Low": paths.min(axis=1)}
    return pd.DataFrame({**columns, "Close": paths[:, -1]}, index=days)


def test_the_authors_number_is_reproduced(data_dir: Path) -> None:
    table = pd.read_csv(data_dir / "bidask_ohlc.csv")
    assert spread_from_bars(table) == pytest.approx(0.0101849034905478, abs=1e-12)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (bars().drop(columns="Low"), r"bars lacks the columns low"),
        (bars().assign(High=1.0), r"high and low of the bar 2020-01-01"),
        (-bars(), r"prices of bars must be positive"),
        (bars(5), r"bars must have at least 20 rows"),
        (bars()["Open"], r"bars must be a DataFrame"),
        (bars() * 0.0 + 100.0, r"move too little to show a spread"),
    ],
)
def test_bad_input_is_refused(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=message):
        spread_from_bars(table)
