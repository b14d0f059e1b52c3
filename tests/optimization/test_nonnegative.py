"""Least squares of coefficients that are not negative, against SciPy and the conditions of Kuhn."""

import numpy as np
import pytest
from scipy.optimize import nnls

from hedgeresearch.optimization.nonnegative import nonnegative_least_squares


def random_systems(n_systems):
    """Yield systems of one to seven coefficients, of unlike sizes, some nearly alike."""
    rng = np.random.default_rng(0)
    for i in range(n_systems):
        n = int(rng.integers(1, 8))
        system = rng.normal(size=(40, n)) * 10.0 ** rng.uniform(-3, 3, n)
        system[:, 0] += rng.integers(0, 2) * system[:, -1]
        yield system, rng.normal(size=40) * 10.0 ** rng.uniform(-3, 3) if i % 5 else system.sum(1)


def test_coefficients_equal_those_of_scipy():
    for system, target in random_systems(300):
        expected, distance = nnls(system, target)
        found = nonnegative_least_squares(system, target)
        sizes = np.linalg.norm(system, axis=0)
        scale = np.linalg.norm(target)
        np.testing.assert_allclose(found * sizes, expected * sizes, rtol=1e-9, atol=1e-9 * scale)
        assert np.linalg.norm(system @ found - target) <= distance + 1e-12 * scale
        assert ((found == 0.0) == (expected == 0.0)).all()


def test_no_coefficient_may_rise_or_is_negative():
    for system, target in random_systems(300):
        found = nonnegative_least_squares(system, target)
        slope = (target - system @ found) @ system
        limit = 1e-11 * np.linalg.norm(system, axis=0) * np.linalg.norm(target)
        assert (found >= 0.0).all()
        assert (slope <= limit).all()
        assert (np.abs(slope[found > 0.0]) <= limit[found > 0.0]).all()


@pytest.mark.parametrize("factor", [1.0, 2.0, 1.0 + 1e-15])
def test_equal_columns_share_what_one_has(factor):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 2))
    target = x @ [1.0, 0.5] + 0.1 * rng.normal(size=30)
    system = np.column_stack([x, factor * x])
    found = nonnegative_least_squares(system, target)
    alone = nonnegative_least_squares(x, target)
    np.testing.assert_allclose(system @ found, x @ alone, rtol=1e-10)


def test_a_target_that_all_oppose_has_no_coefficient():
    system = np.abs(np.random.default_rng(2).normal(size=(20, 3)))
    assert nonnegative_least_squares(system, -np.ones(20)).tolist() == [0.0, 0.0, 0.0]
    assert nonnegative_least_squares(system, np.zeros(20)).tolist() == [0.0, 0.0, 0.0]
