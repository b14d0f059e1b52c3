"""The ratio z / x(z) of SABR keeps its digits near the money and far from it."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from hedgeresearch._kernels.options.sabr import SMALL_SLOPE, ratio_to_distance, ratios_and_slopes


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


@pytest.mark.parametrize("rho", [-0.95, -0.3, 0.0, 0.6, 0.99])
def test_slopes_are_those_of_the_integral(rho: float) -> None:
    """The slope is (1 - z x' / x) / x, with x(z) the integral of 1 / sqrt(1 - 2 rho u + u^2)."""
    z = np.array([-40.0, -3.0, -0.2, -1e-2, 1e-2, 0.2, 3.0, 40.0])
    ratio = np.empty_like(z)
    slope = np.empty_like(z)
    ratios_and_slopes(z, np.full_like(z, rho), ratio, slope)
    for i, one in enumerate(z):
        options = {"epsabs": 0.0, "epsrel": 1e-12, "limit": 200, "points": [rho]}
        inside = min(0.0, one) < rho < max(0.0, one)
        options["points"] = [rho] if inside else None
        x = quad(lambda u: 1.0 / math.sqrt(1.0 - 2.0 * rho * u + u * u), 0.0, one, **options)[0]
        root = math.sqrt(1.0 - 2.0 * rho * one + one * one)
        assert ratio[i] == pytest.approx(one / x, rel=1e-10)
        assert slope[i] == pytest.approx((1.0 - one / x / root) / x, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("rho", [-0.95, -0.3, 0.0, 0.6, 0.99])
def test_slopes_near_the_money_go_on_smoothly(rho: float) -> None:
    edge = SMALL_SLOPE
    z = np.array([0.0, edge * (1.0 - 1e-12), edge, -edge * (1.0 - 1e-12), -edge])
    ratio = np.empty_like(z)
    slope = np.empty_like(z)
    ratios_and_slopes(z, np.full_like(z, rho), ratio, slope)
    assert ratio[0] == 1.0
    assert slope[0] == pytest.approx(-rho / 2.0, abs=1e-16)
    # the closed form divides rounding by 1 - |rho| and by z
    rounding = 4.0 * np.finfo(float).eps / (edge * (1.0 - abs(rho)))
    assert slope[1] == pytest.approx(slope[2], abs=rounding)
    assert slope[3] == pytest.approx(slope[4], abs=rounding)
