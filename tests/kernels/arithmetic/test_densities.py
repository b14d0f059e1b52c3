"""Constants of the densities against scipy."""

import numpy as np
import pytest
from scipy import special, stats

from hedgeresearch._kernels.arithmetic.densities import (
    NORMAL,
    density_constants,
    density_curvature,
    digamma,
    trigamma,
)


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


def test_derivatives_of_the_gamma_function_agree_with_scipy():
    x = np.geomspace(0.1, 1e4, 200)
    first = [digamma(value) for value in x]
    np.testing.assert_allclose(first, special.digamma(x), rtol=1e-13, atol=1e-14)
    second = [trigamma(value) for value in x]
    np.testing.assert_allclose(second, special.polygamma(1, x), rtol=1e-13)


@pytest.mark.parametrize("nu", [2.1, 6.0, 400.0])
def test_curvature_is_the_derivative_of_the_derivative(nu):
    def slope(at):
        return density_constants(at, 2)[2]

    numerical = (slope(1.0001 * nu) - slope(0.9999 * nu)) / (2e-4 * nu)
    assert density_curvature(nu, 2) == pytest.approx(numerical, rel=1e-5)
    assert density_curvature(NORMAL, 2) == 0.0
