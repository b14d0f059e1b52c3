"""Least squares of a few parameters under inequalities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hedgeresearch.typing import Array

TOLERANCE = 1e-13
MAX_ROUNDS = 15
FIRST_PENALTY = 1.0
LARGER = 10.0
VIOLATION = 1e-8

Function = Callable[[Array], Array]


def constrained_least_squares(
    errors: Function, slacks: Function, start: Array, margin: float
) -> Array:
    """Return the point of least squared errors at which no slack is below the margin.

    An augmented Lagrangian (Nocedal and Wright 2006, section 17.4), whose terms are squares, over
    Levenberg and Marquardt's steps.

    Parameters
    ----------
    errors : function of a point (k,), which returns an array (n,)
    slacks : function of a point, which returns an array (m,)
    start : array (k,), of least squared errors
    margin : float
    """
    point = start
    multiplier = np.zeros(len(slacks(point)))
    penalty = FIRST_PENALTY
    last = np.inf

    def shifted(one: Array) -> Array:
        return slacks(one) - margin

    for _ in range(MAX_ROUNDS):
        point = least_squares(_lagrangian(errors, shifted, multiplier, penalty), point)
        slack = shifted(point)
        worst = float(np.abs(np.minimum(slack, multiplier / penalty)).max())
        multiplier = np.maximum(multiplier - penalty * slack, 0.0)
        if worst < VIOLATION:
            break
        if worst > last / 4.0:
            penalty *= LARGER
        last = worst
    return point


def _lagrangian(errors: Function, slacks: Function, multiplier: Array, penalty: float) -> Function:
    """Return the errors with a term for each slack."""

    def terms(point: Array) -> Array:
        lack = np.maximum(multiplier / penalty - slacks(point), 0.0)
        return np.concatenate([errors(point), np.sqrt(penalty) * lack])

    return terms


def least_squares(errors: Function, start: Array) -> Array:
    """Return the point of least squared errors, by the steps of Levenberg and Marquardt."""
    from scipy.optimize import leastsq

    return np.asarray(leastsq(errors, start, ftol=TOLERANCE, xtol=TOLERANCE)[0])
