"""The regime hedge against definitions, depmixS4 and its limits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.matrix_roots import scaled_roots
from hedgeresearch.regimes.mixture import mixture_covariance, weighted_moments
from tests.hedges.fitting import fit_to


@pytest.fixture
def nasdaq(simple_returns):
    return simple_returns["NASDAQ"]


@pytest.fixture
def sp500(simple_returns):
    return simple_returns[["SP500"]]


def test_one_regime_gives_ols(nasdaq, sp500):
    ols = hr.OLSHedge().fit(nasdaq, sp500).next_ratio["SP500"]
    one_regime = hr.RegimeHedge(hr.GaussianHMM(1, n_starts=1)).fit(nasdaq, sp500)
    np.testing.assert_allclose(one_regime.ratio, ols, rtol=1e-9)


def test_ratio_uses_predicted_probabilities(nasdaq, sp500):
    fit = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)).fit(nasdaq[:1500], sp500[:1500])
    regimes = fit.regimes
    weights = regimes.predicted.to_numpy()
    path = mixture_covariance(
        weights, regimes.final_state.moments.means, regimes.final_state.moments.covariances
    )
    np.testing.assert_allclose(fit.ratio["SP500"], path[:, 0, 1] / path[:, 1, 1], rtol=1e-10)
    by_regime = (
        regimes.final_state.moments.covariances[:, 0, 1]
        / regimes.final_state.moments.covariances[:, 1, 1]
    )
    np.testing.assert_allclose(fit.by_regime["SP500"], by_regime, rtol=1e-10)
    likely = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), weighting="most_likely").fit(
        nasdaq[:1500], sp500[:1500]
    )
    np.testing.assert_allclose(likely.ratio["SP500"], by_regime[weights.argmax(axis=1)], rtol=1e-10)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_regime_ratios_agree_with_depmixs4(percent_log_returns):
    """depmixS4's covariances: calm .633 / .557 = 1.136, turbulent 3.935 / 3.315 = 1.187."""
    fit = hr.RegimeHedge(hr.GaussianHMM(2)).fit(
        percent_log_returns["NASDAQ"], percent_log_returns[["SP500"]]
    )
    assert fit.by_regime["SP500"].tolist() == pytest.approx([1.136, 1.187], abs=1e-3)


@pytest.mark.parametrize("value", [2, hr.GaussianHMM, hr.EWMACovariance(), hr.OLSHedge()])
def test_other_models_are_refused(value):
    with pytest.raises(hr.DataError, match="regime_model must be a regime model such as Gaussian"):
        hr.RegimeHedge(value)


def test_unknown_weighting_is_refused():
    message = "weighting must be one of 'mixture', 'most_likely'; got 'smoothed'"
    with pytest.raises(hr.DataError, match=message):
        hr.RegimeHedge(hr.GaussianHMM(2), weighting="smoothed")


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_regimes(n_dates=1500, seed=5).returns


@pytest.fixture(scope="module")
def three():
    """An asset and two hedges, with two regimes of variance and correlation."""
    rng = np.random.default_rng(1)
    calm = np.array([[1.0, 0.8, 0.2], [0.8, 1.0, 0.1], [0.2, 0.1, 1.0]])
    storm = 6 * np.array([[1.0, 0.4, 0.5], [0.4, 1.0, 0.3], [0.5, 0.3, 1.0]])
    state = np.repeat(np.arange(30) % 2, 50)
    roots = np.linalg.cholesky(np.stack([calm, storm]))
    values = 0.01 * np.einsum("tij,tj->ti", roots[state], rng.standard_normal((1500, 3)))
    return pd.DataFrame(values, pd.bdate_range("2000-01-03", periods=1500), ["asset", "one", "two"])


def test_covariance_model_is_fitted_to_standardized_returns(returns):
    """S_k C_t S_k', mixed by predicted probabilities; C from standardized returns."""
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), covariance_model=hr.EWMACovariance(0.97))
    fit = fit_to(model, returns)
    plain = fit_to(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)), returns)
    means, covariances = plain.regimes.final_state.moments
    predicted = plain.regimes.predicted.to_numpy()
    z = []
    for p, r in zip(predicted, returns.to_numpy(), strict=True):
        h = mixture_covariance(p[None], means, covariances)[0]
        z.append(np.linalg.solve(scaled_roots(h)[0], r - p @ means))
    left = hr.EWMACovariance(0.97).fit(pd.DataFrame(z, returns.index))
    t = 700
    c = left.path()[t - (len(returns) - len(left.dates))]
    roots = scaled_roots(covariances)[0]
    h = mixture_covariance(predicted[t][None], means, np.stack([s @ c @ s.T for s in roots]))[0]
    assert fit.ratio["hedge"].loc[returns.index[t]] == pytest.approx(h[0, 1] / h[1, 1], rel=1e-9)
    assert len(fit.ratio) == len(left.dates)
    assert fit.ratio["hedge"].std() > plain.ratio["hedge"].std()


