"""The exponentially weighted covariance against its definition."""

import numpy as np
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=200, n_series=3, seed=2).returns


def test_path_is_the_weighted_mean_of_products(returns):
    fit = hr.EWMACovariance(0.9).fit(returns)
    assert fit.dates[0] == returns.index[20]
    values = returns.to_numpy()
    for row, t in enumerate(range(20, 200, 45)):
        weights = 0.9 ** np.arange(t - 1, -1, -1)
        expected = (values[:t] * weights[:, None]).T @ values[:t] / weights.sum()
        np.testing.assert_allclose(fit.path()[45 * row], expected, rtol=1e-10)


def test_start_up_is_twice_the_number_of_many_series():
    returns = hr.data.simulate_dcc(n_dates=60, n_series=15, seed=2).returns
    fit = hr.EWMACovariance().fit(returns)
    assert fit.dates[0] == returns.index[30]


def test_half_life_gives_the_same_as_its_decay(returns):
    by_half_life = hr.EWMACovariance(half_life=10).fit(returns)
    by_decay = hr.EWMACovariance(0.5**0.1).fit(returns)
    np.testing.assert_array_equal(by_half_life.path(), by_decay.path())


def test_decay_and_half_life_are_not_both_allowed():
    with pytest.raises(hr.DataError, match=r"must not both be given; got 0.9 and 3. Pass one"):
        hr.EWMACovariance(0.9, half_life=3)


def test_decay_and_half_life_have_defaults_and_limits():
    assert hr.EWMACovariance(half_life=1).effective_decay == 0.5
    assert hr.EWMACovariance().effective_decay == 0.94
    with pytest.raises(hr.DataError, match=r"decay must lie strictly between 0 and 1; got 1.2"):
        hr.EWMACovariance(1.2)
    with pytest.raises(hr.DataError, match="half_life must lie strictly between 0 and inf; got 0"):
        hr.EWMACovariance(half_life=0)
