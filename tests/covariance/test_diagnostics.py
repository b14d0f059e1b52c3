"""Ljung-Box tests of residuals: their definition, and p-values that mean what they say."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.diagnostics import ljung_box_tests


def normals(n_dates, names, seed):
    values = np.random.default_rng(seed).standard_normal((n_dates, len(names)))
    dates = pd.bdate_range("2000-01-03", periods=n_dates)
    return pd.DataFrame(values, index=dates, columns=list(names))


def ljung_box(x, lags):
    """n (n + 2) sum of squared autocorrelations over n - k (Ljung and Box 1978, eq. 1.3)."""
    n = len(x)
    d = x - x.mean()
    squares = [(d[k:] @ d[: n - k] / (d @ d)) ** 2 / (n - k) for k in range(1, lags + 1)]
    return n * (n + 2) * sum(squares)


def test_every_residual_square_and_product_is_tested():
    z = normals(200, "abc", seed=0)
    table = ljung_box_tests(z, 4)
    a = z["a"].to_numpy()
    b = z["b"].to_numpy()
    assert list(table.columns) == ["statistic", "p"]
    assert list(table.index[:6]) == ["z[a]", "z[b]", "z[c]", "z[a] z[a]", "z[a] z[b]", "z[a] z[c]"]
    assert len(table) == 9
    for row, values in {"z[a]": a, "z[a] z[a]": a * a, "z[a] z[b]": a * b}.items():
        statistic = ljung_box(values, 4)
        assert table.loc[row, "statistic"] == pytest.approx(statistic, rel=1e-10)
        assert table.loc[row, "p"] == pytest.approx(stats.chi2.sf(statistic, 4), rel=1e-10)


@pytest.mark.long
def test_p_values_are_uniform_under_the_null():
    tables = [ljung_box_tests(normals(500, "ab", seed), 5) for seed in range(300)]
    p = np.array([table["p"].to_numpy() for table in tables])
    for column in p.T:
        assert stats.kstest(column, "uniform").pvalue > 0.005


def test_remaining_dependence_is_found():
    z = normals(500, "ab", seed=1)
    z["a"] *= np.repeat([0.5, 1.5], 250)
    z["b"] += 0.8 * z["a"] * np.repeat([1.0, -1.0], 250)
    p = ljung_box_tests(z, 5)["p"]
    assert p["z[a] z[a]"] < 1e-6 and p["z[a] z[b]"] < 1e-6 and p["z[a]"] > 0.01


def test_more_lags_than_observations_are_refused():
    with pytest.raises(hr.DataError, match="lags must be fewer than the observations, 5; got 5"):
        ljung_box_tests(normals(5, "ab", seed=0), 5)
