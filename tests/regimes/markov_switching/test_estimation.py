"""The search for the optimum of a switching autoregression."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.markov_switching.estimation import multistart
from hedgeresearch.regimes.markov_switching.parameters import SwitchingLayout
from hedgeresearch.regimes.markov_switching.state import starting_state


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_regimes(n_dates=900, seed=1).returns[["asset"]]


@pytest.mark.filterwarnings("ignore:regime 1 should be visited on")
def test_start_that_fails_is_nan(returns):
    """In 60 observations some starts put a regime on a few of them."""
    fit = hr.MarkovSwitching(n_starts=3, seed=1).fit(returns.iloc[:60])
    assert np.isnan(fit.start_log_likelihoods).tolist() == [True, False, False]


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_stretch_without_movement_is_refused():
    values = np.random.default_rng(0).standard_normal(150)
    frozen = pd.Series(values, pd.bdate_range("2020", periods=150), name="y")
    frozen.iloc[50:100] = 0.0
    with pytest.raises(
        hr.ConvergenceError, match="every one of 1 starts failed, or put a regime on a few"
    ):
        hr.MarkovSwitching(n_starts=1).fit(frozen)


@pytest.mark.long
def test_likelihood_with_lags_is_that_of_the_filter():
    """The variance of a date is that of its own regime, also where lags matter."""
    rng = np.random.default_rng(5)
    regimes = np.repeat([0, 1, 0, 1, 0, 1], 60)
    noise = rng.standard_normal(360) * np.where(regimes, 3.0, 1.0)
    series = np.zeros(360)
    for t in range(2, 360):
        series[t] = 0.4 * series[t - 1] - 0.2 * series[t - 2] + noise[t]
    fit = hr.MarkovSwitching(order=2, n_starts=1).fit(
        pd.Series(series, pd.bdate_range("2020", periods=360), name="y")
    )
    assert fit.start_log_likelihoods[0] == pytest.approx(fit.log_likelihood, abs=1e-2)
    assert fit.log_likelihood >= fit.start_log_likelihoods[0] - 1e-8
    deviations = np.sqrt(fit.parameters[["variance y [0]", "variance y [1]"]])
    assert deviations.tolist() == pytest.approx([1, 3], rel=0.15)
    lags = fit.parameters[["ar y [1]", "ar y [2]"]]
    assert lags.tolist() == pytest.approx([0.4, -0.2], abs=0.15)
    assert (fit.smoothed.idxmax(axis=1).to_numpy() == regimes).mean() > 0.9


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_regimes_that_alternate_are_found(seed):
    """Starts among long regimes end at an autoregression, far below; the truth is reached."""
    rng = np.random.default_rng(seed)
    level = np.where(np.cumsum(rng.random(400) < 0.9) % 2, 1.0, -1.0)
    series = level + rng.standard_normal(400)
    fit = hr.MarkovSwitching(order=1, n_starts=3).fit(
        pd.Series(series, pd.bdate_range("2000", periods=400), name="y")
    )
    transition = np.array([[0.1, 0.9], [0.9, 0.1]])
    truth = starting_state(np.array([-1.0, 1.0]), np.ones(2), np.zeros(1), transition)
    gain = fit.log_likelihood - truth.filter(series[:, None]).log_likelihood.sum()
    assert 0 < gain < 10
    assert fit.start_log_likelihoods[0] < fit.log_likelihood - 5
    assert np.diag(fit.transition).tolist() == pytest.approx([0.1, 0.1], abs=0.1)


@pytest.mark.long
def test_more_starts_of_three_regimes_end_higher():
    """Noise has many optima: the best of twenty starts more lies above those of the first ten."""
    values = np.random.default_rng(602).standard_t(6, 300)
    values = (values - values.mean()) / values.std()
    best, reached = multistart(SwitchingLayout(3, 0, True, True), values, 10, 0)
    assert len(reached) == 15
    assert best.log_likelihood == pytest.approx(np.nanmax(reached), abs=0.01)
    assert np.nanmax(reached[:10]) < -418.78
    assert best.log_likelihood > -416.93


def test_two_regimes_begin_at_the_starts_asked_for(returns):
    fit = hr.MarkovSwitching(n_starts=3).fit(returns.iloc[:300])
    assert len(fit.start_log_likelihoods) == 3
