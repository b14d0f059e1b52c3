"""Spreadsheets in the old binary format."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hedgeresearch._extras import missing_package


def read_xls(path: Path) -> pd.DataFrame:
    """Return the first sheet of a spreadsheet (``.xls``), (n_rows, n_columns).

    Its first row holds the names of the columns. Dates stay as they are in the file, days since
    1899-12-30.

    Raises
    ------
    MissingDataError
        If the package xlrd is not installed.
    """
    try:
        import xlrd
    except ImportError:
        raise missing_package(f"The spreadsheet {path.name}", "xlrd", "reproductions") from None
    sheet = xlrd.open_workbook(path).sheet_by_index(0)
    columns = {name: sheet.col_values(i, 1) for i, name in enumerate(sheet.row_values(0))}
    return pd.DataFrame(columns)
