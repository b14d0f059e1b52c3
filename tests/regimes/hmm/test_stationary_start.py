"""A chain that starts from its stationary distribution: paths, scores, statsmodels."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal
from statsmodels.tsa.api import MarkovRegression

import hedgeresearch as hr
from hedgeresearch.regimes.hmm.em import HMMSteps
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.parameters import Parameters
from hedgeresearch.regimes.hmm.starting_points import starting_points
from hedgeresearch.regimes.hmm.stationary_start import (
    expected_log_likelihood,
    improve_transition,
    transition_score,
)
from hedgeresearch.regimes.hmm.student_emissions import StudentEmissions
from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.regimes.state import HiddenMarkovChain

TRANSITION = np.array([[0.9, 0.07, 0.03], [0.1, 0.85, 0.05], [0.05, 0.2, 0.75]])
MOVES = np.array([[80.0, 6.0, 2.5], [7.0, 50.0, 3.0], [1.5, 4.0, 12.0]])
FIRST = np.array([0.2, 0.1, 0.7])


def with_log_odds(transition, log_odds):
    """Return the transition after changes of the log odds of its entries."""
    moved = transition * np.exp(log_odds)
    return moved / moved.sum(axis=1, keepdims=True)


def differences(function, step=1e-6):
    """Return central differences of a function of changes of the log odds, (3, 3)."""
    slopes = np.empty((3, 3))
    for i, j in product(range(3), repeat=2):
        change = np.zeros((3, 3))
        change[i, j] = step
        slopes[i, j] = (function(change) - function(-change)) / (2.0 * step)
    return slopes


@pytest.fixture(scope="module")
def nasdaq(percent_log_returns):
    """One series, 2000 dates, for statsmodels."""
    return percent_log_returns[["NASDAQ"]].iloc[:2000]


@pytest.fixture(scope="module")
def fit(nasdaq):
    return hr.GaussianHMM(2, n_starts=3, initial="stationary").fit(nasdaq)


# --- the M-step ---


def test_score_is_the_slope_of_the_expected_log_likelihood():
    numerical = differences(
        lambda x: expected_log_likelihood(with_log_odds(TRANSITION, x), MOVES, FIRST)
    )
    np.testing.assert_allclose(transition_score(TRANSITION, MOVES, FIRST), numerical, atol=1e-7)


def test_score_is_that_of_the_exact_log_likelihood():
    """Fisher's identity: at the parameters of the E-step both have the same slope."""
    rng = np.random.default_rng(0)
    observations = rng.standard_normal((40, 1)) * rng.uniform(0.5, 2.0, (40, 1))
    emissions = GaussianEmissions(
        np.array([[0.2], [-0.1], [0.0]]), np.array([[[0.4]], [[1.0]], [[4.0]]])
    )

    def log_likelihood(change):
        transition = with_log_odds(TRANSITION, change)
        chain = HiddenMarkovChain(emissions, transition, stationary_distribution(transition))
        return chain.filter(observations).log_likelihood.sum()

    parameters = Parameters(emissions, TRANSITION, stationary_distribution(TRANSITION))
    expected = HMMSteps(observations, initial="stationary").e_step(parameters)
    score = transition_score(TRANSITION, expected.transitions, expected.smoothed[0])
    np.testing.assert_allclose(score, differences(log_likelihood), atol=1e-7)


def test_step_without_a_first_date_is_the_closed_form():
    improved = improve_transition(TRANSITION, MOVES, np.zeros(3))
    expected = MOVES / MOVES.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(improved, expected, rtol=1e-12)


@pytest.mark.parametrize("moves", [MOVES, 0.02 * MOVES], ids=["many moves", "few moves"])
def test_steps_rise_to_the_maximum(moves):
    transition = TRANSITION
    value = expected_log_likelihood(transition, moves, FIRST)
    for _ in range(200):
        transition = improve_transition(transition, moves, FIRST)
        following = expected_log_likelihood(transition, moves, FIRST)
        assert following >= value - 1e-12  # rounding at the top
        value = following
    assert transition.sum(axis=1) == pytest.approx(1.0, abs=1e-14)
    best = minimize(
        lambda x: (
            -expected_log_likelihood(with_log_odds(TRANSITION, x.reshape(3, 3)), moves, FIRST)
        ),
        np.zeros(9),
        options={"gtol": 1e-9},
    )
    assert value == pytest.approx(-best.fun, abs=1e-9)


