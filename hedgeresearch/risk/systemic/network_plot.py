"""Figure of a network: series on a circle, and arrows from sources to receivers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.plotting import COLORS, new_axes

WIDEST = 6.0
"""Width of the widest arrow, points."""
RADIUS = 0.16
"""Distance from the center of a name at which an arrow ends."""


def plot_network(pairwise: pd.DataFrame, net: pd.Series[float], ax: Any = None) -> Any:
    """Draw net shares between pairs as arrows, and return the Axes.

    Parameters
    ----------
    pairwise : DataFrame (n, n), share that the column causes in the row minus the reverse
    net : Series (n,), share that each series gives minus what it receives
    """
    axes = new_axes(ax)
    angles = np.pi / 2.0 - 2.0 * np.pi * np.arange(len(net)) / len(net)
    places = np.column_stack([np.cos(angles), np.sin(angles)])
    shares = pairwise.to_numpy()
    largest = np.abs(shares).max()
    for receiver, source in zip(*np.nonzero(shares > 0.0), strict=True):
        width = WIDEST * shares[receiver, source] / largest
        _draw_arrow(axes, places[source], places[receiver], width)
    for place, (name, share) in zip(places, net.items(), strict=True):
        color = COLORS[0] if share >= 0.0 else COLORS[1]
        axes.text(
            place[0],
            place[1],
            f"{name}\n{share:+.1%}",
            ha="center",
            va="center",
            color="white",
            bbox={"boxstyle": "round", "facecolor": color, "edgecolor": "none"},
        )
    axes.set_xlim(-1.4, 1.4)
    axes.set_ylim(-1.3, 1.3)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return axes


def _draw_arrow(axes: Any, start: Any, end: Any, width: float) -> None:
    """Draw an arrow between two places, which keeps clear of the names there."""
    direction = (end - start) / np.linalg.norm(end - start)
    axes.annotate(
        "",
        xy=end - RADIUS * direction,
        xytext=start + RADIUS * direction,
        arrowprops={
            "arrowstyle": f"-|>,head_width={0.15 + 0.05 * width},head_length={0.3 + 0.1 * width}",
            "linewidth": max(width, 0.3),
            "color": "0.6",
        },
        zorder=0,
    )
