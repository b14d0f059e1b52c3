"""Fills and prices of a market in files, whose columns may be named in any usual way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hedgeresearch._extras import missing_package
from hedgeresearch.cli.book.hints import did_you_mean
from hedgeresearch.cli.times import time_with_zone
from hedgeresearch.errors import DataError

SIDES = {"buy": "buy", "b": "buy", "bid": "buy", "sell": "sell", "s": "sell", "ask": "sell"}
"""Words for a direction in a column of sides."""


class FileColumns(NamedTuple):
    """Columns that a file must and may have.

    Attributes
    ----------
    option : name of the option that the file was passed with
    needed, optional : names of the columns
    chosen : mapping from name to the column of the file that it is, where it has another name
    """

    option: str
    needed: Sequence[str]
    optional: Sequence[str]
    chosen: Mapping[str, str]


def read_columns(file: Path, columns: FileColumns) -> pd.DataFrame:
    """Return the columns of a file by their names, with ascending times as the index.

    Letters of either case, and spaces around a name, are the same.

    Raises
    ------
    DataError
        If the file cannot be read, a column is missing or there twice, or a time or number cannot
        be read; the message names the headers, or the line.
    """
    table = _read(file, columns.option)
    found = {name: _column(table, name, columns, needed=True) for name in columns.needed}
    found |= {name: _column(table, name, columns, needed=False) for name in columns.optional}
    kept = {name: column for name, column in found.items() if column is not None}
    named = pd.DataFrame({name: table[column] for name, column in kept.items()})
    if named.empty:
        raise DataError(f"{columns.option}: {file} has no rows.")
    times = [_time(value, row, columns.option) for row, value in enumerate(named.pop("time"), 2)]
    for name in named.columns.difference(["side"]):
        named[name] = _numbers(named[name], name, columns.option)
    named.index = pd.DatetimeIndex(pd.to_datetime(times, utc=True))
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


def _read(file: Path, option: str) -> pd.DataFrame:
    try:
        if file.suffix == ".parquet":
            return pd.read_parquet(file)
        return pd.read_csv(file, sep=None, engine="python", skipinitialspace=True)
    except ImportError:
        raise missing_package(f"Reading {file.name}", "pyarrow", "parquet") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{option} must be a CSV or Parquet file; {file} cannot be read: "
            f"{' '.join(str(error).split())}"
        ) from None


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
    raise DataError(
        f"{columns.option} must have a column {wanted!r}; its headers are {listed}."
        f"{did_you_mean(wanted, [str(one) for one in headers])} Name another one with "
        f"--columns {name}=HEADER."
    )


def _time(value: Any, line: int, option: str) -> pd.Timestamp:
    try:
        return time_with_zone(value)
    except DataError as error:
        raise DataError(f"{option}, line {line}: {error}") from None


def _numbers(values: pd.Series[Any], name: str, option: str) -> pd.Series[float]:
    """Return a column as numbers; nothing is left out."""
    numbers = pd.to_numeric(values, errors="coerce")
    bad = numbers.isna().to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"{option}, line {row + 2}: {name} must be a number with a point before the fraction "
            f"and without separators; got {values.iloc[row]!r}."
        )
    return numbers.astype(float)
