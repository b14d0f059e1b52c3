"""Newton steps for a search that has stopped on a ridge of the likelihood.

On a long, curved and almost flat ridge, quasi-Newton steps become tiny, and a gradient in the units
of a steep coordinate is no measure of what is left to gain. The Hessian, by differences of the
score, is: where a Newton step within the box gains less than rounding hides, the point is as good
as the maximum.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch.optimization.line_search import (
    LIKELIHOOD_ROUNDING,
    Evaluation,
    Likelihood,
    evaluate,
    free_parameters,
    line_search,
    projected_gradient_norm,
)
from hedgeresearch.typing import Array, Indices

MAX_NEWTON_STEPS = 60
DIFFERENCE = 0.01
"""Step of the differences, in standard errors of a parameter whose neighbors are known."""
MAX_DIFFERENCE = 1e-3
"""Largest step of the differences, relative to a coordinate of size one or more."""
FLOOR = 1e-9
"""Smallest curvature of a direction, relative to the curvatures of its coordinates."""


def climb_ridge(
    likelihood: Likelihood, x: Array, low: Array, high: Array, gradient_tolerance: float = math.inf
) -> tuple[Evaluation, float]:
    """Follow Newton steps within a box (low, high) from a point x until no step gains.

    Where rounding hides the gains, steps that halve the gradient lead on to ``gradient_tolerance``.

    Returns
    -------
    evaluation : Evaluation
        Evaluation of the likelihood where the steps end.
    expected_gain : float
        Gain in the log-likelihood of all dates that the score promises over the next step.
    """
    current = evaluate(likelihood, x)
    gain = math.inf
    for _ in range(MAX_NEWTON_STEPS):
        direction = newton_direction(likelihood, current, low, high)
        end = np.minimum(np.maximum(current.x + direction, low), high)
        gain = float(current.n_dates * (current.gradient @ (end - current.x)))
        is_flat = projected_gradient_norm(current, low, high) < gradient_tolerance
        if not math.isfinite(gain) or (gain < LIKELIHOOD_ROUNDING and is_flat):
            break
        following = line_search(likelihood, current, direction, low, high)
        if following is None:
            break
        current = following
    return current, gain


def newton_direction(likelihood: Likelihood, current: Evaluation, low: Array, high: Array) -> Array:
    """Return |H|^-1 times the gradient over the free coordinates, zero for others.

    |H| has the eigenvectors of the Hessian and the absolute values of its eigenvalues, so that the
    step rises in every direction (Nocedal and Wright 2006, section 3.4).
    """
    free = np.flatnonzero(free_parameters(current, low, high))
    direction = np.zeros(len(low))
    curvature = _curvature(likelihood, current, free, low, high)
    if not np.isfinite(curvature).all():
        return direction
    size = np.abs(np.diag(curvature))
    moves = size > 1e-24 * size.max(initial=0.0)
    scale = np.sqrt(size[moves])
    values, vectors = np.linalg.eigh(curvature[np.ix_(moves, moves)] / np.outer(scale, scale))
    along = vectors.T @ (current.gradient[free[moves]] / scale)
    step = vectors @ (along / np.maximum(np.abs(values), FLOOR))
    direction[free[moves]] = step / scale
    return direction


def _curvature(
    likelihood: Likelihood, current: Evaluation, free: Indices, low: Array, high: Array
) -> Array:
    """Return minus the mean Hessian over the free coordinates by differences within the box."""
    x = current.x
    information = np.maximum(np.diag(current.information), 1e-300)
    steps = np.minimum(
        DIFFERENCE / np.sqrt(current.n_dates * information),
        MAX_DIFFERENCE * np.maximum(np.abs(x), 1.0),
    )
    columns = []
    for i in free:
        ends = []
        for end in (max(x[i] - steps[i], low[i]), min(x[i] + steps[i], high[i])):
            point = x.copy()
            point[i] = end
            ends.append(point)
        before, after = (evaluate(likelihood, point).gradient[free] for point in ends)
        columns.append((before - after) / (ends[1][i] - ends[0][i]))
    matrix = np.array(columns).reshape(len(free), len(free))
    return np.asarray(0.5 * (matrix + matrix.T))
