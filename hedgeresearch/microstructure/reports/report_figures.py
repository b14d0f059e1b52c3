"""Figures and the page of a liquidity report."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.book_history import BookHistory
from hedgeresearch.microstructure.books.heat_map import plot_heat_map
from hedgeresearch.microstructure.costs.resilience import Resilience
from hedgeresearch.microstructure.quality.latency import LatencyReport

FIGURES = ("costs", "depth", "cost by size", "resilience", "latency")
RESOLUTION = 90
"""Dots per inch of the figures in a page."""


def draw(
    history: BookHistory,
    resilience: Resilience | None,
    latency: LatencyReport | None,
    what: str,
    ax: Any,
) -> Any:
    """Draw one of the figures, and return the Axes."""
    if what == "costs":
        return plot_heat_map(history.costs["buy"], ax)
    if what == "depth":
        return plot_heat_map(history.depths, ax)
    if what == "cost by size":
        return _plot_costs(history, ax)
    parts = {"resilience": resilience, "latency": latency}
    if what not in parts:
        raise DataError(f"what must be one of {', '.join(map(repr, FIGURES))}; got {what!r}.")
    part = parts[what]
    if part is None:
        raise DataError(f"The report has no {what}: its .missing says why.")
    return part.plot(ax)


def page(
    heading: str,
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str],
    history: BookHistory,
) -> str:
    """Return a report as HTML, with both heat maps where there is more than one moment."""
    parts = [f"<p>{html.escape(heading)}</p>"]
    if notes:
        parts.append(f"<ul>{''.join(f'<li>{html.escape(note)}</li>' for note in notes)}</ul>")
    for title, table in tables.items():
        shown = table.to_html(float_format="{:.4g}".format)
        parts.append(f"<p><b>{html.escape(title)}</b></p>{shown}")
    if len(history.best) > 1:
        parts += [_image(history, what) for what in ("costs", "depth")]
    return "".join(parts)


def _plot_costs(history: BookHistory, ax: Any) -> Any:
    """Draw the median cost by size, both ways, and the band that holds 90 % of the moments."""
    from hedgeresearch.plotting import COLORS, new_axes

    axes = new_axes(ax)
    for (direction, table), color in zip(history.costs.items(), COLORS, strict=False):
        costs = 1e4 * table
        axes.plot(table.columns, costs.median(), color=color, marker="o", label=direction)
        low = costs.quantile(0.05)
        axes.fill_between(
            table.columns, low, costs.quantile(0.95), color=color, alpha=0.2, linewidth=0.0
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("size of the order, venue units")
    axes.set_ylabel("cost, basis points of the mid price")
    axes.legend()
    return axes


def _image(history: BookHistory, what: str) -> str:
    """Return a figure as an image within a page."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 2.6), layout="constrained")
    draw(history, None, None, what, figure.subplots())
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=RESOLUTION)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return f'<img alt="{what} over time" src="data:image/png;base64,{data}">'
