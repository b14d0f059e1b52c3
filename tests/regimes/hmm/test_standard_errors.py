"""Robust standard errors of hidden Markov models."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


def test_errors_of_one_regime_are_those_of_a_normal(percent_log_returns):
    fit = hr.GaussianHMM(1, n_starts=1).fit(percent_log_returns)
    values = percent_log_returns.to_numpy()
    deviations = values - values.mean(axis=0)
    pairs = ((0, 0), (1, 0), (1, 1))
    products = np.stack([deviations[:, i] * deviations[:, j] for i, j in pairs], axis=1)
    influence = np.hstack([deviations, products - products.mean(axis=0)])
    expected = np.sqrt((influence**2).sum(axis=0)) / len(values)
    # ours are differences
    np.testing.assert_allclose(fit.standard_errors, expected, rtol=2e-3)


@pytest.mark.long
def test_errors_follow_the_units(two_regimes, percent_log_returns):
    scaled = hr.GaussianHMM(2, n_starts=2).fit(percent_log_returns * 1e-4)
    power = np.repeat([1, 2, 0], [4, 6, 2])
    expected = two_regimes.standard_errors * 1e-4**power
    np.testing.assert_allclose(scaled.standard_errors, expected, rtol=1e-3)


@pytest.mark.long
def test_probabilities_on_a_bound_have_no_error(three_regimes):
    bounds = three_regimes.estimates.bounds_hit
    assert bounds == ("p [0,2] = 0", "p [1,2] = 0", "p [2,0] = 0")
    errors = three_regimes.standard_errors
    assert errors.index[errors.isna()].tolist() == ["p [2,0]"]


@pytest.mark.long
def test_optimum_with_missing_values_has_no_slope(percent_log_returns):
    gaps = percent_log_returns.iloc[:1000].copy()
    gaps.iloc[::5, 0] = np.nan
    gaps.iloc[1::3, 1] = np.nan
    fit = hr.GaussianHMM(2, n_starts=2, allow_missing=True).fit(gaps)
    scores = fit.estimates.errors.scores(np.zeros(12))
    # coordinates without units; EM stops when a step gains 1e-8
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=2e-5)


@pytest.mark.slow
def test_errors_are_the_spread_of_a_hundred_samples():
    ratios = []
    ratio_errors = []
    parameters = []
    errors = []
    for seed in range(100):
        returns = hr.data.simulate_regimes(n_dates=2000, seed=seed).returns
        fit = hr.GaussianHMM(2, n_starts=1).fit(returns)
        parameters.append(fit.parameters)
        errors.append(fit.standard_errors)
        covariances = fit.final_state.moments.covariances
        ratios.append(covariances[:, 0, 1] / covariances[:, 1, 1])
        ratio_errors.append(hr.regimes.regime_ratio_errors(fit, "asset", ["hedge"])["hedge"])
    # the spread of a hundred samples is known to 7%
    np.testing.assert_allclose(np.std(ratios, axis=0), np.mean(ratio_errors, axis=0), rtol=0.25)
    spread = pd.DataFrame(parameters).std()
    np.testing.assert_allclose(spread, pd.DataFrame(errors).mean(), rtol=0.25)
