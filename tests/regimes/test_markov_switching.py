"""Switching autoregressions: Hamilton's optimum, statsmodels' filter, sums over all paths, and the arrow of time."""

import pickle
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import MarkovAutoregression, MarkovRegression

import hedgeresearch as hr
from hedgeresearch.regimes.markov_chain import transition_from
from hedgeresearch.regimes.markov_switching import estimation
from hedgeresearch.regimes.markov_switching.model import MarkovSwitching
from hedgeresearch.regimes.markov_switching.standard_errors import (
    SwitchingErrors,
    transition_bounds,
)
from hedgeresearch.regimes.markov_switching.state import starting_state

# EViews, as printed in statsmodels' tests of MarkovAutoregression (TestHamiltonAR4); its regime 0 is the recession
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
HAMILTON = MarkovSwitching(order=4, switching_variance=False, n_starts=1)


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
    return MarkovSwitching(n_starts=1).fit(returns.iloc[:500])


def statsmodels_params(fit):
    """The estimates in statsmodels' order: by column of its transition matrix, means, variances, lags."""
    start = fit.initial_state
    n_variances = len(start.variances) if fit.model.switching_variance else 1
    pieces = [
        start.transition[:, :-1].T.ravel(),
        start.means,
        start.variances[:n_variances],
        start.autoregression,
    ]
    return np.concatenate(pieces)


def test_hamilton_1989(hamilton):
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
    fit = MarkovSwitching(order=4, switching_variance=False, seed=seed).fit(gnp)
    assert fit.log_likelihood == pytest.approx(-181.26339, abs=5e-6)
    assert (
        np.nanmin(fit.start_log_likelihoods) < -181.3
    )  # others stop at a lower optimum, and are shown


def test_the_filter_is_that_of_statsmodels_with_lags(gnp, hamilton):
    result = MarkovAutoregression(gnp["GNP"].to_numpy(), 2, 4, switching_ar=False).smooth(
        statsmodels_params(hamilton)
    )
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
def test_the_filter_is_that_of_statsmodels_without_lags(switching_mean, returns):
    fit = MarkovSwitching(switching_mean=switching_mean, n_starts=1).fit(returns)
    model = MarkovRegression(returns["asset"].to_numpy(), 2, switching_variance=True)
    result = model.smooth(statsmodels_params(fit))
    assert fit.log_likelihood == pytest.approx(result.llf, abs=1e-8)
    np.testing.assert_allclose(fit.filtered, result.filtered_marginal_probabilities, atol=1e-8)
    np.testing.assert_allclose(fit.smoothed, result.smoothed_marginal_probabilities, atol=1e-6)
    assert fit.parameters.index[0] == ("mean asset [0]" if switching_mean else "mean asset")


def test_standard_errors_are_statsmodels_robust_ones(gnp, hamilton, returns, plain):
    sample = returns["asset"].to_numpy()[:500]
    for fit, model, scale in [
        (hamilton, MarkovAutoregression(gnp["GNP"].to_numpy(), 2, 4, switching_ar=False), 1.0),
        (plain, MarkovRegression(100 * sample, 2, switching_variance=True), 100.0),
    ]:
        params = statsmodels_params(fit)
        n_means, n_variances = 2, len(params) - 4 - fit.model.order
        units = np.repeat([1.0, scale, scale**2, 1.0], [2, n_means, n_variances, fit.model.order])
        errors = model.smooth(params * units, cov_type="robust").bse / units
        transitions, others = errors[:2], errors[2:]
        # statsmodels inverts by a pseudo-inverse and differentiates by complex steps; ours are central differences
        np.testing.assert_allclose(
            fit.standard_errors, np.concatenate([others, transitions]), rtol=1e-3
        )


def sum_over_paths(series, means, variances, autoregression, transition, first, unseen=None):
    """P(path, data) of every path of regimes, by the definition; the first ``unseen`` dates have no density."""
    unseen, paths, joint = len(autoregression) if unseen is None else unseen, [], []
    for path in product(range(len(means)), repeat=len(series)):
        p = first[path[0]]
        for t in range(len(series)):
            p *= transition[path[t - 1], path[t]] if t else 1.0
            if t >= unseen:
                mean = means[path[t]]
                for lag, a in enumerate(autoregression, 1):
                    mean += a * (series[t - lag] - means[path[t - lag]])
                v = variances[path[t]]
                p *= np.exp(-0.5 * (series[t] - mean) ** 2 / v) / np.sqrt(2 * np.pi * v)
        paths.append(path)
        joint.append(p)
    return np.array(paths), np.array(joint)


