"""The test of constant correlation: its definition, rmgarch's number, and its size."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.constant_correlation import (
    constant_correlation_test,
    engle_sheppard_test,
    pooled_regression,
)
from tests.r_files import read_r_file


def normals(n_dates, names, seed):
    values = np.random.default_rng(seed).standard_normal((n_dates, len(names)))
    dates = pd.bdate_range("2000-01-03", periods=n_dates)
    return pd.DataFrame(values, index=dates, columns=list(names))


def engle_sheppard_by_loops(residuals, lags):
    """The statistic from the regression of the stacked products, row by row."""
    z = (residuals - residuals.mean(axis=0)) / residuals.std(axis=0)
    values, vectors = np.linalg.eigh(np.corrcoef(z, rowvar=False))
    u = np.array([vectors @ np.diag(values**-0.5) @ vectors.T @ row for row in z])
    y = []
    x = []
    for i in range(u.shape[1]):
        for j in range(i):
            product = u[:, i] * u[:, j]
            for t in range(lags, len(u)):
                y.append(product[t])
                x.append([1.0, *(product[t - k] for k in range(1, lags + 1))])
    y = np.array(y)
    x = np.array(x)
    delta, *_ = np.linalg.lstsq(x, y, rcond=None)
    return np.sum((x @ delta) ** 2) / (np.sum((y - x @ delta) ** 2) / (len(y) - lags - 1))


@pytest.mark.parametrize("lags", [1, 3])
def test_statistic_is_its_definition(lags):
    root = np.linalg.cholesky(0.5 + 0.5 * np.eye(4))
    residuals = normals(150, "abcd", seed=2).to_numpy() @ root.T + 0.1
    test = constant_correlation_test(residuals, lags)
    assert test.statistic == pytest.approx(engle_sheppard_by_loops(residuals, lags), rel=1e-9)
    assert test.p_value == pytest.approx(stats.chi2.sf(test.statistic, lags), rel=1e-10)
    assert str(test.distribution) == f"chi-squared({lags})"


RUGARCH = {
    "AA": (0.268007087846411, 0.678064825609293, 0.116372132402256, 0.867513424571054),
    "AXP": (0.268518680341051, 0.105928010123802, 0.0637043605467447, 0.935295524006863),
    "BA": (0.319450803082389, 0.0964952771023459, 0.0532609000128718, 0.945033278642218),
}
"""mu, omega, alpha and beta of rugarch on 100 x the returns, with h_1 = mean(e^2)."""


def errors_and_volatilities(data):
    """Errors and conditional volatilities (n_dates, 3) at rugarch's coefficients."""
    columns = [100 * data[name].to_numpy() - mu for name, (mu, *_) in RUGARCH.items()]
    errors = np.column_stack(columns)
    variances = np.empty_like(errors)
    for i, (_, omega, alpha, beta) in enumerate(RUGARCH.values()):
        variances[0, i] = np.mean(errors[:, i] ** 2)
        for t in range(1, len(errors)):
            variances[t, i] = omega + alpha * errors[t - 1, i] ** 2 + beta * variances[t - 1, i]
    return errors, np.sqrt(variances)


def test_variant_of_rmgarch_gives_its_number(data_dir):
    """DCCtest of rmgarch 1.4-2 differs from the paper in three ways, repeated here.

    It standardizes by the root of the covariance H_t instead of the correlation, so its number
    depends on units; it uses the coefficients of the regressors on the products instead of the
    reverse; it divides by s instead of s^2. It estimates its own coefficients on rescaled data,
    which agree with those of rugarch to four digits.
    """
    data = read_r_file(data_dir / "dji30retw.rda")
    errors, volatility = errors_and_volatilities(data)
    lowest = stats.norm.ppf(np.finfo(float).eps)
    capped = np.clip(errors / volatility, lowest, stats.norm.ppf(0.99999))
    covariance = np.corrcoef(capped, rowvar=False) * volatility[:, :, None] * volatility[:, None, :]
    values, vectors = np.linalg.eigh(covariance)
    u = np.einsum("tij,tj,tkj,tk->ti", vectors, values**-0.5, vectors, errors)
    for lags, printed in [(1, 1.10968674382433), (5, 10.3988549790114)]:
        y, x = pooled_regression(u, lags)
        coefficients = x.T @ y / (y @ y)
        left = y - x @ coefficients
        number = np.sum((x @ coefficients) ** 2) / np.sqrt(np.mean(left**2))
        assert number == pytest.approx(printed, rel=1e-4)


@pytest.mark.filterwarnings("ignore:returns should have one unit")
def test_units_and_order_do_not_matter():
    returns = hr.data.simulate_dcc(n_dates=800, n_series=3, seed=3).returns
    test = engle_sheppard_test(returns, lags=2)
    other = engle_sheppard_test(returns.iloc[:, [2, 0, 1]] * [1e4, 1.0, 1e-4], lags=2)
    # the univariate searches end within this
    assert other.statistic == pytest.approx(test.statistic, rel=1e-5)


def test_changing_correlations_are_found():
    changing = hr.data.simulate_dcc(n_dates=1000, a=0.2, b=0.7, seed=0).returns
    test = engle_sheppard_test(changing)
    assert test.p_value < 1e-6
    assert test.rejects()
    assert repr(test).startswith("HypothesisTest(Engle-Sheppard: chi-squared(1) = ")
    assert repr(test).endswith("constant correlation: rejected at 5%)")


def test_a_constant_correlation_is_not_rejected():
    constant = hr.data.simulate_dcc(n_dates=1000, a=0.0, b=0.0, seed=0).returns
    test = engle_sheppard_test(constant)
    assert test.p_value > 0.05
    assert "constant correlation: not rejected at 5%" in repr(test)


def test_p_values_are_uniform_under_the_null():
    """One more degree of freedom, as printed, fails: the constant is always zero."""
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
def test_p_values_are_uniform_after_the_first_step():
    p = []
    for seed in range(300):
        returns = hr.data.simulate_dcc(n_dates=1000, n_series=3, a=0.0, b=0.0, seed=seed).returns
        p.append(engle_sheppard_test(returns).p_value)
    assert stats.kstest(p, "uniform").pvalue > 0.005


def test_impossible_settings_and_samples_are_refused():
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
