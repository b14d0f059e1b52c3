"""Spreadsheets of the old binary kind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hedgeresearch.errors import MissingDataError


def read_xls(path: Path) -> pd.DataFrame:
    """The first sheet of a spreadsheet (``.xls``), its first row as names of columns, (n_rows, n_columns).

    Dates stay what they are in the file, days since 1899-12-30.

    Raises
    ------
    MissingDataError
        If the package xlrd is not installed.
    """
    try:
        import xlrd
    except ImportError:
        raise MissingDataError(
            f"{path.name} is a spreadsheet, read by the package xlrd; install it with: "
            'pip install "hedgeresearch[reproductions]".'
        ) from None
    sheet = xlrd.open_workbook(path).sheet_by_index(0)
    return pd.DataFrame(
        {name: sheet.col_values(i, 1) for i, name in enumerate(sheet.row_values(0))}
    )
