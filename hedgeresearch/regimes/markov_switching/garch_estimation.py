"""Maximum likelihood of Markov-switching GARCH, from many starting points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.multistart import first_best
from hedgeresearch.estimation.parameter_name import Bound
from hedgeresearch.optimization.line_search import MeanLikelihood, mean_likelihood
from hedgeresearch.optimization.quasi_newton import Optimum, maximize
from hedgeresearch.regimes.markov_switching.garch_coordinates import (
    coordinate_names,
    from_box,
    renumber_regimes,
    search_box,
)
from hedgeresearch.regimes.markov_switching.garch_likelihood import switching_garch_likelihood
from hedgeresearch.typing import Array

BOUND_TOLERANCE = 1e-9
"""Distance from a bound of the box within which an estimate lies on it."""
SAME_OPTIMUM = 1e-6
"""Difference in log-likelihood within which two starts have reached the same optimum."""


def estimate_switching_garch(
    unit: Array, points: Array, free: Array, k: int
) -> tuple[Optimum, Array]:
    """Search from every starting point and return the best optimum.

    Parameters
    ----------
    unit : array (n_dates,), observations of about unit variance; no mean is estimated
    points : array (n_starts, m), points of the box
    free : array (m,) of bool, coordinates that move; the others keep the value of their start
    k : int, number of regimes

    Returns
    -------
    tuple of Optimum, array (n_starts,)
        The best optimum, and the log-likelihood that each start reached, NaN if it failed.

    Raises
    ------
    ConvergenceError
        If no start reaches an optimum at which every regime has a variance.
    """
    optima = [_optimum_from(unit, start, free, k) for start in points]
    log_likelihoods = np.array(
        [np.nan if optimum is None else optimum.log_likelihood for optimum in optima]
    )
    found = not np.isnan(log_likelihoods).all()
    best = optima[first_best(log_likelihoods, SAME_OPTIMUM)] if found else None
    if best is None:
        raise ConvergenceError(
            f"a Markov-switching GARCH with {k} regimes must have a bounded likelihood; each of "
            f"{len(points)} starts reached no optimum, or one where a regime has no variance. Use "
            "fewer regimes or more dates, and look for outliers and for stretches in which the "
            "series does not move."
        )
    return best, log_likelihoods


def _optimum_from(unit: Array, start: Array, free: Array, k: int) -> Optimum | None:
    """Return the optimum that a start reaches, its regimes in order; None if there is none."""
    x = start.copy()

    def likelihood(coordinates: Array) -> MeanLikelihood:
        x[free] = coordinates
        parameters, jacobian = from_box(x, k)
        by_date, scores = switching_garch_likelihood(parameters, unit, k)
        return mean_likelihood(by_date, scores, jacobian[:, free])

    bounds = search_box(k)[free].tolist()
    try:
        optimum = maximize(likelihood, [start[free]], bounds, "a Markov-switching GARCH")
    except ConvergenceError:
        return None
    x[free] = optimum.point
    point = renumber_regimes(x, k)
    low, high = search_box(k).T
    inside = (point > low + BOUND_TOLERANCE) & (point < high - BOUND_TOLERANCE)
    variances_inside = inside[: 5 * k : 5]
    if not variances_inside.all():
        return None
    return replace(optimum, point=point, free=free & inside)


def coordinate_bounds(optimum: Optimum, free: Array, k: int) -> tuple[Bound, ...]:
    """Return the bounds of the box that hold a coordinate of an optimum that was free to move."""
    names = coordinate_names(k)
    held = np.flatnonzero(free > optimum.free)
    return tuple(Bound(names[i], float(optimum.point[i])) for i in held)
