"""Switching autoregressions: Hamilton's optimum, statsmodels' filter and errors, extensions."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import MarkovAutoregression, MarkovRegression

import hedgeresearch as hr

PRINTED = {
    "mean GNP [0]": 1.163516,
    "mean GNP [1]": -0.358811,
    "variance GNP": np.exp(-0.262658) ** 2,
    "ar GNP [1]": 0.013486,
    "ar GNP [2]": -0.057521,
    "ar GNP [3]": -0.246983,
    "ar GNP [4]": -0.212923,
    "p [0,0]": 1 - 0.095915,
    "p [1,0]": 1 - 0.754673,
}
"""EViews, as printed in statsmodels' tests of MarkovAutoregression (TestHamiltonAR4), where the
recession is regime 0."""
HAMILTON = hr.MarkovSwitching(order=4, switching_variance=False, n_starts=1)


@pytest.fixture(scope="module")
def gnp():
    return hr.load("hamilton_gnp")


@pytest.fixture(scope="module")
def hamilton(gnp):
    return HAMILTON.fit(gnp)


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_regimes(n_dates=900, seed=1).returns[["asset"]]


@pytest.fixture(scope="module")
def plain(returns):
    return hr.MarkovSwitching(n_starts=1).fit(returns.iloc[:500])


def statsmodels_params(fit):
    """Return the estimates in statsmodels' order: by column of its transition, means, ..."""
    start = fit.initial_state
    n_variances = len(start.variances) if fit.model.switching_variance else 1
    pieces = [
        start.transition[:, :-1].T.ravel(),
        start.means,
        start.variances[:n_variances],
        start.autoregression,
    ]
    return np.concatenate(pieces)


# --- the optimum ---


