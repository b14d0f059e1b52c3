"""Dynamic correlations of many pairs, estimated again and again on a window that moves on.

The margins of a refit are estimated once for all pairs that share a series. Each search begins at
the estimate of the refit before; every ``cold_every``-th begins on the grid. One row of a margin
holds its point in the box (``garch_coordinates``), and the center and the scale of its window.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.box_search import CONVERGED
from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_pair_fit import advance_q, fit_pair
from hedgeresearch._kernels.garch_coordinates import garch_parameters
from hedgeresearch._kernels.garch_fit import fit_garch, unit_series
from hedgeresearch._kernels.garch_influence import garch_standardize

CENTER = 6
SCALE = 7
NORM = 8
SIZE = 9
"""Columns of a margin after its point: center and scale of the window, and norm of the gradient;
and their number."""


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
        is_warm = i % cold_every > 0 and margins[i - 1, NORM] < CONVERGED
        norm = np.inf  # of a series that does not move
        if scale > 0.0:
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
    n_assets = assets.shape[0]
    n_hedges = hedges.shape[0]
    unit = np.empty(window)
    z = np.empty((n_assets, window))
    w = np.empty((n_hedges, window))
    h = np.empty(n_assets)
    k = np.empty(n_hedges)
    points = np.zeros((n_assets, n_hedges, 4))
    found = np.zeros((n_assets, n_hedges), np.bool_)
    parameters = np.empty(4)
    gradient = np.empty(4)
    for i in range(rows.shape[0] - 1):
        start = rows[i] - window
        stop = rows[i]
        for s in range(n_assets):
            if asset_margins[s, i, NORM] < CONVERGED:
                h[s] = standardize(asset_margins[s, i], assets[s, start:stop], unit, z[s])
        for f in range(n_hedges):
            if hedge_margins[f, i, NORM] < CONVERGED:
                k[f] = standardize(hedge_margins[f, i], hedges[f, start:stop], unit, w[f])
        for s in range(n_assets):
            for f in range(n_hedges):
                ahead = ratios[stop - rows[0] : rows[i + 1] - rows[0], s, f]
                ahead[:] = np.nan
                is_warm = i % cold_every > 0 and found[s, f]
                found[s, f] = False
                norm = max(asset_margins[s, i, NORM], hedge_margins[f, i, NORM])
                if not norm < CONVERGED:
                    continue
                found[s, f], _, _, matrices, q = fit_pair(
                    z[s], w[f], rules, searched, is_warm, points[s, f], gradient, parameters
                )
                if found[s, f]:
                    _predict(
                        (parameters, rules[1], matrices, q),
                        (assets[s], asset_margins[s, i], h[s]),
                        (hedges[f], hedge_margins[f, i], k[f]),
                        (stop, rows[i + 1]),
                        ahead,
                    )


@kernel(fast=True)
def _predict(correlation, asset, hedge, rows, ratios):
    """Overwrite ``ratios`` with those of the rows from the first to before the last."""
    parameters, corrected, matrices, q = correlation
    asset_returns, asset_margin, h = asset
    hedge_returns, hedge_margin, k = hedge
    first, last = rows
    scale = asset_margin[SCALE] / hedge_margin[SCALE]
    for t in range(first, last):
        ratio = q[1] / math.sqrt(q[0] * q[2]) * math.sqrt(h / k) * scale
        ratios[t - first] = ratio if np.isfinite(ratio) else np.nan
        x = _next_residual(asset_margin, asset_returns[t], h)
        y = _next_residual(hedge_margin, hedge_returns[t], k)
        h = _next_variance(asset_margin, x, h)
        k = _next_variance(hedge_margin, y, k)
        advance_q(parameters, corrected, matrices, x, y, q)


@kernel(fast=True)
def _next_residual(margin, value, h):
    """Return the standardized residual of a return."""
    center = margin[CENTER] + margin[0] * margin[SCALE]
    return (value - center) / (margin[SCALE] * math.sqrt(h))


@kernel
def _next_variance(margin, z, h):
    """Return the variance of the unit series on the next date."""
    _, omega, alpha, gamma, beta, _ = garch_parameters(margin)
    return omega + (alpha + gamma * (z < 0.0)) * z * z * h + beta * h
