"""Extrapolation of EM: its formula, its limit, probabilities, and what is withdrawn."""

import numpy as np
import pytest

from hedgeresearch._kernels.hidden_markov.extrapolation import (
    FIRST_LIMIT,
    GROWTH,
    IS_TRIAL,
    LIMIT,
    begin_extrapolation,
    note_end,
    note_start,
    withdraw,
)

K = 2
SIZES = (K, K * K, 3)
"""Numbers of probabilities of the first date, of the transition, and of other parameters."""


def split(point):
    """Return copies of the parts of a point."""
    return tuple(part.copy() for part in np.split(point, np.cumsum(SIZES)[:-1]))


def after_two_steps(path, limit=FIRST_LIMIT):
    """Return the extrapolation and the parameters after the steps of a path, (3, n)."""
    parts = split(path[0])
    extrapolation = begin_extrapolation(parts)
    extrapolation.numbers[LIMIT] = limit
    for point in path[1:]:
        note_start(extrapolation, parts)
        for part, values in zip(parts, split(point), strict=True):
            part[:] = values
        note_end(extrapolation, parts)
    return extrapolation, parts


def by_formula(path, limit):
    """Return theta + 2 a r + a^2 v with a = |r| / |v|."""
    r = path[1] - path[0]
    v = path[2] - path[1] - r
    a = min(np.linalg.norm(r) / np.linalg.norm(v), limit)
    return path[0] + 2.0 * a * r + a**2 * v


def drawn_path():
    """Return a path whose steps turn and shrink, with probabilities far from zero."""
    rng = np.random.default_rng(0)
    start = np.append(np.full(K + K * K, 0.5), rng.standard_normal(3))
    step = 0.01 * rng.standard_normal(len(start))
    turned = 0.6 * step + 0.002 * rng.standard_normal(len(start))
    return np.array([start, start + step, start + step + turned])


@pytest.mark.parametrize("limit", [1.5, 100.0])
def test_trial_is_the_formula(limit):
    path = drawn_path()
    extrapolation, parts = after_two_steps(path, limit)
    expected = by_formula(path, limit)
    np.testing.assert_allclose(np.concatenate(parts), expected, rtol=1e-13)
    assert extrapolation.numbers[IS_TRIAL] == 1.0
    reached = limit == 1.5
    assert extrapolation.numbers[LIMIT] == limit * (GROWTH if reached else 1.0)


@pytest.mark.parametrize("factor", [0.7, 1.2])
def test_common_factor_leads_to_its_fixed_point(factor):
    """From an optimum, distances shrink by the factor; from a saddle point they grow."""
    fixed = np.append(np.full(K + K * K, 0.5), [1.0, -2.0, 3.0])
    away = np.append(np.zeros(K + K * K), [0.1, 0.2, -0.1])
    path = fixed + away * factor ** np.arange(3)[:, None]
    _, parts = after_two_steps(path, 100.0)
    expected = fixed if factor < 1.0 else fixed + 4.0 * away
    np.testing.assert_allclose(np.concatenate(parts), expected, rtol=1e-12)


def test_row_that_leaves_its_bounds_is_that_of_the_step():
    path = drawn_path()
    row = slice(K, 2 * K)
    path[:, row] = [[0.05, 0.95], [0.02, 0.98], [0.004, 0.996]]
    _, parts = after_two_steps(path, 100.0)
    found = np.concatenate(parts)
    expected = by_formula(path, 100.0)
    assert expected[K] < 0.0
    expected[row] = path[2, row]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_steps_that_grow_in_turning_directions_are_kept():
    path = drawn_path()
    path[2] = path[1] - 3.0 * (path[1] - path[0])
    extrapolation, parts = after_two_steps(path)
    np.testing.assert_array_equal(np.concatenate(parts), path[2])
    assert extrapolation.numbers[IS_TRIAL] == 0.0


def test_withdrawn_trial_gives_the_second_step():
    path = drawn_path()
    extrapolation, parts = after_two_steps(path, 64.0)
    withdraw(extrapolation, parts)
    np.testing.assert_array_equal(np.concatenate(parts), path[2])
    assert extrapolation.numbers[IS_TRIAL] == 0.0
    assert extrapolation.numbers[LIMIT] == 64.0 / GROWTH
    withdraw(extrapolation, parts)
    withdraw(extrapolation, parts)
    assert extrapolation.numbers[LIMIT] == FIRST_LIMIT
