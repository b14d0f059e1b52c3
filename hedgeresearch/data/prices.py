"""Prices from a file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch.data.price_cells import read_cells
from hedgeresearch.errors import DataError

NUMBER_PATTERN = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
DATE_PATTERN = r"\d{4}-\d{2}(-\d{2}([T ].+)?)?|\d{8}"
OFFSET_PATTERN = r"\d{2}:\d{2}.*?(Z|[+-]\d{2}(?::?\d{2})?)$"
"""Offset from UTC at the end of a date with a time of day."""


@exported_by("hedgeresearch.data")
def read_prices(
    path: str | PathLike[str], columns: Sequence[str] | None = None, date: str | None = None
) -> pd.DataFrame:
    r"""Read prices from a CSV or Parquet file, in the units of the file.

    Nothing is guessed: dates must be written as ISO 8601 (2020-01-31), numbers with a point and
    without separators. Empty cells become NaN, which :func:`hedgeresearch.data.returns` refuses.

    Parameters
    ----------
    path : str or path
        A file whose name ends in .csv, .csv.gz or .parquet.
    columns : sequence of str, optional
        Columns with prices; by default all but the dates.
    date : str, optional
        Column with the dates; by default the first (the index of a Parquet file saved with one).

    Returns
    -------
    DataFrame, shape (n_dates, n_columns)
        Floats indexed by a DatetimeIndex named ``date``; ``attrs["source"]`` is the path.

    Raises
    ------
    DataError
        If the file is missing, empty or cannot be read; a column is missing or occurs twice; a
        date is not a date, occurs twice, is earlier than the one before or has another time zone
        than the others; a cell holds text. The message names the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "oil.csv"
    ...     lines = ["day,BRENT,WTI", "2020-01-02,66.25,61.18", "2020-01-03,68.60,63.05"]
    ...     _ = file.write_text("\n".join(lines))
    ...     read_prices(file, columns=["WTI"])
                  WTI
    date
    2020-01-02  61.18
    2020-01-03  63.05
    """
    file = Path(path)
    table = read_cells(file)
    if table.empty:
        raise DataError(f"{file} must contain at least one row of prices; it is empty.")
    date = str(table.columns[0]) if date is None else date
    _check_known([date], table, file, "the date column")
    names = _price_columns(table, columns, date, file)
    dates = _parse_dates(table[date], file)
    numbers = {name: _parse_numbers(table[name], dates, file) for name in names}
    prices = pd.DataFrame(numbers).set_axis(dates, axis=0)
    prices.attrs = {"source": str(path)}
    return prices


def _check_known(names: list[str], table: pd.DataFrame, file: Path, what: str) -> None:
    present = [str(name) for name in table.columns]
    for name in names:
        if name not in present:
            nearest = difflib.get_close_matches(str(name), present, n=1, cutoff=0.5)
            nearest = nearest or [known for known in present if known.lower() == str(name).lower()]
            advice = f" Did you mean {nearest[0]!r}?" if nearest else ""
            raise DataError(
                f"{what} must be one of {', '.join(map(repr, present))} in {file}; "
                f"got {name!r}.{advice}"
            )


def _price_columns(
    table: pd.DataFrame, columns: Sequence[str] | None, date: str, file: Path
) -> list[str]:
    if columns is None:
        names = [name for name in table.columns if name != date]
    else:
        names = [columns] if isinstance(columns, str) else list(columns)
    _check_known(names, table, file, "columns")
    if not names:
        raise DataError(
            f"{file} must have a column of prices besides the dates; "
            f"got {', '.join(map(repr, table.columns))}. "
            "Separate the columns by commas, and name the prices in columns."
        )
    if date in names or len(set(names)) < len(names):
        raise DataError(
            f"columns must name each column of prices once and not the dates {date!r}; got {names}."
        )
    return names


def _parse_dates(column: pd.Series, file: Path) -> pd.DatetimeIndex:
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        _check_offsets(column, file)
        text = column.astype(str).str.strip()
        # The pattern comes first: pandas would read the number 2020.5 as May 2020.
        parsable = column.notna() & text.str.fullmatch(DATE_PATTERN)
        column = pd.to_datetime(text.where(parsable), format="ISO8601", errors="coerce")
        if column.isna().any():
            rule = "dates must be written as ISO 8601, such as 2020-01-31"
            _refuse_cells(text, column.isna(), file, rule, "Rewrite the column")
    elif column.isna().any():
        rule = "dates must be present in every row"
        _refuse_cells(column, column.isna(), file, rule, "Remove the row")
    dates = pd.DatetimeIndex(column, name="date")
    _check_order(dates, column.index, file)
    return dates


def _check_offsets(column: pd.Series, file: Path) -> None:
    """Refuse dates with different offsets from UTC, or some with an offset and some without."""
    text = column.dropna().astype(str).str.strip()
    offsets = text.str.extract(OFFSET_PATTERN, expand=False).fillna("none")
    offsets = offsets.replace({"Z": "+00:00"})
    offsets = offsets.str.replace(r"^([+-]\d{2}):?(\d{2})?$", _full_offset, regex=True)
    if not len(offsets):
        return
    different = offsets != offsets.iloc[0]
    if different.any():
        place: Any = different.idxmax()
        raise DataError(
            f"dates in {file} must share one offset from UTC; the first has {offsets.iloc[0]}, "
            f"{column.index.name} {place} ({column[place]}) has {offsets[place]}. "
            "Write all of them in UTC, for example with pd.to_datetime(dates, utc=True), "
            "or all of them without an offset."
        )


def _full_offset(match: Any) -> str:
    return f"{match[1]}:{match[2] or '00'}"


def _check_order(dates: pd.DatetimeIndex, places: pd.Index[Any], file: Path) -> None:
    twice = dates.duplicated()
    if twice.any():
        first = int(np.argmax(twice))
        raise DataError(
            f"{file} must have every date once; {day(dates[first])} occurs again in "
            f"{places.name} {places[first]}. Remove one of the two."
        )
    if not dates.is_monotonic_increasing:
        first = int(np.argmax(dates[1:] < dates[:-1])) + 1
        raise DataError(
            f"{file} must be sorted by date, the oldest first; {day(dates[first])} in "
            f"{places.name} {places[first]} follows {day(dates[first - 1])}. "
            "Sort the file by date."
        )


def _parse_numbers(column: pd.Series, dates: pd.DatetimeIndex, file: Path) -> pd.Series:
    dtype = column.dtype
    if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        text = column.astype(str)
        bad = column.notna() & ~text.str.fullmatch(NUMBER_PATTERN)
        if bad.any():
            rule = f"column {column.name!r} must contain numbers such as 1234.5, or nothing"
            remedy = "Fix the cell, or leave the column out with columns=[...]"
            when = f", dated {day(dates[int(np.argmax(bad))])},"
            _refuse_cells(text, bad, file, rule, remedy, when)
        column = text.where(column.notna(), "nan")
    return pd.Series(column.to_numpy(dtype=float, na_value=np.nan), index=column.index)


def _refuse_cells(
    column: pd.Series, bad: pd.Series, file: Path, rule: str, remedy: str, when: str = ""
) -> NoReturn:
    """Raise a DataError that names the first bad cell of a column and its line."""
    place: Any = bad.idxmax()
    raise DataError(
        f"{rule}; {column.index.name} {place} of {file}{when} has {str(column[place])!r} "
        f"({counted(int(bad.sum()), 'such value')}). {remedy}."
    )
