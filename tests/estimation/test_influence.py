"""Influence functions against sandwich covariances written out, and parameters on bounds."""

import numpy as np
import pytest

from hedgeresearch.estimation.influence import (
    covariance_from_influence,
    estimates_from_influence,
    numerical_hessian,
    parameter_influence,
)

SCORES = np.random.default_rng(0).standard_normal((200, 3)) @ np.diag([1.0, 10.0, 0.1])
INFORMATION = np.array([[2.0, 0.3, 0.1], [0.3, 50.0, 0.2], [0.1, 0.2, 0.03]])


def test_covariance_of_free_parameters_is_the_sandwich():
    influence = parameter_influence(SCORES, INFORMATION, np.eye(3))
    inverse = np.linalg.inv(INFORMATION)
    expected = inverse @ (SCORES.T @ SCORES) @ inverse / 200**2
    np.testing.assert_allclose(covariance_from_influence(influence), expected, rtol=1e-9)


def test_parameter_on_a_bound_has_no_influence():
    influence = parameter_influence(SCORES, INFORMATION, np.eye(3)[:, [0, 2]])
    covariance = covariance_from_influence(influence)
    assert np.isnan(covariance[1]).all()
    kept = np.ix_([0, 2], [0, 2])
    inverse = np.linalg.inv(INFORMATION[kept])
    expected = inverse @ (SCORES.T @ SCORES)[kept] @ inverse / 200**2
    np.testing.assert_allclose(covariance[kept], expected, rtol=1e-9)


def test_direction_without_curvature_is_left_out():
    information = np.diag([2.0, 0.0])
    influence = parameter_influence(SCORES[:, :2], information, np.eye(2))
    np.testing.assert_allclose(influence[:, 0], SCORES[:, 0] / 2.0, rtol=1e-12)
    np.testing.assert_array_equal(influence[:, 1], 0.0)


def test_numerical_hessian_equals_that_of_a_cubic():
    def gradient(x):
        return np.array([3 * x[0] ** 2 + x[1], x[0] + 2 * x[1], 7.0])

    steps = np.full(3, 1e-4)
    found = numerical_hessian(gradient, np.array([0.5, 1.0, 0.0]), steps, [0, 1])
    np.testing.assert_allclose(found, [[3.0, 1.0], [1.0, 2.0]], rtol=1e-9)


def newey_west_sum(influence):
    total = influence.T @ influence
    for lag in range(1, 5):  # floor(4 * 2 ** (2 / 9))
        cross = influence[lag:].T @ influence[:-lag]
        total += (1 - lag / 5) * (cross + cross.T)
    return total


def test_estimates_from_influence_have_newey_west_errors():
    influence = SCORES[:, :2]
    estimates = estimates_from_influence(
        ["a", "b"], np.array([1.0, 2.0]), influence, n_coefficients=3, n_effective=np.inf
    )
    total = newey_west_sum(influence)
    np.testing.assert_allclose(estimates.covariance, total / 200**2, rtol=1e-12)
    assert estimates.parameters.to_dict() == {"a": 1.0, "b": 2.0}
    assert estimates.summary.loc["b", "t"] == pytest.approx(2.0 / np.sqrt(total[1, 1]) * 200)
    assert np.isinf(estimates.degrees_of_freedom)


def test_errors_from_influence_are_corrected_in_small_samples():
    influence = SCORES[:, :2]
    for n_effective, n in ((None, 200.0), (40.0, 40.0)):
        estimates = estimates_from_influence(
            ["a", "b"], np.array([1.0, 2.0]), influence, n_coefficients=3, n_effective=n_effective
        )
        expected = newey_west_sum(influence) / 200**2 * (n / (n - 3)) ** 2
        np.testing.assert_allclose(estimates.covariance, expected, rtol=1e-12)
        degrees = 1 / (1 / (n - 3) + 4 / (1.5 * n))
        assert estimates.degrees_of_freedom == pytest.approx(degrees)
