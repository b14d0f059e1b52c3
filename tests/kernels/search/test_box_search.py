"""Quasi-Newton search on a box: its steps against numpy, and searches of known maxima."""

import numpy as np
import pytest

from hedgeresearch._kernels.search.box_search import (
    EVALUATIONS,
    SCORING,
    VALUE,
    _update_curvature,
    advance_search,
    ascent_direction,
    begin_search,
    gradient_norm,
)

HIGH = np.full(4, 10.0)


def positive_definite(n):
    values = np.random.default_rng(0).standard_normal((3 * n, n))
    return values.T @ values


def search_at(point, curvature, gradient):
    """Search whose point, curvature and gradient are known."""
    k = len(point)
    search = begin_search(np.asarray(point, dtype=float), -HIGH[:k], HIGH[:k])
    search.curvature[:] = curvature
    search.gradient[:] = gradient
    return search


def test_direction_solves_the_free_equations():
    curvature = positive_definite(4)
    gradient = np.array([1.0, -2.0, 0.5, 3.0])
    search = search_at([0.0, -10.0, 0.0, 0.0], curvature, gradient)  # the second is at its bound
    free = [0, 2, 3]
    ascent_direction(search)
    expected = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
    np.testing.assert_allclose(search.direction[free], expected, rtol=1e-7)
    assert search.direction[1] == 0.0


def test_parameter_without_curvature_does_not_move():
    search = search_at([0.0, 0.0], np.diag([2.0, 0.0]), [1.0, 1.0])
    ascent_direction(search)
    assert search.direction[1] == 0.0
    assert search.direction[0] == pytest.approx(0.5, rel=2e-9)  # the scaled diagonal gets 1e-9


def updated_curvature(curvature, step, change):
    search = search_at(np.zeros(len(step)), curvature, np.zeros(len(step)))
    search.trial[:] = step
    _update_curvature(search, -change)
    return search.curvature


def test_update_fulfils_the_secant_equation():
    curvature = positive_definite(3)
    step = np.array([0.1, -0.2, 0.3])
    change = 1.2 * curvature @ step + 0.1 * step
    updated = updated_curvature(curvature, step, change)
    np.testing.assert_allclose(updated @ step, change, rtol=1e-10)
    np.testing.assert_allclose(updated, updated.T, rtol=1e-12)


def test_damped_update_stays_positive_definite():
    curvature = positive_definite(3)
    step = np.array([0.1, -0.2, 0.3])
    assert np.linalg.eigvalsh(updated_curvature(curvature, step, -curvature @ step))[0] > 0.0


def climb(mean, start, low, high, n_observations=100):
    """Search to the end; ``mean`` returns value, gradient and information."""
    search = begin_search(np.array(start), np.array(low), np.array(high))
    while advance_search(search, *mean(search.trial), n_observations):
        pass
    return search


def hill(x):
    """A quadratic with Hessian -((4, 1), (1, 2)) and its maximum at (1, -2)."""
    matrix = np.array([[4.0, 1.0], [1.0, 2.0]])
    away = x - [1.0, -2.0]
    return -0.5 * away @ matrix @ away, -matrix @ away, np.eye(2)


def test_maximum_is_found_inside_and_on_a_bound():
    inside = climb(hill, [4.0, 4.0], [-5.0, -5.0], [5.0, 5.0])
    np.testing.assert_allclose(inside.point, [1.0, -2.0], atol=1e-7)
    cut = climb(hill, [4.0, 4.0], [-5.0, 0.0], [5.0, 5.0])
    np.testing.assert_allclose(cut.point, [0.5, 0.0], atol=1e-7)  # 4 (x - 1) + 2 = 0
    assert gradient_norm(cut.point, cut.gradient, cut.low, cut.high) < 1e-6
    assert cut.numbers[EVALUATIONS] < 30


@pytest.mark.parametrize(("limit", "is_own"), [(np.inf, False), (10.0, False), (0.1, True)])
def test_step_that_gains_enough_is_followed_by_own_curvature(limit, is_own):
    """The step gains 0.5 a date of ten; the curvature there is another one."""
    search = begin_search(np.zeros(2), -HIGH[:2], HIGH[:2])
    search.numbers[SCORING] = limit
    advance_search(search, 0.0, np.array([1.0, 0.0]), np.eye(2), 10)
    own = np.diag([3.0, 5.0])
    advance_search(search, 0.5, np.array([0.1, 0.2]), own, 10)
    assert (search.curvature == own).all() == is_own


def test_search_without_a_finite_value_ends_at_once():
    nowhere = climb(lambda x: (np.nan, np.zeros(2), np.eye(2)), [0.0, 0.0], [-1, -1.0], [1, 1.0])
    assert nowhere.numbers[VALUE] == -np.inf
    assert nowhere.numbers[EVALUATIONS] == 1


def test_steps_out_of_the_domain_are_cut():
    def logarithm(x):
        if x[0] <= 0.0:
            return -np.inf, np.zeros(1), np.eye(1)
        return np.log(x[0]) - x[0], 1.0 / x - 1.0, 1e-3 * np.eye(1)  # far too little curvature

    found = climb(logarithm, [3.0], [-100.0], [100.0])
    assert found.point == pytest.approx([1.0], abs=1e-6)


def test_useless_curvature_is_replaced_by_the_scores():
    """Curvature of the wrong size at the start does not end the search early."""

    def steep(x):
        value, gradient, _ = hill(x)
        return 1e4 * value, 1e4 * gradient, np.eye(2)

    found = climb(steep, [4.0, 4.0], [-5.0, -5.0], [5.0, 5.0])
    np.testing.assert_allclose(found.point, [1.0, -2.0], atol=1e-6)


def test_no_point_of_a_cut_step_is_evaluated_twice():
    """The first step from there ends far outside the box, so that its thirds end in one corner."""
    trials = []

    def narrow(x):
        trials.append(tuple(x))
        away = x - [0.3, 0.2]
        return -10.0 * away @ away, -20.0 * away, 1e-3 * np.eye(2)

    search = climb(narrow, [0.01, 0.01], [0.0, 0.0], [1.0, 1.0])
    np.testing.assert_allclose(search.point, [0.3, 0.2], rtol=1e-6)
    assert len(set(trials)) == len(trials)


def test_an_unknown_gradient_does_not_vanish():
    point = np.zeros(2)
    assert gradient_norm(point, np.array([np.nan, 0.0]), -HIGH[:2], HIGH[:2]) == np.inf
