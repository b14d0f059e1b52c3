"""Constants of the densities against scipy."""

import numpy as np
import pytest
from scipy import stats

from hedgeresearch._kernels.densities import NORMAL, density_constants


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
