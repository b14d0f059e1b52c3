"""Filter of a dynamic correlation with GARCH margins against its parts, one after the other."""

import numpy as np
import pytest

from hedgeresearch._kernels.dcc.filter import filter_garch_dcc
from hedgeresearch._kernels.dcc.recursion import dcc_last
from hedgeresearch._kernels.garch.recursion import garch_variance

MARGINS = np.array(
    [[1e-4, 2e-6, 0.05, 0.0, 0.9], [0.0, 1e-6, 0.02, 0.06, 0.93], [-1e-4, 3e-6, 0.1, 0.0, 0.8]]
)
FIRST = np.array([1e-4, 2e-4, 5e-5])
TARGET = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.3], [0.2, 0.3, 1.0]])


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("n_dates", [1, 200])
def test_filter_is_that_of_the_margins_and_of_the_correlation(corrected, n_dates):
    returns = 0.01 * np.random.default_rng(1).standard_normal((n_dates, 3))
    parameters = np.array([0.04, 0.9, 0.0 if corrected else 0.02])
    residuals = np.empty_like(returns)
    after = np.empty(3)
    for i, margin in enumerate(MARGINS):
        h = garch_variance(margin, np.ascontiguousarray(returns[:, i]), FIRST[i])
        residuals[:, i] = (returns[:, i] - margin[0]) / np.sqrt(h[:-1])
        after[i] = h[-1]
    intercept = 0.05 * TARGET
    expected = dcc_last(parameters, corrected, residuals, intercept, TARGET)
    values = np.vstack([FIRST, TARGET])
    filter_garch_dcc(MARGINS, parameters, corrected, intercept, values, returns)
    q = values[1:]
    np.testing.assert_allclose(values[0], after, rtol=1e-14)
    np.testing.assert_allclose(q, expected, rtol=1e-13)
    np.testing.assert_array_equal(q, q.T)
