"""Dynamic correlations of many pairs, estimated again and again on a window that moves on.

The margins of a refit are estimated once for all pairs that share a series. Each search begins at
the estimate of the refit before; every ``cold_every``-th begins on the grid. One row of a margin
holds its point in the box (``garch_coordinates``), and the center and the scale of its window.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_box import HIGH, LOW, PERSISTENCE, parameters_at
from hedgeresearch._kernels.dcc_pair_search import largest_news_share, search_pair
from hedgeresearch._kernels.dcc_pair_targets import pair_matrices, pair_targets
from hedgeresearch._kernels.garch_coordinates import garch_parameters
from hedgeresearch._kernels.garch_fit import CONVERGED, fit_garch, unit_series
from hedgeresearch._kernels.garch_influence import garch_standardize

CENTER = 6
SCALE = 7
NORM = 8
"""Columns of a margin after its point: center and scale of the window, and norm of the gradient."""


@kernel
def walk_margin(returns, rules, window, cold_every, stops, margins):
    """Overwrite ``margins`` (n_refits, 9) with the GARCH of one series at each refit.

    Parameters
    ----------
    returns : array (n_dates,)
    rules : tuple of bool
        Whether the model has a mean, is asymmetric and has Student-t innovations.
    window : int
        Number of dates of each estimation.
    cold_every : int
        Number of refits from one search on the grid to the next.
    stops : array (n_refits,)
        Row after the last of each estimation.
    """
    constant_mean, asymmetric, student = rules
    unit = np.empty(window)
    point = np.zeros(6)
    free = np.empty(6, np.bool_)
    for i in range(stops.shape[0]):
        sample = returns[stops[i] - window : stops[i]]
        center, scale = unit_series(sample, constant_mean, unit)
        is_warm = i % cold_every > 0
        _, norm = fit_garch(unit, constant_mean, asymmetric, student, is_warm, point, free)
        for c in range(6):
            margins[i, c] = point[c]
        margins[i, CENTER] = center
        margins[i, SCALE] = scale
        margins[i, NORM] = norm


@kernel
def standardize(margin, returns, unit, residuals):
    """Overwrite ``residuals`` (window,) with those of a margin; return h of the next date.

    ``unit`` (window,) is overwritten with the returns in the units of the margin, to which h
    belongs as well.
    """
    for t in range(returns.shape[0]):
        unit[t] = (returns[t] - margin[CENTER]) / margin[SCALE]
    h, _ = garch_standardize(garch_parameters(margin), unit, residuals)
    return h


@kernel
def walk_pairs(
    assets, hedges, asset_margins, hedge_margins, rules, searched, window, cold_every, rows, ratios
):
    """Overwrite ``ratios`` (n_rows, n_assets, n_hedges) with those of every pair and date.

    The ratio of a date is h_sf / h_ff of the covariance that the data before it predict; it is NaN
    where a search reached no optimum.

    Parameters
    ----------
    assets, hedges : array (n_series, n_dates)
        Returns, one series after the other.
    asset_margins, hedge_margins : array (n_series, n_refits, 9)
    rules : tuple of bool
        Whether the correlation is asymmetric, corrected and integrated.
    searched : array (k,)
        Coordinates of the box that the correlation model estimates.
    window, cold_every : int
    rows : array (n_refits + 1,)
        Row after the last of each estimation, which is the first that it hedges, and the end of the
        last one's.
    """
    asymmetric, corrected, integrated = rules
    n_assets = assets.shape[0]
    n_hedges = hedges.shape[0]
    unit = np.empty(window)
    z = np.empty((n_assets, window))
    w = np.empty((n_hedges, window))
    h = np.empty(n_assets)
    k = np.empty(n_hedges)
    points = np.zeros((n_assets, n_hedges, 4))
    parameters = np.empty(4)
    gradient = np.empty(4)
    for i in range(rows.shape[0] - 1):
        start = rows[i] - window
        stop = rows[i]
        for s in range(n_assets):
            h[s] = standardize(asset_margins[s, i], assets[s, start:stop], unit, z[s])
        for f in range(n_hedges):
            k[f] = standardize(hedge_margins[f, i], hedges[f, start:stop], unit, w[f])
        for s in range(n_assets):
            for f in range(n_hedges):
                point = points[s, f]
                if integrated:
                    point[PERSISTENCE] = 1.0
                targets = pair_targets(z[s], w[f], asymmetric)
                is_warm = i % cold_every > 0
                search_pair(point, searched, is_warm, corrected, z[s], w[f], targets, gradient)
                norm = max(asset_margins[s, i, NORM], hedge_margins[f, i, NORM])
                norm = max(norm, norm_of(point, gradient, searched))
                ahead = ratios[stop - rows[0] : rows[i + 1] - rows[0], s, f]
                if not norm < CONVERGED:
                    ahead[:] = np.nan
                    continue
                delta = largest_news_share(targets, asymmetric)
                parameters_at(point, delta, parameters)
                matrices = pair_matrices(parameters, corrected, z[s], w[f], targets)
                q = last_q(parameters, corrected, matrices, z[s], w[f])
                _predict(
                    (parameters, corrected, matrices, q),
                    (assets[s], asset_margins[s, i], h[s]),
                    (hedges[f], hedge_margins[f, i], k[f]),
                    (stop, rows[i + 1]),
                    ahead,
                )


@kernel
def norm_of(point, gradient, searched):
    """Return the largest component of the projected gradient among the searched coordinates."""
    norm = 0.0
    for i in searched:
        end = min(max(point[i] + gradient[i], LOW[i]), HIGH[i])
        norm = max(norm, abs(end - point[i]))
    return norm


@kernel
def last_q(parameters, corrected, matrices, x, y):
    """Return elements (1, 1), (1, 2) and (2, 2) of Q of the date after the last, (3,).

    It keeps the order of operations, so that its bits do not depend on the kernel that calls it.
    """
    q = matrices[1].copy()
    for t in range(x.shape[0]):
        _advance(parameters, corrected, matrices, x[t], y[t], q)
    return q


@kernel
def _advance(parameters, corrected, matrices, x, y, q):
    """Overwrite Q with that of the next date: ``dcc``, Q_{t+1} = C + a x x' + g n n' + b Q_t."""
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    scale_x = q[0] if corrected else 1.0
    scale_y = q[2] if corrected else 1.0
    weight_xy = a + g if x < 0.0 and y < 0.0 else a
    q[0] = matrices[0, 0] + (a + g * (x < 0.0)) * x * x * scale_x + b * q[0]
    q[1] = matrices[0, 1] + weight_xy * x * y * math.sqrt(scale_x * scale_y) + b * q[1]
    q[2] = matrices[0, 2] + (a + g * (y < 0.0)) * y * y * scale_y + b * q[2]


@kernel
def _predict(correlation, asset, hedge, rows, ratios):
    """Overwrite ``ratios`` with those of the rows from the first to before the last."""
    parameters, corrected, matrices, q = correlation
    asset_returns, asset_margin, h = asset
    hedge_returns, hedge_margin, k = hedge
    first, last = rows
    scale = asset_margin[SCALE] / hedge_margin[SCALE]
    for t in range(first, last):
        ratios[t - first] = q[1] / math.sqrt(q[0] * q[2]) * math.sqrt(h / k) * scale
        x = _next_residual(asset_margin, asset_returns[t], h)
        y = _next_residual(hedge_margin, hedge_returns[t], k)
        h = _next_variance(asset_margin, x, h)
        k = _next_variance(hedge_margin, y, k)
        _advance(parameters, corrected, matrices, x, y, q)


@kernel
def _next_residual(margin, value, h):
    """Return the standardized residual of a return."""
    center = margin[CENTER] + margin[0] * margin[SCALE]
    return (value - center) / (margin[SCALE] * math.sqrt(h))


@kernel
def _next_variance(margin, z, h):
    """Return the variance of the unit series on the next date."""
    _, omega, alpha, gamma, beta, _ = garch_parameters(margin)
    return omega + (alpha + gamma * (z < 0.0)) * z * z * h + beta * h
