"""Tables that are no wider than the terminal, in which nothing is cut off."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import pandas as pd

from hedgeresearch._shown_table import terminal_width

GAP = 1
"""Blanks between columns."""
NAMES_SHARE = 0.4
"""Part of the width that the names of the rows may need at most, where they must be wrapped."""
INDENT = "  "
"""Before the second line of a name."""

MOST_LINES = 6
"""Lines that a head may have."""

Format = Callable[[Any], str]
Column = tuple[list[str], list[str]]
"""Lines of the head of a column, and its cells, all of one width."""


def table_text(
    table: pd.DataFrame,
    formats: Mapping[str, Format] | None = None,
    *,
    has_names: bool = True,
    width: int | None = None,
) -> str:
    r"""Return a table as lines that fit the terminal.

    Heads are wrapped at their blanks. Where that is not enough, so are the names of the rows, and
    the columns that are left follow in further blocks, each with the names.

    Parameters
    ----------
    table : DataFrame
    formats : mapping from column to the function that writes its values; numbers have six digits
        by default
    has_names : whether the index is shown
    width : letters in a line; by default those of the terminal, 80 if there is none

    Examples
    --------
    >>> table = pd.DataFrame({"volatility of a day": ["1.2%"], "ratio": ["0.98"]}, ["SP500"])
    >>> print(table_text(table))
          volatility
            of a day ratio
    SP500       1.2%  0.98
    """
    width = terminal_width() if width is None else width
    cells = [
        [_write(value, head, formats) for value in table.iloc[:, place]]
        for place, head in enumerate(table.columns)
    ]
    names = [_flat(name) for name in table.index] if has_names else [""] * len(table)
    columns = _columns([_flat(head) for head in table.columns], cells, names, width)
    room = _room_for_names(names, columns, width)
    blocks = _blocks([len(column[0][0]) for column in columns], width - room)
    wrapped = [_name_lines(name, room) for name in names]
    return "\n\n".join(_block(wrapped, room, [columns[i] for i in block]) for block in blocks)


def _write(value: Any, head: Any, formats: Mapping[str, Format] | None) -> str:
    """Return a value as text."""
    if formats is not None and head in formats:
        return formats[head](value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _flat(name: Any) -> str:
    """Return a name, or the parts of one, as text."""
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _columns(
    heads: Sequence[str], cells: Sequence[Sequence[str]], names: Sequence[str], width: int
) -> list[Column]:
    """Return the columns with heads in as few lines as fit the width."""
    longest = max(map(len, names), default=0)
    for n_lines in range(1, MOST_LINES):
        columns = [_column(*one, n_lines) for one in zip(heads, cells, strict=True)]
        if longest + _needed(columns) <= width:
            return columns
    return [_column(*one, MOST_LINES) for one in zip(heads, cells, strict=True)]


def _column(head: str, cells: Sequence[str], n_lines: int) -> Column:
    """Return the lines of a head, at most so many if words are not broken, and the cells."""
    words = head.split() or [""]
    width = max(map(len, [*words, *cells]))
    while len(_lines(head, width)) > n_lines:
        width += 1
    return [line.rjust(width) for line in _lines(head, width)], [one.rjust(width) for one in cells]


def _lines(head: str, width: int) -> list[str]:
    """Return a head in lines, none of its words broken."""
    return textwrap.wrap(head, width, break_long_words=False, break_on_hyphens=False) or [""]


def _needed(columns: Sequence[Column]) -> int:
    """Return the letters of the columns and of the gaps before them."""
    return sum(len(heads[0]) + GAP for heads, _ in columns)


def _room_for_names(names: Sequence[str], columns: Sequence[Column], width: int) -> int:
    """Return the letters of the names: all if the columns fit beside them, or else a share."""
    longest = max(map(len, names), default=0)
    needed = _needed(columns)
    if longest + needed <= width:
        return longest
    return min(longest, max(width - needed, int(NAMES_SHARE * width)))


def _blocks(widths: Sequence[int], room: int) -> list[list[int]]:
    """Return the places of the columns of each block; at least one column is in each."""
    blocks: list[list[int]] = [[]]
    used = 0
    for place, width in enumerate(widths):
        if blocks[-1] and used + width + GAP > room:
            blocks.append([])
            used = 0
        blocks[-1].append(place)
        used += width + GAP
    return blocks


def _name_lines(name: str, room: int) -> list[str]:
    """Return a name in lines."""
    return textwrap.wrap(name, max(room, len(INDENT) + 1), subsequent_indent=INDENT) or [""]


def _block(names: Sequence[list[str]], room: int, columns: Sequence[Column]) -> str:
    """Return the heads, the last line of each on one level, and the rows of some columns."""
    n_lines = max(len(heads) for heads, _ in columns)
    lines = []
    for number in range(n_lines):
        texts = []
        for heads, _ in columns:
            place = number - (n_lines - len(heads))
            texts.append(heads[place] if place >= 0 else " " * len(heads[0]))
        lines.append(_line("", room, texts))
    for row, name in enumerate(names):
        first = [cells[row] for _, cells in columns]
        lines += [_line(text, room, cells) for text, cells in zip_longest(name, [first])]
    return "\n".join(lines)


def _line(name: str, room: int, texts: Sequence[str] | None) -> str:
    """Return a line: a name, and the texts of the columns if they are on it."""
    gap = " " * GAP
    return gap.join([name.ljust(room), *(texts or ())]).rstrip() if room else gap.join(texts or ())
