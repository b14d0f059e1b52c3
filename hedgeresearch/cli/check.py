"""``hedgeresearch check``: report what looks wrong in a file of prices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch import datasets
from hedgeresearch.cli.inputs.price_options import (
    Contents,
    DateColumn,
    DateFormat,
    Decimal,
    DropGaps,
    Kind,
    Reading,
    Separator,
    Sheet,
    Thousands,
    errors_in_shell_words,
)
from hedgeresearch.cli.inputs.price_source import Dataset, Prices
from hedgeresearch.cli.terminal.output import (
    AsJson,
    print_json,
    print_text,
    warnings_as_lines,
    wrapped,
)
from hedgeresearch.cli.terminal.shell_words import in_shell_words
from hedgeresearch.data.quality.report import DataReport
from hedgeresearch.data.quality.table_check import check
from hedgeresearch.errors import DataError

Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="Column to check, the asset first; repeat it.  [default: all]"),
]


File = Annotated[Path | None, typer.Argument(help="File of prices, as with --prices.")]


def check_prices(  # noqa: PLR0913 (the options of the command)
    file: File = None,
    dataset: Dataset = None,
    prices: Prices = None,
    columns: Columns = None,
    date: DateColumn = None,
    sep: Separator = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    kind: Kind = Contents.prices,
    drop_gaps: DropGaps = False,
    as_json: AsJson = False,
) -> None:
    """Report what looks wrong in prices.

    Also in returns, with --kind. The exit code is 1 if they would be refused.
    """
    reading = Reading(
        sep, decimal, thousands, date_format, sheet, kind, drop_gaps=drop_gaps, date=date
    )
    if sum(one is not None for one in (file, prices, dataset)) != 1:
        raise DataError("pass either --prices FILE or --dataset NAME.")
    prices = file if prices is None else prices
    table = _read(dataset, prices, columns, reading)
    if drop_gaps:
        with warnings_as_lines():
            table = reading.sampled(table)
    report = check(table, None if kind is Contents.prices and dataset else _kind(kind))
    if as_json:
        print_json(_record(report))
    else:
        print_text(_describe(report))
    if report.refused:
        raise typer.Exit(1)


def _read(
    dataset: str | None, prices: Path | None, columns: list[str] | None, reading: Reading
) -> pd.DataFrame:
    """Return the columns of a file or of a listed table."""
    if prices is not None:
        with errors_in_shell_words():
            return reading.read(prices, columns)
    reading.check_no_file_options()
    table = datasets.load(str(dataset))
    unknown = [name for name in columns or [] if name not in table.columns]
    if unknown:
        raise DataError(
            f"columns must be among {', '.join(map(str, table.columns))}; got {unknown[0]!r}."
        )
    return table[columns] if columns else table


def _kind(contents: Contents) -> Any:
    return "prices" if contents is Contents.prices else "simple"


def _record(report: DataReport) -> dict[str, Any]:
    """Return the problems as plain values."""
    problems = [{"problem": str(kind), **row.to_dict()} for kind, row in report.summary.iterrows()]
    return {"outcome": repr(report), "kind": report.kind, "problems": problems}


def _describe(report: DataReport) -> str:
    """Return the outcome, and a paragraph for each problem."""
    return "\n".join(wrapped(in_shell_words(line), "  ") for line in report.lines())
