"""NumPy versions of the kernels that check the data of every fit.

With them a fit that needs no other kernel, such as that of OLS, neither imports numba nor compiles.
Each has the arguments and the result of the kernel of its name.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from hedgeresearch.typing import Array, Indices, Mask

REPEAT_TOLERANCE = 1e-12
"""Relative difference of two successive values up to which they count as a repeat."""
N_STATISTICS = 14
"""Number of statistics of a column; their names are those of ``data.quality.statistics``."""
NO_RUNS = (0.0, 1.0, 1.0, 1.0, 0.0)
"""Statistics of runs of a column of which no value equals the one before."""
N_BLOCKS = 10
"""Number of blocks of rows of which sizes are compared."""
MIN_SHARE_OF_SQUARES = 1e-6
"""Share of the sum of squares that deviations from the mean need for the shorter formulas."""
MAX_DEVIATIONS = 5.0
"""Number of mean absolute deviations at which a deviation is cut.

Otherwise a single jump would decide what the next date seems to follow.
"""


# --- statistics of columns ---


def column_statistics(columns: Array, shortest_run: int) -> Array:
    """Return statistics of each column (n_columns, n_rows), (n_columns, 14)."""
    sizes = np.abs(columns)
    steps = columns[:, 1:] - columns[:, :-1]
    found = np.empty((len(columns), N_STATISTICS))
    found[:, 0] = columns.min(axis=1)
    found[:, 1] = columns.max(axis=1)
    found[:, 2] = columns.sum(axis=1)
    found[:, 7] = np.maximum(-found[:, 0], found[:, 1])
    blocks = _block_totals(sizes)
    found[:, 3] = blocks.sum(axis=1)
    for x, step, is_zero, row in zip(columns, steps, sizes == 0.0, found, strict=True):
        squares = float(x @ x)
        row[4] = squares
        row[5] = _autocorrelation(x, step, float(row[2]), squares)
        row[6] = np.count_nonzero(is_zero)
    found[:, 8:13] = _runs(steps, sizes, float(found[:, 7].max()), shortest_run)
    found[:, 13] = list(map(_largest_factor, blocks[:, :N_BLOCKS].tolist()))
    return found


def _block_totals(sizes: Array) -> Array:
    """Return the sums of ten blocks of rows, and of those left, (n_columns, 11)."""
    n_columns, n_rows = sizes.shape
    length = n_rows // N_BLOCKS
    totals = np.zeros((n_columns, N_BLOCKS + 1))
    if length:
        blocks = sizes[:, : N_BLOCKS * length].reshape(n_columns, N_BLOCKS, length)
        blocks.sum(axis=2, out=totals[:, :N_BLOCKS])
    sizes[:, N_BLOCKS * length :].sum(axis=1, out=totals[:, N_BLOCKS])
    return totals


def _autocorrelation(x: Array, steps: Array, total: float, squares: float) -> float:
    """Return the first autocorrelation of a column (n_rows,), zero for a constant one.

    Parameters
    ----------
    steps : array (n_rows - 1,), differences of successive values
    total, squares : sum of the values and of their squares
    """
    mean = total / len(x)
    variance = squares - total * mean
    if variance > MIN_SHARE_OF_SQUARES * squares:
        # products of neighbors, from the squares of both and of their difference
        ends = (float(x[0]) - mean) ** 2 + (float(x[-1]) - mean) ** 2
        return 1.0 - (float(steps @ steps) + ends) / (2.0 * variance)
    return _autocorrelation_of_level(x - x[0])


def _autocorrelation_of_level(deviations: Array) -> float:
    """Return the first autocorrelation from deviations from the first value, (n_rows,)."""
    n = len(deviations)
    total = deviations.sum()
    squares = deviations @ deviations
    mean = total / n
    variance = squares - n * mean**2
    if not variance > 1e-12 * squares:
        return 0.0
    products = deviations[1:] @ deviations[:-1]
    # sum of (x_t - m)(x_{t-1} - m): the sums of x_t and of x_{t-1} miss the first and the last
    cross = mean * (2.0 * total - deviations[-1])
    return float((products - cross + (n - 1) * mean**2) / variance)


def _is_repeat(x: Array, sizes: Array) -> Mask:
    """Return whether each value after the first equals the one before it, (n_rows - 1,)."""
    return np.asarray(np.abs(x[1:] - x[:-1]) <= REPEAT_TOLERANCE * sizes[1:])


def _runs(steps: Array, sizes: Array, largest: float, shortest_run: int) -> Array:
    """Return the statistics of equal values of each column, (n_columns, 5).

    Parameters
    ----------
    steps : array (n_columns, n_rows - 1), differences of successive values
    sizes : array (n_columns, n_rows), absolute values, of which the largest is ``largest``
    shortest_run : number of values from which a run is long
    """
    distances = np.abs(steps)
    found = np.empty((len(steps), len(NO_RUNS)))
    found[:] = NO_RUNS
    # most tables have no step as small as the largest value would allow
    if distances.min(initial=np.inf) <= REPEAT_TOLERANCE * largest:
        for j, row in enumerate(found):
            row[:] = _runs_of(distances[j] <= REPEAT_TOLERANCE * sizes[j, 1:], shortest_run)
    return found


def _runs_of(is_repeat: Mask, shortest_run: int) -> tuple[float, ...]:
    """Return the statistics of equal values, from whether a value repeats the one before it."""
    n_repeats = np.count_nonzero(is_repeat)
    if n_repeats == 0:
        return NO_RUNS
    stops = np.append(np.flatnonzero(~is_repeat) + 1, len(is_repeat) + 1)
    lengths = np.diff(stops, prepend=0)
    longest = int(lengths.argmax())
    in_long_runs = lengths[lengths >= shortest_run].sum()
    end_run = lengths[-1]
    return tuple(map(float, (n_repeats, lengths[longest], stops[longest], end_run, in_long_runs)))


def _largest_factor(totals: list[float]) -> float:
    """Return the largest factor between the sums of neighboring blocks that are not zero."""
    moving = [total for total in totals if total > 0.0]
    if len(moving) < 2:
        return 1.0
    factors = [after / before for before, after in pairwise(moving)]
    return max(*factors, 1.0 / min(factors), 1.0)


def column_covariance(columns: Array) -> Array:
    """Return the covariance of series (n_columns, n_rows), (n_columns, n_columns)."""
    n = columns.shape[1]
    deviations = columns - (columns.sum(axis=1) / n)[:, None]
    if len(columns) != 2:
        products = deviations @ deviations.T
    else:  # the library's product of a matrix with itself is slow for two rows
        x, y = deviations
        crossed = x @ y
        products = np.array([[x @ x, crossed], [crossed, y @ y]])
    return np.asarray(products / max(n - 1, 1))


def largest_step(ticks: Indices) -> int:
    """Return the largest difference of successive whole numbers (n,); zero for a single one."""
    return int((ticks[1:] - ticks[:-1]).max(initial=0))


def stale_rows(values: Array, shortest_run: int, most_by_chance: float) -> Mask:
    """Return whether a column had stopped moving before each row, (n_rows + 1, n_columns)."""
    n_rows, n_columns = values.shape
    stale = np.zeros((n_rows + 1, n_columns), dtype=np.bool_)
    for j, x in enumerate(np.ascontiguousarray(values.T)):
        is_repeat = _is_repeat(x, np.abs(x))
        if is_repeat.any():
            stale[1:, j] = _stale(is_repeat, shortest_run, most_by_chance)
    return stale


def _stale(is_repeat: Mask, shortest_run: int, most_by_chance: float) -> Mask:
    """Return whether a column had stopped moving at each row, (n_rows,)."""
    starts = np.append(0, np.flatnonzero(~is_repeat) + 1)
    lengths = np.diff(starts, append=len(is_repeat) + 1)
    # of the runs before each run: the longest, and the number of repeats
    longest = np.append(0, np.maximum.accumulate(lengths)[:-1])
    repeats = np.append(0, np.cumsum(lengths - 1)[:-1])
    row = np.arange(len(is_repeat) + 1)
    of_run = np.repeat(np.arange(len(starts)), lengths)
    run = row + 1 - starts[of_run]
    is_long = (run >= shortest_run) & (run > 2 * longest[of_run])
    rows = row[is_long]
    rate = (repeats[of_run[is_long]] + 1.0) / (starts[of_run[is_long]] + 2.0)
    is_long[rows] = (rows + 1) * rate ** (run[rows] - 1) < most_by_chance
    return np.asarray(is_long)


# --- leads ---


def lead_lag(columns: Array, least: float) -> Array:
    """Return how each hedge leads the asset (row 0) and follows it (row 1), (2, n_hedges, 4)."""
    cut = _cut_deviations(columns)
    asset = cut[0]
    asset_before = asset[:-1]
    asset_now = asset[1:]
    squares = float(asset_before @ asset_before)
    asset_next = float(asset_before @ asset_now)
    found = np.empty((2, len(columns) - 1, 4))
    for i, hedge in enumerate(cut[1:]):
        before = hedge[:-1]
        now = hedge[1:]
        same_date = float(before @ asset_before)
        own = float(before @ before)
        sums = (own, same_date, squares, float(before @ asset_now), asset_next)
        found[0, i] = _lead(hedge, asset, sums, least)
        sums = (squares, same_date, own, float(now @ asset_before), float(before @ now))
        found[1, i] = _lead(asset, hedge, sums, least)
    return found


def _cut_deviations(columns: Array) -> Array:
    """Return the deviations of series (n_columns, n_dates) from their means, without extremes."""
    n = columns.shape[1]
    deviations = columns - (columns.sum(axis=1) / n)[:, None]
    limits = MAX_DEVIATIONS * np.abs(deviations).sum(axis=1)[:, None] / n
    return np.asarray(np.clip(deviations, -limits, limits, out=deviations))


def _lead(
    x: Array, y: Array, sums: tuple[float, ...], least: float
) -> tuple[float, float, float, float]:
    """Return t, share and correlations of x before y, each (n_dates,).

    They are zero if x is y or one of them is constant. ``sums`` are those of xx, xy and yy of all
    dates but the last, and of y with x and y before it.
    """
    xx, xy, yy, xy_next, yy_next = sums
    own = xx * yy - xy**2
    if not own > 1e-10 * xx * yy:
        return 0.0, 0.0, 0.0, 0.0
    size = math.sqrt(xx * yy)
    coefficient = (yy * xy_next - xy * yy_next) / own
    share = coefficient * xx / xy if xy != 0.0 else 0.0
    correlations = (xy_next / size, xy / size)
    sign = (xy > 0.0) - (xy < 0.0)
    if not xy_next * sign > least * size:
        return 0.0, share, *correlations
    before = x[:-1]
    past = y[:-1]
    apart = before - (xy / yy) * past
    left = y[1:] - coefficient * before - ((xx * yy_next - xy * xy_next) / own) * past
    leverage = past * past / yy + apart * apart * (yy / own)
    scores = apart * left / np.maximum(1.0 - leverage, 1e-12)
    error = scores @ scores
    t = float(coefficient * own / yy / math.sqrt(error)) if error > 0.0 else 0.0
    return t, share, *correlations
