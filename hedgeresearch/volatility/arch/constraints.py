"""Constraints of the arch package on its parameters, rows @ x >= limits.

At an optimum the conditions of Karush, Kuhn and Tucker hold (Nocedal and Wright 2006, theorem
12.1): constraints that hold with equality oppose the whole gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.arch.likelihood import natural_size

ACTIVE_TOLERANCE = 1e-7
"""Slack, in unit variance, below which a constraint counts as holding with equality."""
ZERO_TOLERANCE = 1e-12
"""Size, relative to one, below which a direction or its component counts as zero."""


@dataclass(frozen=True, eq=False)
class LinearConstraints:
    """Linear constraints, bounds of single parameters among them.

    Attributes
    ----------
    rows : array (m, k)
        Weights of the parameters.
    limits : array (m,)
        Lower limits.
    """

    rows: Array
    limits: Array

    def active(self, x: Array) -> Indices:
        """Return the positions of the constraints that hold with equality at x."""
        return np.flatnonzero(self.rows @ x - self.limits < ACTIVE_TOLERANCE)

    def projected_gradient(self, scores: Array, x: Array) -> tuple[float, list[int]]:
        """Return the gradient that no constraint opposes, and the constraints that oppose it.

        Parameters
        ----------
        scores : array (n_dates, k)
            Derivatives of the log-likelihood of each date at x.
        x : array (k,)
            Parameters.

        Returns
        -------
        norm : float
            Largest component of the remaining gradient, per date, in natural sizes; infinite where
            the likelihood has a pole, as where a variance falls to zero.
        held : list of int
            Positions of the constraints that oppose the gradient.
        """
        from scipy.optimize import nnls

        size = natural_size(scores, x)
        gradient = scores.mean(axis=0) * size
        if not np.isfinite(gradient).all():
            return np.inf, []
        active = self.active(x)
        normals = -(self.rows[active] * size).T
        multipliers = nnls(normals, gradient)[0] if len(active) else np.empty(0)
        norm = float(np.abs(gradient - normals @ multipliers).max())
        return norm, active[multipliers > 0.0].tolist()

    def formulas(self, positions: Sequence[int], names: Sequence[str]) -> tuple[str, ...]:
        """Return constraints that hold with equality as formulas, each once."""
        formulas = [_formula(self.rows[i], self.limits[i], names) for i in positions]
        return tuple(dict.fromkeys(formulas))

    def null_space(self, positions: Sequence[int]) -> Array:
        """Return directions (k, n_directions) in which these constraints keep their value."""
        rows = self.rows[positions]
        values, vectors = np.linalg.eigh(rows.T @ rows)
        vectors[np.abs(vectors) < ZERO_TOLERANCE] = 0.0
        return np.asarray(vectors[:, values < ZERO_TOLERANCE])


def arch_constraints(arch: Any, residuals: Array) -> LinearConstraints:
    """Return the bounds and constraints of a model of arch.

    ``residuals`` are those of its mean model, from which arch derives some bounds.
    """
    boxes = [
        *arch.bounds(),
        *arch.volatility.bounds(residuals),
        *arch.distribution.bounds(residuals),
    ]
    low, high = np.array(boxes).T
    k = len(low)
    rows = [np.eye(k), -np.eye(k)]
    limits = [low, -high]
    begin = 0
    for part in (arch, arch.volatility, arch.distribution):
        weights, levels = part.constraints()
        end = begin + part.num_params
        part_rows = np.zeros((len(levels), k))
        part_rows[:, begin:end] = np.reshape(weights, (len(levels), end - begin))
        rows.append(part_rows)
        limits.append(levels)
        begin = end
    all_limits = np.concatenate(limits)
    finite = np.isfinite(all_limits)
    return LinearConstraints(np.concatenate(rows)[finite], all_limits[finite])


def _formula(row: Array, limit: float, names: Sequence[str]) -> str:
    """Return a constraint that holds with equality, such as "alpha[1] + beta[1] = 1"."""
    if (row <= 0.0).all():
        row = -row
        limit = -limit
    right = _weighted_sum(-row, names) or f"{limit + 0.0:g}"  # not -0
    return f"{_weighted_sum(row, names)} = {right}"


def _weighted_sum(weights: Array, names: Sequence[str]) -> str:
    """Return the terms with positive weights, such as "alpha[1] + 0.5 gamma[1]"."""
    terms = []
    for weight, name in zip(weights, names, strict=True):
        if weight == 1.0:
            terms.append(name)
        elif weight > 0.0:
            terms.append(f"{weight:g} {name}")
    return " + ".join(terms)
