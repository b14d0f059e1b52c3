"""Forecasts of a BEKK model against simulations."""

import numpy as np

from hedgeresearch.covariance import BEKK


def test_second_step_of_a_forecast_is_that_of_simulations(percent_log_returns):
    fit = BEKK("full", asymmetric=True).fit(percent_log_returns.iloc[-900:])
    _, (a, b, g) = fit.model.layout(2).unpack(fit.parameters.to_numpy())
    h = fit.next_covariance.to_numpy()
    normal = np.random.default_rng(2).standard_normal((500_000, 2))
    draws = normal @ np.linalg.cholesky(h).T
    expected = fit.final_state.intercept + g.T @ h @ g
    for shocks in (draws @ a, np.minimum(draws, 0) @ b):
        expected = expected + shocks.T @ shocks / len(shocks)
    np.testing.assert_allclose(fit.forecast(2)[-2:], expected, rtol=2e-3)
