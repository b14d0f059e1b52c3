"""NumPy versions of the kernels that check the data of every fit.

With them a fit that needs no other kernel, such as that of OLS, neither imports numba nor compiles.
Each has the arguments and the result of the kernel of its name.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.typing import Array, Indices, Mask

REPEAT_TOLERANCE = 1e-12
"""Relative difference of two successive values up to which they count as a repeat."""
N_STATISTICS = 14
"""Number of statistics of a column; their names are those of ``data.quality.statistics``."""
N_BLOCKS = 10
"""Number of blocks of rows of which sizes are compared."""
MAX_DEVIATIONS = 5.0
"""Number of mean absolute deviations at which a deviation is cut.

Otherwise a single jump would decide what the next date seems to follow.
"""


# --- statistics of columns ---


def column_statistics(columns: Array, shortest_run: int) -> Array:
    """Return statistics of each column (n_columns, n_rows), (n_columns, 14)."""
    found = np.empty((len(columns), N_STATISTICS))
    for x, row in zip(columns, found, strict=True):
        sizes = np.abs(x)
        row[:8] = _sizes(x, sizes)
        row[8:13] = _runs(x, sizes, shortest_run)
        row[13] = _largest_factor(sizes)
    return found


def _sizes(x: Array, sizes: Array) -> tuple[float, ...]:
    """Return the statistics of single values of a column (n_rows,): the first eight."""
    lowest = x.min()
    highest = x.max()
    total = x.sum()
    autocorrelation = _autocorrelation(total - len(x) * x[0], x - x[0])
    n_zeros = len(x) - np.count_nonzero(x)
    sums = (total, sizes.sum(), x @ x)
    found = (lowest, highest, *sums, autocorrelation, n_zeros, max(-lowest, highest))
    return tuple(map(float, found))


def _autocorrelation(total: float, deviations: Array) -> float:
    """Return the first autocorrelation from deviations from the first value, (n,), and their sum.

    It is zero for a constant series.
    """
    n = len(deviations)
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


def _runs(x: Array, sizes: Array, shortest_run: int) -> tuple[float, ...]:
    """Return the statistics of equal values of a column (n_rows,)."""
    is_repeat = _is_repeat(x, sizes)
    n_repeats = np.count_nonzero(is_repeat)
    if n_repeats == 0:
        return (0, 1, 1, 1, 0)
    stops = np.append(np.flatnonzero(~is_repeat) + 1, len(x))
    lengths = np.diff(stops, prepend=0)
    longest = int(lengths.argmax())
    in_long_runs = lengths[lengths >= shortest_run].sum()
    end_run = lengths[-1]
    return tuple(map(float, (n_repeats, lengths[longest], stops[longest], end_run, in_long_runs)))


def _largest_factor(sizes: Array) -> float:
    """Return the largest factor between the mean sizes of neighboring blocks that are not zero."""
    length = len(sizes) // N_BLOCKS
    totals = sizes[: length * N_BLOCKS].reshape(N_BLOCKS, length).sum(axis=1)
    totals = totals[totals > 0.0]
    if len(totals) < 2:
        return 1.0
    factors = totals[1:] / totals[:-1]
    return float(max(1.0, factors.max(), 1.0 / factors.min()))


def column_covariance(columns: Array) -> Array:
    """Return the covariance of series (n_columns, n_rows), (n_columns, n_columns)."""
    deviations = columns - columns.mean(axis=1)[:, None]
    return np.asarray(deviations @ deviations.T / max(columns.shape[1] - 1, 1))


def largest_step(ticks: Indices) -> int:
    """Return the largest difference of successive whole numbers (n,); zero for a single one."""
    return int(np.diff(ticks).max(initial=0))


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
    asset, *hedges = map(_cut_deviations, columns)
    found = np.empty((2, len(hedges), 4))
    for i, hedge in enumerate(hedges):
        found[0, i] = _lead(hedge, asset, least)
        found[1, i] = _lead(asset, hedge, least)
    return found


def _cut_deviations(x: Array) -> Array:
    """Return the deviations of a series (n_dates,) from its mean, without extremes."""
    deviations = x - x.mean()
    limit = MAX_DEVIATIONS * np.abs(deviations).mean()
    return np.asarray(np.clip(deviations, -limit, limit))


def _lead(x: Array, y: Array, least: float) -> tuple[float, float, float, float]:
    """Return t, share and correlations of x before y, each (n_dates,).

    They are zero if x is y or one of them is constant.
    """
    before = x[:-1]
    past = y[:-1]
    now = y[1:]
    xx = before @ before
    xy = before @ past
    yy = past @ past
    xy_next = before @ now
    yy_next = past @ now
    own = xx * yy - xy**2
    if not own > 1e-10 * xx * yy:
        return 0.0, 0.0, 0.0, 0.0
    size = np.sqrt(xx * yy)
    coefficient = (yy * xy_next - xy * yy_next) / own
    share = float(coefficient * xx / xy) if xy != 0.0 else 0.0
    correlations = (float(xy_next / size), float(xy / size))
    if not correlations[0] * np.sign(correlations[1]) > least:
        return 0.0, share, *correlations
    apart = before - (xy / yy) * past
    left = now - coefficient * before - ((xx * yy_next - xy * xy_next) / own) * past
    leverage = past * past / yy + apart * apart * (yy / own)
    scores = apart * left / np.maximum(1.0 - leverage, 1e-12)
    error = scores @ scores
    t = float(coefficient * own / yy / np.sqrt(error)) if error > 0.0 else 0.0
    return t, share, *correlations
