"""Spans of a backtest: returns over several periods, and dates that follow one another.

A splitter may leave out dates. The dates that it keeps then form blocks of consecutive rows, and
nothing is added up, traded or correlated from one block to the next.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array, Indices

MIN_SPANS = 2
"""Minimum number of returns over the horizon to evaluate."""


def blocks_of(rows: Indices) -> Iterator[slice]:
    """Yield the slices of consecutive rows in positions (n_rows,) of a table."""
    ends = np.flatnonzero(np.diff(rows) != 1) + 1
    for start, stop in zip([0, *ends], [*ends, len(rows)], strict=True):
        yield slice(int(start), int(stop))


def check_spans_exist(rows: Indices, horizon: int) -> None:
    """Refuse a horizon that is too long for the rows (n_rows,) that are hedged.

    Raises
    ------
    DataError
        If twice the horizon exceeds their number, or no two spans lie within consecutive rows.
    """
    lengths = [block.stop - block.start for block in blocks_of(rows)]
    n_spans = sum(max(length - horizon + 1, 0) for length in lengths)
    if horizon == 1 or (2 * horizon < len(rows) and n_spans >= MIN_SPANS):
        return
    blocks = f" in blocks of at most {max(lengths)}" if len(lengths) > 1 else ""
    raise DataError(
        f"horizon must be less than half of the {len(rows)} dates out of sample{blocks}; got "
        f"{horizon} periods. Choose a shorter horizon or a shorter window."
    )


def first_of_spans(rows: Indices, horizon: int) -> Indices:
    """Return where each span of consecutive rows begins, as positions among these rows."""
    starts = [np.arange(block.start, block.stop - horizon + 1) for block in blocks_of(rows)]
    return np.concatenate(starts).astype(np.intp)


def returns_over(returns: pd.DataFrame, rows: Indices, horizon: int) -> pd.DataFrame:
    """Return overlapping sums of returns over a horizon, dated by their ends.

    Sums are profits over the horizon per unit of a notional that is kept constant.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_models), one-period returns
    rows : array (n_dates,), positions of these dates in the data
    horizon : int
    """
    if horizon == 1:
        return returns
    starts = first_of_spans(rows, horizon)
    values = sums_of_spans(returns.to_numpy(), starts, horizon)
    return pd.DataFrame(values, returns.index[starts + horizon - 1], returns.columns)


def sums_of_spans(values: Array, starts: Indices, horizon: int) -> Array:
    """Return the sums of ``horizon`` rows of values (n_rows, n_columns) from each start on."""
    total = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(axis=0)])
    return np.asarray(total[starts + horizon] - total[starts])
