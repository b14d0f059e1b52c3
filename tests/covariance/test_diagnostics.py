"""Tests of residuals: their definitions, rmgarch's number by rmgarch's way, and p-values that mean what they say."""

import warnings

import numpy as np
import pandas as pd
import pytest
import rdata
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.constant_correlation import (
    constant_correlation_test,
    engle_sheppard_test,
    pooled_regression,
)
from hedgeresearch.covariance.diagnostics import ljung_box_tests


def normals(n_dates, names, seed):
    values = np.random.default_rng(seed).standard_normal((n_dates, len(names)))
    return pd.DataFrame(
        values, index=pd.bdate_range("2000-01-03", periods=n_dates), columns=list(names)
    )


def ljung_box(x, lags):
    """n (n + 2) sum of squared autocorrelations over n - k (Ljung and Box 1978, eq. 1.3)."""
    n, d = len(x), x - x.mean()
    return (
        n * (n + 2) * sum((d[k:] @ d[: n - k] / (d @ d)) ** 2 / (n - k) for k in range(1, lags + 1))
    )


def engle_sheppard_by_loops(residuals, lags):
    """The statistic from the regression of the stacked products, row by row."""
    z = (residuals - residuals.mean(axis=0)) / residuals.std(axis=0)
    values, vectors = np.linalg.eigh(np.corrcoef(z, rowvar=False))
    u = np.array([vectors @ np.diag(values**-0.5) @ vectors.T @ row for row in z])
    y, x = [], []
    for i in range(u.shape[1]):
        for j in range(i):
            product = u[:, i] * u[:, j]
            for t in range(lags, len(u)):
                y.append(product[t])
                x.append([1.0, *(product[t - k] for k in range(1, lags + 1))])
    y, x = np.array(y), np.array(x)
    delta, *_ = np.linalg.lstsq(x, y, rcond=None)
    return np.sum((x @ delta) ** 2) / (np.sum((y - x @ delta) ** 2) / (len(y) - lags - 1))


def test_every_residual_square_and_pair_gets_its_ljung_box_test():
    z = normals(200, "abc", seed=0)
    table = ljung_box_tests(z, 4)
    a, b = z["a"].to_numpy(), z["b"].to_numpy()
    assert list(table.columns) == ["statistic", "p"]
    assert list(table.index[:6]) == ["z[a]", "z[b]", "z[c]", "z[a] z[a]", "z[a] z[b]", "z[a] z[c]"]
    assert len(table) == 9
    for row, values in {"z[a]": a, "z[a] z[a]": a * a, "z[a] z[b]": a * b}.items():
        statistic = ljung_box(values, 4)
        assert table.loc[row, "statistic"] == pytest.approx(statistic, rel=1e-10)
        assert table.loc[row, "p"] == pytest.approx(stats.chi2.sf(statistic, 4), rel=1e-10)


def test_ljung_box_p_values_are_uniform_where_nothing_is_left():
    p = np.array(
        [ljung_box_tests(normals(500, "ab", seed), 5)["p"].to_numpy() for seed in range(300)]
    )
    for column in p.T:
        assert stats.kstest(column, "uniform").pvalue > 0.005


def test_ljung_box_sees_what_is_left():
    z = normals(500, "ab", seed=1)
    z["a"] *= np.repeat([0.5, 1.5], 250)
    z["b"] += 0.8 * z["a"] * np.repeat([1.0, -1.0], 250)
    p = ljung_box_tests(z, 5)["p"]
    assert p["z[a] z[a]"] < 1e-6 and p["z[a] z[b]"] < 1e-6 and p["z[a]"] > 0.01


def test_more_lags_than_dates_are_refused():
    with pytest.raises(hr.DataError, match="lags must be fewer than the observations, 5; got 5"):
        ljung_box_tests(normals(5, "ab", seed=0), 5)


@pytest.mark.parametrize("lags", [1, 3])
def test_constant_correlation_statistic_is_its_definition(lags):
    residuals = (
        normals(150, "abcd", seed=2).to_numpy() @ np.linalg.cholesky(0.5 + 0.5 * np.eye(4)).T + 0.1
    )
    test = constant_correlation_test(residuals, lags)
    assert test.statistic == pytest.approx(engle_sheppard_by_loops(residuals, lags), rel=1e-9)
    assert test.p_value == pytest.approx(stats.chi2.sf(test.statistic, lags), rel=1e-10)
    assert str(test.distribution) == f"chi-squared({lags})"


