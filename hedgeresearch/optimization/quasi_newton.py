"""Maximisation of a log-likelihood over a box, from its score.

Quasi-Newton steps whose first curvature is the outer product of the scores (Berndt, Hall, Hall and Hausman 1974,
section 4) and which BFGS updates correct (Nocedal and Wright 2006, eq. 6.19); parameters on a bound that the score
pushes against are held there. A fit takes some ten evaluations, so that the overhead of a general optimiser would cost
more than the likelihoods.
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
"""At a point of the box: log-likelihood of each date (n_dates,), its score by some parameters (n_dates, p), and the
derivatives of these parameters by the coordinates of the box (p, k)."""

GRADIENT_TOLERANCE = 1e-4
"""Largest component of the projected gradient, per date, at what may be called an optimum."""
GAIN_TOLERANCE = 1e-14
"""A search ends when the next step promises to raise the log-likelihood by less, in all."""
LIKELIHOOD_ROUNDING = 1e-7
"""Gain in the log-likelihood that its rounding may hide: below it the gradient decides whether a step is good."""
MAX_ITERATIONS = 300
MAX_STEP_CUTS = 25
"""Times that a step is cut to a third."""
MAX_CUTS_WITHIN_ROUNDING = 2
"""The same where rounding may hide what the step gains."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where a maximisation ended.

    Attributes
    ----------
    point : array (n_parameters,)
    log_likelihood : float, of all dates
    gradient_norm : float, the largest component of the projected gradient, per date
    free : array (n_parameters,) of bool, False for a parameter that its bound holds
    """

    point: Array
    log_likelihood: float
    gradient_norm: float
    free: Array

    @property
    def converged(self) -> bool:
        """Whether the projected gradient vanishes."""
        return bool(np.isfinite(self.log_likelihood) and self.gradient_norm < GRADIENT_TOLERANCE)


class _Place(NamedTuple):
    """A point, the mean log-likelihood, its gradient, and what the outer product of the scores is made of."""

    x: Array
    value: float
    gradient: Array
    scores: Array
    jacobian: Array

    @property
    def information(self) -> Array:
        """Mean outer product of the scores."""
        return np.asarray(
            self.jacobian.T @ (self.scores.T @ self.scores) @ self.jacobian / len(self.scores)
        )


def maximize(
    likelihood: Likelihood,
    starts: Iterable[Array],
    bounds: Sequence[tuple[float, float]],
    what: str,
    *,
    thorough: bool = False,
) -> Optimum:
    """Climb from the most promising of the ``starts``; from all if ``thorough``, or if that ends on a bound.

    An end on a bound may be a local optimum.

    Raises
    ------
    ConvergenceError
        If no start ends at a point where the projected gradient vanishes.
    """
    low, high = np.array(bounds).T
    places = sorted(
        (_look(likelihood, np.clip(x, low, high)) for x in starts), key=lambda place: -place.value
    )
    best: Optimum | None = None
    for place in places:
        end = _climb(likelihood, place, low, high)
        if best is None or (end.converged, end.log_likelihood) > (
            best.converged,
            best.log_likelihood,
        ):
            best = end
        if best.converged and best.free.all() and not thorough:
            return best
    if best is None:
        raise ValueError("at least one start is needed")
    if best.converged:
        return best
    raise ConvergenceError(
        f"the likelihood of {what} must reach a maximum; stopped at {np.round(best.point, 6).tolist()} with a "
        f"gradient of {best.gradient_norm:.1e} per date. Look for outliers or a flat series, or take more dates."
    )


def continue_or_restart(climb: Callable[[], Optimum], search: Callable[[], Optimum]) -> Optimum:
    """A climb from a start known to be near, or a whole search where that fails or ends on a bound."""
    try:
        optimum = climb()
    except ConvergenceError:
        return search()
    return optimum if optimum.free.all() else search()


def _look(likelihood: Likelihood, x: Array) -> _Place:
    by_date, scores, jacobian = likelihood(x)
    weights = np.full(len(by_date), 1.0 / len(by_date))
    value, gradient = float(weights @ by_date), weights @ scores @ jacobian
    return _Place(x, value if math.isfinite(value) else -math.inf, gradient, scores, jacobian)


def _climb(likelihood: Likelihood, place: _Place, low: Array, high: Array) -> Optimum:
    """Follow quasi-Newton directions until a step promises nothing more."""
    if not math.isfinite(place.value):
        return Optimum(place.x, -math.inf, math.inf, np.ones(len(low), dtype=bool))
    n_dates, curvature, fresh = len(place.scores), place.information, True
    for _ in range(MAX_ITERATIONS):
        direction = ascent_direction(curvature, place.gradient, _free(place, low, high))
        if n_dates * (direction @ place.gradient) < GAIN_TOLERANCE:
            break
        following = _search(likelihood, place, direction, low, high)
        if following is not None:
            curvature = bfgs_update(
                curvature, following.x - place.x, place.gradient - following.gradient
            )
            place, fresh = following, False
        elif fresh:
            break
        else:
            curvature, fresh = place.information, True
    return Optimum(
        place.x, place.value * n_dates, _steepness(place, low, high), _free(place, low, high)
    )


def _steepness(place: _Place, low: Array, high: Array) -> float:
    """The largest component of the projected gradient."""
    projected = np.minimum(np.maximum(place.x + place.gradient, low), high) - place.x
    return float(np.abs(projected).max())


def _free(place: _Place, low: Array, high: Array) -> Array:
    """Whether each parameter can move: not those at a bound with a gradient that points outside."""
    outwards = np.where(place.gradient > 0, high, low)
    return np.asarray(place.x != outwards)


def _search(
    likelihood: Likelihood, place: _Place, direction: Array, low: Array, high: Array
) -> _Place | None:
    """The first of the steps 1, 1/3, 1/9, ... along the direction, cut off at the box, that climbs enough."""
    length = 1.0
    for attempt in range(MAX_STEP_CUTS):
        x = np.minimum(np.maximum(place.x + length * direction, low), high)
        promised = place.gradient @ (x - place.x)
        if promised > 0.0:
            hidden = len(place.scores) * promised < LIKELIHOOD_ROUNDING
            if hidden and attempt > MAX_CUTS_WITHIN_ROUNDING:
                return None  # rounding will not let a shorter step look better
            reached = _look(likelihood, x)
            fell = len(place.scores) * (place.value - reached.value) > LIKELIHOOD_ROUNDING
            if (
                hidden
                and not fell
                and _steepness(reached, low, high) < 0.5 * _steepness(place, low, high)
            ):
                return reached
            if not hidden and reached.value >= place.value + 1e-4 * promised:
                return reached
        length /= 3.0
    return None
