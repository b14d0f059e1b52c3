"""A book in YAML: position, instruments, prices, model and aims, described in docs/book.md, and what it leads to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from hedgeresearch import datasets
from hedgeresearch.cli.book_instruments import instruments_from, terms_of
from hedgeresearch.cli.book_models import model_from
from hedgeresearch.cli.models import ModelName, model_of
from hedgeresearch.cli.yaml_tree import Entry, did_you_mean, read_tree
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.costs import Costs
from hedgeresearch.evaluation.tournament import Tournament
from hedgeresearch.evaluation.walk_forward import walk_forward
from hedgeresearch.hedges.hedge_fit import HedgeModel
from hedgeresearch.prices import read_prices
from hedgeresearch.recommendation.aims import Limits, Margin, Objective, Rebalancing
from hedgeresearch.recommendation.market import Market
from hedgeresearch.recommendation.position import Position
from hedgeresearch.recommendation.recommend import recommend
from hedgeresearch.recommendation.recommendation import Recommendation

FIELDS = {
    "": (
        "data", "position", "instruments", "holdings", "returns", "model", "objective", "limits", "rebalancing",
        "margin", "tournament", "level", "seed",
    ),
    "data": ("file", "dataset", "date", "source", "rates", "funding"),
    "objective": ("beta", "net"),
    "limits": ("contracts", "gross", "max_instruments"),
    "rebalancing": ("tracking_error", "risk_aversion", "impact", "reversion"),
    "margin": ("collateral", "horizon", "probability"),
    "tournament": ("window", "refit_every", "models"),
}  # fmt: skip
"""The fields of a book and of its sections."""
BENCHMARKS = ("naive", "ols")
"""In every tournament."""


def recommendation_of(path: Path) -> Recommendation:
    """The recommendation for a book.

    Raises
    ------
    DataError
        If the file is no book; the message names the line and the field.
    """
    root = read_tree(path)
    parts = root.section(FIELDS[""], required=("data", "position", "instruments"))
    with parts["position"].placed():
        position = Position(_numbers(parts["position"]))
    instruments = instruments_from(parts["instruments"])
    market = _market(parts, path.parent, [one.name for one in instruments])
    name, model = model_from(parts["model"]) if "model" in parts else ("regime", model_of(ModelName.regime))
    kind: Any = parts["returns"].choice(("simple", "difference")) if "returns" in parts else "simple"
    arguments = _aims(parts)
    with root.placed():
        returns = market.returns(position, instruments, kind)
        fit = model.fit(
            *(_prices(market, position, instruments) if getattr(model, "needs", "returns") == "prices" else returns)
        )
    if "tournament" in parts:
        arguments["tournament"] = _tournament(parts["tournament"], {name: model}, returns, instruments)
    with root.placed():
        return recommend(fit, position=position, instruments=instruments, market=market, **arguments)


# --- prices ---


def _market(parts: dict[str, Entry], folder: Path, instruments: list[str]) -> Market:
    """The columns that the book names, with their rates and funding."""
    data = parts["data"].section(FIELDS["data"])
    rates, funding = (data[name].mapping() if name in data else {} for name in ("rates", "funding"))
    needed = dict(parts["position"].mapping())
    for name, item in zip(instruments, parts["instruments"].items(), strict=True):
        needed.setdefault(name, item)
    for entry in (*(one for one in rates.values() if isinstance(one.content, str)), *funding.values()):
        needed.setdefault(entry.text(), entry)
    known = [*parts["position"].mapping(), *instruments]
    for name, entry in (*rates.items(), *funding.items()):
        if name not in known:
            entry.refuse(f"must be of what is held or hedges, {', '.join(known)}.{did_you_mean(name, known)}")
    converted = {name: one.content if isinstance(one.content, str) else one.number() for name, one in rates.items()}
    table = _table(parts["data"], folder, needed)
    with parts["data"].placed():
        return Market(table, converted, {name: one.text() for name, one in funding.items()})


def _table(entry: Entry, folder: Path, needed: dict[str, Entry]) -> pd.DataFrame:
    """The columns that are needed, of a file or a bundled table."""
    data = entry.mapping()
    if ("file" in data) == ("dataset" in data):
        entry.refuse("must have 'file', prices of your own, or 'dataset', a bundled table: one of the two.")
    if "dataset" in data:
        with data["dataset"].placed():
            table = datasets.load(data["dataset"].text())
        for name, where in needed.items():
            if name not in table.columns:
                known = list(table.columns)
                where.refuse(
                    f"must be a column of the table: {', '.join(known)}; got {name!r}.{did_you_mean(name, known)}"
                )
        table = table[list(needed)]
    else:
        date = data["date"].text() if "date" in data else None
        try:
            table = read_prices(folder / data["file"].text(), list(needed), date)
        except DataError as error:
            where = next((one for name, one in needed.items() if f"got {name!r}" in str(error)), data["file"])
            with where.placed():
                raise
        table.attrs["source"] = data["file"].text()
    if "source" in data:
        table.attrs["source"] = data["source"].text()
    return table


def _prices(market: Market, position: Position, instruments: list[Any]) -> tuple[pd.Series[float], pd.DataFrame]:
    """What a model of prices is fitted on."""
    if position.is_book:
        raise DataError(
            "model must work on returns where several assets are held; this one takes prices. Choose ols, for example."
        )
    asset, table = position.assets[0], market.table
    rate = market.rates.get(asset, 1.0)
    values = table[asset] * (table[rate] if isinstance(rate, str) else rate)
    return values.rename(asset), table[[one.name for one in instruments]]


# --- aims ---


def _aims(parts: dict[str, Entry]) -> dict[str, Any]:
    """Those arguments of ``recommend`` that the book gives."""
    found: dict[str, Any] = {}
    if "holdings" in parts:
        found["holdings"] = _numbers(parts["holdings"])
    if "level" in parts:
        found["level"] = parts["level"].number()
    if "seed" in parts:
        found["seed"] = parts["seed"].whole()
    for name, kind in (("objective", Objective), ("limits", Limits), ("rebalancing", Rebalancing), ("margin", Margin)):
        if name in parts:
            entries = parts[name].section(FIELDS[name])
            values = {key: _aim(key, entry) for key, entry in entries.items()}
            with parts[name].placed():
                found[name] = kind(**values)
    return found


def _aim(name: str, entry: Entry) -> Any:
    if name in ("max_instruments", "horizon"):
        return entry.whole()
    if name == "contracts":
        return {key: _limit(one) for key, one in entry.mapping().items()}
    return _numbers(entry) if name == "collateral" or isinstance(entry.content, dict) else entry.number()


def _limit(entry: Entry) -> Any:
    return tuple(one.number() for one in entry.items()) if isinstance(entry.content, list) else entry.number()


def _numbers(entry: Entry) -> dict[str, float]:
    return {name: one.number() for name, one in entry.mapping().items()}


def _tournament(
    entry: Entry, recommended: dict[str, HedgeModel], returns: tuple[pd.Series[float], pd.DataFrame], instruments: Any
) -> Tournament:
    """The recommended model and others out of sample; costs are those of the instruments."""
    parts = entry.section(FIELDS["tournament"])
    models = dict(recommended)
    for item in parts["models"].items() if "models" in parts else []:
        name, model = model_from(item)
        models.setdefault(name, model)
    entrants = {name: model for name, model in models.items() if name not in BENCHMARKS}
    settings: dict[str, Any] = {"refit_every": parts["refit_every"].whole()} if "refit_every" in parts else {}
    if "window" in parts:
        settings["window"] = "expanding" if parts["window"].content == "expanding" else parts["window"].whole()
    terms = terms_of(instruments)
    cost = Costs({one.name: one.half_spread for one in terms}, {one.name: one.fee for one in terms})
    with entry.placed():
        return walk_forward(entrants, *returns, **settings, cost=cost, progress=False)
