"""Estimation of GARCH(1,1) on one series of unit variance, without returning to Python.

The likelihood of a sample with weak dynamics has several local maxima. Its values on a grid show
where they are, and a quasi-Newton search begins at each local maximum of the grid.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.coordinates import BOX_EDGES, garch_coordinates
from hedgeresearch._kernels.garch.grid import MAX_STARTS, grid_starts, trend_starts
from hedgeresearch._kernels.garch.likelihood import garch_evaluate
from hedgeresearch._kernels.search.box_search import (
    CONVERGED,
    VALUE,
    advance_search,
    ascent_direction,
    begin_search,
    gradient_norm,
    is_free,
)

SHARP = 1e-8
"""The same at an optimum that Newton steps need not improve."""
MAX_NEWTON_STEPS = 10
DIFFERENCE = 1e-3
"""Step of the differences of a Hessian, in standard errors of a coordinate on its own."""
ROUNDING = 1e-7
"""Difference of two log-likelihoods that rounding may hide."""
OUTLIER = 10.0
"""Size of a return, in standard deviations of the sample, that may make a local optimum."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant variance below which local optima are common."""
TREND_MARGIN = 1.5
"""Gain that a search may add to a trend of the variance on its grid, with normal innovations."""


@kernel(fast=True)
def unit_series(returns, constant_mean, unit):
    """Fill ``unit`` (n_dates,) with the returns scaled to unit variance; return center and scale.

    The variance is about the mean, or about zero for a model without a mean.
    """
    n_dates = returns.shape[0]
    center = 0.0
    if constant_mean:
        for t in range(n_dates):
            center += returns[t]
        center /= n_dates
    total = 0.0
    for t in range(n_dates):
        total += (returns[t] - center) * (returns[t] - center)
    scale = math.sqrt(total / n_dates)
    for t in range(n_dates):
        unit[t] = (returns[t] - center) / scale
    return center, scale


@kernel(steers=True)
def fit_garch(returns, constant_mean, asymmetric, student, warm, point, free):
    """Maximize the likelihood of one series of unit variance.

    Parameters
    ----------
    returns : array (n_dates,)
        Returns of unit variance, see ``unit_series``.
    constant_mean, asymmetric, student : bool
        Which model it is.
    warm : bool
        Whether ``point`` is an earlier optimum, near which a search that ends inside the box is
        enough.
    point : array (6,)
        Overwritten with the optimum, see ``garch_coordinates``.
    free : array (6,) of bool
        Overwritten: True for a coordinate that is searched and not held by its bound.

    Returns
    -------
    value : float
        Mean log-likelihood.
    norm : float
        Largest component of the projected gradient.
    gain : float
        Gain in the log-likelihood of all dates that a Newton step promises; infinite where none was
        tried. The search has reached an optimum if the norm is below ``CONVERGED`` or, on a ridge,
        if this is below what counts.
    """
    segments = in_segments(returns)
    starts = np.empty((MAX_STARTS + 2, 6))
    searched = garch_coordinates(constant_mean, asymmetric, student)
    if warm:
        for i in range(6):
            starts[0, i] = point[i]
        found = best_climb(returns, segments, searched, starts[:1], point, free)
        if found[1] < CONVERGED and _is_inside(searched, free):
            return found
    count = grid_starts(returns, searched, starts)
    found = best_climb(returns, segments, searched, starts[:count], point, free)
    gain = gain_of_dynamics(returns, point, found[0])
    if gain > CLEAR_GAIN:
        return found
    for i in range(6):
        starts[0, i] = point[i]
    min_gain = -np.inf if student else gain - TREND_MARGIN
    count = 1 + trend_starts(returns, point[5], min_gain, starts[1:])
    if count > 1:
        found = best_climb(returns, segments, searched, starts[:count], point, free)
    if asymmetric:
        # an asymmetric model must not end below the model that it nests
        for i in range(6):
            starts[1, i] = point[i]
        nested = garch_coordinates(constant_mean, not asymmetric, student)
        count = grid_starts(returns, nested, starts[2:])
        best_climb(returns, segments, nested, starts[2 : 2 + count], starts[0], free)
        found = best_climb(returns, segments, searched, starts[:2], point, free)
    return found


