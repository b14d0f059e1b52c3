r"""Nearest points that satisfy linear, gross and cardinality constraints.

.. math:: \min_x \; (x - x^0)' A (x - x^0) \quad \text{under} \quad G x \le h,
          \quad \textstyle\sum_i |x_i| \le g, \quad \#\{i : x_i \ne 0\} \le k

Non-negative least squares finds the constraints that bind, as in problem LDP of Lawson and Hanson
(1974), Solving Least Squares Problems, chapter 23, section 4; the point then solves the first-order
conditions with these held as equations. The bound on the sum of :math:`|x_i|` stands for 2^n linear
ones, :math:`s'x \le g` for all vectors of signs s; the one that is violated is added until none is,
a different one each time, so that the iteration ends. The number of nonzero coordinates is limited
by branch and bound over the coordinates that are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array, Indices

Mask = npt.NDArray[np.bool_]

FEASIBILITY_TOLERANCE = 1e-10
"""Excess over a limit, relative to the scaled point, that counts as rounding."""
GROSS_TOLERANCE = 1e-6
"""Relative excess over the gross limit above which the limit is too small for the arithmetic."""
INFEASIBILITY_TOLERANCE = 1e-12
"""Inverse squared distance to the feasible set below which the set counts as empty."""
MAX_SHARED_DATES = 30
"""Number of dates that are tried with the constraints that bind at the first of them."""


class Constraint(NamedTuple):
    """One constraint: rows @ x <= upper, a limit of sum(abs(x)), or a limit of the nonzero count.

    Attributes
    ----------
    label : str, name of the setting
    description : str, the setting with its value, for messages
    rows : array (m, n)
    upper : array (m,)
    max_gross : float, limit of sum(abs(x)); infinite for none
    max_count : float, limit of the number of nonzero coordinates; infinite for none
    """

    label: str
    description: str
    rows: Array
    upper: Array
    max_gross: float = np.inf
    max_count: float = np.inf


@dataclass(frozen=True, eq=False)
class FeasibleSet:
    """All x with rows @ x <= upper, sizes @ abs(x) <= max_gross and at most max_count nonzero x.

    Attributes
    ----------
    rows : array (m, n)
    upper : array (m,)
    sizes : array (n,), weight of each coordinate in the gross sum
    max_gross : float
    max_count : float
    """

    rows: Array
    upper: Array
    sizes: Array
    max_gross: float
    max_count: float

    @classmethod
    def from_constraints(cls, constraints: Sequence[Constraint], n: int) -> FeasibleSet:
        """Return the points of n coordinates that satisfy all constraints."""
        return cls(
            rows=np.concatenate([np.empty((0, n)), *(c.rows for c in constraints)]),
            upper=np.concatenate([np.empty(0), *(c.upper for c in constraints)]),
            sizes=np.ones(n),
            max_gross=min((c.max_gross for c in constraints), default=np.inf),
            max_count=min((c.max_count for c in constraints), default=np.inf),
        )

    def scaled(self, scale: Array) -> FeasibleSet:
        """Return the set of x * scale for every x of this set."""
        return replace(self, rows=self.rows / scale, sizes=self.sizes / scale)

    def restricted_to(self, columns: list[int]) -> FeasibleSet:
        """Return the set of the named coordinates when all others are zero, of any count."""
        return replace(
            self, rows=self.rows[:, columns], sizes=self.sizes[columns], max_count=np.inf
        )

    def contains(self, x: Array) -> Mask:
        """Return which rows of x (n_dates, n) are in the set, up to rounding: (n_dates,)."""
        largest = np.abs(x).max(axis=1, initial=0.0)[:, None]
        allowed = FEASIBILITY_TOLERANCE * (
            largest * np.abs(self.rows).sum(axis=1) + np.abs(self.upper)
        )
        linear = (x @ self.rows.T - self.upper <= allowed).all(axis=1)
        gross = np.abs(x) @ self.sizes <= self.max_gross * (1.0 + FEASIBILITY_TOLERANCE)
        return np.asarray(linear & gross & (np.count_nonzero(x, axis=1) <= self.max_count))


def nearest_feasible_points(
    points: Array, metric: Array, constraints: Sequence[Constraint]
) -> Array | None:
    """Return the nearest point that satisfies all constraints, for each of several points.

    Parameters
    ----------
    points : array (n_dates, n)
        Points that satisfy the constraints come back unchanged.
    metric : array (n_dates, n, n)
        Matrix A of the distance, such as the covariance of the hedges.
    constraints : sequence of Constraint

    Returns
    -------
    array (n_dates, n) or None
        None if no point satisfies all constraints.
    """
    # In units of its own size no coordinate matters more than another.
    scale = np.sqrt(np.diagonal(metric[0]))
    feasible = FeasibleSet.from_constraints(constraints, points.shape[1]).scaled(scale)
    x = points * scale
    outside = ~feasible.contains(x)
    solve = outside.copy()
    # A date that equals the one before has the same solution.
    same_point = (points[1:] == points[:-1]).all(axis=1)
    same_metric = (metric[1:] == metric[:-1]).all(axis=(1, 2))
    solve[1:] &= ~(same_point & same_metric)
    if not solve.any():
        return points
    nearest = _branch_and_bound(x[solve], metric[solve] / np.outer(scale, scale), feasible)
    if nearest is None:
        return None
    result = points.copy()
    result[outside] = _snap_to_bounds(nearest / scale, constraints)[np.cumsum(solve)[outside] - 1]
    return result


def _branch_and_bound(x0: Array, metric: Array, feasible: FeasibleSet) -> Array | None:
    """Return the nearest x of each date with at most ``max_count`` nonzero columns, (n_dates, n).

    A node keeps some columns and leaves others undecided; a date leaves a node once the node
    cannot improve on the best x found for that date.
    """
    best_x = np.zeros_like(x0)
    best_distance = np.full(len(x0), np.inf)
    likely_first: list[int] = np.argsort(-np.abs(x0[0]), kind="stable").tolist()
    nodes: list[tuple[list[int], list[int], Indices]] = [([], likely_first, np.arange(len(x0)))]
    while nodes:
        kept, undecided, dates = nodes.pop()
        x = _nearest_in_columns(x0[dates], metric[dates], feasible, sorted(kept + undecided))
        if x is None:
            continue
        difference = x - x0[dates]
        distance = np.einsum("ti,tij,tj->t", difference, metric[dates], difference)
        better = distance < best_distance[dates]
        within_count = np.count_nonzero(x, axis=1) <= feasible.max_count
        improved = dates[better & within_count]
        best_x[improved] = x[better & within_count]
        best_distance[improved] = distance[better & within_count]
        dates = dates[better & ~within_count]
        if len(dates):
            n_open = int(feasible.max_count) - len(kept)
            for i in range(n_open):
                nodes.append((kept + undecided[:i], undecided[i + 1 :], dates))
            nodes.append((kept + undecided[:n_open], [], dates))
    return best_x if np.isfinite(best_distance).all() else None


def _nearest_in_columns(
    x0: Array, metric: Array, feasible: FeasibleSet, columns: list[int]
) -> Array | None:
    """Return the nearest x (n_dates, n) that is zero outside ``columns``; None if there is none."""
    others = [i for i in range(x0.shape[1]) if i not in columns]
    inside = metric[:, columns][:, :, columns]
    across = np.einsum("tij,tj->ti", metric[:, columns][:, :, others], x0[:, others])
    unconstrained = x0[:, columns] + np.linalg.solve(inside, across[:, :, None])[:, :, 0]
    restricted = feasible.restricted_to(columns)
    x = np.zeros_like(x0)
    x[:, columns] = unconstrained
    # What binds at the first of the unsolved dates often binds at those after it as well, which the
    # signs of their multipliers confirm.
    unsolved = np.flatnonzero(~restricted.contains(unconstrained))
    if len(columns) == 1 and len(unsolved):
        limits = _limits(restricted)
        if limits is None:
            return None
        x[unsolved, columns[0]] = np.clip(unconstrained[unsolved, 0], *limits)
        return x
    while len(unsolved):
        first = unsolved[0]
        binding = _binding_constraints(unconstrained[first], inside[first], restricted)
        if binding is None:
            return None
        tried = unsolved[:MAX_SHARED_DATES]
        solution, multipliers = _project_on_equations(unconstrained[tried], inside[tried], *binding)
        largest = np.abs(multipliers).max(axis=1, initial=0.0, keepdims=True)
        optimal = (multipliers >= -FEASIBILITY_TOLERANCE * largest).all(axis=1)
        solved = optimal & restricted.contains(solution)
        solved[0] = True
        x[np.ix_(tried[solved], columns)] = solution[solved]
        unsolved = np.concatenate([tried[~solved], unsolved[MAX_SHARED_DATES:]])
    return x


def _limits(feasible: FeasibleSet) -> tuple[float, float] | None:
    """Return the least and the greatest x of a set of one coordinate; None if it is empty."""
    row = feasible.rows[:, 0]
    rising = row > 0.0
    falling = row < 0.0
    most = feasible.max_gross / feasible.sizes[0]
    high = float((feasible.upper[rising] / row[rising]).min(initial=most))
    low = float((feasible.upper[falling] / row[falling]).max(initial=-most))
    is_empty = low - high > FEASIBILITY_TOLERANCE * max(abs(low), abs(high))
    if is_empty or (feasible.upper[row == 0.0] < 0.0).any():
        return None
    return min(low, high), high


def _project_on_equations(
    x0: Array, metric: Array, rows: Array, upper: Array
) -> tuple[Array, Array]:
    """Return the nearest x (n_dates, n) with rows @ x = upper, and its multipliers.

    A multiplier is positive where the inequality rows @ x <= upper binds.
    """
    reach = np.linalg.solve(metric, np.broadcast_to(rows.T, (len(x0), *rows.T.shape)))
    across = rows @ reach
    multipliers = np.linalg.solve(across, (x0 @ rows.T - upper)[:, :, None])
    x = x0 - (reach @ multipliers)[:, :, 0]
    # A second projection: rounding of a distant x0 can exceed the whole of a narrow limit.
    x = x - (reach @ np.linalg.solve(across, (x @ rows.T - upper)[:, :, None]))[:, :, 0]
    x[np.abs(x) <= FEASIBILITY_TOLERANCE * np.abs(x).max(axis=1, keepdims=True)] = 0.0
    return x, multipliers[:, :, 0]


def _binding_constraints(
    x0: Array, metric: Array, feasible: FeasibleSet
) -> tuple[Array, Array] | None:
    """Return rows and upper limits that bind at the x (n,) nearest to x0; None without any x."""
    nonzero = feasible.rows.any(axis=1)
    if (feasible.upper[~nonzero] < 0.0).any():
        return None
    rows = feasible.rows[nonzero]
    upper = feasible.upper[nonzero]
    root = np.linalg.cholesky(metric)
    x: Array = x0
    active: Indices = np.arange(0)
    while True:
        signs = np.sign(x) * feasible.sizes
        gross = np.abs(x) @ feasible.sizes
        beyond = gross > feasible.max_gross * (1.0 + FEASIBILITY_TOLERANCE)
        known = ((rows == signs).all(axis=1) & (upper == feasible.max_gross)).any()
        if beyond and not known:
            rows = np.vstack([rows, signs])
            upper = np.append(upper, feasible.max_gross)
        elif len(active):
            # Any excess over a limit that is already among the rows is rounding.
            _check_precision(float(gross), float(np.abs(x0) @ feasible.sizes), feasible.max_gross)
            return rows[active], upper[active]
        directions = np.linalg.solve(root, rows.T).T
        lengths = np.linalg.norm(directions, axis=1)
        binding = _least_distance(directions / lengths[:, None], (upper - rows @ x0) / lengths)
        if binding is None:
            return None
        active = binding
        x = _project_on_equations(x0[None], metric[None], rows[active], upper[active])[0][0]


def _check_precision(gross: float, unconstrained: float, max_gross: float) -> None:
    """Refuse a gross limit that is smaller than the rounding error of the point."""
    if gross > max_gross * (1.0 + GROSS_TOLERANCE):
        raise DataError(
            "gross must be large enough to be resolved numerically; it is "
            f"{max_gross / unconstrained:.1g} times the unconstrained gross ratio. "
            "Raise it, or leave the hedges out."
        )


def _least_distance(directions: Array, upper: Array) -> Indices | None:
    """Return which rows bind at the shortest z with directions @ z <= upper; None without any z.

    ``directions`` (m, n) have unit length. Problem LDP of Lawson and Hanson (1974).
    """
    from scipy.optimize import nnls

    system = -np.vstack([directions.T, upper / -upper.min()])
    target = np.append(np.zeros(directions.shape[1]), 1.0)
    weights, residual = nnls(system, target)
    return None if residual**2 < INFEASIBILITY_TOLERANCE else np.flatnonzero(weights)


def _snap_to_bounds(points: Array, constraints: Sequence[Constraint]) -> Array:
    """Set coordinates of points (n_dates, n) that equal a bound but for rounding to that bound."""
    for constraint in constraints:
        for row, upper in zip(constraint.rows, constraint.upper, strict=True):
            (columns,) = np.nonzero(row)
            if len(columns) == 1:
                values = points[:, columns[0]]
                bound = upper / row[columns[0]]
                near = np.abs(values - bound) <= FEASIBILITY_TOLERANCE * abs(bound)
                points[near, columns[0]] = bound
    return points
