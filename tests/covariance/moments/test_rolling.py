"""The covariance of a moving window against its definition, on data that make rounding visible."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.moments.rolling import rolling_covariance, rolling_mean
from hedgeresearch.covariance.moments.rolling import RollingCovariance, RollingState

N_DATES = 100_000


def hard_values(kind):
    """Two series (N_DATES, 2) whose level, scale or outliers could spoil a running sum."""
    rng = np.random.default_rng(0)
    shocks = rng.standard_normal((N_DATES, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    blocks = np.arange(N_DATES)[:, None] // 1000 % 2
    return {
        "large mean": 1e6 + shocks,
        "changing scale": shocks * np.where(blocks, 1e4, 1e-4),
        "prices": 100.0 * np.exp(0.001 * np.cumsum(shocks, axis=0)),
        "outliers": shocks * np.where(rng.random((N_DATES, 1)) < 0.01, 1e6, 1.0),
    }[kind]


@pytest.mark.parametrize("window", [2, 50, 1000])
@pytest.mark.parametrize("kind", ["large mean", "changing scale", "prices", "outliers"])
def test_every_window_is_exact(kind, window):
    values = hard_values(kind)
    path = rolling_covariance(values, window)
    means = rolling_mean(values, window)
    assert len(path) == len(means) == N_DATES - window + 1
    for t in [
        0,
        1,
        window - 1,
        window,
        window + 1,
        *range(2, N_DATES - window, 1997),
        N_DATES - window,
    ]:
        piece = values[t : t + window].astype(np.longdouble)
        centered = piece - piece.mean(axis=0)
        expected = centered.T @ centered / (window - 1)
        scale = np.sqrt(np.diag(expected))
        assert np.abs((path[t] - expected) / np.outer(scale, scale)).max() < 1e-12
        np.testing.assert_allclose(
            means[t], piece.mean(axis=0).astype(float), rtol=1e-14, atol=1e-13 * scale.max()
        )


@pytest.mark.parametrize("n_dates", [10, 11, 19, 20, 21, 47])
def test_every_length_of_the_last_block_is_exact(n_dates):
    values = np.random.default_rng(1).standard_normal((n_dates, 3))
    pieces = [values[t : t + 10] for t in range(n_dates - 9)]
    np.testing.assert_allclose(
        rolling_covariance(values, 10), [np.cov(p, rowvar=False) for p in pieces], rtol=1e-11
    )
    np.testing.assert_allclose(
        rolling_mean(values, 10), [p.mean(axis=0) for p in pieces], rtol=1e-11
    )


def test_a_constant_window_has_no_variance():
    values = np.repeat([[0.1], [0.3]], 30, axis=0)
    path = rolling_covariance(values, 7)
    assert (path[:24] == 0.0).all() and (path[24:30] > 0.0).all() and (path[30:] == 0.0).all()


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=300, n_series=3, seed=2).returns


def test_a_date_uses_the_window_before_it(returns):
    fit = RollingCovariance(window=40).fit(returns)
    assert fit.dates[0] == returns.index[40]
    expected = returns.rolling(40).cov().dropna().to_numpy().reshape(-1, 3, 3)
    np.testing.assert_allclose(fit.path(), expected[:-1], rtol=1e-9)
    np.testing.assert_allclose(fit.next_covariance, expected[-1], rtol=1e-9)
    np.testing.assert_allclose(
        fit.path(["hedge", "asset"]), fit.path()[:, [1, 0]][:, :, [1, 0]], rtol=1e-14
    )
    means = returns.rolling(40).mean().dropna().to_numpy()
    np.testing.assert_allclose(
        fit.initial_state.means(fit.returns.to_numpy()), means, rtol=1e-9, atol=1e-15
    )


def test_hedge_ratio_is_that_of_rolling_ols(returns):
    ours = RollingCovariance(window=60).fit(returns).hedge_ratio("asset", ["hedge", "hedge2"])
    ols = hr.RollingOLSHedge(window=60).fit(returns["asset"], returns[["hedge", "hedge2"]])
    pd.testing.assert_frame_equal(ours, ols.ratio, check_names=False, rtol=1e-10)


def test_date_by_date_is_one_long_filter(returns):
    values = returns.to_numpy()
    state = RollingState(values[:30])
    block = np.arange(3)
    path = state.path(values[30:], block)
    for t in range(270):
        np.testing.assert_allclose(state.next_covariance, path[t], rtol=1e-11, atol=1e-18)
        state = state.advance(values[30 + t : 31 + t])
    np.testing.assert_array_equal(state.window_returns, values[-30:])
    np.testing.assert_array_equal(
        state.forecast(2), np.repeat(state.next_covariance[None], 2, axis=0)
    )
    assert state.path(values[:0], block).shape == (0, 3, 3)


def test_impossible_windows_are_refused(returns):
    with pytest.raises(hr.DataError, match="window must be a whole number of at least 2; got 1"):
        RollingCovariance(window=1)
    with pytest.raises(hr.DataError, match="window must be at least 4 for 3 series; got 3"):
        RollingCovariance(window=3).fit(returns)
    with pytest.raises(hr.DataError, match="at least 301 rows; got 300"):
        RollingCovariance(window=300).fit(returns)
