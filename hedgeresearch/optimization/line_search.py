"""Evaluations of a log-likelihood on a box, and steps along a direction that raise it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hedgeresearch.typing import Array, Mask


class MeanLikelihood(NamedTuple):
    """Means over the dates at one point.

    Attributes
    ----------
    value : float
        Mean log-likelihood.
    gradient : array (k,)
        Its derivatives with respect to the coordinates.
    information : array (k, k)
        Mean outer product of the scores.
    n_dates : int
        Number of dates in the means.
    """

    value: float
    gradient: Array
    information: Array
    n_dates: int


Likelihood = Callable[[Array], MeanLikelihood]
"""Function of a point of the box."""

LIKELIHOOD_ROUNDING = 1e-7
"""Gain in the log-likelihood that rounding may hide; below it the gradient judges a step."""
MAX_STEP_CUTS = 25
"""Number of lengths of a step that are tried, each a third of the one before."""
MAX_HIDDEN_CUTS = 2
"""Number of cuts of a step whose expected gain rounding may hide."""
SUFFICIENT_INCREASE = 1e-4
"""Share of the expected gain that a step must reach (Nocedal and Wright 2006, eq. 3.4)."""


class Evaluation(NamedTuple):
    """The mean log-likelihood at a point, with its gradient and outer product of scores."""

    x: Array
    value: float
    gradient: Array
    information: Array
    n_dates: int


def mean_likelihood(by_date: Array, scores: Array, jacobian: Array) -> MeanLikelihood:
    """Return the means of what is known for each date.

    Parameters
    ----------
    by_date : array (n_dates,)
        Log-likelihood of each date.
    scores : array (n_dates, p)
        Its derivatives with respect to some parameters.
    jacobian : array (p, k)
        Derivatives of these parameters with respect to the coordinates of the box.
    """
    n_dates = len(by_date)
    weights = np.full(n_dates, 1.0 / n_dates)
    products = jacobian.T @ (scores.T @ scores) @ jacobian
    return MeanLikelihood(
        float(weights @ by_date), weights @ scores @ jacobian, products / n_dates, n_dates
    )


def evaluate(likelihood: Likelihood, x: Array) -> Evaluation:
    """Return the evaluation at a point; a likelihood that is not finite counts as -inf."""
    value, gradient, information, n_dates = likelihood(x)
    return Evaluation(
        x, value if math.isfinite(value) else -math.inf, gradient, information, n_dates
    )


def projected_gradient_norm(evaluation: Evaluation, low: Array, high: Array) -> float:
    """Return the largest component of the projected gradient."""
    x = evaluation.x
    projected = np.minimum(np.maximum(x + evaluation.gradient, low), high) - x
    return float(np.abs(projected).max())


def free_parameters(evaluation: Evaluation, low: Array, high: Array) -> Mask:
    """Return which parameters can move: not those at a bound with a gradient pointing outside."""
    outwards = np.where(evaluation.gradient > 0, high, low)
    return np.asarray(evaluation.x != outwards)


def line_search(
    likelihood: Likelihood, current: Evaluation, direction: Array, low: Array, high: Array
) -> Evaluation | None:
    """Return the first of the steps 1, 1/3, 1/9, ... that is accepted; None if none is.

    A step ends at the edge of the box. It is accepted if it reaches a share of its expected gain
    or, where rounding may hide the gain, if it halves the gradient and does not lower the value.
    """
    length = 1.0
    for cuts in range(MAX_STEP_CUTS):
        x = np.minimum(np.maximum(current.x + length * direction, low), high)
        expected = current.gradient @ (x - current.x)
        if expected > 0.0:
            hidden = current.n_dates * expected < LIKELIHOOD_ROUNDING
            if hidden and cuts > MAX_HIDDEN_CUTS:
                return None
            reached = evaluate(likelihood, x)
            if hidden and _is_flatter(reached, current, low, high):
                return reached
            if not hidden and reached.value >= current.value + SUFFICIENT_INCREASE * expected:
                return reached
        length /= 3.0
    return None


def _is_flatter(reached: Evaluation, current: Evaluation, low: Array, high: Array) -> bool:
    """Return whether the gradient is halved at a value that is lower by rounding at most."""
    if current.n_dates * (current.value - reached.value) > LIKELIHOOD_ROUNDING:
        return False
    gradient = projected_gradient_norm(reached, low, high)
    return gradient < 0.5 * projected_gradient_norm(current, low, high)
