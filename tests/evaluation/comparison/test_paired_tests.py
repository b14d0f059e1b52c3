"""Diebold-Mariano, Giacomini-White and Pitman-Morgan against definitions and other software."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import variance_loss

N = 300


def power_loss(returns):
    return np.abs(returns) ** 1.5


def gains(panel, name, against="ols"):
    return variance_loss(panel[against].to_numpy()) - variance_loss(panel[name].to_numpy())


def bartlett_sum(moments, lags):
    """Sum over pairs of rows at most ``lags`` apart, by two loops."""
    n = len(moments)
    total = 0.0
    for t in range(n):
        for s in range(max(t - lags, 0), min(t + lags + 1, n)):
            total = total + (1 - abs(t - s) / (lags + 1)) * np.multiply.outer(
                moments[t], moments[s]
            )
    return total


# --- equal mean losses ---


def test_diebold_mariano_without_lags_is_the_paired_t_test(panel):
    test = hr.evaluation.diebold_mariano_test(panel["good"], panel["ols"], lags=0)
    expected = stats.ttest_1samp(gains(panel, "good"), 0.0)
    assert test.statistic == pytest.approx(expected.statistic, rel=1e-10)
    assert test.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    difference = panel["ols"].var(ddof=0) - panel["good"].var(ddof=0)
    assert test.details["difference"] == pytest.approx(difference, rel=1e-10)
    assert str(test.distribution) == "t(299)"


@pytest.mark.parametrize("horizon", [2, 5])
def test_diebold_mariano_by_hand_and_by_statsmodels(panel, horizon):
    d = power_loss(panel["ols"].to_numpy()) - power_loss(panel["bad"].to_numpy())
    test = hr.evaluation.diebold_mariano_test(
        panel["bad"], panel["ols"], power_loss, horizon, lags=horizon - 1
    )
    variance = bartlett_sum(d - sum(d) / N, horizon - 1) / N
    correction = math.sqrt((N + 1 - 2 * horizon + horizon * (horizon - 1) / N) / N)
    by_hand = correction * sum(d) / N / math.sqrt(variance / N)
    assert test.statistic == pytest.approx(by_hand, rel=1e-10)
    settings = {"maxlags": horizon - 1, "use_correction": False}
    regression = sm.OLS(d, np.ones(N)).fit(cov_type="HAC", cov_kwds=settings)
    assert test.statistic == pytest.approx(correction * float(regression.tvalues[0]), rel=1e-10)
    p_value = 2 * stats.t.sf(abs(test.statistic), N - 1)
    assert test.p_value == pytest.approx(p_value, rel=1e-10)


def test_lags_are_chosen_as_by_newey_and_west(panel):
    d = gains(panel, "bad")
    u = d - d.mean()
    m = int(4 * (N / 100) ** (2 / 9))
    covariances = [sum(u[t] * u[t - lag] for t in range(lag, N)) / N for lag in range(m + 1)]
    s0 = covariances[0] + 2 * sum(covariances[1:])
    s1 = 2 * sum(lag * covariances[lag] for lag in range(1, m + 1))
    expected = int(1.1447 * ((s1 / s0) ** 2 * N) ** (1 / 3))
    assert lags_for(d) == expected > 0
    assert lags_for(d, horizon=40) == 39
    chosen = hr.evaluation.diebold_mariano_test(panel["bad"], panel["ols"])
    assert chosen == hr.evaluation.diebold_mariano_test(panel["bad"], panel["ols"], lags=expected)
    assert lags_for(np.sin(np.arange(N) / 30)) > expected  # who is better changes slowly


# --- conditional predictive ability ---


def test_giacomini_white_is_n_r2_of_the_regression_of_one(panel):
    d = gains(panel, "good")
    z = np.column_stack([d[1:], d[1:] * d[:-1]])
    test = hr.evaluation.giacomini_white_test(panel["good"], panel["ols"])
    regression = sm.OLS(np.ones(N - 1), z / z.std(axis=0)).fit()
    assert test.statistic == pytest.approx((N - 1) * (1 - regression.ssr / (N - 1)), rel=1e-9)
    assert test.p_value == pytest.approx(stats.chi2.sf(test.statistic, 2), rel=1e-9)


def test_giacomini_white_of_overlapping_returns_by_hand(panel):
    d = gains(panel, "good")
    h = 3
    z = np.array([[d[t], d[t] * d[t - h]] for t in range(h, N)]) / [d.std(), d.var()]
    total = z.sum(axis=0)
    expected = total @ np.linalg.inv(bartlett_sum(z, 2 * h)) @ total
    test = hr.evaluation.giacomini_white_test(panel["good"], panel["ols"], horizon=h)
    assert test.statistic == pytest.approx(expected, rel=1e-9)


# --- equal variances ---


def test_classic_pitman_morgan_is_the_test_of_a_correlation(panel):
    x = panel["good"]
    y = panel["ols"]
    test = hr.evaluation.pitman_morgan_test(x, y, robust=False)
    expected = stats.pearsonr(x + y, y - x)
    assert test.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    r = expected.statistic
    assert test.statistic == pytest.approx(r * math.sqrt((N - 2) / (1 - r**2)), rel=1e-9)
    assert test.details["difference"] == pytest.approx(y.var() - x.var(), rel=1e-9)


def test_robust_pitman_morgan_by_hand_and_by_statsmodels(panel):
    x = panel["bad"].to_numpy()
    y = panel["ols"].to_numpy()
    test = hr.evaluation.pitman_morgan_test(panel["bad"], panel["ols"], lags=4)
    s = x + y - (x + y).mean()
    d = y - x - (y - x).mean()
    slope = s @ d / (s @ s)
    u = (d - slope * s) / (1 - 1 / N - s**2 / (s @ s))
    by_hand = slope * (s @ s) / math.sqrt(bartlett_sum(s * u, 4))
    assert test.statistic == pytest.approx(by_hand, rel=1e-9)
    hc3 = sm.OLS(y - x, sm.add_constant(x + y)).fit(cov_type="HC3")
    without_lags = hr.evaluation.pitman_morgan_test(panel["bad"], panel["ols"], lags=0)
    assert without_lags.statistic == pytest.approx(hc3.tvalues[1], rel=1e-9)


def test_a_multiple_has_another_variance_for_certain(panel):
    whole = panel["unhedged"]
    for multiple in (0.5, 0.3, -0.7):
        for robust in (True, False):
            less = hr.evaluation.pitman_morgan_test(multiple * whole, whole, robust)
            assert (less.statistic, less.p_value) == (math.inf, 0.0)
            more = hr.evaluation.pitman_morgan_test(whole, multiple * whole, robust)
            assert (more.statistic, more.p_value) == (-math.inf, 0.0)
            assert "exact relation, nothing to test" in repr(more)


def test_returns_equal_up_to_rounding_have_equal_variances(panel):
    whole = panel["unhedged"]
    for same in (0.1 * whole / 0.1 + 1.0 - 1.0, -(0.1 * whole / 0.1)):
        test = hr.evaluation.pitman_morgan_test(same, whole)
        assert (test.statistic, test.p_value) == (0.0, 1.0)


# --- the same hedge, and refusals ---

TESTS = [
    hr.evaluation.diebold_mariano_test,
    hr.evaluation.giacomini_white_test,
    hr.evaluation.pitman_morgan_test,
]


@pytest.mark.parametrize("test", TESTS)
def test_equal_hedges_have_p_one(panel, test):
    x = panel["ols"]
    for other in (x, x + 1e-14 * panel["unhedged"]):
        result = test(other, x)
        assert (result.statistic, result.p_value, result.details["difference"]) == (0.0, 1.0, 0.0)
        assert not result.rejects()


def test_the_null_hypothesis_is_shown(panel):
    test = hr.evaluation.diebold_mariano_test(panel["ols"], panel["ols"])
    assert repr(test) == (
        "HypothesisTest(Diebold-Mariano: t(299) = 0.00, p = 1; equal mean losses: not rejected "
        "at 5%)"
    )


@pytest.mark.parametrize("test", TESTS)
def test_series_that_cannot_be_paired_are_refused(panel, test):
    x = panel["good"]
    y = panel["ols"]
    with pytest.raises(hr.DataError, match="hedged must have at least 20 rows; got 19"):
        test(x[:19], y[:19])
    with pytest.raises(hr.DataError, match="hedged and benchmark must share their dates; 1 differ"):
        test(x[1:], y)
    with pytest.raises(hr.DataError, match="hedged must be one series"):
        test(panel[["ols", "bad"]], y)


def test_lags_that_cannot_be_are_refused(panel):
    x = panel["good"]
    y = panel["ols"]
    with pytest.raises(hr.DataError, match="lags must be a whole number of at least 0"):
        hr.evaluation.pitman_morgan_test(x, y, lags=-1)
    with pytest.raises(hr.DataError, match="less than half the number of dates; got 1 and 150 of"):
        hr.evaluation.diebold_mariano_test(x, y, lags=150)
    with pytest.raises(hr.DataError, match="robust must be True or False"):
        hr.evaluation.pitman_morgan_test(x, y, robust=1)
