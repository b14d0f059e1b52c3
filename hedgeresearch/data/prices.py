"""Prices from a file, refused with the line and the column where something is wrong."""

from __future__ import annotations

import difflib
import zlib
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError

SUFFIXES = (".csv", ".csv.gz", ".parquet")
NUMBER = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
DATE = r"\d{4}-\d{2}(-\d{2}([T ].+)?)?|\d{8}"
OFFSET = r"\d{2}:\d{2}.*?(Z|[+-]\d{2}(?::?\d{2})?)$"
UNREADABLE = (ValueError, OSError, EOFError, zlib.error, pd.errors.ParserError, ImportError)


@exported_by("hedgeresearch.data")
def read_prices(
    path: str | PathLike[str], columns: Sequence[str] | None = None, date: str | None = None
) -> pd.DataFrame:
    """Prices from a CSV or Parquet file, in the units of the file.

    Nothing is guessed: dates must be written as ISO 8601 (2020-01-31), numbers with a point and without separators.
    Empty cells become NaN, which :func:`hedgeresearch.data.conversion.returns` then refuses.

    Parameters
    ----------
    path : str or path
        A file whose name ends in .csv, .csv.gz or .parquet.
    columns : sequence of str, optional
        The columns with the prices; all but the dates if left out.
    date : str, optional
        The column with the dates; the first one if left out (the index of a Parquet file that was saved with one).

    Returns
    -------
    DataFrame, shape (n_dates, n_columns)
        Floats indexed by a DatetimeIndex named ``date``; ``attrs["source"]`` is the path.

    Raises
    ------
    DataError
        If the file is missing, empty or cannot be read; a column is missing or there twice; a date is not a date,
        is there twice, is not after the one before, or has another time zone than the others; a cell holds text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "oil.csv"
    ...     _ = file.write_text("day,BRENT,WTI\\n2020-01-02,66.25,61.18\\n2020-01-03,68.60,63.05\\n")
    ...     read_prices(file, columns=["WTI"])
                  WTI
    date
    2020-01-02  61.18
    2020-01-03  63.05
    """
    file = Path(path)
    table = _read(file)
    if table.empty:
        raise DataError(f"{file} must hold at least one row of prices; it is empty.")
    date = str(table.columns[0]) if date is None else date
    _check_known([date], table, file, "the date column")
    wanted = _price_columns(table, columns, date, file)
    dates = _dates(table[date], file)
    prices = pd.DataFrame({name: _numbers(table[name], dates, file) for name in wanted}).set_axis(
        dates, axis=0
    )
    prices.attrs = {"source": str(path)}
    return prices


def _read(file: Path) -> pd.DataFrame:
    """The cells of a file; the index says where each row stands and is named after what it counts."""
    suffix = next((suffix for suffix in SUFFIXES if file.name.lower().endswith(suffix)), None)
    if suffix is None:
        raise DataError(
            f"path must end in {', '.join(SUFFIXES)}; got {str(file)!r}. Save the prices as one of these."
        )
    if not file.is_file():
        raise DataError(
            f"path must be a file; there is none at {str(file)!r}. Check the name and the folder."
        )
    try:
        return _read_parquet(file) if suffix == ".parquet" else _read_csv(file)
    except DataError:
        raise
    except pd.errors.EmptyDataError:
        raise DataError(f"{file} must hold at least one row of prices; it is empty.") from None
    except UNREADABLE as error:
        kind = "a Parquet file" if suffix == ".parquet" else "comma-separated text in UTF-8"
        raise DataError(
            f"{file} must be {kind}; it cannot be read ({' '.join(str(error).split())}). Save it again."
        ) from error


def _read_csv(file: Path) -> pd.DataFrame:
    # Without a header for pandas: it would rename a column that is there twice. Blank lines count, for line numbers.
    cells = pd.read_csv(
        file, header=None, dtype=str, keep_default_na=False, na_values=[""], skip_blank_lines=False,
        encoding="utf-8-sig", encoding_errors="strict",
    )  # fmt: skip
    table = cells.iloc[1:].set_axis(cells.iloc[0].fillna("").str.strip(), axis=1)
    table.index = pd.RangeIndex(2, len(cells) + 1, name="line")
    _check_names(table, file)
    return table.dropna(how="all")


def _read_parquet(file: Path) -> pd.DataFrame:
    table = pd.read_parquet(file)
    if not isinstance(table.index, pd.RangeIndex):
        table = table.reset_index()
    table.columns = table.columns.map(str)
    table.index = pd.RangeIndex(1, len(table) + 1, name="row")
    _check_names(table, file)
    return table


def _check_names(table: pd.DataFrame, file: Path) -> None:
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise DataError(
            f"{file} must have different column names; {twice[0]!r} occurs twice. Rename one."
        )
    if "" in table.columns[1:]:
        place = list(table.columns[1:]).index("") + 2
        raise DataError(
            f"{file} must name every column; column {place} has no name. Name it or remove it."
        )


