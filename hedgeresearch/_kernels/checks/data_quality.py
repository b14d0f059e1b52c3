"""One pass over a table for the checks of its quality."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.checks import plain
from hedgeresearch._kernels.checks.plain import N_BLOCKS, N_STATISTICS, REPEAT_TOLERANCE
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(plain=plain.column_statistics)
def column_statistics(columns, shortest_run):
    """Return statistics of each column, (n_columns, 14).

    A run is a sequence of equal values; it counts as long from ``shortest_run`` values. The columns
    of the result are: lowest, highest, sum, sum of absolute values, sum of squares, first
    autocorrelation, number of zeros, size of the largest value, number of repeats, length of the
    longest run, row after it, length of the run at the end, number of values in long runs, largest
    factor between the mean sizes of neighboring tenths of the rows.

    Parameters
    ----------
    columns : array (n_columns, n_rows), one series after the other
    shortest_run : int
    """
    found = np.zeros((columns.shape[0], N_STATISTICS))
    for j in range(columns.shape[0]):
        _range(columns[j], found[j])
        _sums(columns[j], found[j])
        _runs(columns[j], shortest_run, found[j])
    return found


@kernel(fast=True, plain=plain.column_covariance)
def column_covariance(columns):
    """Return the covariance of series, (n_columns, n_columns).

    Parameters
    ----------
    columns : array (n_columns, n_rows), one series after the other
    """
    n_columns, n = columns.shape
    means = np.zeros(n_columns)
    covariance = np.empty((n_columns, n_columns))
    for i in range(n_columns):
        total = 0.0
        for t in range(n):
            total += columns[i, t]
        means[i] = total / n
    for i in range(n_columns):
        for j in range(i + 1):
            x = columns[i]
            y = columns[j]
            total = 0.0
            for t in range(n):
                total += (x[t] - means[i]) * (y[t] - means[j])
            covariance[i, j] = total / max(n - 1, 1)
            covariance[j, i] = covariance[i, j]
    return covariance


@kernel(plain=plain.largest_step)
def largest_step(ticks):
    """Return the largest difference of successive whole numbers (n,); zero for a single one."""
    largest = 0
    for t in range(1, len(ticks)):
        largest = max(largest, ticks[t] - ticks[t - 1])
    return largest


@kernel
def _range(x, found):
    """Fill the lowest, the highest and the largest value: four at a time, which do not wait."""
    n = len(x)
    low = x[0]
    low_1 = low
    low_2 = low
    low_3 = low
    high = low
    high_1 = low
    high_2 = low
    high_3 = low
    for t in range(0, n - 3, 4):
        low = min(low, x[t])
        low_1 = min(low_1, x[t + 1])
        low_2 = min(low_2, x[t + 2])
        low_3 = min(low_3, x[t + 3])
        high = max(high, x[t])
        high_1 = max(high_1, x[t + 1])
        high_2 = max(high_2, x[t + 2])
        high_3 = max(high_3, x[t + 3])
    for t in range(n - n % 4, n):
        low = min(low, x[t])
        high = max(high, x[t])
    found[0] = min(low, low_1, low_2, low_3)
    found[1] = max(high, high_1, high_2, high_3)
    found[7] = max(-found[0], found[1])


@kernel(fast=True)
def _sums(x, found):
    """Fill the statistics that are sums: 2 to 6, and the last."""
    n = len(x)
    first = x[0]
    squares = 0.0
    deviations = 0.0
    total = first
    n_zeros = first == 0.0
    products = 0.0
    for t in range(1, n):
        deviation = x[t] - first
        total += x[t]
        squares += x[t] * x[t]
        deviations += deviation * deviation
        products += deviation * (x[t - 1] - first)
        n_zeros += x[t] == 0.0
    length = n // N_BLOCKS
    absolute = 0.0
    largest_factor = 1.0
    before = 0.0
    for block in range(N_BLOCKS):
        size = 0.0
        for t in range(block * length, (block + 1) * length):
            size += abs(x[t])
        if before > 0.0 and size > 0.0:
            largest_factor = max(largest_factor, size / before, before / size)
        if size > 0.0:
            before = size
        absolute += size
    for t in range(N_BLOCKS * length, n):
        absolute += abs(x[t])
    found[2] = total
    found[3] = absolute
    found[4] = squares + first * first
    found[5] = _autocorrelation(n, total - n * first, x[n - 1] - first, deviations, products)
    found[6] = n_zeros
    found[13] = largest_factor


@kernel
def _autocorrelation(n, total, last, squares, products):
    """Return the first autocorrelation from sums of deviations from the first value.

    They are the sum, the last one, the sum of squares and of products of successive deviations. It
    is zero for a constant series.
    """
    mean = total / n
    variance = squares - n * mean**2
    if not variance > 1e-12 * squares:
        return 0.0
    # sum of (x_t - m)(x_{t-1} - m): the sums of x_t and of x_{t-1} miss the first and the last
    return (products - mean * (2.0 * total - last) + (n - 1) * mean**2) / variance


@kernel
def _runs(x, shortest_run, found):
    """Fill the statistics of equal values."""
    n_repeats = _count_repeats(x)
    found[8:13] = (n_repeats, 1, 1, 1, 0)
    if n_repeats == 0:
        return
    run = 1
    longest = 1
    longest_stop = 1
    in_long_runs = 0
    for t in range(1, len(x)):
        if abs(x[t] - x[t - 1]) <= REPEAT_TOLERANCE * abs(x[t]):
            run += 1
            if run > longest:
                longest = run
                longest_stop = t + 1
        else:
            if run >= shortest_run:
                in_long_runs += run
            run = 1
    if run >= shortest_run:
        in_long_runs += run
    found[9:13] = (longest, longest_stop, run, in_long_runs)


@kernel(fast=True)
def _count_repeats(x):
    """Return the number of values that equal the one before."""
    n_repeats = 0
    for t in range(1, len(x)):
        n_repeats += abs(x[t] - x[t - 1]) <= REPEAT_TOLERANCE * abs(x[t])
    return n_repeats


@kernel(plain=plain.stale_rows)
def stale_rows(values, shortest_run, most_by_chance):
    """Return whether a column had stopped moving before each row, (n_rows + 1, n_columns).

    Row t uses the values before t only; the last row is the one after the data. A column has
    stopped where a run of equal values is at least ``shortest_run`` long, more than twice as long
    as each run before it, and where fewer than ``most_by_chance`` such runs would be expected if
    repeats were independent, at the rate of those before the run.
    """
    n_rows, n_columns = values.shape
    stale = np.zeros((n_rows + 1, n_columns), dtype=np.bool_)
    for j in range(n_columns):
        run = 0
        longest_before = 0
        repeats_before = 0
        for t in range(n_rows):
            x = values[t, j]
            if t > 0 and abs(x - values[t - 1, j]) <= REPEAT_TOLERANCE * abs(x):
                run += 1
            else:
                longest_before = max(longest_before, run)
                repeats_before += max(run - 1, 0)
                run = 1
            if run >= shortest_run and run > 2 * longest_before:
                rate = (repeats_before + 1.0) / (t + 1 - run + 2.0)
                stale[t + 1, j] = (t + 1) * rate ** (run - 1) < most_by_chance
    return stale
