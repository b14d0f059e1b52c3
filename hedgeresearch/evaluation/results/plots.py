"""Figures of a backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hedgeresearch.evaluation.comparison.losses import variance_loss
from hedgeresearch.plotting import plot_intervals, plot_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BENCHMARKS = {"naive": "0.6", "ols": "black"}
"""Shades of the benchmarks, distinct from the colors of the models."""


def plot_ratios(ratios: pd.DataFrame, note: str, ax: Axes | None) -> Axes:
    """Plot the sum of the ratios of each model over time."""
    totals = ratios.T.groupby(level=0, sort=False).sum().T
    return plot_lines(totals, ylabel="hedge ratio", note=note, references=BENCHMARKS, ax=ax)


def plot_cumulative(hedged_returns: pd.DataFrame, note: str, ax: Axes | None) -> Axes:
    """Plot the cumulative gain of each model over OLS, as a share of the asset's variance.

    The gain is the sum of squared hedged returns of OLS minus the sum of the model's, divided by
    the sum of the asset's squared returns. A line rises where the model does better than OLS, and
    ends at the gain in effectiveness.
    """
    return plot_lines(
        100.0 * saved_variance(hedged_returns),
        ylabel="variance saved against OLS,\n% of the asset's",
        note=note,
        references=BENCHMARKS,
        ax=ax,
    )


def saved_variance(hedged_returns: pd.DataFrame) -> pd.DataFrame:
    """Return the cumulative gain of each model over OLS, as a share of the asset's variance."""
    losses = hedged_returns.apply(
        lambda column: pd.Series(variance_loss(column.to_numpy()), column.index)
    )
    total = losses["unhedged"].sum()
    return -losses.drop(columns="unhedged").sub(losses["ols"], axis=0).cumsum() / total


def plot_effectiveness(summary: pd.DataFrame, note: str, ax: Axes | None) -> Axes:
    """Plot the effectiveness of each model, the best first, with the interval of its gain over OLS.

    A model that failed at every refit comes last.
    """
    models = summary.drop(index="unhedged").sort_values("effectiveness", ascending=False)
    base = models["effectiveness"] - models["gain on ols"]
    ends = models[["gain, lower", "gain, upper"]].add(base, axis=0)
    return plot_intervals(
        100.0 * models["effectiveness"],
        100.0 * ends.to_numpy(),
        reference=100.0 * float(summary["effectiveness"]["ols"]),
        xlabel="variance removed, % (95% interval of the difference to OLS)",
        note=note,
        ax=ax,
    )
