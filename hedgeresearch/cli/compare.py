"""``hedgeresearch compare``: compare hedges out of sample."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from hedgeresearch._csv import to_csv_text
from hedgeresearch._formatting import day
from hedgeresearch.cli.models import BENCHMARKS, ModelName, named_model, parse_model_names
from hedgeresearch.cli.output import check_output, print_text, write_output
from hedgeresearch.cli.price_source import Asset, Dataset, Hedge, Prices, choose_prices, title
from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.evaluation.results.backtest import Backtest

Models = Annotated[str, typer.Option(help=f"Models, separated by commas: {', '.join(ModelName)}.")]
WindowLength = Annotated[int, typer.Option(help="Observations in each estimation window.")]
RefitEvery = Annotated[int, typer.Option(help="Observations between estimations.")]
Jobs = Annotated[int, typer.Option(help="Number of processes; -1 for one per core.")]
CheckpointFolder = Annotated[
    Path | None, typer.Option(help="Folder for finished work; an interrupted run continues there.")
]
TableFile = Annotated[Path | None, typer.Option(help="Also write the table as CSV to this file.")]


def compare_hedges(  # noqa: PLR0913 (the options of the command)
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    models: Models = "naive,ols,ewma,dcc,regime",
    window: WindowLength = 1000,
    refit_every: RefitEvery = 20,
    jobs: Jobs = 1,
    checkpoint: CheckpointFolder = None,
    output: TableFile = None,
) -> None:
    """Compare hedges out of sample: estimate on past data, hedge the days after, repeat."""
    table, asset, hedges = choose_prices(dataset, prices, asset, hedge)
    returns = returns_of(table[[asset, *hedges]])
    names = parse_model_names(models)
    check_output(output, prices)
    backtest = walk_forward(
        {name.value: named_model(name) for name in names if name not in BENCHMARKS},
        returns[asset],
        returns[hedges],
        window,
        refit_every,
        n_jobs=jobs,
        checkpoint=checkpoint,
    )
    text = _describe(backtest, title(table.attrs))
    if output is not None:
        write_output(output, to_csv_text(backtest.summary, index=True).removesuffix("\n"))
    print_text(text)


def _describe(backtest: Backtest, data: str) -> str:
    """Return the data, the table of results and the sentences of the comparison."""
    comparison = backtest.compare()
    dates = backtest.hedged_returns.index
    head = f"Data: {data}; {len(dates)} observations out of sample, to {day(dates[-1])}."
    table = backtest.summary.to_string(float_format="{:.4f}".format)
    sentences = [*comparison.sentences, comparison.conclusion]
    wrapped = [textwrap.fill(sentence, 100) for sentence in sentences]
    return "\n".join([head, "", table, "", *wrapped])
