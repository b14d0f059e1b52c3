"""Bitcoin out of sample: number of returns, and ratio of the first block by regression."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.reproductions.papers.liu_bitcoin_futures import read_returns


def test_published_number_of_returns_and_first_ratio(data_dir):
    """The archive's 560, written out; not a product of the design."""
    result = hr.reproduce("liu_bitcoin_futures")
    assert result.table.loc["out-of-sample returns", ["published", "ours"]].tolist() == [
        560.0,
        560.0,
    ]
    raw = pd.read_csv(data_dir / "BBT_Tiingo.csv", index_col="Date", parse_dates=True).sort_index()
    spot, future = (
        raw[column].iloc[-860:-560] for column in ("log return bitcoin", "log return future")
    )
    ratio = np.polyfit(future, spot, 1)[0]
    assert result.shown[0]["future"].iloc[0] == pytest.approx(
        ratio, rel=1e-10
    )  # two ways to solve least squares
    assert str(read_returns().index[-560].date()) == "2019-03-12"
