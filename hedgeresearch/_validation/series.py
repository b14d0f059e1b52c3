"""Checks of series: one column each, on the same dates."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Labelled
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import (
    CONSTANT_TOLERANCE,
    check_finite,
    check_frame,
    check_index,
    check_length,
    check_returns,
    index_kind,
    refuse_constant,
    with_dates_of_pandas,
)
from hedgeresearch.errors import DataError


def one_series(data: Any, name: str = "returns", *, minimum_rows: int = 1) -> pd.Series[float]:
    """Return ``data`` as one float series of finite numbers on ordered, unique dates.

    Raises
    ------
    DataError
        If it is anything else, or shorter than ``minimum_rows``.
    """
    return only_column(check_frame(data, name, minimum_rows=minimum_rows), name)


def returns_of_one(data: Any, name: str = "returns", *, minimum_rows: int) -> Labelled:
    """Return a copy of one series of returns (n_dates,) that varies, without making a table.

    Raises
    ------
    DataError
        If it is anything else, or shorter than ``minimum_rows``.
    """
    data = with_dates_of_pandas(data)
    if not isinstance(data, pd.Series) or data.dtype != np.float64:
        frame = check_returns(data, name, minimum_rows=minimum_rows)
        data = only_column(frame, name)
    title = name if data.name is None else data.name
    index = data.index.view()  # its name can be changed without changing that of the data
    check_index(index, name)
    check_length(data, name, minimum_rows)
    values = np.array(data.to_numpy())
    check_finite(values[:, None], index, [title], name)
    low = values.min()
    high = values.max()
    if high - low <= CONSTANT_TOLERANCE * max(abs(low), abs(high)):
        refuse_constant(title, name)
    return Labelled(values, index, name=title, attrs=deepcopy(data.attrs) if data.attrs else None)


def only_column(frame: pd.DataFrame, name: str) -> pd.Series[float]:
    """Return the column of a frame that must have one."""
    if frame.shape[1] != 1:
        raise DataError(
            f"{name} must be one series; got the columns {list(frame.columns)}. Choose one of them."
        )
    name_of_column = frame.columns[0]
    # a name finds the column in a fifth of the time
    return frame[name_of_column] if isinstance(name_of_column, str) else frame.iloc[:, 0]


def joined_series(data: Mapping[str, Any], *, minimum_rows: int = 1) -> pd.DataFrame:
    """Return several series as the columns of a frame, on the dates that they must share.

    Raises
    ------
    DataError
        If one of them is not a series of finite numbers, or the dates differ.
    """
    series = {name: one_series(one, name, minimum_rows=minimum_rows) for name, one in data.items()}
    first, *others = series
    dates = series[first].index
    for name in others:
        refuse_other_dates(dates, series[name].index, f"{first} and {name}")
    return pd.DataFrame({name: one.to_numpy() for name, one in series.items()}, index=dates)


def refuse_other_dates(left: pd.Index[Any], right: pd.Index[Any], names: str) -> None:
    """Refuse two indices with different dates; ``names`` are those of their data."""
    _refuse_other_kind(left, right, names)
    different = left.symmetric_difference(right)
    if len(different):
        raise DataError(
            f"{names} must share their dates; {len(different)} differ, the first "
            f"{day(different[0])}. Keep the common ones, for example with hr.align."
        )


def on_dates(data: pd.DataFrame, dates: pd.Index[Any], name: str, whose: str) -> pd.DataFrame:
    """Return the rows of ``data`` at ``dates``, the dates of ``whose``, which it must all hold."""
    _refuse_other_kind(data.index, dates, f"{name} and {whose}")
    absent = dates.difference(data.index)
    if len(absent):
        raise DataError(
            f"{name} must contain every date of {whose}; {len(absent)} are missing, the first "
            f"{day(absent[0])}. Leave these dates out of {whose}, or give a longer {name}."
        )
    return data.loc[dates]


def _refuse_other_kind(left: pd.Index[Any], right: pd.Index[Any], names: str) -> None:
    """Refuse two indices of which one has a time zone or periods and the other does not."""
    if index_kind(left) != index_kind(right):
        raise DataError(
            f"{names} must have the same type of index; "
            f"got {index_kind(left)} and {index_kind(right)}. "
            "Convert one, for example with tz_localize or tz_convert on its index."
        )
