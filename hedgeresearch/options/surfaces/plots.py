"""Figures of a surface: smiles with quotes on one Axes, and the surface in three dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.options.surfaces.fitted_smile import FittedSmile
from hedgeresearch.plotting import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_POINTS = 201
BEYOND_QUOTES = 0.05
"""Range on each side of the quotes that is drawn, in units of their range."""
DAYS_PER_YEAR = 365.0


def smile_range(one: FittedSmile) -> Any:
    """Return the values of ln(K/F) at which a smile is drawn."""
    low, high = one.quoted
    room = BEYOND_QUOTES * (high - low)
    return np.linspace(low - room, high + room, N_POINTS)


def fitted_quotes(one: FittedSmile, quotes: pd.DataFrame) -> pd.DataFrame:
    """Return the quotes of a smile that it was fitted to."""
    low, high = one.quoted
    return quotes[(quotes["expiry"] == one.expiry) & quotes["log_moneyness"].between(low, high)]


def plot_smiles(
    smiles: Sequence[FittedSmile], quotes: pd.DataFrame, ax: Axes | None = None
) -> Axes:
    """Plot each smile in percent over ln(K/F), with its quotes from bid to ask."""
    import matplotlib.pyplot as plt

    axes = plt.subplots(layout="constrained")[1] if ax is None else ax
    for number, one in enumerate(smiles):
        color = COLORS[number % len(COLORS)]
        rows = fitted_quotes(one, quotes)
        axes.vlines(
            rows["log_moneyness"],
            100.0 * rows["bid_volatility"],
            100.0 * rows["ask_volatility"],
            color=color,
            alpha=0.35,
            linewidth=2.0,
        )
        k = smile_range(one)
        axes.plot(k, 100.0 * one.volatility(k), color=color, linewidth=1.2, label=day(one.expiry))
    axes.set_xlabel("ln(strike / forward)")
    axes.set_ylabel("implied volatility, % a year")
    axes.legend()
    return axes


def surface_figure(smiles: Sequence[FittedSmile]) -> Any:
    """Return volatility by ln(K/F) and days to expiry as a plotly figure."""
    import plotly.graph_objects as go

    low = min(one.quoted[0] for one in smiles)
    high = max(one.quoted[1] for one in smiles)
    k = np.linspace(low, high, N_POINTS // 2)
    lines = [smile_line(one, k) for one in smiles]
    data = []
    if len(smiles) > 1:
        heights = np.array([line["z"] for line in lines])
        days = [DAYS_PER_YEAR * one.years for one in smiles]
        data.append(
            go.Surface(x=k, y=days, z=heights, opacity=0.85, colorscale="Viridis", showscale=False)
        )
    for line in lines:
        data.append(
            go.Scatter3d(
                mode="lines", line={"color": COLORS[-1], "width": 4}, showlegend=False, **line
            )
        )
    scene = {
        "xaxis": {"title": {"text": "ln(strike / forward)"}},
        "yaxis": {"title": {"text": "days"}},
        "zaxis": {"title": {"text": "volatility, %"}},
    }
    layout = {"scene": scene, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "height": 420}
    return go.Figure(data=data, layout=layout)


def smile_line(one: FittedSmile, k: Any) -> dict[str, Any]:
    """Return a smile within its quotes, and beyond them a gap."""
    inside = (k >= one.quoted[0]) & (k <= one.quoted[1])
    heights = np.where(inside, 100.0 * one.volatility(k), np.nan)
    return {"x": k, "y": np.full(len(k), DAYS_PER_YEAR * one.years), "z": heights}
