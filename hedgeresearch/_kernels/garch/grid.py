"""Mean log-likelihoods of GARCH(1,1) on a grid, without derivatives, to find where to search.

Every point has mu = 0 and an unconditional variance of one; one grid is of persistence, share of
news and, for an asymmetric model, share of bad news. All points advance together, eight dates at a
time, so that the processor works on several points at once.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.coordinates import BOX_EDGES, is_searched
from hedgeresearch.typing import Array

PERSISTENCE = (0.1, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.995, 0.999)
NEWS = (0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.9)
BAD_NEWS = (0.15, 0.5, 0.85)
NEARLY_NORMAL = 1e6
"""Degrees of freedom for normal innovations: their densities are products of powers as well."""
HEAVY = 8.0
"""Degrees of freedom for Student-t innovations."""


def _grid(bad_news: tuple[float, ...]) -> Array:
    """Return the points of a grid, (n_persistence, n_news, n_bad_news, 6)."""
    axes = np.meshgrid(PERSISTENCE, NEWS, bad_news, indexing="ij")
    zeros = np.zeros_like(axes[0])
    return np.stack([zeros, np.log(1.0 - axes[0]), *axes, zeros], axis=-1)


def _parameters(grid: Array) -> Array:
    """Return omega, alpha, gamma and beta of the points of a grid, (4, n_points)."""
    _, log_omega, persistence, news, bad, _ = grid.reshape(-1, 6).T
    alpha = 2.0 * persistence * news * (1.0 - bad)
    gamma = 2.0 * persistence * news * (2.0 * bad - 1.0)
    return np.stack([np.exp(log_omega), alpha, gamma, persistence * (1.0 - news)])


SYMMETRIC_GRID = _grid((0.5,))
SYMMETRIC_PARAMETERS = _parameters(SYMMETRIC_GRID)
ASYMMETRIC_GRID = _grid(BAD_NEWS)
ASYMMETRIC_PARAMETERS = _parameters(ASYMMETRIC_GRID)
MAX_STARTS = 64
TRENDS = (1e-3, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Speeds of a trend of the variance, in a sample as the unit of time."""
CHANGES = (-1.0, -0.6, -0.3, -0.1, -0.03, 0.03, 0.1, 0.3, 0.8, 2.0)
"""Changes of the variance over the sample, relative to its first value."""


@kernel(steers=True)
def grid_starts(returns, searched, starts):
    """Fill ``starts`` (MAX_STARTS, 6) with the local maxima of the grid; return their number.

    The grid has no asymmetry, or the innovations are normal, unless ``searched`` (k,) contains
    these coordinates of the box.
    """
    asymmetric = is_searched(searched, 4)
    student = is_searched(searched, 5)
    grid = ASYMMETRIC_GRID if asymmetric else SYMMETRIC_GRID
    # copies, as arrays of a module cannot be written, so that one version of the pass is enough
    parameters = ASYMMETRIC_PARAMETERS.copy() if asymmetric else SYMMETRIC_PARAMETERS.copy()
    values = values_at(parameters, returns, HEAVY if student else NEARLY_NORMAL)
    count = 0
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            for k in range(grid.shape[2]):
                if count < MAX_STARTS and is_local_maximum(values, grid.shape, i, j, k):
                    for coordinate in range(5):
                        starts[count, coordinate] = grid[i, j, k, coordinate]
                    starts[count, 5] = 1.0 / HEAVY if student else 0.0
                    count += 1
    return count


@kernel(steers=True)
def trend_starts(returns, inverse_nu, min_gain, starts):
    """Fill up to two points (2, 6) with a variance that moves slowly and does not react to news.

    With alpha = 0, h_t = L + (1 - L) p^t for a level L = omega / (1 - p). They are the best of a
    grid with a falling and with a rising variance, if their log-likelihood exceeds that of a
    constant variance by more than ``min_gain``. Returns their number.
    """
    n_dates = returns.shape[0]
    n_changes = len(CHANGES)
    n_points = len(TRENDS) * n_changes
    points = np.zeros((4, n_points + 1))
    points[0, n_points] = 1.0  # the constant variance
    m = 0
    for trend in TRENDS:
        for change in CHANGES:
            points[3, m] = min(max(1.0 - trend / n_dates, 0.1), BOX_EDGES[2, 1])
            level = 1.0 + change / (1.0 - math.exp(-trend))
            points[0, m] = max(level * (1.0 - points[3, m]), 1e-9)
            m += 1
    values = values_at(points, returns, 1.0 / inverse_nu if inverse_nu > 0.0 else NEARLY_NORMAL)
    count = 0
    for side in range(2):
        best = side * n_changes // 2
        for m in range(n_points):
            if (m % n_changes) // (n_changes // 2) == side and values[m] > values[best]:
                best = m
        if n_dates * (values[best] - values[n_points]) > min_gain:
            starts[count, 0] = 0.0
            starts[count, 1] = math.log(points[0, best])
            starts[count, 2] = points[3, best]
            starts[count, 3] = 0.0
            starts[count, 4] = 0.5
            starts[count, 5] = inverse_nu
            count += 1
    return count


