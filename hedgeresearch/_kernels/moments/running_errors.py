r"""HAC variances of regression slopes before each date, by running sums of lagged products.

With z and e the hedges and the asset less a reference regression, both relative to a date of the
window, the moments of the regression of a window are linear in the products q of (1, z, e):

.. math:: m = (z - \bar z)(e - g'z - c) = M q, \qquad c = \bar e - g'\bar z

with M the same at all dates of the window. The sum of autocovariances with Bartlett weights is that
of squares of all runs of L + 1 dates, divided by L + 1 (see ``windowed_errors``): runs within the
window are in a running sum of outer products of the q of a run, 2 L runs that its ends cut are
added for each window. z is uncorrelated and of unit variance in the reference, so that neither
scales nor collinear hedges cost digits; where a date that has left has made a sum much smaller, and
after as many dates as a window has, the sums and their reference are computed again. Where the
moments are so much smaller than the products that digits are lost, as next to an outlier that
determines the regression, the variances are NaN.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.moments.rolling_ratios import MAX_FALL

MIN_SHARE = 1e-4
"""Share of the products, and of the reference's variance, that a sum must keep."""

Reference = namedtuple("Reference", "anchor slope scale factor")
Reference.__doc__ = """Coordinates of z and e.

Attributes
----------
anchor : array (k + 1,)
    A date, the asset first.
slope : array (k,)
    Slopes of the reference regression in units of the hedges' scale.
scale : array (k,)
    Standard deviations of the hedges.
factor : array (k, k)
    Cholesky factor of their correlation matrix.
"""


def n_products(k: int) -> int:
    """Return the number of products of (1, z, e) for k hedges: 1, z, e, z e and z z'."""
    return 2 + 2 * k + k * (k + 1) // 2


@kernel
def running_slope_variances(values, window, first_end, lags):
    """Return the variances of the slopes of regressions before each date, (n_ends, k).

    They are NaN where digits are lost.

    Parameters
    ----------
    values : array (n_dates, k + 1)
        The asset is column 0.
    window : int
        Number of dates of each regression; 0 for all dates before its end.
    first_end : int
        End of the first regression, which is that of the rows before it. Others end one date later
        each.
    lags : array (n_ends,) of int
        Lags of each regression, fewer than it has dates, constant if ``window`` is not 0.
    """
    k = values.shape[1] - 1
    p = 2 + 2 * k + k * (k + 1) // 2
    n_ends = lags.shape[0]
    variances = np.empty((n_ends, k))
    reference = Reference(np.empty(k + 1), np.empty(k), np.empty(k), np.empty((k, k)))
    rows = np.empty((first_end + n_ends, k + 1))
    totals = np.zeros(p)
    runs = np.zeros((p, p))
    peaks = np.zeros((2, p))
    run = np.empty(p)
    refresh_at = first_end
    was_known = True
    for i in range(n_ends):
        end = first_end + i
        begin = end - window if window > 0 else 0
        length = lags[i]
        is_new = end == refresh_at or (i > 0 and length != lags[i - 1])
        if not is_new:
            _fill_row(values[end - 1], reference, rows[end - 1])
            _add_products(rows[end - 1], 1.0, totals)
            _fill_run(rows, end - 1 - length, end, run)
            _add_square(run, 1.0, runs)
            if window > 0:
                _add_products(rows[begin - 1], -1.0, totals)
                _fill_run(rows, begin - 1, begin + length, run)
                _add_square(run, -1.0, runs)
                is_new = _has_fallen(k, totals, runs, peaks)
        if is_new:
            _begin_again(values, begin, end, length, reference, rows, totals, runs, run, peaks)
            if end == refresh_at:
                refresh_at = end + (window if window > 0 else end)
        is_known = _fill_variances(rows, begin, end, length, totals, runs, reference, variances[i])
        if not (is_known or is_new) and was_known:
            # another reference may keep the digits
            _begin_again(values, begin, end, length, reference, rows, totals, runs, run, peaks)
            is_known = _fill_variances(
                rows, begin, end, length, totals, runs, reference, variances[i]
            )
        was_known = is_known
    return variances


@kernel
def _begin_again(values, begin, end, length, reference, rows, totals, runs, run, peaks):
    """Compute the sums over a window, and their reference."""
    _set_reference(values[begin:end], reference)
    totals[:] = 0.0
    runs[:] = 0.0
    peaks[:] = 0.0
    for t in range(begin, end):
        _fill_row(values[t], reference, rows[t])
        _add_products(rows[t], 1.0, totals)
        if t >= begin + length:
            _fill_run(rows, t - length, t + 1, run)
            _add_square(run, 1.0, runs)
    _has_fallen(reference.slope.shape[0], totals, runs, peaks)


@kernel
def _set_reference(window, reference):
    """Regress the asset on the hedges over a window."""
    anchor, slope, scale, factor = reference
    n_dates, n = window.shape
    k = n - 1
    mean = np.zeros(n)
    scatter = np.zeros((n, n))
    for i in range(n):
        anchor[i] = window[n_dates - 1, i]
    for t in range(n_dates):
        for i in range(n):
            mean[i] += (window[t, i] - anchor[i]) / n_dates
    for t in range(n_dates):
        for i in range(n):
            x = window[t, i] - anchor[i] - mean[i]
            for j in range(i + 1):
                scatter[i, j] += x * (window[t, j] - anchor[j] - mean[j]) / n_dates
    for i in range(k):
        scale[i] = np.sqrt(scatter[i + 1, i + 1])
        slope[i] = scatter[i + 1, 0] / scale[i]
        for j in range(i + 1):
            factor[i, j] = scatter[i + 1, j + 1] / (scale[i] * scale[j])
    cholesky_in_place(factor)
    solve_cholesky(factor, slope)


