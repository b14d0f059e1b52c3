"""Coordinates of the search of a correlation against their definition and differences."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.dcc.box import box_jacobian, parameters_at, to_searched

POINT = np.array([0.9, 0.1, 0.3, 0.2])
DELTA = 0.6


def parameters_of(point):
    parameters = np.empty(4)
    parameters_at(point, DELTA, parameters)
    return parameters


def jacobian_of(point):
    jacobian = np.empty((4, 4))
    box_jacobian(point, DELTA, jacobian)
    return jacobian


def test_coordinates_are_shares_of_the_persistence():
    a, b, g, nu = parameters_of(POINT)
    assert a + b + DELTA * g == pytest.approx(0.9)
    assert (a + DELTA * g) / 0.9 == pytest.approx(0.1)
    assert DELTA * g / (a + DELTA * g) == pytest.approx(0.3)
    assert nu == pytest.approx(5.0)
    assert parameters_of(np.array([0.9, 0.1, 0.3, 0.0]))[3] == NORMAL


def test_jacobian_is_the_numerical_one():
    found = jacobian_of(POINT)
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-6
        slope = (parameters_of(POINT + step) - parameters_of(POINT - step)) / 2e-6
        np.testing.assert_allclose(found[:, i], slope, rtol=1e-8, atol=1e-9)


def test_searched_coordinates_have_the_gradient_of_the_chain_rule():
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((20, 4))
    jacobian = jacobian_of(POINT)
    searched = np.array([0, 1, 3, -1])
    gradient = np.empty(3)
    information = np.empty((3, 3))
    outer = scores.T @ scores
    to_searched(jacobian, searched, scores.sum(axis=0), outer, gradient, information)
    moved = scores @ jacobian[:, [0, 1, 3]]
    np.testing.assert_allclose(gradient, moved.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(information, moved.T @ moved, rtol=1e-12)
