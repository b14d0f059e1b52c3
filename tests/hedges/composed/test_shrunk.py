"""Shrunk ratios against their formulas, and the gain from shrinking."""

import itertools

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.composed.shrunk import Target, excess_covariance, regular_root
from tests.hedges.fitting import fit_to, split

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))


@pytest.fixture(scope="module")
def returns():
    """An asset and two hedges with moving covariances, 600 dates."""
    return hr.data.simulate_dcc(n_dates=600, n_series=3, correlation=0.6, seed=21).returns


def test_weight_equals_its_definition(returns):
    sample = returns.iloc[:80]
    inner = fit_to(hr.OLSHedge(), sample)
    fit = fit_to(hr.ShrunkHedge(hr.OLSHedge()), sample)
    v = inner.errors.covariance(inner)
    a = sample.cov().to_numpy()[1:, 1:]
    d = inner.next_ratio.to_numpy() - 0.5
    uncertainty = sum(a[i, j] * v[j, i] for i, j in itertools.product(range(2), range(2)))
    w = uncertainty / (uncertainty + d @ a @ d)
    assert 0.0 < w < 1.0
    np.testing.assert_allclose(fit.next_ratio, w * 0.5 + (1 - w) * inner.next_ratio)
    np.testing.assert_allclose(fit.summary["weight"], w)
    assert fit.summary["target"].tolist() == [0.5, 0.5]


def test_one_hedge_gives_thompsons_estimator(returns):
    """x - d^2 / (d^2 + s^2) d, with d the distance to the origin."""
    frame = returns[["asset", "hedge"]].iloc[:60]
    inner = fit_to(hr.OLSHedge(), frame)
    fit = fit_to(hr.ShrunkHedge(hr.OLSHedge()), frame)
    d = inner.next_ratio["hedge"] - 1.0
    s = inner.standard_errors["hedge"]
    assert fit.next_ratio["hedge"] == pytest.approx(1.0 + d * d**2 / (d**2 + s**2), rel=1e-10)


def test_weight_of_a_moving_ratio_uses_mean_distances(returns):
    sample = returns.iloc[:400]
    model = hr.ShrunkHedge(hr.WeightedOLSHedge(60))
    fit = fit_to(model, sample)
    inner = fit_to(hr.WeightedOLSHedge(60), sample)
    a = inner.next_covariance.to_numpy()[1:, 1:]
    uncertainty = np.trace(a @ inner.errors.covariance(inner))
    distance = np.mean([d @ a @ d for d in inner.ratio.to_numpy() - 0.5])
    w = uncertainty / (uncertainty + distance)
    np.testing.assert_allclose(fit.ratio, w * 0.5 + (1 - w) * inner.ratio)
    later, inner_later = (f.extend(*split(returns.iloc[400:])) for f in (fit, inner))
    np.testing.assert_allclose(later.ratio, w * 0.5 + (1 - w) * inner_later.ratio)
    np.testing.assert_allclose(later.summary["weight"], w)


@pytest.mark.parametrize("toward", ["naive", "ols"])
def test_weights_of_zero_and_one_give_model_and_target(toward, returns):
    target = hr.NaiveHedge() if toward == "naive" else hr.OLSHedge()
    nothing = fit_to(hr.ShrunkHedge(EWMA, toward, weight=0.0), returns)
    all_of_it = fit_to(hr.ShrunkHedge(EWMA, toward, weight=1), returns)
    pd.testing.assert_frame_equal(nothing.ratio, fit_to(EWMA, returns).ratio)
    np.testing.assert_allclose(
        all_of_it.ratio, fit_to(target, returns).next_ratio.to_numpy()[None].repeat(580, axis=0)
    )
    np.testing.assert_allclose(nothing.standard_errors, fit_to(EWMA, returns).standard_errors)


