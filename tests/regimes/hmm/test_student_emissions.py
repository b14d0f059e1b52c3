"""Student-t densities and their moments."""

import numpy as np
from scipy.stats import multivariate_t

from hedgeresearch.regimes.hmm.student_emissions import (
    MAX_DEGREES,
    MIN_DEGREES,
    StudentEmissions,
    degrees_are_inside,
)

DEGREES = np.array([6.0, 4.0])
SCALES = np.array([[[1.0, 0.8], [0.8, 1.0]], [[6.0, 2.0], [2.0, 5.0]]])


def test_densities_and_moments_are_those_of_student():
    values = np.random.default_rng(0).standard_normal((20, 2)) * 2.0
    emissions = StudentEmissions(np.array([[0.1, 0.2], [-0.3, 0.0]]), SCALES, DEGREES)
    for k in range(2):
        expected = multivariate_t(emissions.means[k], SCALES[k], DEGREES[k]).logpdf(values)
        np.testing.assert_allclose(emissions.log_densities(values)[:, k], expected, rtol=1e-12)
    np.testing.assert_allclose(emissions.moments.covariances[1], 2 * SCALES[1])


def test_moments_and_degrees_give_the_scales_back():
    emissions = StudentEmissions(np.zeros((2, 2)), SCALES, DEGREES)
    means, covariances = emissions.moments
    again = emissions.with_moments(means, covariances, DEGREES)
    np.testing.assert_allclose(again.scales, SCALES, rtol=1e-14)


def test_degrees_on_a_bound_are_not_inside():
    assert degrees_are_inside(5.0)
    assert not degrees_are_inside(MIN_DEGREES)
    assert not degrees_are_inside(MAX_DEGREES)
