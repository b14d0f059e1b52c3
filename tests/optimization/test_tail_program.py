"""Programs of many observations, of which few are near the edge of the tail."""

from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.optimization import tail_program
from hedgeresearch.optimization.tail_program import solve_tail_program
from hedgeresearch.typing import Array

PROGRAMS = ["cvar", "median", "quantile", "shortfall"]


def totals_of(program: str, x: Array) -> Array:
    if program == "cvar":
        return np.r_[0.05 * len(x), np.zeros(x.shape[1] - 1)]
    if program == "shortfall":
        return np.zeros(x.shape[1])
    return (0.5 if program == "median" else 0.9) * x.sum(axis=0)


def sample(n: int, k: int, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    hedges = rng.standard_t(3, (n, k))
    y = 0.3 * hedges[:, 0] + rng.standard_t(3, n)
    return y, np.column_stack([np.ones(n), hedges])


def objective(b: Array, y: Array, x: Array, totals: Array) -> float:
    return float(np.maximum(x @ b - y, 0.0).sum() - totals @ b)


def solve_in_parts(y: Array, x: Array, totals: Array, rows: int, patch: Any) -> tuple[Array, Array]:
    """Solve with at most so many rows in the first program."""
    with patch.context() as patched:
        patched.setattr(tail_program, "MAX_ROWS", rows)
        return solve_tail_program(y, x, totals)


def check_optimality(b: Array, s: Array, y: Array, x: Array, totals: Array) -> None:
    """Check the conditions of an optimum of a linear program over all observations."""
    residuals = y - x @ b
    assert 0.0 <= s.min() <= s.max() <= 1.0
    np.testing.assert_allclose(x.T @ s, totals, atol=1e-8 * len(y))
    assert (s[residuals < -1e-9] == 1.0).all()
    assert (s[residuals > 1e-9] == 0.0).all()


@pytest.mark.parametrize("rows", [60, 400])
@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("program", PROGRAMS)
def test_parts_of_a_program_have_its_optimum(
    program: str, k: int, rows: int, monkeypatch: Any
) -> None:
    y, x = sample(3000, k)
    y = np.abs(y) if program == "shortfall" else y
    totals = totals_of(program, x)
    b, s = solve_in_parts(y, x, totals, rows, monkeypatch)
    check_optimality(b, s, y, x, totals)
    whole, _ = solve_tail_program(y, x, totals)
    assert objective(b, y, x, totals) == pytest.approx(objective(whole, y, x, totals), rel=1e-12)
    if program != "shortfall":  # its optimum is not unique
        np.testing.assert_allclose(b, whole, rtol=1e-9, atol=1e-12)


def test_ties_do_not_prevent_an_optimum(monkeypatch: Any) -> None:
    y, x = sample(2000, 2)
    y = np.round(y)
    x = np.round(x)
    totals = totals_of("cvar", x)
    b, s = solve_in_parts(y, x, totals, 100, monkeypatch)
    check_optimality(b, s, y, x, totals)


def test_dates_on_which_no_hedge_moves_do_not_warn(monkeypatch: Any) -> None:
    y, x = sample(3000, 1)
    x = x[:, 1:]
    x[::3] = 0.0
    y[::9] = 0.0
    totals = 0.1 * x.sum(axis=0)
    b, s = solve_in_parts(y, x, totals, 100, monkeypatch)
    check_optimality(b, s, y, x, totals)


def test_a_misleading_first_guess_is_corrected(monkeypatch: Any) -> None:
    y, x = sample(3000, 1)
    y[:: tail_program.STRIDE] = 500.0 + 40.0 * x[:: tail_program.STRIDE, 1]
    totals = totals_of("cvar", x)
    b, s = solve_in_parts(y, x, totals, 50, monkeypatch)
    check_optimality(b, s, y, x, totals)


def test_programs_without_an_optimum_are_refused(monkeypatch: Any) -> None:
    y, x = sample(3000, 1)
    x[:, 1] = 10.0 + np.abs(x[:, 1])  # always gains
    with pytest.raises(hr.DataError, match="must lose on average in its worst dates"):
        solve_in_parts(y, x, totals_of("cvar", x), 100, monkeypatch)


@pytest.mark.long
def test_a_million_rows_have_an_exact_minimum() -> None:
    y, x = sample(1_000_000, 2)
    totals = totals_of("cvar", x)
    b, s = solve_tail_program(y, x, totals)
    check_optimality(b, s, y, x, totals)
