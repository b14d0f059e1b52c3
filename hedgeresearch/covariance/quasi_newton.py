"""Maximisation over a box with exact gradients, from several starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch.errors import ConvergenceError

GRADIENT_TOLERANCE = 1e-4
"""Largest component of the projected gradient, per date and in standardised units, at an optimum."""


class Optimum(NamedTuple):
    """Where a maximisation ended: the point, the value and the largest component of the projected gradient."""

    point: Array
    value: float
    gradient_norm: float


def maximise(
    value_and_gradient: Callable[[Array], tuple[float, Array]],
    starts: Sequence[Array],
    bounds: Sequence[tuple[float, float]],
    what: str,
) -> Optimum:
    """The best of the optima that L-BFGS-B reaches from the two most promising ``starts``; from more if both fail.

    Raises
    ------
    ConvergenceError
        If no start ends at a point where the projected gradient vanishes.
    """
    promising = sorted(starts, key=lambda x: -_finite(value_and_gradient(x)[0]))
    ends = [_climb(value_and_gradient, x, bounds) for x in promising[:2]]
    for start in promising[2:]:
        if any(_has_converged(end) for end in ends):
            break
        ends.append(_climb(value_and_gradient, start, bounds))
    best = max(ends, key=lambda end: (_has_converged(end), _finite(end.value)))
    if not _has_converged(best):
        raise ConvergenceError(
            f"the likelihood of {what} must reach a maximum; stopped at {np.round(best.point, 6).tolist()} with a "
            f"gradient of {best.gradient_norm:.1e} per date. Look for outliers or a flat series, or take more dates."
        )
    return best


def _climb(
    value_and_gradient: Callable[[Array], tuple[float, Array]], start: Array, bounds: Sequence[tuple[float, float]]
) -> Optimum:
    from scipy.optimize import minimize

    def negative(x: Array) -> tuple[float, Array]:
        value, gradient = value_and_gradient(x)
        return (-value, -gradient) if np.isfinite(value) else (1e10, np.zeros_like(x))  # a wall for the line search

    options = {"maxiter": 1000, "maxcor": 20, "ftol": 1e-15, "gtol": 1e-9}
    end = minimize(negative, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    value, gradient = value_and_gradient(end.x)
    return Optimum(end.x, float(value), _projected_gradient_norm(end.x, -gradient, bounds))


def _has_converged(end: Optimum) -> bool:
    return bool(np.isfinite(end.value) and end.gradient_norm < GRADIENT_TOLERANCE)


def _finite(value: float) -> float:
    return value if np.isfinite(value) else -np.inf


def _projected_gradient_norm(x: Array, gradient: Array, bounds: Sequence[tuple[float, float]]) -> float:
    low, high = np.array(bounds).T
    return float(np.abs(np.clip(x - gradient, low, high) - x).max())
