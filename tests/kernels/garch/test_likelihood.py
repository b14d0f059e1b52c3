"""Summed scores of GARCH against the scores date by date, and the grid against the likelihood."""

import itertools

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.garch.coordinates import garch_coordinates, garch_parameters
from hedgeresearch._kernels.garch.grid import (
    ASYMMETRIC_GRID,
    ASYMMETRIC_PARAMETERS,
    HEAVY,
    MAX_STARTS,
    NEARLY_NORMAL,
    SYMMETRIC_GRID,
    SYMMETRIC_PARAMETERS,
    grid_starts,
    trend_starts,
    values_at,
)
from hedgeresearch._kernels.garch.likelihood import garch_evaluate
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood
from hedgeresearch.volatility.garch.parameters import GARCHLayout

FLAGS = list(itertools.product([True, False], repeat=3))
POINTS = [(0.05, -2.0, 0.9, 0.1, 0.7, 0.15), (-0.3, -5.0, 0.98, 0.3, 0.2, 0.4)]


def unit_returns(n_dates, seed=0):
    returns = np.random.default_rng(seed).standard_t(5, n_dates)
    return (returns - returns.mean()) / returns.std()


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("n_dates", [5, 41, 128, 500, 503])
def test_sums_are_those_of_the_scores_by_date(n_dates, flags):
    returns = unit_returns(n_dates)
    likelihood = GARCHLikelihood(returns, GARCHLayout(*flags).coordinates)
    searched = garch_coordinates(*flags)
    assert searched.tolist() == likelihood.coordinates
    k = len(searched)
    segments = in_segments(returns)
    for chosen in POINTS:
        x = np.array(chosen)[searched]
        gradient = np.empty(k)
        information = np.empty((k, k))
        point = likelihood.full_point(x)
        value = garch_evaluate(point, searched, returns, segments, gradient, information)
        expected = likelihood(x)
        assert value == pytest.approx(expected.value, rel=1e-13)
        np.testing.assert_allclose(gradient, expected.gradient, rtol=1e-11, atol=1e-13)
        size = np.sqrt(np.diag(expected.information))
        scale = np.outer(size, size)
        np.testing.assert_allclose(information / scale, expected.information / scale, atol=1e-12)


GRIDS = [(SYMMETRIC_GRID, SYMMETRIC_PARAMETERS), (ASYMMETRIC_GRID, ASYMMETRIC_PARAMETERS)]


@pytest.mark.parametrize("n_dates", [64, 203])
@pytest.mark.parametrize(("grid", "parameters"), GRIDS, ids=["symmetric", "asymmetric"])
def test_values_of_student_t_are_those_of_the_likelihood(grid, parameters, n_dates):
    """Up to a constant; the first variance of the grid is one."""
    returns = unit_returns(n_dates)
    start = (1.0, np.zeros(5))
    likelihood = GARCHLikelihood(returns, list(range(6)), lambda *_: start)
    values = values_at(parameters, returns, HEAVY)
    points = grid.reshape(-1, 6).copy()
    points[:, 5] = 1.0 / HEAVY
    differences = [v - likelihood(x).value for v, x in zip(values, points, strict=True)]
    assert np.ptp(differences) < 1e-13


def test_values_of_the_normal_are_nearly_exact():
    """Those that may be near a maximum; far from it the largest v = e^2 / h are too large."""
    returns = unit_returns(400, seed=1)
    start = (1.0, np.zeros(5))
    likelihood = GARCHLikelihood(returns, list(range(5)), lambda *_: start)
    values = values_at(SYMMETRIC_PARAMETERS, returns, NEARLY_NORMAL)
    near = values > values.max() - 20.0 / len(returns)
    assert near.sum() > 20
    points = SYMMETRIC_GRID.reshape(-1, 6)[near, :5]
    differences = [v - likelihood(x).value for v, x in zip(values[near], points, strict=True)]
    assert len(returns) * np.ptp(differences) < 2e-3


@pytest.mark.parametrize("asymmetric", [False, True])
def test_starts_are_the_local_maxima_of_the_grid(asymmetric):
    returns = unit_returns(300, seed=2)
    grid, parameters = GRIDS[asymmetric]
    values = values_at(parameters, returns, NEARLY_NORMAL).reshape(grid.shape[:3])
    expected = []
    for i, j, k in np.ndindex(values.shape):
        around = tuple(slice(max(m - 1, 0), m + 2) for m in (i, j, k))
        if values[i, j, k] == values[around].max():
            expected.append(grid[i, j, k])
    starts = np.empty((MAX_STARTS, 6))
    count = grid_starts(returns, garch_coordinates(True, asymmetric, False), starts)
    np.testing.assert_array_equal(starts[:count], expected)


def test_trends_are_the_best_of_a_falling_and_a_rising_variance():
    """Of a sample whose variance grows sixfold, the rising one is much better."""
    returns = unit_returns(1000, seed=3) * np.sqrt(np.linspace(0.3, 1.8, 1000))
    starts = np.empty((2, 6))
    assert trend_starts(returns, 0.2, -np.inf, starts) == 2
    falling, rising = [garch_parameters(start) for start in starts]
    assert falling[2] == 0.0
    assert rising[2] == 0.0
    levels = [x[1] / (1 - x[4]) for x in (falling, rising)]
    assert levels[0] < 1.0 < levels[1]
    likelihood = GARCHLikelihood(returns, [1, 2, 3, 5])
    values = [1000 * likelihood(start[[1, 2, 3, 5]]).value for start in starts]
    assert values[1] > values[0] + 5.0


def test_trends_of_little_gain_are_no_starts():
    returns = unit_returns(1000, seed=3) * np.sqrt(np.linspace(0.3, 1.8, 1000))
    returns /= returns.std()
    starts = np.full((2, 6), np.nan)
    assert trend_starts(returns, 0.0, 3.0, starts) == 1
    rising = garch_parameters(starts[0])
    assert rising[1] / (1.0 - rising[4]) > 1.0
    assert np.isnan(starts[1]).all()
    # the first variance of the grid is one, without a step of the recursion
    value = GARCHLikelihood(returns, [1, 2, 3])(starts[0, 1:4]).value
    gain = 1000 * (value + 0.5 * np.log(2.0 * np.pi) + 0.5 * np.mean(returns**2))
    assert trend_starts(returns, 0.0, gain - 0.1, starts) == 1
    assert trend_starts(returns, 0.0, gain + 0.1, starts) == 0
