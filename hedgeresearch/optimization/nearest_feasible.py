r"""The nearest ratio that satisfies constraints.

.. math:: \min_b \; (b - b^0)' A (b - b^0) \quad \text{under} \quad G b \le h, \quad \textstyle\sum_i |b_i| \le g,
          \quad \#\{i : b_i \ne 0\} \le k

Which of the constraints bind follows from non-negative least squares, as in problem LDP of Lawson and Hanson (1974),
Solving Least Squares Problems, chapter 23, section 4; the ratio then solves the first-order conditions with these held
as equations. The bound on sum :math:`|b_i|` is 2^n linear ones, :math:`s'b \le g` for all signs s, of which the one
that is violated is added until none is: a new one each time, so that it ends. The number of hedges is bounded by branch
and bound over the hedges left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

ROUNDING = 1e-10
"""Excess over a limit, relative to the ratios in units of the hedges' volatility, that may be rounding."""
ROUGH = 1e-6
"""Excess over a gross limit, relative to it, above which it cannot be told from zero."""
UNREACHABLE = 1e-12
"""Inverse squared distance of the feasible ratios, in units of the largest violation, below which there are none."""
NEIGHBOURS = 30
"""Dates that are tried with the constraints that bind at one of them."""


class Constraint(NamedTuple):
    """One constraint: what it is called, its words, and rows @ ratio <= ceilings, or the gross or the number of hedges.

    ``rows`` are (m, n_hedges), ``ceilings`` (m,).
    """

    label: str
    words: str
    rows: Array
    ceilings: Array
    gross: float = np.inf
    most: float = np.inf


@dataclass(frozen=True, eq=False)
class Limits:
    """All constraints together: rows (m, n) @ x <= ceilings (m,), sizes (n,) @ abs(x) <= gross, most nonzero x."""

    rows: Array
    ceilings: Array
    sizes: Array
    gross: float
    most: float

    @classmethod
    def of(cls, constraints: Sequence[Constraint], n_hedges: int) -> Limits:
        """Those of some constraints."""
        return cls(
            np.concatenate([np.empty((0, n_hedges)), *(c.rows for c in constraints)]),
            np.concatenate([np.empty(0), *(c.ceilings for c in constraints)]),
            np.ones(n_hedges),
            min((c.gross for c in constraints), default=np.inf),
            min((c.most for c in constraints), default=np.inf),
        )

    def in_units(self, scale: Array) -> Limits:
        """Of x * scale instead of x."""
        return replace(self, rows=self.rows / scale, sizes=self.sizes / scale)

    def of_columns(self, columns: list[int]) -> Limits:
        """What they ask of some hedges while the others are zero."""
        return replace(self, rows=self.rows[:, columns], sizes=self.sizes[columns], most=np.inf)

    def satisfied(self, x: Array) -> Mask:
        """Whether each row of x (n_dates, n) satisfies them, up to rounding: (n_dates,)."""
        largest = np.abs(x).max(axis=1, initial=0.0)[:, None]
        allowed = ROUNDING * (largest * np.abs(self.rows).sum(axis=1) + np.abs(self.ceilings))
        linear = (x @ self.rows.T - self.ceilings <= allowed).all(axis=1)
        gross = np.abs(x) @ self.sizes <= self.gross * (1.0 + ROUNDING)
        return np.asarray(linear & gross & (np.count_nonzero(x, axis=1) <= self.most))


def nearest_ratios(ratios: Array, metric: Array, constraints: Sequence[Constraint]) -> Array | None:
    """For each of ratios (n_dates, n) the nearest that satisfies all constraints; None where nothing does.

    ``metric`` (n_dates, n, n) is the covariance of the hedges. Ratios that satisfy the constraints come back as they
    are.
    """
    scale = np.sqrt(
        np.diagonal(metric[0])
    )  # hedges in units of their volatility, so that theirs do not matter
    limits = Limits.of(constraints, ratios.shape[1]).in_units(scale)
    x = ratios * scale
    moved = ~limits.satisfied(x)
    new = moved.copy()  # what equals the date before has its answer, too
    new[1:] &= (ratios[1:] != ratios[:-1]).any(axis=1) | (metric[1:] != metric[:-1]).any(
        axis=(1, 2)
    )
    if not new.any():
        return ratios
    nearest = _branch_and_bound(x[new], metric[new] / np.outer(scale, scale), limits)
    if nearest is None:
        return None
    found = ratios.copy()
    found[moved] = _on_bounds(nearest / scale, constraints)[np.cumsum(new)[moved] - 1]
    return found


def _branch_and_bound(x0: Array, metric: Array, limits: Limits) -> Array | None:
    """Nearest x among all choices of at most ``limits.most`` nonzero columns, (n_dates, n).

    A node keeps some hedges and leaves others open; dates leave it once it cannot improve on what they have.
    """
    found, best = np.zeros_like(x0), np.full(len(x0), np.inf)
    order: list[int] = np.argsort(-np.abs(x0[0]), kind="stable").tolist()  # likely ones first
    nodes: list[tuple[list[int], list[int], Positions]] = [([], order, np.arange(len(x0)))]
    while nodes:
        kept, open_, dates = nodes.pop()
        x = _in_columns(x0[dates], metric[dates], limits, sorted(kept + open_))
        if x is None:
            continue
        away = x - x0[dates]
        distance = np.einsum("ti,tij,tj->t", away, metric[dates], away)
        better = distance < best[dates]
        few = np.count_nonzero(x, axis=1) <= limits.most
        taken = dates[better & few]
        found[taken], best[taken] = x[better & few], distance[better & few]
        dates = dates[better & ~few]
        if len(dates):
            room = int(limits.most) - len(kept)
            nodes += [(kept + open_[:i], open_[i + 1 :], dates) for i in range(room)]
            nodes.append((kept + open_[:room], [], dates))
    return found if np.isfinite(best).all() else None


