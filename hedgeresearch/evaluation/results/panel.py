"""The backtests of many pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.metrics.hedge_effectiveness import effectiveness


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class BacktestPanel:
    """A backtest for each of several pairs, by the name of the pair.

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
        return f"Study({len(self)} pairs, {self.effectiveness.shape[1]} models)"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.summary.to_html(float_format='{:.4g}'.format)}"

    @property
    def effectiveness(self) -> pd.DataFrame:
        """Share of variance that each model removed from each pair, (n_pairs, n_models)."""
        rows = {
            pair: {
                name: effectiveness(t.hedged_returns[name], t.hedged_returns["unhedged"])
                for name in t.hedged_returns.columns.drop("unhedged")
            }
            for pair, t in self.backtests.items()
        }
        return (
            pd.DataFrame.from_dict(rows, orient="index")
            .rename_axis("pair")
            .rename_axis("model", axis=1)
        )

    @property
    def failed_refits(self) -> pd.DataFrame:
        """How many refits failed, (n_pairs, n_models)."""
        rows = {pair: t.failed_refits for pair, t in self.backtests.items()}
        return pd.DataFrame(rows).T.rename_axis("pair").rename_axis("model", axis=1)

    @property
    def summary(self) -> pd.DataFrame:
        """Each model over all pairs: effectiveness, how often it beats OLS and the naive hedge, failed refits."""
        table = self.effectiveness
        return pd.DataFrame(
            {
                "mean effectiveness": table.mean(),
                "least": table.min(),
                "median": table.median(),
                "greatest": table.max(),
                "pairs better than ols": table.gt(table["ols"], axis=0).sum(),
                "pairs better than naive": table.gt(table["naive"], axis=0).sum(),
                "failed refits": self.failed_refits.sum(),
            }
        ).reindex(table.columns)
