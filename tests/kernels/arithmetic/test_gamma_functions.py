"""Digamma and trigamma against SciPy."""

import pytest
from scipy.special import digamma, polygamma

from hedgeresearch._kernels.arithmetic.gamma_functions import digamma_and_trigamma


@pytest.mark.parametrize("x", [0.05, 0.5, 1.0, 1.05, 2.5, 9.99, 10.0, 57.3, 101.0, 1e6])
def test_derivatives_of_log_gamma_are_those_of_scipy(x):
    first, second = digamma_and_trigamma(x)
    assert first == pytest.approx(digamma(x), rel=1e-13, abs=1e-13)
    assert second == pytest.approx(polygamma(1, x), rel=1e-12)