def _in_columns(x0: Array, metric: Array, limits: Limits, columns: list[int]) -> Array | None:
    """Nearest x (n_dates, n) that is zero outside ``columns``, however many of these are not; None if there is none."""
    others = [i for i in range(x0.shape[1]) if i not in columns]
    inside = metric[:, columns][:, :, columns]
    across = np.einsum("tij,tj->ti", metric[:, columns][:, :, others], x0[:, others])
    centre = x0[:, columns] + np.linalg.solve(inside, across[:, :, None])[:, :, 0]
    within = limits.of_columns(columns)
    x = np.zeros_like(x0)
    x[:, columns] = centre
    # what binds at the first date left often binds at those after it, which the signs of their multipliers confirm
    left = np.flatnonzero(~within.satisfied(centre))
    while len(left):
        binding = _binding(centre[left[0]], inside[left[0]], within)
        if binding is None:
            return None
        tried = left[:NEIGHBOURS]
        solved, multipliers = _on_faces(centre[tried], inside[tried], *binding)
        largest = np.abs(multipliers).max(axis=1, initial=0.0, keepdims=True)
        done = (multipliers >= -ROUNDING * largest).all(axis=1) & within.satisfied(solved)
        done[0] = True
        x[np.ix_(tried[done], columns)] = solved[done]
        left = np.concatenate([tried[~done], left[NEIGHBOURS:]])
    return x


def _on_faces(x0: Array, metric: Array, rows: Array, ceilings: Array) -> tuple[Array, Array]:
    """Nearest x (n_dates, n) with rows @ x = ceilings, and its multipliers, which are positive where all bind."""
    reach = np.linalg.solve(metric, np.broadcast_to(rows.T, (len(x0), *rows.T.shape)))
    across = rows @ reach
    multipliers = np.linalg.solve(across, (x0 @ rows.T - ceilings)[:, :, None])
    x = x0 - (reach @ multipliers)[:, :, 0]
    # once more from there: of ratios that are far away, rounding leaves more than the whole of a narrow limit
    x = x - (reach @ np.linalg.solve(across, (x @ rows.T - ceilings)[:, :, None]))[:, :, 0]
    x[np.abs(x) <= ROUNDING * np.abs(x).max(axis=1, keepdims=True)] = 0.0
    return x, multipliers[:, :, 0]


def _binding(x0: Array, metric: Array, limits: Limits) -> tuple[Array, Array] | None:
    """Rows and ceilings that bind at the x (n,) nearest to x0; None if no x satisfies the limits."""
    matters = limits.rows.any(axis=1)
    if (limits.ceilings[~matters] < 0.0).any():
        return None
    rows, ceilings = limits.rows[matters], limits.ceilings[matters]
    root = np.linalg.cholesky(metric)
    x: Array = x0
    active: Positions = np.arange(0)
    while True:
        signs = np.sign(x) * limits.sizes
        beyond = np.abs(x) @ limits.sizes > limits.gross * (1.0 + ROUNDING)
        there = ((rows == signs).all(axis=1) & (ceilings == limits.gross)).any()
        if beyond and not there:
            rows, ceilings = np.vstack([rows, signs]), np.append(ceilings, limits.gross)
        elif len(active):  # what exceeds a bound that is there is rounding
            _check_precision(
                float(np.abs(x) @ limits.sizes), float(np.abs(x0) @ limits.sizes), limits.gross
            )
            return rows[active], ceilings[active]
        directions = np.linalg.solve(root, rows.T).T
        lengths = np.linalg.norm(directions, axis=1)
        binding = _shortest(directions / lengths[:, None], (ceilings - rows @ x0) / lengths)
        if binding is None:
            return None
        active = binding
        x = _on_faces(x0[None], metric[None], rows[active], ceilings[active])[0][0]


def _check_precision(found: float, asked: float, gross: float) -> None:
    """Refuse a gross limit that is lost in what rounding leaves of the ratios."""
    if found > gross * (1.0 + ROUGH):
        raise DataError(
            f"gross must not be lost in the rounding of the ratios; it is {gross / asked:.1g} of what they ask for. "
            "Leave the hedges out, or raise it."
        )


def _shortest(directions: Array, ceilings: Array) -> Positions | None:
    """Which of directions (m, n), of length one, bind at the shortest z with directions @ z <= ceilings, if any is."""
    from scipy.optimize import nnls

    system = -np.vstack([directions.T, ceilings / -ceilings.min()])
    target = np.append(np.zeros(directions.shape[1]), 1.0)
    weights, left = nnls(system, target)
    return None if left**2 < UNREACHABLE else np.flatnonzero(weights)


def _on_bounds(ratios: Array, constraints: Sequence[Constraint]) -> Array:
    """Ratios (n_dates, n) that lie on a bound of one hedge but for rounding, exactly on it."""
    for row, ceiling in (
        pair for c in constraints for pair in zip(c.rows, c.ceilings, strict=True)
    ):
        (columns,) = np.nonzero(row)
        if len(columns) == 1:
            values, bound = ratios[:, columns[0]], ceiling / row[columns[0]]
            near = np.abs(values - bound) <= ROUNDING * abs(bound)
            ratios[near, columns[0]] = bound
    return ratios
