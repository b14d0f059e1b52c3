"""Quadratic programs with bounds, sum and distance against cvxpy, and their limits."""

import cvxpy
import numpy as np
import pytest

from hedgeresearch._kernels.search.basket_bound import bound_baskets
from hedgeresearch._kernels.search.box_program import solve_box_program


def random_program(rng):
    n = int(rng.integers(2, 10))
    draws = rng.standard_normal((n + 5, n)) * 10 ** rng.uniform(-0.5, 0.5, n)
    lower = np.where(rng.random(n) < 0.8, 0.0, -0.3)
    upper = np.where(rng.random(n) < 0.5, rng.uniform(0.2, 0.6, n), 1.0)
    total = 1.0 if rng.random() < 0.7 else np.nan
    distance = rng.choice([np.inf, 0.1, 0.5, 1.0])
    held = rng.dirichlet(np.ones(n))
    return draws.T @ draws / n, rng.standard_normal(n), lower, upper, total, held, distance


def value_by_cvxpy(matrix, linear, lower, upper, total, held, distance):
    x = cvxpy.Variable(len(linear))
    limits = [x >= lower, x <= upper]
    if not np.isnan(total):
        limits.append(cvxpy.sum(x) == total)
    if np.isfinite(distance):
        limits.append(cvxpy.norm1(x - held) <= distance)
    objective = cvxpy.quad_form(x, cvxpy.psd_wrap(matrix)) - 2.0 * linear @ x
    problem = cvxpy.Problem(cvxpy.Minimize(objective), limits)
    problem.solve(solver=cvxpy.CLARABEL)
    return np.inf if problem.status == "infeasible" else problem.value


@pytest.mark.long
def test_values_are_those_of_cvxpy():
    rng = np.random.default_rng(0)
    n_infeasible = 0
    for _ in range(60):
        program = random_program(rng)
        x = np.zeros(len(program[1]))
        value = solve_box_program(*program, x)
        expected = value_by_cvxpy(*program)
        if expected == np.inf:
            n_infeasible += 1
            assert value == np.inf
            continue
        assert value == pytest.approx(expected, rel=1e-6, abs=1e-7)
        _, _, lower, upper, total, held, distance = program
        assert (x >= lower - 1e-9).all()
        assert (x <= upper + 1e-9).all()
        assert np.isnan(total) or x.sum() == pytest.approx(total, abs=1e-9)
        assert np.abs(x - held).sum() <= distance + 1e-9
    assert 1 <= n_infeasible <= 20


def test_a_program_without_limits_is_a_linear_system():
    rng = np.random.default_rng(1)
    draws = rng.standard_normal((30, 5))
    matrix = draws.T @ draws
    linear = rng.standard_normal(5)
    x = np.zeros(5)
    free = np.full(5, np.inf)
    solve_box_program(matrix, linear, -free, free, np.nan, np.zeros(5), np.inf, x)
    np.testing.assert_allclose(x, np.linalg.solve(matrix, linear), rtol=1e-10)


def test_bounds_hold_exactly_and_nothing_may_move_at_no_distance():
    matrix = np.array([[2.0, 0.5], [0.5, 1.0]])
    linear = np.array([3.0, -1.0])
    x = np.zeros(2)
    one = np.ones(2)
    solve_box_program(matrix, linear, 0.0 * one, 0.7 * one, np.nan, 0.0 * one, np.inf, x)
    np.testing.assert_array_equal(x, [0.7, 0.0])
    held = np.array([0.4, 0.2])
    solve_box_program(matrix, linear, 0.0 * one, 0.7 * one, np.nan, held, 0.0, x)
    np.testing.assert_allclose(x, held, atol=1e-10)


def test_the_bound_is_that_of_the_cone_program():
    """The perspective relaxation as cvxpy solves it, which no step between x and z knows."""
    rng = np.random.default_rng(2)
    n = 8
    draws = rng.standard_normal((40, n)) + rng.standard_normal((40, 1))
    matrix = np.cov(draws, rowvar=False)
    linear = matrix @ rng.dirichlet(np.ones(n))
    diagonal = np.full(n, 0.9 * np.linalg.eigvalsh(matrix)[0])
    one = np.ones(n)
    z = 0.4 * one
    state = np.zeros(n, dtype=np.int64)
    state[2] = 1
    state[5] = -1
    bound, _ = bound_baskets(
        matrix,
        diagonal,
        linear,
        0.0 * one,
        one,
        1.0,
        0.0 * one,
        np.inf,
        state,
        2,
        1e3,
        0.0,
        2000,
        z,
    )
    x = cvxpy.Variable(n)
    degrees = cvxpy.Variable(n)
    parts = [diagonal[i] * cvxpy.quad_over_lin(x[i], degrees[i]) for i in range(n) if i != 5]
    rest = cvxpy.psd_wrap(matrix - np.diag(diagonal))
    objective = cvxpy.quad_form(x, rest) + sum(parts) - 2.0 * linear @ x
    limits = [x >= 0.0, x <= 1.0, cvxpy.sum(x) == 1.0, x[5] == 0.0, degrees[2] == 1.0]
    limits += [degrees >= 0.0, degrees <= 1.0, cvxpy.sum(degrees) - degrees[5] <= 3.0]
    value = cvxpy.Problem(cvxpy.Minimize(objective), limits).solve(solver=cvxpy.CLARABEL)
    assert bound <= value + 1e-7
    assert bound == pytest.approx(value, abs=2e-4)
