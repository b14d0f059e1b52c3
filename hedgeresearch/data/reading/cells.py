"""Cells of a table with the place of each row, and refusals that name the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import pandas as pd

from hedgeresearch._formatting import counted
from hedgeresearch.errors import DataError


@dataclass(frozen=True)
class Cells:
    """Cells of a table.

    Parameters
    ----------
    table : DataFrame (n_rows, n_columns)
        Text, or the types of the source. The index holds the line or row of each row in the source
        and is named "line" or "row".
    source : str
        What the cells are from, such as the path of a file.
    """

    table: pd.DataFrame
    source: str

    def check(self) -> None:
        """Refuse an empty table and columns without distinct names."""
        names = self.table.columns
        twice = names[names.duplicated()]
        if len(twice):
            raise DataError(
                f"{self.source} must have different column names; {twice[0]!r} occurs twice. "
                "Rename one."
            )
        if "" in names[1:]:
            place = list(names[1:]).index("") + 2
            raise DataError(
                f"{self.source} must name every column; column {place} has no name. "
                "Name it or remove it."
            )
        if self.table.empty:
            raise empty(self.source)


def empty(source: str) -> DataError:
    """Return the error for a source without rows."""
    return DataError(f"{source} must contain at least one row of prices; it is empty.")


def refuse_cells(
    column: pd.Series, bad: pd.Series, source: str, rule: str, remedy: str, when: str = ""
) -> NoReturn:
    """Raise a DataError that names the first bad cell of a column and its line."""
    place: Any = bad.idxmax()
    raise DataError(
        f"{rule}; {column.index.name} {place} of {source}{when} has {str(column[place])!r} "
        f"({counted(int(bad.sum()), 'such value')}). {remedy}."
    )
