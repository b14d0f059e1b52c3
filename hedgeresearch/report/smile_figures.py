"""Figures of a surface, as plotly.js reads them."""

from __future__ import annotations

import numpy as np

from hedgeresearch._formatting import day
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.surfaces.plots import (
    DAYS_PER_YEAR,
    fitted_quotes,
    smile_range,
)
from hedgeresearch.plotting import COLORS
from hedgeresearch.report.figures import AXIS, figure_layout
from hedgeresearch.report.traces import Figure, escaped, interval_bars, line_trace, packed


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


def term_figure(fit: SurfaceFit) -> Figure:
    """Return volatility over the days to expiry at five strikes that each smile has quotes around.

    They are the ends of the range that all expiries have, the middles towards the forward, and the
    forward, by ln(K/F).
    """
    low = max(one.quoted[0] for one in fit.smiles)
    high = min(one.quoted[1] for one in fit.smiles)
    middle = float(np.clip(0.0, low, high))
    strikes = np.unique([low, (low + middle) / 2.0, middle, (middle + high) / 2.0, high])
    days = packed([DAYS_PER_YEAR * one.years for one in fit.smiles])
    data = []
    for number, k in enumerate(strikes):
        heights = [100.0 * float(one.volatility(np.array([k]))[0]) for one in fit.smiles]
        style = {"color": COLORS[number % len(COLORS)]}
        name = f"ln(K/F) = {k:+.2f}"
        data.append(line_trace(days, heights, name, mode="lines+markers", line=style, marker=style))
    layout = figure_layout(data)
    layout["xaxis"] = AXIS | {"title": {"text": "days to expiry"}}
    layout["yaxis"] = AXIS | {"title": {"text": "implied volatility, % a year"}}
    return {"data": data, "layout": layout}
