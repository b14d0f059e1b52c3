"""EM of hidden Markov models: the steps of hmmlearn, and runs that are cut off."""

import sys

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.hmm import search
from hedgeresearch.regimes.hmm.compiled_em import PLAIN_STEPS, CompiledSteps
from hedgeresearch.regimes.hmm.em import MAX_STEPS, HMMSteps
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.hmmlearn_em import HmmlearnSteps
from hedgeresearch.regimes.hmm.parameters import Parameters
from hedgeresearch.regimes.hmm.starting_points import starting_points
from hedgeresearch.regimes.hmm.student_emissions import StudentEmissions
from hedgeresearch.regimes.hmm.units import Units


def standardized(returns):
    values = returns.to_numpy()
    return Units.from_observations(values).standardize(values)


def compiled(observations, persistence=0.0, plain_steps=MAX_STEPS):
    """Return compiled EM, without extrapolation unless ``plain_steps`` is small."""
    return CompiledSteps(np.ascontiguousarray(observations.T), persistence, plain_steps)


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


def samples(kind):
    """Return standardized samples with lasting regimes, none, and one that is never left."""
    rng = np.random.default_rng(3)
    values = rng.standard_normal((600, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    volatility = {
        "lasting": np.where(np.arange(600) // 60 % 2 == 0, 0.6, 1.6),
        "none": np.ones(600),
        "boundary": np.where(np.arange(600) < 300, 0.5, 2.0),
    }
    values = values * volatility[kind][:, None]
    return (values - values.mean(axis=0)) / values.std(axis=0)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "share"), [("lasting", 1.2), ("none", 0.6), ("boundary", 1.2)])
@pytest.mark.parametrize("density", ["normal", "student"])
def test_extrapolated_runs_end_as_high_as_plain_ones(density, kind, share):
    """Runs are shorter where plain ones are long, and about as long where these are short."""
    unit = samples(kind)
    emissions = GaussianEmissions(np.empty(0), np.empty(0))
    rounding = 1e-10
    if density == "student":
        emissions = StudentEmissions(np.empty(0), np.empty(0), np.full(2, 8.0))
        # from a trial, the readable step of Student-t regimes can lose as little, too
        rounding = 3e-8
    n_steps = []
    reached = []
    for start in starting_points(unit, 2, 3, 0, emissions):
        run = compiled(unit, plain_steps=PLAIN_STEPS).run(start, 1e-8, MAX_STEPS)
        plain = HMMSteps(unit).run(start, 1e-8)
        assert (np.diff(run.history) >= -rounding).all()
        assert run.history[:4] == pytest.approx(plain.history[:4], rel=1e-12)
        n_steps.append((len(run.history), len(plain.history)))
        reached.append((run.log_likelihood, plain.log_likelihood))
        # where it ended, the readable step gains no more than the tolerance either
        again = HMMSteps(unit).run(run.parameters, 1e-8, 3)
        assert again.history[-1] - run.objective < 1e-7
    fewer, more = np.array(n_steps).sum(axis=0)
    assert fewer < share * more
    best, expected = np.array(reached).max(axis=0)
    assert best > expected - 1e-7


@pytest.mark.parametrize("persistence", [0.0, 10.0])
def test_trials_that_fall_are_withdrawn(persistence):
    """Regimes of noise are not identified: trials often go too far."""
    rng = np.random.default_rng(5)
    unit = rng.standard_normal((150, 1))
    n_equal = 0
    for start in starting_points(unit, 3, 8, 0, GaussianEmissions(np.empty(0), np.empty(0))):
        run = compiled(unit, persistence, 0).run(start, 1e-9, 400)
        if run is not None:
            assert (np.diff(run.history) >= -1e-10).all()
            n_equal += 1
    assert n_equal > 3


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


def test_a_run_that_is_cut_short_keeps_its_likelihood(percent_log_returns):
    """Whatever the limit, the parameters are at least as likely as those before the last step."""
    unit = standardized(percent_log_returns)[:400]
    start = starting_points(unit, 2, 3, 0, GaussianEmissions(np.empty(0), np.empty(0), "full"))[2]
    for max_steps in range(4, 40):
        cut = compiled(unit, plain_steps=PLAIN_STEPS).run(start, 1e-9, max_steps)
        again = compiled(unit).run(cut.parameters, 1e-9, 1)
        assert again.history[0] >= cut.history[-1] - 1e-8
