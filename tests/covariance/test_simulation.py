"""Returns drawn from a covariance model."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.moments.sample import SampleState
from hedgeresearch.covariance.residuals import standardized_residuals
from hedgeresearch.covariance.simulation import returns_from_residuals, simulate_returns


@pytest.mark.long
def test_student_returns_have_the_covariance():
    covariance = np.array([[4.0, 1.0], [1.0, 1.0]])
    state = SampleState(np.zeros(2), covariance, degrees_of_freedom=5.0)
    drawn = simulate_returns(state, 40_000, seed=0)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), covariance, rtol=0.06)
    kurtosis = np.mean(drawn[:, 0] ** 4) / np.mean(drawn[:, 0] ** 2) ** 2
    assert kurtosis > 5  # 9 for Student-t with 5 degrees of freedom, 3 for the normal


def test_returns_have_the_residuals_they_are_made_of(simulated_panel):
    fit = hr.DCC().fit(simulated_panel.iloc[:600])
    residuals = np.random.default_rng(1).standard_normal((50, 3))
    values = returns_from_residuals(fit.final_state, residuals)
    dates = pd.RangeIndex(50)
    returns = pd.DataFrame(values, index=dates, columns=simulated_panel.columns)
    found = standardized_residuals(fit.final_state, returns)
    np.testing.assert_allclose(found, residuals, rtol=1e-8, atol=1e-10)


def test_a_singular_covariance_is_refused():
    state = SampleState(np.zeros(2), np.ones((2, 2)))
    with pytest.raises(hr.DataError, match="it is singular at step 1, as series are constant"):
        simulate_returns(state, 10, seed=0)
