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


def as_objects(data):
    return data.set_axis(data.columns.astype(object), axis=1)


def as_numbers(data):
    return data.set_axis(range(data.shape[1]), axis=1)


def with_a_name(data):
    return data.rename_axis(columns="market")


def as_periods(data):
    return data.to_period("D")


@pytest.mark.parametrize(
    "changed", [lambda data: data, as_objects, as_numbers, with_a_name, as_periods]
)
def test_every_table_is_joined_alike(returns, changed):
    """Plain tables are joined in a shorter way: values, labels and layout are the same."""
    asset = returns[["asset"]]
    hedges = changed(returns[["hedge", "hedge2"]])
    if isinstance(hedges.index, pd.PeriodIndex):
        asset = asset.to_period("D")
    shorter, _ = join_returns(asset["asset"], hedges)
    longer, _ = join_returns(asset, hedges)
    pd.testing.assert_frame_equal(shorter, longer, check_exact=True)
    assert shorter.to_numpy().flags.f_contiguous
    assert longer.to_numpy().flags.f_contiguous
    hedges.iloc[0] = 1.0
    assert shorter.iloc[0, 1] != 1.0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e100, -1e101])
@pytest.mark.parametrize("column", ["asset", "hedge"])
def test_values_that_are_not_finite_are_refused(returns, column, value):
    returns.loc[returns.index[7], column] = value
    with pytest.raises(hr.errors.DataError, match=f"must be finite; column '{column}' has"):
        join_returns(returns["asset"], returns[["hedge", "hedge2"]])


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (lambda dates: dates[::-1], "must be sorted by date"),
        (lambda dates: dates[[0, *range(59)]], "must have every date once"),
        (lambda dates: dates[:-1].insert(30, pd.NaT), "must have a date in every row; row 30"),
        (lambda dates: dates[:-1].insert(0, pd.NaT), "must have a date in every row; row 0"),
    ],
)
def test_dates_that_do_not_ascend_are_refused(returns, dates, message):
    table = returns.set_axis(dates(returns.index), axis=0)
    with pytest.raises(hr.errors.DataError, match=message):
        join_returns(table["asset"], table[["hedge"]])


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
