"""Units of returns: per cent where fractions are meant, in every column or in some."""

from __future__ import annotations

import numpy as np

from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.data.quality.words import listed
from hedgeresearch.typing import Array, Mask

MAX_YEARLY_VOLATILITY = 5.0
"""Volatility per year, as a fraction, from which returns look like per cent.

Stocks have 0.15 to 0.6, cryptocurrencies 0.5 to 2; in per cent, even currencies have 8.
"""
MIN_TYPICAL_SIZE = 0.01
"""Median size of a move up to which returns are taken for fractions.

Annual volatilities of prices at high frequency may exceed any limit, as quotes bounce."""
NORMAL_SCALE = 1.4826
"""Standard deviation of a normal variable, as a multiple of its median size."""


def find_percent(changes: Changes) -> list[DataProblem]:
    """Return the columns that seem to be in per cent."""
    percent = np.flatnonzero(looks_like_percent(changes))
    if not len(percent):
        return []
    sizes = {j: typical_size(changes.values[:, j]) for j in percent.tolist()}
    names = [changes.names[j] for j in sizes]
    others = [name for name in changes.names if name not in names]
    first = next(iter(sizes.values()))
    if others:
        what = (
            f"returns should have one unit; a typical return of {listed(names)} is {first:.3g}, as "
            f"in per cent, and one of {listed(others)} is not."
        )
    else:
        what = (
            f"returns should be fractions, such as 0.01 for 1 per cent; a typical return of "
            f"{listed(names)} is {first:.3g}, that is {100 * first:,.0f} per cent."
        )
    remedy = (
        "Divide per cent by 100; for differences of prices, note it: "
        'hr.returns(prices, kind="difference"), or data.attrs["returns"] = "difference".'
    )
    return [DataProblem("percent", "warn", tuple(names), (), first, what, remedy)]


def looks_like_percent(changes: Changes) -> Mask:
    """Return whether each column seems to be in per cent, (n_columns,)."""
    limit = max(MIN_TYPICAL_SIZE, MAX_YEARLY_VOLATILITY / np.sqrt(changes.rows_per_year))
    suspected: Mask = changes.mean_size > MIN_TYPICAL_SIZE
    suspected &= changes.kind != "difference"
    # a mean below half the limit cannot have a median, of the moves that are not zero, above it
    moving = np.maximum(changes.n_rows - changes.zeros, 1.0)
    suspected &= changes.mean_size * changes.n_rows / moving > limit / NORMAL_SCALE / 2.0
    for j in np.flatnonzero(suspected).tolist():
        size = typical_size(changes.values[:, j])
        suspected[j] = size > MIN_TYPICAL_SIZE and NORMAL_SCALE * size > limit
    return np.asarray(suspected)


def typical_size(values: Array) -> float:
    """Return the median size of the values (n_rows,) that are not zero; zero if all are."""
    sizes = np.abs(values[values != 0.0])
    n = len(sizes)
    if not n:
        return 0.0
    middle = [(n - 1) // 2, n // 2]
    low, high = np.partition(sizes, middle)[middle].tolist()
    return 0.5 * float(low + high)


def typical_sizes(blocks: Array) -> Array:
    """Return the ``typical_size`` of each row of values (n_blocks, n_rows), (n_blocks,)."""
    sizes = np.sort(np.abs(blocks), axis=1)
    n_zeros = (sizes == 0.0).sum(axis=1)
    n_moving = sizes.shape[1] - n_zeros
    rows = np.arange(len(sizes))
    last = sizes.shape[1] - 1
    low = sizes[rows, np.minimum(n_zeros + (n_moving - 1) // 2, last)]
    high = sizes[rows, np.minimum(n_zeros + n_moving // 2, last)]
    return np.asarray(0.5 * (low + high))
