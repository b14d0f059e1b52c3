"""``hedgeresearch recommend``: recommend a hedge of an amount of currency, or of a book."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch._formatting import day, describe
from hedgeresearch.cli.inputs.fitting import BEST, fit_named_model
from hedgeresearch.cli.inputs.models import DEFAULT_MODEL, ModelName
from hedgeresearch.cli.inputs.price_options import (
    Contents,
    DateColumn,
    DateFormat,
    Decimal,
    DropGaps,
    Frequency,
    Kind,
    Reading,
    Returns,
    Separator,
    Sheet,
    Thousands,
    option,
)
from hedgeresearch.cli.inputs.price_source import (
    Asset,
    Dataset,
    Hedge,
    Prices,
    choose_prices,
    title,
)
from hedgeresearch.cli.terminal.output import (
    OUTPUT,
    AsJson,
    check_output,
    print_text,
    progress,
    warnings_as_lines,
    wrapped,
    write_output,
)
from hedgeresearch.cli.terminal.shell_words import in_shell_words
from hedgeresearch.cli.terminal.tables import table_text
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.notional import NotionalHedge, hedge_notional
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_writable
from hedgeresearch.report.tables import amount, contracts

DEFAULT_NOTIONAL = 1e6
TOURNAMENT = "--model best runs one"
"""How a hedge of an amount of currency is tested out of sample."""
BACKTEST = "'backtest: {}' in the book runs one"
"""How the hedge of a book is tested out of sample."""
REPORT_OPTION = "--report"
IN_FULL = ("held", "new", "trade", "contracts", "before")
"""Columns of contracts that are held or traded, which are printed with all their digits."""

POSITION_HEADS = {"price": "price of the pool", "gamma": "gamma per 1%", "fees": "fees a year"}
PROFIT_HEADS = {
    "unhedged": "profit of the position",
    "hedges": "profit of the hedges",
    "hedged": "profit of both",
}

Notional = Annotated[
    float | None,
    typer.Option(
        help="Value held, in currency; negative for a short position.  [default: 1000000]"
    ),
]
MODEL_CHOICES = [*(name.value for name in ModelName), BEST]


def _check_model(name: str | None) -> str | None:
    if name is not None and name not in MODEL_CHOICES:
        known = ", ".join(MODEL_CHOICES)
        raise typer.BadParameter(f"{name!r} is not one of {known}.")
    return name


Model = Annotated[
    str | None,
    typer.Option(
        help=f"Model of the hedge ratio: {', '.join(MODEL_CHOICES)}; the last runs a tournament "
        f"and uses its winner.  [default: {DEFAULT_MODEL}]",
        callback=_check_model,
        autocompletion=lambda: MODEL_CHOICES,
        metavar="NAME",
    ),
]
BookFile = Annotated[
    Path | None,
    typer.Option(
        help="YAML file with a position, instruments, prices and settings (see docs/book.md), "
        "instead of the options above."
    ),
]
ReportFile = Annotated[Path | None, typer.Option(help="Also write an HTML report to this file.")]
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
    date: DateColumn = None,
    sep: Separator = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    kind: Kind = Contents.prices,
    freq: Frequency = None,
    returns: Returns = None,
    drop_gaps: DropGaps = False,
    position: BookFile = None,
    report: ReportFile = None,
    as_json: AsJson = False,
    output: RecordFile = None,
) -> None:
    """Recommend a hedge of a position.

    It is for the period after the last price: of an amount of currency, or with --position of a
    book.
    """
    reading = Reading(
        sep, decimal, thousands, date_format, sheet, kind, freq, returns, drop_gaps, date
    )
    if position is not None:
        options: dict[str, Any] = {"dataset": dataset, "prices": prices, "asset": asset}
        options |= {"hedge": hedge, "notional": notional, "model": model}
        _refuse_other_options(options | reading.given())
        _recommend_for_book(position, report, as_json, output)
        return
    check_output(output, prices)
    _check_report(report, {OUTPUT: output, "--prices": prices})
    with warnings_as_lines() as warnings:
        table, asset, hedges = choose_prices(dataset, prices, asset, hedge, reading)
        fit, backtest = fit_named_model(model or DEFAULT_MODEL, table, asset, hedges, reading)
        amount_held = DEFAULT_NOTIONAL if notional is None else notional
        result = hedge_notional(fit, amount_held, backtest=backtest)
        record = json.dumps(result.to_dict(), indent=2)
        text = _describe_notional(result, table.attrs)
        if report is not None:
            _write_report(result, report, warnings, TOURNAMENT)
    _show(record, text, as_json, output)


def _check_report(report: Path | None, others: Mapping[str, Path | None]) -> None:
    """Refuse a report that cannot be written or would replace another file."""
    if report is None:
        return
    from hedgeresearch.report._atomic_write import check_different_files
    from hedgeresearch.report.report import check_report_file

    check_report_file(report, REPORT_OPTION)
    check_different_files({REPORT_OPTION: report}, others)


def _write_report(
    result: NotionalHedge | Recommendation, report: Path, warnings: list[str], backtest: str
) -> None:
    """Write the page; ``backtest`` says how a user of the shell runs a backtest."""
    from hedgeresearch.report._atomic_write import write_text
    from hedgeresearch.report.report import report_html

    page = in_shell_words(report_html(result, warnings), html.escape(backtest))
    write_text(report, page, REPORT_OPTION)


def _refuse_other_options(options: Mapping[str, Any]) -> None:
    """Refuse options that a book replaces."""
    passed = [name for name, value in options.items() if value is not None]
    if passed:
        raise DataError(
            "--position reads the position, the prices and the model from the book; leave out "
            f"{option(passed[0])}, or put it into the book."
        )


def _recommend_for_book(
    book: Path, report: Path | None, as_json: bool, output: Path | None
) -> None:
    from hedgeresearch.cli.book.book import recommend_for_book

    if output is not None:
        check_writable(output, OUTPUT)
    _check_report(report, {})
    with warnings_as_lines() as warnings:
        result = recommend_for_book(book, {OUTPUT: output, REPORT_OPTION: report})
        with progress("intervals and risks"):
            record = result.to_json() if as_json or output is not None else ""
            text = "" if as_json else _describe_recommendation(result)
        if report is not None:
            _write_report(result, report, warnings, BACKTEST)
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
    """Return data, model, decision, table and reasons of a hedge in currency."""
    head = f"Data: {title(attrs)}, to {day(result.as_of)}.\nModel: {result.model}"
    head += "\nAmounts are in the currency of the position."
    formats = dict.fromkeys(result.summary.columns, "{:.3f}".format)
    table = table_text(result.summary, formats | {"sell": "{:,.0f}".format})
    reasons = _reasons(result.reasons, TOURNAMENT)
    return "\n\n".join(filter(None, [wrapped(head), wrapped(result.decision), table, reasons]))


def _describe_recommendation(result: Recommendation) -> str:
    """Return the data, the model, the decision, the tables and the reasons."""
    problem = result.problem
    data = f"Data: {title(problem.market.attrs)}, to {day(result.as_of)}."
    head = f"{data}\nModel: {describe(problem.fit.model)}"
    head += f"\nAmounts are in {result.assessment.currency or 'the currency of the prices'}."
    summary = table_text(result.summary, _formatters(result.summary))
    parts = [wrapped(head), wrapped(result.decision), summary, _options_table(result)]
    parts.append(_onchain_tables(result))
    return "\n\n".join([*filter(None, parts), _reasons(result.reasons, BACKTEST)])


def _options_table(result: Recommendation) -> str:
    """Return the options with their trades and Greeks; "" for a book without any."""
    if result.options is None:
        return ""
    columns = ["role", "before", "trade", "value", "delta", "gamma", "vega", "theta"]
    table = result.options.options[columns]
    return table_text(table, _formatters(table))


def _onchain_tables(result: Recommendation) -> str:
    """Return pools and loans with what they hold, and moves of the price; "" without any."""
    risk = result.onchain
    if risk is None:
        return ""
    held = risk.exposure.drop(index="all").add_suffix(" held")
    positions = risk.positions.join(held).rename(columns=POSITION_HEADS)
    moves = risk.grid["price move"].map("{:+.0%}".format)
    grid = risk.grid.assign(**{"price move": moves}).rename(columns=PROFIT_HEADS)
    if not grid["liquidated"].any():
        grid = grid.drop(columns="liquidated")
    return "\n\n".join(
        table_text(table, _formatters(table), has_names=index)
        for table, index in ((positions, True), (grid, False))
    )


def _reasons(reasons: Sequence[str], backtest: str) -> str:
    """Return a list of reasons; ``backtest`` says how a user of the shell runs a backtest."""
    texts = [in_shell_words(reason, backtest) for reason in reasons]
    return "\n".join(wrapped(f"- {text}", "  ") for text in texts)


def _formatters(table: pd.DataFrame) -> dict[str, Callable[[Any], str]]:
    """Return how the numbers of each column are printed."""
    numeric = table.select_dtypes("number").columns
    return {str(name): contracts if name in IN_FULL else amount for name in numeric}
