"""Regressions that show whether one series moves before another."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel

MAX_DEVIATIONS = 5.0
"""Number of mean absolute deviations at which a deviation is cut.

Otherwise a single jump would decide what the next date seems to follow.
"""


@kernel
def lead_lag(values):
    """Return how each hedge leads the asset (row 0) and follows it (row 1), (2, n_hedges, 4).

    The four numbers are t, share and two correlations. y_t is regressed on its own past y_{t-1} and
    on x_{t-1}, so that an autocorrelation that both series share does not appear as a lead. t is
    the statistic of x_{t-1}, robust to unequal variances and to dates with a large leverage (HC3 of
    MacKinnon and White 1985, Journal of Econometrics 29, section 2); share is its coefficient
    relative to the slope of y_t on x_t; the correlations are those of x_{t-1} and y_t and of the
    same date.
    """
    n_hedges = values.shape[1] - 1
    centered = np.empty((values.shape[1], values.shape[0]))
    for i in range(n_hedges + 1):
        deviations = values[:, i] - values[:, i].mean()
        limit = MAX_DEVIATIONS * np.abs(deviations).mean()
        centered[i] = np.minimum(np.maximum(deviations, -limit), limit)
    found = np.empty((2, n_hedges, 4))
    for i in range(n_hedges):
        _lead(centered[i + 1], centered[0], found[0, i])
        _lead(centered[0], centered[i + 1], found[1, i])
    return found


@kernel
def _lead(x, y, found):
    """Fill t, share and correlations of x before y.

    They are zero if x is y or one of them is constant.
    """
    n = len(x)
    xx = 0.0
    xy = 0.0
    yy = 0.0
    xy_next = 0.0
    yy_next = 0.0
    for t in range(1, n):
        xx += x[t - 1] ** 2
        xy += x[t - 1] * y[t - 1]
        yy += y[t - 1] ** 2
        xy_next += x[t - 1] * y[t]
        yy_next += y[t - 1] * y[t]
    own = xx * yy - xy**2
    found[:] = 0.0
    if not own > 1e-10 * xx * yy:
        return
    coefficient = (yy * xy_next - xy * yy_next) / own
    past = (xx * yy_next - xy * xy_next) / own
    error = 0.0
    shared = xy / yy
    by_y = 1.0 / yy
    by_apart = yy / own
    for t in range(1, n):
        apart = x[t - 1] - shared * y[t - 1]
        left = y[t] - coefficient * x[t - 1] - past * y[t - 1]
        leverage = by_y * y[t - 1] ** 2 + by_apart * apart**2
        error += (apart * left / max(1.0 - leverage, 1e-12)) ** 2
    if error > 0.0:
        found[0] = coefficient * own / yy / np.sqrt(error)
    if xy != 0.0:
        found[1] = coefficient * xx / xy
    found[2] = xy_next / np.sqrt(xx * yy)
    found[3] = xy / np.sqrt(xx * yy)
