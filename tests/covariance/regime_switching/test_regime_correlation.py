"""Regime-switching correlations: definition, CCC as a limit, recovery and refusals."""

import pickle

import numpy as np
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.regime_switching.regime_correlation import RegimeCorrelation
from tests.covariance.regime_switching.simulation import simulate_switching


def slow_path(fit, returns):
    """Log-likelihood, and covariances of every date and the next one, in plain probabilities."""
    state = fit.initial_state
    p = state.switching.probabilities
    series = [returns[name].to_numpy() for name in returns.columns]
    pairs = [s.filter(values)[:2] for s, values in zip(state.univariate, series, strict=True)]
    means, variances = (np.stack(columns, axis=1) for columns in zip(*pairs, strict=True))
    total = 0.0
    path = []
    for t in range(len(returns) + 1):
        d = np.diag(np.sqrt(variances[t]))
        matrices = [d @ r @ d for r in state.switching.correlations]
        path.append(sum(weight * matrix for weight, matrix in zip(p, matrices, strict=True)))
        if t < len(returns):
            normals = [stats.multivariate_normal(means[t], matrix) for matrix in matrices]
            f = np.array([normal.pdf(returns.iloc[t]) for normal in normals])
            total += np.log(p @ f)
            p = (p * f) @ state.switching.transition / (p @ f)
    return total, np.array(path)


def test_likelihood_and_path_are_their_definition(returns):
    sample = returns.iloc[:400]
    fit = RegimeCorrelation(n_starts=2).fit(sample)
    total, path = slow_path(fit, sample)
    assert fit.log_likelihood == pytest.approx(total, abs=1e-7)
    np.testing.assert_allclose(fit.path(), path[:-1], rtol=1e-9)
    np.testing.assert_allclose(fit.next_covariance, path[-1], rtol=1e-9)
    block = path[:-1][:, [2, 0]][:, :, [2, 0]]
    np.testing.assert_allclose(fit.path(["s2", "s0"]), block, rtol=1e-9)


def test_one_regime_is_ccc(returns):
    one = RegimeCorrelation(1).fit(returns)
    constant = hr.CCC().fit(returns)
    np.testing.assert_allclose(one.path(), constant.path(), rtol=1e-12)
    assert one.log_likelihood == pytest.approx(constant.log_likelihood, abs=1e-8)
    assert one.bic == pytest.approx(constant.bic)
    names = [name.removesuffix(" [0]") for name in one.parameters.index]
    assert names == constant.parameters.index.tolist()
    np.testing.assert_allclose(one.standard_errors, constant.standard_errors.to_numpy(), rtol=2e-3)


@pytest.mark.parametrize("seed", [2, 3])
def test_two_regimes_have_a_higher_likelihood(seed):
    returns = hr.data.simulate_dcc(n_dates=1000, seed=seed).returns
    two = RegimeCorrelation(n_starts=4).fit(returns)
    assert two.log_likelihood >= hr.CCC().fit(returns).log_likelihood


def test_known_correlations_are_recovered():
    returns, regimes = simulate_switching(4000, seed=0)
    fit = RegimeCorrelation().fit(returns)
    errors = fit.standard_errors.iloc[-4:]
    misses = np.abs(fit.parameters.iloc[-4:] - [0.2, 0.8, 0.98, 0.03])
    np.testing.assert_array_less(misses / errors, 3)
    assert errors.max() < 0.05
    path = fit.correlation("s0", "s1")
    truth = np.where(regimes == 0, 0.2, 0.8)
    constant = hr.CCC().fit(returns).correlation("s0", "s1")
    assert ((path - truth) ** 2).mean() < 0.6 * ((constant - truth) ** 2).mean()


@pytest.mark.slow
def test_standard_errors_are_those_of_repeated_samples():
    found = []
    errors = []
    for seed in range(60):
        fit = RegimeCorrelation(n_starts=3).fit(simulate_switching(1500, seed=100 + seed)[0])
        found.append(fit.parameters.iloc[-4:])
        errors.append(fit.standard_errors.iloc[-4:])
    # 60 samples leave a standard deviation uncertain by a tenth
    np.testing.assert_allclose(np.median(errors, axis=0), np.std(found, axis=0), rtol=0.35)


def test_forecasts_are_powers_of_the_transition(fit):
    steps = fit.forecast(6)
    point = fit.final_state.switching
    for h in range(1, 7):
        p = point.probabilities @ np.linalg.matrix_power(point.transition, h - 1)
        expected = p[0] * point.correlations[0] + p[1] * point.correlations[1]
        found = steps.loc[h].to_numpy()
        scale = np.sqrt(np.diag(found))
        np.testing.assert_allclose(found / np.outer(scale, scale), expected, rtol=1e-12)


def test_bar_by_bar_is_one_long_filter(fit):
    new = simulate_switching(2400, seed=5, n_series=3)[0].iloc[2000:]
    once = fit.extend(new)
    step = fit
    rows = []
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
    ours = fit.standard_errors.iloc[-8:]
    theirs = scaled.standard_errors.iloc[-8:]
    np.testing.assert_allclose(theirs, ours, rtol=1e-3)
    permuted = fit.model.fit(returns.iloc[:, [2, 0, 1]])
    expected = fit.path()[:, [2, 0, 1]][:, :, [2, 0, 1]]
    np.testing.assert_allclose(permuted.path(), expected, rtol=1e-4)


def test_impossible_settings_and_samples_are_refused(returns):
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number of at least 1; got 0"):
        RegimeCorrelation(0)
    with pytest.raises(hr.DataError, match="needs two series or more"):
        RegimeCorrelation().fit(returns[["s0"]])
    with pytest.raises(hr.DataError, match="series must not be collinear"):
        RegimeCorrelation().fit(returns.assign(copy=returns["s0"]))


@pytest.mark.filterwarnings("ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning")
def test_a_rare_regime_is_named():
    frame = simulate_switching(800, seed=1, correlations=(0.5, 0.5))[0]
    frame.iloc[300:312, 1] = -frame.iloc[300:312, 0] * (1 + 0.01 * np.arange(12))
    frame.iloc[300:312] *= 1.5
    with pytest.warns(hr.errors.ConvergenceWarning, match=f"only on .*{frame.index[305].date()}"):
        RegimeCorrelation().fit(frame)