@kernel(steers=True)
def best_climb(returns, segments, searched, starts, point, free):  # noqa: C901 - loops over coordinates
    """Search from some points, and return value, norm and promised gain of the best optimum.

    They are those of ``fit_garch``.

    Parameters
    ----------
    returns : array (n_dates,)
        Returns of unit variance.
    segments : array (8 m,)
        The same in segments.
    searched : array (k,) of int
        Coordinates that are searched.
    starts : array (n_starts, 6)
        Points where the searches begin.
    point : array (6,)
        Overwritten with the best optimum.
    free : array (6,) of bool
        Overwritten: True for a coordinate that is searched and not held by its bound.
    """
    k = searched.shape[0]
    n_dates = returns.shape[0]
    start = np.empty(k)
    low = np.empty(k)
    high = np.empty(k)
    for i in range(k):
        low[i] = BOX_EDGES[searched[i], 0]
        high[i] = BOX_EDGES[searched[i], 1]
    trial = np.empty(6)
    gradient = np.empty(k)
    information = np.empty((k, k))
    best = -np.inf
    best_norm = np.inf
    promised = np.inf
    for one in range(starts.shape[0]):
        for i in range(6):
            trial[i] = starts[one, i]
        if one > 0:  # mean and density depend little on the dynamics
            trial[0] = point[0]
            trial[5] = point[5]
        for i in range(k):
            start[i] = trial[searched[i]]
        search = begin_search(start, low, high)
        more = True
        while more:
            for i in range(k):
                trial[searched[i]] = search.trial[i]
            value = garch_evaluate(trial, searched, returns, segments, gradient, information)
            more = advance_search(search, value, gradient, information, n_dates)
            more = more and not is_hopeless(search, best, n_dates)
        norm, left = refine(search, searched, trial, returns, segments, best)
        value = search.numbers[VALUE]
        gain = n_dates * (value - best)
        if gain > ROUNDING or (gain > -ROUNDING and norm < best_norm):
            best = value
            best_norm = norm
            promised = left
            for i in range(6):
                point[i] = trial[i]
                free[i] = False
            for i in range(k):
                point[searched[i]] = search.point[i]
                free[searched[i]] = is_free(search, i)
    return best, best_norm, promised


@kernel(steers=True)
def is_hopeless(search, best, n_dates):
    """Return whether a search is far below a value, next to the gain that its direction promises.

    A search that gains little and is lower by more than many such gains will not catch up.
    """
    promised = 0.0
    for i in range(search.point.shape[0]):
        promised += search.gradient[i] * search.direction[i]
    return n_dates * (best - search.numbers[VALUE]) > 20.0 * n_dates * promised + 0.3


@kernel(steers=True)
def refine(search, searched, trial, returns, segments, best):
    """Follow Newton steps where a search has ended, if its gradient is not zero to rounding.

    On a flat ridge rounding hides the gains of the last steps of a search. A step that halves the
    gradient, and lowers the value by no more than rounding, is accepted; the Hessian consists of
    differences of the gradient. A search below ``best`` is left where it is. Returns the norm of
    the gradient and the gain in the log-likelihood that the last step promised, infinite if there
    was none; ``trial`` (6,) is scratch space.
    """
    k = searched.shape[0]
    n_dates = returns.shape[0]
    gradient = np.empty(k)
    other = np.empty(k)
    information = np.empty((k, k))
    norm = gradient_norm(search.point, search.gradient, search.low, search.high)
    left = np.inf
    for _ in range(MAX_NEWTON_STEPS):
        is_below = n_dates * (best - search.numbers[VALUE]) > 1e-3
        if is_below or not SHARP < norm < np.inf:
            break
        for i in range(k):
            size = n_dates * max(search.information[i, i], 1e-300)
            step = min(DIFFERENCE / math.sqrt(size), 1e-3)
            for j in range(k):
                trial[searched[j]] = search.point[j]
            trial[searched[i]] = search.point[i] + step
            garch_evaluate(trial, searched, returns, segments, gradient, information)
            trial[searched[i]] = search.point[i] - step
            garch_evaluate(trial, searched, returns, segments, other, information)
            for j in range(k):
                search.curvature[i, j] = (other[j] - gradient[j]) / (2.0 * step)
        is_maximum = ascent_direction(search)
        left = 0.0 if is_maximum else np.inf
        for i in range(k):
            end = search.point[i] + search.direction[i]
            search.trial[i] = min(max(end, search.low[i]), search.high[i])
            trial[searched[i]] = search.trial[i]
            left += n_dates * search.gradient[i] * (search.trial[i] - search.point[i])
        value = garch_evaluate(trial, searched, returns, segments, gradient, information)
        reached = gradient_norm(search.trial, gradient, search.low, search.high)
        loss = n_dates * (search.numbers[VALUE] - value)
        if not (reached < 0.5 * norm and loss < ROUNDING):
            break
        norm = reached
        left = np.inf
        search.numbers[VALUE] = value
        for i in range(k):
            search.point[i] = search.trial[i]
            search.gradient[i] = gradient[i]
    return norm, left


@kernel(steers=True)
def _is_inside(searched, free):
    """Return whether no coordinate that is searched is held by its bound."""
    inside = True
    for i in range(searched.shape[0]):
        inside = inside and free[searched[i]]
    return inside


@kernel
def gain_of_dynamics(returns, point, value):
    """Return the gain of an optimum over a constant variance; zero where outliers rule it.

    Where the gain is small, and where outliers rule, the optimum may be a local one.
    """
    nu, log_constant, _ = density_constants(1.0 / point[5] if point[5] > 0.0 else NORMAL, 1)
    constant = 0.0  # log-likelihood of a constant variance
    for t in range(returns.shape[0]):
        if abs(returns[t]) > OUTLIER:
            return 0.0
        v = (returns[t] - point[0]) ** 2
        if nu == NORMAL:
            constant += log_constant - 0.5 * v
        else:
            constant += log_constant - 0.5 * (nu + 1.0) * math.log(1.0 + v / (nu - 2.0))
    return returns.shape[0] * value - constant
