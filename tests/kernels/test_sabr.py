"""The ratio z / x(z) of SABR keeps its digits near the money and far from it."""

import math

import pytest

from hedgeresearch._kernels.sabr import ratio_to_distance


@pytest.mark.parametrize("rho", [-0.95, -0.3, 0.0, 0.6, 0.99])
@pytest.mark.parametrize("z", [-1e-4, -2e-6, 1e-8, 3e-6, 5e-5])
def test_ratio_near_the_money_is_its_expansion(z: float, rho: float) -> None:
    third = rho * (5.0 - 6.0 * rho**2) / 24.0
    expected = 1.0 - rho * z / 2.0 + (2.0 - 3.0 * rho**2) * z**2 / 12.0 + third * z**3
    assert ratio_to_distance(z, rho) == pytest.approx(expected, rel=2e-14)


@pytest.mark.parametrize("rho", [-0.95, 0.0, 0.99])
def test_ratio_far_from_the_money_mirrors(rho: float) -> None:
    for z in (0.5, 30.0, 1e6):
        assert ratio_to_distance(-z, rho) == ratio_to_distance(z, -rho)
    # x(z) grows like ln(2 z / (1 - rho))
    z = 1e8
    assert z / ratio_to_distance(z, rho) == pytest.approx(math.log(2.0 * z / (1.0 - rho)), rel=1e-7)