def test_sample_covariance_within_regimes_changes_little(returns):
    """The sample covariance of standardised residuals is near the identity."""
    plain = fit_to(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)), returns)
    same = fit_to(
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), covariance_model=hr.SampleCovariance()),
        returns,
    )
    np.testing.assert_allclose(same.ratio, plain.ratio, atol=0.02)


@pytest.mark.filterwarnings("ignore:a hedge should need a ratio")
@pytest.mark.filterwarnings("ignore:returns should have one unit")
def test_ratio_scales_with_units(three):
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), covariance_model=hr.EWMACovariance(0.97))
    units = pd.Series({"asset": 100.0, "one": 1e-4, "two": 1.0})
    plain = fit_to(model, three)
    scaled = fit_to(model, three * units)
    expected = plain.ratio * (units["asset"] / units[["one", "two"]])
    np.testing.assert_allclose(scaled.ratio, expected, rtol=1e-6)


def test_regimes_of_an_indicator_are_used():
    """The VIX above its trailing quantile, and the covariances of returns in each regime."""
    returns = hr.returns(hr.load("nasdaq_sp500")).loc["2014-02":"2018-11"]
    vix = hr.load("vix").reindex(returns.index).ffill()
    model = hr.RegimeHedge(
        hr.ThresholdRegimes(variable=vix.columns[0], window=250),
        observe=lambda seen: vix.loc[seen.index],
    )
    sample = returns.iloc[:900]
    new = returns.iloc[900:]
    fit = fit_to(model, sample)
    covariances = fit.detail.moments.covariances
    assert covariances[1, 0, 0] > covariances[0, 0, 0]
    state = fit.regimes.predicted.to_numpy().argmax(axis=1)
    seen = returns.loc[fit.regimes.dates].to_numpy()
    np.testing.assert_allclose(
        covariances[1], np.cov(seen[state == 1], rowvar=False, ddof=0), rtol=1e-10
    )
    np.testing.assert_allclose(
        fit.ratio["SP500"], fit.by_regime["SP500"].to_numpy()[state], rtol=1e-9
    )
    assert fit.extend(new["NASDAQ"], new[["SP500"]]).ratio.index.equals(new.index)
    assert hr.check_causality(model, returns).passed
    gappy = vix.drop(sample.index[700])
    message = "observe must give a row for each of the 900 dates of the returns, but for the first"
    with pytest.raises(hr.DataError, match=message):
        fit_to(replace(model, observe=lambda seen: gappy.loc[gappy.index.isin(seen.index)]), sample)


def test_features_named_like_returns_are_not_returns(three):
    """Features keep the columns' names, yet the covariances are those of the returns."""
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), observe=lambda seen: 7.0 * seen)
    fit = fit_to(model, three)
    expected = weighted_moments(three.to_numpy(), fit.regimes.filtered.to_numpy())
    np.testing.assert_allclose(fit.detail.moments.covariances, expected.covariances, rtol=1e-12)


def test_invalid_settings_are_refused():
    with pytest.raises(
        hr.DataError,
        match="observe must be a table by date, a function of the returns",
    ):
        hr.RegimeHedge(hr.GaussianHMM(2), observe="vix")
    with pytest.raises(
        hr.DataError, match="covariance_model must be a covariance model such as DCC"
    ):
        hr.RegimeHedge(hr.GaussianHMM(2), covariance_model="ewma")


def test_univariate_regimes_weight_all_covariances(three):
    """By filtered probabilities, of the dates of its path."""
    fit = fit_to(hr.RegimeHedge(hr.MarkovSwitchingGARCH(2, n_starts=3)), three)
    sample = three.loc[fit.regimes.dates].to_numpy()
    expected = weighted_moments(sample, fit.regimes.filtered.to_numpy())
    np.testing.assert_allclose(fit.detail.moments.covariances, expected.covariances, rtol=1e-12)
    assert fit.ratio.index[0] == fit.regimes.dates[0] == three.index[1]
