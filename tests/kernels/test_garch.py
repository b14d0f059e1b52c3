"""The GARCH kernels against the definition, against R, and their scores against differences."""

import numpy as np
import pytest

from hedgeresearch._kernels.garch import garch_scores, garch_variance
from hedgeresearch.covariance.garch import backcast_start

POINTS = [(0.02, 0.1, 0.08, 0.9), (-0.1, 0.5, 0.3, 0.2), (0.0, 0.01, 0.02, 0.975)]


def slow_variance(parameters, returns, first):
    mu, omega, alpha, beta = parameters
    h = [first]
    for r in returns:
        h.append(omega + alpha * (r - mu) ** 2 + beta * h[-1])
    return np.array(h)


def slow_log_likelihood(parameters, returns):
    first, _ = backcast_start(parameters, returns)
    h = slow_variance(parameters, returns, first)[:-1]
    e = returns - parameters[0]
    return -0.5 * (np.log(2 * np.pi) + np.log(h) + e**2 / h)


@pytest.mark.parametrize("parameters", POINTS)
def test_variance_is_the_recursion(parameters):
    returns = np.random.default_rng(1).standard_normal(50)
    expected = slow_variance(parameters, returns, 1.3)
    np.testing.assert_allclose(garch_variance(np.array(parameters), returns, 1.3), expected, rtol=1e-13)


@pytest.mark.parametrize("parameters", POINTS)
def test_scores_are_the_derivatives_of_the_log_likelihood(parameters):
    returns = np.random.default_rng(2).standard_normal(400)
    parameters = np.array(parameters)
    log_likelihood, scores = garch_scores(parameters, returns, *backcast_start(parameters, returns))
    np.testing.assert_allclose(log_likelihood, slow_log_likelihood(parameters, returns), rtol=1e-12)
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-5
        up, down = (slow_log_likelihood(parameters + sign * step, returns) for sign in (1, -1))
        numerical = (up - down) / 2e-5
        # central differences are good to about 1e-9 of the largest derivative
        np.testing.assert_allclose(scores[:, i], numerical, atol=1e-7 * np.abs(numerical).max(), rtol=1e-6)


@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_log_likelihood_and_path_of_rugarch(name, reference, percent_log_returns):
    result = reference[f"rugarch_{name}_sGARCH_norm"]
    parameters, returns = np.array(list(result["coef"].values())), percent_log_returns[name].to_numpy()
    first = np.mean((returns - parameters[0]) ** 2)  # rugarch's start: h_1 = mean(e^2)
    log_likelihood, _ = garch_scores(parameters, returns, first, np.zeros(4))
    assert log_likelihood.sum() == pytest.approx(result["loglik"], abs=1e-8)
    volatility = np.sqrt(garch_variance(parameters, returns, first))
    expected, found = result["sigma"], volatility[:-1]
    assert found[[0, 1, 2, 2514, -1]] == pytest.approx(
        [expected[key] for key in ("first", "second", "third", "mid", "last")], abs=1e-10
    )
    assert volatility[-1] == pytest.approx(result["sigma_forecast"][0], abs=1e-10)
