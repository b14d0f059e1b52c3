"""``hedgeresearch recommend``: recommend a hedge of an amount of currency, or of a book."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch._formatting import day, describe
from hedgeresearch.cli.models import ModelName, named_model
from hedgeresearch.cli.output import (
    OUTPUT,
    check_output,
    print_text,
    progress,
    warnings_as_lines,
    write_output,
)
from hedgeresearch.cli.price_source import Asset, Dataset, Hedge, Prices, choose_prices, title
from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.notional import NotionalHedge, hedge_notional
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_writable
from hedgeresearch.report.tables import amount, contracts

DEFAULT_NOTIONAL = 1e6
DEFAULT_MODEL = ModelName.regime
IN_FULL = ("held", "new", "trade", "contracts")
"""Columns of contracts that are held or traded, which are printed with all their digits."""

Notional = Annotated[
    float | None,
    typer.Option(
        help="Value held, in currency; negative for a short position.  [default: 1000000]"
    ),
]
Model = Annotated[
    ModelName | None, typer.Option(help="Model of the hedge ratio.  [default: regime]")
]
BookFile = Annotated[
    Path | None,
    typer.Option(
        help="YAML file with a position, instruments, prices and settings (see docs/book.md), "
        "instead of the options above."
    ),
]
ReportFile = Annotated[
    Path | None, typer.Option(help="With --position: also write an HTML report to this file.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RecordFile = Annotated[
    Path | None, typer.Option(help="Also write the recommendation as JSON to this file.")
]


def recommend_hedge(  # noqa: PLR0913 (the options of the command)
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    notional: Notional = None,
    model: Model = None,
    position: BookFile = None,
    report: ReportFile = None,
    as_json: AsJson = False,
    output: RecordFile = None,
) -> None:
    """Recommend a hedge of a position for the period after the last price."""
    if position is not None:
        options: dict[str, Any] = {"dataset": dataset, "prices": prices, "asset": asset}
        options |= {"hedge": hedge, "notional": notional, "model": model}
        _refuse_other_options(options)
        _recommend_for_book(position, report, as_json, output)
        return
    if report is not None:
        raise DataError(
            "--report needs --position BOOK.yaml: it reports on contracts (see docs/book.md)."
        )
    table, asset, hedges = choose_prices(dataset, prices, asset, hedge)
    chosen = named_model(model or DEFAULT_MODEL)
    check_output(output, prices)
    data = table if chosen.traits.input == "prices" else returns_of(table[[asset, *hedges]])
    fit = chosen.fit(data[asset], data[hedges])
    result = hedge_notional(fit, DEFAULT_NOTIONAL if notional is None else notional)
    record = json.dumps(result.to_dict(), indent=2)
    _show(record, _describe_notional(result, table.attrs), as_json, output)


def _refuse_other_options(options: Mapping[str, Any]) -> None:
    """Refuse options that a book replaces."""
    passed = [name for name, value in options.items() if value is not None]
    if passed:
        raise DataError(
            "--position reads the position, the prices and the model from the book; leave out "
            f"--{passed[0]}, or put it into the book."
        )


def _recommend_for_book(
    book: Path, report: Path | None, as_json: bool, output: Path | None
) -> None:
    from hedgeresearch.cli.book.book import recommend_for_book
    from hedgeresearch.report.report import REPORT, write_report

    if output is not None:
        check_writable(output, OUTPUT)
    if report is not None:
        check_writable(report, REPORT)
    with warnings_as_lines() as warnings:
        result = recommend_for_book(book, {OUTPUT: output, "--report": report})
        with progress("intervals and risks"):
            record = result.to_json() if as_json or output is not None else ""
            text = "" if as_json else _describe_recommendation(result)
        if report is not None:
            write_report(result, report, warnings)
    _show(record, text, as_json, output)


def _show(record: str, text: str, as_json: bool, output: Path | None) -> None:
    """Write the record to the output file, and print it or the text."""
    if output is not None:
        write_output(output, record)
    if as_json:
        typer.echo(record)
    else:
        print_text(text)


def _describe_notional(result: NotionalHedge, attrs: Mapping[Any, Any]) -> str:
    """Return the data, the model, the sentence and the table of a hedge in currency."""
    head = f"Data: {title(attrs)}, to {day(result.as_of)}.\nModel: {result.model}"
    in_whole_units = result.summary.assign(sell=result.sell.map("{:,.0f}".format))
    table = in_whole_units.to_string(float_format="{:.3f}".format)
    return "\n\n".join([_wrapped(head), _wrapped(result.sentence), table])


def _describe_recommendation(result: Recommendation) -> str:
    """Return the data, the model, the decision, the tables and the reasons."""
    problem = result.problem
    data = f"Data: {title(problem.market.attrs)}, to {day(result.as_of)}."
    head = f"{data}\nModel: {describe(problem.fit.model)}"
    summary = result.summary.to_string(formatters=_formatters(result.summary))
    parts = [_wrapped(head), _wrapped(result.decision), summary]
    orders = result.orders.drop(columns="reason")  # the reasons below say more
    if len(orders):
        parts.append(orders.to_string(index=False, formatters=_formatters(orders)))
    reasons = [
        textwrap.fill(f"- {reason}", 100, subsequent_indent="  ") for reason in result.reasons
    ]
    return "\n\n".join([*parts, "\n".join(reasons)])


def _formatters(table: pd.DataFrame) -> dict[str, Callable[[Any], str]]:
    """Return how the numbers of each column are printed."""
    numeric = table.select_dtypes("number").columns
    return {str(name): contracts if name in IN_FULL else amount for name in numeric}


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, 100) for line in text.splitlines())
