"""Figures of a surface, as plotly.js reads them."""

from __future__ import annotations

import numpy as np

from hedgeresearch._formatting import day
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.surfaces.plots import (
    DAYS_PER_YEAR,
    fitted_quotes,
    smile_line,
    smile_range,
)
from hedgeresearch.plotting import COLORS
from hedgeresearch.report.figures import AXIS, figure_layout
from hedgeresearch.report.traces import Figure, escaped, interval_bars, line_trace, packed

N_STRIKES = 81
SURFACE_HEIGHT = 420


def smiles_figure(fit: SurfaceFit) -> Figure:
    """Return each smile as a line over ln(K/F), with its quotes as bars from bid to ask."""
    quotes = fit.chain.quotes()
    data = []
    for number, one in enumerate(fit.smiles):
        color = COLORS[number % len(COLORS)]
        rows = fitted_quotes(one, quotes)
        middle = 100.0 * rows["volatility"]
        bars = interval_bars(middle, 100.0 * rows["bid_volatility"], 100.0 * rows["ask_volatility"])
        data.append(
            line_trace(
                packed(rows["log_moneyness"]),
                middle,
                "",
                mode="markers",
                marker={"color": color, "size": 1},
                error_y=bars | {"color": color, "thickness": 1, "width": 0},
                showlegend=False,
                hoverinfo="skip",
            )
        )
        k = smile_range(one)
        volatility = 100.0 * one.volatility(k)
        line = {"color": color, "width": 1.6}
        data.append(line_trace(packed(k), volatility, escaped(day(one.expiry)), line=line))
    layout = figure_layout(data)
    layout["xaxis"] = AXIS | {"title": {"text": "ln(strike / forward)"}}
    layout["yaxis"] = AXIS | {"title": {"text": "implied volatility, % a year"}}
    return {"data": data, "layout": layout}


def surface_figure(fit: SurfaceFit) -> Figure:
    """Return volatility by ln(K/F) and days to expiry, each smile within its quotes."""
    low = min(one.quoted[0] for one in fit.smiles)
    high = max(one.quoted[1] for one in fit.smiles)
    k = np.linspace(low, high, N_STRIKES)
    lines = [smile_line(one, k) for one in fit.smiles]
    surface = {
        "type": "surface",
        "x": packed(k),
        "y": packed(np.array([DAYS_PER_YEAR * one.years for one in fit.smiles])),
        "z": [[None if np.isnan(height) else height for height in line["z"]] for line in lines],
        "colorscale": "Viridis",
        "showscale": False,
        "opacity": 0.9,
    }
    scene = {
        "xaxis": {"title": {"text": "ln(K/F)"}},
        "yaxis": {"title": {"text": "days"}},
        "zaxis": {"title": {"text": "volatility, %"}},
        "camera": {"eye": {"x": 1.8, "y": 1.8, "z": 0.9}},  # far enough to fit a phone
    }
    layout = {
        "autosize": True,
        "height": SURFACE_HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 10, "b": 0},
        "font": {"family": "system-ui, sans-serif", "size": 11},
        "scene": scene,
    }
    return {"data": [surface], "layout": layout}
