"""Coefficients of cointegrating relations against arch, statsmodels and definitions."""

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from arch.unitroot.cointegration import (
    CanonicalCointegratingReg,
    DynamicOLS,
    FullyModifiedOLS,
)
from statsmodels.tsa.vector_ar.vecm import VECM

import hedgeresearch as hr
from hedgeresearch.hedges.cointegration.cointegrating_regressions import (
    johansen_errors,
    static_draws,
)
from tests.hedges.cointegration.prices import fit_to, tied
from tests.hedges.cointegration.test_cointegration_tests import johansen_by_definition


def test_static_relation_is_least_squares_on_levels(prices):
    fit = fit_to(hr.CointegrationHedge("static", kind="difference"), prices)
    x = np.column_stack([np.ones(500), prices[["hedge", "other"]]])
    expected = np.linalg.lstsq(x, prices["asset"].to_numpy(), rcond=None)[0]
    np.testing.assert_allclose(fit.summary["estimate"], expected, rtol=1e-8)
    np.testing.assert_array_equal(fit.next_ratio, fit.summary["estimate"].iloc[1:])
    changes = np.diff(prices.to_numpy(), axis=0)
    np.testing.assert_allclose(fit.next_covariance, np.cov(changes, rowvar=False), rtol=1e-10)


def test_dynamic_relation_agrees_with_arch_and_definition(prices):
    log = np.log(prices.to_numpy())
    fit = fit_to(hr.CointegrationHedge("dynamic"), prices)
    other = DynamicOLS(log[:, 0], log[:, 1:], trend="c", max_lag=8, max_lead=8, method="bic").fit()
    check_relation(fit, other)
    lags = other.lags
    leads = other.leads
    changes = np.diff(log[:, 1:], axis=0)
    rows = [
        np.concatenate([[1.0], log[t, 1:], changes[t - 1 - lags : t + leads].ravel()])
        for t in range(1 + lags, len(log) - leads)
    ]
    expected = np.linalg.lstsq(np.array(rows), log[1 + lags : len(log) - leads, 0], rcond=None)[0]
    np.testing.assert_allclose(fit.summary["estimate"], expected[:3], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:asset and hedges must be cointegrated")  # without a constant
@pytest.mark.parametrize("trend", ["n", "c", "ct", "ctt"])
@pytest.mark.parametrize("bandwidth", [None, 7.0])
@pytest.mark.parametrize(
    ("method", "other"),
    [
        ("dynamic", DynamicOLS),
        ("fully_modified", FullyModifiedOLS),
        ("canonical", CanonicalCointegratingReg),
    ],
)
def test_relations_of_logarithms_agree_with_arch(prices, method, other, bandwidth, trend):
    log = np.log(prices.to_numpy())
    settings = {"max_lag": 8, "max_lead": 8, "method": "bic"} if method == "dynamic" else {}
    expected = other(log[:, 0], log[:, 1:], trend=trend, **settings).fit(bandwidth=bandwidth)
    fit = fit_to(hr.CointegrationHedge(method, trend=trend, bandwidth=bandwidth), prices)
    check_relation(fit, expected)
    names = ["constant", "trend", "trend squared"][: len(expected.params) - 2]
    assert fit.summary.index.tolist() == [*names, "hedge", "other"]


def test_fully_modified_relation_of_prices_has_no_units(prices):
    """Prices are in units of their changes, as the bandwidth depends on sizes."""
    values = prices.to_numpy()
    scale = np.diff(values, axis=0).std(axis=0)
    other = FullyModifiedOLS(values[:, 0] / scale[0], values[:, 1:] / scale[1:], trend="c").fit()
    fit = fit_to(hr.CointegrationHedge("fully_modified", kind="difference"), prices)
    units = scale[0] / scale[1:]
    np.testing.assert_allclose(fit.next_ratio, other.params.iloc[:2] * units, rtol=1e-7)
    np.testing.assert_allclose(fit.standard_errors, other.std_errors.iloc[:2] * units, rtol=1e-6)
    assert fit.summary.loc["constant", "estimate"] == pytest.approx(
        other.params.iloc[2] * scale[0], rel=1e-6
    )
    assert fit.summary.loc["constant", "standard error"] == pytest.approx(
        other.std_errors.iloc[2] * scale[0], rel=1e-6
    )


@pytest.mark.parametrize(("leads", "lags"), [(12, 15), (0, 3), (2, "bic"), ("bic", 10)])
def test_leads_and_lags_are_used_as_set(prices, leads, lags):
    log = np.log(prices.to_numpy())
    fit = fit_to(hr.CointegrationHedge(leads=leads, lags=lags), prices)
    settings = {
        "leads": None if leads == "bic" else leads,
        "lags": None if lags == "bic" else lags,
        "max_lead": 8 if leads == "bic" else None,
        "max_lag": 8 if lags == "bic" else None,
    }
    other = DynamicOLS(log[:, 0], log[:, 1:], trend="c", method="bic", **settings).fit()
    check_relation(fit, other)


def test_leads_and_lags_that_leave_too_few_dates_are_refused(prices):
    with pytest.raises(hr.DataError, match="60 leads and 30 lags of 2 hedges need 646 dates; got"):
        fit_to(hr.CointegrationHedge(leads=60, lags=30), prices)


@pytest.mark.filterwarnings("ignore:asset and hedges must be cointegrated")  # without a constant
@pytest.mark.parametrize("trend", ["n", "ct", "ctt"])
def test_static_relation_with_trends_is_least_squares(prices, trend):
    fit = fit_to(hr.CointegrationHedge("static", trend=trend), prices)
    t = np.arange(1.0, 501.0)
    terms = {"n": [], "ct": [np.ones(500), t], "ctt": [np.ones(500), t, t**2]}[trend]
    log = np.log(prices.to_numpy())
    expected = np.linalg.lstsq(np.column_stack([*terms, log[:, 1:]]), log[:, 0], rcond=None)[0]
    np.testing.assert_allclose(fit.summary["estimate"], expected, rtol=1e-6)
    assert np.isfinite(fit.summary["standard error"]).all()


def check_relation(fit, other):
    """Compare a fit with arch, which has the terms last and does not shift the levels."""
    order = [*range(2, len(other.params)), 0, 1]
    np.testing.assert_allclose(
        fit.summary["estimate"], other.params.iloc[order], rtol=1e-6, atol=1e-12
    )
    np.testing.assert_allclose(
        fit.summary["standard error"], other.std_errors.iloc[order], rtol=1e-6
    )
    np.testing.assert_allclose(fit.standard_errors, other.std_errors.iloc[:2], rtol=1e-6)


@pytest.mark.parametrize("lags", [0, 2])
def test_errors_of_johansen_vector_agree_with_statsmodels(levels, lags):
    other = VECM(levels, k_ar_diff=lags, coint_rank=1, deterministic="co").fit()
    found = johansen_errors(levels, other.beta[:, 0], lags)
    np.testing.assert_allclose(np.sqrt(np.diag(found)), other.stderr_beta[1:, 0], rtol=1e-6)


def test_johansen_relation_is_the_first_vector(prices, levels):
    fit = fit_to(hr.CointegrationHedge("johansen"), prices)
    other = VECM(levels, k_ar_diff=1, coint_rank=1, deterministic="co").fit()
    # BIC chooses no lags here.
    np.testing.assert_allclose(fit.next_ratio, -other.beta[1:, 0], rtol=0.01)
    _, vectors = johansen_by_definition(levels, 0, restricted=False)
    np.testing.assert_allclose(fit.next_ratio, -vectors[1:, 0], rtol=1e-7)
    expected = np.sqrt(np.diag(johansen_errors(levels, vectors[:, 0], 0)))
    np.testing.assert_allclose(fit.standard_errors, expected, rtol=1e-6)
    assert fit.summary.index.tolist() == ["hedge", "other"]


def test_static_draws_are_regressions_of_rebuilt_prices(levels):
    """Draw blocks, cumulate the hedges' changes, rebuild the asset, run the regression again."""
    x = np.column_stack([np.ones(len(levels)), levels[:, 1:]])
    estimate = np.linalg.lstsq(x, levels[:, 0], rcond=None)[0]
    spread = (levels[:, 0] - x @ estimate)[1:]
    spread = spread - spread.mean()
    changes = np.diff(levels[:, 1:], axis=0)
    changes = changes - changes.mean(axis=0)
    lengths = [optimal_block_length(column)["stationary"].max() for column in (spread, *changes.T)]
    rows = np.arange(len(spread))
    blocks = StationaryBootstrap(int(np.ceil(max(lengths))), rows, seed=np.random.default_rng(5))
    expected = []
    for drawn, _ in blocks.bootstrap(6):
        hedges = levels[0, 1:] + changes[drawn[0]].cumsum(axis=0)
        rebuilt = np.column_stack([np.ones(len(hedges)), hedges])
        asset = rebuilt @ estimate + spread[drawn[0]]
        expected.append(np.linalg.lstsq(rebuilt, asset, rcond=None)[0] - estimate)
    np.testing.assert_allclose(static_draws(levels, 6, seed=5), expected, rtol=1e-6, atol=1e-12)


def test_spread_and_changes_of_a_date_are_drawn_together():
    """A spread that contains the hedge's return lowers the estimate in the draws, as it should."""
    changes = static_draws(tied(500, seed=3, persistence=0.0, common=-3.0), 200, seed=0)[:, 1]
    assert changes.mean() < -0.5 * changes.std()
    independent = static_draws(tied(500, seed=3, persistence=0.0), 200, seed=0)[:, 1]
    assert abs(independent.mean()) < 0.2 * independent.std()


def test_static_errors_are_mean_squares_of_the_draws(prices):
    fit = fit_to(hr.CointegrationHedge("static"), prices)
    log = np.log(prices.to_numpy())
    draws = static_draws(log, 400, seed=0)
    expected = np.sqrt((draws[:, 1:] ** 2).mean(axis=0))
    np.testing.assert_allclose(fit.standard_errors, expected, rtol=1e-12)
    np.testing.assert_array_equal(draws, static_draws(log, 400, seed=0))
    classical = np.sqrt(np.diag(np.linalg.inv(np.cov(log[:, 1:].T)) / 500)) * 0.0166
    assert (fit.standard_errors > 2 * classical).all()  # the spread is autocorrelated
