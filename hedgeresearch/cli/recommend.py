"""``hedgeresearch recommend``: prices in, a hedge recommendation out."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hedgeresearch._wording import day
from hedgeresearch.cli.choice import Asset, Dataset, Hedge, Prices, choose_prices, title
from hedgeresearch.cli.models import ModelName, model_of
from hedgeresearch.cli.output import check_output, write
from hedgeresearch.recommendation.notional import NotionalRecommendation, recommend_for_notional
from hedgeresearch.returns import returns as returns_of


def recommend(
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    notional: Annotated[float, typer.Option(help="Value held, in currency; negative for a short position.")] = 1e6,
    model: Annotated[ModelName, typer.Option(help="How the hedge ratio is estimated.")] = ModelName.regime,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write the recommendation as JSON to this file, too.")] = None,
) -> None:
    """Recommend what to sell against a position, over the period after the last price."""
    table, asset, hedges = choose_prices(dataset, prices, asset, hedge)
    chosen = model_of(model)
    check_output(output)
    given = table if getattr(chosen, "needs", "returns") == "prices" else returns_of(table[[asset, *hedges]])
    result = recommend_for_notional(chosen.fit(given[asset], given[hedges]), notional)
    text = json.dumps(result.to_dict(), indent=2)
    if output is not None:
        write(output, text)
    if as_json:
        typer.echo(text)
    else:
        _show(result, table.attrs)


def _show(result: NotionalRecommendation, attrs: Mapping[Any, Any]) -> None:
    table = result.summary.assign(sell=result.sell.map("{:,.0f}".format)).to_string(float_format="{:.3f}".format)
    paragraphs = [f"Data: {title(attrs)}, to {day(result.as_of)}.\nModel: {result.model}", result.sentence]
    for paragraph in paragraphs:
        typer.echo("\n".join(textwrap.fill(line, 100) for line in paragraph.splitlines()) + "\n")
    typer.echo(table)
