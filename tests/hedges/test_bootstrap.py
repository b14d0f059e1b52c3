"""The bootstrap of hedge ratios against the delta method, and the hedges that it refuses."""

import warnings

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.residuals import standardized_residuals
from hedgeresearch.hedges.bootstrap import bootstrap_ratios, resampling
from tests.hedges.fitting import Slope, split


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=300, n_series=3, seed=4).returns


def numbered(frame):
    return frame.set_axis(pd.RangeIndex(len(frame)), axis=0)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
@pytest.mark.parametrize("n_bootstrap", [300, pytest.param(1000, marks=pytest.mark.slow)])
def test_errors_agree_with_the_sandwich(n_bootstrap):
    rng = np.random.default_rng(3)
    hedge = rng.normal(size=600)
    asset = 0.8 * hedge + rng.normal(size=600) * (0.5 + np.abs(hedge))  # unequal variances
    frame = pd.DataFrame({"asset": asset, "hedge": hedge})
    delta = hr.OLSHedge(standard_errors="HC0").fit(*split(frame))
    fit = Slope().fit(*split(frame))
    assert fit.standard_errors["hedge"] == pytest.approx(
        delta.standard_errors["hedge"], rel=0.15
    )  # 200 draws
    interval = fit.conf_int(n_bootstrap=n_bootstrap, seed=1)
    np.testing.assert_allclose(interval, delta.conf_int(), atol=0.02)
    assert fit.wald_test(0.8).p_value > 0.01
    assert fit.wald_test(0.0).p_value < 1e-6


def test_same_seed_gives_the_same_draws(returns):
    fit = hr.OLSHedge().fit(*split(returns))
    first = fit.conf_int(method="bootstrap", n_bootstrap=30, seed=5)
    pd.testing.assert_frame_equal(fit.conf_int(method="bootstrap", n_bootstrap=30, seed=5), first)
    assert (fit.conf_int(method="bootstrap", n_bootstrap=30, seed=6) != first).any(axis=None)


@pytest.mark.filterwarnings("ignore:returns should have one unit")
def test_blocks_keep_autocorrelation():
    """Errors of an autocorrelated moment: blocks see them, single dates would not."""
    rng = np.random.default_rng(8)
    spread = rng.normal(size=2000)
    level = 0.0
    drift = np.empty(2000)
    for t in range(2000):
        level = 0.9 * level + rng.normal()
        drift[t] = level
    hedge = 1.0 + 0.3 * rng.normal(size=2000)
    frame = pd.DataFrame({"asset": hedge * drift / 3 + 0.1 * spread, "hedge": hedge - 1.0})
    blocks = Slope().fit(*split(frame)).standard_errors["hedge"]
    theirs = hr.OLSHedge(hac_lags=60).fit(*split(frame)).standard_errors["hedge"]
    assert blocks == pytest.approx(theirs, rel=0.35)


def test_failure_on_many_draws_is_an_error(returns):
    fit = Slope(fails=True).fit(*split(numbered(returns)))
    with pytest.raises(
        hr.ConvergenceError, match=r"must succeed on 90% .* draws; it failed on 200 of 200"
    ):
        _ = fit.standard_errors


@pytest.mark.parametrize("n_bootstrap", [12, pytest.param(40, marks=pytest.mark.slow)])
def test_refits_filter_the_observed_data(n_bootstrap):
    """The bootstrap of a DCC centers on the ratio of the observed data, not on those of draws."""
    returns = hr.data.simulate_dcc(n_dates=600, seed=9).returns
    fit = hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns.iloc[:500]))
    later = fit.extend(*split(returns.iloc[500:]))
    for seen in (fit, later):
        interval = seen.conf_int(method="bootstrap", n_bootstrap=n_bootstrap).loc["hedge"]
        assert interval["lower"] < seen.next_ratio["hedge"] < interval["upper"]
    spread = later.ratio["hedge"].max() - later.ratio["hedge"].min()
    assert interval["upper"] - interval["lower"] < spread


@pytest.mark.long
def test_warnings_about_draws_are_not_shown(returns):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns)).conf_int(
            method="bootstrap", n_bootstrap=10
        )


def test_random_ratio_is_refused(returns):
    fit = hr.KalmanHedge().fit(*split(returns))
    with pytest.raises(
        hr.DataError,
        match="the bootstrap captures the uncertainty of parameters only; .* KalmanHedge",
    ):
        fit.conf_int(method="bootstrap")


def test_model_of_prices_is_refused(returns):
    with pytest.warns(hr.errors.ConvergenceWarning, match="should be cointegrated"):
        fit = hr.ErrorCorrectionHedge().fit(*split(np.exp(returns.cumsum())))
    with pytest.raises(hr.DataError, match="the bootstrap shuffles returns; ErrorCorrectionHedge"):
        fit.conf_int(method="bootstrap")


