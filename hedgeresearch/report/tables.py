"""Tables of the page: each cell as text, with the unit in the head of its column."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from hedgeresearch._formatting import exact, quantity
from hedgeresearch._formatting import percent as share

Format = Callable[[Any], str]
ABSENT = "–"
LEAST = 1e-6
"""Below which a number is written with an exponent."""


class Table(NamedTuple):
    """Heads of the columns, and rows of cells; the first cell of each is its name."""

    heads: list[str]
    rows: list[list[str]]
    texts: list[bool]


def table_of(frame: pd.DataFrame, name: str, columns: Mapping[str, tuple[str, Format]]) -> Table:
    """The columns of a frame, by name: what stands at their heads, and how a cell is written.

    Parameters
    ----------
    frame : DataFrame, a row a line
    name : head of the names of its rows
    columns : mapping from column to (head, format), in the order of the page
    """
    heads = [name, *(head for head, _ in columns.values())]
    rows = [
        [str(label), *(write(row[column]) for column, (_, write) in columns.items())]
        for label, row in frame.iterrows()
    ]
    return Table(heads, rows, [True, *(write is words for _, write in columns.values())])


def transposed(table: Table, name: str) -> Table:
    """The same with its rows as columns: for few rows of many columns, which print has no room for."""
    heads, *columns = [table.heads, *table.rows]
    rows = [
        list(cells) for cells in zip(heads[1:], *(column[1:] for column in columns), strict=True)
    ]
    return Table(
        [name, *(column[0] for column in columns)], rows, [True, *([False] * len(columns))]
    )


def amount(value: Any) -> str:
    """Money, or what is not traded: its whole part, and four digits at least, without zeros at the end."""
    if _is_absent(value):
        return ABSENT
    written = f"{value + 0.0:,.0f}" if float(value).is_integer() else _digits(value, 4)
    return written.rstrip("0").rstrip(".") if "." in written and "e" not in written else written


def contracts(value: Any) -> str:
    """Contracts that are held or traded: in full."""
    return ABSENT if _is_absent(value) else exact(value)


def ratio(value: Any) -> str:
    """A ratio, to four digits."""
    return ABSENT if _is_absent(value) else _digits(value, 4)


def percent(value: Any) -> str:
    """A share in per cent, to one place, and to as many as it takes to tell it from all."""
    return ABSENT if _is_absent(value) else share(value).removesuffix("%")


def fine_percent(value: Any) -> str:
    """A small share in per cent, to three digits."""
    return ABSENT if _is_absent(value) else _digits(100.0 * value, 3)


def words(value: Any) -> str:
    """Text as it is."""
    return str(value)


def _digits(value: float, digits: int) -> str:
    """Significant digits; of what rounding left of nothing, with an exponent."""
    return f"{value:.{digits - 1}e}" if 0.0 < abs(value) < LEAST else quantity(value, digits)


def _is_absent(value: Any) -> bool:
    return value is None or not math.isfinite(value)
