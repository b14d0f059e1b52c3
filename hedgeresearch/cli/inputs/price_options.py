"""Options that say how a file of prices is written and sampled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch._formatting import counted, day
from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.data.frequency import at_frequency
from hedgeresearch.data.reading.prices import read_prices
from hedgeresearch.errors import DataError, DataWarning, warn_caller


class Contents(StrEnum):
    """Contents of the columns of a file."""

    prices = "prices"
    returns = "returns"
    percent = "percent"


class ReturnsKind(StrEnum):
    """Kind of the returns that are computed from prices."""

    simple = "simple"
    log = "log"
    difference = "difference"


DateColumn = Annotated[
    str | None, typer.Option("--date", help="Column of the dates.  [default: the first]")
]
Separator = Annotated[
    str | None, typer.Option("--sep", help="Character between cells.  [default: comma]")
]
Decimal = Annotated[
    str | None,
    typer.Option(help="Character before the fraction of a number: '.' or ','.  [default: '.']"),
]
Thousands = Annotated[
    str | None, typer.Option(help="Character between groups of three digits, such as '.'.")
]
DateFormat = Annotated[
    str | None, typer.Option(help="Format of the dates, such as '%d.%m.%Y'.  [default: ISO 8601]")
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a spreadsheet.")]
Kind = Annotated[
    Contents,
    typer.Option(help="Contents of the file: prices, returns as fractions, or in percent."),
]
Frequency = Annotated[
    str | None,
    typer.Option("--freq", help="Use the last row of each week ('W-FRI'), month ('ME') or so on."),
]
Returns = Annotated[
    ReturnsKind | None,
    typer.Option(help="Returns that are computed from the prices.  [default: simple]"),
]
DropGaps = Annotated[
    bool, typer.Option("--drop-gaps", help="Leave out dates on which a price is missing.")
]


@dataclass(frozen=True)
class Reading:
    """Notation of a table, its sampling and the kind of its returns.

    Attributes
    ----------
    sep, decimal, thousands, date_format, sheet, kind : as in ``read_prices``
    freq : frequency of the rows that are used; None for all
    returns : kind of the returns that are computed from prices
    drop_gaps : whether dates without all prices are left out
    date : column of the dates; None for the first
    """

    sep: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None
    sheet: str | int | None = None
    kind: Contents = Contents.prices
    freq: str | None = None
    returns: ReturnsKind | None = None
    drop_gaps: bool = False
    date: str | None = None

    def given(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(DEFAULT, name)}

    def check_no_file_options(self) -> None:
        """Refuse options of files where there is no file."""
        passed = [name for name in self.given() if name not in ("freq", "returns", "drop_gaps")]
        if passed:
            raise DataError(
                f"{option(passed[0])} needs --prices FILE: it says how a file is written."
            )

    def read(self, file: Path, columns: list[str] | None) -> pd.DataFrame:
        """Return the columns of a file as they are written there."""
        sheet = self.sheet
        if isinstance(sheet, str) and sheet.isdecimal():
            sheet = int(sheet)
        return read_prices(
            file,
            columns,
            self.date,
            sep=self.sep,
            decimal=self.decimal,
            thousands=self.thousands,
            date_format=self.date_format,
            sheet=sheet,
            kind=self.kind.value,
        )

    def sampled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are used; refuse gaps, or leave them out with a warning."""
        if self.freq is None:
            return without_gaps(table, self.drop_gaps, "--drop-gaps")
        if self.kind is Contents.prices:
            return at_frequency(table, self.freq)
        return at_frequency(without_gaps(table, self.drop_gaps, "--drop-gaps"), self.freq)

    def as_returns(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the returns of a table: its own, or those of its prices."""
        if self.kind is Contents.prices:
            return returns_of(table, kind=(self.returns or ReturnsKind.simple).value)
        if self.returns is not None:
            raise DataError(
                f"--returns is computed from prices; with --kind {self.kind} the file has returns "
                "already. Leave one of the two out."
            )
        return table


DEFAULT = Reading()


def option(name: str) -> str:
    """Return the name of an option as it is written in a shell."""
    return f"--{name.replace('_', '-')}"


def without_gaps(table: pd.DataFrame, drop: bool, remedy: str) -> pd.DataFrame:
    """Return a table without the dates on which a value is missing; refuse them by default.

    Parameters
    ----------
    table : DataFrame (n_dates, n_columns)
    drop : whether such dates are left out, with a warning
    remedy : option that leaves them out
    """
    gaps = table.isna().any(axis=1)
    if not gaps.any():
        return table
    first = table.index[gaps][0]
    absent = ", ".join(str(name) for name in table.columns[table.loc[first].isna()])
    dates = counted(int(gaps.sum()), "such date")
    if not drop:
        raise DataError(
            f"every date must have a value in every column; {day(first)} has none of {absent} "
            f"({dates}). Fill the cells, or leave out such dates with {remedy}."
        )
    warn_caller(
        f"{dates} left out of {len(table)}: a value is missing, first of {absent} on {day(first)}.",
        DataWarning,
    )
    return table[~gaps]


@contextmanager
def errors_in_shell_words() -> Iterator[None]:
    """Name options where an error of the block names arguments of ``read_prices``."""
    try:
        yield
    except DataError as error:
        raise DataError(with_option_names(str(error))) from None


def with_option_names(message: str) -> str:
    r"""Return a message with options in place of arguments.

    Examples
    --------
    >>> with_option_names("Name the column of the dates in date=..., or write them in this way.")
    'Name the column of the dates in --date, or write them in this way.'
    >>> with_option_names("Pass sep=';', date_format='%d.%m.%Y'.")
    "Pass --sep ';' --date-format '%d.%m.%Y'."
    """
    message = message.replace(", or leave the column out with columns=[...]", "")
    message = message.replace("date=...", "--date")
    names = "date|sep|decimal|thousands|date_format|sheet|kind|freq"
    pattern = rf"\b({names})=(\"[^\"]*\"|'[^']*'|[A-Z]+)(, (?=(?:{names})=))?"
    return re.sub(
        pattern, lambda found: f"{option(found[1])} {found[2]}{' ' if found[3] else ''}", message
    )
