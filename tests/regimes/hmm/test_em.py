"""EM of hidden Markov models: the steps of hmmlearn, and runs that are cut off."""

import sys

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.hmm import search
from hedgeresearch.regimes.hmm.compiled_em import CompiledSteps
from hedgeresearch.regimes.hmm.em import HMMSteps
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.hmmlearn_em import HmmlearnSteps
from hedgeresearch.regimes.hmm.parameters import Parameters
from hedgeresearch.regimes.hmm.starting_points import starting_points
from hedgeresearch.regimes.hmm.student_emissions import StudentEmissions
from hedgeresearch.regimes.hmm.units import Units


def standardized(returns):
    values = returns.to_numpy()
    return Units.from_observations(values).standardize(values)


def compiled(observations, persistence=0.0):
    return CompiledSteps(np.ascontiguousarray(observations.T), persistence)


def check_same_run(found, expected, rtol):
    np.testing.assert_allclose(found.history, expected.history, rtol=1e-11)
    assert found.converged == expected.converged
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-11)
    np.testing.assert_allclose(found.parameters.transition, expected.parameters.transition, rtol)
    np.testing.assert_allclose(found.parameters.initial, expected.parameters.initial, atol=1e-8)
    for ours, theirs in zip(
        found.parameters.emissions.moments, expected.parameters.emissions.moments, strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol, atol=1e-10)


@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_steps_are_those_of_hmmlearn(structure, percent_log_returns):
    pytest.importorskip("hmmlearn")
    unit = standardized(percent_log_returns)
    emissions = GaussianEmissions(np.empty(0), np.empty(0), structure)
    start = starting_points(unit, 2, 3, 0, emissions)[2]
    theirs = HmmlearnSteps(unit).run(start, 1e-4)
    for steps in (compiled(unit), HMMSteps(unit)):
        ours = steps.run(start, 1e-4)
        np.testing.assert_allclose(ours.history, theirs.history, rtol=1e-10)
        assert (np.diff(ours.history)[:-1] > 0).all()


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("structure", ["full", "diagonal", "spherical"])
@pytest.mark.parametrize("persistence", [0.0, 20.0])
def test_compiled_steps_are_those_of_the_readable_ones(
    k, structure, persistence, percent_log_returns
):
    unit = standardized(percent_log_returns.iloc[:601])
    emissions = GaussianEmissions(np.empty(0), np.empty(0), structure)
    for start in starting_points(unit, k, 2, 0, emissions):
        expected = HMMSteps(unit, persistence).run(start, 1e-3, 30)
        check_same_run(compiled(unit, persistence).run(start, 1e-3, 30), expected, rtol=1e-8)


@pytest.mark.parametrize("bound", [False, True])
def test_compiled_student_steps_are_the_readable_ones(bound, percent_log_returns):
    unit = standardized(percent_log_returns.iloc[:601])
    if bound:  # lighter tails than normal: the degrees of freedom end at their bound
        unit = np.tanh(unit)
    emissions = StudentEmissions(np.empty(0), np.empty(0), np.array([8.0, 3.0]))
    for start in starting_points(unit, 2, 2, 0, emissions):
        expected = HMMSteps(unit).run(start, 1e-3, 30)
        found = compiled(unit).run(start, 1e-3, 30)
        check_same_run(found, expected, rtol=1e-6)
        degrees = found.parameters.emissions.degrees_of_freedom
        np.testing.assert_allclose(
            degrees, expected.parameters.emissions.degrees_of_freedom, rtol=1e-6
        )
        assert (degrees == 200.0).any() == bound


@pytest.mark.parametrize("n_series", [1, 2, 5])
def test_runs_do_not_depend_on_the_place_in_memory(n_series):
    """The order of a sum must not depend on which arrays happen to be neighbors."""
    rng = np.random.default_rng(0)
    unit = rng.standard_normal((388, n_series)) * rng.choice([0.5, 1.5], (388, 1))
    start = starting_points(unit, 4, 1, 0, GaussianEmissions(np.empty(0), np.empty(0)))[0]
    expected = compiled(unit).run(start, 1e-8, 10)
    occupied = []
    for size in rng.integers(1, 3000, 200):
        occupied.append(np.empty(size))
        if len(occupied) > 20:
            occupied.pop(int(size) % 20)
        assert compiled(unit).run(start, 1e-8, 10).history == expected.history


