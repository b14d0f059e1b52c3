"""Figures of a backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hedgeresearch.evaluation.comparison.losses import variance_loss
from hedgeresearch.plotting import COLORS, new_axes, plot_intervals, plot_lines

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


def plot_gains_by_pair(gains: pd.DataFrame, ax: Axes | None) -> Axes:
    """Plot the gain of each model on each pair (n_pairs, n_models), the best median at the top."""
    axes = new_axes(ax)
    medians = gains.median().sort_values()
    for row, name in enumerate(medians.index):
        axes.plot(gains[name], np.full(len(gains), row), "o", color=COLORS[0], alpha=0.4, ms=4.0)
    rows = np.arange(len(medians))
    axes.plot(medians.to_numpy(), rows, "|", color="black", ms=14.0, mew=2.0)
    axes.axvline(0.0, color="0.6", lw=0.8, zorder=0)
    axes.set_yticks(rows, [str(name) for name in medians.index])
    axes.set_xlabel("variance removed less that of OLS, points")
    axes.margins(y=0.1)
    return axes
