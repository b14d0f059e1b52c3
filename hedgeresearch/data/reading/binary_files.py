"""Cells of Parquet, Feather and spreadsheet files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hedgeresearch._extras import missing_package
from hedgeresearch.data.reading.cells import Cells, empty
from hedgeresearch.data.reading.header import split_header
from hedgeresearch.data.reading.notation import Notation
from hedgeresearch.data.reading.tables import table_cells
from hedgeresearch.errors import DataError

COLUMNAR = (".parquet", ".feather")
SPREADSHEETS = (".xlsx", ".xls", ".xlsb", ".ods")


def read_columnar(file: Path) -> Cells:
    """Return the cells of a Parquet or Feather file, in the types of the file."""
    read = pd.read_feather if file.name.lower().endswith(".feather") else pd.read_parquet
    try:
        table = read(file)
    except ImportError:
        raise missing_package(f"Reading {file.name}", "pyarrow", "parquet") from None
    return table_cells(table, str(file))


def read_spreadsheet(file: Path, sheet: str | int | None, notation: Notation) -> Cells:
    """Return the cells of one sheet of a spreadsheet.

    Parameters
    ----------
    file : Path
    sheet : str or int, optional
        Name of the sheet, or its place from 0 on; may be left out where there is only one.
    notation : Notation

    Raises
    ------
    MissingDataError
        If the package python-calamine is not installed.
    DataError
        If the sheet is unknown or empty, or there are several and none was chosen.
    """
    try:
        import python_calamine
    except ImportError:
        raise missing_package(f"The spreadsheet {file.name}", "python-calamine", "excel") from None
    try:
        with pd.ExcelFile(file, engine="calamine") as book:
            name = _chosen_sheet([str(name) for name in book.sheet_names], sheet, file)
            rows = _all_rows(book, name)
    except python_calamine.CalamineError as error:
        raise DataError(
            f"{file} must be a spreadsheet; it cannot be read ({error}). Save it again."
        ) from error
    if rows.empty:
        raise empty(f"sheet {name!r} of {file}")
    names, n_header = split_header(rows, notation)
    table = rows.iloc[n_header:].set_axis(names, axis=1)
    table.index = pd.RangeIndex(n_header + 1, len(rows) + 1, name="row")
    return Cells(table.dropna(how="all"), str(file))


def _all_rows(book: pd.ExcelFile, sheet: str) -> pd.DataFrame:
    return pd.read_excel(
        book, sheet_name=sheet, header=None, dtype=object, keep_default_na=False, na_values=[""]
    )


def _chosen_sheet(names: list[str], sheet: str | int | None, file: Path) -> str:
    if sheet is None and len(names) == 1:
        return names[0]
    if isinstance(sheet, int) and 0 <= sheet < len(names):
        return names[sheet]
    if sheet in names:
        return str(sheet)
    raise DataError(
        f"sheet must be one of {', '.join(map(repr, names))} in {file}; got {sheet!r}. "
        "Pass sheet=NAME."
    )
