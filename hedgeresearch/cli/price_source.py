"""Which prices a command works on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch import datasets
from hedgeresearch.data.prices import read_prices
from hedgeresearch.errors import DataError

Dataset = Annotated[
    str | None,
    typer.Option(
        help="A table that `hedgeresearch datasets` lists; nasdaq_sp500 if no prices are given."
    ),
]
Prices = Annotated[
    Path | None, typer.Option(help="A CSV or Parquet file of prices, dates in its first column.")
]
Asset = Annotated[str | None, typer.Option(help="Column of the position to hedge.")]
Hedge = Annotated[
    list[str] | None, typer.Option(help="Column of a hedge; may be given several times.")
]


def choose_prices(
    dataset: str | None, file: Path | None, asset: str | None, hedges: list[str] | None
) -> tuple[pd.DataFrame, str, list[str]]:
    """The table and its columns: those of a listed table by default, named ones from a file."""
    if file is not None:
        if dataset is not None:
            raise DataError("give --dataset or --prices, not both.")
        if asset is None or not hedges:
            raise DataError(
                "--prices needs --asset COLUMN and --hedge COLUMN: which column is held, which hedges it."
            )
        _check_different(asset, hedges)
        return read_prices(file, columns=[asset, *hedges]), asset, hedges
    table = datasets.load(dataset or "nasdaq_sp500")
    asset = asset or table.attrs.get("asset")
    hedges = hedges or table.attrs.get("hedges", "").split()
    if asset is None or not hedges:
        raise DataError(
            f"the table {dataset!r} is no example of a hedge; say --asset COLUMN and --hedge COLUMN "
            f"(it holds {', '.join(table.columns)})."
        )
    absent = [name for name in (asset, *hedges) if name not in table.columns]
    if absent:
        raise DataError(f"columns must be among {', '.join(table.columns)}; got {absent[0]!r}.")
    _check_different(asset, hedges)
    return table, asset, hedges


def _check_different(asset: str, hedges: list[str]) -> None:
    names = [asset, *hedges]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError(f"asset and hedges must be different columns; {twice[0]!r} is given twice.")


def title(attrs: Mapping[Any, Any]) -> str:
    return str(attrs.get("title", attrs.get("source", "prices")))
