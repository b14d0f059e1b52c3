"""Inverse over free directions, and eigenvalues, against numpy."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.inference import eigen_in_place, identified_inverse, sandwich
from hedgeresearch.estimation.influence import parameter_influence


def positive_definite(k, seed=0):
    root = np.random.default_rng(seed).standard_normal((k, k + 2))
    scale = 10.0 ** np.arange(k)
    return root @ root.T * np.outer(scale, scale)


@pytest.mark.parametrize("k", [1, 2, 4, 6])
def test_eigenvalues_are_those_of_numpy(k):
    matrix = np.random.default_rng(k).standard_normal((k, k))
    matrix = matrix + matrix.T
    expected = np.linalg.eigvalsh(matrix)
    left = matrix.copy()
    vectors = np.empty((k, k))
    eigen_in_place(left, vectors)
    np.testing.assert_allclose(np.sort(np.diag(left)), expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(vectors @ np.diag(np.diag(left)) @ vectors.T, matrix, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(k), atol=1e-14)


@pytest.mark.parametrize("n_free", [1, 3, 4])
def test_inverse_is_what_makes_influences_of_scores(n_free):
    information = positive_definite(4)
    tangent = np.random.default_rng(1).standard_normal((4, n_free))
    inverse = np.empty((4, 4))
    smallest = identified_inverse(information, tangent, inverse)
    expected = parameter_influence(np.eye(4), information, tangent)
    size = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(inverse / size, expected / size, atol=1e-9)
    inside = tangent.T @ information @ tangent
    scale = np.sqrt(np.diag(inside))
    lowest = np.linalg.eigvalsh(inside / np.outer(scale, scale))[0]
    assert smallest == pytest.approx(lowest, rel=1e-9)


def test_direction_that_is_not_identified_is_left_out():
    information = np.diag([2.0, 1.0, 1.0])
    information[1, 2] = 1.0
    information[2, 1] = 1.0
    inverse = np.empty((3, 3))
    smallest = identified_inverse(information, np.eye(3), inverse)
    assert abs(smallest) < 1e-12
    expected = [[0.5, 0, 0], [0, 0.25, 0.25], [0, 0.25, 0.25]]
    np.testing.assert_allclose(inverse, expected, atol=1e-12)


def test_held_parameter_may_have_no_finite_information():
    information = np.diag([2.0, np.nan])
    inverse = np.empty((2, 2))
    smallest = identified_inverse(information, np.array([[1.0], [0.0]]), inverse)
    assert smallest == pytest.approx(1.0)
    np.testing.assert_array_equal(inverse, [[0.5, 0.0], [0.0, 0.0]])


def test_curvature_that_is_not_positive_is_reported():
    inverse = np.empty((2, 2))
    assert identified_inverse(np.diag([1.0, -1.0]), np.eye(2), inverse) == -1.0
    assert identified_inverse(np.eye(2), np.empty((2, 0)), inverse) == 1.0
    assert (inverse == 0.0).all()


def test_sandwich_is_that_of_its_definition():
    inverse = positive_definite(4, seed=2)
    outer = positive_definite(4, seed=3)
    covariance = np.empty((4, 4))
    sandwich(inverse, outer, covariance)
    np.testing.assert_allclose(covariance, inverse @ outer @ inverse, rtol=1e-12)
