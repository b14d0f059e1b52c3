"""Rows of CSV files, plain, or compressed by gzip or zip."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from hedgeresearch.errors import DataError

Value = TypeVar("Value")
Row = list[str]


@contextmanager
def opened_rows(path: Path) -> Iterator[Iterator[Row]]:
    """Yield the rows of a file while it is open.

    Raises
    ------
    DataError
        If a zip file holds another number of files than one.
    """
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise DataError(f"{path} must hold one file; it holds {len(names)}.")
            with archive.open(names[0]) as raw:
                yield csv.reader(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
    elif path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
            yield csv.reader(text)
    else:
        with path.open(encoding="utf-8", newline="") as text:
            yield csv.reader(text)


def read_rows(
    path: Path, first: int, rows: Iterable[Row], read: Callable[[Row], Value]
) -> Iterator[Value]:
    """Yield what is read of each row; one that cannot be read is named.

    Parameters
    ----------
    path : Path, for the message
    first : number of the first row
    rows : iterable over rows
    read : function of a row
    """
    for number, row in enumerate(rows, start=first):
        try:
            value = read(row)
        except (ValueError, IndexError, KeyError) as error:
            raise DataError(
                f"Row {number} of {path} cannot be read ({type(error).__name__}: {error}): "
                f"{','.join(row)[:120]!r}"
            ) from error
        yield value


def number_or_nan(text: str) -> float:
    """Return a number; nan for an empty cell."""
    return float(text) if text else float("nan")


def number_or_none(text: str) -> float | None:
    """Return a number; None for an empty cell."""
    return float(text) if text else None
