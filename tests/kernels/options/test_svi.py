"""The SVI smile, its density and their derivatives against differences and the formula."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hedgeresearch._kernels.options.svi import (
    density_gradient,
    svi_density,
    svi_raw,
    svi_total_variance,
    variance_gradient,
)

POINTS = [
    np.array([-1.0, 0.5, np.log(0.01), 0.1, np.log(0.2)]),
    np.array([0.3, -2.0, np.log(0.002), -0.3, np.log(0.05)]),
]


def raw_of(point: np.ndarray) -> np.ndarray:
    raw = np.zeros(5)
    svi_raw(point, raw)
    return raw


@pytest.mark.parametrize("point", POINTS)
def test_raw_parameters_have_the_slopes_and_minimum_of_the_point(point: np.ndarray) -> None:
    a, b, rho, m, sigma = raw_of(point)
    logistic = 2.0 / (1.0 + np.exp(-point[:2]))
    assert_allclose([b * (1.0 + rho), b * (1.0 - rho)], logistic)
    assert_allclose(a + b * sigma * np.sqrt(1.0 - rho**2), np.exp(point[2]))
    assert_allclose([m, sigma], [point[3], np.exp(point[4])])


@pytest.mark.parametrize("point", POINTS)
def test_density_is_that_of_differences_of_total_variance(point: np.ndarray) -> None:
    raw = raw_of(point)
    step = 1e-4
    for k in (-0.7, -0.05, 0.0, 0.3, 1.2):
        low, w, high = (svi_total_variance(raw, k + i * step) for i in (-1, 0, 1))
        slope = (high - low) / (2.0 * step)
        bend = (high - 2.0 * w + low) / step**2
        expected = (1.0 - k * slope / (2.0 * w)) ** 2
        expected += -(slope**2) / 4.0 * (1.0 / w + 0.25) + bend / 2.0
        assert_allclose(svi_density(raw, k), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("k", [-0.7, -0.05, 0.0, 0.3, 1.2])
def test_gradients_are_differences(point: np.ndarray, k: float) -> None:
    of_variance = np.zeros(5)
    of_density = np.zeros(5)
    variance_gradient(point, raw_of(point), k, of_variance)
    density_gradient(point, raw_of(point), k, of_density, np.zeros(5))
    step = 1e-6
    for p in range(5):
        moved = [point + sign * step * np.eye(5)[p] for sign in (-1.0, 1.0)]
        low, high = (svi_total_variance(raw_of(one), k) for one in moved)
        assert_allclose(of_variance[p], (high - low) / (2.0 * step), rtol=1e-6, atol=1e-10)
        low, high = (svi_density(raw_of(one), k) for one in moved)
        assert_allclose(of_density[p], (high - low) / (2.0 * step), rtol=1e-5, atol=1e-7)
