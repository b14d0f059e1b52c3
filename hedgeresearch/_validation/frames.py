"""Checks of tables and series: each returns clean data or raises a DataError.

The message says what must hold, what came and what to do. Nothing is repaired.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from copy import deepcopy
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Labelled
from hedgeresearch._formatting import counted, day
from hedgeresearch._labels import labels
from hedgeresearch._validation.number_dates import (
    refuse_dates_from_numbers,
    refuse_numbers_for_dates,
)
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MAX_ABSOLUTE_VALUE = 1e100
"""Size from which a value is refused, because its square would overflow."""
MISSING_TICK = np.iinfo(np.int64).min
"""Tick of a date that is missing, the smallest of all."""
CONSTANT_TOLERANCE = 1e-12
"""Range of a series, relative to its size, up to which it counts as constant."""


def check_frame(
    data: Any, name: str, *, minimum_rows: int = 1, allow_missing: bool = False
) -> pd.DataFrame:
    """Return a copy of the data as a DataFrame of finite floats on ascending, unique dates.

    Parameters
    ----------
    data : DataFrame or Series
        A Series becomes a frame of one column.
    name : str
        Name of the argument, for messages.
    minimum_rows : int
    allow_missing : bool
        Accept NaN.

    Raises
    ------
    DataError
        If the data are anything else, or have fewer rows.
    """
    frame = as_frame(data, name)
    check_index(frame.index, name)
    check_length(frame, name, minimum_rows)
    frame = _as_float(frame, name)
    values = frame.fillna(0.0).to_numpy() if allow_missing else frame.to_numpy()
    check_finite(values, frame.index, frame.columns, name)
    return frame


def check_length(rows: Sized, name: str, minimum_rows: int) -> None:
    """Refuse a sample that is too short."""
    if len(rows) < minimum_rows:
        raise DataError(
            f"{name} must have at least {minimum_rows} rows; got {len(rows)}. Use a longer sample."
        )


def are_finite(values: Array) -> bool:
    """Return whether all values are finite, and so small that their squares are."""
    # a comparison with NaN is false
    return bool(values.min() > -MAX_ABSOLUTE_VALUE and values.max() < MAX_ABSOLUTE_VALUE)


def check_index(index: pd.Index[Any], name: str) -> None:
    """Refuse an index that is not made of ascending, unique dates, periods or numbers."""
    has_dates = isinstance(index, pd.DatetimeIndex | pd.PeriodIndex)
    if not has_dates and not pd.api.types.is_numeric_dtype(index.dtype):
        example = f" such as {index[0]!r}" if len(index) else ""
        raise DataError(
            f"{name} must be indexed by dates; its index holds {index.dtype} values{example}. "
            "Convert it with pd.to_datetime and the format of its dates, such as "
            "format='%d/%m/%Y', and with utc=True if it mixes time zones."
        )
    if isinstance(index, pd.DatetimeIndex):
        refuse_dates_from_numbers(index, name)
        if _are_ascending(index):
            return
    elif not has_dates:
        refuse_numbers_for_dates(index, name)
    if index.hasnans:
        raise DataError(
            f"{name} must have a date in every row; row {int(np.argmax(index.isna()))} has none."
        )
    if not index.is_unique:
        raise DataError(
            f"{name} must have every date once; {_repeated_dates(index)}. "
            "Keep one of them, for example data[~data.index.duplicated()]."
        )
    if not index.is_monotonic_increasing:
        first = int(np.argmax(index[1:] < index[:-1])) + 1
        raise DataError(
            f"{name} must be sorted by date; {day(index[first])} follows {day(index[first - 1])}. "
            "Sort it with data.sort_index()."
        )


def _repeated_dates(index: pd.Index[Any]) -> str:
    """Return which dates occur again, in words."""
    again = index[index.duplicated()]
    others = ""
    if len(again) > 1:
        rows = "row repeats a date" if len(again) == 2 else "rows repeat dates"
        others = f", and {len(again) - 1:,} more {rows} until {day(again.max())}"
    return f"{day(again[0])} occurs twice{others}"


def _are_ascending(dates: pd.DatetimeIndex) -> bool:
    """Return whether each date is later than the one before it, and none is missing.

    pandas would make a table of all dates to find out that each occurs once.
    """
    ticks: Any = dates.asi8
    if len(ticks) == 0 or ticks[0] == MISSING_TICK:
        return False
    return len(ticks) == 1 or bool((ticks[1:] > ticks[:-1]).all())


def check_returns(
    data: Any, name: str = "returns", *, minimum_rows: int, allow_missing: bool = False
) -> pd.DataFrame:
    """Return data from which a model can be estimated: long enough and without a constant column.

    Parameters and errors are those of :func:`check_frame`; a column without any value is refused.
    """
    frame = check_frame(data, name, minimum_rows=minimum_rows, allow_missing=allow_missing)
    check_variation(frame, name, allow_missing=allow_missing)
    return frame


def panel_of_returns(data: Any, name: str = "returns", *, minimum_rows: int) -> Labelled:
    """Return a copy of returns (n_dates, n_series) that vary, without making a table.

    Parameters and errors are those of :func:`check_frame`.
    """
    frame = as_frame(data, name)
    given = frame.to_numpy()
    if given.dtype != np.float64:
        frame = check_frame(frame, name, minimum_rows=minimum_rows)
        given = frame.to_numpy()
    # names can be changed without changing those of the data
    index = frame.index.view()
    columns = frame.columns.view()
    check_index(index, name)
    check_length(given, name, minimum_rows)
    values = np.array(given)
    check_finite(values, index, columns, name)
    _refuse_constant_columns(values, columns, name, allow_missing=False)
    return Labelled(values, index, columns, attrs=deepcopy(frame.attrs) if frame.attrs else None)


def check_variation(frame: pd.DataFrame, name: str, *, allow_missing: bool = False) -> None:
    """Refuse a constant column, or one without any value, of a checked table."""
    if allow_missing:
        _refuse_empty_columns(frame, name)
    _refuse_constant_columns(frame.to_numpy(), frame.columns, name, allow_missing=allow_missing)


def _refuse_constant_columns(
    values: Array, columns: pd.Index[Any], name: str, *, allow_missing: bool
) -> None:
    if allow_missing:
        low = np.nanmin(values, axis=0)
        high = np.nanmax(values, axis=0)
    else:
        low = values.min(axis=0)
        high = values.max(axis=0)
    constant = high - low <= CONSTANT_TOLERANCE * np.maximum(np.abs(low), np.abs(high))
    if constant.any():
        refuse_constant(columns[int(np.argmax(constant))], name)


def refuse_constant(column: Any, name: str) -> NoReturn:
    """Refuse a column that does not vary."""
    raise DataError(f"{name} must vary; column {column!r} is constant. Leave it out.")


def _refuse_empty_columns(frame: pd.DataFrame, name: str) -> None:
    empty = np.isnan(frame.to_numpy()).all(axis=0)
    if empty.any():
        first = frame.columns[int(np.argmax(empty))]
        raise DataError(
            f"{name} must have values in every column; {first!r} has none. Leave it out."
        )


def check_new_data(new: pd.DataFrame, columns: pd.Index[Any], last_date: Any) -> None:
    """Refuse new data that do not continue those of a fit.

    Parameters
    ----------
    new : DataFrame
        Checked with :func:`check_frame`.
    columns : Index
        Columns of the fit, in their order.
    last_date : Timestamp, Period or number
        Last date of the fit.
    """
    if not new.columns.equals(columns) and list(new.columns) != list(columns):
        raise DataError(
            f"new data must have the columns {list(columns)} in this order; "
            f"got {list(new.columns)}."
        )
    try:
        is_later = new.index[0] > last_date
    except TypeError:
        raise DataError(
            f"new data must be dated like the fit, whose last date is {last_date!r}; "
            f"got {new.index[0]!r}. Convert the index, for example with tz_localize."
        ) from None
    if not is_later:
        raise DataError(
            f"new data must start after {day(last_date)}, the last date of the fit; "
            f"got {day(new.index[0])}. Pass the new dates only."
        )


def is_later(date: Any, last_date: Any) -> bool:
    """Return whether a date follows another; False, too, if they cannot be compared."""
    try:
        return bool(date > last_date)
    except TypeError:
        return False


def index_kind(index: pd.Index[Any]) -> str:
    """Return what an index holds, in words; indices of two kinds cannot be matched."""
    if isinstance(index, pd.PeriodIndex):
        return f"periods ({index.freqstr})"
    if not isinstance(index, pd.DatetimeIndex):
        return "numbers"
    if index.tz is None:
        return "dates without a time zone"
    return f"dates in the time zone {index.tz}"


def as_frame(data: Any, name: str) -> pd.DataFrame:
    """Return a Series as a frame, and a DataFrame with unique columns unchanged."""
    data = with_dates_of_pandas(data)
    if isinstance(data, pd.Series):
        return _as_column(data, name if data.name is None else data.name)
    if not isinstance(data, pd.DataFrame):
        raise DataError(
            f"{name} must be a pandas Series or DataFrame indexed by dates; "
            f"got {_type_in_words(data)}. {_conversion_to_pandas(data)}"
        )
    if data.shape[1] == 0:
        raise DataError(f"{name} must have at least one column; got none.")
    if not data.columns.is_unique:
        twice = data.columns[data.columns.duplicated()][0]
        raise DataError(
            f"{name} must have different column names; {twice!r} occurs twice. Rename one."
        )
    return data


def _as_column(data: pd.Series[Any], name: Any) -> pd.DataFrame:
    """Return a Series as a frame of one column."""
    # numbers only: pandas looks at objects again and finds another type
    is_plain = isinstance(data.dtype, np.dtype) and data.dtype != object
    if not isinstance(name, str) or not is_plain:
        return data.to_frame(name)
    frame = pd.DataFrame(data.to_numpy()[:, None], data.index, labels([name]))
    if data.attrs:
        frame.attrs = data.attrs
    return frame


def with_dates_of_pandas(data: Any) -> Any:
    """Return a Series or DataFrame with dates of Arrow as a DatetimeIndex; others are unchanged."""
    if not isinstance(data, pd.Series | pd.DataFrame):
        return data
    if data.index.dtype.kind == "M" and not isinstance(data.index, pd.DatetimeIndex):
        return data.set_axis(pd.DatetimeIndex(data.index), axis=0)
    return data


def with_plain_names(data: Any) -> Any:
    """Return a Series or DataFrame whose names are no tuples; others are unchanged.

    Columns of several levels, such as ("Close", "AAPL"), become "Close AAPL".
    """
    if isinstance(data, pd.Series) and isinstance(data.name, tuple):
        return data.rename(_joined(data.name))
    if isinstance(data, pd.DataFrame) and isinstance(data.columns, pd.MultiIndex):
        return data.set_axis([_joined(column) for column in data.columns], axis=1)
    return data


def _joined(parts: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in parts if str(part))


def _type_in_words(data: Any) -> str:
    """Return the name of a type, with its library where that is not Python itself."""
    library = type(data).__module__.partition(".")[0]
    name = type(data).__name__
    return name if library == "builtins" else f"{library}.{name}"


def _conversion_to_pandas(data: Any) -> str:
    """Return what to do with data that are no pandas object."""
    if isinstance(data, np.ndarray | list | tuple):
        return "Wrap an array as pd.DataFrame(values, index=dates, columns=names)."
    return (
        "Convert it to pandas with the dates as its index, such as "
        "data.to_pandas().set_index('date') for polars and Arrow or data.compute() for Dask; "
        "hr.read_prices(data) reads a table of prices of most libraries."
    )


def _as_float(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a float64 copy, so that later changes of the original have no effect."""
    if frame.to_numpy().dtype == np.float64:
        return frame.copy()  # the usual case, which is fast for a single bar
    for column, dtype in frame.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
            raise DataError(
                f"{name} must contain numbers; column {column!r} is of type {dtype}. "
                "Convert it with pd.to_numeric after looking at what does not parse."
            )
        if pd.api.types.is_complex_dtype(dtype):
            raise DataError(
                f"{name} must contain real numbers; column {column!r} is of type {dtype}."
            )
    return frame.astype(np.float64)


def check_finite(
    values: Array, index: pd.Index[Any], columns: Sequence[Any] | pd.Index[Any], name: str
) -> None:
    """Refuse values (n_rows, n_columns) that are missing, infinite, or as large."""
    if not values.size or are_finite(values):
        return
    bad = ~(np.abs(values) < MAX_ABSOLUTE_VALUE)
    row, column = divmod(int(np.argmax(bad)), values.shape[1])
    raise DataError(
        f"{name} must be finite; column {columns[column]!r} has "
        f"{_describe_value(values[row, column])} on {day(index[row])} "
        f"({counted(int(bad.sum()), 'such value')}). "
        "Remove such dates knowingly, with dropna() or hr.align(...), which reports what it drops."
    )


def _describe_value(value: float) -> str:
    if np.isnan(value):
        return "a gap (NaN)"
    return "an infinity" if np.isinf(value) else f"{value:g}"
