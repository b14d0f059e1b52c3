"""Dynamic correlations of two regimes against loops, DCC and re-estimation."""

import math

import numpy as np
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.regime_switching.dcc_estimation import (
    correlation_scores,
    estimate_switching_dcc,
    in_order,
    jacobian_at,
    parameters_at,
    regime_order,
    sample_target,
)
from hedgeresearch.covariance.regime_switching.dcc_state import SwitchingDynamics
from hedgeresearch.estimation.influence import parameter_influence

PARAMETERS = np.array([0.03, 0.94, 0.25, 0.60, 0.95, 0.08])


def simulate_residuals(n_dates, n_series, parameters=PARAMETERS, seed=0):
    """Draw residuals whose regime, and with it the recursion of Q, switches."""
    rng = np.random.default_rng(seed)
    target = np.full((n_series, n_series), 0.6) + 0.4 * np.eye(n_series)
    q = target.copy()
    z = np.zeros(n_series)
    regime = 0
    rows = []
    for _ in range(n_dates):
        regime = 0 if rng.random() < parameters[4 + regime] else 1
        a = parameters[2 * regime]
        b = parameters[2 * regime + 1]
        q = (1.0 - a - b) * target + a * np.outer(z, z) + b * q
        scale = np.sqrt(np.diag(q))
        z = np.linalg.cholesky(q / np.outer(scale, scale)) @ rng.standard_normal(n_series)
        rows.append(z)
    return np.array(rows)


def slow_filter(z, parameters, target):
    """Expected correlation and log-density of each date, by loops over pairs of regimes."""
    a = parameters[[0, 2]]
    b = parameters[[1, 3]]
    transition = np.array([[p, 1.0 - p] for p in parameters[4:]])
    weights = np.array([0.5, 0.5])
    q = [target, target]
    last = np.zeros(len(target))
    expected = []
    logs = []
    for row in z:
        joint = np.zeros((2, 2))
        following = {}
        mean = np.zeros_like(target)
        for i in range(2):
            for j in range(2):
                new = (1.0 - a[j] - b[j]) * target + a[j] * np.outer(last, last) + b[j] * q[i]
                scale = np.sqrt(np.diag(new))
                correlation = new / np.outer(scale, scale)
                following[i, j] = new
                mean += weights[i] * transition[i, j] * correlation
                density = stats.multivariate_normal(cov=correlation).pdf(row)
                joint[i, j] = weights[i] * transition[i, j] * density
        expected.append(mean)
        logs.append(math.log(joint.sum()))
        joint /= joint.sum()
        weights = joint.sum(axis=0)
        q = [sum(joint[i, j] * following[i, j] for i in range(2)) / weights[j] for j in range(2)]
        last = row
    return np.array(expected), np.array(logs)


@pytest.mark.parametrize("n_series", [2, 3])
def test_filter_and_scores_equal_loops(n_series):
    z = simulate_residuals(30, n_series, seed=3)
    target = sample_target(z)
    expected, logs = slow_filter(z, PARAMETERS, target)
    found, _ = SwitchingDynamics.before_first(PARAMETERS, target).filter(z)
    np.testing.assert_allclose(found[:-1], expected, rtol=1e-10)
    by_date, scores = correlation_scores(PARAMETERS, target, z)
    np.testing.assert_allclose(by_date, logs, rtol=1e-10)
    for p in range(6):
        step = 1e-5 * np.eye(6)[p]
        _, up = slow_filter(z, PARAMETERS + step, target)
        _, down = slow_filter(z, PARAMETERS - step, target)
        np.testing.assert_allclose(scores[:, p], (up - down) / 2e-5, atol=1e-6)


def test_kernels_of_pairs_and_panels_agree():
    z = simulate_residuals(500, 2, seed=4)
    target = sample_target(z)
    alone = np.column_stack([z, np.random.default_rng(1).standard_normal(500)])
    wider = np.eye(3)
    wider[:2, :2] = target
    # a series that is independent of the others adds its own density
    by_date, scores = correlation_scores(PARAMETERS, target, z)
    constant = np.array([0.0, 0.9, 0.0, 0.5, 0.9, 0.2])
    of_pair, _ = correlation_scores(constant, target, z)
    of_three, _ = correlation_scores(constant, wider, alone)
    np.testing.assert_allclose(of_three - stats.norm.logpdf(alone[:, 2]), of_pair, rtol=1e-9)
    assert np.isfinite(scores).all()
    assert by_date.sum() != of_pair.sum()


