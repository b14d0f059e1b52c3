"""The Gaussian HMM against depmixS4, from every seed, and in degenerate cases."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

BEST_OF_THREE = -10634.675
"""Log-likelihood of the best optimum with three regimes of NASDAQ and S&P 500."""


def calm_with_crashes():
    """Return 2000 calm dates of which three have returns of 15 standard deviations."""
    rng = np.random.default_rng(3)
    dates = pd.bdate_range("2010", periods=2000)
    calm = pd.DataFrame(0.01 * rng.standard_normal((2000, 2)), dates, ["a", "b"])
    calm.iloc[[400, 900, 1500]] = [[0.15, 0.15], [-0.15, -0.14], [-0.15, 0.15]]
    return calm


# --- the optimum ---


@pytest.mark.long
def test_two_regimes_are_those_of_depmix(two_regimes, reference):
    expected = reference["hmm2"]
    fit = two_regimes
    assert fit.log_likelihood >= expected["loglik"] - 1e-6
    assert fit.log_likelihood == pytest.approx(-11102.0667, abs=1e-4)
    # all starts agree
    np.testing.assert_allclose(fit.start_log_likelihoods, fit.log_likelihood, atol=1e-2)
    np.testing.assert_allclose(fit.transition, expected["transition_rows_sum_to_one"], atol=1e-4)
    for k, state in enumerate(expected["states"]):
        np.testing.assert_allclose(fit.final_state.moments.means[k], state["mean"], atol=1e-4)
        triangle = fit.final_state.moments.covariances[k][np.tril_indices(2)]
        np.testing.assert_allclose(triangle, state["Sigma"], rtol=2e-4)
    np.testing.assert_allclose(fit.smoothed.mean(), expected["smoothed_mean"], atol=1e-4)
    np.testing.assert_allclose(fit.smoothed.iloc[-1], expected["smoothed_last"], atol=1e-3)


def check_best_of_three(fit, reference):
    assert fit.log_likelihood >= reference["hmm3"]["loglik"] - 1e-6
    assert fit.log_likelihood == pytest.approx(BEST_OF_THREE, abs=1e-3)
    # other starts stop at a lower optimum, and are shown
    assert np.nanmin(fit.start_log_likelihoods) < -10679
    assert np.nanmax(fit.start_log_likelihoods) <= fit.log_likelihood + 1e-6


@pytest.mark.long
def test_three_regimes_reach_the_best_optimum(three_regimes, reference):
    check_best_of_three(three_regimes, reference)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_every_seed_reaches_the_best_optimum(seed, reference, percent_log_returns):
    fit = hr.GaussianHMM(3, seed=seed).fit(percent_log_returns)
    if seed < 3:
        check_best_of_three(fit, reference)
    assert fit.log_likelihood == pytest.approx(BEST_OF_THREE, abs=1e-3)


@pytest.mark.long
def test_monthly_stocks_are_those_of_depmix(depmix, monthly_stocks):
    expected = depmix["sp500_2"]
    fit = hr.GaussianHMM(2).fit(monthly_stocks)
    assert fit.log_likelihood == pytest.approx(expected["loglik"], abs=1e-6)
    assert (fit.aic, fit.bic) == pytest.approx((expected["AIC"], expected["BIC"]), abs=1e-6)
    np.testing.assert_allclose(fit.means["y"], expected["means"], atol=1e-5)
    np.testing.assert_allclose(fit.covariances["y"] ** 0.5, expected["sds"], atol=1e-5)
    np.testing.assert_allclose(fit.transition, expected["transition"], atol=1e-4)
    # depmix inverts a Hessian, the sandwich here is robust: alike where the model is about right
    errors = fit.standard_errors[["mean y [0]", "p [0,0]"]]
    np.testing.assert_allclose(errors, [0.001671, 0.018438], rtol=0.15)


@pytest.mark.long
def test_optima_are_above_those_of_depmix(depmix, monthly_stocks, simulated_hmm):
    three = hr.GaussianHMM(3, n_starts=8).fit(monthly_stocks)
    assert three.log_likelihood > depmix["sp500_3"]["loglik"] + 0.5  # the best of its sixty starts
    two = hr.GaussianHMM(2, n_starts=4).fit(simulated_hmm)
    # the first date of depmix is in the other regime
    assert two.log_likelihood > depmix["simulated_2"]["loglik"] + 0.5
    np.testing.assert_allclose(two.covariances["y"] ** 0.5, depmix["simulated_2"]["sds"], atol=5e-3)


def test_one_regime_has_the_likelihood_of_a_normal(percent_log_returns):
    fit = hr.GaussianHMM(1, n_starts=1).fit(percent_log_returns)
    n = len(percent_log_returns)
    covariance = np.cov(percent_log_returns.to_numpy(), rowvar=False, ddof=0)
    expected = -0.5 * n * (2 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + 2)
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-10)
    assert fit.expected_durations[0] == np.inf


def test_known_regimes_are_found():
    truth = hr.data.simulate_regimes(n_dates=4000, seed=2)
    fit = hr.GaussianHMM(2, n_starts=5).fit(truth.returns)
    assert (fit.smoothed.idxmax(axis=1) == truth.regimes).mean() > 0.95
    assert (fit.predicted.idxmax(axis=1) == truth.regimes).mean() > 0.85
    np.testing.assert_allclose(fit.transition, truth.transition, atol=0.02)


# --- units and numbers ---


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_scale_of_the_data_changes_nothing(scale, two_regimes, percent_log_returns):
    scaled = hr.GaussianHMM(2, n_starts=2).fit(percent_log_returns * scale)
    np.testing.assert_allclose(scaled.predicted, two_regimes.predicted, atol=1e-8)
    np.testing.assert_allclose(
        scaled.final_state.moments.covariances,
        two_regimes.final_state.moments.covariances * scale**2,
        rtol=1e-8,
    )
    expected = two_regimes.log_likelihood - 2 * len(percent_log_returns) * np.log(scale)
    assert scaled.log_likelihood == pytest.approx(expected, abs=1e-6)


def test_regimes_are_numbered_by_the_first_variance(percent_log_returns):
    for seed in range(6):
        fit = hr.GaussianHMM(3, n_starts=1, seed=seed).fit(percent_log_returns.iloc[:1500])
        assert (np.diff(fit.final_state.moments.covariances[:, 0, 0]) > 0).all()
        assert fit.transition.sum(axis=1).tolist() == pytest.approx([1, 1, 1], abs=1e-12)


@pytest.mark.slow
def test_regime_zero_is_calm_from_every_seed(percent_log_returns):
    sample = percent_log_returns.iloc[:1000]
    for seed in range(200):
        fit = hr.GaussianHMM(2, n_starts=2, seed=seed).fit(sample)
        covariances = fit.final_state.moments.covariances
        assert covariances[0, 0, 0] < covariances[1, 0, 0], seed


# --- settings ---


@pytest.mark.long
def test_restricted_covariances_are_nested(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    fits = {
        structure: hr.GaussianHMM(2, covariance=structure, n_starts=4).fit(sample)
        for structure in ("full", "diagonal", "spherical")
    }
    full, diagonal, spherical = (fit.log_likelihood for fit in fits.values())
    assert full > diagonal > spherical
    assert (fits["diagonal"].correlations.to_numpy().reshape(2, 2, 2)[:, 0, 1] == 0).all()
    variances = fits["spherical"].final_state.moments.covariances
    np.testing.assert_allclose(variances, variances[:, :1, :1] * np.eye(2), atol=1e-15)
    assert [len(fit.parameters) for fit in fits.values()] == [12, 10, 8]
    assert all(fit.standard_errors.notna().all() for fit in fits.values())


@pytest.mark.long
def test_prior_on_staying_gives_the_posterior_mode(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    free = hr.GaussianHMM(2, n_starts=4).fit(sample)
    held = hr.GaussianHMM(2, n_starts=4, persistence_prior=200.0).fit(sample)
    assert (np.diag(held.transition) > np.diag(free.transition)).all()
    assert held.log_likelihood < free.log_likelihood
    ratio = held.smoothed.to_numpy() / held.predicted.to_numpy()
    joint = held.filtered.to_numpy()[:-1, :, None] * held.transition.to_numpy()
    moves = (joint * ratio[1:, None, :]).sum(axis=0) + 200.0 * np.eye(2)
    np.testing.assert_allclose(held.transition, moves / moves.sum(axis=1, keepdims=True), atol=1e-6)
    by_date = held.initial_state.filter(sample.to_numpy()).log_likelihood
    assert held.log_likelihood == pytest.approx(by_date.sum(), abs=1e-8)


@pytest.mark.long
def test_warm_start_reaches_the_optimum_of_a_search(percent_log_returns):
    model = hr.GaussianHMM(2, n_starts=4)
    earlier = model.fit(percent_log_returns.iloc[:1500])
    warm = model.fit(percent_log_returns.iloc[20:1520], warm_start=earlier)
    cold = model.fit(percent_log_returns.iloc[20:1520])
    assert len(warm.start_log_likelihoods) == 1
    assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)
    np.testing.assert_allclose(warm.parameters, cold.parameters, atol=1e-4)
    for other in (hr.GaussianHMM(3), hr.GaussianHMM(2, covariance="diagonal")):
        with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of GaussianHMM"):
            other.fit(percent_log_returns, warm_start=earlier)


@pytest.mark.long
def test_chained_warm_starts_do_not_drift(percent_log_returns):
    """From the earlier fit alone, the second window would end 11 below the best optimum."""
    model = hr.GaussianHMM(3, n_starts=8)
    fit = None
    for begin in (250, 500):
        window = percent_log_returns.iloc[begin : begin + 1000]
        fit = model.fit(window, warm_start=fit)
        cold = model.fit(window)
        assert fit.log_likelihood >= cold.log_likelihood - 0.01


# --- missing values ---


@pytest.mark.long
def test_missing_values_are_integrated_out(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    model = hr.GaussianHMM(2, n_starts=4, allow_missing=True)
    complete = hr.GaussianHMM(2, n_starts=4).fit(sample)
    assert model.fit(sample).log_likelihood == pytest.approx(complete.log_likelihood, abs=1e-6)
    gaps = sample.copy()
    gaps.iloc[::7, 0] = np.nan
    gaps.iloc[3::11, 1] = np.nan
    gaps.iloc[100:110] = np.nan
    fit = model.fit(gaps)
    np.testing.assert_allclose(fit.covariances, complete.covariances, rtol=0.15)
    assert fit.standard_errors.notna().all()
    # on a date without any value the chain only moves on
    np.testing.assert_allclose(fit.filtered.iloc[100:110], fit.predicted.iloc[100:110], atol=1e-15)


def test_extension_with_gaps_is_one_long_filter(percent_log_returns):
    gaps = percent_log_returns.iloc[:1600].copy()
    gaps.iloc[5::9, 1] = np.nan
    fit = hr.GaussianHMM(2, n_starts=2, allow_missing=True).fit(gaps.iloc[:1000])
    once = fit.extend(gaps.iloc[1000:])
    twice = fit.extend(gaps.iloc[1000:1200]).extend(gaps.iloc[1200:])
    np.testing.assert_allclose(twice.predicted, once.predicted.iloc[200:], atol=1e-12)


def test_gaps_that_cannot_be_used_are_refused(percent_log_returns):
    gaps = percent_log_returns.iloc[:1600].copy()
    gaps.iloc[5::9, 1] = np.nan
    with pytest.raises(hr.DataError, match="has a gap"):
        hr.GaussianHMM(2).fit(gaps)
    model = hr.GaussianHMM(2, allow_missing=True)
    with pytest.raises(hr.DataError, match="must have values in every column; 'SP500' has none"):
        model.fit(gaps.assign(SP500=np.nan))
    with pytest.raises(hr.DataError, match="'NASDAQ' with 'SP500' is on 101"):
        model.fit(gaps.assign(SP500=gaps["SP500"].where(np.arange(1600) < 113)))
    with pytest.raises(hr.DataError, match="has an infinity"):
        model.fit(gaps.assign(SP500=np.inf))


# --- warnings and refusals ---


def test_regime_of_three_dates_is_warned_of():
    with pytest.warns(
        hr.errors.ConvergenceWarning,
        match="regime 1 should .* only on 2011-07-15, 2013-06-14, 2015-10-02",
    ):
        hr.GaussianHMM(2, n_starts=4).fit(calm_with_crashes())


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_stretch_without_movement_is_refused():
    rng = np.random.default_rng(0)
    dates = pd.bdate_range("2020", periods=300)
    frozen = pd.DataFrame(rng.standard_normal((300, 2)), dates, ["a", "b"])
    frozen.iloc[100:200] = 0.0
    with pytest.raises(hr.ConvergenceError, match=r"every one of 5 starts put a regime on a few"):
        hr.GaussianHMM(2, n_starts=5).fit(frozen)


def test_bad_settings_and_samples_are_refused(percent_log_returns):
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
