"""The best basket against all subsets, its bound, and the diagonal that bounds come from."""

import itertools

import cvxpy
import numpy as np
import pytest

from hedgeresearch.optimization.baskets import BasketProgram, best_basket
from hedgeresearch.optimization.diagonal_part import largest_diagonal


def tracking_program(n, seed, **changes):
    """Return the tracking of a capitalization-weighted index of n members with three factors."""
    rng = np.random.default_rng(seed)
    loadings = np.column_stack([rng.uniform(0.6, 1.4, n), 0.4 * rng.standard_normal((n, 2))])
    noise = rng.uniform(0.8, 3.0, n) * rng.standard_normal((400, n))
    members = rng.standard_normal((400, 3)) @ loadings.T + noise
    sizes = rng.pareto(1.2, n) + 0.1
    covariance = np.cov(np.column_stack([members @ sizes / sizes.sum(), members]), rowvar=False)
    covariance /= covariance[0, 0]
    program = BasketProgram(
        matrix=covariance[1:, 1:],
        linear=covariance[1:, 0],
        lower=np.zeros(n),
        upper=np.ones(n),
        total=1.0,
        held=np.zeros(n),
        distance=np.inf,
    )
    return program._replace(**changes)


def best_of_subsets(program, size):
    """Solve the program of every subset, by cvxpy."""
    n = len(program.linear)
    x = cvxpy.Variable(n)
    chosen = cvxpy.Parameter(n)
    limits = [
        x >= cvxpy.multiply(program.lower, chosen),
        x <= cvxpy.multiply(np.minimum(program.upper, 9.0), chosen),
    ]
    if not np.isnan(program.total):
        limits.append(cvxpy.sum(x) == program.total)
    if np.isfinite(program.distance):
        limits.append(cvxpy.norm1(x - program.held) <= program.distance)
    root = np.linalg.cholesky(program.matrix).T
    objective = cvxpy.sum_squares(root @ x) - 2.0 * program.linear @ x
    problem = cvxpy.Problem(cvxpy.Minimize(objective), limits)
    best = np.inf
    for subset in itertools.combinations(range(n), size):
        chosen.value = np.isin(np.arange(n), subset).astype(float)
        if (program.lower[chosen.value == 0.0] > 0.0).any():
            continue
        problem.solve(solver=cvxpy.CLARABEL)
        if problem.status == "optimal":
            best = min(best, problem.value)
    return best


HELD = np.array([0.0, 0.5, 0.0, 0.3, 0.0, 0.2, 0.0])
CASES = {
    "bounds": {},
    "short positions": {"lower": np.full(7, -0.3), "total": np.nan},
    "small weights": {"upper": np.full(7, 0.4)},
    "little turnover": {"held": HELD, "distance": 0.3},
    "more turnover": {"held": HELD, "distance": 0.9},
    "one must be in": {"lower": np.array([0, 0, 0.1, 0, 0, 0, 0.0])},
}


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [2, 3])
def test_the_basket_is_the_best_of_all_subsets(case, size):
    program = tracking_program(7, seed=size, **CASES[case])
    found = best_basket(program, size, 1.0, program.held, 10_000)
    expected = best_of_subsets(program, size)
    assert found.is_finished
    if expected == np.inf:
        assert case in ("small weights", "little turnover")
        assert found.value == np.inf
        return
    assert found.value == pytest.approx(expected, abs=1e-7)
    assert found.bound == pytest.approx(found.value, abs=1e-9)
    assert np.count_nonzero(found.x) <= size
    assert found.value == pytest.approx(
        found.x @ program.matrix @ found.x - 2.0 * program.linear @ found.x, abs=1e-12
    )


def test_all_instruments_are_one_program():
    program = tracking_program(9, seed=4)
    found = best_basket(program, 9, 1.0, np.zeros(9), 10)
    x, value = program.best_of(np.zeros(9, dtype=np.int64))
    assert found.value == pytest.approx(value, abs=1e-12)
    np.testing.assert_allclose(found.x, x, atol=1e-9)


@pytest.mark.long
def test_thirty_instruments_are_searched_to_the_end():
    program = tracking_program(30, seed=0)
    values = []
    for size in (3, 8, 15):
        found = best_basket(program, size, 1.0, np.zeros(30), 200_000)
        assert found.is_finished
        values.append(found.value)
        # no exchange of one or of two instruments is better
        rng = np.random.default_rng(size)
        inside = np.flatnonzero(found.x)
        outside = np.flatnonzero(found.x == 0.0)
        for _ in range(200):
            state = np.where(found.x != 0.0, 1, -1)
            state[rng.choice(inside, 2, replace=False)] = -1
            state[rng.choice(outside, 2, replace=False)] = 1
            assert program.best_of(state)[1] >= found.value - 1e-9
    assert values == sorted(values, reverse=True)


def test_a_search_that_is_cut_off_has_an_honest_bound():
    program = tracking_program(30, seed=0)
    best = best_basket(program, 5, 1.0, np.zeros(30), 200_000)
    assert best.is_finished
    for max_nodes in (1, 5, 20):
        early = best_basket(program, 5, 1.0, np.zeros(30), max_nodes)
        assert not early.is_finished
        assert early.bound <= best.value <= early.value + 1e-12
        assert early.bound < early.value


@pytest.mark.long
def test_more_instruments_have_a_basket_and_a_bound():
    program = tracking_program(70, seed=1)
    short = best_basket(program, 20, 1.0, np.zeros(70), 1)
    found = best_basket(program, 20, 1.0, np.zeros(70), 200_000)
    assert not found.is_finished
    assert short.bound <= found.bound < found.value <= short.value
    assert found.value - found.bound < 0.4 * (1.0 + found.value)
    # no exchange of one instrument is better
    inside = np.flatnonzero(found.x)
    outside = np.flatnonzero(found.x == 0.0)
    for out, other in itertools.product(inside[:8], outside):
        state = np.where(found.x != 0.0, 1, -1)
        state[out] = -1
        state[other] = 1
        assert program.best_of(state)[1] >= found.value - 1e-9


@pytest.mark.long
def test_a_search_above_thirty_that_ends_is_exact():
    program = tracking_program(36, seed=0)
    found = best_basket(program, 3, 1.0, np.zeros(36), 200_000)
    assert found.is_finished
    assert found.bound == found.value
    values = []
    for subset in itertools.combinations(range(36), 3):
        values.append(program.best_of(np.where(np.isin(np.arange(36), subset), 1, -1))[1])
    assert found.value == pytest.approx(min(values), abs=1e-9)


def test_the_largest_diagonal_is_that_of_a_semidefinite_program():
    program = tracking_program(6, seed=3)
    d = largest_diagonal(program.matrix)
    assert np.linalg.eigvalsh(program.matrix - np.diag(d))[0] > -1e-12
    scale = np.diag(program.matrix)
    variable = cvxpy.Variable(6)
    unit = program.matrix / np.sqrt(np.outer(scale, scale))
    limits = [variable >= 0.0, unit - cvxpy.diag(variable) >> 0]
    largest = cvxpy.Problem(cvxpy.Maximize(cvxpy.sum(variable)), limits).solve(
        solver=cvxpy.CLARABEL
    )
    assert (d / scale).sum() == pytest.approx(largest, abs=1e-4)


def test_a_diagonal_is_its_own_largest_diagonal():
    sizes = np.array([0.1, 2.0, 30.0])
    np.testing.assert_allclose(largest_diagonal(np.diag(sizes)), sizes, rtol=1e-4)
