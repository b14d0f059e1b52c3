"""Maximization over a box: bounds, failures and several starts."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.optimization.line_search import mean_likelihood
from hedgeresearch.optimization.quasi_newton import maximize

DATES = np.random.default_rng(0).standard_normal((200, 2)) + np.array([0.3, -0.2])


def normal_means(x):
    """Log-density of independent normals with means x, which the sample mean maximizes."""
    deviations = DATES - x
    return mean_likelihood(-0.5 * (deviations**2).sum(axis=1), deviations, np.eye(2))


def test_maximum_is_found_inside_and_on_a_bound():
    inside = maximize(normal_means, [np.array([0.9, 0.9])], [(-1, 1), (-1, 1)], "a hill")
    np.testing.assert_allclose(inside.point, DATES.mean(axis=0), atol=1e-7)
    assert inside.free.all()
    assert inside.log_likelihood == pytest.approx(200 * normal_means(inside.point).value, rel=1e-12)
    cut = maximize(normal_means, [np.array([0.9, 0.9])], [(-1, 1), (0, 1)], "a hill")
    np.testing.assert_allclose(cut.point, [DATES.mean(axis=0)[0], 0.0], atol=1e-7)
    assert cut.free.tolist() == [True, False]
    assert cut.gradient_norm < 1e-6


def test_scores_are_mapped_to_the_coordinates_of_the_box():
    def doubled(x):
        means = normal_means(2 * x)
        return means._replace(gradient=2 * means.gradient, information=4 * means.information)

    optimum = maximize(doubled, [np.zeros(2)], [(-1, 1), (-1, 1)], "a hill")
    np.testing.assert_allclose(optimum.point, DATES.mean(axis=0) / 2, atol=1e-7)


def test_rosenbrock_valley_is_followed():
    """Rosenbrock's function as a likelihood of squared deviations."""

    def valley(x):
        first = 1 - x[0] + 0 * DATES[:, 0]
        second = 10 * (x[1] - x[0] ** 2) + 0 * DATES[:, 0]
        by_first = np.stack([first + 20 * x[0] * second, -10 * second], axis=1)
        return mean_likelihood(-0.5 * (first**2 + second**2), by_first, np.eye(2))

    optimum = maximize(valley, [np.array([-1.2, 1.0])], [(-2, 2), (-2, 2)], "a valley")
    np.testing.assert_allclose(optimum.point, [1, 1], atol=1e-4)


def test_likelihood_without_finite_value_is_refused():
    def nowhere(x):
        return mean_likelihood(np.full(200, np.nan), np.zeros((200, 2)), np.eye(2))

    with pytest.raises(
        hr.ConvergenceError, match="the likelihood of a void must reach a maximum; stopped at"
    ):
        maximize(nowhere, [np.zeros(2)], [(0, 1), (0, 1)], "a void")


def test_other_starts_are_tried_after_ending_on_a_bound():
    """Two hills: the higher start leads to the lower hill, which the bound cuts."""

    def hills(x):
        low = -((x[0] - 1.2) ** 2)
        high = 1.0 - 30.0 * (x[0] + 0.5) ** 2
        value, slope = (low, -2 * (x[0] - 1.2)) if x[0] > 0 else (high, -60.0 * (x[0] + 0.5))
        return mean_likelihood(np.full(50, value), np.full((50, 1), slope), np.eye(1))

    optimum = maximize(hills, [np.array([0.9]), np.array([-0.8])], [(-1, 1)], "two hills")
    assert optimum.point == pytest.approx([-0.5], abs=1e-6)
