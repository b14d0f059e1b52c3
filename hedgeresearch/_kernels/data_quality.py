"""One pass over a table for the checks of its quality."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel

REPEAT_TOLERANCE = 1e-12
"""Relative difference of two successive values up to which they count as a repeat."""
N_STATISTICS = 16
"""Number of statistics of a column; their names are those of ``data.quality.statistics``."""
N_BLOCKS = 10
"""Number of blocks of rows of which sizes are compared."""


@kernel
def column_statistics(values, shortest_run):
    """Return statistics of each column, (n_columns, 16).

    A run is a sequence of equal values; it counts as long from ``shortest_run`` values. The columns
    of the result are: lowest, highest, sum, sum of absolute values, sum of squares, first
    autocorrelation, number of zeros, size and row of the largest value, size of the second largest,
    number of repeats, length of the longest run, row after it, length of the run at the end, number
    of values in long runs, largest factor between the mean sizes of neighboring tenths of the rows.
    """
    found = np.zeros((values.shape[1], N_STATISTICS))
    for j in range(values.shape[1]):
        _sizes(values[:, j], found[j])
        _runs(values[:, j], shortest_run, found[j])
        found[j, 15] = _largest_factor(values[:, j])
    return found


@kernel
def _largest_factor(x):
    """Return the largest factor between the mean sizes of neighboring blocks that are not zero."""
    length = len(x) // N_BLOCKS
    largest = 1.0
    before = 0.0
    for block in range(N_BLOCKS):
        total = 0.0
        for t in range(block * length, (block + 1) * length):
            total += abs(x[t])
        if before > 0.0 and total > 0.0:
            largest = max(largest, total / before, before / total)
        if total > 0.0:
            before = total
    return largest


@kernel
def _sizes(x, found):
    """Fill the statistics of single values: the first ten."""
    lowest = x[0]
    highest = x[0]
    total = 0.0
    absolute = 0.0
    squares = 0.0
    deviations = 0.0
    products = 0.0
    n_zeros = 0
    largest = -1.0
    largest_row = 0
    second = 0.0
    deviation_before = 0.0
    for t in range(len(x)):
        size = abs(x[t])
        deviation = x[t] - x[0]
        lowest = min(lowest, x[t])
        highest = max(highest, x[t])
        total += x[t]
        absolute += size
        squares += size * size
        deviations += deviation * deviation
        products += deviation * deviation_before
        deviation_before = deviation
        n_zeros += size == 0.0
        if size > second:
            second = min(size, max(largest, 0.0))
            if size > largest:
                largest = size
                largest_row = t
            else:
                second = size
    found[:5] = (lowest, highest, total, absolute, squares)
    found[5] = _autocorrelation(
        len(x), total - len(x) * x[0], deviation_before, deviations, products
    )
    found[6:10] = (float(n_zeros), largest, float(largest_row), second)


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
    run = 1
    longest = 1
    longest_stop = 1
    in_long_runs = 0
    n_repeats = 0
    for t in range(1, len(x)):
        if abs(x[t] - x[t - 1]) <= REPEAT_TOLERANCE * abs(x[t]):
            run += 1
            n_repeats += 1
            if run > longest:
                longest = run
                longest_stop = t + 1
        else:
            if run >= shortest_run:
                in_long_runs += run
            run = 1
    if run >= shortest_run:
        in_long_runs += run
    found[10:15] = (n_repeats, longest, longest_stop, run, in_long_runs)


@kernel
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
