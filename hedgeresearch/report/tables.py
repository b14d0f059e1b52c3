"""Tables of the page: each cell as text, with the unit in the head of its column."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from hedgeresearch._wording import quantity

Format = Callable[[Any], str]
ABSENT = "–"


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
        [str(label), *(write(row[column]) for column, (_, write) in columns.items())] for label, row in frame.iterrows()
    ]
    return Table(heads, rows, [True, *(write is words for _, write in columns.values())])


def amount(value: Any) -> str:
    """Contracts or money: its whole part, and four digits at least, without zeros at the end."""
    if _is_absent(value):
        return ABSENT
    written = f"{value:,.0f}" if float(value).is_integer() else quantity(value)
    return written.rstrip("0").rstrip(".") if "." in written else written


def ratio(value: Any) -> str:
    """A ratio, to three places."""
    return ABSENT if _is_absent(value) else f"{value:.3f}"


def percent(value: Any) -> str:
    """A share in per cent, to one place."""
    return ABSENT if _is_absent(value) else f"{100.0 * value:.1f}"


def fine_percent(value: Any) -> str:
    """A small share in per cent, to three digits."""
    return ABSENT if _is_absent(value) else f"{100.0 * value:.3g}"


def words(value: Any) -> str:
    """Text as it is."""
    return str(value)


def _is_absent(value: Any) -> bool:
    return value is None or not math.isfinite(value)