def test_equal_parameters_are_those_of_a_dcc():
    returns = hr.data.simulate_dcc(n_dates=600, n_series=3, alpha=0.08, beta=0.85).returns
    dcc = hr.DCC().fit(returns)
    z = dcc.estimates.errors.first_step.residuals
    same = np.array([*dcc.parameters[["a", "b"]], *dcc.parameters[["a", "b"]], 0.9, 0.2])
    expected, _ = SwitchingDynamics.before_first(same, sample_target(z)).filter(z)
    scale = np.sqrt(np.diagonal(dcc.path(), axis1=1, axis2=2))
    correlations = dcc.path() / (scale[:, :, None] * scale[:, None, :])
    np.testing.assert_allclose(expected[:-1], correlations, rtol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_likelihood_is_at_least_that_of_dcc(seed):
    returns = hr.data.simulate_dcc(n_dates=500, alpha=0.05, beta=0.9, seed=seed).returns
    dcc = fit_quietly(hr.DCC(), returns)
    assert fit_quietly(hr.RegimeDCC(), returns).log_likelihood >= dcc.log_likelihood - 1e-6


def fit_quietly(model, returns):
    with hr.errors.recorded_warnings():
        return model.fit(returns)


def test_order_of_regimes_leaves_the_likelihood():
    z = simulate_residuals(300, 2, seed=5)
    target = sample_target(z)
    point = np.array([0.97, 0.02, 0.8, 0.3, 0.9, 0.2])
    turned = in_order(point, (1, 0))
    np.testing.assert_allclose(
        correlation_scores(parameters_at(turned), target, z)[0],
        correlation_scores(parameters_at(point), target, z)[0],
        rtol=1e-12,
    )
    assert regime_order(parameters_at(turned)) == (1, 0)
    np.testing.assert_allclose(in_order(turned, (1, 0)), point)
    for i in range(6):
        step = 1e-6 * np.eye(6)[i]
        slope = (parameters_at(point + step) - parameters_at(point - step)) / 2e-6
        np.testing.assert_allclose(jacobian_at(point)[:, i], slope, atol=1e-9)


@pytest.mark.long
def test_parameters_are_recovered():
    z = simulate_residuals(6000, 2, seed=6)
    estimate = estimate_switching_dcc(z)
    np.testing.assert_allclose(estimate.parameters, PARAMETERS, atol=0.09)
    assert estimate.bounds_hit == ()


@pytest.mark.long
def test_reaction_to_the_first_step_is_that_of_a_new_estimate():
    """The influence of the univariate parameters on those of the correlation, by re-estimation."""
    z = simulate_residuals(3000, 2, seed=7)
    returns = 0.01 * hr.data.simulate_dcc(n_dates=3000, seed=1).returns.iloc[:, :2]
    returns[:] = 0.01 * z
    fit = fit_quietly(hr.RegimeDCC(), returns)
    inference = fit.estimates.errors
    s = inference.first_step.sensitivities()[0]
    residuals = inference.first_step.residuals
    size = 2e-3 / np.abs(s.derivatives[1]).max()
    estimates = []
    for step in (size, -size):
        moved = residuals.copy()
        moved[:, 0] += step * s.derivatives[1]
        estimates.append(estimate_switching_dcc(moved).parameters)
    expected = (estimates[0] - estimates[1]) / (2.0 * size)
    found = reaction(inference, residuals, s)
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-3 * np.abs(expected).max())


def reaction(inference, z, sensitivities):
    """Derivative of the parameters of the correlation with respect to a univariate one."""
    target = sample_target(z)
    moved = inference._through_series(z, target, 0, sensitivities)[1]
    size = 1e-6 / np.abs(sensitivities.derivatives[1]).max()
    change = np.outer(size * sensitivities.derivatives[1], [1.0, 0.0])
    slope = (sample_target(z + change) - sample_target(z - change)) / (2.0 * size)
    by_target = slope[np.triu_indices(2)] @ inference._through_target(z, target)
    information = inference._information(z, target)
    rows = (moved + by_target)[None]
    return parameter_influence(rows, information, inference.estimate.tangent)[0]


def test_bounds_are_named_and_have_no_error():
    z = np.random.default_rng(0).standard_normal((800, 2)) @ np.array([[1.0, 0.5], [0.0, 0.8]])
    returns = hr.data.simulate_dcc(n_dates=800).returns
    returns[:] = 0.01 * z
    with pytest.warns(hr.errors.ConvergenceWarning, match="RegimeDCC estimate lies on a bound"):
        fit = hr.RegimeDCC().fit(returns)
    held = fit.standard_errors[fit.standard_errors.isna()].index
    assert len(fit.convergence["bounds hit"]) > 0
    assert set(held) & {"a [0]", "b [0]", "a [1]", "b [1]", "p [0,0]", "p [1,0]"}


def test_forecasts_approach_the_target():
    dynamics = SwitchingDynamics.before_first(PARAMETERS, np.array([[1.0, 0.6], [0.6, 1.0]]))
    _, later = dynamics.filter(simulate_residuals(50, 2, seed=8))
    path = later.forecast(400)[:, 0, 1]
    following, _ = later.filter(np.zeros((0, 2)))
    assert path[0] == pytest.approx(following[0, 0, 1], rel=1e-12)
    assert abs(path[-1] - 0.6) < 1e-3
    assert abs(path[0] - 0.6) > 5e-3


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("model", [hr.RegimeDCC(), hr.RegimeCorrelation(n_starts=2)], ids=repr)
def test_hedges_of_switching_correlations_are_causal(model):
    returns = hr.data.simulate_dcc(n_dates=500, n_series=3, alpha=0.1, beta=0.85, seed=8).returns
    assert hr.check_causality(hr.MinimumVarianceHedge(model), returns, n_shocks=3).passed