@pytest.mark.long
def test_covariance_intervals_are_reflected(returns):
    fit = hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns))
    low, high = np.quantile(bootstrap_ratios(fit, 10, seed=1), [0.05, 0.95], axis=0)
    expected = np.column_stack([2 * fit.next_ratio - high, 2 * fit.next_ratio - low])
    np.testing.assert_allclose(
        fit.conf_int(0.9, "bootstrap", n_bootstrap=10, seed=1), expected, rtol=1e-12
    )


def test_residuals_in_order_reproduce_the_sample(returns):
    """Its residuals in their order give the sample back but for their mean, which is taken out."""
    sample = returns.reset_index(drop=True)
    fit = hr.MinimumVarianceHedge(hr.CCC()).fit(*split(sample))
    draw = resampling(fit, sample)(np.arange(len(sample)))
    residuals = fit.covariances.standardized_residuals.to_numpy()
    assert np.abs(residuals.mean(axis=0)).max() > 0.01
    again = hr.CCC().fit(
        sample
    )  # the same parameters filter the draw to the same residuals, less their mean
    filtered = standardized_residuals(again.initial_state, draw)
    np.testing.assert_allclose(filtered, residuals - residuals.mean(axis=0), atol=1e-8)


COMPOSED = {
    "shrunk": hr.ShrunkHedge(hr.KalmanHedge(), weight=0.1),
    "constrained": hr.ConstrainedHedge(hr.KalmanHedge(), upper=5.0),
    "combined": hr.CombinedHedge({"ols": hr.OLSHedge(), "kalman": hr.KalmanHedge()}),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_random_ratio_inside_another_model_is_refused(returns, name):
    fit = COMPOSED[name].fit(*split(returns))
    with pytest.raises(
        hr.DataError, match="the bootstrap captures the uncertainty of parameters only"
    ):
        fit.conf_int(method="bootstrap")


@pytest.mark.parametrize(
    "wrap", [lambda m: hr.ConstrainedHedge(m, upper=9.0), lambda m: hr.ShrunkHedge(m, weight=0.1)]
)
def test_wrapper_resamples_as_its_model_does(returns, wrap):
    sample = returns.reset_index(drop=True)
    positions = np.arange(100)[::-1]
    covariances = hr.MinimumVarianceHedge(hr.CCC())
    regimes = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))
    for inner in (covariances, regimes):
        alone = inner.fit(*split(sample))
        wrapped = wrap(inner).fit(*split(sample))
        pd.testing.assert_frame_equal(
            resampling(wrapped, sample)(positions), resampling(alone, sample)(positions)
        )


@pytest.mark.parametrize(
    "model",
    [hr.RollingOLSHedge(60), hr.WeightedOLSHedge(30), hr.MinimumVarianceHedge(hr.EWMACovariance())],
)
def test_ratio_of_the_latest_dates_is_refused(returns, model):
    with pytest.raises(
        hr.DataError, match="the bootstrap shuffles dates; the ratio of .* the most recent ones"
    ):
        model.fit(*split(returns)).conf_int(method="bootstrap")


def world(n_dates, seed):
    simulated = hr.data.simulate_regimes(
        n_dates, hedge_volatility=(0.010, 0.032), residual_volatility=(0.0042, 0.014), seed=seed
    )
    return simulated.returns.reset_index(drop=True)


MODEL = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))


def fit(returns, model=MODEL):
    return model.fit(returns["asset"], returns[["hedge"]])


def test_horizon_of_regimes_is_resampled_in_blocks():
    """One-period returns are drawn in blocks, which keep whole dates in their order."""
    returns = world(600, 4)
    found = fit(returns, hr.HorizonHedge(MODEL, 5, overlapping=False))
    positions = np.arange(100, 160)
    pd.testing.assert_frame_equal(resampling(found, returns)(positions), returns.iloc[positions])


def test_a_ratio_that_never_moves_has_no_interval():
    rng = np.random.default_rng(1)
    hedge = 0.01 * rng.standard_normal(500)
    asset = 0.8 * hedge + 0.004 * rng.standard_normal(500)
    dates = pd.bdate_range("2020-01-01", periods=500)
    on_grid = pd.DataFrame({"A": asset, "H": hedge}, dates).div(0.01).round().mul(0.01)
    fit = hr.QuantileHedge().fit(on_grid["A"], on_grid[["H"]])
    with pytest.raises(hr.DataError, match="ratio of 'H' must differ .* it is 1 in all of them"):
        fit.conf_int()
    assert "interval" not in hr.hedge_notional(fit, 1_000_000).sentence