def test_ols_toward_ols_is_ols(returns):
    fit = fit_to(hr.ShrunkHedge(hr.OLSHedge(), "ols"), returns)
    ols = fit_to(hr.OLSHedge(), returns)
    pd.testing.assert_series_equal(fit.next_ratio, ols.next_ratio)
    pd.testing.assert_series_equal(fit.standard_errors, ols.standard_errors)


def test_errors_are_those_of_the_model(returns):
    sample = returns.iloc[:400]
    new = returns.iloc[400:]
    model = hr.WeightedOLSHedge(60)
    fit = fit_to(hr.ShrunkHedge(model), sample)
    inner = fit_to(model, sample)
    pd.testing.assert_series_equal(fit.standard_errors, inner.standard_errors)
    later, inner_later = (f.extend(*split(new)) for f in (fit, inner))
    pd.testing.assert_series_equal(later.standard_errors, inner_later.standard_errors)
    width = later.conf_int()["upper"] - later.next_ratio
    np.testing.assert_allclose(width, inner_later.conf_int()["upper"] - inner_later.next_ratio)


def test_excess_covariance_equals_its_definition():
    rng = np.random.default_rng(2)
    small = np.cov(rng.normal(size=(9, 3)), rowvar=False)
    more = np.cov(rng.normal(size=(9, 3)), rowvar=False)
    metric = np.eye(3)
    target = np.ones(3)
    np.testing.assert_allclose(
        excess_covariance(small + more, metric, Target(target, small)), more, rtol=1e-8
    )
    np.testing.assert_allclose(
        excess_covariance(small, metric, Target(target, small + more)), 0.0, atol=1e-14
    )
    np.testing.assert_array_equal(
        excess_covariance(small, metric, Target(target, np.zeros((3, 3)))), small
    )
    # greater in some directions only: what is left is a covariance below both, in any units
    left = small - excess_covariance(small, metric, Target(target, more))
    for covariance in (left, small - left, more - left):
        assert np.linalg.eigvalsh(covariance).min() > -1e-12
    units = np.diag([1e-3, 1.0, 50.0])
    turned = excess_covariance(units @ small @ units, metric, Target(target, units @ more @ units))
    np.testing.assert_allclose(turned, units @ (small - left) @ units, rtol=1e-8, atol=1e-14)


@pytest.mark.filterwarnings("ignore")  # of hedges that are nearly one
def test_near_twins_are_shrunk_or_refused():
    """Correlations between the errors of OLS are then one up to rounding."""
    model = hr.ShrunkHedge(hr.RollingOLSHedge(20), target="ols")
    rng = np.random.default_rng(0)
    n_fits = 0
    for size in np.repeat([1e-2, 1e-3, 1e-4, 1e-5], 10):
        values = 0.01 * rng.standard_normal((31, 4))
        values[:, 1] = values[:, 0] + size * values[:, 1]
        asset = pd.Series(values[:, 0] + values[:, 3], name="A")
        try:
            fit = model.fit(asset, pd.DataFrame(values[:, :3]).add_prefix("H"))
        except hr.DataError:
            continue
        n_fits += 1
        assert 0.0 <= fit.state.weight <= 1.0
        assert np.isfinite(fit.standard_errors).all()
    assert n_fits >= 10


def test_root_of_a_singular_covariance_can_be_inverted():
    covariance = np.array([[4.0, 2.0], [2.0, 1.0]])
    root = regular_root(covariance)
    np.testing.assert_allclose(root @ root.T, covariance, rtol=1e-9)
    assert np.isfinite(np.linalg.inv(root)).all()


def test_weight_toward_ols_equals_its_definition(returns):
    model = hr.WeightedOLSHedge(30)
    fit, inner, ols = (
        fit_to(m, returns) for m in (hr.ShrunkHedge(model, "ols"), model, hr.OLSHedge())
    )
    own = inner.errors.covariance(inner)
    error = ols.errors.covariance(ols)
    assert np.linalg.eigvalsh(own - error).min() > 0.0
    a = inner.next_covariance.to_numpy()[1:, 1:]
    distance = np.mean([d @ a @ d for d in inner.ratio.to_numpy() - ols.next_ratio.to_numpy()])
    uncertainty = np.trace(a @ (own - error))
    w = uncertainty / (uncertainty + distance)
    np.testing.assert_allclose(fit.next_ratio, w * ols.next_ratio + (1 - w) * inner.next_ratio)


