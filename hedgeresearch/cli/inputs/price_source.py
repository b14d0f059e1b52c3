"""Options that say which prices a command uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch import datasets
from hedgeresearch.cli.inputs.price_options import Reading, errors_in_shell_words
from hedgeresearch.errors import DataError

DEFAULT_DATASET = "nasdaq_sp500"

Dataset = Annotated[
    str | None,
    typer.Option(
        help="Name of a table that `hedgeresearch datasets` lists; "
        f"{DEFAULT_DATASET} if no prices are given."
    ),
]
Prices = Annotated[
    Path | None,
    typer.Option(
        help="Text file, spreadsheet or Parquet file of prices, with dates in the first column."
    ),
]
Asset = Annotated[str | None, typer.Option(help="Column of the position to hedge.")]
Hedge = Annotated[
    list[str] | None, typer.Option(help="Column of a hedge; repeat the option for several.")
]


def choose_prices(
    dataset: str | None,
    file: Path | None,
    asset: str | None,
    hedges: list[str] | None,
    reading: Reading,
) -> tuple[pd.DataFrame, str, list[str]]:
    """Return the table of prices, the column of the asset and the columns of the hedges.

    A listed table has columns of its own for asset and hedges; those of a file must be named. The
    table has the columns that are used, at the frequency that is used.
    """
    if file is None:
        reading.check_no_file_options()
        table, asset, hedges = _listed_prices(dataset or DEFAULT_DATASET, asset, hedges)
        return _sampled(table[[asset, *hedges]], reading), asset, hedges
    if dataset is not None:
        raise DataError("pass --dataset or --prices, not both.")
    if asset is None or not hedges:
        raise DataError(
            "--prices needs --asset COLUMN and --hedge COLUMN: the column that is held and the "
            "column that hedges it."
        )
    _check_different(asset, hedges)
    with errors_in_shell_words():
        table = reading.read(file, [asset, *hedges])
    return _sampled(table, reading), asset, hedges


def _sampled(table: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    with errors_in_shell_words():
        return reading.sampled(table)


def _listed_prices(
    dataset: str, asset: str | None, hedges: list[str] | None
) -> tuple[pd.DataFrame, str, list[str]]:
    table = datasets.load(dataset)
    asset = asset or table.attrs.get("asset")
    hedges = hedges or table.attrs.get("hedges", "").split()
    columns = ", ".join(table.columns)
    if asset is None or not hedges:
        raise DataError(
            f"the table {dataset!r} has no default asset and hedge; pass --asset COLUMN and "
            f"--hedge COLUMN (its columns are {columns})."
        )
    absent = [name for name in (asset, *hedges) if name not in table.columns]
    if absent:
        raise DataError(f"columns must be among {columns}; got {absent[0]!r}.")
    _check_different(asset, hedges)
    return table, asset, hedges


def _check_different(asset: str, hedges: list[str]) -> None:
    names = [asset, *hedges]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError(f"asset and hedges must be different columns; {twice[0]!r} is given twice.")


def title(attrs: Mapping[Any, Any]) -> str:
    """Return the title of a table, or its source if it has none."""
    return str(attrs.get("title", attrs.get("source", "prices")))