def test_rmgarch_number_by_the_way_of_rmgarch(data_dir):
    """DCCtest of rmgarch 1.4-2 differs from the paper in three ways, which this test repeats on our regression.

    It standardises by the root of the covariance H_t instead of the correlation, so that its number depends on units;
    it takes the coefficients of the regressors on the products instead of the reverse; it divides by s instead of s^2.
    Coefficients are rugarch's on 100 x the returns, h_1 = mean(e^2); the test estimates its own on rescaled data, which
    agree with them to four digits.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata speaks of classes of R that it does not know
        data = next(iter(rdata.read_rda(data_dir / "dji30retw.rda").values()))
    coefficients = {
        "AA": (0.268007087846411, 0.678064825609293, 0.116372132402256, 0.867513424571054),
        "AXP": (0.268518680341051, 0.105928010123802, 0.0637043605467447, 0.935295524006863),
        "BA": (0.319450803082389, 0.0964952771023459, 0.0532609000128718, 0.945033278642218),
    }
    errors = np.column_stack(
        [100 * data[name].to_numpy() - mu for name, (mu, *_) in coefficients.items()]
    )
    variances = np.empty_like(errors)
    for i, (_, omega, alpha, beta) in enumerate(coefficients.values()):
        variances[0, i] = np.mean(errors[:, i] ** 2)
        for t in range(1, len(errors)):
            variances[t, i] = omega + alpha * errors[t - 1, i] ** 2 + beta * variances[t - 1, i]
    volatility = np.sqrt(variances)
    capped = np.clip(
        errors / volatility, stats.norm.ppf(np.finfo(float).eps), stats.norm.ppf(0.99999)
    )
    covariance = np.corrcoef(capped, rowvar=False) * volatility[:, :, None] * volatility[:, None, :]
    values, vectors = np.linalg.eigh(covariance)
    u = np.einsum("tij,tj,tkj,tk->ti", vectors, values**-0.5, vectors, errors)
    for lags, printed in [(1, 1.10968674382433), (5, 10.3988549790114)]:
        y, x = pooled_regression(u, lags)
        reversed_coefficients = x.T @ y / (y @ y)
        errors_of_fit = y - x @ reversed_coefficients
        number = np.sum((x @ reversed_coefficients) ** 2) / np.sqrt(np.mean(errors_of_fit**2))
        assert number == pytest.approx(printed, rel=1e-4)


def test_units_and_order_of_the_series_do_not_matter():
    returns = hr.data.simulate_dcc(n_dates=800, n_series=3, seed=3).returns
    test = engle_sheppard_test(returns, lags=2)
    other = engle_sheppard_test(returns.iloc[:, [2, 0, 1]] * [1e4, 1.0, 1e-4], lags=2)
    assert other.statistic == pytest.approx(
        test.statistic, rel=1e-5
    )  # the margins' optimisers stop within this


def test_moving_correlations_are_found_and_said_so():
    moving = engle_sheppard_test(hr.data.simulate_dcc(n_dates=1000, a=0.2, b=0.7, seed=0).returns)
    assert moving.p_value < 1e-6
    assert moving.rejects()
    assert repr(moving).startswith("HypothesisTest(Engle-Sheppard: chi-squared(1) = ")
    assert repr(moving).endswith("constant correlation: rejected at 5%)")
    still = engle_sheppard_test(hr.data.simulate_dcc(n_dates=1000, a=0.0, b=0.0, seed=0).returns)
    assert still.p_value > 0.05
    assert "constant correlation: not rejected at 5%" in repr(still)


def test_p_values_are_uniform_where_correlation_is_constant():
    """With one degree of freedom more, as printed, this fails by far: the constant of the regression is zero."""
    root = np.linalg.cholesky(0.5 + 0.5 * np.eye(3))
    p = {lags: [] for lags in (1, 5)}
    for seed in range(400):
        residuals = np.random.default_rng(seed).standard_normal((400, 3)) @ root.T
        for lags, found in p.items():
            found.append(constant_correlation_test(residuals, lags).p_value)
    for lags, found in p.items():
        assert stats.kstest(found, "uniform").pvalue > 0.005
        as_printed = stats.chi2.sf(stats.chi2.isf(found, lags), lags + 1)
        assert stats.kstest(as_printed, "uniform").pvalue < 1e-4


@pytest.mark.slow
def test_p_values_are_uniform_after_margins_were_estimated():
    p = []
    for seed in range(300):
        returns = hr.data.simulate_dcc(n_dates=1000, n_series=3, a=0.0, b=0.0, seed=seed).returns
        p.append(engle_sheppard_test(returns).p_value)
    assert stats.kstest(p, "uniform").pvalue > 0.005


def test_what_cannot_be_tested_is_refused():
    returns = hr.data.simulate_dcc(n_dates=100, seed=0).returns
    with pytest.raises(hr.DataError, match="lags must be a whole number of at least 1; got 0"):
        engle_sheppard_test(returns, lags=0)
    with pytest.raises(hr.DataError, match="univariate must be a volatility model such as GARCH"):
        engle_sheppard_test(returns, univariate="GARCH")
    with pytest.raises(hr.DataError, match=r"two series or more; got \['asset'\]"):
        engle_sheppard_test(returns[["asset"]])
    with pytest.raises(hr.DataError, match="at least 40 rows.*; got 39"):
        engle_sheppard_test(returns.iloc[:39])
    with pytest.raises(hr.DataError, match="lags must leave 40 observations; got 61 of 100"):
        engle_sheppard_test(returns, lags=61)
    with pytest.raises(hr.DataError, match="series must not be collinear"):
        engle_sheppard_test(returns.assign(twice=2 * returns["asset"]))