@pytest.mark.long
def test_hamilton_1989_is_reproduced(hamilton):
    assert hamilton.log_likelihood == pytest.approx(-181.26339, abs=5e-6)
    assert hamilton.estimates.gradient_norm < 1e-6
    for name, printed in PRINTED.items():
        assert hamilton.parameters[name] == pytest.approx(printed, abs=5e-6), name
    assert list(hamilton.parameters.index) == list(PRINTED)
    # expansions are regime 0, and recessions last about a year
    assert hamilton.expected_durations.tolist() == pytest.approx([10.4, 4.1], abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_every_seed_reaches_hamiltons_optimum(seed, gnp):
    fit = hr.MarkovSwitching(order=4, switching_variance=False, seed=seed).fit(gnp)
    assert fit.log_likelihood == pytest.approx(-181.26339, abs=5e-6)
    # other starts stop at a lower optimum, and are shown
    assert np.nanmin(fit.start_log_likelihoods) < -181.3


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_parameters_are_recovered(seed):
    rng = np.random.default_rng(seed)
    truth = hr.data.simulate_regimes(n_dates=6000, seed=seed)
    regimes = truth.regimes.to_numpy()
    series = np.zeros(6000)
    level = np.where(regimes, -1.0, 0.5)
    for t in range(1, 6000):
        shock = rng.standard_normal() * (1.0 + regimes[t])
        series[t] = level[t] + 0.3 * (series[t - 1] - level[t - 1]) + shock
    fit = hr.MarkovSwitching(order=1, n_starts=4, seed=seed).fit(
        pd.Series(series, truth.returns.index, name="y")
    )
    expected = [0.5, -1.0, 1.0, 4.0, 0.3, truth.transition[0, 0], truth.transition[1, 0]]
    assert (np.abs(fit.parameters - expected) < 4 * fit.standard_errors).all()
    np.testing.assert_allclose(fit.parameters, expected, atol=0.35)


# --- statsmodels ---


def test_filter_with_lags_is_that_of_statsmodels(gnp, hamilton):
    model = MarkovAutoregression(gnp["GNP"].to_numpy(), 2, 4, switching_ar=False)
    result = model.smooth(statsmodels_params(hamilton))
    assert hamilton.log_likelihood == pytest.approx(result.llf, abs=1e-8)
    np.testing.assert_allclose(
        hamilton.filtered.iloc[4:], result.filtered_marginal_probabilities, atol=1e-8
    )
    np.testing.assert_allclose(
        hamilton.predicted.iloc[4:], result.predicted_marginal_probabilities, atol=1e-8
    )
    np.testing.assert_allclose(
        hamilton.smoothed.iloc[4:], result.smoothed_marginal_probabilities, atol=1e-6
    )
    # dates without a density leave the stationary probabilities where they are
    np.testing.assert_allclose(
        hamilton.predicted.iloc[:5], np.tile(hamilton.stationary, (5, 1)), atol=1e-12
    )


@pytest.mark.parametrize("switching_mean", [True, False])
def test_filter_without_lags_is_that_of_statsmodels(switching_mean, returns):
    fit = hr.MarkovSwitching(switching_mean=switching_mean, n_starts=1).fit(returns)
    model = MarkovRegression(returns["asset"].to_numpy(), 2, switching_variance=True)
    result = model.smooth(statsmodels_params(fit))
    assert fit.log_likelihood == pytest.approx(result.llf, abs=1e-8)
    np.testing.assert_allclose(fit.filtered, result.filtered_marginal_probabilities, atol=1e-8)
    np.testing.assert_allclose(fit.smoothed, result.smoothed_marginal_probabilities, atol=1e-6)
    assert fit.parameters.index[0] == ("mean asset [0]" if switching_mean else "mean asset")


@pytest.mark.long
def test_optimum_is_not_below_that_of_statsmodels(returns):
    """Searches of statsmodels from our optimum and from its own start end no higher."""
    series = 100 * returns["asset"].to_numpy()
    fit = hr.MarkovSwitching(n_starts=4).fit(returns)
    model = MarkovRegression(series, 2, switching_variance=True)
    units = np.repeat([1.0, 100.0, 1e4], 2)
    reached = fit.log_likelihood - len(series) * np.log(100)
    for start in (statsmodels_params(fit) * units, None):
        theirs = model.fit(start, em_iter=20, gtol=1e-7, disp=False, warn_convergence=False)
        assert theirs.llf < reached + 1e-7


def test_errors_are_the_robust_ones_of_statsmodels(gnp, hamilton, returns, plain):
    sample = returns["asset"].to_numpy()[:500]
    for fit, model, scale in [
        (hamilton, MarkovAutoregression(gnp["GNP"].to_numpy(), 2, 4, switching_ar=False), 1.0),
        (plain, MarkovRegression(100 * sample, 2, switching_variance=True), 100.0),
    ]:
        params = statsmodels_params(fit)
        n_variances = len(params) - 4 - fit.model.order
        counts = [2, 2, n_variances, fit.model.order]  # transition, means, variances, lags
        units = np.repeat([1.0, scale, scale**2, 1.0], counts)
        errors = model.smooth(params * units, cov_type="robust").bse / units
        # statsmodels inverts by a pseudo-inverse and differentiates by complex steps; ours are
        # central differences
        expected = np.concatenate([errors[2:], errors[:2]])
        np.testing.assert_allclose(fit.standard_errors, expected, rtol=1e-3)


# --- extensions, units, starts ---


@pytest.mark.long
def test_later_dates_change_no_earlier_probability(gnp):
    fit = replace(HAMILTON, n_starts=2).fit(gnp.iloc[:110])
    new = gnp.iloc[110:]
    shocked = new.copy()
    day = 10
    shocked.iloc[day:] = 10 * shocked.iloc[day:] + 1.0
    quiet = fit.extend(new)
    loud = fit.extend(shocked)
    np.testing.assert_array_equal(quiet.predicted[: day + 1], loud.predicted[: day + 1])
    np.testing.assert_array_equal(quiet.filtered[:day], loud.filtered[:day])
    # hindsight does move
    assert not np.allclose(quiet.smoothed[:day], loud.smoothed[:day], atol=1e-12)


@pytest.mark.long
def test_extension_bar_by_bar_is_one_long_filter(gnp):
    fit = replace(HAMILTON, n_starts=2).fit(gnp.iloc[:110])
    new = gnp.iloc[110:]
    step = fit
    rows = []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.predicted.to_numpy()[0])
    long = fit.initial_state.filter(gnp.to_numpy())
    quiet = fit.extend(new)
    np.testing.assert_allclose(rows, quiet.predicted, atol=1e-12)
    np.testing.assert_allclose(long.predicted[110:-1], quiet.predicted, atol=1e-12)
    np.testing.assert_allclose(step.next_probabilities, long.predicted[-1], atol=1e-12)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(scale, returns, plain):
    scaled = plain.model.fit(scale * returns.iloc[:500])
    np.testing.assert_allclose(scaled.predicted, plain.predicted, atol=1e-6)
    expected = plain.log_likelihood - 500 * np.log(scale)
    assert scaled.log_likelihood == pytest.approx(expected, abs=1e-6)
    units = np.repeat([scale, scale**2, 1.0], 2)
    np.testing.assert_allclose(scaled.parameters, plain.parameters * units, rtol=1e-4)
    np.testing.assert_allclose(scaled.standard_errors, plain.standard_errors * units, rtol=1e-4)


