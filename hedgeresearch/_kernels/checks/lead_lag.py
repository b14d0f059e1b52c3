"""Regressions that show whether one series moves before another."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.checks import plain
from hedgeresearch._kernels.checks.plain import MAX_DEVIATIONS
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(plain=plain.lead_lag)
def lead_lag(columns, least):
    """Return how each hedge leads the asset (row 0) and follows it (row 1), (2, n_hedges, 4).

    The four numbers are t, share and two correlations. y_t is regressed on its own past y_{t-1} and
    on x_{t-1}, so that an autocorrelation that both series share does not appear as a lead. t is
    the statistic of x_{t-1}, robust to unequal variances and to dates with a large leverage (HC3 of
    MacKinnon and White 1985, Journal of Econometrics 29, section 2); share is its coefficient
    relative to the slope of y_t on x_t; the correlations are those of x_{t-1} and y_t and of the
    same date.

    Parameters
    ----------
    columns : array (1 + n_hedges, n_dates), the asset first
    least : float
        Correlation of the lead, of the sign of that of the same date, up to which t is not computed
        and zero.
    """
    n_hedges = columns.shape[0] - 1
    centered = np.empty_like(columns)
    for i in range(n_hedges + 1):
        _cut(columns[i], centered[i])
    found = np.zeros((2, n_hedges, 4))
    for i in range(n_hedges):
        for row in range(2):
            x = centered[i + 1] if row == 0 else centered[0]
            y = centered[0] if row == 0 else centered[i + 1]
            sums = _products(x, y)
            _lead(x, y, sums, least, found[row, i])
    return found


@kernel(fast=True)
def _cut(x, centered):
    """Fill the deviations of x from its mean, cut at five mean absolute deviations."""
    n = len(x)
    mean = 0.0
    for t in range(n):
        mean += x[t]
    mean /= n
    size = 0.0
    for t in range(n):
        size += abs(x[t] - mean)
    limit = MAX_DEVIATIONS * size / n
    for t in range(n):
        centered[t] = min(max(x[t] - mean, -limit), limit)


@kernel(fast=True)
def _products(x, y):
    """Return sums of xx, xy and yy of all dates but the last, and of y with x and y before it."""
    xx = 0.0
    xy = 0.0
    yy = 0.0
    xy_next = 0.0
    yy_next = 0.0
    for t in range(1, len(x)):
        xx += x[t - 1] * x[t - 1]
        xy += x[t - 1] * y[t - 1]
        yy += y[t - 1] * y[t - 1]
        xy_next += x[t - 1] * y[t]
        yy_next += y[t - 1] * y[t]
    return xx, xy, yy, xy_next, yy_next


@kernel
def _lead(x, y, sums, least, found):
    """Fill t, share and correlations of x before y.

    They are zero if x is y or one of them is constant.
    """
    xx, xy, yy, xy_next, yy_next = sums
    own = xx * yy - xy**2
    if not own > 1e-10 * xx * yy:
        return
    coefficient = (yy * xy_next - xy * yy_next) / own
    past = (xx * yy_next - xy * xy_next) / own
    if xy != 0.0:
        found[1] = coefficient * xx / xy
    found[2] = xy_next / np.sqrt(xx * yy)
    found[3] = xy / np.sqrt(xx * yy)
    if not found[2] * np.sign(found[3]) > least:
        return
    error = _squared_error(x, y, coefficient, past, xy / yy, 1.0 / yy, yy / own)
    if error > 0.0:
        found[0] = coefficient * own / yy / np.sqrt(error)


@kernel(fast=True)
def _squared_error(x, y, coefficient, past, shared, by_y, by_apart):
    """Return the sum of squares of scores over one less their leverage."""
    error = 0.0
    for t in range(1, len(x)):
        apart = x[t - 1] - shared * y[t - 1]
        left = y[t] - coefficient * x[t - 1] - past * y[t - 1]
        leverage = by_y * y[t - 1] * y[t - 1] + by_apart * apart * apart
        score = apart * left / max(1.0 - leverage, 1e-12)
        error += score * score
    return error