@pytest.mark.long
def test_model_without_errors_is_resampled(returns):
    sample = returns.iloc[:150]
    inner_model = hr.ConstrainedHedge(hr.OLSHedge(), net=1.0)
    fit = fit_to(hr.ShrunkHedge(inner_model), sample)
    inner = fit.state.inner
    own = np.cov(inner.bootstrapped, rowvar=False)
    a = sample.cov().to_numpy()[1:, 1:]
    d = inner.next_ratio.to_numpy() - 0.5
    uncertainty = np.trace(a @ own)
    np.testing.assert_allclose(fit.summary["weight"], uncertainty / (uncertainty + d @ a @ d))
    np.testing.assert_allclose(fit.standard_errors, np.sqrt(np.diag(own)))
    assert fit_to(hr.ShrunkHedge(inner_model, weight=0.5), sample).errors is None


def test_models_of_prices_accept_the_naive_target_only(returns):
    prices = 100 * np.exp(returns.cumsum())
    prices["asset"] = prices["hedge"] * np.exp(returns["asset"])
    fit = fit_to(hr.ShrunkHedge(hr.ErrorCorrectionHedge()), prices)
    assert fit.model.traits.input == "prices"
    assert 0.0 < fit.summary["weight"].iloc[0] < 1.0
    with pytest.raises(
        hr.DataError, match="model must use returns for target='ols'; got ErrorCorrectionHedge"
    ):
        hr.ShrunkHedge(hr.ErrorCorrectionHedge(), target="ols")


def test_invalid_settings_are_refused():
    for settings, message in (
        (dict(model=hr.GARCH()), "model must be a hedge model"),
        (dict(target="zero"), "target must be one of 'naive', 'ols'; got 'zero'"),
        (dict(weight=1.2), "weight must be 'auto' or a number from 0 to 1; got 1.2"),
        (dict(weight=True), "weight must be 'auto' or a number"),
        (dict(weight="much"), "weight must be 'auto' or a number"),
    ):
        with pytest.raises(hr.DataError, match=message):
            hr.ShrunkHedge(**{"model": hr.OLSHedge()} | settings)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
@pytest.mark.slow
def test_shrinking_gains_near_the_target_and_costs_little():
    """Excess variance (b - true)^2 on 60 dates, residuals as volatile as the hedge, against OLS."""
    rng = np.random.default_rng(0)
    dates = pd.bdate_range("2020-01-01", periods=60)
    gain = {}
    for true in (1.0, 1.1, 1.4, 2.0):
        outcomes = []
        for _ in range(500):
            h, e = rng.normal(size=(2, 60))
            frame = pd.DataFrame({"asset": true * h + e, "hedge": h}, index=dates)
            fit = fit_to(hr.ShrunkHedge(hr.OLSHedge("nonrobust")), frame)
            lower, upper = fit.conf_int().loc["hedge"]
            errors = fit.next_ratio["hedge"] - true, fit.summary["model"].iloc[0] - true
            outcomes.append([errors[0] ** 2, errors[1] ** 2, lower < true < upper])
        shrunk, plain, covered = np.mean(outcomes, axis=0)
        gain[true] = shrunk / plain
        assert covered > 0.9, true
    assert gain[1.0] < 0.6
    assert gain[1.1] < 0.85
    assert max(gain.values()) < 1.25  # the worst is two or three standard errors away
    # far away it adds s^2 / d of bias, and its derivative is 1 + s^2 / d^2: 1 + 3 s^2 / d^2
    # with s^2 = 1 / 57 and d = 1
    assert gain[2.0] == pytest.approx(1 + 3 / 57, abs=0.03)
