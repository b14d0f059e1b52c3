"""Factors and inverses of eight matrices at once against numpy, one matrix at a time."""

import numpy as np
import pytest
from numba.core.errors import TypingError

from hedgeresearch._kernels.arithmetic.lane_matrices import (
    factorize_lanes,
    invert_lanes,
    log_determinant,
)
from hedgeresearch._kernels.arithmetic.lanes import WIDTH


def eight_matrices(n):
    values = np.random.default_rng(n).standard_normal((WIDTH, 3 * n + 1, n))
    return 1e-4 * np.einsum("dti,dtj->dij", values, values)


def in_one_array(matrices):
    """Element (i, j) of all matrices side by side."""
    return np.moveaxis(matrices, 0, -1).flatten()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 10, 31])
def test_factors_and_inverses_equal_numpy(n):
    matrices = eight_matrices(n)
    lanes = in_one_array(matrices)
    pivots = np.empty((n + 1) * WIDTH)
    factorize_lanes(lanes, n, pivots)
    invert_lanes(lanes, n)
    found = np.moveaxis(lanes.reshape(n, n, WIDTH), -1, 0)
    factors = np.linalg.cholesky(matrices)
    lower = np.tril_indices(n, -1)
    upper = lower[::-1]
    np.testing.assert_allclose(found[:, *lower], factors[:, *lower], rtol=1e-9, atol=1e-12)
    inverses = np.linalg.inv(factors)
    np.testing.assert_allclose(found[:, *upper], inverses[:, *lower], rtol=1e-9, atol=1e-7)
    diagonals = np.diagonal(factors, axis1=1, axis2=2)
    np.testing.assert_allclose(np.diagonal(found, axis1=1, axis2=2), 1 / diagonals, rtol=1e-10)
    np.testing.assert_allclose(pivots[n * WIDTH :], diagonals.min(axis=1) ** 2, rtol=1e-10)


@pytest.mark.parametrize("n", [1, 5, 200])
def test_log_determinants_equal_numpy(n):
    """With 200 series the product of the pivots is far below the smallest float."""
    matrices = eight_matrices(n)
    pivots = np.empty((n + 1) * WIDTH)
    factorize_lanes(in_one_array(matrices), n, pivots)
    found = [log_determinant(pivots, n, date) for date in range(WIDTH)]
    np.testing.assert_allclose(found, np.linalg.slogdet(matrices)[1], rtol=1e-12)


def test_smallest_pivot_shows_which_dates_are_indefinite():
    """One date has a negative pivot, another a pivot of zero; what follows them is NaN."""
    matrices = np.repeat(np.eye(4)[None], WIDTH, axis=0)
    matrices[2, 1, 1] = -3.0
    matrices[5, 2, 2] = 0.0
    pivots = np.empty(5 * WIDTH)
    factorize_lanes(in_one_array(matrices), 4, pivots)
    np.testing.assert_array_equal(pivots[4 * WIDTH :], [1, 1, -3, 1, 1, 0, 1, 1])


def test_lanes_of_arrays_with_gaps_are_refused():
    strided = np.ones(64)[::2]
    with pytest.raises(TypingError, match="lanes are those of contiguous arrays"):
        factorize_lanes(strided, 2, np.empty(3 * WIDTH))
