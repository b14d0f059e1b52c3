"""The Gaussian HMM: depmixS4's optima from every seed, units, order, and cases that degenerate."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def two(percent_log_returns):
    return hr.GaussianHMM(2).fit(percent_log_returns)


def test_two_regimes_of_depmix(two, reference):
    expected = reference["hmm2"]
    assert two.log_likelihood >= expected["loglik"] - 1e-6
    assert two.log_likelihood == pytest.approx(-11102.0667, abs=1e-4)
    # all starts agree
    np.testing.assert_allclose(two.start_log_likelihoods, two.log_likelihood, atol=1e-2)
    np.testing.assert_allclose(two.transition, expected["transition_rows_sum_to_one"], atol=1e-4)
    for k, state in enumerate(expected["states"]):
        np.testing.assert_allclose(two.recursion.moments.means[k], state["mean"], atol=1e-4)
        np.testing.assert_allclose(two.recursion.moments.covariances[k][np.tril_indices(2)], state["Sigma"], rtol=2e-4)
    np.testing.assert_allclose(two.smoothed.mean(), expected["smoothed_mean"], atol=1e-4)
    np.testing.assert_allclose(two.smoothed.iloc[-1], expected["smoothed_last"], atol=1e-3)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_three_regime_optimum_is_found(seed, reference, percent_log_returns):
    fit = hr.GaussianHMM(3, seed=seed).fit(percent_log_returns)
    assert fit.log_likelihood >= reference["hmm3"]["loglik"] - 1e-6
    assert fit.log_likelihood == pytest.approx(-10634.675, abs=1e-3)
    assert np.nanmin(fit.start_log_likelihoods) < -10679  # others stop at a lower optimum, and are shown
    assert np.nanmax(fit.start_log_likelihoods) <= fit.log_likelihood + 1e-6


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_scaling_the_data_changes_nothing(scale, two, percent_log_returns):
    scaled = hr.GaussianHMM(2).fit(percent_log_returns * scale)
    np.testing.assert_allclose(scaled.predicted, two.predicted, atol=1e-8)
    np.testing.assert_allclose(scaled.recursion.moments.covariances, two.recursion.moments.covariances * scale**2, rtol=1e-8)
    expected = two.log_likelihood - 2 * len(percent_log_returns) * np.log(scale)
    assert scaled.log_likelihood == pytest.approx(expected, abs=1e-6)


def test_log_likelihood_of_one_regime_is_that_of_a_normal(percent_log_returns):
    fit = hr.GaussianHMM(1, n_starts=1).fit(percent_log_returns)
    n = len(percent_log_returns)
    covariance = np.cov(percent_log_returns.to_numpy(), rowvar=False, ddof=0)
    expected = -0.5 * n * (2 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + 2)
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-10)
    assert fit.expected_durations[0] == np.inf


def test_regimes_are_numbered_by_the_variance_of_the_first_column(percent_log_returns):
    for seed in range(6):
        fit = hr.GaussianHMM(3, n_starts=1, seed=seed).fit(percent_log_returns.iloc[:1500])
        assert (np.diff(fit.recursion.moments.covariances[:, 0, 0]) > 0).all()
        assert fit.transition.sum(axis=1).tolist() == pytest.approx([1, 1, 1], abs=1e-12)


def test_the_tables_of_a_fit(two, percent_log_returns):
    assert two.predicted.shape == two.filtered.shape == two.smoothed.shape == (5030, 2)
    np.testing.assert_allclose(two.predicted.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(two.predicted.iloc[1:], two.filtered.iloc[:-1] @ two.transition.to_numpy(), atol=1e-12)
    np.testing.assert_allclose(two.next_probabilities, two.filtered.iloc[-1] @ two.transition.to_numpy(), atol=1e-12)
    np.testing.assert_allclose(two.smoothed.iloc[-1], two.filtered.iloc[-1], atol=1e-12)
    assert two.expected_durations.tolist() == pytest.approx((1 / (1 - np.diag(two.transition))).tolist())
    assert two.n_regimes == 2
    assert repr(two) == "RegimeFit(GaussianHMM(2), 5030 dates to 2018-12-31)"
    assert two.summary.loc[0, "volatility NASDAQ"] < two.summary.loc[1, "volatility NASDAQ"]


def test_known_regimes_are_found():
    truth = hr.simulate_regimes(n_dates=4000, seed=2)
    fit = hr.GaussianHMM(2, n_starts=5).fit(truth.returns)
    assert (fit.smoothed.idxmax(axis=1) == truth.regimes).mean() > 0.95
    assert (fit.predicted.idxmax(axis=1) == truth.regimes).mean() > 0.85
    np.testing.assert_allclose(fit.transition, truth.transition, atol=0.02)


def test_a_stretch_without_movement_is_reported_not_returned():
    rng = np.random.default_rng(0)
    frozen = pd.DataFrame(rng.standard_normal((300, 2)), pd.bdate_range("2020", periods=300), ["a", "b"])
    frozen.iloc[100:200] = 0.0
    with pytest.raises(hr.ConvergenceError, match=r"every one of 5 starts put a regime on a few"):
        hr.GaussianHMM(2, n_starts=5).fit(frozen)


def test_settings_and_samples_that_cannot_work_are_refused(percent_log_returns):
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number of at least 1; got 0"):
        hr.GaussianHMM(0)
    with pytest.raises(hr.DataError, match="n_starts must be a whole number of at least 1"):
        hr.GaussianHMM(2, n_starts=1.5)
    with pytest.raises(hr.DataError, match="seed must be a whole number"):
        hr.GaussianHMM(2, seed=None)
    with pytest.raises(hr.DataError, match="observations must have at least 120 rows; got 119"):
        hr.GaussianHMM(2).fit(percent_log_returns.iloc[:119])
    with pytest.raises(hr.DataError, match="collinear; NASDAQ, copy are"):
        hr.GaussianHMM(2).fit(percent_log_returns.assign(copy=percent_log_returns["NASDAQ"]))
