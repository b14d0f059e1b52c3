"""Refits of a DCC of two series over many samples, one after the other, in one compiled call.

A refit estimates both univariate models and the correlation of their residuals, starting at the
refit before it, and filters its own sample: nothing returns to Python in between.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.box_search import CONVERGED
from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_box import HIGH, LOW
from hedgeresearch._kernels.dcc_pair_fit import fit_pair
from hedgeresearch._kernels.dcc_pair_search import largest_news_share
from hedgeresearch._kernels.garch_coordinates import garch_parameters
from hedgeresearch._kernels.garch_fit import fit_garch, unit_series
from hedgeresearch._kernels.garch_influence import garch_standardize
from hedgeresearch._kernels.minimum_variance import smallest_own_share

MARGINS = 0
"""First number of an estimate: the points (6,) of both univariate models."""
CORRELATION = 12
"""First of the point (4,) of the correlation."""
UNITS = 16
"""First of center and scale of the first series, then of the second."""
VARIANCES = 20
"""First of the variances of the next date, in units of squared scales."""
Q = 22
"""First of the elements (1, 1), (1, 2) and (2, 2) of Q of the next date."""
TARGET = 25
"""First of the same elements of S, of residuals."""
INTERCEPT = 28
"""First of the same elements of C."""
DELTA = 31
"""Largest weight that the asymmetric term can have in the persistence."""
SIZE = 32


@kernel
def refit_pairs(returns, bounds, cold, layouts, rules, searched, least_share, estimates, free):
    """Fill the estimates of samples, and return whether each reached an optimum.

    A sample that has none, or in which a series does not vary by itself, is left to another
    search; the one after it starts cold.

    Parameters
    ----------
    returns : array (n_rows, 2)
    bounds : array (n_samples, 2) of int
        First row of each sample, and the row after its last.
    cold : array (n_samples,) of bool
        Whether a sample does not start at the optimum of the one before.
    layouts : array (2, 3) of bool
        Constant mean, asymmetric and Student-t, for each univariate model.
    rules : tuple of bool
        Whether the correlation is asymmetric, corrected and integrated.
    searched : array (k,) of int
        Coordinates of the correlation that are estimated.
    least_share : float
        Smallest share of its variance that a series must have of its own.
    estimates : array (n_samples, SIZE)
        Filled; the constants of this module say with what.
    free : array (n_samples, 16) of bool
        Filled: whether coordinates are not held by a bound, those of both margins, then those of
        the correlation.
    """
    found = np.zeros(len(bounds), np.bool_)
    for i in range(len(bounds)):
        warm = i > 0 and found[i - 1] and not cold[i]
        for j in range(SIZE):
            estimates[i, j] = estimates[i - 1, j] if warm else 0.0
        sample = returns[bounds[i, 0] : bounds[i, 1]]
        if smallest_own_share(sample) > least_share:
            found[i] = _refit(sample, warm, layouts, rules, searched, estimates[i], free[i])
    return found


@kernel
def _refit(sample, warm, layouts, rules, searched, estimate, free):
    """Fill the estimate of one sample (n_dates, 2); return whether it reached an optimum."""
    n_dates = sample.shape[0]
    residuals = np.empty((2, n_dates))
    unit = np.empty(n_dates)
    column = np.empty(n_dates)
    for s in range(2):
        for t in range(n_dates):
            column[t] = sample[t, s]
        center, scale = unit_series(column, layouts[s, 0], unit)
        point = estimate[MARGINS + 6 * s : MARGINS + 6 * s + 6]
        _, norm = fit_garch(
            unit, layouts[s, 0], layouts[s, 1], layouts[s, 2], warm, point, free[6 * s : 6 * s + 6]
        )
        if not norm < CONVERGED:
            return False
        estimate[UNITS + 2 * s] = center
        estimate[UNITS + 2 * s + 1] = scale
        h, _ = garch_standardize(garch_parameters(point), unit, residuals[s])
        estimate[VARIANCES + s] = h
    x = residuals[0]
    y = residuals[1]
    point = estimate[CORRELATION : CORRELATION + 4]
    gradient = np.zeros(4)
    parameters = np.empty(4)
    found, _, targets, matrices, q = fit_pair(
        x, y, rules, searched, warm, point, gradient, parameters
    )
    if not found:
        return False
    for c in searched:
        free[12 + c] = point[c] != (HIGH[c] if gradient[c] > 0.0 else LOW[c])
    for i in range(3):
        estimate[Q + i] = q[i]
        estimate[INTERCEPT + i] = matrices[0, i]
        estimate[TARGET + i] = targets[i]
    estimate[DELTA] = largest_news_share(targets, rules[0])
    return True
