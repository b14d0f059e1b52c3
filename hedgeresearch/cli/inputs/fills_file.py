"""Fills and prices of a market in files, whose columns may have any headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hedgeresearch.cli.book.hints import did_you_mean
from hedgeresearch.cli.inputs.price_options import Reading
from hedgeresearch.cli.inputs.times import read_times
from hedgeresearch.data.reading.hints import separator_hint
from hedgeresearch.data.reading.notation import Notation
from hedgeresearch.data.reading.numbers import parse_numbers
from hedgeresearch.data.reading.prices import read_cells
from hedgeresearch.errors import DataError

SIDES = {"buy": "buy", "b": "buy", "bid": "buy", "sell": "sell", "s": "sell", "ask": "sell"}
"""Words for a direction in a column of sides."""


class FileColumns(NamedTuple):
    """Columns that a file must and may have.

    Attributes
    ----------
    option : name of the option that the file was passed with
    headers : name of the option that says which headers it has
    needed, optional : names of the columns
    chosen : mapping from name to the column of the file that it is, where it has another name
    """

    option: str
    headers: str
    needed: Sequence[str]
    optional: Sequence[str]
    chosen: Mapping[str, str]


def read_columns(file: Path, columns: FileColumns, reading: Reading) -> pd.DataFrame:
    """Return the columns of a file by their names, with ascending times as the index.

    Nothing is guessed: times are ISO 8601 and numbers have a point, unless options say otherwise.
    Of headers, letters of either case, and spaces around a name, are the same.

    Raises
    ------
    DataError
        If the file cannot be read, a column is missing or there twice, or a time or number cannot
        be read; the message names the headers, or the line and the option.
    """
    notation = Notation.of_options(
        reading.sep, reading.decimal, reading.thousands, reading.date_format
    )
    cells = read_cells(file, reading.sep, None, notation)
    cells.check()
    found = {name: _column(cells.table, name, columns, needed=True) for name in columns.needed}
    found |= {name: _column(cells.table, name, columns, needed=False) for name in columns.optional}
    kept = {name: column for name, column in found.items() if column is not None}
    named = pd.DataFrame({name: cells.table[column] for name, column in kept.items()})
    times = read_times(named.pop("time"), columns.option, reading.date_format)
    for name in named.columns.difference(["side"]):
        numbers = parse_numbers(named[name], times, cells.source, notation)
        _check_present(numbers, name, cells.source)
        named[name] = numbers
    named.index = times
    if not named.index.is_monotonic_increasing:
        raise DataError(
            f"{columns.option}: the times must ascend. Sort the rows of {file} by time."
        )
    return named


def direction_of(fills: pd.DataFrame, given: str | None) -> str:
    """Return the direction of fills: the one given, or that of their column of sides."""
    if "side" not in fills.columns:
        if given is None:
            raise DataError("pass --direction buy or sell: the fills have no column side.")
        return given
    words = fills["side"].astype(str).str.strip().str.lower()
    unknown = sorted(set(words) - set(SIDES))
    if unknown:
        raise DataError(f"--fills: a side must be buy or sell; got {unknown[0]!r}.")
    sides = words.map(SIDES)
    if sides.nunique() > 1:
        counts = sides.value_counts()
        raise DataError(
            f"--fills must be those of one order; {counts['buy']} are purchases and "
            f"{counts['sell']} sales. Write a file for each order."
        )
    found = str(sides.iloc[0])
    if given not in (None, found):
        raise DataError(f"--direction is {given}, but the fills are of side {found}.")
    return found


def _column(table: pd.DataFrame, name: str, columns: FileColumns, *, needed: bool) -> Any:
    """Return the column of a file that has a name; None for one that is optional and absent."""
    wanted = columns.chosen.get(name, name)
    headers = list(table.columns)
    found = [one for one in headers if str(one).strip().lower() == wanted.strip().lower()]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise DataError(
            f"{columns.option} must have one column {wanted}; it has {', '.join(map(repr, found))}."
        )
    if not needed and name not in columns.chosen:
        return None
    listed = ", ".join(repr(str(one)) for one in headers)
    hint = separator_hint("".join(map(str, headers)))
    near = did_you_mean(wanted, [str(one) for one in headers])
    remedy = f"{near} Name another one with {columns.headers} {name}=HEADER."
    if hint is not None:
        remedy = f" Pass {hint}."
    elif len(headers) == 1:
        remedy = " --sep is the character between the cells of both files: write both in one way."
    raise DataError(
        f"{columns.option} must have a column {wanted!r}; its headers are {listed}.{remedy}"
    )


def _check_present(numbers: pd.Series[float], name: str, source: str) -> None:
    """Refuse an empty cell; nothing is left out."""
    empty = numbers.isna()
    if empty.any():
        raise DataError(
            f"{name} must be a number in every row; {numbers.index.name} {empty.idxmax()} of "
            f"{source} has none. Fill the cell or remove the row."
        )
