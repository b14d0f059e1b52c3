"""GARCH kernels against the definition and rugarch, their scores against differences."""

import numpy as np
import pytest
from scipy import stats

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch.recursion import garch_residuals, garch_scores, garch_variance
from hedgeresearch.volatility.garch.likelihood import backcast_start

POINTS = [
    (0.02, 0.1, 0.08, 0.0, 0.9),
    (-0.1, 0.5, 0.3, 0.1, 0.2),
    (0.0, 0.01, 0.0, 0.05, 0.96),
    (0.1, 0.2, 0.2, -0.15, 0.7),
]


def slow_variance(parameters, returns, first):
    mu, omega, alpha, gamma, beta = parameters
    h = [first]
    for r in returns:
        h.append(omega + (alpha + gamma * (r < mu)) * (r - mu) ** 2 + beta * h[-1])
    return np.array(h)


def slow_log_likelihood(parameters, nu, returns):
    first, _ = backcast_start(parameters, returns)
    h = slow_variance(parameters, returns, first)[:-1]
    if nu == NORMAL:
        return stats.norm.logpdf(returns, parameters[0], np.sqrt(h))
    return stats.t.logpdf(returns, nu, parameters[0], np.sqrt(h * (nu - 2) / nu))


@pytest.mark.parametrize("parameters", POINTS)
def test_variance_follows_the_recursion(parameters):
    returns = np.random.default_rng(1).standard_normal(50)
    expected = slow_variance(parameters, returns, 1.3)
    np.testing.assert_allclose(
        garch_variance(np.array(parameters), returns, 1.3), expected, rtol=1e-13
    )


@pytest.mark.parametrize("nu", [NORMAL, 4.5])
@pytest.mark.parametrize("parameters", POINTS)
def test_scores_are_derivatives_of_the_log_likelihood(parameters, nu):
    returns = np.random.default_rng(2).standard_normal(400)
    point = np.array([*parameters, nu])
    start = backcast_start(point[:5], returns)
    log_likelihood, scores = garch_scores(point[:5], density_constants(nu, 1), returns, *start)
    np.testing.assert_allclose(
        log_likelihood, slow_log_likelihood(point[:5], nu, returns), rtol=1e-11
    )
    for i in range(5 if nu == NORMAL else 6):
        step = np.zeros(6)
        step[i] = 1e-5

        def at(k, step=step):
            moved = point + k * step
            return slow_log_likelihood(moved[:5], moved[5], returns)

        numerical = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12e-5  # fourth order
        np.testing.assert_allclose(
            scores[:, i], numerical, atol=1e-6 * np.abs(numerical).max(), rtol=1e-6
        )


@pytest.mark.parametrize("parameters", POINTS)
def test_residuals_and_derivatives_equal_differences(parameters):
    returns = np.random.default_rng(3).standard_normal(200)
    parameters = np.array(parameters)

    def slow(point):
        h = slow_variance(point, returns, backcast_start(point, returns)[0])[:-1]
        return (returns - point[0]) / np.sqrt(h)

    residuals, derivatives = garch_residuals(
        parameters, returns, *backcast_start(parameters, returns)
    )
    np.testing.assert_allclose(residuals, slow(parameters), rtol=1e-12)
    for i, step in enumerate(1e-5 * np.eye(5)):
        numerical = (slow(parameters + step) - slow(parameters - step)) / 2e-5
        np.testing.assert_allclose(
            derivatives[i], numerical, atol=1e-6 * np.abs(numerical).max(), rtol=1e-6
        )


@pytest.mark.parametrize("model", ["sGARCH_norm", "gjrGARCH_norm", "sGARCH_std", "gjrGARCH_std"])
@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_log_likelihood_and_path_agree_with_rugarch(name, model, reference, percent_log_returns):
    result = reference[f"rugarch_{name}_{model}"]
    returns = percent_log_returns[name].to_numpy()
    coef = result["coef"]
    parameters = np.array(
        [coef["mu"], coef["omega"], coef["alpha1"], coef.get("gamma1", 0.0), coef["beta1"]]
    )
    first = np.mean((returns - parameters[0]) ** 2)  # rugarch's start: h_1 = mean(e^2)
    density = density_constants(coef.get("shape", NORMAL), 1)
    log_likelihood, _ = garch_scores(parameters, density, returns, first, np.zeros(5))
    assert log_likelihood.sum() == pytest.approx(result["loglik"], rel=1e-8)
    volatility = np.sqrt(garch_variance(parameters, returns, first))
    expected = result["sigma"]
    found = volatility[:-1]
    assert found[[0, 1, 2, 2514, -1]] == pytest.approx(
        [expected[key] for key in ("first", "second", "third", "mid", "last")], rel=1e-8
    )
    assert volatility[-1] == pytest.approx(result["sigma_forecast"][0], rel=1e-8)