@kernel
def _fill_row(value, reference, row):
    """Fill z (k,) and e of a date."""
    anchor, slope, scale, factor = reference
    k = slope.shape[0]
    e = value[0] - anchor[0]
    for i in range(k):
        x = (value[i + 1] - anchor[i + 1]) / scale[i]
        e -= slope[i] * x
        for j in range(i):
            x -= factor[i, j] * row[j]
        row[i] = x / factor[i, i]
    row[k] = e


@kernel
def _add_products(row, sign, q):
    """Add the products 1, z, e, z e and z z' of a date, times a sign."""
    k = row.shape[0] - 1
    q[0] += sign
    q[1 + k] += sign * row[k]
    place = 2 + 2 * k
    for i in range(k):
        x = sign * row[i]
        q[1 + i] += x
        q[2 + k + i] += x * row[k]
        for j in range(i + 1):
            q[place] += x * row[j]
            place += 1


@kernel
def _fill_run(rows, begin, end, run):
    """Fill the sum of the products of some dates."""
    run[:] = 0.0
    for t in range(begin, end):
        _add_products(rows[t], 1.0, run)


@kernel
def _add_square(run, sign, runs):
    """Add the outer product of a run, times a sign, of full symmetry."""
    p = run.shape[0]
    for i in range(p):
        x = sign * run[i]
        for j in range(p):
            runs[i, j] += x * run[j]


@kernel
def _has_fallen(k, totals, runs, peaks):
    """Return whether a sum of squares has become much smaller than its largest value."""
    place = 2 + 2 * k
    fallen = False
    for i in range(k):
        place += i
        peaks[0, i] = max(peaks[0, i], totals[place])
        fallen = fallen or totals[place] < MAX_FALL * peaks[0, i]
        place += 1
    for i in range(runs.shape[0]):
        peaks[1, i] = max(peaks[1, i], runs[i, i])
        fallen = fallen or runs[i, i] < MAX_FALL * peaks[1, i]
    return fallen


@kernel
def _fill_variances(rows, begin, end, length, totals, runs, reference, variance):  # noqa: C901, PLR0912 - loops over elements
    """Fill the variances (k,) of the slopes over rows begin to end, NaN where digits are lost.

    Returns whether they are known.
    """
    _, _, scale, reference_factor = reference
    k = variance.shape[0]
    p = totals.shape[0]
    n_dates = end - begin
    factor = np.empty((k, k))
    g = np.empty(k)
    place = 2 + 2 * k
    for i in range(k):
        g[i] = totals[2 + k + i] - totals[1 + i] * (totals[1 + k] / n_dates)
        for j in range(i + 1):
            factor[i, j] = totals[place] - totals[1 + i] * (totals[1 + j] / n_dates)
            place += 1
    if not cholesky_in_place(factor) > MIN_SHARE * n_dates:
        for i in range(k):
            variance[i] = np.nan
        return False
    solve_cholesky(factor, g)
    to_moments = np.zeros((k, p))
    _fill_map(totals, g, n_dates, to_moments)
    # The slopes are reference_factor^-T scatter^-1 m over the scale, so that each has a vector of
    # weights by which it combines the moments.
    weights = np.zeros(k)
    by_products = np.zeros((k, p))
    for i in range(k):
        for j in range(k):
            weights[j] = 1.0 if i == j else 0.0
        for j in range(k):
            for c in range(j):
                weights[j] -= reference_factor[j, c] * weights[c]
            weights[j] /= reference_factor[j, j]
        solve_cholesky(factor, weights)
        for j in range(k):
            for c in range(p):
                by_products[i, c] += weights[j] * to_moments[j, c] / scale[i]
    is_lost = False
    for i in range(k):
        variance[i] = 0.0
        uncancelled = 0.0
        for a in range(p):
            along = 0.0
            for b in range(p):
                along += runs[a, b] * by_products[i, b]
            variance[i] += by_products[i, a] * along
            uncancelled += by_products[i, a] ** 2 * runs[a, a]
        is_lost = is_lost or not variance[i] > MIN_SHARE * uncancelled
    run = np.zeros(p)
    for t in range(begin, begin + length):
        _add_products(rows[t], 1.0, run)
        _add_squares_of_slopes(by_products, run, variance)
    run[:] = 0.0
    for t in range(end - 1, end - 1 - length, -1):
        _add_products(rows[t], 1.0, run)
        _add_squares_of_slopes(by_products, run, variance)
    for i in range(k):
        variance[i] = np.nan if is_lost else variance[i] / (length + 1)
    return not is_lost


@kernel
def _fill_map(totals, g, n_dates, to_moments):
    """Fill M (k, p), which gives the moments of a date from its products."""
    k = g.shape[0]
    c = totals[1 + k]
    for j in range(k):
        c -= g[j] * totals[1 + j]
    c /= n_dates
    for i in range(k):
        mean = totals[1 + i] / n_dates
        to_moments[i, 0] = mean * c
        for j in range(k):
            to_moments[i, 1 + j] = mean * g[j]
        to_moments[i, 1 + i] -= c
        to_moments[i, 1 + k] = -mean
        to_moments[i, 2 + k + i] = 1.0
    place = 2 + 2 * k
    for a in range(k):
        for b in range(a + 1):
            to_moments[a, place] -= g[b]
            if b < a:
                to_moments[b, place] -= g[a]
            place += 1


@kernel
def _add_squares_of_slopes(by_products, run, variance):
    """Add the square of what a run adds to each slope."""
    k, p = by_products.shape
    for i in range(k):
        change = 0.0
        for c in range(p):
            change += by_products[i, c] * run[c]
        variance[i] += change * change
