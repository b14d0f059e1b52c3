"""Variances by running sums against those of each window by itself."""

import numpy as np
import pytest

from hedgeresearch._kernels.moments.rolling_ratios import rolling_ratios, weighted_ratios
from hedgeresearch._kernels.moments.running_errors import n_products, running_slope_variances
from hedgeresearch._kernels.moments.windowed_errors import slope_variances
from tests.kernels.moments.test_rolling_ratios import panel


def by_themselves(values, begins, ends, ratios, lags):
    plain = np.zeros(len(ends), dtype=bool)
    return slope_variances(values, begins, ends, ratios, lags, 1.0, plain)[0]


def hard(n_dates, n_hedges):
    """Levels and units that are far apart, a wild year, an outlier, almost collinear hedges."""
    values = panel(n_dates, n_hedges, seed=n_hedges)
    if n_hedges > 1:
        values[:, 2] = values[:, 1] + 0.03 * values[:, 2]
    values[n_dates // 3 : n_dates // 3 + 250] *= 100.0
    values[n_dates // 2] *= 1e3
    return np.logspace(-4, 4, n_hedges + 1) * (values + 1e3 * np.arange(n_hedges + 1))


@pytest.mark.long
@pytest.mark.parametrize("lags", [0, 4, 60])
@pytest.mark.parametrize("n_hedges", [1, 3])
def test_rolling_variances_are_right_after_many_updates(n_hedges, lags):
    values = hard(5600, n_hedges)
    ratios, _, _ = rolling_ratios(values, 250)
    ends = np.arange(250, 5601)
    n_lags = np.full(len(ends), lags)
    found = running_slope_variances(values, 250, 250, n_lags)
    known = np.isfinite(found[:, 0])
    assert known.mean() > 0.95  # digits are lost next to the outlier
    expected = by_themselves(values, ends - 250, ends, ratios, n_lags)
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-7)


@pytest.mark.long
@pytest.mark.parametrize("n_hedges", [1, 3])
def test_expanding_variances_are_right_after_many_updates(n_hedges):
    """The number of lags grows from 4 to 9."""
    values = panel(5300, n_hedges, seed=2) * np.logspace(-5, 5, n_hedges + 1) + 1e3
    values[2000:2250] *= 5.0
    ends = np.arange(250, 5301)
    lags = np.floor(4 * (ends / 100) ** (2 / 9)).astype(int)
    n = n_hedges + 1
    state = (np.zeros(2), np.zeros(n), np.zeros((n, n)))
    ratios, _, _ = weighted_ratios(values - values[0], 1.0, 250, *state)
    found = running_slope_variances(values, 0, 250, lags)
    some = np.append(np.arange(0, 5051, 101), 5050)
    some = some[np.isfinite(found[some, 0])]
    assert len(some) > 50
    begins = np.zeros(len(some), dtype=int)
    expected = by_themselves(values, begins, ends[some], ratios[some], lags[some])
    np.testing.assert_allclose(found[some], expected, rtol=1e-8)


def test_variances_whose_digits_are_lost_are_not_given():
    """Each of some dates is ten times as large as the one before, and makes up the regression."""
    values = panel(600, 1, seed=3)
    values[400:410] *= 10.0 ** np.arange(1, 11)[:, None]
    found = running_slope_variances(values, 300, 300, np.full(301, 4))[:, 0]
    assert np.isfinite(found[:101]).all()
    assert np.isnan(found[101:111]).any()
    known = np.isfinite(found)
    ends = np.arange(300, 601)
    ratios, _, _ = rolling_ratios(values, 300)
    expected = by_themselves(values, ends - 300, ends, ratios, np.full(301, 4))[:, 0]
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-5)


def test_number_of_products():
    """1, z, e, z e and z z' of two hedges."""
    assert n_products(2) == 1 + 2 + 1 + 2 + 3
