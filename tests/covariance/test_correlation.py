"""Arithmetic of correlation matrices."""

import numpy as np

from hedgeresearch.covariance.correlation import (
    as_correlation,
    filter_residuals,
    pairwise_products,
    upper_triangle_to_matrix,
)
from hedgeresearch.volatility.garch.state import GARCHState


def test_a_covariance_is_scaled_to_a_unit_diagonal():
    covariance = np.array([[4.0, 1.0], [1.0, 9.0]])
    np.testing.assert_allclose(as_correlation(covariance), [[1, 1 / 6], [1 / 6, 1]], rtol=1e-15)


def test_products_are_outer_products_of_each_date():
    volatility = np.random.default_rng(0).random((5, 3))
    expected = [np.outer(row, row) for row in volatility]
    np.testing.assert_array_equal(pairwise_products(volatility), expected)


def test_a_triangle_is_completed_to_a_matrix():
    whole = upper_triangle_to_matrix(np.array([1.0, 2.0, 3.0]), 2)
    np.testing.assert_array_equal(whole, [[1, 2], [2, 3]])
    without_diagonal = upper_triangle_to_matrix(np.array([2.0]), 2, diagonal=False)
    np.testing.assert_array_equal(without_diagonal, [[0, 2], [2, 0]])


def test_residuals_are_errors_over_volatilities():
    parameters = np.array([0.1, 0.2, 0.1, 0.0, 0.8])
    states = (GARCHState(parameters, 1.0), GARCHState(parameters, 2.0))
    returns = np.random.default_rng(1).standard_normal((30, 2))
    residuals, variances, after = filter_residuals(states, returns)
    assert variances.shape == (31, 2)
    np.testing.assert_allclose(residuals, (returns - 0.1) / np.sqrt(variances[:-1]), rtol=1e-14)
    assert [state.next_variance for state in after] == variances[-1].tolist()