@pytest.mark.parametrize(("order", "k"), [(0, 2), (1, 3), (2, 2), (3, 2)])
def test_probabilities_are_sums_over_all_paths(order, k):
    rng = np.random.default_rng(order)
    series = rng.standard_normal(6)
    parameters = (
        rng.normal(0, 1, k),
        rng.uniform(0.3, 2, k),
        rng.uniform(-0.4, 0.4, order),
        rng.dirichlet(np.ones(k), k),
    )
    recursion = starting_state(*parameters)
    stationary = np.linalg.matrix_power(parameters[3], 1000)[0]
    paths, joint = sum_over_paths(series, *parameters, stationary)
    found, (smoothed, likeliest) = (
        recursion.filter(series[:, None]),
        recursion.hindsight(series[:, None]),
    )
    assert found.log_likelihood.sum() == pytest.approx(np.log(joint.sum()), abs=1e-12)
    for t in range(6):
        seen_paths, seen = sum_over_paths(series[: t + 1], *parameters, stationary)
        for i in range(k):
            assert found.filtered[t, i] == pytest.approx(
                seen[seen_paths[:, t] == i].sum() / seen.sum(), abs=1e-12
            )
            assert smoothed[t, i] == pytest.approx(
                joint[paths[:, t] == i].sum() / joint.sum(), abs=1e-12
            )
    padded = np.concatenate(
        [np.zeros(order), series]
    )  # the likeliest path together with the lags before it
    paths, joint = sum_over_paths(padded, *parameters, stationary, unseen=2 * order)
    assert likeliest.tolist() == paths[joint.argmax()][order:].tolist()
    assert found.predicted[6] == pytest.approx(found.filtered[5] @ parameters[3], abs=1e-12)


def test_moments_of_the_next_date_are_those_of_a_mixture_over_past_paths():
    series = np.array([0.3, -1.0, 0.8, 0.1])
    parameters = (
        np.array([0.5, -0.7]),
        np.array([0.4, 1.1]),
        np.array([0.5, -0.3]),
        np.array([[0.9, 0.1], [0.3, 0.7]]),
    )
    after = starting_state(*parameters).advance(series[:, None])
    paths, joint = sum_over_paths(series, *parameters, np.array([0.75, 0.25]))
    means, variances, (a1, a2), transition = parameters
    fitted = a1 * (series[-1] - means[paths[:, -1]]) + a2 * (series[-2] - means[paths[:, -2]])
    for k in range(2):
        weights = joint * transition[paths[:, -1], k]
        weights /= weights.sum()
        mean = means[k] + weights @ fitted
        assert after.moments.means[k, 0] == pytest.approx(mean, abs=1e-12)
        expected = variances[k] + weights @ (means[k] + fitted - mean) ** 2
        assert after.moments.covariances[k, 0, 0] == pytest.approx(expected, abs=1e-12)


def test_the_variance_of_a_date_is_that_of_its_own_regime_at_every_order():
    """The likelihood that is maximised is that of the filter, also where lags and variances both matter."""
    rng = np.random.default_rng(5)
    regimes = np.repeat([0, 1, 0, 1, 0, 1], 60)
    noise, series = rng.standard_normal(360) * np.where(regimes, 3.0, 1.0), np.zeros(360)
    for t in range(2, 360):
        series[t] = 0.4 * series[t - 1] - 0.2 * series[t - 2] + noise[t]
    fit = MarkovSwitching(order=2, n_starts=1).fit(
        pd.Series(series, pd.bdate_range("2020", periods=360), name="y")
    )
    assert fit.start_log_likelihoods[0] == pytest.approx(fit.log_likelihood, abs=1e-2)
    assert fit.log_likelihood >= fit.start_log_likelihoods[0] - 1e-8
    assert np.sqrt(fit.parameters[["variance y [0]", "variance y [1]"]]).tolist() == pytest.approx(
        [1, 3], rel=0.15
    )
    assert fit.parameters[["ar y [1]", "ar y [2]"]].tolist() == pytest.approx([0.4, -0.2], abs=0.15)
    assert (fit.smoothed.idxmax(axis=1).to_numpy() == regimes).mean() > 0.9


