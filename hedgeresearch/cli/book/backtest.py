"""Backtest of a book: its model and others out of sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.models import NamedModel, read_model
from hedgeresearch.cli.inputs.models import BENCHMARKS
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.evaluation.engine.schedule import (
    MIN_EXPANDING_WINDOW,
    Window,
    default_window,
)
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.default import named_hedge
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.recommendation.inputs.costs.backtest_costs import backtest_costs
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.selection import allowing_for_closes, entrants

BACKTEST_FIELDS = ("window", "refit_every", "horizon", "execution_lag", "models")


def run_backtest(
    entry: Entry,
    recommended: NamedModel | None,
    returns: tuple[pd.Series[float], pd.DataFrame],
    instruments: Sequence[Instrument],
    market: Market,
    seed: int,
) -> Backtest:
    """Return the backtest of the recommended model, other models of the book and the benchmarks.

    Costs are those of the instruments, as shares of value; they are left out where returns are
    differences of prices. A fee per contract counts as the mean of its shares over the dates.
    Without a recommended model, and with none named, the models of a tournament take part.
    """
    parts = entry.section(BACKTEST_FIELDS)
    settings = {"window": default_window(len(returns[0]))} | _read_schedule(parts)
    others = [read_model(item) for item in parts["models"].items()] if "models" in parts else []
    if recommended is None and "models" not in parts:
        others = _models_of_tournament(settings["window"], returns)
    if returns[0].attrs["returns"] == "simple":
        settings["cost"] = backtest_costs(instruments, market)
    with entry.locate_errors():
        return walk_forward(
            distinct_models(others if recommended is None else [recommended, *others]),
            *returns,
            **settings,
            seed=seed,
        )


def _models_of_tournament(
    window: Window, returns: tuple[pd.Series[float], pd.DataFrame]
) -> list[NamedModel]:
    """Return the models among which ``model: best`` chooses where a book names none."""
    asset, hedges = returns
    n_dates = MIN_EXPANDING_WINDOW if window == "expanding" else int(window)
    models = entrants(None, n_dates, hedges.shape[1]) | allowing_for_closes(asset, hedges)
    return [NamedModel(name, model) for name, model in models.items()]


def _read_schedule(parts: dict[str, Entry]) -> dict[str, Any]:
    """Return the window and the other numbers of the schedule, where they are given."""
    settings: dict[str, Any] = {}
    for name in ("refit_every", "execution_lag"):
        if name in parts:
            settings[name] = parts[name].integer()
    if "horizon" in parts:
        settings["horizon"] = parts["horizon"].horizon()
    if "window" in parts:
        window = parts["window"]
        settings["window"] = "expanding" if window.content == "expanding" else window.integer()
    return settings


def distinct_models(models: Sequence[NamedModel]) -> dict[str, HedgeModel]:
    """Return each model once, without the benchmarks, by a name that no other has.

    It is the short name, or the model with its settings where several have the same short name.
    """
    entrants = [NamedModel(name.value, named_hedge(name)) for name in BENCHMARKS]
    for candidate in models:
        if all(candidate.model != entrant.model for entrant in entrants):
            entrants.append(candidate)
    names = [entrant.name for entrant in entrants]
    return {
        describe(model) if names.count(name) > 1 else name: model
        for name, model in entrants[len(BENCHMARKS) :]
    }
