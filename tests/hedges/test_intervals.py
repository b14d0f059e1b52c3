"""Standard errors, intervals and tests of a ratio, against statsmodels and the definition."""

import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.fit import standardized_residuals
from hedgeresearch.hedges import HedgeTraits
from hedgeresearch.hedges.bootstrap import bootstrap_ratios, resampling


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=300, n_series=3, seed=4).returns


def split(frame):
    return frame.iloc[:, 0], frame.iloc[:, 1:]


@pytest.mark.parametrize("cov", ["HC0", "HC1", "HC3", "nonrobust", "HAC"])
def test_ols_errors_are_those_of_statsmodels(returns, cov):
    asset, hedges = split(returns)
    fit = hr.OLSHedge(standard_errors=cov).fit(asset, hedges)
    settings = {"cov_kwds": {"maxlags": 5}} if cov == "HAC" else {}
    theirs = sm.OLS(asset, sm.add_constant(hedges)).fit(cov_type=cov, **settings)
    np.testing.assert_allclose(fit.summary["estimate"], theirs.params, rtol=1e-8)
    np.testing.assert_allclose(fit.summary["standard error"], theirs.bse, rtol=1e-8)
    np.testing.assert_allclose(fit.summary["p"], theirs.pvalues, rtol=1e-6)
    np.testing.assert_allclose(fit.standard_errors, theirs.bse.iloc[1:], rtol=1e-8)
    np.testing.assert_allclose(fit.conf_int(0.9), theirs.conf_int(0.1).iloc[1:], rtol=1e-7)
    expected = (
        theirs.f_test("hedge = 1, hedge2 = 1")
        if cov == "nonrobust"
        else theirs.wald_test("hedge = 1, hedge2 = 1", use_f=False, scalar=True)
    )
    assert fit.wald_test()["p"] == pytest.approx(float(expected.pvalue), rel=1e-6)


def test_bands_of_a_constant_ratio_are_its_interval(returns):
    fit = hr.OLSHedge().fit(*split(returns))
    bands = fit.bands(0.9)
    assert bands.columns.tolist() == [
        (h, e) for h in ("hedge", "hedge2") for e in ("lower", "upper")
    ]
    assert (bands == fit.conf_int(0.9).to_numpy().ravel()).all(axis=None)


def test_bands_that_are_not_known_are_refused(returns):
    fit = hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns))
    with pytest.raises(
        hr.DataError, match=r"bands need a model .* such as RollingOLSHedge .*; got MinimumV"
    ):
        fit.bands()


def test_what_is_not_estimated_has_no_error(returns):
    fit = hr.NaiveHedge().fit(*split(returns))
    assert fit.standard_errors.tolist() == [0.0, 0.0]
    assert (fit.conf_int() == 0.5).all(axis=None)
    with pytest.raises(hr.DataError, match="a test needs ratios that were estimated; NaiveHedge"):
        fit.wald_test()


