"""Returns and prices joined for a hedge, and the data that are refused."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import join_prices, join_returns


@pytest.fixture
def returns():
    return hr.data.simulate_dcc(n_dates=60, n_series=3, seed=3).returns


def test_returns_are_joined_with_their_kind(returns):
    returns.attrs["returns"] = "log"
    joined, kind = join_returns(returns["asset"], returns[["hedge", "hedge2"]])
    pd.testing.assert_frame_equal(joined, returns)
    assert kind == "log"


def test_returns_without_a_note_have_no_kind(returns):
    _, kind = join_returns(returns["asset"], returns[["hedge"]])
    assert kind is None


@pytest.mark.parametrize(
    ("hedges", "message"),
    [
        (lambda f: f.assign(hedge2=2 * f["hedge"]), "hedges must not be collinear; hedge, hedge2"),
        (lambda f: f.assign(hedge2=0.1), "'hedge2' is constant"),
        (lambda f: f.iloc[:4], "must have at least 5 rows; got 4"),
    ],
)
def test_data_without_a_regression_are_refused(returns, hedges, message):
    frame = hedges(returns)
    with pytest.raises(hr.DataError, match=message):
        join_returns(frame["asset"], frame[["hedge", "hedge2"]])


def test_prices_are_joined(returns):
    prices = 100 * np.exp(returns.cumsum())
    joined = join_prices(prices["asset"], prices[["hedge"]], "log")
    pd.testing.assert_frame_equal(joined, prices[["asset", "hedge"]])


def test_prices_that_are_not_positive_need_differences(returns):
    prices = returns.cumsum()
    message = "prices must be positive for log returns; column 'asset' goes down to"
    with pytest.raises(hr.DataError, match=message):
        join_prices(prices["asset"], prices[["hedge"]], "log")
    assert len(join_prices(prices["asset"], prices[["hedge"]], "difference")) == 60
