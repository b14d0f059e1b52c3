"""Checks of the data of covariance models in two steps."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.checks import check_panel


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=60, n_series=3, seed=1).returns


def test_a_faultless_panel_is_returned(returns):
    np.testing.assert_array_equal(check_panel(returns, hr.GARCH(), "DCC").table(), returns)


def test_the_largest_univariate_model_decides_the_rows(returns):
    models = {"asset": hr.GARCH(), "hedge": hr.GARCH(True, "student"), "hedge2": hr.GARCH()}
    with pytest.raises(hr.DataError, match="at least 60 rows, .*; got 59. Pass a longer sample"):
        check_panel(returns.iloc[:59], models, "DCC")


def test_collinear_series_are_allowed_with_a_shrunk_target(returns):
    twice = returns.assign(twice=2 * returns["asset"])
    with pytest.raises(hr.DataError, match="series must not be collinear; asset, twice are"):
        check_panel(twice, hr.GARCH(), "DCC")
    assert check_panel(twice, hr.GARCH(), "DCC", shrunk=True).values.shape == (60, 4)
