"""Forecasts of specifications of arch are the variances of simulated returns."""

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.volatility import ArchModel
from hedgeresearch.volatility.arch.process import ArchProcess
from hedgeresearch.volatility.arch.state import ArchState, state_after


def draw_ar_egarch(process, history, normal):
    """Returns of the next dates, (n_paths, n_dates), by the definition."""
    constant, slope, omega, alpha, gamma, beta = process.parameters
    means, variances = process.path(history)
    mean = means[-1]
    log_variance = np.log(variances[-1])
    drawn = []
    for z in normal.T:
        drawn.append(mean + np.exp(0.5 * log_variance) * z)
        mean = constant + slope * drawn[-1]
        news = alpha * (np.abs(z) - np.sqrt(2 / np.pi)) + gamma * z
        log_variance = omega + news + beta * log_variance
    return np.stack(drawn, axis=1)


def draw_har_harch(process, history, normal):
    """Returns of the next dates, (n_paths, n_dates), by the definition."""
    constant, one, three, omega, short, long = process.parameters
    errors = [np.full(len(normal), e) for e in history - process.path(history)[0][:-1]]
    past = [np.full(len(normal), r) for r in history]
    for z in normal.T:
        mean = constant + one * past[-1] + three * np.mean(past[-3:], axis=0)
        recent = np.mean(np.square(errors[-5:]), axis=0)
        variance = omega + short * errors[-1] ** 2 + long * recent
        errors.append(np.sqrt(variance) * z)
        past.append(mean + errors[-1])
    return np.stack(past[len(history) :], axis=1)


AR_EGARCH = ArchModel(mean="AR", lags=1, vol="EGARCH", o=1)
HAR_HARCH = ArchModel(mean="HAR", lags=(1, 3), vol="HARCH", p=(1, 5))


@pytest.mark.parametrize(
    ("model", "parameters", "draw"),
    [
        (AR_EGARCH, [0.1, 0.4, 0.0, 0.3, -0.1, 0.9], draw_ar_egarch),
        (HAR_HARCH, [0.0, 0.2, 0.1, 0.1, 0.3, 0.5], draw_har_harch),
    ],
    ids=["AR-EGARCH", "HAR-HARCH"],
)
def test_forecasts_are_the_variances_of_simulated_returns(model, parameters, draw):
    """Two per cent: five errors of a variance of 200 000 paths, two of arch's own 10 000."""
    rng = np.random.default_rng(3)
    process = ArchProcess(model, np.array(parameters), scale=2.0, presample=0.3, backcast=0.5)
    history = rng.standard_normal(30)
    drawn = draw(process, history, rng.standard_normal((200_000, 4)))
    forecast = ArchState(process, history, np.nan).forecast(4)
    np.testing.assert_allclose(forecast / 4.0, drawn.var(axis=0), rtol=0.02)


@pytest.mark.parametrize("dist", ["normal", "t", "skewt", "ged"])
def test_innovations_are_those_of_the_density(dist):
    """Their mean log-density is that of arch's density under itself; other shapes have a lower."""
    shape = {"normal": [], "t": [6.0], "skewt": [6.0, -0.3], "ged": [1.2]}[dist]
    model = ArchModel(dist=dist)
    x = np.array([0.0, 0.1, 0.1, 0.8, *shape])
    process = ArchProcess(model, x, scale=3.0, presample=0.0, backcast=1.0)
    state = state_after(process, np.zeros(10))
    draws = state.innovations(200_000, np.random.default_rng(7))
    assert draws.mean() == pytest.approx(0.0, abs=0.01)
    assert draws.var() == pytest.approx(1.0, abs=0.02)
    density = process.likelihood(np.zeros(10)).arch.distribution
    for i, value in enumerate(shape):
        totals = []
        for factor in (0.7, 1.0, 1.4):
            other = np.array(shape)
            other[i] = factor * value
            totals.append(density.loglikelihood(other, draws, np.ones(len(draws))))
        assert totals[1] == max(totals)


def test_forecasts_that_arch_gets_wrong_are_refused():
    parameters = np.array([0, 0.05, 0.05, 0.08, 0.4, 0.4, 0.83, 1.3])
    process = ArchProcess(ArchModel(vol="APARCH", p=2, o=2), parameters, 1.0, 0.0, 1.0)
    state = ArchState(process, np.random.default_rng(0).standard_normal(300), np.nan)
    assert state.forecast(1).shape == (1,)
    with pytest.raises(
        DataError, match="must have p = 1 or a horizon of 1; got p = 2 and a horizon of 2"
    ):
        state.forecast(2)
