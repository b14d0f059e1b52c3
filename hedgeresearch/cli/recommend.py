"""``hedgeresearch recommend``: prices or a book in, a hedge recommendation out."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch._formatting import day, describe
from hedgeresearch.cli.models import ModelName, model_of
from hedgeresearch.cli.output import OUTPUT, check_output, heard_warnings, tell, working, write
from hedgeresearch.cli.price_source import Asset, Dataset, Hedge, Prices, choose_prices, title
from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.notional import NotionalRecommendation, recommend_for_notional
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_target
from hedgeresearch.report.tables import amount, contracts

NOTIONAL = 1e6
"""Value held, where nothing else is said."""


def recommend(
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    notional: Annotated[
        float | None,
        typer.Option(
            help="Value held, in currency; negative for a short position.  [default: 1000000]"
        ),
    ] = None,
    model: Annotated[
        ModelName | None, typer.Option(help="How the hedge ratio is estimated.  [default: regime]")
    ] = None,
    position: Annotated[
        Path | None,
        typer.Option(
            help="A YAML file with position, instruments and prices (docs/book.md), instead."
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="With --position: write an HTML report to this file, too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the recommendation as JSON to this file, too.")
    ] = None,
) -> None:
    """Recommend what to sell against a position, over the period after the last price."""
    if position is not None:
        given = {
            "dataset": dataset,
            "prices": prices,
            "asset": asset,
            "hedge": hedge,
            "notional": notional,
            "model": model,
        }
        _refuse_beside_position([name for name, value in given.items() if value is not None])
        _recommend_for_book(position, report, as_json, output)
        return
    if report is not None:
        raise DataError(
            "--report needs --position BOOK.yaml: a report is of a position in contracts (docs/book.md)."
        )
    table, asset, hedges = choose_prices(dataset, prices, asset, hedge)
    chosen = model_of(model or ModelName.regime)
    check_output(output, prices)
    data = table if chosen.traits.input == "prices" else returns_of(table[[asset, *hedges]])
    result = recommend_for_notional(
        chosen.fit(data[asset], data[hedges]), NOTIONAL if notional is None else notional
    )
    _tell(
        json.dumps(result.to_dict(), indent=2),
        _text_of_notional(result, table.attrs),
        as_json,
        output,
    )


def _recommend_for_book(
    book: Path, report: Path | None, as_json: bool, output: Path | None
) -> None:
    from hedgeresearch.cli.book.position import recommendation_of
    from hedgeresearch.report.report import NAME, write_report

    for path, what in ((output, OUTPUT), (report, NAME)):
        if path is not None:
            check_target(path, what)
    with heard_warnings() as told:
        result = recommendation_of(book, {OUTPUT: output, "--report": report})
        with working("intervals and risks"):
            record = result.to_json() if as_json or output is not None else ""
            text = "" if as_json else _text_of_book(result)
        if report is not None:
            write_report(result, report, told)
    _tell(record, text, as_json, output)


def _refuse_beside_position(options: list[str]) -> None:
    if options:
        raise DataError(
            f"--position says what is hedged and how; leave out --{options[0]}, or put it into the book."
        )


def _tell(record: str, text: str, as_json: bool, output: Path | None) -> None:
    if output is not None:
        write(output, record)
    if as_json:
        typer.echo(record)
    else:
        tell(text)


def _text_of_notional(result: NotionalRecommendation, attrs: Mapping[Any, Any]) -> str:
    table = result.summary.assign(sell=result.sell.map("{:,.0f}".format)).to_string(
        float_format="{:.3f}".format
    )
    head = f"Data: {title(attrs)}, to {day(result.as_of)}.\nModel: {result.model}"
    return "\n\n".join([_wrapped(head), _wrapped(result.sentence), table])


def _text_of_book(result: Recommendation) -> str:
    market = result.book.market
    head = f"Data: {title(market.attrs)}, to {day(result.as_of)}.\nModel: {describe(result.book.fit.model)}"
    summary = result.summary.to_string(formatters=_written(result.summary))
    parts = [_wrapped(head), _wrapped(result.decision), summary]
    orders = result.orders.drop(columns="reason")  # reasons are told below
    if len(orders):
        parts.append(orders.to_string(index=False, formatters=_written(orders)))
    reasons = (
        textwrap.fill(f"- {reason}", 100, subsequent_indent="  ") for reason in result.reasons
    )
    return "\n\n".join([*parts, "\n".join(reasons)])


def _written(table: pd.DataFrame) -> dict[str, Callable[[Any], str]]:
    """How each column of numbers is written: what is traded in full."""
    in_full = ("held", "to hold", "trade", "contracts")
    numeric = table.select_dtypes("number").columns
    return {str(name): contracts if name in in_full else amount for name in numeric}


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, 100) for line in text.splitlines())
