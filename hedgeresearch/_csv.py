"""Tables as CSV that a spreadsheet shows as they are.

A spreadsheet computes a cell that begins with ``=``, ``+``, ``-`` or ``@``, whatever quotes are
around it, so a name in a file of prices could run a command on the machine of a reader. Such text
gets an apostrophe in front, as the OWASP page on CSV injection recommends; numbers stay numbers.
"""

from __future__ import annotations

import csv
from typing import Any

import pandas as pd

FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""First characters of a formula, with their full-width forms and white space before them."""
OTHER_SEPARATORS = (";", "\t", "\r")
"""Separators in a spreadsheet of another locale or system: text that has one is quoted."""


def to_csv_text(table: pd.DataFrame, *, index: bool) -> str:
    r"""Return a table as CSV whose text is never a formula, one line for each row.

    Parameters
    ----------
    table : DataFrame (n_rows, n_columns)
    index : whether the names of the rows are the first column

    Examples
    --------
    >>> print(to_csv_text(pd.DataFrame({"name": ["=1+1"], "-x": [-2.5]}), index=False), end="")
    name,'-x
    '=1+1,-2.5
    """
    cells = table.reset_index(allow_duplicates=True) if index else table
    shown = cells.set_axis([_inert(_head(name)) for name in cells.columns], axis=1).map(_inert)
    text = [*shown.columns, *shown.select_dtypes(exclude="number").to_numpy().ravel()]
    is_plain = not any(_has_separator(cell) for cell in text)
    quoting: Any = csv.QUOTE_MINIMAL if is_plain else csv.QUOTE_NONNUMERIC
    return str(shown.to_csv(index=False, lineterminator="\n", quoting=quoting))


def _head(name: Any) -> Any:
    """Return the name of a column; the parts of a name of several levels in one text."""
    return " ".join(str(part) for part in name if part != "") if isinstance(name, tuple) else name


def _has_separator(cell: Any) -> bool:
    return any(separator in str(cell) for separator in OTHER_SEPARATORS)


def _inert(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