def test_chain_that_falls_apart_has_no_step():
    apart = np.array([[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(np.linalg.LinAlgError):
        improve_transition(apart, np.eye(2), np.array([0.5, 0.5]))
    emissions = GaussianEmissions(np.zeros((2, 1)), np.array([[[1.0]], [[2.0]]]))
    steps = HMMSteps(np.random.default_rng(0).standard_normal((50, 1)), initial="stationary")
    assert steps.run(Parameters(emissions, apart, np.array([0.5, 0.5])), 1e-6) is None


def test_every_step_of_em_raises_the_log_likelihood(percent_log_returns):
    unit = percent_log_returns.iloc[:600].to_numpy()
    unit = (unit - unit.mean(axis=0)) / unit.std(axis=0)
    normal = GaussianEmissions(np.empty(0), np.empty(0))
    student = StudentEmissions(np.empty(0), np.empty(0), np.full(3, 8.0))
    for emissions, prior in [(normal, 0.0), (normal, 10.0), (student, 0.0)]:
        steps = HMMSteps(unit, prior, initial="stationary")
        for start in starting_points(unit, 3, 2, 0, emissions):
            history = steps.run(start, 1e-4).history
            assert len(history) > 5
            assert (np.diff(history)[:-1] > 0.0).all()


# --- the likelihood ---


@pytest.mark.parametrize("k", [2, 3])
def test_log_likelihood_is_the_sum_over_all_paths(k, percent_log_returns):
    fit = hr.GaussianHMM(k, n_starts=2, initial="stationary").fit(percent_log_returns.iloc[:400])
    sample = percent_log_returns.to_numpy()[:7]
    stationary = np.linalg.matrix_power(fit.transition.to_numpy(), 2**20)[0]
    transition = fit.transition.to_numpy()
    densities = np.stack(
        [
            multivariate_normal(mean, covariance).pdf(sample)
            for mean, covariance in zip(*fit.initial_state.moments, strict=True)
        ],
        axis=1,
    )
    total = 0.0
    for path in product(range(k), repeat=len(sample)):
        p = stationary[path[0]] * densities[range(len(sample)), path].prod()
        total += p * transition[path[:-1], path[1:]].prod()
    found = fit.initial_state.filter(sample).log_likelihood.sum()
    assert found == pytest.approx(np.log(total), abs=1e-10)


def test_optimum_is_that_of_statsmodels(fit, nasdaq):
    """Statsmodels too starts its chain from the stationary distribution."""
    model = MarkovRegression(nasdaq["NASDAQ"].to_numpy(), 2, switching_variance=True)
    # its order: p [0,0], p [1,0], means, variances
    params = fit.parameters.to_numpy()[[4, 5, 0, 1, 2, 3]]
    result = model.smooth(params, cov_type="robust")
    assert fit.log_likelihood == pytest.approx(result.llf, abs=1e-8)
    np.testing.assert_allclose(fit.smoothed, result.smoothed_marginal_probabilities, atol=1e-8)
    slopes = model.score(model.untransform_params(params), transformed=False) / len(nasdaq)
    np.testing.assert_allclose(slopes, 0.0, atol=1e-6)
    # ours are central differences
    np.testing.assert_allclose(fit.standard_errors, result.bse[[2, 3, 4, 5, 0, 1]], rtol=1e-3)


def test_fit_starts_from_its_stationary_distribution(fit, nasdaq):
    np.testing.assert_allclose(fit.predicted.iloc[0], fit.stationary, atol=1e-14)
    free = hr.GaussianHMM(2, n_starts=3).fit(nasdaq)
    assert 0.0 < free.log_likelihood - fit.log_likelihood < 3.0
    assert len(fit.parameters) == len(free.parameters)
    # the free distribution of the first date is an estimate more
    assert fit.aic == pytest.approx(2 * 6 - 2 * fit.log_likelihood)
    assert free.aic == pytest.approx(2 * 7 - 2 * free.log_likelihood)


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        hr.GaussianHMM(2, n_starts=2, initial="stationary"),
        hr.GaussianHMM(2, n_starts=2, initial="stationary", persistence_prior=20.0),
        hr.GaussianHMM(2, n_starts=2, initial="stationary", allow_missing=True),
        hr.StudentHMM(2, n_starts=2, initial="stationary"),
    ],
    ids=["gaussian", "prior", "missing", "student"],
)
def test_optimum_has_no_slope_and_finite_errors(model, percent_log_returns):
    sample = percent_log_returns.iloc[:500].copy()
    if model.allow_missing:
        sample.iloc[::7, 0] = np.nan
        sample.iloc[0] = np.nan
    fit = model.fit(sample)
    errors = fit.estimates.errors
    # coordinates without units; EM stops when a step gains 1e-8
    slopes = errors.scores(np.zeros(len(fit.parameters))).mean(axis=0)
    np.testing.assert_allclose(slopes, 0.0, atol=2e-5)
    assert fit.standard_errors.notna().all()
    warm = model.fit(sample.iloc[5:], warm_start=fit)
    cold = model.fit(sample.iloc[5:])
    assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-5)


def test_one_regime_has_no_start():
    returns = pd.DataFrame(
        np.random.default_rng(0).standard_normal((200, 2)),
        pd.bdate_range("2020", periods=200),
        ["a", "b"],
    )
    for model in (hr.GaussianHMM, hr.StudentHMM):
        free = model(1, n_starts=1).fit(returns)
        stationary = model(1, n_starts=1, initial="stationary").fit(returns)
        assert stationary.log_likelihood == pytest.approx(free.log_likelihood, abs=1e-6)
        with pytest.raises(hr.DataError, match="initial must be one of 'free', 'stationary'"):
            model(2, initial="uniform")
