"""Tables of the page: cells as text, with the unit in the head of each column."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from hedgeresearch._formatting import exact, quantity
from hedgeresearch._formatting import percent as share

Format = Callable[[Any], str]
ABSENT = "–"
MIN_PLAIN_NUMBER = 1e-6
"""Size below which a number is written with an exponent."""

MAX_PHONE_LETTERS = 52
"""Letters of a row that fit on a phone, with the room between columns."""
ROOM_OF_COLUMN = 2
"""Letters that the room between two columns takes."""
MAX_TEXT_LETTERS = 24
"""Letters up to which a column of text is not broken into lines."""


class Table(NamedTuple):
    """Heads of the columns, rows of cells, and whether each column is text.

    The first cell of a row is its name.
    """

    heads: list[str]
    rows: list[list[str]]
    texts: list[bool]

    @property
    def is_wide(self) -> bool:
        """True if the columns do not fit next to each other on a phone."""
        letters = 0
        for column, cells in enumerate(zip(*self.rows, strict=True)):
            longest = max(map(len, (*cells, *self.heads[column].split())))
            letters += min(longest, MAX_TEXT_LETTERS) if self.texts[column] else longest
        return letters + ROOM_OF_COLUMN * len(self.heads) > MAX_PHONE_LETTERS


def in_currency(head: str, currency: str) -> str:
    """Return a head such as "cost, currency" with the name of the currency, if it is known."""
    return head.replace(", currency", f", {currency}") if currency else head


def table_of(
    frame: pd.DataFrame,
    name: str,
    columns: Mapping[str, tuple[str, Format]],
    currency: str = "",
) -> Table:
    """Return some columns of a frame as text.

    Parameters
    ----------
    frame : DataFrame (n_rows, n_columns)
    name : head of the column of row names
    columns : mapping from column to (head, format), in the order of the page
    currency : name of the currency of amounts; "" where it is not known
    """
    heads = [name, *(in_currency(head, currency) for head, _ in columns.values())]
    rows = [
        [str(label), *(write(row[column]) for column, (_, write) in columns.items())]
        for label, row in frame.iterrows()
    ]
    return Table(heads, rows, [True, *(write is words for _, write in columns.values())])


def transposed(table: Table, name: str) -> Table:
    """Return the table with rows as columns, for few rows of more columns than fit in print."""
    heads, *columns = [table.heads, *table.rows]
    values = zip(heads[1:], *(column[1:] for column in columns), strict=True)
    names = [column[0] for column in columns]
    return Table([name, *names], [list(cells) for cells in values], [True, *([False] * len(names))])


def amount(value: Any) -> str:
    """Return money, or contracts that are not traded: whole, or with four digits at least."""
    if _is_absent(value):
        return ABSENT
    written = f"{value + 0.0:,.0f}" if float(value).is_integer() else _digits(value, 4)
    return written.rstrip("0").rstrip(".") if "." in written and "e" not in written else written


def contracts(value: Any) -> str:
    """Return contracts that are held or traded, with all their digits."""
    return ABSENT if _is_absent(value) else exact(value)


def ratio(value: Any) -> str:
    """Return a ratio with four digits."""
    return ABSENT if _is_absent(value) else _digits(value, 4)


def percent(value: Any) -> str:
    """Return a share in percent with one decimal, or more if it would round to 100."""
    return ABSENT if _is_absent(value) else share(value).removesuffix("%")


def fine_percent(value: Any) -> str:
    """Return a small share in percent with three digits."""
    return ABSENT if _is_absent(value) else _digits(100.0 * value, 3)


def p_value(value: Any) -> str:
    """Return a p-value with three decimals, small ones as a bound."""
    if _is_absent(value):
        return ABSENT
    return "< 0.001" if value < 1e-3 else f"{value:.3f}"


def words(value: Any) -> str:
    """Return text unchanged."""
    return str(value)


def _digits(value: float, digits: int) -> str:
    """Return significant digits; a number that is zero but for rounding, with an exponent."""
    if 0.0 < abs(value) < MIN_PLAIN_NUMBER:
        return f"{value:.{digits - 1}e}"
    return quantity(value, digits)


def _is_absent(value: Any) -> bool:
    return value is None or not math.isfinite(value)
