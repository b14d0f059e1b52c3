"""Sums over the dates of a correlation of two series against its scores by date."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.dcc.pair.passes import pair_evaluation, pair_values
from hedgeresearch._kernels.dcc.pair.targets import pair_targets
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood

POINTS = [(0.05, 0.9, 0.0), (0.2, 0.3, 0.1), (0.01, 0.985, 0.002), (0.0, 0.0, 0.0)]
RULES = [{}, {"asymmetric": True}, {"corrected": True}]


def sample(n_dates):
    rng = np.random.default_rng(3)
    residuals = rng.standard_t(8, (n_dates, 2)) @ np.array([[1.0, 0.6], [0.0, 0.7]])
    return residuals / residuals.std(axis=0)


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("nu", [NORMAL, 5.0])
@pytest.mark.parametrize("n_dates", [40, 41, 500, 503])  # logarithms are summed in groups of dates
def test_sums_are_those_of_the_scores_by_date(rules, nu, n_dates):
    likelihood = CorrelationLikelihood(sample(n_dates), **rules)
    asymmetric = likelihood.asymmetric
    corrected = likelihood.corrected
    x, y = np.ascontiguousarray(likelihood.residuals.T)
    segments = np.stack([in_segments(x), in_segments(y)])
    targets = pair_targets(x, y, asymmetric)
    estimated = [0, 1, *[2] * asymmetric, *[3] * (nu != NORMAL)]
    for parameters in np.array(POINTS) * [1, 1, asymmetric]:
        by_date, scores = likelihood.scores(parameters, nu)
        point = np.append(parameters, nu)
        gradient = np.empty(4)
        information = np.empty((4, 4))
        how = (asymmetric, corrected, x, y, segments, targets)
        value = pair_evaluation(point, *how, gradient, information)
        assert value == pytest.approx(by_date.mean(), rel=1e-13)
        largest = np.abs(scores).max()
        np.testing.assert_allclose(
            gradient[estimated], scores.mean(axis=0)[estimated], rtol=1e-9, atol=1e-12 * largest
        )
        products = scores.T @ scores / n_dates
        cut = np.ix_(estimated, estimated)
        np.testing.assert_allclose(
            information[cut], products[cut], rtol=1e-9, atol=1e-12 * largest**2
        )


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("nu", [NORMAL, 5.0])
@pytest.mark.parametrize("n_dates", [500, 503])
def test_values_of_eight_points_are_those_of_each(rules, nu, n_dates):
    likelihood = CorrelationLikelihood(sample(n_dates), **rules)
    x, y = np.ascontiguousarray(likelihood.residuals.T)
    targets = pair_targets(x, y, likelihood.asymmetric)
    points = np.array([*POINTS, *POINTS]) * [1, 1, likelihood.asymmetric]
    values = np.empty(8)
    parameters = np.column_stack([points, np.full(8, nu)])
    pair_values(parameters, likelihood.corrected, x, y, targets, values)
    expected = [likelihood.scores(point, nu)[0].mean() for point in points]
    np.testing.assert_allclose(values, expected, rtol=1e-13)


def test_targets_are_the_moments_of_the_residuals():
    z = sample(300)
    found = pair_targets(*np.ascontiguousarray(z.T), True).reshape(2, 3)
    news = np.minimum(z, 0.0)
    for moment, elements in zip([np.cov(z.T), news.T @ news / 300], found, strict=True):
        np.testing.assert_allclose(moment[[0, 0, 1], [0, 1, 1]], elements, rtol=1e-12)
    likelihood = CorrelationLikelihood(z, asymmetric=True)
    moments = [likelihood.sample_target, likelihood.news_target]
    for moment, elements in zip(moments, found, strict=True):
        np.testing.assert_array_equal(moment, elements[[[0, 1], [1, 2]]])


def test_a_singular_correlation_has_no_density():
    x = np.random.default_rng(0).standard_normal(100)
    segments = np.stack([in_segments(x)] * 2)
    targets = pair_targets(x, x, False)
    arguments = (False, x, x, targets)
    point = np.array([0.05, 0.9, 0.0, NORMAL])
    for nu in (NORMAL, 5.0):
        point[3] = nu
        values = np.empty(8)
        pair_values(np.tile(point, (8, 1)), *arguments, values)
        assert (values == -np.inf).all()
        how = (False, False, x, x, segments, targets)
        found = pair_evaluation(point, *how, np.empty(4), np.empty((4, 4)))
        assert found == -np.inf
