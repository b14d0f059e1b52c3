"""``hedgeresearch compare``: which hedge was better out of sample."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from hedgeresearch._formatting import day
from hedgeresearch.cli.models import ModelName, model_name, model_of
from hedgeresearch.cli.output import check_output, tell, write
from hedgeresearch.cli.price_source import Asset, Dataset, Hedge, Prices, choose_prices, title
from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.evaluation.engine.runner import walk_forward

BENCHMARKS = ("naive", "ols")
"""Always compared."""


def compare(
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    models: Annotated[
        str, typer.Option(help=f"Names from {', '.join(ModelName)}, separated by commas.")
    ] = "naive,ols,ewma,dcc,regime",
    window: Annotated[int, typer.Option(help="Dates in each estimation.")] = 1000,
    refit_every: Annotated[int, typer.Option(help="Dates between estimations.")] = 20,
    jobs: Annotated[int, typer.Option(help="Processes; -1 for one a core.")] = 1,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Folder of finished work, to go on after a break.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the table as CSV to this file, too.")
    ] = None,
) -> None:
    """Compare hedges out of sample: estimate on the past, hedge the days after, move on."""
    table, asset, hedges = choose_prices(dataset, prices, asset, hedge)
    returns = returns_of(table[[asset, *hedges]])
    entrants = {
        name.value: model_of(name)
        for name in map(model_name, models.split(","))
        if name not in BENCHMARKS
    }
    check_output(output, prices)
    study = walk_forward(
        entrants,
        returns[asset],
        returns[hedges],
        window,
        refit_every,
        n_jobs=jobs,
        checkpoint=checkpoint,
    )
    comparison = study.compare()
    if output is not None:
        write(output, study.summary.to_csv(lineterminator="\n").removesuffix("\n"))
    dates = study.hedged_returns.index
    tell(f"Data: {title(table.attrs)}; {len(dates)} dates out of sample, to {day(dates[-1])}.\n")
    tell(study.summary.to_string(float_format="{:.4f}".format) + "\n")
    for sentence in (*comparison.sentences, comparison.conclusion):
        tell(textwrap.fill(sentence, 100))