def _check_known(names: list[str], table: pd.DataFrame, file: Path, what: str) -> None:
    present = [str(name) for name in table.columns]
    for name in names:
        if name not in present:
            nearest = difflib.get_close_matches(str(name), present, n=1, cutoff=0.5)
            nearest = nearest or [known for known in present if known.lower() == str(name).lower()]
            advice = f" Did you mean {nearest[0]!r}?" if nearest else ""
            raise DataError(
                f"{what} must be one of {', '.join(map(repr, present))} in {file}; got {name!r}.{advice}"
            )


def _price_columns(
    table: pd.DataFrame, columns: Sequence[str] | None, date: str, file: Path
) -> list[str]:
    wanted = (
        [columns]
        if isinstance(columns, str)
        else list(table.columns if columns is None else columns)
    )
    if columns is None:
        wanted.remove(date)
    _check_known(wanted, table, file, "columns")
    if not wanted:
        raise DataError(
            f"{file} must have a column of prices beside the dates; got {', '.join(map(repr, table.columns))}. "
            "Separate the columns by commas, and name the prices in columns."
        )
    if date in wanted or len(set(wanted)) < len(wanted):
        raise DataError(
            f"columns must name each column of prices once and not the dates {date!r}; got {wanted}."
        )
    return wanted


def _dates(column: pd.Series, file: Path) -> pd.DatetimeIndex:
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        _check_offsets(column, file)
        text = column.astype(str).str.strip()
        # The pattern comes first: pandas would read the number 2020.5 as May 2020.
        parsable = column.notna() & text.str.fullmatch(DATE)
        column = pd.to_datetime(text.where(parsable), format="ISO8601", errors="coerce")
        bad = column.isna()
        if bad.any():
            _refuse(
                text,
                bad,
                file,
                "dates must be written as ISO 8601, such as 2020-01-31",
                "Rewrite the column",
            )
    elif column.isna().any():
        _refuse(column, column.isna(), file, "dates must be there in every row", "Remove the row")
    dates = pd.DatetimeIndex(column, name="date")
    _check_order(dates, column.index, file)
    return dates


def _check_offsets(column: pd.Series, file: Path) -> None:
    """Refuse stamps with different offsets from UTC, or some with one and some without."""
    offsets = (
        column.dropna().astype(str).str.strip().str.extract(OFFSET, expand=False).fillna("none")
    )
    offsets = offsets.replace({"Z": "+00:00"}).str.replace(
        r"^([+-]\d{2}):?(\d{2})?$", _full_offset, regex=True
    )
    different = offsets != offsets.iloc[0] if len(offsets) else offsets
    if len(offsets) and different.any():
        place: Any = different.idxmax()
        raise DataError(
            f"dates in {file} must share one offset from UTC; the first has {offsets.iloc[0]}, "
            f"{column.index.name} {place} ({column[place]}) has {offsets[place]}. "
            "Write all of them in UTC, for example with pd.to_datetime(dates, utc=True), or all of them without."
        )


def _full_offset(match: Any) -> str:
    return f"{match[1]}:{match[2] or '00'}"


def _check_order(dates: pd.DatetimeIndex, places: pd.Index[Any], file: Path) -> None:
    twice = dates.duplicated()
    if twice.any():
        first = int(np.argmax(twice))
        raise DataError(
            f"{file} must have every date once; {day(dates[first])} occurs again in {places.name} {places[first]}. "
            "Remove one of the two."
        )
    if not dates.is_monotonic_increasing:
        first = int(np.argmax(dates[1:] < dates[:-1])) + 1
        raise DataError(
            f"{file} must be sorted by date, the oldest first; {day(dates[first])} in {places.name} {places[first]} "
            f"follows {day(dates[first - 1])}. Sort the file by date."
        )


def _numbers(column: pd.Series, dates: pd.DatetimeIndex, file: Path) -> pd.Series:
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(
        column.dtype
    )
    if not numeric:
        text = column.astype(str)
        bad = column.notna() & ~text.str.fullmatch(NUMBER)
        if bad.any():
            must = f"column {column.name!r} must hold numbers such as 1234.5, or nothing"
            when = f", dated {day(dates[int(np.argmax(bad))])},"
            _refuse(
                text, bad, file, must, "Mend it, or leave the column out with columns=[...]", when
            )
        column = text.where(column.notna(), "nan")
    return pd.Series(column.to_numpy(dtype=float, na_value=np.nan), index=column.index)


def _refuse(
    column: pd.Series, bad: pd.Series, file: Path, must: str, mend: str, when: str = ""
) -> NoReturn:
    place: Any = bad.idxmax()
    raise DataError(
        f"{must}; {column.index.name} {place} of {file}{when} has {str(column[place])!r} "
        f"({int(bad.sum())} such in all). {mend}."
    )