@kernel(steers=True)
def is_local_maximum(values, shape, i, j, k):
    """Return whether no neighbor on the grid, diagonal ones included, has a higher value."""
    value = values[(i * shape[1] + j) * shape[2] + k]
    for a in range(max(i - 1, 0), min(i + 2, shape[0])):
        for b in range(max(j - 1, 0), min(j + 2, shape[1])):
            for c in range(max(k - 1, 0), min(k + 2, shape[2])):
                if values[(a * shape[1] + b) * shape[2] + c] > value:
                    return False
    return True


@kernel(fast=True)
def values_at(points, returns, nu):  # noqa: PLR0915 - eight dates written out
    """Return mean log-likelihoods, up to a constant, of points (4, m), (m,).

    Rows are omega, alpha, gamma and beta; mu is zero and h_1 one. The log-density of a date is
    nu / 2 log h - (nu + 1) / 2 log(h + e^2 / (nu - 2)).
    """
    omega = points[0]
    alpha = points[1]
    gamma = points[2]
    beta = points[3]
    m = points.shape[1]
    n_dates = returns.shape[0]
    h = np.empty(m)
    scales = np.empty(m)
    spreads = np.empty(m)
    values = np.empty(m)
    for j in range(m):
        h[j] = 1.0
        scales[j] = 1.0
        spreads[j] = 1.0
        values[j] = 0.0
    begin = n_dates % 8
    for t in range(begin):
        e = returns[t] * returns[t]
        f = e if returns[t] < 0.0 else 0.0
        for j in range(m):
            scales[j] *= h[j]
            spreads[j] *= h[j] + e / (nu - 2.0)
            h[j] = omega[j] + alpha[j] * e + gamma[j] * f + beta[j] * h[j]
    for t in range(begin, n_dates, 8):
        e0, f0, v0 = _news(returns[t], nu)
        e1, f1, v1 = _news(returns[t + 1], nu)
        e2, f2, v2 = _news(returns[t + 2], nu)
        e3, f3, v3 = _news(returns[t + 3], nu)
        e4, f4, v4 = _news(returns[t + 4], nu)
        e5, f5, v5 = _news(returns[t + 5], nu)
        e6, f6, v6 = _news(returns[t + 6], nu)
        e7, f7, v7 = _news(returns[t + 7], nu)
        for j in range(m):
            x = h[j]
            scale = x
            spread = x + v0
            x = omega[j] + alpha[j] * e0 + gamma[j] * f0 + beta[j] * x
            scale *= x
            spread *= x + v1
            x = omega[j] + alpha[j] * e1 + gamma[j] * f1 + beta[j] * x
            scale *= x
            spread *= x + v2
            x = omega[j] + alpha[j] * e2 + gamma[j] * f2 + beta[j] * x
            scale *= x
            spread *= x + v3
            x = omega[j] + alpha[j] * e3 + gamma[j] * f3 + beta[j] * x
            scale *= x
            spread *= x + v4
            x = omega[j] + alpha[j] * e4 + gamma[j] * f4 + beta[j] * x
            scale *= x
            spread *= x + v5
            x = omega[j] + alpha[j] * e5 + gamma[j] * f5 + beta[j] * x
            scale *= x
            spread *= x + v6
            x = omega[j] + alpha[j] * e6 + gamma[j] * f6 + beta[j] * x
            scale *= x
            spread *= x + v7
            h[j] = omega[j] + alpha[j] * e7 + gamma[j] * f7 + beta[j] * x
            scales[j] *= scale
            spreads[j] *= spread
        if t - begin & 56 == 56:  # sixty-four dates, whose products neither over- nor underflow
            for j in range(m):
                values[j] += _log_density(scales[j], spreads[j], nu)
                scales[j] = 1.0
                spreads[j] = 1.0
    for j in range(m):
        values[j] = (values[j] + _log_density(scales[j], spreads[j], nu)) / n_dates
    return values


@kernel(fast=True)
def _news(r, nu):
    """Return the square of a return, the same if it is negative, and its part of a spread."""
    e = r * r
    return e, e if r < 0.0 else 0.0, e / (nu - 2.0)


@kernel(fast=True)
def _log_density(scale, spread, nu):
    """Return the log-density of some dates from products of h and of h + e^2 / (nu - 2)."""
    return 0.5 * nu * math.log(scale) - 0.5 * (nu + 1.0) * math.log(spread)
