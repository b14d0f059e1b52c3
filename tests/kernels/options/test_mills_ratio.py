"""Mills' ratio and differences of two against scaled error functions and integration."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erfcx

from hedgeresearch._kernels.options.mills_ratio import mills_ratio, ratio_difference

NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def integral(u: float, t: float) -> float:
    """Twice the integral of sinh(t v) exp(-u v - v^2 / 2) over v > 0, of positive terms only."""
    end = 2.0 * 40.0 / (u - t + np.sqrt((u - t) ** 2 + 80.0))  # where the exponent is -40
    v = 0.5 * end * (NODES + 1.0)
    values = -np.expm1(-2.0 * t * v) * np.exp((t - u) * v - 0.5 * v * v)
    return float(0.5 * end * (WEIGHTS @ values))


@pytest.mark.parametrize("z", [-6.0, -1.0, 0.0, 0.5, 3.0, 4.999, 5.0, 20.0, 300.0])
def test_ratio_is_that_of_the_scaled_error_function(z: float) -> None:
    expected = np.sqrt(np.pi / 2.0) * erfcx(z / np.sqrt(2.0))
    assert_allclose(mills_ratio(z), expected, rtol=5e-15)


@pytest.mark.parametrize("u", [0.0, 0.3, 1.0, 2.4, 2.5, 2.6, 3.3, 5.0, 8.0, 14.0, 37.0])
def test_difference_of_two_ratios_keeps_its_digits(u: float) -> None:
    for t in [1e-6, 1e-3, 0.1, 0.29, 0.31, 0.249 * u, 0.251 * u, 0.6 * u]:
        if t > 0.0:
            assert_allclose(ratio_difference(u, t), integral(u, t), rtol=1.5e-14, err_msg=str(t))