def test_the_arrow_of_time(gnp):
    fit = replace(HAMILTON, n_starts=2).fit(gnp.iloc[:110])
    new, shocked, day = gnp.iloc[110:], gnp.iloc[110:].copy(), 10
    shocked.iloc[day:] = 10 * shocked.iloc[day:] + 1.0
    quiet, loud = fit.extend(new), fit.extend(shocked)
    np.testing.assert_array_equal(quiet.predicted[: day + 1], loud.predicted[: day + 1])
    np.testing.assert_array_equal(quiet.filtered[:day], loud.filtered[:day])
    assert not np.allclose(
        quiet.smoothed[:day], loud.smoothed[:day], atol=1e-12
    )  # hindsight does move
    # extension bar by bar, in one go, and one long filter are the same
    step, rows = fit, []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.predicted.to_numpy()[0])
    long = fit.initial_state.filter(gnp.to_numpy())
    np.testing.assert_allclose(rows, quiet.predicted, atol=1e-12)
    np.testing.assert_allclose(long.predicted[110:-1], quiet.predicted, atol=1e-12)
    np.testing.assert_allclose(step.next_probabilities, long.predicted[-1], atol=1e-12)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(scale, returns, plain):
    scaled = plain.model.fit(scale * returns.iloc[:500])
    np.testing.assert_allclose(scaled.predicted, plain.predicted, atol=1e-6)
    assert scaled.log_likelihood == pytest.approx(
        plain.log_likelihood - 500 * np.log(scale), abs=1e-6
    )
    units = np.repeat([scale, scale**2, 1.0], 2)
    np.testing.assert_allclose(scaled.parameters, plain.parameters * units, rtol=1e-4)
    np.testing.assert_allclose(scaled.standard_errors, plain.standard_errors * units, rtol=1e-4)


def test_a_fit_from_an_earlier_one(returns, plain):
    later = plain.model.fit(returns.iloc[20:520], warm_start=plain)
    cold = plain.model.fit(returns.iloc[20:520])
    assert len(later.start_log_likelihoods) == 1
    assert later.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)
    for model, wrong in [
        (plain.model, plain.model),
        (plain.model, hr.GaussianHMM(2, n_starts=1).fit(returns)),
        (MarkovSwitching(order=1), plain),
    ]:
        with pytest.raises(
            hr.DataError, match="warm_start must be an earlier fit of the same model"
        ):
            model.fit(returns, warm_start=wrong)


def test_the_same_seed_gives_the_same_bytes_and_fits_pickle(returns, plain):
    again = plain.model.fit(returns.iloc[:500])
    assert again.predicted.to_numpy().tobytes() == plain.predicted.to_numpy().tobytes()
    copy = pickle.loads(pickle.dumps(plain))
    pd.testing.assert_frame_equal(
        copy.extend(returns.iloc[500:]).predicted, plain.extend(returns.iloc[500:]).predicted
    )
    np.testing.assert_array_equal(copy.standard_errors, plain.standard_errors)


def test_errors_of_probabilities_on_a_bound_are_those_of_shares():
    """Moves that are seen: shares p of n moves have variance p (1 - p) / n, and those that never happen have none."""
    counts = np.array([[30, 10, 0], [0, 25, 15], [5, 10, 25]])
    moves = np.repeat(np.arange(9), counts.ravel())
    transition = counts / 40

    def log_likelihood(point):
        return np.log(transition_from(point, 3).ravel()[moves])

    point = transition[:, :-1].ravel()
    found = SwitchingErrors(log_likelihood, point, np.ones(6), transition).covariance()
    shares = (
        np.einsum("ij,jk->ijk", transition, np.eye(3))
        - np.einsum("ij,ik->ijk", transition, transition)
    ) / 40
    for row in range(3):
        expected = shares[row][:2, :2]
        if row == 1:  # p [1,0] = 0 is held
            expected = np.where(np.eye(2) * [0, 1], expected, np.nan)
        # of third order in a step of a thousandth
        np.testing.assert_allclose(
            found[2 * row : 2 * row + 2, 2 * row : 2 * row + 2], expected, rtol=1e-5
        )
    assert [str(bound) for bound in transition_bounds(transition)] == ["p [0,2] = 0", "p [1,0] = 0"]


