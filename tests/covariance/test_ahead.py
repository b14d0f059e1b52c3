"""What covariance models expect of the dates ahead: forecasts, their sum, and simulated returns."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.moments.sample import SampleState
from hedgeresearch.covariance.news import expected_news
from hedgeresearch.covariance.simulation import simulate_returns
from hedgeresearch.volatility.garch.state import GARCHState


@pytest.fixture(scope="module")
def fit(percent_log_returns):
    return hr.DCC().fit(percent_log_returns)


def test_forecasts_of_rmgarch(percent_log_returns, simulated_reference, simulated_panel):
    """Its five-step forecasts from its parameters: variances by the margins, correlations by (a + b)^(k - 1)."""
    for n in (2, 3):
        expected = simulated_reference[f"rmgarch_DCC_N{n}"]
        fit = hr.DCC().fit(simulated_panel.iloc[:, :n])
        steps = fit.forecast(5)
        for k in range(1, 6):
            h = steps.loc[k]
            rho = h.loc["spot", "fut"] / np.sqrt(h.loc["spot", "spot"] * h.loc["fut", "fut"])
            assert rho == pytest.approx(expected["forecast_rho12"][k - 1], abs=1e-4)
            assert h.loc["fut", "fut"] == pytest.approx(expected["forecast_var2"][k - 1], rel=1e-3)
        pd.testing.assert_frame_equal(steps.loc[1], fit.next_covariance, check_names=False)
        np.testing.assert_allclose(
            fit.aggregate(5), sum(steps.loc[k].to_numpy() for k in range(1, 6))
        )


def test_forecasts_fall_back_to_the_target(fit):
    far = fit.forecast(5000).loc[5000]
    target = fit.final_state.target
    expected = target[0, 1] / np.sqrt(target[0, 0] * target[1, 1])
    assert far.iloc[0, 1] / np.sqrt(far.iloc[0, 0] * far.iloc[1, 1]) == pytest.approx(
        expected, rel=1e-8
    )


def test_variances_with_leverage_are_forecast_with_half_of_it():
    """Bad news comes half of the time: against the mean of simulated paths."""
    omega, alpha, gamma, beta, first = 0.1, 0.05, 0.2, 0.8, 3.0
    noise = np.random.default_rng(0).standard_normal((200_000, 5))
    h = np.full(200_000, first)
    for t in range(5):
        e = np.sqrt(h) * noise[:, t]
        h = omega + (alpha + gamma * (e < 0)) * e**2 + beta * h
    state = GARCHState(np.array([0.0, omega, alpha, gamma, beta]), first)
    assert state.forecast(6)[5] == pytest.approx(h.mean(), rel=0.01)


def test_correlations_with_bad_news_are_forecast_with_it():
    """Against the mean of simulated correlations from the same state; (a + b)^k alone would be .06 lower at step 10."""
    a, b, g = 0.02, 0.9, 0.1
    target = np.array([[1.0, 0.6], [0.6, 1.0]])
    intercept = (1 - a - b) * target - g * expected_news(target)
    now = np.array([[1.0, 0.9], [0.9, 1.0]])
    margins = tuple(GARCHState(np.array([0.0, 1.0, 0.0, 0.0, 0.0]), 1.0) for _ in range(2))
    recursion = DCCState(margins, np.array([a, b, g]), False, target, intercept, now, np.inf)
    rng, rho = np.random.default_rng(1), np.empty(4000)
    for i in range(4000):
        q = now.copy()
        for _ in range(9):
            z = np.linalg.cholesky(
                q / np.sqrt(np.outer(np.diag(q), np.diag(q)))
            ) @ rng.standard_normal(2)
            fall = np.minimum(z, 0)
            q = intercept + a * np.outer(z, z) + g * np.outer(fall, fall) + b * q
        rho[i] = q[0, 1] / np.sqrt(q[0, 0] * q[1, 1])
    assert recursion.forecast(10)[9, 0, 1] == pytest.approx(rho.mean(), abs=0.015)


def test_returns_that_depend_on_those_before_are_not_aggregated(simulated_panel):
    fit = hr.CCC(hr.ArchModel(mean="AR", lags=1)).fit(simulated_panel.iloc[:500, :2])
    with pytest.raises(
        hr.DataError, match="aggregate must have univariate models with a constant mean"
    ):
        fit.aggregate(5)


def test_equicorrelation_is_forecast_towards_its_target(ten_series):
    fit = hr.DECO().fit(ten_series)
    steps, (a, b) = fit.forecast(4), fit.parameters[["a", "b"]]
    rho = [h.iloc[0, 1] / np.sqrt(h.iloc[0, 0] * h.iloc[1, 1]) for _, h in steps.groupby("step")]
    target = fit.final_state.dcc.target
    mean = (np.sum(target / np.sqrt(np.outer(np.diag(target), np.diag(target)))) - 10) / 90
    np.testing.assert_allclose(rho, mean + (a + b) ** np.arange(4) * (rho[0] - mean), rtol=1e-10)


def test_student_returns_are_drawn_with_their_covariance():
    covariance = np.array([[4.0, 1.0], [1.0, 1.0]])
    recursion = SampleState(np.zeros(2), covariance, degrees_of_freedom=5.0)
    drawn = simulate_returns(recursion, 40_000, seed=0)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), covariance, rtol=0.06)
    kurtosis = np.mean(drawn[:, 0] ** 4) / np.mean(drawn[:, 0] ** 2) ** 2
    assert kurtosis > 5  # that of Student-t with 5 degrees of freedom is 9, of the normal 3
