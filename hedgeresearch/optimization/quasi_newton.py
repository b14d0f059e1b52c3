"""Maximization of a log-likelihood over a box, from its score.

Quasi-Newton steps whose first curvature is the outer product of the scores (Berndt, Hall, Hall and
Hausman 1974, section 4) and which BFGS updates correct (Nocedal and Wright 2006, eq. 6.19).
Parameters on a bound that the score pushes against are held there. A fit needs about ten
evaluations, so that the overhead of a general optimizer would cost more than the likelihoods.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.quasi_newton import ascent_direction, bfgs_update
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.typing import Array

Likelihood = Callable[[Array], tuple[Array, Array, Array]]
"""Function of a point of the box. It returns the log-likelihood of each date (n_dates,), its score
with respect to some parameters (n_dates, p), and the derivatives of these parameters with respect
to the coordinates of the box (p, k)."""

GRADIENT_TOLERANCE = 1e-4
"""Largest component of the projected gradient, per date, at an accepted optimum."""
GAIN_TOLERANCE = 1e-14
"""Expected gain of the next step, in the log-likelihood of all dates, below which a search ends."""
LIKELIHOOD_ROUNDING = 1e-7
"""Gain in the log-likelihood that rounding may hide; below it the gradient judges a step."""
MAX_ITERATIONS = 300
MAX_STEP_CUTS = 25
"""Number of lengths of a step that are tried, each a third of the one before."""
MAX_HIDDEN_CUTS = 2
"""Number of cuts of a step whose expected gain rounding may hide."""
SUFFICIENT_INCREASE = 1e-4
"""Share of the expected gain that a step must reach (Nocedal and Wright 2006, eq. 3.4)."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """Result of a maximization.

    Attributes
    ----------
    point : array (n_parameters,)
    log_likelihood : float, sum over all dates
    gradient_norm : float, largest component of the projected gradient, per date
    free : array (n_parameters,) of bool, False for a parameter that is held by its bound
    """

    point: Array
    log_likelihood: float
    gradient_norm: float
    free: Array

    @property
    def converged(self) -> bool:
        """True if the likelihood is finite and the projected gradient vanishes."""
        return bool(np.isfinite(self.log_likelihood) and self.gradient_norm < GRADIENT_TOLERANCE)


class _Evaluation(NamedTuple):
    """The mean log-likelihood at a point, with the parts of its gradient and curvature."""

    x: Array
    value: float
    gradient: Array
    scores: Array
    jacobian: Array

    @property
    def n_dates(self) -> int:
        """Number of dates in the mean."""
        return len(self.scores)

    @property
    def information(self) -> Array:
        """Mean outer product of the scores."""
        products = self.jacobian.T @ (self.scores.T @ self.scores) @ self.jacobian
        return np.asarray(products / len(self.scores))


def maximize(
    likelihood: Likelihood,
    starts: Iterable[Array],
    bounds: Sequence[tuple[float, float]],
    model_name: str,
    *,
    try_all_starts: bool = False,
) -> Optimum:
    """Maximize a likelihood over a box, from the most promising of several starts.

    The other starts are tried if the search ends on a bound, which may be a local optimum.

    Parameters
    ----------
    likelihood : callable
        See ``Likelihood``.
    starts : iterable of array (n_parameters,)
        Points outside the box are moved to its edge.
    bounds : sequence of (low, high), n_parameters pairs
    model_name : str
        Name of the model, for the error message.
    try_all_starts : bool
        Search from every start.

    Raises
    ------
    ConvergenceError
        If no search ends at a point where the projected gradient vanishes.
    """
    low, high = np.array(bounds).T
    evaluations = [_evaluate(likelihood, np.clip(x, low, high)) for x in starts]
    best: Optimum | None = None
    for start in sorted(evaluations, key=lambda evaluation: -evaluation.value):
        optimum = _maximize_from(likelihood, start, low, high)
        if best is None or _rank(optimum) > _rank(best):
            best = optimum
        if best.converged and best.free.all() and not try_all_starts:
            return best
    if best is None:
        raise ValueError("at least one start is needed")
    if best.converged:
        return best
    raise ConvergenceError(
        f"the likelihood of {model_name} must reach a maximum; stopped at "
        f"{np.round(best.point, 6).tolist()} with a gradient of {best.gradient_norm:.1e} per date. "
        "Look for outliers or a flat series, or use a longer sample."
    )


def continue_or_restart(
    local_search: Callable[[], Optimum], full_search: Callable[[], Optimum]
) -> Optimum:
    """Search near a known start; search fully if that fails or ends on a bound."""
    try:
        optimum = local_search()
    except ConvergenceError:
        return full_search()
    return optimum if optimum.free.all() else full_search()


def _rank(optimum: Optimum) -> tuple[bool, float]:
    """Return a key that prefers converged optima, then higher ones."""
    return optimum.converged, optimum.log_likelihood


def _evaluate(likelihood: Likelihood, x: Array) -> _Evaluation:
    by_date, scores, jacobian = likelihood(x)
    weights = np.full(len(by_date), 1.0 / len(by_date))
    value = float(weights @ by_date)
    gradient = weights @ scores @ jacobian
    return _Evaluation(x, value if math.isfinite(value) else -math.inf, gradient, scores, jacobian)


def _maximize_from(likelihood: Likelihood, start: _Evaluation, low: Array, high: Array) -> Optimum:
    """Follow quasi-Newton directions from a start until no step can improve on the last."""
    if not math.isfinite(start.value):
        return Optimum(start.x, -math.inf, math.inf, np.ones(len(low), dtype=bool))
    current = start
    curvature = start.information
    curvature_is_fresh = True
    for _ in range(MAX_ITERATIONS):
        direction = ascent_direction(curvature, current.gradient, _free(current, low, high))
        if current.n_dates * (direction @ current.gradient) < GAIN_TOLERANCE:
            break
        following = _line_search(likelihood, current, direction, low, high)
        if following is not None:
            step = following.x - current.x
            curvature = bfgs_update(curvature, step, current.gradient - following.gradient)
            current = following
            curvature_is_fresh = False
        elif curvature_is_fresh:
            break
        else:
            # The updates may have spoiled the curvature: try once more with the scores' own.
            curvature = current.information
            curvature_is_fresh = True
    return Optimum(
        current.x,
        current.value * current.n_dates,
        _projected_gradient_norm(current, low, high),
        _free(current, low, high),
    )


def _projected_gradient_norm(evaluation: _Evaluation, low: Array, high: Array) -> float:
    """Return the largest component of the projected gradient."""
    x = evaluation.x
    projected = np.minimum(np.maximum(x + evaluation.gradient, low), high) - x
    return float(np.abs(projected).max())


def _free(evaluation: _Evaluation, low: Array, high: Array) -> Array:
    """Return which parameters can move: not those at a bound with a gradient pointing outside."""
    outwards = np.where(evaluation.gradient > 0, high, low)
    return np.asarray(evaluation.x != outwards)


def _line_search(
    likelihood: Likelihood, current: _Evaluation, direction: Array, low: Array, high: Array
) -> _Evaluation | None:
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
            reached = _evaluate(likelihood, x)
            if hidden and _is_flatter(reached, current, low, high):
                return reached
            if not hidden and reached.value >= current.value + SUFFICIENT_INCREASE * expected:
                return reached
        length /= 3.0
    return None


def _is_flatter(reached: _Evaluation, current: _Evaluation, low: Array, high: Array) -> bool:
    """Return whether the gradient is halved at a value that is lower by rounding at most."""
    if current.n_dates * (current.value - reached.value) > LIKELIHOOD_ROUNDING:
        return False
    gradient = _projected_gradient_norm(reached, low, high)
    return gradient < 0.5 * _projected_gradient_norm(current, low, high)
