"""Names of columns: a header of one line, the header of yfinance, or none."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd

from hedgeresearch.data.reading.notation import ISO_DATE, Notation

YFINANCE_HEADER = {"Price", "Ticker"}
"""First cells of the two lines that yfinance writes above a table of several instruments."""


def split_header(cells: pd.DataFrame, notation: Notation) -> tuple[list[str], int]:
    """Return the names of the columns, and the number of rows that the header occupies.

    A first row that reads as a date and numbers is no header: the columns are then called
    "column 1", "column 2" and so on.

    Parameters
    ----------
    cells : DataFrame (n_rows, n_columns), missing values where a cell is empty
    notation : Notation
        How dates and numbers of the table are written.
    """
    first = cells.iloc[0]
    if _is_data(first, notation):
        return [f"column {place}" for place in range(1, len(first) + 1)], 0
    if len(cells) > 1 and {_text(first.iloc[0]), _text(cells.iloc[1, 0])} == YFINANCE_HEADER:
        return _yfinance_header(cells)
    return [_text(cell) for cell in first], 1


def flat_names(columns: pd.Index[Any]) -> list[str]:
    """Return one name for each column, such as "Close AAPL" for the column ("Close", "AAPL").

    A level on which all columns agree is left out.
    """
    if not isinstance(columns, pd.MultiIndex):
        return [str(name) for name in columns]
    levels = [columns.get_level_values(level) for level in range(columns.nlevels)]
    telling = [level for level in levels if level.nunique() > 1]
    if not telling:
        telling = levels[-1:]
    return [_join(parts) for parts in zip(*telling, strict=True)]


def _join(parts: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in parts if str(part))


def _is_data(row: pd.Series, notation: Notation) -> bool:
    """Return whether a row holds a date and numbers."""
    filled = row.iloc[1:].dropna()
    return bool(
        len(filled)
        and _is_date(row.iloc[0], notation)
        and all(_is_number(cell, notation) for cell in filled)
    )


def _is_date(cell: Any, notation: Notation) -> bool:
    if isinstance(cell, datetime.date):
        return True
    text = pd.Series([_text(cell)])
    if notation.date_format is None:
        return bool(text.str.fullmatch(ISO_DATE).all())
    return bool(pd.to_datetime(text, format=notation.date_format, errors="coerce").notna().all())


def _is_number(cell: Any, notation: Notation) -> bool:
    if isinstance(cell, int | float):
        return True
    return bool(pd.Series([_text(cell)]).str.fullmatch(notation.number_pattern).all())


def _yfinance_header(cells: pd.DataFrame) -> tuple[list[str], int]:
    upper = cells.iloc[0, 1:].map(_text)
    lower = cells.iloc[1, 1:].map(_text)
    names = flat_names(pd.MultiIndex.from_arrays([upper, lower]))
    has_date_line = len(cells) > 2 and cells.iloc[2, 1:].isna().all()
    date = _text(cells.iloc[2, 0]) if has_date_line else "Date"
    return [date, *names], 3 if has_date_line else 2


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell).strip()
