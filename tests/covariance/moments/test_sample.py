"""The sample covariance, plain and shrunk."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.shrinkage import shrink_linear, shrink_nonlinear


def panel(n_dates, n_series, seed=0):
    rng = np.random.default_rng(seed)
    values = 0.01 * (rng.standard_normal((n_dates, n_series)) + rng.standard_normal((n_dates, 1)))
    dates = pd.bdate_range("2020-01-01", periods=n_dates)
    return pd.DataFrame(values, index=dates, columns=[f"s{i}" for i in range(n_series)])


def test_covariance_is_that_of_pandas():
    returns = panel(50, 3)
    fit = hr.SampleCovariance().fit(returns)
    pd.testing.assert_frame_equal(fit.next_covariance, returns.cov())
    # pandas has summed in another order in some versions
    np.testing.assert_allclose(fit.path(), np.tile(returns.cov(), (50, 1, 1)), rtol=1e-15)
    one = hr.SampleCovariance().fit(returns[["s1"]])
    assert one.next_covariance.loc["s1", "s1"] == pytest.approx(returns["s1"].var(), rel=1e-14)


@pytest.mark.parametrize(
    ("word", "shrink"), [("linear", shrink_linear), ("nonlinear", shrink_nonlinear)]
)
@pytest.mark.parametrize(("n_dates", "n_series"), [(60, 5), (40, 30), (30, 60)])
def test_shrinkage_is_applied_to_unit_variances(word, shrink, n_dates, n_series):
    returns = panel(n_dates, n_series)
    fit = hr.SampleCovariance(shrinkage=word).fit(returns)
    expected = shrink((returns / returns.std()).to_numpy()) * np.outer(returns.std(), returns.std())
    np.testing.assert_allclose(fit.next_covariance, expected, rtol=1e-12)
    assert (np.linalg.eigvalsh(fit.next_covariance) > 0).all()


@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.parametrize("word", ["linear", "nonlinear"])
def test_units_scale_one_row_and_column(word):
    returns = panel(30, 60)
    units = np.ones(60)
    units[:2] = [1e-4, 1e4]
    one = hr.SampleCovariance(word).fit(returns).next_covariance
    other = hr.SampleCovariance(word).fit(returns * units).next_covariance
    np.testing.assert_allclose(other, one * np.outer(units, units), rtol=1e-8)


def test_shrinkage_allows_more_series_than_observations():
    fit = hr.SampleCovariance("nonlinear").fit(panel(60, 100))
    ratio = fit.hedge_ratio("s0", ["s1", "s2"]).iloc[-1]
    assert (ratio > 0).all() and ratio.sum() < 1.0


def test_impossible_settings_and_samples_are_refused():
    with pytest.raises(
        hr.DataError, match="shrinkage must be one of 'linear', 'nonlinear'; got 'ridge'."
    ):
        hr.SampleCovariance(shrinkage="ridge")
    with pytest.raises(
        hr.DataError, match="at least 62 rows; got 40. Pass .* shrinkage='nonlinear'."
    ):
        hr.SampleCovariance().fit(panel(40, 60))
    for word in ("linear", "nonlinear"):
        with pytest.raises(hr.DataError, match="at least 13 rows; got 12"):
            hr.SampleCovariance(word).fit(panel(12, 3))
