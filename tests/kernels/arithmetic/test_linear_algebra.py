"""Small linear algebra against numpy."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky


@pytest.mark.parametrize("n", [1, 2, 5])
def test_cholesky_solution_equals_numpy(n):
    rng = np.random.default_rng(n)
    values = rng.standard_normal((3 * n, n))
    matrix = values.T @ values
    right = rng.standard_normal(n)
    factor = matrix.copy()
    pivot = cholesky_in_place(factor)
    expected = np.linalg.cholesky(matrix)
    np.testing.assert_allclose(np.tril(factor), expected, rtol=1e-11)
    assert pivot == pytest.approx(np.diag(expected).min() ** 2, rel=1e-11)
    solution = right.copy()
    solve_cholesky(factor, solution)
    np.testing.assert_allclose(solution, np.linalg.solve(matrix, right), rtol=1e-9)


def test_indefinite_matrix_has_negative_pivot():
    assert cholesky_in_place(np.array([[1.0, 2.0], [2.0, 1.0]])) == -3.0
