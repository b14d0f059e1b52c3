"""Gradient and average information of the Kalman likelihood against dense algebra and scores."""

import numpy as np
import pytest

from hedgeresearch._kernels.kalman.search import LONGEST_STEP, is_near, search_kalman
from hedgeresearch.hedges.kalman.likelihood import KalmanLikelihood
from tests.kernels.kalman.test_filter import CASES, dense, likelihood_and_point, simulated


def slow_gradient(likelihood, point, profile):
    """Return the mean score and the mean of half the squares, date by date."""
    squares, scores, jacobian = likelihood.scores(point, profile)
    return scores.mean(axis=0) @ jacobian, squares.mean()


@pytest.mark.parametrize("case", CASES)
def test_gradient_is_the_mean_of_the_scores(case):
    likelihood, point = likelihood_and_point(case, 300)
    profile = likelihood.profile(point)
    found = likelihood(point)
    assert found.value == pytest.approx(profile.log_likelihood / 300, rel=1e-12)
    expected, _ = slow_gradient(likelihood, point, profile)
    np.testing.assert_allclose(found.gradient, expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("case", CASES)
def test_mean_score_is_that_of_a_given_variance(case):
    likelihood, point = likelihood_and_point(case, 300)
    given = likelihood.profile(point)._replace(variance=1.7)
    expected, squares = slow_gradient(likelihood, point, given)
    found = likelihood.mean_score(np.concatenate([[np.log(1.7)], point]))
    n_contrasts = 300 - (1 + likelihood.n_hedges)
    assert found[0] == pytest.approx(0.5 * (squares - n_contrasts / 300), rel=1e-9)
    np.testing.assert_allclose(found[1:], expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("case", CASES)
def test_curvature_is_the_average_information(case):
    """Half f_i' P f_j with f_i = V_i P y, V_i by differences of dense covariances."""
    likelihood, point = likelihood_and_point(case)
    profile = likelihood.profile(point)
    y = likelihood.columns[:, 0]
    x = likelihood.columns[:, 1:]
    inverse = np.linalg.inv(dense(likelihood, point)[1])
    projection = inverse - inverse @ x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)
    u = projection @ y / np.sqrt(profile.variance)
    columns = []
    for one in 1e-4 * np.eye(len(point)):
        change = dense(likelihood, point + one)[1] - dense(likelihood, point - one)[1]
        columns.append(change @ u / 2e-4)
    columns = np.array(columns)
    with_errors = columns @ u
    expected = columns @ projection @ columns.T
    expected -= np.outer(with_errors, with_errors) / (len(y) - x.shape[1])
    means = likelihood(point)
    found = len(y) * (means.information - np.diag(np.abs(means.gradient)) / LONGEST_STEP)
    # the differences are of second order
    np.testing.assert_allclose(found, 0.5 * expected, rtol=1e-6, atol=1e-9)


def test_search_of_many_ratios_is_short():
    """Updates of the first curvature alone needed 19 evaluations."""
    rng = np.random.default_rng(4)
    hedges = rng.standard_normal((600, 8))
    ratios = 0.05 * rng.standard_normal((600, 8)).cumsum(axis=0) * (np.arange(8) % 2)
    asset = (ratios * hedges).sum(axis=1) + rng.standard_normal(600)
    likelihood = KalmanLikelihood(np.column_stack([asset, np.ones(600), hedges]), False)
    low, high = np.array(likelihood.bounds).T.copy()
    start = likelihood.starts()[1]
    _, _, norm, _, n_evaluations = search_kalman(
        likelihood.columns, likelihood.log_gram, start, low, high, np.empty((0, 8))
    )
    assert norm < 1e-6
    assert 0 < n_evaluations < 17


def test_search_is_left_near_a_known_optimum():
    likelihood = KalmanLikelihood(simulated(400, 2), False)
    first = likelihood.search_from(likelihood.starts()[2], [])
    assert first.converged
    assert likelihood.search_from(likelihood.starts()[1], [first]) is None
    low, high = np.array(likelihood.bounds).T.copy()
    arguments = (likelihood.columns, likelihood.log_gram, likelihood.starts()[1], low, high)
    alone = search_kalman(*arguments, np.empty((0, 2)))
    left = search_kalman(*arguments, first.point[None])
    assert 0 < -left[-1] < alone[-1]
    np.testing.assert_allclose(alone[0], first.point, atol=1e-6)


def test_persistence_of_a_still_ratio_does_not_count_as_distance():
    known = np.array([[5.0, 0.0, 2.0, 1.0]])
    assert is_near(np.array([5.05, 0.0, 2.0, 9.0]), known, 2)
    assert not is_near(np.array([5.05, 0.0, 2.5, 1.0]), known, 2)
    assert not is_near(np.array([5.05, 0.5, 2.0, 9.0]), known, 2)


@pytest.mark.long
def test_gradient_keeps_its_precision_over_three_thousand_dates():
    for case in ("two walks", "two means"):
        likelihood, point = likelihood_and_point(case, 3500)
        expected, _ = slow_gradient(likelihood, point, likelihood.profile(point))
        np.testing.assert_allclose(likelihood(point).gradient, expected, rtol=1e-8)
