"""Backtests of many pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import ShownTable, line_and_table
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.plots import plot_gains_by_pair
from hedgeresearch.metrics.hedge_effectiveness import effectiveness


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class BacktestPanel:
    """Backtest of each of several pairs, by the name of the pair.

    Attributes
    ----------
    backtests : dict of Backtest

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
    >>> pairs = {
    ...     "there": (returns["asset"], returns[["hedge"]]),
    ...     "back": (returns["hedge"], returns[["asset"]]),
    ... }
    >>> panel = hr.walk_forward_panel({}, pairs, window=400)
    >>> panel
    BacktestPanel(2 pairs, 2 models)
    >>> panel.effectiveness.round(3)
    model  naive    ols
    pair
    there  0.002  0.231
    back  -0.003  0.241
    >>> int(panel.failed_refits.sum().sum()), panel.judged is panel
    (0, True)
    >>> panel.summary.iloc[:, :3].round(3)
    over 1 business day, execution lag 0  mean effectiveness    min  median
    model
    naive                                             -0.001 -0.003  -0.001
    ols                                                0.236  0.231   0.236
    >>> panel.over("1w").effectiveness.round(3)
    model  naive    ols
    pair
    there  0.175  0.378
    back   0.279  0.362
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
        return f"BacktestPanel({len(self)} pairs, {self._n_models} models{self._closes_note})"

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)

    @property
    def _n_models(self) -> int:
        return max(len(backtest.models) for backtest in self.backtests.values())

    @property
    def _closes_note(self) -> str:
        """Return, after semicolons, which pairs single periods cannot judge."""
        number = sum(one.judged is not one for one in self.backtests.values())
        note = ""
        if number > 0:
            note = f"; closes of {counted(number, 'pair')} are not simultaneous, see judged"
        short = [pair for pair, one in self.backtests.items() if one.too_short_to_judge]
        if short:
            note += f"; closes of {', '.join(short)} are not simultaneous on too few dates to judge"
        return note

    @property
    def judged(self) -> BacktestPanel:
        """Panel of the same hedges over a horizon that can judge them for all pairs.

        It is this panel, unless closes of a pair are not simultaneous and the horizon is shorter
        than five periods: then it is the one over five. Pairs with too few dates for that keep
        their horizon; the panel names those whose closes are not simultaneous.
        """
        if all(one.judged is one for one in self.backtests.values()):
            return self
        backtests = {pair: one.over_long_horizon for pair, one in self.backtests.items()}
        return replace(self, backtests=backtests)

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Plot the gain of each model over OLS on each pair as a point, and their median as a bar.

        The model with the largest median comes first.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> panel = hr.walk_forward_panel({}, {"one": (returns["asset"], returns[["hedge"]])}, 400)
        >>> panel.plot().get_xlabel()
        'variance removed less that of OLS, points'
        """
        table = self.effectiveness
        gains = 100.0 * table.drop(columns="ols").sub(table["ols"], axis=0)
        return shown(plot_gains_by_pair(gains, ax), interactive=interactive)

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
        how long after the decision hedges were traded, and of how many pairs the closes are not
        simultaneous.
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
        words = "; ".join(sorted(evaluations))
        return ShownTable(summary.rename_axis(f"{words}{self._closes_note}", axis=1))
