"""Sensitivity of the usual DCC of two series, in segments, against that of all models."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.dcc.pair.plain_sensitivity import plain_sensitivity
from hedgeresearch._kernels.dcc.pair.sensitivity import pair_sensitivity
from hedgeresearch._kernels.dcc.pair.targets import pair_targets

POINTS = [(0.05, 0.9), (0.3, 0.3), (0.01, 0.0), (0.03, 0.965)]
N_DATES = [41, 47, 503]
"""Numbers of dates of which segments hold six, of which the last holds five, and many."""


def sample(n_dates):
    rng = np.random.default_rng(4)
    residuals = rng.standard_normal((n_dates, 2)) @ np.array([[1.0, 0.5], [0.0, 0.8]])
    x, y = np.ascontiguousarray((residuals / residuals.std(axis=0)).T)
    return x, y, pair_targets(x, y, False)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("n_dates", N_DATES)
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("shrunk", [False, True])
def test_sensitivity_is_that_of_all_models(shrunk, backward, n_dates, point):
    data = sample(n_dates)
    how = (np.array([*point, 0.0, NORMAL]), np.array([1e-4, 1e-4, 0.0, 0.0]), np.full(4, backward))
    information = np.empty((4, 4))
    by_z = np.zeros((4, 2, n_dates))
    by_targets = pair_sensitivity(*how, False, False, shrunk, *data, information, by_z)
    found = np.empty((4, 4))
    found_by_z = np.zeros((4, 2, n_dates))
    found_by_targets = plain_sensitivity(*how, shrunk, *data, found, found_by_z)
    # differences of gradients over steps of 1e-4 magnify their rounding, 1e-16 or so, as much
    scale = np.abs(information).max()
    np.testing.assert_allclose(found[:2, :2], information[:2, :2], rtol=0, atol=1e-11 * scale)
    np.testing.assert_allclose(found_by_z, by_z, rtol=0, atol=1e-10 * np.abs(by_z).max())
    scale = np.abs(by_targets).max()
    np.testing.assert_allclose(
        found_by_targets[:2, :3], by_targets[:2, :3], rtol=1e-10, atol=1e-10 * scale
    )