def test_a_stretch_without_movement_is_reported_not_returned():
    frozen = pd.Series(
        np.random.default_rng(0).standard_normal(150), pd.bdate_range("2020", periods=150), name="y"
    )
    frozen.iloc[50:100] = 0.0
    with pytest.raises(
        hr.ConvergenceError, match="every one of 1 starts failed, or put a regime on a few"
    ):
        MarkovSwitching(n_starts=1).fit(frozen)


def test_a_start_that_fails_is_nan(monkeypatch, returns):
    search, calls = estimation.local_search, []

    def fails_first(*arguments):
        calls.append(arguments)
        return None if len(calls) == 1 else search(*arguments)

    monkeypatch.setattr(estimation, "local_search", fails_first)
    ends = MarkovSwitching(n_starts=2).fit(returns.iloc[:150]).start_log_likelihoods
    assert np.isnan(ends).tolist() == [True, False]


def test_an_outlier_that_makes_a_regime_is_named(returns):
    crash = returns.iloc[:500].copy()
    crash.iloc[[100, 300, 301, 400]] = -0.5
    with pytest.warns(hr.errors.ConvergenceWarning, match=f"{crash.index[301].date()}"):
        MarkovSwitching(n_starts=1).fit(crash)


def test_settings_and_samples_that_cannot_work_are_refused(returns):
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number of at least 2; got 1"):
        MarkovSwitching(1)
    with pytest.raises(hr.DataError, match="switching_variance or switching_mean must be True"):
        MarkovSwitching(switching_variance=False, switching_mean=False)
    with pytest.raises(
        hr.DataError, match=r"must be at most 1024 where the mean switches; got 2048"
    ):
        MarkovSwitching(order=10)
    with pytest.raises(hr.DataError, match="observations must be one series; got the columns"):
        MarkovSwitching().fit(hr.data.simulate_regimes(n_dates=200).returns)
    with pytest.raises(hr.DataError, match="at least 60 rows; got 59"):
        MarkovSwitching().fit(returns.iloc[:59])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_parameters_are_recovered(seed):
    rng = np.random.default_rng(seed)
    truth = hr.data.simulate_regimes(n_dates=6000, seed=seed)
    regimes, series = truth.regimes.to_numpy(), np.zeros(6000)
    level = np.where(regimes, -1.0, 0.5)
    for t in range(1, 6000):
        series[t] = (
            level[t]
            + 0.3 * (series[t - 1] - level[t - 1])
            + rng.standard_normal() * (1.0 + regimes[t])
        )
    fit = MarkovSwitching(order=1, n_starts=4, seed=seed).fit(
        pd.Series(series, truth.returns.index, name="y")
    )
    expected = [0.5, -1.0, 1.0, 4.0, 0.3, truth.transition[0, 0], truth.transition[1, 0]]
    assert (np.abs(fit.parameters - expected) < 4 * fit.standard_errors).all()
    np.testing.assert_allclose(fit.parameters, expected, atol=0.35)


@pytest.mark.parametrize("seed", [1, 2])
def test_regimes_that_alternate_are_found(seed):
    """At least as likely as the truth; starts among lasting regimes end at an autoregression, far below."""
    rng = np.random.default_rng(seed)
    level = np.where(np.cumsum(rng.random(400) < 0.9) % 2, 1.0, -1.0)
    series = level + rng.standard_normal(400)
    fit = MarkovSwitching(order=1, n_starts=3).fit(
        pd.Series(series, pd.bdate_range("2000", periods=400), name="y")
    )
    truth = np.array([-1.0, 1.0]), np.ones(2), np.zeros(1), np.array([[0.1, 0.9], [0.9, 0.1]])
    assert (
        0
        < fit.log_likelihood - starting_state(*truth).filter(series[:, None]).log_likelihood.sum()
        < 10
    )
    assert fit.start_log_likelihoods[0] < fit.log_likelihood - 5
    assert np.diag(fit.transition).tolist() == pytest.approx([0.1, 0.1], abs=0.1)
