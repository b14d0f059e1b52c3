"""Prices from a file or a table of another library."""

from __future__ import annotations

import difflib
import zlib
from collections.abc import Callable, Sequence
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.data.reading.binary_files import (
    COLUMNAR,
    SPREADSHEETS,
    read_columnar,
    read_spreadsheet,
)
from hedgeresearch.data.reading.cells import Cells
from hedgeresearch.data.reading.dates import check_order, parse_dates
from hedgeresearch.data.reading.header import flat_names
from hedgeresearch.data.reading.hints import date_column_hint, separator_hint
from hedgeresearch.data.reading.notation import Notation
from hedgeresearch.data.reading.numbers import check_signs_of_percent, parse_numbers
from hedgeresearch.data.reading.tables import read_table
from hedgeresearch.data.reading.text import SUFFIXES as TEXT
from hedgeresearch.data.reading.text import read_text
from hedgeresearch.errors import DataError, DataWarning, warn_caller

READ_ERRORS = (ValueError, OSError, EOFError, zlib.error, pd.errors.ParserError, ImportError)
"""Exceptions of pandas for a file that cannot be read."""

Kind = Literal["prices", "returns", "percent"]


@exported_by("hedgeresearch.data")
def read_prices(  # noqa: PLR0913  (one option for each way in which files differ)
    source: str | PathLike[str] | Any,
    columns: str | Sequence[Any] | None = None,
    date: str | None = None,
    *,
    sep: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    date_format: str | None = None,
    sheet: str | int | None = None,
    kind: Kind = "prices",
) -> pd.DataFrame:
    r"""Read prices, or returns, from a file or from a table of another library.

    Nothing is guessed. By default dates must be written as ISO 8601 (2020-01-31) and numbers with a
    point and without separators; a file that is written in another way is refused with the options
    that read it. Empty cells become NaN, which :func:`hedgeresearch.data.returns` refuses. A file
    whose newest date comes first is turned round, with a warning; other orders are refused.

    Parameters
    ----------
    source : path, or data frame
        A file whose name ends in .csv, .tsv, .txt (or these with .gz), .parquet, .feather, .xlsx,
        .xls, .xlsb or .ods, or a data frame of pandas, polars, Arrow or another library that
        narwhals reads. Spreadsheets need ``pip install "hedgeresearch[excel]"``.
    columns : str or sequence of str, optional
        Columns to read; by default all but the dates. Columns of several levels, as yfinance
        returns them, are named "Close AAPL"; ("Close", "AAPL") is accepted as well. In a file
        without a header they are "column 2", "column 3" and so on.
    date : str, optional
        Column with the dates; by default the first (the index of a table that has one).
    sep : str, optional
        Character between the cells of a text file; by default a comma, in .tsv files a tab.
    decimal : {".", ","}, optional
        Character before the fraction of a number; by default a point. In a file with semicolons
        whose numbers all read like 19.193, which may be nineteen thousand, it must be given.
    thousands : str, optional
        Character between groups of three digits, such as "," or "." or " "; none by default.
    date_format : str, optional
        Format of the dates in the codes of ``strptime``, such as "%d.%m.%Y".
    sheet : str or int, optional
        Name of the sheet of a spreadsheet, or its place from 0 on.
    kind : {"prices", "returns", "percent"}
        Contents of the columns. "returns" are simple returns as fractions; "percent" are simple
        returns in per cent, which are divided by 100.

    Returns
    -------
    DataFrame, shape (n_dates, n_columns)
        Floats indexed by a DatetimeIndex named ``date``, in UTC where the offsets of the dates
        differ. ``attrs["source"]`` is the path; returns are noted in ``attrs["returns"]`` as those
        of :func:`hedgeresearch.data.returns` are.

    Raises
    ------
    DataError
        If the file is missing, empty or cannot be read; a column is missing or occurs twice; a
        date is not a date, occurs twice or is out of order; a cell holds text. The message names
        the line, and the options that read the file if there are any.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "oil.csv"
    ...     lines = ["day;BRENT;WTI", "02.01.2020;66,25;61,18", "03.01.2020;68,60;63,05"]
    ...     _ = file.write_text("\n".join(lines))
    ...     read_prices(file, ["WTI"], sep=";", decimal=",", date_format="%d.%m.%Y")
                  WTI
    date
    2020-01-02  61.18
    2020-01-03  63.05
    """
    check_choice(kind, "kind", ("prices", "returns", "percent"))
    notation = Notation.of_options(sep, decimal, thousands, date_format, percent=kind == "percent")
    cells = read_cells(source, sep, sheet, notation)
    cells.check()
    table = cells.table
    others = table.iloc[:, 1:] if date is None else None
    date = str(table.columns[0]) if date is None else date
    _check_known([date], cells, "the date column")
    names = _price_columns(cells, _chosen(columns, source), date, others)
    dates = parse_dates(table[date], cells.source, date_format, others)
    if len(dates) > 1 and dates.is_monotonic_decreasing and dates.is_unique:
        table = table.iloc[::-1]
        dates = dates[::-1]
        warn_caller(
            f"{cells.source} has its newest date first; its {len(dates)} rows are turned round.",
            DataWarning,
        )
    check_order(dates, table.index, cells.source)
    if kind == "percent":
        check_signs_of_percent({name: table[name] for name in names}, cells.source)
    numbers = {name: parse_numbers(table[name], dates, cells.source, notation) for name in names}
    prices = pd.DataFrame(numbers).set_axis(dates, axis=0)
    if kind == "percent":
        prices = prices / 100.0
    prices.attrs = _notes(source, kind)
    return prices


