"""Derivatives of the mean score of a pair with respect to residuals and targets."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.dcc.pair.passes import pair_evaluation
from hedgeresearch._kernels.dcc.pair.sensitivity import pair_sensitivity
from hedgeresearch._kernels.dcc.pair.targets import pair_targets

RULES = [
    (False, False, False, NORMAL),
    (False, False, True, NORMAL),
    (True, False, False, 6.0),
    (False, True, False, 7.0),
]


def sample():
    rng = np.random.default_rng(4)
    residuals = rng.standard_normal((60, 2)) @ np.array([[1.0, 0.5], [0.0, 0.8]])
    return np.ascontiguousarray((residuals / residuals.std(axis=0)).T)


def mean_score(parameters, asymmetric, corrected, x, y, targets):
    gradient = np.empty(4)
    how = (asymmetric, corrected, x, y, np.stack([in_segments(x), in_segments(y)]), targets)
    pair_evaluation(parameters, *how, gradient, np.empty((4, 4)))
    return gradient


@pytest.mark.parametrize(("asymmetric", "corrected", "shrunk", "nu"), RULES)
@pytest.mark.parametrize("backward", [False, True])
def test_sensitivity_is_the_numerical_derivative(asymmetric, corrected, shrunk, nu, backward):
    z = sample()
    given = pair_targets(*z, asymmetric)
    parameters = np.array([0.06, 0.8, 0.04 * asymmetric, nu])
    steps = np.array([1e-5, 1e-5, 1e-5 * asymmetric, 1e-4 * nu if nu != NORMAL else 0.0])
    information = np.empty((4, 4))
    by_z = np.empty((4, *z.shape))
    how = (np.full(4, backward), asymmetric, corrected, shrunk)
    by_targets = pair_sensitivity(parameters, steps, *how, *z, given, information, by_z)
    estimated = np.flatnonzero(steps)
    rules = (asymmetric, corrected)
    for i in estimated:
        change = np.zeros(4)
        change[i] = 1e-4
        slope = mean_score(parameters + change, *rules, *z, given)
        slope -= mean_score(parameters - change, *rules, *z, given)
        np.testing.assert_allclose(
            information[i][estimated], -slope[estimated] / 2e-4, rtol=1e-4, atol=1e-6
        )
    for series, t in [(0, 0), (1, 7), (0, 30), (1, 59)]:
        moved = []
        for sign in (1, -1):
            other = z.copy()
            other[series, t] += sign * 1e-5
            targets = given if shrunk else pair_targets(*other, asymmetric)
            moved.append(mean_score(parameters, *rules, *other, targets))
        slope = (moved[0] - moved[1]) / 2e-5
        np.testing.assert_allclose(
            by_z[estimated, series, t], slope[estimated], rtol=1e-5, atol=1e-8
        )
    for element in range(6 if asymmetric else 3):
        if corrected:  # S is a function of the residuals and of a and b
            break
        change = np.zeros(6)
        change[element] = 1e-5
        slope = mean_score(parameters, *rules, *z, given + change)
        slope -= mean_score(parameters, *rules, *z, given - change)
        np.testing.assert_allclose(
            by_targets[estimated, element], slope[estimated] / 2e-5, rtol=1e-5, atol=1e-8
        )
