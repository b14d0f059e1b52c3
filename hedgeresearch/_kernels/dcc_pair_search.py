"""Search for the maximum of the likelihood of a dynamic correlation of two series, in one call.

Samples with weak dynamics have several local maxima: values on a grid, which are cheap, show where
they are, and a search climbs from each of them. Arguments are those of ``dcc_pair_passes`` and
``dcc_box``; ``searched`` are the coordinates that the model estimates.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.box_search import CONVERGED, VALUE, advance_search, begin_search
from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_box import (
    ASYMMETRIC_SHARE,
    HIGH,
    INVERSE_NU,
    LOW,
    NEWS_SHARE,
    PERSISTENCE,
    box_jacobian,
    norm_of,
    parameters_at,
    to_searched,
)
from hedgeresearch._kernels.dcc_pair_grid import (
    GRID_PERSISTENCE,
    MAX_STARTS,
    find_starts,
    leads_to_earlier,
)
from hedgeresearch._kernels.dcc_pair_passes import pair_evaluation
from hedgeresearch._kernels.lanes import WIDTH

GRID_ASYMMETRY = np.array([0.3, 1.0])
"""Shares of the asymmetric term on the two grids of an asymmetric model."""
NESTED_ASYMMETRY = np.array([0.0, 0.2])
"""Shares of the asymmetric term at which an asymmetric search leaves the symmetric maximum."""
START_INVERSE_NU = 0.1
"""Inverse degrees of freedom at which the search for those of a constant correlation begins."""
NEXT_TO_BOUND = 0.02
"""Distance from a bound at which a search is continued on it."""
CONTINUED, CONSTANT, SYMMETRIC, NESTED, FIRST_ASYMMETRIC, _, POLISHED = range(7)
"""Stages of a search: near a given point; degrees of freedom of a constant correlation; the model
without asymmetry; with asymmetry from its maximum, and on two grids; from the best once more, where
updates may have spoiled the curvature."""
GRID = -1
"""Stands for a number of starts that a grid gives."""


@kernel
def largest_news_share(targets, asymmetric):
    """Return delta, the largest eigenvalue of S^-1/2 N S^-1/2; 1 without asymmetry."""
    if not asymmetric:
        return 1.0
    squared = targets[0] * targets[2] - targets[1] * targets[1]
    linear = targets[3] * targets[2] + targets[5] * targets[0] - 2.0 * targets[4] * targets[1]
    constant = targets[3] * targets[5] - targets[4] * targets[4]
    root = math.sqrt(max(linear * linear - 4.0 * squared * constant, 0.0))
    return (linear + root) / (2.0 * squared)


@kernel
def climb(  # noqa: C901 - copies of coordinates
    starts, m, basins, searched, delta, corrected, x, y, targets, best, point, gradient
):
    """Climb from the first m rows of ``starts``, and keep the highest maximum above ``best``.

    Parameters
    ----------
    starts : array (n_starts, 4)
    basins : array (n_rows, 8) of int
        Numbers of the starts to which a path leads uphill, see ``find_starts``: a search that comes
        to where one before it began is left. All are -1 where there is no grid.
    searched : array (4,) of int
        Coordinates that are searched, then -1.
    best : float
        Mean log-density that must be exceeded.
    point, gradient : array (4,)
        Overwritten with the maximum, and with the gradient there, zero in coordinates that are not
        searched.

    Returns
    -------
    best : float
        Mean log-density of the highest maximum known now.
    """
    k = 0
    asymmetric = False
    while k < 4 and searched[k] >= 0:
        asymmetric = asymmetric or searched[k] == ASYMMETRIC_SHARE
        k += 1
    start = np.empty(k)
    low = np.empty(k)
    high = np.empty(k)
    trial = np.empty(4)
    reached = np.empty(4)
    parameters = np.empty(4)
    jacobian = np.empty((4, 4))
    by_parameter = np.empty(4)
    information = np.empty((4, 4))
    box_gradient = np.empty(k)
    box_information = np.empty((k, k))
    for s in range(m):
        for c in range(4):
            trial[c] = starts[s, c]
            reached[c] = starts[s, c]
        for i in range(k):
            start[i] = trial[searched[i]]
            low[i] = LOW[searched[i]]
            high[i] = HIGH[searched[i]]
        search = begin_search(start, low, high)
        more = True
        while more:
            for i in range(k):
                trial[searched[i]] = search.trial[i]
            parameters_at(trial, delta, parameters)
            value = pair_evaluation(
                parameters, asymmetric, corrected, x, y, targets, by_parameter, information
            )
            box_jacobian(trial, delta, jacobian)
            to_searched(
                jacobian, searched, by_parameter, information, box_gradient, box_information
            )
            more = advance_search(search, value, box_gradient, box_information, x.shape[0])
            for i in range(k):
                reached[searched[i]] = search.point[i]
            more = more and not leads_to_earlier(reached, basins, s)
        if search.numbers[VALUE] > best:
            best = search.numbers[VALUE]
            for c in range(4):
                point[c] = reached[c]
                gradient[c] = 0.0
            for i in range(k):
                gradient[searched[i]] = search.gradient[i]
    return best


@kernel
def search_pair(point, searched, warm, corrected, x, y, targets, gradient):
    """Find the maximum of the likelihood; return the mean log-density there.

    A search that begins at a point near the maximum is enough if it ends inside the box. An
    asymmetric model also starts at the maximum without asymmetry, so that it is not below the model
    that it nests.

    Parameters
    ----------
    point : array (4,)
        Overwritten with the maximum. Its persistence must be one where it is not searched.
    searched : array (k,) of int
        Coordinates that the model estimates, in their order.
    warm : bool
        Whether ``point`` is near the maximum.
    corrected : bool
        Whether innovations are those of Aielli (2013).
    x, y : array (n_dates,)
        Standardized residuals.
    targets : array (6,)
        Elements of S and N.
    gradient : array (4,)
        Overwritten with the gradient, zero in the coordinates that are not searched.
    """
    delta = largest_news_share(targets, is_among(searched, ASYMMETRIC_SHARE))
    any_persistence = searched[0] == PERSISTENCE
    starts = np.empty((MAX_STARTS, 4))
    coordinates = np.empty(4, np.int64)
    basins = np.empty((GRID_PERSISTENCE.shape[0] if any_persistence else 1, WIDTH), np.int64)
    gradient[:] = np.nan  # unless a search gets somewhere
    best = -np.inf
    for stage in range(CONTINUED if warm else CONSTANT, POLISHED + 1):
        m = _begin_stage(stage, point, searched, starts, coordinates)
        basins[:] = -1
        if m == GRID:
            m = find_starts(any_persistence, delta, corrected, x, y, targets, starts, basins)
        if m > 0 and stage <= NESTED:
            best = -np.inf
        best = climb(
            starts, m, basins, coordinates, delta, corrected, x, y, targets, best, point, gradient
        )
        is_optimum = np.isfinite(best) and norm_of(point, gradient, searched) < CONVERGED
        if stage == CONTINUED and is_optimum and _is_inside(point, searched):
            break
    return best


@kernel
def _begin_stage(  # noqa: C901, PLR0912 - a case for each stage
    stage, point, searched, starts, coordinates
):
    """Fill the starts and the searched coordinates, ended by -1, of a stage of ``search_pair``.

    Returns the number of starts, or ``GRID``; it is zero for a stage that the model does not need.
    """
    asymmetric = is_among(searched, ASYMMETRIC_SHARE)
    student = is_among(searched, INVERSE_NU)
    for c in range(4):
        coordinates[c] = searched[c] if c < searched.shape[0] else -1
        starts[0, c] = point[c]
    if stage == CONTINUED:
        return 1
    if stage == POLISHED:
        return _add_start_on_bounds(starts)
    if stage == CONSTANT:
        coordinates[0] = INVERSE_NU
        coordinates[1] = -1
        starts[0, NEWS_SHARE] = 0.0
        starts[0, ASYMMETRIC_SHARE] = 0.0
        starts[0, INVERSE_NU] = START_INVERSE_NU
        return 1 if student else 0
    if stage == SYMMETRIC:
        m = 0
        for c in range(searched.shape[0]):
            if searched[c] != ASYMMETRIC_SHARE:
                coordinates[m] = searched[c]
                m += 1
        if m < 4:
            coordinates[m] = -1
        starts[0, ASYMMETRIC_SHARE] = 0.0
        if not student:
            starts[0, INVERSE_NU] = 0.0
        return GRID
    if not asymmetric:
        return 0
    if stage == NESTED:
        for i in range(NESTED_ASYMMETRY.shape[0]):
            for c in range(4):
                starts[i, c] = point[c]
            starts[i, ASYMMETRIC_SHARE] = NESTED_ASYMMETRY[i]
        return NESTED_ASYMMETRY.shape[0]
    starts[0, ASYMMETRIC_SHARE] = GRID_ASYMMETRY[stage - FIRST_ASYMMETRIC]
    return GRID


@kernel
def _add_start_on_bounds(starts):
    """Add the first start moved to the bounds of shares that are next to it; return their number.

    Steps that end at a bound become tiny where the likelihood is a ridge along it.
    """
    moved = False
    for c in range(4):
        starts[1, c] = starts[0, c]
    for c in (NEWS_SHARE, ASYMMETRIC_SHARE):
        if HIGH[c] - NEXT_TO_BOUND < starts[0, c] < HIGH[c]:
            starts[1, c] = HIGH[c]
            moved = True
    if LOW[ASYMMETRIC_SHARE] < starts[0, ASYMMETRIC_SHARE] < LOW[ASYMMETRIC_SHARE] + NEXT_TO_BOUND:
        starts[1, ASYMMETRIC_SHARE] = LOW[ASYMMETRIC_SHARE]
        moved = True
    return 2 if moved else 1


@kernel
def is_among(searched, coordinate):
    """Return whether a coordinate is searched."""
    found = False
    for i in range(searched.shape[0]):
        found = found or searched[i] == coordinate
    return found


@kernel
def _is_inside(point, searched):
    """Return whether no searched coordinate is at its limit."""
    for i in range(searched.shape[0]):
        c = searched[i]
        if not LOW[c] < point[c] < HIGH[c]:
            return False
    return True
