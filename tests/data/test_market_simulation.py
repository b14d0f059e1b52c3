"""A simulated market whose hedge ratios are known."""

import numpy as np
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def market():
    return hr.data.simulate_market(n_dates=3000, n_stocks=9, n_futures=3, seed=2)


def test_true_ratio_leaves_nothing_to_the_hedge(market):
    """What remains after the hedge is uncorrelated with it, for every pair."""
    futures = market.futures.to_numpy()
    for i, stock in enumerate(market.stocks):
        for j in range(3):
            left = market.stocks[stock].to_numpy() - market.hedge_ratio[:, i, j] * futures[:, j]
            products = left * futures[:, j]
            assert abs(products.mean()) < 4.0 * products.std() / np.sqrt(len(products))


def test_constant_betas_have_a_constant_part(market):
    """The ratio of a stock with constant betas varies with the futures' covariance only."""
    spread = market.hedge_ratio.std(axis=0).mean(axis=1)
    assert market.beta_deviation.tolist() == [0.0, 0.15, 0.3] * 3
    assert spread[0::3].max() < spread[1::3].min() < spread[2::3].min()


def test_same_seed_gives_the_same_bytes(market):
    again = hr.data.simulate_market(n_dates=3000, n_stocks=9, n_futures=3, seed=2)
    other = hr.data.simulate_market(n_dates=3000, n_stocks=9, n_futures=3, seed=3)
    assert again.stocks.to_numpy().tobytes() == market.stocks.to_numpy().tobytes()
    assert not np.allclose(other.stocks, market.stocks)


@pytest.mark.parametrize(("name", "value"), [("n_stocks", 0), ("n_futures", 1)])
def test_sizes_are_checked(name, value):
    with pytest.raises(hr.DataError, match=f"{name} must be a whole number of at least"):
        hr.data.simulate_market(100, **{name: value})
