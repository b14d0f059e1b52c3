"""Estimation of a switching regression against Stata and simulations."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.regime_switching import estimation
from hedgeresearch.hedges.regime_switching.emissions import RegressionEmissions
from hedgeresearch.hedges.regime_switching.estimation import estimate_regression
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.reproductions.papers import stata_weekly_sp500


@pytest.fixture(scope="module")
def truth():
    return hr.data.simulate_regimes(n_dates=3000, seed=1)


def test_estimate_is_a_maximum(truth):
    """No parameter of the regression can be moved either way for a greater likelihood."""
    sample = truth.returns.iloc[:800].to_numpy()
    emissions, transition, first, ends = estimate_regression(sample, 2, 3, 0)

    def log_likelihood(
        coefficients=emissions.coefficients, variances=emissions.variances, transition=transition
    ):
        moved = RegressionEmissions(
            coefficients, variances, emissions.hedge_means, emissions.hedge_covariance
        )
        return HiddenMarkovChain(moved, transition, first).filter(sample).log_likelihood.sum()

    best = log_likelihood()
    assert best == pytest.approx(np.nanmax(ends), abs=0.05)
    for i, j in np.ndindex(2, 2):
        for change in (1 - 1e-2, 1 + 1e-2):
            coefficients = emissions.coefficients.copy()
            moved = transition.copy()
            coefficients[i, j] *= change
            assert log_likelihood(coefficients=coefficients) < best
            moved[i] += (change - 1) * moved.min() * np.array([1, -1])
            assert log_likelihood(transition=moved) < best
            assert log_likelihood(variances=emissions.variances * [change, 1.0]) < best


@pytest.mark.parametrize(("n_starts", "seed"), [(2, 0), (10, 0), (10, 1), (10, 2)])
def test_brief_regimes_agree_with_stata(n_starts, seed):
    """Absolute weekly returns: a search for lasting regimes alone ends at -746.165."""
    values = stata_weekly_sp500.list_of_statsmodels("areturns")
    observations = np.column_stack([values[1:], values[:-1]])
    emissions, transition, _, ends = estimate_regression(observations, 2, n_starts, seed)
    assert ends[0] == pytest.approx(-746.1655, abs=1e-3)
    # ours estimates the first date's probabilities, Stata's are stationary: at least as likely
    assert -745.7977 < np.nanmax(ends) < -745.5
    assert emissions.coefficients.ravel().tolist() == pytest.approx(
        [0.7641424, 0.0790744, 1.972771, 0.527953], abs=0.01
    )
    assert transition[:, 0].tolist() == pytest.approx([0.7530865, 0.6825357], abs=0.005)
    assert np.sqrt(emissions.variances).tolist() == pytest.approx([0.5895792, 1.605333], abs=0.005)


def regression_in_regimes(stay, seed, constants):
    """Asset and hedge (1000, 2) and the regimes, each of which stays with a probability."""
    rng = np.random.default_rng(seed)
    regimes = np.cumsum(rng.random(1000) >= stay) % 2
    hedge, noise = rng.standard_normal((2, 1000))
    return np.column_stack(
        [np.take(constants, regimes) + np.take([0.9, 0.6], regimes) * hedge + noise, hedge]
    )


@pytest.mark.parametrize("stay", [0.1, 0.3, 0.5, 0.95])
def test_regimes_of_any_duration_are_found(stay):
    """At least as likely as the truth, whose likelihood comes from the definition of the filter."""
    data = regression_in_regimes(stay, 1, [-2.0, 2.0])
    truth = np.array([[stay, 1 - stay], [1 - stay, stay]])
    emissions, transition, _, ends = estimate_regression(data, 2, 3, 0)
    p = np.array([0.5, 0.5])
    true_log_likelihood = 0.0
    for asset, hedge in data:
        joint = (
            p
            * np.exp(-0.5 * (asset - np.array([-2 + 0.9 * hedge, 2 + 0.6 * hedge])) ** 2)
            / np.sqrt(2 * np.pi)
        )
        true_log_likelihood += np.log(joint.sum())
        p = joint @ truth / joint.sum()
    assert 0 < np.nanmax(ends) - true_log_likelihood < 15  # half a chi-squared of nine parameters
    assert np.diag(transition).tolist() == pytest.approx([stay, stay], abs=0.06)
    assert sorted(emissions.coefficients[:, 0]) == pytest.approx([-2, 2], abs=0.15)


def test_search_without_convergence_warns(monkeypatch, truth):
    monkeypatch.setattr(estimation, "MAX_SEARCH_STEPS", 1)
    monkeypatch.setattr(estimation, "MAX_FINAL_STEPS", 2)
    with pytest.warns(
        hr.errors.ConvergenceWarning, match="should end within 2 steps; its likelihood still rose"
    ):
        estimate_regression(truth.returns.iloc[:800].to_numpy(), 2, 2, 0)
