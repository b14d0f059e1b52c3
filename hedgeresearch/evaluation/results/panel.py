"""Backtests of many pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.metrics.hedge_effectiveness import effectiveness


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class BacktestPanel:
    """Backtest of each of several pairs, by the name of the pair.

    Attributes
    ----------
    backtests : dict of Backtest
    """

    backtests: dict[str, Backtest]

    def __getitem__(self, pair: str) -> Backtest:
        if pair not in self.backtests:
            raise DataError(f"pair must be one of {list(self.backtests)}; got {pair!r}.")
        return self.backtests[pair]

    def __iter__(self) -> Iterator[str]:
        return iter(self.backtests)

    def __len__(self) -> int:
        return len(self.backtests)

    def __repr__(self) -> str:
        return f"BacktestPanel({len(self)} pairs, {self.effectiveness.shape[1]} models)"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.summary.to_html(float_format='{:.4g}'.format)}"

    def over(self, horizon: Horizon) -> BacktestPanel:
        """Return the same backtests, evaluated over returns of another horizon.

        Parameters
        ----------
        horizon : int or time
        """
        backtests = {pair: backtest.over(horizon) for pair, backtest in self.backtests.items()}
        return replace(self, backtests=backtests)

    @property
    def effectiveness(self) -> pd.DataFrame:
        """Share of variance that each model removed from each pair, (n_pairs, n_models).

        It is that of returns over the horizon of each backtest; NaN where a model never hedged.
        """
        rows = {}
        for pair, backtest in self.backtests.items():
            returns = backtest.hedged_returns
            rows[pair] = {
                name: math.nan
                if name in backtest.never_hedged
                else effectiveness(returns[name], returns["unhedged"])
                for name in returns.columns.drop("unhedged")
            }
        table = pd.DataFrame.from_dict(rows, orient="index")
        return table.rename_axis("pair").rename_axis("model", axis=1)

    @property
    def failed_refits(self) -> pd.DataFrame:
        """Number of failed refits of each model, (n_pairs, n_models)."""
        rows = {pair: backtest.failed_refits for pair, backtest in self.backtests.items()}
        return pd.DataFrame(rows).T.rename_axis("pair").rename_axis("model", axis=1)

    @property
    def summary(self) -> pd.DataFrame:
        """Effectiveness over all pairs, pairs better than the benchmarks, failed refits.

        It has one row per model. The name of its columns says over which horizon the returns are,
        and how long after the decision hedges were traded.
        """
        table = self.effectiveness
        summary = pd.DataFrame(
            {
                "mean effectiveness": table.mean(),
                "min": table.min(),
                "median": table.median(),
                "max": table.max(),
                "pairs better than ols": table.gt(table["ols"], axis=0).sum(),
                "pairs better than naive": table.gt(table["naive"], axis=0).sum(),
                "failed refits": self.failed_refits.sum(),
            }
        ).reindex(table.columns)
        # the periods of the pairs may differ in length, as their dates may
        evaluations = {backtest.evaluation for backtest in self.backtests.values()}
        return summary.rename_axis("; ".join(sorted(evaluations)), axis=1)
