"""Whether one series moves before another."""

from __future__ import annotations

import numpy as np
from numba import njit

FARTHEST = 5.0
"""Mean absolute deviations up to which a deviation counts, as a jump decides what its next date seems to follow."""


@njit(cache=True)
def lead_lag(values):
    """How each hedge leads the asset (row 0) and follows it (row 1): t, share and two correlations, (2, n_hedges, 4).

    y_t is regressed on its own past y_{t-1} and on x_{t-1}, so that what makes both autocorrelated in the same way is
    not taken for a lead; t is that of x_{t-1}, robust to unequal variances and to dates on which much depends (HC3 of
    MacKinnon and White 1985, Journal of Econometrics 29, section 2), share its coefficient relative to the slope of y_t
    on x_t, and the correlations are those of x_{t-1} and y_t and of the same date.
    """
    n_hedges = values.shape[1] - 1
    centred = np.empty((values.shape[1], values.shape[0]))
    for i in range(n_hedges + 1):
        deviations = values[:, i] - values[:, i].mean()
        limit = FARTHEST * np.abs(deviations).mean()
        centred[i] = np.minimum(np.maximum(deviations, -limit), limit)
    found = np.empty((2, n_hedges, 4))
    for i in range(n_hedges):
        _lead(centred[i + 1], centred[0], found[0, i])
        _lead(centred[0], centred[i + 1], found[1, i])
    return found


@njit(cache=True)
def _lead(x, y, found):
    """Fill t, share and correlations of x before y; zeros where x is y, or one of them does not move."""
    n = len(x)
    xx, xy, yy, xy_next, yy_next = 0.0, 0.0, 0.0, 0.0, 0.0
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
    error, shared, by_y, by_apart = 0.0, xy / yy, 1.0 / yy, yy / own
    for t in range(1, n):
        apart = x[t - 1] - shared * y[t - 1]
        left = y[t] - coefficient * x[t - 1] - past * y[t - 1]
        leverage = by_y * y[t - 1] ** 2 + by_apart * apart**2
        error += (apart * left / max(1.0 - leverage, 1e-12)) ** 2
    if error > 0.0:
        found[0] = coefficient * own / yy / np.sqrt(error)
    if xy != 0.0:
        found[1] = coefficient * xx / xy
    found[2], found[3] = xy_next / np.sqrt(xx * yy), xy / np.sqrt(xx * yy)
