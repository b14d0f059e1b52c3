"""Ratios before each date against regressions written out, on well and badly scaled data."""

import numpy as np
import pytest

from hedgeresearch._kernels.moments.rolling_ratios import rolling_ratios, weighted_ratios


def panel(n_dates, n_hedges, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_dates, n_hedges))
    return np.column_stack([x @ rng.standard_normal(n_hedges) + rng.standard_normal(n_dates), x])


def slopes(window):
    """Slopes by least squares on deviations in units of their standard deviation."""
    deviations = window - window.mean(axis=0)
    scale = deviations[:, 1:].std(axis=0)
    return np.linalg.lstsq(deviations[:, 1:] / scale, deviations[:, 0], rcond=None)[0] / scale


@pytest.mark.parametrize("n_hedges", [1, 3])
def test_rolling_ratios_equal_regressions_after_many_updates(n_hedges):
    """Over 5,500 updates, with levels, units and volatilities that are far apart."""
    values = panel(6000, n_hedges, seed=n_hedges)
    values[2000:2300] *= 300.0
    values[4000] *= 1e4
    units = np.logspace(-6, 6, n_hedges + 1)
    values = units * (values + 1e3 * np.arange(n_hedges + 1))
    ratios, pivots, covariance = rolling_ratios(values, 250)
    assert ratios.shape == (5751, n_hedges)
    assert (pivots > 1e-9).all()
    for t in [*range(0, 5751, 173), 1999, 2299, 2300, 4000, 4001, 5750]:
        np.testing.assert_allclose(ratios[t], slopes(values[t : t + 250]), rtol=1e-8)
    np.testing.assert_allclose(covariance, np.cov(values[-250:], rowvar=False), rtol=1e-9)


def test_an_outlier_that_has_left_leaves_no_rounding():
    values = panel(300, 2, seed=0)
    shocked = values.copy()
    shocked[100] = 1e9
    found = rolling_ratios(shocked, 50)[0]
    np.testing.assert_allclose(found[101:], rolling_ratios(values, 50)[0][101:], rtol=1e-11)


def test_a_constant_hedge_has_a_pivot_of_zero():
    values = panel(200, 1, seed=1)
    values[80:, 1] = 0.3
    _, pivots, _ = rolling_ratios(values, 50)
    assert (pivots[:80] > 0.0).all()
    assert (pivots[80:] == 0.0).all()


@pytest.mark.parametrize("decay", [0.9, 1.0])
def test_weighted_ratios_equal_regressions_of_the_past(decay):
    values = panel(40, 2, seed=1) + 7.0
    state = (np.zeros(2), np.zeros(3), np.zeros((3, 3)))
    ratios, _, covariance = weighted_ratios(values, decay, 5, *state)
    for t in range(5, 41):
        weights = decay ** np.arange(t)[::-1]
        expected = np.cov(values[:t], rowvar=False, aweights=weights, ddof=1)
        np.testing.assert_allclose(
            ratios[t - 5], np.linalg.solve(expected[1:, 1:], expected[1:, 0]), rtol=1e-9
        )
    np.testing.assert_allclose(covariance, expected, rtol=1e-10)
    assert state[0][0] == pytest.approx((decay ** np.arange(40)).sum())
