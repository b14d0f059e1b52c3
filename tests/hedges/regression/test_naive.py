"""The naive hedge."""

import pytest

import hedgeresearch as hr
from tests.hedges.fitting import split


@pytest.fixture
def nasdaq(simple_returns):
    return simple_returns["NASDAQ"]


@pytest.fixture
def sp500(simple_returns):
    return simple_returns[["SP500"]]


def test_ratio_of_one_is_shared_among_hedges(nasdaq, sp500):
    fit = hr.NaiveHedge().fit(nasdaq, sp500.assign(second=nasdaq**2))
    assert fit.next_ratio.tolist() == [0.5, 0.5]


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=300, n_series=3, seed=4).returns


def test_ratio_has_no_sampling_error(returns):
    fit = hr.NaiveHedge().fit(*split(returns))
    assert fit.standard_errors.tolist() == [0.0, 0.0]
    assert (fit.conf_int() == 0.5).all(axis=None)
    with pytest.raises(
        hr.DataError, match=r"wald_test\(\) needs estimated ratios; those of NaiveHedge"
    ):
        fit.wald_test()
