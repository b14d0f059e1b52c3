"""The backtest of a book: what the recommended model and others did out of sample."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch.cli.book.models import model_from
from hedgeresearch.cli.book.yaml_tree import Entry
from hedgeresearch.cli.models import ModelName, model_of
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.trading.costs import Costs

BACKTEST = ("window", "refit_every", "models")
"""The fields of ``backtest``."""
BENCHMARKS = (ModelName.naive, ModelName.ols)
"""In every backtest, by these names."""


def backtest_from(
    entry: Entry,
    recommended: tuple[str, HedgeModel],
    returns: tuple[pd.Series[float], pd.DataFrame],
    instruments: list[Instrument],
    seed: int,
) -> Backtest:
    """The recommended model, those of the book and the benchmarks, walked forward at the costs of the instruments.

    Costs are shares of value, and left out where returns are differences of prices.
    """
    parts = entry.section(BACKTEST)
    others = [model_from(item) for item in parts["models"].items()] if "models" in parts else []
    settings: dict[str, Any] = (
        {"refit_every": parts["refit_every"].whole()} if "refit_every" in parts else {}
    )
    if "window" in parts:
        settings["window"] = (
            "expanding" if parts["window"].content == "expanding" else parts["window"].whole()
        )
    terms = [cast(Terms, one) for one in instruments]
    cost = Costs({one.name: one.half_spread for one in terms}, {one.name: one.fee for one in terms})
    if returns[0].attrs["returns"] == "simple":
        settings["cost"] = cost
    with entry.placed():
        return walk_forward(named_apart([recommended, *others]), *returns, **settings, seed=seed)


def named_apart(models: list[tuple[str, HedgeModel]]) -> dict[str, HedgeModel]:
    """Each model but the benchmarks once, by its short name, or in full where several have the same short name."""
    entrants = [(name.value, model_of(name)) for name in BENCHMARKS]
    for name, model in models:
        if all(model != other for _, other in entrants):
            entrants.append((name, model))
    names = [name for name, _ in entrants]
    return {
        describe(model) if names.count(name) > 1 else name: model
        for name, model in entrants[len(BENCHMARKS) :]
    }
