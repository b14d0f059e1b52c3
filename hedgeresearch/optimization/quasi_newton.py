"""Maximization of a log-likelihood over a box, from its score.

The quasi-Newton steps are those of ``_kernels.search.box_search``. Models whose whole search is
compiled report what it reached to ``best_optimum``; others are searched by ``maximize``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.search.box_search import VALUE, advance_search, begin_search
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.optimization.line_search import (
    LIKELIHOOD_ROUNDING,
    Evaluation,
    Likelihood,
    evaluate,
    free_parameters,
    projected_gradient_norm,
)
from hedgeresearch.optimization.newton import climb_ridge
from hedgeresearch.typing import Array, Mask

GRADIENT_TOLERANCE = 1e-4
"""Largest component of the projected gradient, per date, at an accepted optimum."""
RIDGE_GAIN = 1e-6
"""Gain that a Newton step promises, in the log-likelihood of all dates, at an accepted optimum."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """Result of a maximization.

    Attributes
    ----------
    point : array (n_parameters,)
    log_likelihood : float, sum over all dates
    gradient_norm : float, largest component of the projected gradient, per date
    free : array (n_parameters,) of bool, False for a parameter that is held by its bound
    expected_gain : float, gain that is left in the log-likelihood of all dates; infinite if only
        the gradient is known
    """

    point: Array
    log_likelihood: float
    gradient_norm: float
    free: Mask
    expected_gain: float = math.inf

    @property
    def converged(self) -> bool:
        """True if the likelihood is finite and its gradient, or what is left to gain, vanishes."""
        is_flat = self.gradient_norm < GRADIENT_TOLERANCE
        return math.isfinite(self.log_likelihood) and (is_flat or self.expected_gain < RIDGE_GAIN)


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
    evaluations = [evaluate(likelihood, np.clip(x, low, high)) for x in starts]
    optima: list[Optimum] = []
    for start in sorted(evaluations, key=lambda evaluation: -evaluation.value):
        optima.append(_maximize_from(likelihood, start, low, high))
        best = max(optima, key=_rank)
        if best.converged and best.free.all() and not try_all_starts:
            return best
    return best_optimum(likelihood, optima, bounds, model_name)


def best_optimum(
    likelihood: Likelihood,
    optima: Sequence[Optimum],
    bounds: Sequence[tuple[float, float]],
    model_name: str,
) -> Optimum:
    """Return the best of the optima that several searches reached.

    A search that stopped above the best on a ridge is continued by Newton steps first.

    Raises
    ------
    ConvergenceError
        If the projected gradient vanishes at none of them.
    """
    if not optima:
        raise ValueError("at least one start is needed")
    low, high = np.array(bounds).T
    best = _with_ridges(likelihood, optima, low, high)
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


def _with_ridges(
    likelihood: Likelihood, optima: Sequence[Optimum], low: Array, high: Array
) -> Optimum:
    """Return the best of some optima; one that stopped above the best is continued first."""
    best = max(optima, key=_rank)
    for optimum in sorted(optima, key=lambda optimum: -optimum.log_likelihood):
        is_higher = optimum.log_likelihood > best.log_likelihood + LIKELIHOOD_ROUNDING
        if not math.isfinite(optimum.log_likelihood) or (best.converged and not is_higher):
            break
        reached, gain = climb_ridge(likelihood, optimum.point, low, high, GRADIENT_TOLERANCE)
        best = max(best, _optimum_at(reached, low, high, gain), key=_rank)
    return best


def _maximize_from(likelihood: Likelihood, start: Evaluation, low: Array, high: Array) -> Optimum:
    """Follow quasi-Newton directions from a start until no step can improve on the last."""
    if not math.isfinite(start.value):
        return Optimum(start.x, -math.inf, math.inf, np.ones(len(low), dtype=bool))
    search = begin_search(start.x, low, high)
    reached = start
    while advance_search(
        search, reached.value, reached.gradient, reached.information, start.n_dates
    ):
        reached = evaluate(likelihood, search.trial.copy())
    end = Evaluation(
        search.point,
        float(search.numbers[VALUE]),
        search.gradient,
        search.information,
        start.n_dates,
    )
    return _optimum_at(end, low, high)


def _optimum_at(
    evaluation: Evaluation, low: Array, high: Array, expected_gain: float = math.inf
) -> Optimum:
    return Optimum(
        evaluation.x,
        evaluation.value * evaluation.n_dates,
        projected_gradient_norm(evaluation, low, high),
        free_parameters(evaluation, low, high),
        expected_gain,
    )
