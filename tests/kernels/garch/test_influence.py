"""Hessian, influences and residuals of GARCH against differences and the sums written out."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.garch.coordinates import garch_jacobian, garch_parameters
from hedgeresearch._kernels.garch.hessian import garch_hessian
from hedgeresearch._kernels.garch.influence import (
    garch_influence,
    garch_influence_matrix,
    garch_residual_slopes,
    garch_standardize,
)
from hedgeresearch._kernels.garch.recursion import garch_residuals, garch_variance
from hedgeresearch._kernels.garch.symmetric_hessian import symmetric_hessian
from hedgeresearch.estimation.influence import parameter_influence
from hedgeresearch.volatility.garch.likelihood import backcast_start, mean_score, scores_by_date

PARAMETERS = [
    (0.02, 0.1, 0.08, 0.0, 0.85, NORMAL),
    (-0.1, 0.2, 0.05, 0.1, 0.7, NORMAL),
    (0.02, 0.1, 0.08, 0.0, 0.85, 5.0),
    (0.1, 0.3, 0.2, -0.15, 0.4, 2.7),
]


@pytest.fixture(scope="module")
def returns():
    draws = np.random.default_rng(3).standard_t(5, 403)
    return (draws - draws.mean()) / draws.std()


def fourth_order(function, at, i):
    """Derivative of a function of the parameters with respect to one of them."""
    step = np.zeros(len(at))
    step[i] = 1e-4
    near = function(at + step) - function(at - step)
    far = function(at + 2 * step) - function(at - 2 * step)
    return (8 * near - far) / 12e-4


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_hessian_is_the_derivative_of_the_mean_score(parameters, returns):
    parameters = np.array(parameters)
    k = 5 if parameters[5] == NORMAL else 6
    hessian = np.empty((6, 6))
    garch_hessian(parameters, returns, hessian)
    for i in range(k):
        slope = fourth_order(lambda x: mean_score(x, returns)[:k], parameters, i)
        np.testing.assert_allclose(hessian[i, :k], slope, rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(hessian, hessian.T)
    if k == 5:
        assert (hessian[5] == 0.0).all()


@pytest.mark.parametrize("n_dates", [41, 60, 403])
@pytest.mark.parametrize(
    "parameters",
    [PARAMETERS[0], (0.1, 0.3, 0.2, 0.0, 0.4, NORMAL), (0.1, 0.9, 0.0, 0.0, 0.0, NORMAL)],
)
def test_hessian_in_segments_is_that_of_blocks(parameters, n_dates, returns):
    parameters = np.array(parameters)
    sample = returns[:n_dates]
    hessian = np.empty((6, 6))
    garch_hessian(parameters, sample, hessian)
    hessian[3] = 0.0
    hessian[:, 3] = 0.0
    found = np.empty((6, 6))
    symmetric_hessian(parameters, n_dates, in_segments(sample), found)
    np.testing.assert_allclose(found, hessian, rtol=1e-11, atol=1e-11 * np.abs(hessian).max())


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_residuals_and_their_slopes_are_those_of_the_recursion(parameters, returns):
    parameters = np.array(parameters)
    start = backcast_start(parameters[:5], returns)
    expected, derivatives = garch_residuals(parameters[:5], returns, *start)
    variances = garch_variance(parameters[:5], returns, start[0])
    residuals = np.empty_like(returns)
    next_variance, log_variance = garch_standardize(parameters, returns, residuals)
    np.testing.assert_allclose(residuals, expected, rtol=1e-12)
    assert next_variance == pytest.approx(variances[-1], rel=1e-12)
    assert log_variance == pytest.approx(np.log(variances[:-1]).sum(), rel=1e-12)
    weights = np.random.default_rng(0).standard_normal(len(returns))
    slopes = np.empty(6)
    garch_residual_slopes(parameters, returns, weights, slopes)
    np.testing.assert_allclose(slopes[:5], derivatives @ weights, rtol=1e-10)
    assert slopes[5] == 0.0


POINTS = [
    ((0.05, -2.0, 0.9, 0.1, 0.5, 0.0), [0, 1, 2, 4], [True, True, True, True, False, False]),
    ((0.05, -2.0, 0.9, 0.0, 0.5, 0.0), [0, 1, 2, 4], [True, True, True, False, False, False]),
    ((0.0, -3.0, 0.95, 0.05, 0.6, 0.2), [1, 2, 3, 4, 5], [False, True, True, True, True, True]),
]


@pytest.mark.parametrize(("point", "kept", "free"), POINTS)
def test_influence_is_the_inverse_information_times_scores(point, kept, free, returns):
    point = np.array(point)
    kept = np.array(kept)
    free = np.array(free)
    parameters = garch_parameters(point)
    inverse = np.empty((len(kept), len(kept)))
    garch_influence_matrix(point, free, returns, kept, inverse)
    influence = np.empty((len(returns), len(kept)))
    garch_influence(parameters, returns, kept, inverse, influence)
    scores = scores_by_date(parameters, returns)[:, kept]
    hessian = np.empty((6, 6))
    garch_hessian(parameters, returns, hessian)
    tangent = garch_jacobian(point)[kept][:, free]
    expected = parameter_influence(scores, -hessian[np.ix_(kept, kept)], tangent)
    size = np.abs(expected).max(axis=0)
    assert (np.abs(influence - expected) <= 1e-9 * size).all()


def test_influence_of_the_identity_is_the_score(returns):
    parameters = np.array(PARAMETERS[3])
    kept = np.arange(6)
    scores = np.empty((len(returns), 6))
    garch_influence(parameters, returns, kept, np.eye(6), scores)
    np.testing.assert_allclose(scores, scores_by_date(parameters, returns), rtol=1e-9, atol=1e-12)
