"""Nearest feasible points against cvxpy, one at a time, and the properties of a projection."""

import itertools

import numpy as np
import pytest

from hedgeresearch.optimization.nearest_feasible import Constraint, nearest_feasible_points


def random_program(rng):
    """Return a point, a metric and settings of one to five coordinates, some of them infeasible."""
    n = int(rng.integers(1, 6))
    x = rng.normal(size=(30, n)) + rng.normal(size=(30, 1))
    metric = np.cov(x * 10 ** rng.uniform(-1, 1, n), rowvar=False).reshape(n, n)
    settings = {}
    if rng.random() < 0.6:
        settings["lower"] = rng.uniform(-1, 0.1, n)
    if rng.random() < 0.6:
        settings["upper"] = rng.uniform(0.05, 0.8, n)
    if rng.random() < 0.4:
        low = rng.uniform(-0.5, 1)
        settings["net"] = (low, low + rng.choice([0.0, 0.2]))
    if rng.random() < 0.5:
        settings["gross"] = rng.uniform(0.3, 2)
    if rng.random() < 0.4:
        settings["count"] = int(rng.integers(1, n + 1))
    return rng.normal(size=n), metric, settings


def as_constraints(settings, n):
    constraints = []
    no_rows = np.empty((0, n))
    no_limits = np.empty(0)
    if "lower" in settings:
        constraints.append(Constraint("lower", "lower", -np.eye(n), -settings["lower"]))
    if "upper" in settings:
        constraints.append(Constraint("upper", "upper", np.eye(n), settings["upper"]))
    if "net" in settings:
        low, high = settings["net"]
        rows = np.stack([-np.ones(n), np.ones(n)])
        constraints.append(Constraint("net", "net", rows, np.array([-low, high])))
    if "gross" in settings:
        gross = settings["gross"]
        constraints.append(Constraint("gross", "gross", no_rows, no_limits, max_gross=gross))
    if "count" in settings:
        count = settings["count"]
        constraints.append(Constraint("count", "count", no_rows, no_limits, max_count=count))
    return constraints


def solve_by_cvxpy(cp, point, metric, settings):
    """Return the best over all choices of nonzero coordinates; None if none is feasible."""
    n = len(point)
    best_value = np.inf
    best = None
    root = np.linalg.cholesky(metric).T
    for left_out in itertools.combinations(range(n), n - settings.get("count", n)):
        x = cp.Variable(n)
        rules = [x[i] == 0 for i in left_out]
        if "lower" in settings:
            rules.append(x >= settings["lower"])
        if "upper" in settings:
            rules.append(x <= settings["upper"])
        if "net" in settings:
            rules += [cp.sum(x) >= settings["net"][0], cp.sum(x) <= settings["net"][1]]
        if "gross" in settings:
            rules.append(cp.norm1(x) <= settings["gross"])
        problem = cp.Problem(cp.Minimize(cp.sum_squares(root @ (x - point))), rules)
        problem.solve(solver="CLARABEL", tol_gap_abs=1e-13, tol_gap_rel=1e-11, tol_feas=1e-11)
        if problem.status.startswith("optimal") and problem.value < best_value:
            best_value = problem.value
            best = x.value
    return best


def compare_with_cvxpy(n_programs, seed):
    """Compare random programs with cvxpy and return how many of them are infeasible."""
    cp = pytest.importorskip("cvxpy")
    rng = np.random.default_rng(seed)
    n_infeasible = 0
    for _ in range(n_programs):
        point, metric, settings = random_program(rng)
        expected = solve_by_cvxpy(cp, point, metric, settings)
        constraints = as_constraints(settings, len(point))
        found = nearest_feasible_points(point[None], metric[None], constraints)
        assert (found is None) == (expected is None), settings
        if expected is None:
            n_infeasible += 1
            continue
        size = np.sqrt(np.diag(metric))
        # The accuracy of the interior-point solver, in units of the coordinates.
        tolerance = 1e-6 * np.abs(point * size).max()
        np.testing.assert_allclose(found[0] * size, expected * size, atol=tolerance)
    return n_infeasible


# cvxpy warns of inaccurate solutions to infeasible programs.
@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_random_programs_agree_with_cvxpy():
    assert compare_with_cvxpy(15, seed=4) > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_many_random_programs_agree_with_cvxpy():
    assert compare_with_cvxpy(400, seed=5) > 10


def test_dates_together_equal_dates_alone():
    """The constraints that bind on one date are tried on others."""
    rng = np.random.default_rng(8)
    samples = [rng.normal(size=(20, 4)) + rng.normal(size=(20, 1)) for _ in range(70)]
    metric = np.array([np.cov(sample, rowvar=False) for sample in samples])
    points = rng.normal(0.3, 0.4, size=(70, 4))
    for settings in (
        {"lower": np.zeros(4), "upper": np.full(4, 0.4)},
        {"gross": 0.7, "net": (0.2, 0.4)},
        {"count": 2, "upper": np.full(4, 0.3)},
    ):
        constraints = as_constraints(settings, 4)
        alone = [
            nearest_feasible_points(points[[t]], metric[[t]], constraints)[0] for t in range(70)
        ]
        together = nearest_feasible_points(points, metric, constraints)
        np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-12)


def test_feasible_points_come_back_unchanged():
    points = np.array([[0.1, 0.2], [0.3, -0.1]])
    metric = np.broadcast_to(np.eye(2), (2, 2, 2))
    constraints = as_constraints({"gross": 0.5, "upper": np.full(2, 0.4)}, 2)
    np.testing.assert_array_equal(nearest_feasible_points(points, metric, constraints), points)


def test_bounds_are_met_exactly():
    points = np.array([[0.7, -0.9]])
    metric = np.array([[[1.0, 0.3], [0.3, 2.0]]])
    constraints = as_constraints({"lower": np.full(2, -0.1), "upper": np.full(2, 0.3)}, 2)
    found = nearest_feasible_points(points, metric, constraints)
    assert found.tolist() == [[0.3, -0.1]]


def test_one_coordinate_is_cut_at_its_limits():
    points = np.array([[-3.0], [0.1], [0.55], [9.0], [0.3]])
    metric = np.full((5, 1, 1), 7.0)
    settings = {"lower": np.array([-0.2]), "upper": np.array([0.7]), "gross": 0.5}
    found = nearest_feasible_points(points, metric, as_constraints(settings, 1))
    np.testing.assert_allclose(found[:, 0], [-0.2, 0.1, 0.5, 0.5, 0.3], rtol=1e-15)
    settings = {"lower": np.array([0.4]), "upper": np.array([0.4])}
    found = nearest_feasible_points(points, metric, as_constraints(settings, 1))
    np.testing.assert_array_equal(found, np.full((5, 1), 0.4))
    settings = {"lower": np.array([0.6]), "gross": 0.5}
    assert nearest_feasible_points(points, metric, as_constraints(settings, 1)) is None
