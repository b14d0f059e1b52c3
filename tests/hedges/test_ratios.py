"""The ratios against definitions, limits of one model in another, and the bundled data."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.mixture import mixture_covariance


@pytest.fixture
def asset(simple_returns):
    return simple_returns["NASDAQ"]


@pytest.fixture
def hedges(simple_returns):
    return simple_returns[["SP500"]]


def newey_west(x, residuals, lags):
    """HAC covariance of coefficients by the definition: Bartlett weights, no small-sample correction."""
    moments = x * residuals[:, None]
    middle = moments.T @ moments
    for lag in range(1, lags + 1):
        cross = moments[lag:].T @ moments[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ x)
    return bread @ middle @ bread


def test_ols_on_the_bundled_data(asset, hedges):
    fit = hr.OLSHedge().fit(asset, hedges)
    assert fit.next_ratio["SP500"] == pytest.approx(1.17, abs=0.01)
    assert fit.expected_effectiveness == pytest.approx(0.79, abs=0.005)  # R2
    assert (fit.ratio["SP500"] == fit.next_ratio["SP500"]).all()


def test_ols_estimates_and_errors_by_hand(asset, hedges):
    fit = hr.OLSHedge(hac_lags=9).fit(asset, hedges)
    x = np.column_stack([np.ones(len(asset)), hedges])
    coefficients, *_ = np.linalg.lstsq(x, asset.to_numpy(), rcond=None)
    covariance = newey_west(x, asset.to_numpy() - x @ coefficients, 9)
    np.testing.assert_allclose(fit.summary["estimate"], coefficients, rtol=1e-8)
    np.testing.assert_allclose(
        fit.summary["standard error"], np.sqrt(np.diag(covariance)), rtol=1e-8
    )
    np.testing.assert_allclose(
        fit.summary["t"], coefficients / np.sqrt(np.diag(covariance)), rtol=1e-7
    )


def test_ols_refuses_more_lags_than_dates(asset, hedges):
    with pytest.raises(
        hr.DataError, match="hac_lags must be smaller than the number of dates, 20; got 20"
    ):
        hr.OLSHedge(hac_lags=20).fit(asset[:20], hedges[:20])


def test_rolling_ols_is_ols_of_each_window(asset, hedges):
    fit = hr.RollingOLSHedge(120).fit(asset[:400], hedges[:400])
    for t in (120, 257, 399):
        window = slice(t - 120, t)
        expected = np.polyfit(hedges["SP500"][window], asset[window], 1)[0]
        assert fit.ratio["SP500"].loc[asset.index[t]] == pytest.approx(expected, rel=1e-9)
    assert fit.next_ratio["SP500"] == pytest.approx(
        np.polyfit(hedges["SP500"][280:400], asset[280:400], 1)[0]
    )


def test_rolling_ols_refuses_windows_that_cannot_work(asset, hedges):
    with pytest.raises(
        hr.DataError, match="window must be shorter than the data, 100 dates; got 100"
    ):
        hr.RollingOLSHedge(100).fit(asset[:100], hedges[:100])
    with pytest.raises(hr.DataError, match="window must be a whole number of at least 3"):
        hr.RollingOLSHedge(2)
    three = hedges.assign(b=asset**2, c=asset**3)
    with pytest.raises(hr.DataError, match="window must be at least 5 for 3 hedges; got 4"):
        hr.RollingOLSHedge(4).fit(asset, three)


def test_a_window_in_which_a_hedge_stands_still_is_named(asset, hedges):
    still = hedges.copy()
    still.iloc[200:260] = 0.0
    with pytest.raises(hr.DataError, match="hedges on .* must vary; SP500 does not move"):
        hr.RollingOLSHedge(50).fit(asset, still)


def test_naive_shares_one_among_the_hedges(asset, hedges):
    fit = hr.NaiveHedge().fit(asset, hedges.assign(second=asset**2))
    assert fit.next_ratio.tolist() == [0.5, 0.5]


def test_limits_equal_ols(asset, hedges):
    ols = hr.OLSHedge().fit(asset, hedges).next_ratio["SP500"]
    one_regime = hr.RegimeHedge(hr.GaussianHMM(1, n_starts=1)).fit(asset, hedges)
    np.testing.assert_allclose(one_regime.ratio, ols, rtol=1e-9)
    sample = hr.MinimumVarianceHedge(hr.SampleCovariance()).fit(asset, hedges)
    np.testing.assert_allclose(sample.ratio, ols, rtol=1e-9)


def test_ewma_tends_to_the_mean_of_the_past(asset, hedges):
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(1 - 1e-12)).fit(asset, hedges)
    a, h = asset.to_numpy(), hedges["SP500"].to_numpy()
    for t in (20, 500, 5029):
        expected = (a[:t] @ h[:t]) / (h[:t] @ h[:t])
        assert fit.ratio["SP500"].loc[asset.index[t]] == pytest.approx(expected, rel=1e-8)


def test_half_life_and_decay_say_the_same():
    assert hr.EWMACovariance(half_life=1).effective_decay == 0.5
    assert hr.EWMACovariance().effective_decay == 0.94
    with pytest.raises(hr.DataError, match="decay and half_life must not both be given"):
        hr.EWMACovariance(0.9, half_life=3)
    with pytest.raises(hr.DataError, match=r"decay must lie strictly between 0 and 1; got 1.2"):
        hr.EWMACovariance(1.2)
    with pytest.raises(hr.DataError, match="half_life must lie strictly between 0 and inf; got 0"):
        hr.EWMACovariance(half_life=0)


def test_the_mixture_covariance_is_that_of_its_draws():
    """sum_k p_k (S_k + m_k m_k') - m m', as written, and by simulation."""
    rng = np.random.default_rng(0)
    p, means = np.array([0.3, 0.7]), np.array([[1.0, -2.0], [-0.5, 0.4]])
    covariances = np.array([[[1.0, 0.3], [0.3, 2.0]], [[0.5, -0.2], [-0.2, 0.4]]])
    found = mixture_covariance(p[None], means, covariances)[0]
    mean = p @ means
    written = sum(
        w * (s + np.outer(m, m)) for w, s, m in zip(p, covariances, means, strict=True)
    ) - np.outer(mean, mean)
    np.testing.assert_allclose(found, written, rtol=1e-13)
    regime = rng.choice(2, size=200_000, p=p)
    draws = np.stack(
        [rng.multivariate_normal(m, s, 200_000) for m, s in zip(means, covariances, strict=True)]
    )
    np.testing.assert_allclose(np.cov(draws[regime, np.arange(200_000)].T), found, atol=0.03)


def test_a_regime_hedge_uses_predicted_probabilities(asset, hedges):
    fit = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)).fit(asset[:1500], hedges[:1500])
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
        asset[:1500], hedges[:1500]
    )
    np.testing.assert_allclose(likely.ratio["SP500"], by_regime[weights.argmax(axis=1)], rtol=1e-10)


def test_regime_ratios_of_the_bundled_data(percent_log_returns):
    """depmixS4's covariances: calm .633 / .557 = 1.136, turbulent 3.935 / 3.315 = 1.187."""
    fit = hr.RegimeHedge(hr.GaussianHMM(2)).fit(
        percent_log_returns["NASDAQ"], percent_log_returns[["SP500"]]
    )
    assert fit.by_regime["SP500"].tolist() == pytest.approx([1.136, 1.187], abs=1e-3)


def test_an_exact_combination_is_replicated(simple_returns):
    hedges = simple_returns.iloc[:300]
    asset = (2.0 * hedges["NASDAQ"] - 0.5 * hedges["SP500"]).rename("basket")
    for model in (hr.MinimumVarianceHedge(hr.DCC()), hr.RegimeHedge(hr.GaussianHMM(2))):
        fit = model.fit(asset, hedges)
        np.testing.assert_allclose(fit.next_ratio, [2.0, -0.5], rtol=1e-9)
        assert fit.covariances is None
        assert fit.regimes is None


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(
        hr.DataError,
        match=r"covariance_model must be a covariance model such as DCC\(\); got 'DCC'",
    ):
        hr.MinimumVarianceHedge("DCC")
    with pytest.raises(
        hr.DataError, match="weighting must be one of 'mixture', 'most_likely'; got 'smoothed'"
    ):
        hr.RegimeHedge(hr.GaussianHMM(2), weighting="smoothed")
    with pytest.raises(
        hr.DataError, match="regime_model must be a regime model such as GaussianHMM"
    ):
        hr.RegimeHedge(2)
    with pytest.raises(
        hr.DataError, match="covariance_model must be a covariance model such as DCC"
    ):
        hr.MinimumVarianceHedge(hr.DCC)


def test_a_model_of_the_other_family_is_refused():
    with pytest.raises(hr.DataError, match="regime_model must be a regime model"):
        hr.RegimeHedge(hr.EWMACovariance())
    with pytest.raises(hr.DataError, match="covariance_model must be a covariance model"):
        hr.MinimumVarianceHedge(hr.GaussianHMM(1, n_starts=1))


def test_an_extension_must_hold_the_same_kind_of_returns(asset, hedges):
    fit = hr.NaiveHedge().fit(asset[:100], hedges[:100])
    differences = hr.returns(hr.load("nasdaq_sp500"), kind="difference").iloc[100:]
    with pytest.raises(
        hr.DataError, match="new data must be simple returns like those of the fit; got difference"
    ):
        fit.extend(differences["NASDAQ"], differences[["SP500"]])


def test_the_constant_of_ols_keeps_its_name_apart(asset, hedges):
    summary = hr.OLSHedge().fit(asset, hedges.rename(columns={"SP500": "constant"})).summary
    assert list(summary.index) == ["(constant)", "constant"]
