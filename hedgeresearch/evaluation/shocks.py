"""Shocks to the future of a table, for the check of causality."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hedgeresearch.typing import Array

KINDS = ("up", "down", "zero", "permuted")
"""Shocks to returns or prices."""
N_ZEROS = 5
"""Number of dates that are set to zero, few enough for models that refuse a constant series."""
TABLE_KINDS = ("up", "down", "permuted")
"""Shocks to outside data, which a model may not accept as a constant."""


def shocked_rows(
    table: pd.DataFrame, first: int, kind: str, generator: np.random.Generator
) -> pd.DataFrame:
    """Return a table whose rows from number ``first`` on are shocked; itself if there are none.

    Values that are all positive, such as prices, stay positive: they are multiplied or divided by
    five, or kept at the value of the first shocked row for five dates. Values that are no numbers,
    such as labels, become the next of the labels, or are permuted.

    Parameters
    ----------
    table : DataFrame (n_dates, n_columns)
    first : int
    kind : one of ``KINDS``
    generator : Generator, of the permutation
    """
    if first >= len(table):
        return table
    shocked = table.copy()
    for i in range(table.shape[1]):
        column = table.iloc[:, i]
        rows = column.iloc[first:]
        if kind == "permuted":
            values = generator.permutation(rows.to_numpy())
        elif not pd.api.types.is_numeric_dtype(column.dtype) or column.dtype == bool:
            values = _next_labels(column, rows)
        else:
            values = _moved(rows.to_numpy(dtype=np.float64), kind, column)
        shocked.isetitem(i, np.concatenate([column.to_numpy()[:first], values]))
    return shocked


class Shock(NamedTuple):
    """A shock to tables and arrays from a date on.

    Attributes
    ----------
    dates : index (n_dates,), of the returns
    position : int, of the first shocked date
    kind : one of ``TABLE_KINDS``
    generator : Generator, of permutations
    """

    dates: pd.Index[Any]
    position: int
    kind: str
    generator: np.random.Generator

    def table(self, table: pd.DataFrame) -> pd.DataFrame | None:
        """Return the shocked table; None if its index cannot be compared with the date."""
        after = rows_from(table.index, self.dates[self.position])
        if after is None:
            return None
        if not after.any():
            return table
        in_order = np.argsort(after, kind="stable")  # the shocked rows last
        first = len(after) - int(after.sum())
        shocked = shocked_rows(table.iloc[in_order], first, self.kind, self.generator)
        return shocked.iloc[np.argsort(in_order)]

    def array(self, values: Array) -> Array | None:
        """Return the shocked array; None unless it has a row for each date, of numbers."""
        if len(values) != len(self.dates) or values.ndim > 2 or values.dtype.kind not in "bif":
            return None
        table = pd.DataFrame(values)
        shocked = shocked_rows(table, self.position, self.kind, self.generator)
        return np.asarray(shocked.to_numpy()).reshape(values.shape)


def rows_from(index: pd.Index[Any], date: Any) -> npt.NDArray[np.bool_] | None:
    """Return which rows are dated from a date on, or in the period of this date.

    None if the rows are not dated like it: by dates in any time zone, by periods, or by numbers. A
    date without a time zone is one in the time zone of the rows.
    """
    if isinstance(date, pd.Period):
        date = date.to_timestamp()
    if isinstance(date, pd.Timestamp):
        if index.dtype == object and all(isinstance(one, datetime.date) for one in index):
            index = pd.DatetimeIndex(index)
        if isinstance(index, pd.PeriodIndex):
            return np.asarray(index >= pd.Period(date.tz_localize(None), freq=index.freqstr))
        if not isinstance(index, pd.DatetimeIndex):
            return None
        if index.tz is None or date.tz is None:
            date = date.tz_localize(index.tz)
        return np.asarray(index >= date)
    if not pd.api.types.is_numeric_dtype(index.dtype):
        return None
    return np.asarray(index >= date)


def _moved(rows: Array, kind: str, column: pd.Series[Any]) -> Array:
    """Return numbers moved up or down by a multiple of their size, or set to a constant."""
    positive = bool((column.dropna() > 0.0).all())
    if kind == "zero":
        values = rows.copy()
        values[:N_ZEROS] = rows[0] if positive else 0.0
        return values
    if kind == "down" and positive:
        return np.asarray(rows / 5.0)
    size = 5.0 * np.abs(rows) + 3.0 * float(column.std())
    return np.asarray(size if kind == "up" else -size)


def _next_labels(column: pd.Series[Any], rows: pd.Series[Any]) -> Any:
    """Return the next of the sorted labels for each label, the first one for the last."""
    labels = sorted(column.unique())
    following = dict(zip(labels, [*labels[1:], labels[0]], strict=True))
    return np.array([following[label] for label in rows], dtype=object)
