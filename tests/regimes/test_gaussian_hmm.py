"""The Gaussian HMM: depmixS4's optima from every seed, units, order, gaps, priors, errors, and degenerate cases."""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata
from scipy.stats import multivariate_normal

import hedgeresearch as hr
from hedgeresearch.regimes.hmm import em
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.hmmlearn_em import run_hmmlearn
from hedgeresearch.regimes.hmm.ratio_errors import regime_ratio_errors
from hedgeresearch.regimes.hmm.starting_points import starting_points
from hedgeresearch.regimes.hmm.units import Units
from hedgeresearch.regimes.state import HiddenMarkovChain

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def depmix():
    return json.loads((REFERENCE / "hmm.json").read_text())


@pytest.fixture(scope="module")
def simulated():
    return pd.read_csv(REFERENCE / "simulated_hmm.csv.gz")[["y"]]


@pytest.fixture(scope="module")
def monthly(data_dir):
    """Monthly log returns of the S&P 500, 744 months."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata speaks of classes of R that it does not know
        table = next(iter(rdata.read_rda(data_dir / "sp500.rda").values()))
    return pd.DataFrame({"y": np.asarray(table["logret"], dtype=float)})


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
        np.testing.assert_allclose(two.final_state.moments.means[k], state["mean"], atol=1e-4)
        np.testing.assert_allclose(
            two.final_state.moments.covariances[k][np.tril_indices(2)], state["Sigma"], rtol=2e-4
        )
    np.testing.assert_allclose(two.smoothed.mean(), expected["smoothed_mean"], atol=1e-4)
    np.testing.assert_allclose(two.smoothed.iloc[-1], expected["smoothed_last"], atol=1e-3)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_three_regime_optimum_is_found(seed, reference, percent_log_returns):
    fit = hr.GaussianHMM(3, seed=seed).fit(percent_log_returns)
    assert fit.log_likelihood >= reference["hmm3"]["loglik"] - 1e-6
    assert fit.log_likelihood == pytest.approx(-10634.675, abs=1e-3)
    assert (
        np.nanmin(fit.start_log_likelihoods) < -10679
    )  # others stop at a lower optimum, and are shown
    assert np.nanmax(fit.start_log_likelihoods) <= fit.log_likelihood + 1e-6


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_scaling_the_data_changes_nothing(scale, two, percent_log_returns):
    scaled = hr.GaussianHMM(2, n_starts=2).fit(percent_log_returns * scale)
    np.testing.assert_allclose(scaled.predicted, two.predicted, atol=1e-8)
    np.testing.assert_allclose(
        scaled.final_state.moments.covariances,
        two.final_state.moments.covariances * scale**2,
        rtol=1e-8,
    )
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
        assert (np.diff(fit.final_state.moments.covariances[:, 0, 0]) > 0).all()
        assert fit.transition.sum(axis=1).tolist() == pytest.approx([1, 1, 1], abs=1e-12)


def test_the_tables_of_a_fit(two, percent_log_returns):
    assert two.predicted.shape == two.filtered.shape == two.smoothed.shape == (5030, 2)
    np.testing.assert_allclose(two.predicted.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(
        two.predicted.iloc[1:], two.filtered.iloc[:-1] @ two.transition.to_numpy(), atol=1e-12
    )
    np.testing.assert_allclose(
        two.next_probabilities, two.filtered.iloc[-1] @ two.transition.to_numpy(), atol=1e-12
    )
    np.testing.assert_allclose(two.smoothed.iloc[-1], two.filtered.iloc[-1], atol=1e-12)
    assert two.expected_durations.tolist() == pytest.approx(
        (1 / (1 - np.diag(two.transition))).tolist()
    )
    assert two.n_regimes == 2
    assert repr(two) == "RegimeFit(GaussianHMM(2), 5030 dates to 2018-12-31)"
    assert two.summary.loc[0, "volatility NASDAQ"] < two.summary.loc[1, "volatility NASDAQ"]


def test_known_regimes_are_found():
    truth = hr.data.simulate_regimes(n_dates=4000, seed=2)
    fit = hr.GaussianHMM(2, n_starts=5).fit(truth.returns)
    assert (fit.smoothed.idxmax(axis=1) == truth.regimes).mean() > 0.95
    assert (fit.predicted.idxmax(axis=1) == truth.regimes).mean() > 0.85
    np.testing.assert_allclose(fit.transition, truth.transition, atol=0.02)


def test_a_stretch_without_movement_is_reported_not_returned():
    rng = np.random.default_rng(0)
    frozen = pd.DataFrame(
        rng.standard_normal((300, 2)), pd.bdate_range("2020", periods=300), ["a", "b"]
    )
    frozen.iloc[100:200] = 0.0
    with pytest.raises(hr.ConvergenceError, match=r"every one of 5 starts put a regime on a few"):
        hr.GaussianHMM(2, n_starts=5).fit(frozen)


@pytest.mark.parametrize("case", ["sp500_2", "sp500_3", "simulated_2"])
def test_likelihood_and_probabilities_at_the_parameters_of_depmix(case, depmix, simulated, request):
    expected = depmix[case]
    data = simulated if case == "simulated_2" else request.getfixturevalue("monthly")
    emissions = GaussianEmissions(
        np.array(expected["means"])[:, None], np.array(expected["sds"])[:, None, None] ** 2
    )
    chain = HiddenMarkovChain(
        emissions, np.array(expected["transition"]), np.array(expected["init"], dtype=float)
    )
    # the parameters are printed to 15 digits
    assert chain.filter(data.to_numpy()).log_likelihood.sum() == pytest.approx(
        expected["loglik"], abs=1e-8
    )
    smoothed, path = chain.hindsight(data.to_numpy())
    if "posterior_filtered_last5" in expected:
        filtered = chain.filter(data.to_numpy()).filtered
        np.testing.assert_allclose(filtered[-5:], expected["posterior_filtered_last5"], atol=1e-8)
        np.testing.assert_allclose(smoothed[:5], expected["posterior_smoothed_first5"], atol=1e-8)
    else:
        np.testing.assert_allclose(smoothed.mean(axis=0), expected["smoothed_mean"], atol=1e-8)
    assert np.bincount(path).tolist() == expected["viterbi_counts"]


def test_monthly_stocks_of_depmix(depmix, monthly):
    expected, fit = depmix["sp500_2"], hr.GaussianHMM(2).fit(monthly)
    assert fit.log_likelihood == pytest.approx(expected["loglik"], abs=1e-6)
    assert (fit.aic, fit.bic) == pytest.approx((expected["AIC"], expected["BIC"]), abs=1e-6)
    np.testing.assert_allclose(fit.means["y"], expected["means"], atol=1e-5)
    np.testing.assert_allclose(fit.covariances["y"] ** 0.5, expected["sds"], atol=1e-5)
    np.testing.assert_allclose(fit.transition, expected["transition"], atol=1e-4)
    # depmix inverts a Hessian, the sandwich here is robust: alike where the model is about right
    errors = fit.standard_errors[["mean y [0]", "p [0,0]"]]
    np.testing.assert_allclose(errors, [0.001671, 0.018438], rtol=0.15)


def test_optima_above_those_of_depmix(depmix, monthly, simulated):
    three = hr.GaussianHMM(3, n_starts=8).fit(monthly)
    assert three.log_likelihood > depmix["sp500_3"]["loglik"] + 0.5  # the best of its sixty starts
    two = hr.GaussianHMM(2, n_starts=4).fit(simulated)
    assert (
        two.log_likelihood > depmix["simulated_2"]["loglik"] + 0.5
    )  # its first date is in the other regime
    np.testing.assert_allclose(two.covariances["y"] ** 0.5, depmix["simulated_2"]["sds"], atol=5e-3)


@pytest.mark.slow
def test_every_seed_finds_the_three_regime_optimum(percent_log_returns):
    for seed in range(20):
        fit = hr.GaussianHMM(3, seed=seed).fit(percent_log_returns)
        assert fit.log_likelihood == pytest.approx(-10634.675, abs=1e-3), seed


@pytest.mark.slow
def test_regime_zero_is_calm_from_every_seed(percent_log_returns):
    sample = percent_log_returns.iloc[:1000]
    for seed in range(200):
        covariances = (
            hr.GaussianHMM(2, n_starts=2, seed=seed).fit(sample).final_state.moments.covariances
        )
        assert covariances[0, 0, 0] < covariances[1, 0, 0], seed


def test_both_ways_of_em_take_the_same_steps(percent_log_returns):
    units = Units.from_observations(percent_log_returns.to_numpy())
    unit = units.standardize(percent_log_returns.to_numpy())
    for structure in ("full", "diagonal"):
        kind = GaussianEmissions(np.empty(0), np.empty(0), structure)
        start = starting_points(unit, 2, 3, 0, kind)[2]
        ours = em.HMMSteps(unit).run(start, 1e-4)
        theirs = run_hmmlearn(start, unit, 1e-4)
        np.testing.assert_allclose(ours.history, theirs.history, rtol=1e-10)
        assert (np.diff(ours.history)[:-1] > 0).all()


# --- covariances, prior, warm start ---


def test_restricted_covariances_are_nested(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    fits = {
        c: hr.GaussianHMM(2, covariance=c, n_starts=4).fit(sample)
        for c in ("full", "diagonal", "spherical")
    }
    assert (
        fits["full"].log_likelihood
        > fits["diagonal"].log_likelihood
        > fits["spherical"].log_likelihood
    )
    assert (fits["diagonal"].correlations.to_numpy().reshape(2, 2, 2)[:, 0, 1] == 0).all()
    variances = fits["spherical"].final_state.moments.covariances
    np.testing.assert_allclose(variances, variances[:, :1, :1] * np.eye(2), atol=1e-15)
    assert [len(fits[c].parameters) for c in fits] == [12, 10, 8]
    assert all(fit.standard_errors.notna().all() for fit in fits.values())


def test_a_prior_on_staying_moves_the_transition_to_the_posterior_mode(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    free = hr.GaussianHMM(2, n_starts=4).fit(sample)
    held = hr.GaussianHMM(2, n_starts=4, persistence_prior=200.0).fit(sample)
    assert (np.diag(held.transition) > np.diag(free.transition)).all()
    assert held.log_likelihood < free.log_likelihood
    predicted = held.predicted.to_numpy()
    joint = held.filtered.to_numpy()[:-1, :, None] * held.transition.to_numpy()
    moves = (joint * (held.smoothed.to_numpy() / predicted)[1:, None, :]).sum(
        axis=0
    ) + 200.0 * np.eye(2)
    np.testing.assert_allclose(held.transition, moves / moves.sum(axis=1, keepdims=True), atol=1e-6)
    assert held.log_likelihood == pytest.approx(
        held.initial_state.filter(sample.to_numpy()).log_likelihood.sum(), abs=1e-8
    )


def test_an_earlier_fit_is_a_start(percent_log_returns):
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


# --- missing values ---


def test_missing_values_are_integrated_out(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    model = hr.GaussianHMM(2, n_starts=4, allow_missing=True)
    complete = hr.GaussianHMM(2, n_starts=4).fit(sample)
    assert model.fit(sample).log_likelihood == pytest.approx(complete.log_likelihood, abs=1e-6)
    gaps = sample.copy()
    gaps.iloc[::7, 0], gaps.iloc[3::11, 1], gaps.iloc[100:110] = np.nan, np.nan, np.nan
    fit = model.fit(gaps)
    np.testing.assert_allclose(fit.covariances, complete.covariances, rtol=0.15)
    assert fit.standard_errors.notna().all()
    # on a date without any value the chain only moves on
    np.testing.assert_allclose(fit.filtered.iloc[100:110], fit.predicted.iloc[100:110], atol=1e-15)
    # the density of what is there
    emissions, row = fit.initial_state.emissions, gaps.iloc[[7]].to_numpy()
    slow = [
        multivariate_normal(m[1], c[1, 1]).logpdf(row[0, 1])
        for m, c in zip(*emissions.moments, strict=True)
    ]
    np.testing.assert_allclose(emissions.log_densities(row)[0], slow, rtol=1e-12)


def test_an_optimum_with_missing_values_has_no_slope(percent_log_returns):
    gaps = percent_log_returns.iloc[:1000].copy()
    gaps.iloc[::5, 0], gaps.iloc[1::3, 1] = np.nan, np.nan
    fit = hr.GaussianHMM(2, n_starts=2, allow_missing=True).fit(gaps)
    scores = fit.estimates.errors.scores(np.zeros(12))
    # coordinates without units; EM stops when a step gains 1e-8
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=2e-5)


def test_extension_with_missing_values_is_one_long_filter(percent_log_returns):
    gaps = percent_log_returns.iloc[:1600].copy()
    gaps.iloc[5::9, 1] = np.nan
    fit = hr.GaussianHMM(2, n_starts=2, allow_missing=True).fit(gaps.iloc[:1000])
    once = fit.extend(gaps.iloc[1000:])
    twice = fit.extend(gaps.iloc[1000:1200]).extend(gaps.iloc[1200:])
    np.testing.assert_allclose(twice.predicted, once.predicted.iloc[200:], atol=1e-12)
    with pytest.raises(hr.DataError, match="has a gap"):
        hr.GaussianHMM(2).fit(gaps)
    model = hr.GaussianHMM(2, allow_missing=True)
    with pytest.raises(hr.DataError, match="must have values in every column; 'SP500' has none"):
        model.fit(gaps.assign(SP500=np.nan))
    with pytest.raises(hr.DataError, match="'NASDAQ' with 'SP500' is on 101"):
        model.fit(gaps.assign(SP500=gaps["SP500"].where(np.arange(1600) < 113)))
    with pytest.raises(hr.DataError, match="has an infinity"):
        model.fit(gaps.assign(SP500=np.inf))


# --- standard errors ---


def test_standard_errors_of_one_regime_are_those_of_a_normal(percent_log_returns):
    fit = hr.GaussianHMM(1, n_starts=1).fit(percent_log_returns)
    values = percent_log_returns.to_numpy()
    deviations, n = values - values.mean(axis=0), len(values)
    products = np.stack(
        [deviations[:, i] * deviations[:, j] for i, j in ((0, 0), (1, 0), (1, 1))], axis=1
    )
    influence = np.hstack([deviations, products - products.mean(axis=0)])
    np.testing.assert_allclose(
        fit.standard_errors, np.sqrt((influence**2).sum(axis=0)) / n, rtol=2e-3
    )  # differences


def test_standard_errors_follow_the_units(two, percent_log_returns):
    scaled = hr.GaussianHMM(2, n_starts=2).fit(percent_log_returns * 1e-4)
    power = np.repeat([1, 2, 0], [4, 6, 2])
    np.testing.assert_allclose(scaled.standard_errors, two.standard_errors * 1e-4**power, rtol=1e-3)


def test_probabilities_on_a_bound_have_no_standard_error(percent_log_returns):
    fit = hr.GaussianHMM(3, n_starts=4).fit(percent_log_returns)
    assert fit.estimates.bounds_hit == ("p [0,2] = 0", "p [1,2] = 0", "p [2,0] = 0")
    errors = fit.standard_errors
    assert errors.index[errors.isna()].tolist() == ["p [2,0]"]


def test_errors_of_the_ratios_by_the_delta_method(two):
    errors = regime_ratio_errors(two, "NASDAQ", ["SP500"])
    assert errors.shape == (2, 1)
    covariance = two.estimates.covariance
    for k in range(2):
        top, bottom = (
            two.parameters[f"cov SP500 NASDAQ [{k}]"],
            two.parameters[f"cov SP500 SP500 [{k}]"],
        )
        names = [f"cov SP500 NASDAQ [{k}]", f"cov SP500 SP500 [{k}]"]
        slope = np.array([1 / bottom, -top / bottom**2])
        expected = np.sqrt(slope @ covariance.loc[names, names] @ slope)
        assert errors.loc[k, "SP500"] == pytest.approx(expected, rel=1e-10)
    with pytest.raises(hr.DataError, match="different series"):
        regime_ratio_errors(two, "NASDAQ", ["GOLD"])


@pytest.mark.slow
def test_standard_errors_against_the_spread_of_a_hundred_samples():
    ratios, errors, parameters, standard = [], [], [], []
    for seed in range(100):
        fit = hr.GaussianHMM(2, n_starts=1).fit(
            hr.data.simulate_regimes(n_dates=2000, seed=seed).returns
        )
        parameters.append(fit.parameters)
        standard.append(fit.standard_errors)
        covariances = fit.final_state.moments.covariances
        ratios.append(covariances[:, 0, 1] / covariances[:, 1, 1])
        errors.append(regime_ratio_errors(fit, "asset", ["hedge"])["hedge"])
    # the spread of a hundred samples is known to 7 %
    np.testing.assert_allclose(np.std(ratios, axis=0), np.mean(errors, axis=0), rtol=0.25)
    np.testing.assert_allclose(
        pd.DataFrame(parameters).std(), pd.DataFrame(standard).mean(), rtol=0.25
    )


# --- warnings ---


def test_a_regime_of_a_few_dates_is_told(percent_log_returns):
    rng = np.random.default_rng(3)
    calm = pd.DataFrame(
        0.01 * rng.standard_normal((2000, 2)), pd.bdate_range("2010", periods=2000), ["a", "b"]
    )
    calm.iloc[[400, 900, 1500]] = [[0.15, 0.15], [-0.15, -0.14], [-0.15, 0.15]]
    with pytest.warns(
        hr.errors.ConvergenceWarning,
        match="regime 1 should .* only on 2011-07-15, 2013-06-14, 2015-10-02",
    ):
        hr.GaussianHMM(2, n_starts=4).fit(calm)


def test_a_search_that_is_cut_off_is_told(monkeypatch, percent_log_returns):
    monkeypatch.setattr(em, "MAX_STEPS", 2)
    with pytest.warns(hr.errors.ConvergenceWarning, match="EM should stop gaining within 2 steps"):
        hr.GaussianHMM(2, n_starts=1).fit(percent_log_returns.iloc[:1000])


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


def test_three_regimes_do_not_drift_over_chained_starts(percent_log_returns):
    """With one climb from the earlier fit alone, the second of these windows ends 11 below the best optimum."""
    model, fit = hr.GaussianHMM(3, n_starts=8), None
    for begin in (250, 500):
        window = percent_log_returns.iloc[begin : begin + 1000]
        fit, cold = model.fit(window, warm_start=fit), model.fit(window)
        assert fit.log_likelihood >= cold.log_likelihood - 0.01
