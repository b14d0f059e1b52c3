"""A backtest as a tournament: which of its models to use, and by what numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.losses import MIN_OBSERVATIONS
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.trades import turnover_of_blocks
from hedgeresearch.model_table import MODELS

FEW_OBSERVATIONS = 100
"""Number of observations out of sample below which results are few."""
TURNOVER = "turnover after entry"
COST = "cost after entry"
"""Columns of what a model trades and costs after the first date."""
SAME_COST = 1e-9
"""Difference of two costs, or two turnovers, that counts as rounding."""
PLACES = {entry.model: place for place, entry in enumerate(MODELS)}
"""Places of the models in the table of all models, which goes from simple to elaborate."""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False)
class Tournament:
    """The models of a backtest, from simple to elaborate, and the one to use.

    Attributes
    ----------
    table : DataFrame (n_models, 4)
        effectiveness: share of variance removed out of sample; turnover after entry: sum of the
        absolute changes of the ratios after the first date, in notionals of the asset; cost after
        entry: of trading and carry after that date, as a fraction of that notional, NaN for a
        backtest without costs; and whether the model is in the confidence set. The first date, on
        which each hedge is entered, is left out, so that a larger ratio is not a dearer model;
        ``turnover`` and ``cost`` of ``Backtest.summary`` and ``Backtest.measures`` have it.
    best : str
        Model of the set with the lowest price, apart from those that are beaten; the simplest of
        several with the same price.
    confidence : float
        Confidence of the set.
    n_dates : int
        Number of observations out of sample.
    horizon : int
        Number of periods of the returns that are compared.
    span : str
        First and last date after the entry, such as "2020-01-02 to 2024-06-28"; "" if not known.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).loc["2015":]
    >>> models = {"rolling": hr.RollingOLSHedge(60)}
    >>> pair = (returns["NASDAQ"], returns[["SP500"]])
    >>> backtest = hr.walk_forward(models, *pair, window=500, refit_every=250)
    >>> tournament = hr.recommendation.assess_tournament(backtest)
    >>> tournament.table.round(3)
             effectiveness  turnover after entry  cost after entry  in set
    model
    naive            0.869                 0.000               NaN   False
    ols              0.889                 0.108               NaN    True
    rolling          0.891                 5.151               NaN    True
    >>> tournament.kept, tournament.has_costs, tournament.price.round(2).to_dict()
    (['ols', 'rolling'], False, {'naive': 0.0, 'ols': 0.11, 'rolling': 5.15})
    >>> tournament.beaten, tournament.simpler_and_better("rolling")
    ({}, [])
    """

    table: pd.DataFrame
    best: str
    confidence: float
    n_dates: int
    horizon: int = 1
    span: str = ""

    @property
    def kept(self) -> list[str]:
        """Names of the models in the confidence set, from simple to elaborate."""
        return [str(name) for name in self.table.index[self.table["in set"]]]

    @property
    def price(self) -> pd.Series[float]:
        """Cost of each model after entry, or its turnover without costs, (n_models,)."""
        return self.table[COST if self.has_costs else TURNOVER]

    @property
    def has_costs(self) -> bool:
        """True where the backtest has costs."""
        return bool(self.table[COST].notna().all())

    @property
    def beaten(self) -> dict[str, str]:
        """Models of the set by which another removed more at no higher price, with the other."""
        return beaten_by_cheaper(self.table, self.price)

    def simpler_and_better(self, model: str, margin: float = 0.0) -> list[str]:
        """Return the models that are simpler than one and removed more, the best first.

        Parameters
        ----------
        model : name of the model
        margin : float, difference of the shares of variance from which one removed more
        """
        removed = self.table["effectiveness"]
        before = removed.iloc[: list(removed.index).index(model)]
        better = before[before > removed[model] + margin]
        return [str(name) for name in better.sort_values(ascending=False).index]


@exported_by("hedgeresearch.recommendation")
def assess_tournament(backtest: Backtest) -> Tournament:
    """Return which model of a backtest to use.

    It is the one of the 90% model confidence set that costs least: by what they removed, the models
    of the set are not distinguishable from the best. A model is left aside where another one
    removed more variance at no higher price. The set may keep such a model, as it drops models by
    the t statistics of their differences and not by their sizes.

    Parameters
    ----------
    backtest : Backtest
        At least 20 observations out of sample.

    Raises
    ------
    DataError
        If the backtest has fewer observations.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> models = {"rolling": hr.RollingOLSHedge(60)}
    >>> backtest = hr.walk_forward(models, asset, hedges, refit_every=250, progress=False)
    >>> found = assess_tournament(backtest)
    >>> found.best, found.kept
    ('rolling', ['rolling'])
    """
    n_dates = len(backtest.date_returns)
    if n_dates < MIN_OBSERVATIONS:
        raise DataError(
            f"a tournament must have at least {MIN_OBSERVATIONS} observations out of sample; "
            f"got {n_dates}. Use a longer sample or a shorter window."
        )
    # where closes are not simultaneous, single periods do not show which hedge is better
    backtest = backtest.judged
    comparison = backtest.compare()
    hedged = [str(name) for name in comparison.table.index]
    names = sorted(hedged, key=lambda name: complexity(backtest.models[name]))
    costs = backtest.costs[names].iloc[1:].sum() if backtest.costs.any(axis=None) else np.nan
    table = pd.DataFrame(
        {
            "effectiveness": comparison.table["effectiveness"].reindex(names),
            TURNOVER: [_turnover_after_entry(backtest, name) for name in names],
            COST: pd.Series(costs, index=names, dtype=float),
            "in set": comparison.table["in MCS"].reindex(names).astype(bool),
        },
        index=pd.Index(names, name="model"),
    )
    price = table[TURNOVER] if table[COST].isna().any() else table[COST]
    best = cheapest(table, price)
    dates = backtest.date_returns.index
    span = f"{day(dates[1])} to {day(dates[-1])}"
    return Tournament(table, best, 1.0 - comparison.mcs_size, n_dates, backtest.horizon, span)


def _turnover_after_entry(backtest: Backtest, name: str) -> float:
    """Return the turnover of a model without its trades on the first date."""
    ratio = backtest.ratio(name)
    entry = float(ratio.iloc[0].abs().sum())
    return max(turnover_of_blocks(ratio, backtest.rows) - entry, 0.0)


def beaten_by_cheaper(table: pd.DataFrame, price: pd.Series[float]) -> dict[str, str]:
    """Return the models of the set that another model beats, and the best of those.

    Parameters
    ----------
    table : DataFrame (n_models, 4), of a tournament
    price : Series (n_models,)
    """
    removed = table["effectiveness"]
    beaten = {}
    for name in map(str, table.index[table["in set"]]):
        better = removed[(price <= price[name] + SAME_COST) & (removed > removed[name])]
        if len(better):
            beaten[name] = str(better.idxmax())
    return beaten


def complexity(model: Any) -> tuple[int, ...]:
    """Return how elaborate a model is: its place in ``hr.list_models()``, then those of its parts.

    Models that are not in the table come last.
    """
    own = PLACES.get(type(model).__name__, len(PLACES))
    return (own, *chain.from_iterable(map(complexity, _parts(model))))


def _parts(model: Any) -> Iterator[Any]:
    """Yield the models among the settings of a model."""
    if not is_dataclass(model):
        return
    for field in fields(model):
        value = getattr(model, field.name)
        for item in _items(value):
            if type(item).__name__ in PLACES:
                yield item


def _items(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def cheapest(table: pd.DataFrame, price: pd.Series[float]) -> str:
    """Return the simplest of the models with the lowest price, of the set without the beaten."""
    kept = price[table["in set"]]
    unbeaten = kept.drop(list(beaten_by_cheaper(table, price)))
    # all are beaten where those that beat them are not in the set
    candidates = unbeaten if len(unbeaten) else kept
    return str(candidates.index[candidates <= candidates.min() + SAME_COST][0])