@dataclass(frozen=True)
class Slope:
    """An OLS hedge without a delta method, that may fail on draws."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    fails: bool = False

    def fit(self, asset, hedges):
        if self.fails and asset.index[0] < 0:
            raise hr.ConvergenceError("no optimum.")
        fit = hr.OLSHedge().fit(asset, hedges)
        object.__setattr__(fit, "errors", None)
        object.__setattr__(fit, "model", self)
        return fit

    def advance(self, fit, returns):
        return hr.OLSHedge().advance(fit, returns)


def numbered(frame):
    return frame.set_axis(pd.RangeIndex(len(frame)), axis=0)


def test_the_bootstrap_agrees_with_the_sandwich():
    rng = np.random.default_rng(3)
    hedge = rng.normal(size=600)
    asset = 0.8 * hedge + rng.normal(size=600) * (0.5 + np.abs(hedge))  # unequal variances
    frame = pd.DataFrame({"asset": asset, "hedge": hedge})
    delta = hr.OLSHedge(standard_errors="HC0").fit(*split(frame))
    fit = Slope().fit(*split(frame))
    assert fit.standard_errors["hedge"] == pytest.approx(
        delta.standard_errors["hedge"], rel=0.15
    )  # 200 draws
    np.testing.assert_allclose(fit.conf_int(n_bootstrap=1000, seed=1), delta.conf_int(), atol=0.02)
    assert fit.wald_test(0.8)["p"] > 0.01
    assert fit.wald_test(0.0)["p"] < 1e-6


def test_the_bootstrap_repeats_itself_and_minds_its_seed(returns):
    fit = hr.OLSHedge().fit(*split(returns))
    first = fit.conf_int(method="bootstrap", n_bootstrap=30, seed=5)
    pd.testing.assert_frame_equal(fit.conf_int(method="bootstrap", n_bootstrap=30, seed=5), first)
    assert (fit.conf_int(method="bootstrap", n_bootstrap=30, seed=6) != first).any(axis=None)


def test_blocks_keep_dependence():
    """Errors of an autocorrelated moment: blocks see them, single dates would not."""
    rng = np.random.default_rng(8)
    spread, level = rng.normal(size=2000), 0.0
    drift = np.empty(2000)
    for t in range(2000):
        level = 0.9 * level + rng.normal()
        drift[t] = level
    hedge = 1.0 + 0.3 * rng.normal(size=2000)
    frame = pd.DataFrame({"asset": hedge * drift / 3 + 0.1 * spread, "hedge": hedge - 1.0})
    blocks = Slope().fit(*split(frame)).standard_errors["hedge"]
    theirs = hr.OLSHedge(hac_lags=60).fit(*split(frame)).standard_errors["hedge"]
    assert blocks == pytest.approx(theirs, rel=0.35)


def test_a_model_that_fails_on_many_draws_says_so(returns):
    fit = Slope(fails=True).fit(*split(numbered(returns)))
    with pytest.raises(
        hr.ConvergenceError, match=r"must succeed on 90% .* draws; it failed on 200 of 200"
    ):
        _ = fit.standard_errors


def test_a_state_is_that_of_the_data_seen():
    """The bootstrap of a DCC centres on the ratio that the data seen lead to, not on those of the draws."""
    returns = hr.data.simulate_dcc(n_dates=600, seed=9).returns
    fit = hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns.iloc[:500]))
    later = fit.extend(*split(returns.iloc[500:]))
    for seen in (fit, later):
        interval = seen.conf_int(method="bootstrap", n_bootstrap=40).loc["hedge"]
        assert interval["lower"] < seen.next_ratio["hedge"] < interval["upper"]
    spread = later.ratio["hedge"].max() - later.ratio["hedge"].min()
    assert interval["upper"] - interval["lower"] < spread


def test_bad_requests(returns):
    fit = hr.OLSHedge().fit(*split(returns))
    with pytest.raises(hr.DataError, match=r"confidence must be the probability .*, in \[0.5, 1\); got 95"):
        fit.conf_int(95)
    with pytest.raises(
        hr.DataError, match="method must be one of 'delta', 'bootstrap'; got 'jackknife'"
    ):
        fit.conf_int(method="jackknife")
    with pytest.raises(hr.DataError, match="n_bootstrap must be a whole number of at least 2"):
        fit.conf_int(method="bootstrap", n_bootstrap=1)
    with pytest.raises(hr.DataError, match=r"method must be 'bootstrap' for Slope\(\)"):
        Slope().fit(*split(returns)).conf_int(method="delta")


def test_warnings_of_draws_are_nobodys_concern(returns):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns)).conf_int(
            method="bootstrap", n_bootstrap=10
        )


def test_intervals_of_nonrobust_errors_use_t():
    asset = pd.Series([0.1, 0.3, 0.2, 0.6, 0.5], name="asset")
    hedge = pd.DataFrame({"hedge": [0.0, 0.2, 0.3, 0.5, 0.6]})
    fit = hr.OLSHedge(standard_errors="nonrobust").fit(asset, hedge)
    theirs = stats.linregress(hedge["hedge"], asset)
    half = stats.t.ppf(0.975, 3) * theirs.stderr
    np.testing.assert_allclose(
        fit.conf_int().loc["hedge"], [theirs.slope - half, theirs.slope + half], rtol=1e-9
    )


def test_a_ratio_with_an_error_of_its_own_is_not_bootstrapped(returns):
    fit = hr.KalmanHedge().fit(*split(returns))
    with pytest.raises(
        hr.DataError, match="the bootstrap knows the error of parameters only; .* KalmanHedge"
    ):
        fit.conf_int(method="bootstrap")


def test_prices_are_not_bootstrapped(returns):
    with pytest.warns(hr.errors.ConvergenceWarning, match="should be cointegrated"):
        fit = hr.ErrorCorrectionHedge().fit(*split(np.exp(returns.cumsum())))
    with pytest.raises(hr.DataError, match="the bootstrap shuffles returns; ErrorCorrectionHedge"):
        fit.conf_int(method="bootstrap")


def test_intervals_of_a_conditional_covariance_are_turned_round(returns):
    fit = hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns))
    low, high = np.quantile(bootstrap_ratios(fit, 10, seed=1), [0.05, 0.95], axis=0)
    expected = np.column_stack([2 * fit.next_ratio - high, 2 * fit.next_ratio - low])
    np.testing.assert_allclose(
        fit.conf_int(0.9, "bootstrap", n_bootstrap=10, seed=1), expected, rtol=1e-12
    )


def test_draws_of_a_conditional_covariance_are_its_own_returns(returns):
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
def test_nor_is_one_inside_another_model(returns, name):
    fit = COMPOSED[name].fit(*split(returns))
    with pytest.raises(hr.DataError, match="the bootstrap knows the error of parameters only"):
        fit.conf_int(method="bootstrap")


@pytest.mark.parametrize("name", COMPOSED)
def test_an_earlier_fit_of_another_model_is_refused(returns, name):
    ols = hr.OLSHedge().fit(*split(returns))
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of .*; got HedgeFit"):
        COMPOSED[name].fit(*split(returns), warm_start=ols)


@pytest.mark.parametrize("scale", [1.0, 1e-8])
def test_a_test_of_many_small_ratios(scale):
    rng = np.random.default_rng(4)
    hedges = pd.DataFrame(rng.normal(size=(800, 60))).add_prefix("hedge ")
    asset = pd.Series(scale * (hedges.sum(axis=1) + rng.normal(size=800)), name="asset")
    fit = hr.OLSHedge(standard_errors="nonrobust").fit(asset, hedges)
    x = np.column_stack([np.ones(800), hedges])
    restricted = (
        (asset - scale * hedges.sum(axis=1)) - (asset - scale * hedges.sum(axis=1)).mean()
    ) ** 2
    full = (asset - x @ np.linalg.lstsq(x, asset, rcond=None)[0]) ** 2
    f = (restricted.sum() - full.sum()) / 60 / (full.sum() / (800 - 61))
    assert fit.wald_test(scale)["F"] == pytest.approx(f, rel=1e-8)


def test_names_of_parameters_and_hedges_do_not_collide(returns):
    renamed = returns.set_axis(["asset", "constant", "(constant)"], axis=1)
    fit = hr.OLSHedge().fit(*split(renamed))
    assert fit.summary.index.tolist() == ["((constant))", "constant", "(constant)"]
    assert fit.conf_int().shape == (2, 2)
    with pytest.raises(hr.DataError, match="must have names that differ as text"):
        hr.OLSHedge().fit(*split(returns.set_axis(["asset", 1, "1"], axis=1)))


@pytest.mark.parametrize(
    "wrap", [lambda m: hr.ConstrainedHedge(m, upper=9.0), lambda m: hr.ShrunkHedge(m, weight=0.1)]
)
def test_a_hedge_made_of_another_draws_as_that_one_does(returns, wrap):
    sample, positions = returns.reset_index(drop=True), np.arange(100)[::-1]
    covariances, regimes = (
        hr.MinimumVarianceHedge(hr.CCC()),
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    )
    for inner in (covariances, regimes):
        alone, wrapped = inner.fit(*split(sample)), wrap(inner).fit(*split(sample))
        pd.testing.assert_frame_equal(
            resampling(wrapped, sample)(positions), resampling(alone, sample)(positions)
        )


@pytest.mark.parametrize(
    "model",
    [hr.RollingOLSHedge(60), hr.WeightedOLSHedge(30), hr.MinimumVarianceHedge(hr.EWMACovariance())],
)
def test_the_ratio_of_the_latest_dates_is_not_bootstrapped(returns, model):
    with pytest.raises(
        hr.DataError, match="the bootstrap shuffles dates, and the ratio of .* the latest ones"
    ):
        model.fit(*split(returns)).conf_int(method="bootstrap")