def log_likelihood_in_logarithms(observations, parameters):
    """Return the log-likelihood by a filter that never leaves logarithms."""
    log_densities = parameters.emissions.log_densities(observations)
    with np.errstate(divide="ignore"):
        log_transition = np.log(parameters.transition)
        state = np.log(parameters.initial) + log_densities[0]
    for densities in log_densities[1:]:
        state = np.logaddexp.reduce(state[:, None] + log_transition, axis=0) + densities
    return np.logaddexp.reduce(state)


def test_outlier_that_underflows_is_weighed_in_logarithms():
    """The regime of its larger density cannot come again, and the other one underflows."""
    observations = np.random.default_rng(0).standard_normal((200, 1))
    observations[:50] += 10.0
    observations[150] = 80.0
    emissions = GaussianEmissions(np.array([[0.0], [10.0]]), np.ones((2, 1, 1)))
    transition = np.array([[1.0, 0.0], [0.05, 0.95]])
    start = Parameters(emissions, transition, np.array([0.0, 1.0]))
    expected = log_likelihood_in_logarithms(observations, start)
    for steps in (compiled(observations), HMMSteps(observations)):
        run = steps.run(start, 1e-4, 1)
        assert run.log_likelihood == pytest.approx(expected, rel=1e-12)
        # its weight goes to the regime that is possible
        assert run.parameters.emissions.means[0, 0] > 0.4


def test_regime_that_collapses_ends_a_run():
    observations = np.random.default_rng(0).standard_normal((200, 2))
    observations[50:60] = 0.5
    start = starting_points(observations, 2, 1, 0, GaussianEmissions(np.empty(0), np.empty(0)))[0]
    tight = GaussianEmissions(
        np.array([[0.0, 0.0], [0.5, 0.5]]), np.stack([np.eye(2), 1e-4 * np.eye(2)])
    )
    start = start._replace(emissions=tight)
    assert HMMSteps(observations).run(start, 1e-8) is None
    assert compiled(observations).run(start, 1e-8) is None


def test_long_searches_are_continued_from_the_best(monkeypatch, percent_log_returns):
    """Most starts are left after a few brief steps, and the best reach an optimum."""
    sample = percent_log_returns.iloc[:1000]
    whole = hr.GaussianHMM(2, n_starts=6).fit(sample)
    monkeypatch.setattr(search, "BRIEF_STEPS", 3)
    monkeypatch.setattr(search, "N_CONTINUED", 2)
    brief = hr.GaussianHMM(2, n_starts=6).fit(sample)
    assert brief.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)
    near = np.abs(brief.start_log_likelihoods - brief.log_likelihood) < 1e-2
    assert near.sum() == 2


def test_run_that_is_cut_off_is_warned_of(monkeypatch, percent_log_returns):
    monkeypatch.setattr(search, "MAX_STEPS", 2)
    with pytest.warns(hr.errors.ConvergenceWarning, match="EM should stop gaining within 2 steps"):
        hr.GaussianHMM(2, n_starts=1).fit(percent_log_returns.iloc[:1000])


# --- the backend ---


def test_backends_find_the_same_optimum(percent_log_returns):
    pytest.importorskip("hmmlearn")
    sample = percent_log_returns.iloc[:1000]
    ours = hr.GaussianHMM(2, n_starts=3).fit(sample)
    theirs = hr.GaussianHMM(2, n_starts=3, backend="hmmlearn").fit(sample)
    np.testing.assert_allclose(theirs.start_log_likelihoods, ours.start_log_likelihoods, atol=1e-6)
    np.testing.assert_allclose(theirs.parameters, ours.parameters, rtol=1e-4, atol=1e-6)


def test_hmmlearn_that_is_not_installed_is_named(monkeypatch, percent_log_returns):
    monkeypatch.setitem(sys.modules, "hmmlearn.base", None)
    with pytest.raises(hr.errors.MissingDataError, match='Use backend="compiled"'):
        hr.GaussianHMM(2, backend="hmmlearn").fit(percent_log_returns.iloc[:500])


@pytest.mark.parametrize(
    "settings",
    [
        {"covariance": "spherical"},
        {"persistence_prior": 5.0},
        {"allow_missing": True},
        {"initial": "stationary"},
    ],
    ids=str,
)
def test_settings_that_hmmlearn_lacks_are_refused(settings):
    with pytest.raises(hr.DataError, match=f"must have .* got .*{next(iter(settings))}="):
        hr.GaussianHMM(2, backend="hmmlearn", **settings)
    with pytest.raises(hr.DataError, match="backend must be one of"):
        hr.GaussianHMM(2, backend="R")
