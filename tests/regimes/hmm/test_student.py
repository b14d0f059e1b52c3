"""The Student-t HMM: parameters are recovered, crashes and heavy tails, bounds and refusals."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes import regime_ratio_errors
from hedgeresearch.regimes.hmm.em import HMMSteps
from hedgeresearch.regimes.hmm.starting_points import starting_points
from hedgeresearch.regimes.hmm.student_emissions import StudentEmissions
from hedgeresearch.regimes.hmm.units import Units

DEGREES = np.array([6.0, 4.0])
SCALES = np.array([[[1.0, 0.8], [0.8, 1.0]], [[6.0, 2.0], [2.0, 5.0]]])
STAY = (0.98, 0.96)


def simulate(n_dates, seed):
    """Return dates of a chain of two Student-t regimes, and the regimes."""
    rng = np.random.default_rng(seed)
    regimes = np.zeros(n_dates, dtype=int)
    for t in range(1, n_dates):
        regimes[t] = regimes[t - 1] if rng.uniform() < STAY[regimes[t - 1]] else 1 - regimes[t - 1]
    roots = np.linalg.cholesky(SCALES)[regimes]
    normal = np.einsum("tij,tj->ti", roots, rng.standard_normal((n_dates, 2)))
    values = normal / np.sqrt(rng.chisquare(DEGREES[regimes]) / DEGREES[regimes])[:, None]
    return pd.DataFrame(values, pd.bdate_range("1990", periods=n_dates), ["a", "b"]), regimes


@pytest.fixture(scope="module")
def sample():
    return simulate(4000, seed=0)


@pytest.fixture(scope="module")
def fit(sample):
    return hr.StudentHMM(2, n_starts=4).fit(sample[0])


def test_every_step_of_em_raises_the_likelihood(sample):
    units = Units.from_observations(sample[0].to_numpy())
    unit = units.standardize(sample[0].to_numpy())
    emissions = StudentEmissions(np.empty(0), np.empty(0), np.full(2, 8.0))
    for start in starting_points(unit, 2, 4, 0, emissions):
        history = HMMSteps(unit).run(start, 1e-6).history
        assert len(history) > 5
        assert (np.diff(history)[:-1] > 0).all()


@pytest.mark.long
def test_simulated_chain_is_recovered(fit, sample):
    truth = [0, 0, 0, 0, 1.5, 1.2, 1.5, 12, 4, 10, 6, 4, 0.98, 0.04]
    distance = (fit.parameters - truth) / fit.standard_errors
    assert (distance.abs() < 3.5).all()
    np.testing.assert_allclose(fit.parameters[["nu [0]", "nu [1]"]], DEGREES, rtol=0.3)
    assert (fit.smoothed.idxmax(axis=1) == sample[1]).mean() > 0.9
    assert fit.log_likelihood > hr.GaussianHMM(2, n_starts=4).fit(sample[0]).log_likelihood + 100
    # at the top nothing slopes: coordinates without units, EM stops when a step gains 1e-8
    slopes = fit.estimates.errors.scores(np.zeros(14)).mean(axis=0)
    np.testing.assert_allclose(slopes, 0, atol=2e-5)


@pytest.mark.long
def test_units_do_not_matter(fit, sample):
    scaled = hr.StudentHMM(2, n_starts=4).fit(sample[0] * 1e-4)
    np.testing.assert_allclose(scaled.predicted, fit.predicted, atol=1e-6)
    power = np.repeat([1, 2, 0], [4, 6, 4])
    np.testing.assert_allclose(scaled.standard_errors, fit.standard_errors * 1e-4**power, rtol=1e-3)


def test_ratios_are_within_their_errors(fit):
    errors = regime_ratio_errors(fit, "a", ["b"])["b"]
    truth = SCALES[:, 0, 1] / SCALES[:, 1, 1]
    covariances = fit.final_state.moments.covariances
    ratios = covariances[:, 0, 1] / covariances[:, 1, 1]
    assert (np.abs(ratios - truth) < 3 * errors).all()
    assert (errors < 0.05).all()


def test_warm_start_reaches_the_optimum_of_a_search(fit, sample):
    later = sample[0].iloc[10:]
    warm = fit.model.fit(later, warm_start=fit)
    assert warm.log_likelihood == pytest.approx(fit.model.fit(later).log_likelihood, abs=1e-5)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of StudentHMM"):
        hr.StudentHMM(3).fit(sample[0], warm_start=fit)


def test_crashes_make_a_regime_or_heavy_tails():
    """Two regimes give three crashes of 15 sigma one of their own, and warn; one makes tails."""
    rng = np.random.default_rng(3)
    dates = pd.bdate_range("2010", periods=2000)
    calm = pd.DataFrame(0.01 * rng.standard_normal((2000, 2)), dates, ["a", "b"])
    calm.iloc[[400, 900, 1500]] = [[0.15, 0.15], [-0.15, -0.14], [-0.15, 0.15]]
    for model in (hr.GaussianHMM(2, n_starts=4), hr.StudentHMM(2, n_starts=4)):
        with pytest.warns(
            hr.errors.ConvergenceWarning, match="regime 1 should be visited on 20 dates"
        ):
            model.fit(calm)
    heavy = hr.StudentHMM(1, n_starts=1).fit(calm)
    normal = hr.GaussianHMM(1, n_starts=1).fit(calm)
    assert heavy.log_likelihood > normal.log_likelihood + 200
    volatility = heavy.summary.loc[0, "volatility a"]
    assert abs(volatility - 0.01) < abs(normal.summary.loc[0, "volatility a"] - 0.01)


@pytest.mark.long
def test_heavy_tails_are_not_a_second_regime():
    """Independent Student-t dates: normal regimes find two, Student-t ones a single one."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal((2000, 2)) / np.sqrt(rng.chisquare(4, 2000) / 4)[:, None]
    returns = pd.DataFrame(0.01 * values, pd.bdate_range("2010", periods=2000), ["a", "b"])
    normal = [hr.GaussianHMM(k, n_starts=4).fit(returns).bic for k in (1, 2)]
    heavy = [hr.StudentHMM(k, n_starts=4).fit(returns).bic for k in (1, 2)]
    assert normal[1] < normal[0]
    assert heavy[0] < min(heavy[1], normal[1])


def test_bounds_of_the_degrees_of_freedom_are_reported():
    rng = np.random.default_rng(2)
    dates = pd.bdate_range("2010", periods=1000)
    # lighter tails than normal
    light = pd.DataFrame(rng.uniform(-1, 1, (1000, 2)), dates, ["a", "b"])
    fit = hr.StudentHMM(1, n_starts=1).fit(light)
    assert fit.estimates.bounds_hit == ("nu [0] = 200",)
    assert np.isnan(fit.standard_errors["nu [0]"])
    wild = pd.DataFrame(rng.standard_cauchy((1000, 2)), dates, ["a", "b"])
    with pytest.warns(hr.errors.ConvergenceWarning, match="those of regime 0 lie on this bound"):
        hr.StudentHMM(1, n_starts=1).fit(wild)


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_bad_settings_and_samples_are_refused():
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number"):
        hr.StudentHMM(0)
    returns = hr.data.simulate_regimes(n_dates=900, seed=3).returns
    returns.iloc[100:500] = 0.0
    with pytest.raises(hr.ConvergenceError, match="must have a bounded likelihood"):
        hr.StudentHMM(2, n_starts=2).fit(returns)