@pytest.mark.long
def test_warm_start_reaches_the_optimum_of_a_search(returns, plain):
    later = plain.model.fit(returns.iloc[20:520], warm_start=plain)
    cold = plain.model.fit(returns.iloc[20:520])
    assert len(later.start_log_likelihoods) == 1
    assert later.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)


def test_warm_start_of_another_model_is_refused(returns, plain):
    for model, wrong in [
        (plain.model, plain.model),
        (plain.model, hr.GaussianHMM(2, n_starts=1).fit(returns)),
        (hr.MarkovSwitching(order=1), plain),
    ]:
        with pytest.raises(
            hr.DataError, match="warm_start must be an earlier fit of the same model"
        ):
            model.fit(returns, warm_start=wrong)


def test_same_seed_gives_the_same_bytes(returns, plain):
    again = plain.model.fit(returns.iloc[:500])
    assert again.predicted.to_numpy().tobytes() == plain.predicted.to_numpy().tobytes()


def test_fits_survive_pickling(returns, plain):
    copy = pickle.loads(pickle.dumps(plain))
    new = returns.iloc[500:]
    pd.testing.assert_frame_equal(copy.extend(new).predicted, plain.extend(new).predicted)
    np.testing.assert_array_equal(copy.standard_errors, plain.standard_errors)


# --- warnings and refusals ---


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:prices should be adjusted for splits")
def test_outlier_that_makes_a_regime_is_named(returns):
    crash = returns.iloc[:500].copy()
    crash.iloc[[100, 300, 301, 400]] = -0.5
    with pytest.warns(hr.errors.ConvergenceWarning, match=f"{crash.index[301].date()}"):
        hr.MarkovSwitching(n_starts=1).fit(crash)


def test_bad_settings_and_samples_are_refused(returns):
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number of at least 2; got 1"):
        hr.MarkovSwitching(1)
    with pytest.raises(hr.DataError, match="switching_variance or switching_mean must be True"):
        hr.MarkovSwitching(switching_variance=False, switching_mean=False)
    with pytest.raises(
        hr.DataError, match=r"must be at most 1024 where the mean switches; got 2048"
    ):
        hr.MarkovSwitching(order=10)
    with pytest.raises(hr.DataError, match="observations must be one series; got the columns"):
        hr.MarkovSwitching().fit(hr.data.simulate_regimes(n_dates=200).returns)
    with pytest.raises(hr.DataError, match="at least 60 rows; got 59"):
        hr.MarkovSwitching().fit(returns.iloc[:59])
