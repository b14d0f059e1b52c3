"""Probabilities moved past dates against the filter, date by date and at once."""

import numpy as np
import pytest

from hedgeresearch._kernels.hidden_markov.advance import advance_regimes
from hedgeresearch._kernels.hidden_markov.filter import filter_regimes
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.student_emissions import StudentEmissions

COVARIANCES = np.array([[[1.0, 0.5], [0.5, 0.8]], [[6.0, -1.0], [-1.0, 4.0]]])
MEANS = np.array([[0.1, 0.0], [-0.2, 0.1]])
TRANSITION = np.array([[0.98, 0.02], [0.06, 0.94]])
FIRST = np.array([0.3, 0.7])
EMISSIONS = [
    GaussianEmissions(MEANS, COVARIANCES),
    StudentEmissions(MEANS, COVARIANCES, np.array([4.0, 9.0])),
]


@pytest.fixture(params=["plain", "dispatcher"])
def advance(request):
    return getattr(advance_regimes, request.param)


@pytest.mark.parametrize("emissions", EMISSIONS)
@pytest.mark.parametrize("n_dates", [1, 3, 700])
def test_probabilities_are_those_of_the_filter(advance, emissions, n_dates):
    observations = 2.0 * np.random.default_rng(0).standard_normal((n_dates, 2))
    log_densities = emissions.log_densities(observations)
    expected = filter_regimes(log_densities, TRANSITION, FIRST)[0]
    probabilities = FIRST.copy()
    assert advance(observations.T.copy(), *emissions.elliptical, TRANSITION, probabilities)
    np.testing.assert_array_equal(probabilities, expected[-1])
    probabilities = FIRST.copy()
    for row in observations:
        advance(row[:, None], *emissions.elliptical, TRANSITION, probabilities)
    np.testing.assert_allclose(probabilities, expected[-1], rtol=1e-12)


def test_observations_far_away_keep_probabilities_finite(advance):
    emissions = EMISSIONS[0]
    observations = np.array([[90.0, -90.0], [0.0, 0.0]])
    log_densities = emissions.log_densities(observations)
    start = np.array([1.0, 0.0])
    expected = filter_regimes(log_densities, np.eye(2), start)[0][-1]
    advance(observations.T.copy(), *emissions.elliptical, np.eye(2), start)
    np.testing.assert_array_equal(start, expected)


def test_missing_values_leave_probabilities_as_they_are(advance):
    probabilities = FIRST.copy()
    series = np.array([[0.1, 0.2], [0.3, np.nan]])
    assert not advance(series, *EMISSIONS[0].elliptical, TRANSITION, probabilities)
    np.testing.assert_array_equal(probabilities, FIRST)
