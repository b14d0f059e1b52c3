"""Diebold-Mariano, Giacomini-White and Pitman-Morgan against their definitions and other software."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.losses import variance_loss
from hedgeresearch.evaluation.comparison.predictive_ability import lags_for

N = 300


def power_loss(returns):
    return np.abs(returns) ** 1.5


def gains(panel, name, against="ols"):
    return variance_loss(panel[against].to_numpy()) - variance_loss(panel[name].to_numpy())


def test_diebold_mariano_without_lags_is_the_paired_t_test(panel):
    found = hr.evaluation.diebold_mariano_test(panel["good"], panel["ols"], lags=0)
    expected = stats.ttest_1samp(gains(panel, "good"), 0.0)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-10)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert found.difference == pytest.approx(
        panel["ols"].var(ddof=0) - panel["good"].var(ddof=0), rel=1e-10
    )


@pytest.mark.parametrize("horizon", [2, 5])
def test_diebold_mariano_by_hand_and_by_statsmodels(panel, horizon):
    d = power_loss(panel["ols"].to_numpy()) - power_loss(panel["bad"].to_numpy())
    found = hr.evaluation.diebold_mariano_test(
        panel["bad"], panel["ols"], power_loss, horizon, lags=horizon - 1
    )
    centred, variance = d - sum(d) / N, 0.0
    for t in range(N):
        for s in range(max(t - horizon + 1, 0), min(t + horizon, N)):
            variance += (1 - abs(t - s) / horizon) * centred[t] * centred[s] / N
    correction = math.sqrt((N + 1 - 2 * horizon + horizon * (horizon - 1) / N) / N)
    assert found.statistic == pytest.approx(
        correction * sum(d) / N / math.sqrt(variance / N), rel=1e-10
    )
    settings = {"maxlags": horizon - 1, "use_correction": False}
    regression = sm.OLS(d, np.ones(N)).fit(cov_type="HAC", cov_kwds=settings)
    assert found.statistic == pytest.approx(correction * float(regression.tvalues[0]), rel=1e-10)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.statistic), N - 1), rel=1e-10)


def test_lags_are_chosen_as_newey_and_west_do(panel):
    d = gains(panel, "bad")
    u, m = d - d.mean(), int(4 * (N / 100) ** (2 / 9))
    covariances = [sum(u[t] * u[t - lag] for t in range(lag, N)) / N for lag in range(m + 1)]
    s0 = covariances[0] + 2 * sum(covariances[1:])
    s1 = 2 * sum(lag * covariances[lag] for lag in range(1, m + 1))
    expected = int(1.1447 * ((s1 / s0) ** 2 * N) ** (1 / 3))
    assert lags_for(d) == expected > 0
    assert lags_for(d, horizon=40) == 39
    chosen = hr.evaluation.diebold_mariano_test(panel["bad"], panel["ols"])
    assert chosen == hr.evaluation.diebold_mariano_test(panel["bad"], panel["ols"], lags=expected)
    assert lags_for(np.sin(np.arange(N) / 30)) > expected  # who is better changes slowly


def test_giacomini_white_is_n_r2_of_the_regression_of_one(panel):
    d = gains(panel, "good")
    z = np.column_stack([d[1:], d[1:] * d[:-1]])
    found = hr.evaluation.giacomini_white_test(panel["good"], panel["ols"])
    regression = sm.OLS(np.ones(N - 1), z / z.std(axis=0)).fit()
    assert found.statistic == pytest.approx((N - 1) * (1 - regression.ssr / (N - 1)), rel=1e-9)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.statistic, 2), rel=1e-9)


def test_giacomini_white_of_overlapping_returns_by_hand(panel):
    d, h = gains(panel, "good"), 3
    z = np.array([[d[t], d[t] * d[t - h]] for t in range(h, N)]) / [d.std(), d.var()]
    omega = sum(
        (1 - abs(t - s) / h) * np.outer(z[t], z[s])
        for t in range(len(z))
        for s in range(max(t - h + 1, 0), min(t + h, len(z)))
    )
    expected = z.sum(axis=0) @ np.linalg.inv(omega) @ z.sum(axis=0)
    assert hr.evaluation.giacomini_white_test(
        panel["good"], panel["ols"], horizon=h
    ).statistic == pytest.approx(expected, rel=1e-9)


def test_classic_pitman_morgan_is_the_test_of_a_correlation(panel):
    x, y = panel["good"], panel["ols"]
    found = hr.evaluation.pitman_morgan_test(x, y, robust=False)
    expected = stats.pearsonr(x + y, y - x)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    r = expected.statistic
    assert found.statistic == pytest.approx(r * math.sqrt((N - 2) / (1 - r**2)), rel=1e-9)
    assert found.difference == pytest.approx(y.var() - x.var(), rel=1e-9)


def test_robust_pitman_morgan_by_hand_and_by_statsmodels(panel):
    x, y = panel["bad"].to_numpy(), panel["ols"].to_numpy()
    found = hr.evaluation.pitman_morgan_test(panel["bad"], panel["ols"], lags=4)
    s, d = x + y - (x + y).mean(), y - x - (y - x).mean()
    slope = s @ d / (s @ s)
    u = [(d[t] - slope * s[t]) / (1 - 1 / N - s[t] ** 2 / (s @ s)) for t in range(N)]
    total = sum(
        (1 - abs(t - r) / 5) * s[t] * u[t] * s[r] * u[r]
        for t in range(N)
        for r in range(max(t - 4, 0), min(t + 5, N))
    )
    assert found.statistic == pytest.approx(slope * (s @ s) / math.sqrt(total), rel=1e-9)
    hc3 = sm.OLS(y - x, sm.add_constant(x + y)).fit(cov_type="HC3")
    assert hr.evaluation.pitman_morgan_test(
        panel["bad"], panel["ols"], lags=0
    ).statistic == pytest.approx(hc3.tvalues[1], rel=1e-9)
