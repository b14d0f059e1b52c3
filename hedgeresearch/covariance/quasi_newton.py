"""Maximisation over a box with exact gradients, from several starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch.errors import ConvergenceError


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
    """The best of the optima that L-BFGS-B reaches from the two most promising ``starts``.

    Raises
    ------
    ConvergenceError
        If no start ends at a point where the projected gradient vanishes.
    """
    from scipy.optimize import minimize

    def negative(x: Array) -> tuple[float, Array]:
        value, gradient = value_and_gradient(x)
        return (-value, -gradient) if np.isfinite(value) else (1e10, np.zeros_like(x))

    promising = sorted(starts, key=lambda x: negative(x)[0])[:2]
    options = {"maxiter": 1000, "maxcor": 20, "ftol": 1e-15, "gtol": 1e-9}
    ends = [minimize(negative, x, jac=True, method="L-BFGS-B", bounds=bounds, options=options) for x in promising]
    best = min(ends, key=lambda end: end.fun)
    norm = _projected_gradient_norm(best.x, negative(best.x)[1], bounds)
    if not np.isfinite(best.fun) or norm > 1e-4:
        raise ConvergenceError(
            f"the likelihood of {what} must reach a maximum; stopped at {np.round(best.x, 6).tolist()} with a gradient "
            f"of {norm:.1e} per date ({best.message}). Look for outliers or a flat series, or give a longer sample."
        )
    return Optimum(best.x, -best.fun, norm)


def _projected_gradient_norm(x: Array, gradient: Array, bounds: Sequence[tuple[float, float]]) -> float:
    low, high = np.array(bounds).T
    return float(np.abs(np.clip(x - gradient, low, high) - x).max())
