"""Cells of CSV and Parquet files, with the line or row of each."""

from __future__ import annotations

import zlib
from pathlib import Path

import pandas as pd

from hedgeresearch.errors import DataError

SUFFIXES = (".csv", ".csv.gz", ".parquet")
READ_ERRORS = (ValueError, OSError, EOFError, zlib.error, pd.errors.ParserError, ImportError)
"""Exceptions of pandas for a file that cannot be read."""


def read_cells(file: Path) -> pd.DataFrame:
    """Return the cells of a file whose name ends in one of the suffixes.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns)
        Text (CSV) or the types of the file (Parquet). The index holds the line or row of each and
        is named "line" or "row".

    Raises
    ------
    DataError
        If the file is missing, empty or cannot be read, or its column names are not distinct.
    """
    suffix = _suffix(file)
    if not file.is_file():
        raise DataError(
            f"path must be a file; there is none at {str(file)!r}. Check the name and the folder."
        )
    try:
        return _read_parquet(file) if suffix == ".parquet" else _read_csv(file)
    except DataError:
        raise
    except pd.errors.EmptyDataError:
        raise DataError(f"{file} must contain at least one row of prices; it is empty.") from None
    except READ_ERRORS as error:
        kind = "a Parquet file" if suffix == ".parquet" else "comma-separated text in UTF-8"
        raise DataError(
            f"{file} must be {kind}; it cannot be read ({' '.join(str(error).split())}). "
            "Save it again."
        ) from error


def _suffix(file: Path) -> str:
    for suffix in SUFFIXES:
        if file.name.lower().endswith(suffix):
            return suffix
    raise DataError(
        f"path must end in {', '.join(SUFFIXES)}; got {str(file)!r}. "
        "Save the prices as one of these."
    )


def _read_csv(file: Path) -> pd.DataFrame:
    # Without a header for pandas, which would rename a column that occurs twice. Blank lines are
    # kept, so that the line numbers are those of the file.
    cells = pd.read_csv(
        file,
        header=None,
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,
        encoding="utf-8-sig",
        encoding_errors="strict",
    )
    table = cells.iloc[1:].set_axis(cells.iloc[0].fillna("").str.strip(), axis=1)
    table.index = pd.RangeIndex(2, len(cells) + 1, name="line")
    _check_column_names(table, file)
    return table.dropna(how="all")


def _read_parquet(file: Path) -> pd.DataFrame:
    table = pd.read_parquet(file)
    if not isinstance(table.index, pd.RangeIndex):
        table = table.reset_index()
    table.columns = table.columns.map(str)
    table.index = pd.RangeIndex(1, len(table) + 1, name="row")
    _check_column_names(table, file)
    return table


def _check_column_names(table: pd.DataFrame, file: Path) -> None:
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
