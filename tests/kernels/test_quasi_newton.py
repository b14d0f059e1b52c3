"""Steps of a quasi-Newton method against numpy."""

import numpy as np
import pytest

from hedgeresearch._kernels.quasi_newton import ascent_direction, bfgs_update


def positive_definite(n):
    values = np.random.default_rng(0).standard_normal((3 * n, n))
    return values.T @ values


def test_direction_solves_the_free_equations():
    curvature = positive_definite(4)
    gradient = np.array([1.0, -2.0, 0.5, 3.0])
    free = np.array([True, False, True, True])
    direction = ascent_direction(curvature, gradient, free)
    expected = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
    np.testing.assert_allclose(direction[free], expected, rtol=1e-7)
    assert direction[1] == 0.0


def test_parameter_without_curvature_does_not_move():
    curvature = np.diag([2.0, 0.0])
    direction = ascent_direction(curvature, np.array([1.0, 1.0]), np.array([True, True]))
    assert direction[1] == 0.0
    assert direction[0] == pytest.approx(0.5, rel=2e-9)  # the scaled diagonal gets 1e-9


def test_update_fulfils_the_secant_equation():
    curvature = positive_definite(3)
    step = np.array([0.1, -0.2, 0.3])
    change = 1.2 * curvature @ step + 0.1 * step
    updated = bfgs_update(curvature, step, change)
    np.testing.assert_allclose(updated @ step, change, rtol=1e-10)
    np.testing.assert_allclose(updated, updated.T, rtol=1e-12)


def test_damped_update_stays_positive_definite():
    curvature = positive_definite(3)
    step = np.array([0.1, -0.2, 0.3])
    updated = bfgs_update(curvature, step, -curvature @ step)
    assert np.linalg.eigvalsh(updated)[0] > 0.0
