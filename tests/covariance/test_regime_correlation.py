"""Regime-switching correlations: CCC as one regime, the likelihood by its definition, recovery, errors."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.first_step import fit_first_step
from hedgeresearch.covariance.regime_switching.estimation import (
    estimate_regime_correlation,
    starting_points,
)
from hedgeresearch.covariance.regime_switching.regime_correlation import RegimeCorrelation
from hedgeresearch.covariance.regime_switching.state import SwitchingCorrelation


def switching(n_dates, seed, n_series=2, correlations=(0.2, 0.8), stay=(0.98, 0.97)):
    """Returns with a GARCH each, whose correlation changes with a Markov chain, and the regimes."""
    rng, s, h = np.random.default_rng(seed), 0, np.ones(n_series)
    roots = [
        np.linalg.cholesky(np.full((n_series,) * 2, r) + (1 - r) * np.eye(n_series))
        for r in correlations
    ]
    returns, regimes = np.empty((n_dates, n_series)), np.empty(n_dates, int)
    for t in range(n_dates):
        e = np.sqrt(h) * (roots[s] @ rng.standard_normal(n_series))
        returns[t], regimes[t], h = 0.01 * e, s, 0.05 + 0.07 * e**2 + 0.88 * h
        s = s if rng.uniform() < stay[s] else 1 - s
    dates = pd.bdate_range("2000-01-03", periods=n_dates, name="date")
    return pd.DataFrame(returns, dates, [f"s{i}" for i in range(n_series)]), regimes


@pytest.fixture(scope="module")
def returns():
    return switching(2000, seed=1, n_series=3)[0]


@pytest.fixture(scope="module")
def fit(returns):
    return RegimeCorrelation(n_starts=4).fit(returns)


def slow_path(fit, returns):
    """Log-likelihood, covariances of every date and of the next, by the definition in plain probabilities."""
    p, transition = fit.initial_state.switching.probabilities, fit.initial_state.switching.transition
    total, path = 0.0, []
    means, variances = [], []
    for state, name in zip(fit.initial_state.univariate, returns.columns, strict=True):
        mean, variance, _ = state.filter(returns[name].to_numpy())
        means.append(mean)
        variances.append(variance)
    for t in range(len(returns) + 1):
        d = np.diag(np.sqrt([v[t] for v in variances]))
        matrices = [d @ r @ d for r in fit.initial_state.switching.correlations]
        path.append(sum(weight * matrix for weight, matrix in zip(p, matrices, strict=True)))
        if t < len(returns):
            mean = [m[t] for m in means]
            f = np.array(
                [
                    stats.multivariate_normal.pdf(returns.iloc[t], mean, matrix)
                    for matrix in matrices
                ]
            )
            total += np.log(p @ f)
            p = (p * f) @ transition / (p @ f)
    return total, np.array(path)


def test_likelihood_and_path_are_the_definition(returns):
    sample = returns.iloc[:400]
    fit = RegimeCorrelation(n_starts=2).fit(sample)
    total, path = slow_path(fit, sample)
    assert fit.log_likelihood == pytest.approx(total, abs=1e-7)
    np.testing.assert_allclose(fit.path(), path[:-1], rtol=1e-9)
    np.testing.assert_allclose(fit.next_covariance, path[-1], rtol=1e-9)
    np.testing.assert_allclose(
        fit.path(["s2", "s0"]), path[:-1][:, [2, 0]][:, :, [2, 0]], rtol=1e-9
    )


def test_the_em_ends_at_its_fixed_point(fit, returns):
    """A slow step from the estimate, with probabilities by the forward and backward recursions, changes nothing."""
    z, point = fit.estimates.inference.first_step.residuals, fit.initial_state.switching
    f = np.stack([stats.multivariate_normal.pdf(z, cov=r) for r in point.correlations], axis=1)
    n = len(z)
    forward, backward = np.empty((n, 2)), np.ones((n, 2))
    for t in range(n):
        before = point.probabilities if t == 0 else forward[t - 1] @ point.transition
        forward[t] = before * f[t] / (before @ f[t])
    moves = np.zeros((2, 2))
    for t in range(n - 2, -1, -1):
        joint = forward[t][:, None] * point.transition * (f[t + 1] * backward[t + 1])
        moves += joint / joint.sum()
        backward[t] = point.transition @ (f[t + 1] * backward[t + 1])
        backward[t] /= backward[t].sum()
    weights = forward * backward / (forward * backward).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        moves / moves.sum(axis=1, keepdims=True), point.transition, atol=1e-5
    )
    for k in range(2):
        moment = np.cov(z, rowvar=False, aweights=weights[:, k], ddof=0)
        centre = np.average(z, axis=0, weights=weights[:, k]) - z.mean(axis=0)
        moment += np.outer(centre, centre)  # about the mean of all dates
        scale = np.sqrt(np.diag(moment))
        np.testing.assert_allclose(
            moment / np.outer(scale, scale), point.correlations[k], atol=1e-5
        )


def test_one_regime_is_a_constant_correlation(returns):
    one, constant = RegimeCorrelation(1).fit(returns), hr.CCC().fit(returns)
    np.testing.assert_allclose(one.path(), constant.path(), rtol=1e-12)
    assert one.log_likelihood == pytest.approx(constant.log_likelihood, abs=1e-8)
    assert one.bic == pytest.approx(constant.bic)
    assert one.parameters.index.tolist() == [
        f"{name} [0]" if name.startswith("correlation") else name
        for name in constant.parameters.index
    ]
    np.testing.assert_allclose(one.standard_errors, constant.standard_errors.to_numpy(), rtol=2e-3)


@pytest.mark.parametrize("seed", [2, 3])
def test_two_regimes_are_likelier_than_one(seed):
    returns = hr.data.simulate_dcc(n_dates=1000, seed=seed).returns
    assert (
        RegimeCorrelation(n_starts=4).fit(returns).log_likelihood
        >= hr.CCC().fit(returns).log_likelihood
    )


def test_two_correlations_are_recovered():
    returns, regimes = switching(4000, seed=0)
    fit = RegimeCorrelation().fit(returns)
    found, errors = fit.parameters.iloc[-4:], fit.standard_errors.iloc[-4:]
    np.testing.assert_array_less(np.abs(found - [0.2, 0.8, 0.98, 0.03]) / errors, 3)
    assert errors.max() < 0.05
    path = fit.correlation("s0", "s1")
    truth = np.where(regimes == 0, 0.2, 0.8)
    constant = hr.CCC().fit(returns).correlation("s0", "s1")
    assert ((path - truth) ** 2).mean() < 0.6 * ((constant - truth) ** 2).mean()


@pytest.mark.slow
def test_errors_are_those_of_repeated_samples():
    found, errors = [], []
    for seed in range(60):
        fit = RegimeCorrelation(n_starts=3).fit(switching(1500, seed=100 + seed)[0])
        found.append(fit.parameters.iloc[-4:])
        errors.append(fit.standard_errors.iloc[-4:])
    # 60 samples leave a standard deviation uncertain by a tenth
    np.testing.assert_allclose(np.median(errors, axis=0), np.std(found, axis=0), rtol=0.35)


def test_regimes_are_in_the_order_of_their_correlation(fit, returns):
    correlations = fit.initial_state.switching.correlations
    assert correlations[0].sum() < correlations[1].sum()
    z = fit_first_step(hr.GARCH(), returns).residuals
    for seed in range(4):
        point = estimate_regime_correlation(z, starting_points(z, 2, 2, seed))
        np.testing.assert_allclose(point.correlations, correlations, atol=1e-4)


def test_forecasts_are_powers_of_the_transition(fit):
    steps, point = fit.forecast(6), fit.final_state.switching
    for h in range(1, 7):
        p = point.probabilities @ np.linalg.matrix_power(point.transition, h - 1)
        expected = p[0] * point.correlations[0] + p[1] * point.correlations[1]
        found = steps.loc[h].to_numpy()
        scale = np.sqrt(np.diag(found))
        np.testing.assert_allclose(found / np.outer(scale, scale), expected, rtol=1e-12)


def test_bar_by_bar_is_one_long_filter_that_looks_back_only(fit):
    new = switching(2400, seed=5, n_series=3)[0].iloc[2000:]
    once, step, rows = fit.extend(new), fit, []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.path()[0])
    np.testing.assert_allclose(rows, once.path(), rtol=1e-11)
    shocked = new.copy()
    shocked.iloc[50:] *= 10
    np.testing.assert_array_equal(fit.extend(shocked).path()[:51], once.path()[:51])
    copy = pickle.loads(pickle.dumps(fit))
    np.testing.assert_array_equal(copy.extend(new).path(), once.path())


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_and_order_do_not_matter(fit, returns, scale):
    scaled = fit.model.fit(returns * scale)
    np.testing.assert_allclose(scaled.path(), fit.path() * scale**2, rtol=1e-5)
    ours, theirs = fit.standard_errors.iloc[-8:], scaled.standard_errors.iloc[-8:]
    np.testing.assert_allclose(theirs, ours, rtol=1e-3)
    permuted = fit.model.fit(returns.iloc[:, [2, 0, 1]])
    np.testing.assert_allclose(
        permuted.path(), fit.path()[:, [2, 0, 1]][:, :, [2, 0, 1]], rtol=1e-4
    )


def test_what_cannot_work_is_refused(returns):
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number of at least 1; got 0"):
        RegimeCorrelation(0)
    with pytest.raises(hr.DataError, match="needs two series or more"):
        RegimeCorrelation().fit(returns[["s0"]])
    with pytest.raises(hr.DataError, match="series must not be collinear"):
        RegimeCorrelation().fit(returns.assign(copy=returns["s0"]))


def test_regimes_that_collapse_are_not_returned():
    z = np.random.default_rng(0).standard_normal((60, 3))
    singular = SwitchingCorrelation(np.ones((1, 3, 3)), np.ones((1, 1)), np.ones(1))
    with pytest.raises(hr.ConvergenceError, match="none of 1 starts did"):
        estimate_regime_correlation(z, [singular])
    never = SwitchingCorrelation(
        np.stack([np.eye(3)] * 2), np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([1.0, 0.0])
    )
    with pytest.raises(hr.ConvergenceError, match="none is singular or rests on a few dates"):
        estimate_regime_correlation(z, [never])


@pytest.mark.filterwarnings("ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning")
def test_a_regime_of_a_few_dates_is_named():
    frame = switching(800, seed=1, correlations=(0.5, 0.5))[0]
    frame.iloc[300:312, 1] = -frame.iloc[300:312, 0] * (1 + 0.01 * np.arange(12))
    frame.iloc[300:312] *= 1.5
    with pytest.warns(hr.errors.ConvergenceWarning, match=f"only on .*{frame.index[305].date()}"):
        RegimeCorrelation().fit(frame)