def read_cells(
    source: Any, separator: str | None, sheet: str | int | None, notation: Notation
) -> Cells:
    """Return the cells of a file or table with their places, as they are written there."""
    if not isinstance(source, str | PathLike):
        return read_table(source)
    file = Path(source)
    _refuse_idle_options(file, separator, sheet)
    read = _reader(file, separator, sheet, notation)
    if not file.is_file():
        raise DataError(
            f"source must be a file; there is none at {str(file)!r}. Check the name and the folder."
        )
    try:
        return read()
    except DataError:
        raise
    except READ_ERRORS as error:
        raise _unreadable(file, separator, error) from error


def _reader(
    file: Path, separator: str | None, sheet: str | int | None, notation: Notation
) -> Callable[[], Cells]:
    """Return the function that reads a file with the suffix of this one."""
    name = file.name.lower()
    if name.endswith(TEXT):
        return lambda: read_text(file, separator, notation)
    if name.endswith(COLUMNAR):
        return lambda: read_columnar(file)
    if name.endswith(SPREADSHEETS):
        return lambda: read_spreadsheet(file, sheet, notation)
    raise DataError(
        f"source must end in {', '.join((*TEXT, *COLUMNAR, *SPREADSHEETS))}; got {str(file)!r}. "
        "Save the prices as one of these, or pass a data frame."
    )


def _refuse_idle_options(file: Path, separator: str | None, sheet: str | int | None) -> None:
    is_text = file.name.lower().endswith(TEXT)
    if sheet is not None and not file.name.lower().endswith(SPREADSHEETS):
        raise DataError(f"sheet is an option of spreadsheets; {str(file)!r} is none. Leave it out.")
    if separator is not None and not is_text:
        raise DataError(f"sep is an option of text files; {str(file)!r} is none. Leave it out.")


def _unreadable(file: Path, separator: str | None, error: Exception) -> DataError:
    """Return the error for a file that pandas cannot read."""
    reason = " ".join(str(error).split())
    if not file.name.lower().endswith(TEXT):
        what = "a spreadsheet" if file.name.lower().endswith(SPREADSHEETS) else "a Parquet file"
        if file.name.lower().endswith(".feather"):
            what = "a Feather file"
        return DataError(f"{file} must be {what}; it cannot be read ({reason}). Save it again.")
    remedy = "Remove lines above the header, or save it again, as CSV in UTF-8."
    hint = separator_hint(_first_line(file)) if separator is None else None
    if hint is not None:
        remedy = f"Pass {hint}."
    return DataError(
        f"{file} must be text in UTF-8 with the same number of cells in every line; it cannot be "
        f"read ({reason}). {remedy}"
    )


def _first_line(file: Path) -> str:
    if file.name.lower().endswith(".gz"):
        return ""
    return file.read_bytes().split(b"\n", 1)[0].decode("utf-8", errors="replace")


def _check_known(names: list[str], cells: Cells, what: str) -> None:
    present = [str(name) for name in cells.table.columns]
    for name in names:
        if name not in present:
            nearest = difflib.get_close_matches(str(name), present, n=1, cutoff=0.5)
            nearest = nearest or [known for known in present if known.lower() == str(name).lower()]
            advice = f" Did you mean {nearest[0]!r}?" if nearest else ""
            raise DataError(
                f"{what} must be one of {', '.join(map(repr, present))} in {cells.source}; "
                f"got {name!r}.{advice}"
            )


def _chosen(columns: str | Sequence[Any] | None, source: Any) -> list[str] | None:
    """Return the names of the chosen columns; tuples become the flat names."""
    if columns is None:
        return None
    if isinstance(columns, str):
        return [columns]
    if not isinstance(columns, Sequence | pd.Index):
        raise DataError(f"columns must be names of columns; got {columns!r}.")
    known: dict[Any, str] = {}
    if isinstance(source, pd.DataFrame):
        known = dict(zip(source.columns, flat_names(source.columns), strict=True))
    return [known.get(name, str(name)) for name in columns]


def _price_columns(
    cells: Cells, columns: list[str] | None, date: str, others: pd.DataFrame | None
) -> list[str]:
    """Return the names of the columns of prices; others may hold dates that were not named."""
    if len(cells.table.columns) == 1:
        raise _no_prices(cells)
    names = columns
    if names is None:
        names = [str(name) for name in cells.table.columns if name != date]
    names = list(chain.from_iterable(_columns_named(name, cells) for name in names))
    _check_known(names, cells, "columns")
    if not names:
        raise _no_prices(cells)
    if date in names or len(set(names)) < len(names):
        hint = date_column_hint(others) if date in names else None
        remedy = "" if hint is None else f" Pass {hint}."
        raise DataError(
            f"columns must name each column of prices once and not the dates {date!r}; got {names}."
            f"{remedy}"
        )
    return names


def _columns_named(name: str, cells: Cells) -> list[str]:
    """Return the columns of a name, or of a level such as "Close" of the columns "Close AAPL"."""
    present = [str(column) for column in cells.table.columns]
    if name in present:
        return [name]
    return [column for column in present if column.startswith(f"{name} ")] or [name]


def _no_prices(cells: Cells) -> DataError:
    names = ", ".join(map(repr, cells.table.columns))
    hint = separator_hint("".join(cells.table.columns))
    remedy = "Name the prices in columns." if hint is None else f"Pass {hint}."
    return DataError(
        f"{cells.source} must have a column of prices besides the dates; got {names}. {remedy}"
    )


def _notes(source: Any, kind: Kind) -> dict[Any, Any]:
    """Return the attributes of the result."""
    if isinstance(source, str | PathLike):
        notes: dict[Any, Any] = {"source": str(source)}
    elif isinstance(source, pd.DataFrame | pd.Series):
        notes = dict(source.attrs)
    else:
        notes = {"source": f"a {type(source).__module__.split('.')[0]} table"}
    if kind != "prices":
        notes["returns"] = "simple"
    return notes
