"""Figures of Series and DataFrames: each draws on one Axes and returns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's palette, told apart by colour-blind readers too."""


def plot_lines(lines: pd.DataFrame, *, ylabel: str, note: str = "", ax: Axes | None = None) -> Axes:
    """Each column as a line over the dates, with a legend and a note (such as "in sample") in the title."""
    axes = _axes(ax)
    for column, colour in zip(lines.columns, _cycle(lines.shape[1]), strict=True):
        axes.plot(_dates(lines.index), lines[column], color=colour, linewidth=1.0, label=str(column))
    axes.legend(frameon=False, loc="best")
    return _finish(axes, ylabel, note)


def plot_probabilities(probabilities: pd.DataFrame, *, note: str = "", ax: Axes | None = None) -> Axes:
    """Probabilities of regimes (n_dates, k), stacked to one."""
    axes = _axes(ax)
    colours = _cycle(probabilities.shape[1])
    labels = [f"regime {column}" for column in probabilities.columns]
    axes.stackplot(_dates(probabilities.index), probabilities.to_numpy().T, colors=colours, labels=labels, alpha=0.8)
    axes.set_ylim(0, 1)
    axes.margins(x=0)
    axes.legend(loc="upper right")
    return _finish(axes, "predicted probability", note)


def sample_label(dates: pd.Index[Any], sample_end: Any) -> str:
    """What a reader must know of a path: whether its parameters have seen its dates."""
    return "in sample" if dates[0] <= sample_end else "out of sample"


def _axes(ax: Axes | None) -> Axes:
    import matplotlib.pyplot as plt

    return plt.gca() if ax is None else ax


def _cycle(n: int) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(n)]


def _dates(index: pd.Index[Any]) -> pd.Index[Any]:
    return index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index


def _finish(axes: Axes, ylabel: str, note: str) -> Axes:
    axes.set_ylabel(ylabel)
    if note:
        axes.set_title(note, loc="right", fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
    return axes
