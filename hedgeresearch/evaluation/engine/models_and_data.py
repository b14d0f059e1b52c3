"""Models and data of a walk-forward run, checked before any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._spacing import rows_in
from hedgeresearch.data.quality.checks.closes import find_other_closes
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.engine.schedule import Schedule
from hedgeresearch.evaluation.results.spans import check_spans_exist
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.model import HedgeModel, check_hedge_model
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.trading.costs import Costs, hedging_costs
from hedgeresearch.typing import Indices

UNHEDGED = "unhedged"


def with_benchmarks(models: Mapping[str, HedgeModel]) -> dict[str, HedgeModel]:
    """Return the models to compare, naive and OLS first.

    Raises
    ------
    DataError
        If one is not a hedge model, or has the name of a benchmark.
    """
    benchmarks: dict[str, HedgeModel] = {"naive": NaiveHedge(), "ols": OLSHedge()}
    if not isinstance(models, Mapping):
        raise DataError(
            f"models must be a dictionary of hedge models by name; got {type(models).__name__}. "
            "Pass for example {'dcc': MinimumVarianceHedge(DCC())}."
        )
    for name, model in models.items():
        if not isinstance(name, str) or not name:
            raise DataError(f"models must have texts for names; got {name!r}.")
        check_hedge_model(model, f"model {name!r}")
        if name == UNHEDGED or (name in benchmarks and model != benchmarks[name]):
            raise DataError(
                f"a model must not be called {name!r}; the name is taken by a benchmark. "
                "Choose another."
            )
    return benchmarks | dict(models)


@dataclass(frozen=True, eq=False)
class PairData:
    """Returns of an asset and its hedges, with the refits over them.

    Attributes
    ----------
    returns : DataFrame (n_dates, 1 + n_hedges), the asset first, with nothing but their kind in
        ``attrs``
    refits : list of Refit
    cost : Costs or None
    horizon : int, periods of the returns that are evaluated
    execution_lag : int, rows from the one that a ratio is made for to the first one that it hedges
    closes : DataProblem or None, closes that are not simultaneous
    """

    returns: pd.DataFrame
    refits: list[Refit]
    cost: Costs | None
    horizon: int
    execution_lag: int
    closes: DataProblem | None

    @classmethod
    def of(cls, asset: Any, hedges: Any, schedule: Schedule, cost: Costs | None) -> PairData:
        """Check returns, schedule and costs against each other.

        Raises
        ------
        DataError
            If the returns cannot be used, samples are too short for the hedges, the horizon is too
            long, or the costs do not fit the dates that are hedged.
        """
        returns, kind = join_returns(asset, hedges)
        refits = schedule.refits(len(returns))
        horizon = rows_in(schedule.horizon, returns.index)
        changes = Changes(returns.to_numpy(), returns.index, list(returns.columns), kind)
        closes = next(iter(find_other_closes(changes)), None)
        pair = cls(returns, refits, cost, horizon, schedule.execution_lag, closes)
        check_spans_exist(pair.hedged_positions(), horizon)
        _check_samples(pair.refits, returns.shape[1] + 2)
        if cost is not None:
            if kind == "difference":
                raise DataError(
                    "cost must be left out for differences of prices, as costs are fractions of "
                    "notional."
                )
            hedging_costs(pair.hedged_rows().iloc[:, 1:], cost)
        returns.attrs = {"returns": kind}
        return pair

    def hedged_positions(self) -> Indices:
        """Return the positions of the rows that are hedged, (n_hedged,)."""
        rows = [np.arange(refit.test_start, refit.test_stop) for refit in self.refits]
        return np.concatenate(rows) + self.execution_lag

    def hedged_rows(self) -> pd.DataFrame:
        """Return the rows that are hedged."""
        return self.returns.iloc[self.hedged_positions()]


def _check_samples(refits: list[Refit], minimum: int) -> None:
    """Refuse samples that are too short for the hedges."""
    shortest = min(refit.train_stop - refit.train_start for refit in refits)
    if shortest < minimum:
        raise DataError(
            f"window must be at least {minimum} for these hedges; got {shortest}. "
            "Choose a longer one."
        )
