"""Constants of the densities against scipy."""

import numpy as np
import pytest
from scipy import special, stats

from hedgeresearch._kernels.densities import NORMAL, density_constants, digamma, student_constants


@pytest.mark.parametrize("n", [1, 3])
def test_normal_constant_is_the_density_at_zero(n):
    _, log_c, derivative = density_constants(NORMAL, n)
    assert log_c == pytest.approx(stats.multivariate_normal(np.zeros(n)).logpdf(np.zeros(n)))
    assert derivative == 0.0


@pytest.mark.parametrize("n", [1, 3])
def test_student_constant_is_the_density_at_zero(n):
    def log_density(nu):
        scale = np.eye(n) * (nu - 2) / nu
        return stats.multivariate_t(np.zeros(n), scale, nu).logpdf(np.zeros(n))

    _, log_c, derivative = density_constants(6.0, n)
    assert log_c == pytest.approx(log_density(6.0), rel=1e-12)
    numerical = (log_density(6.0 + 1e-5) - log_density(6.0 - 1e-5)) / 2e-5
    assert derivative == pytest.approx(numerical, rel=1e-6)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("nu", [2.02, 5.0, 500.0, NORMAL])
def test_constants_inside_kernels_are_those_outside(n, nu):
    np.testing.assert_allclose(student_constants(nu, n), density_constants(nu, n)[1:], rtol=1e-12)


def test_digamma_agrees_with_scipy():
    x = np.geomspace(0.1, 1e4, 200)
    found = [digamma(value) for value in x]
    np.testing.assert_allclose(found, special.digamma(x), rtol=1e-13, atol=1e-14)
