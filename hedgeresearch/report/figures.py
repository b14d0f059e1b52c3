"""Figures of the page, made from Series and DataFrames, as plotly.js reads them.

All have the width of a printed column and the colors of ``plotting``. They are dictionaries rather
than objects of plotly's Python classes, which need a second to check what they are given.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.plotting import COLORS
from hedgeresearch.report.traces import (
    Figure,
    band_traces,
    escaped,
    interval_bars,
    line_trace,
    next_value_trace,
    packed,
    plotly_dates,
    regime_shades,
)

WIDTH = 605
"""Width of a figure in pixels: 16 cm in print."""
HEIGHT = 300
BAR_HEIGHT = 18
"""Height of a horizontal bar, in pixels."""
MAX_DATES = 10_000
"""Dates of a path that are drawn: more make the page slow and are not visible."""
MAX_MARKED_DATES = 50
"""Number of dates of a path up to which each is marked."""
N_BINS = 80
MAX_TITLE_LETTERS = 28
"""Letters in a line of the title of an upright axis."""
LETTER_WIDTH = 7
"""Average width of a letter in a legend, in pixels."""
SAMPLE_WIDTH = 60
"""Width of the line before a name in a legend, with the space after the name."""
LEGEND_ROW = 19
"""Height of a row of a legend."""
GREY = "#999999"
BLACK = "#000000"
AXIS = {
    "showgrid": False,
    "showline": True,
    "zeroline": False,
    "ticks": "outside",
    "automargin": True,
}


def path_figure(
    lines: pd.DataFrame,
    ylabel: str,
    *,
    note: str = "",
    probabilities: pd.DataFrame | None = None,
    bands: pd.DataFrame | None = None,
    latest: pd.DataFrame | None = None,
    grey: tuple[str, ...] = (),
) -> Figure:
    """Return each column as a line over the dates.

    Parameters
    ----------
    lines : DataFrame (n_dates, n_lines); the last 10,000 dates are drawn
    ylabel : title of the axis, with the unit
    note : text above the figure on the right, such as "in sample"
    probabilities : DataFrame (n_dates, k) of regimes; the background has the color of the most
        probable one, white for regime 0
    bands : DataFrame (n_dates, 2 n_lines), columns by (line, "lower" or "upper"), drawn as shades
    latest : DataFrame (n_lines, 3), columns value, lower and upper: next values, drawn in a panel
        to the right
    grey : columns that the others are compared with
    """
    data = [] if probabilities is None else regime_shades(probabilities.iloc[-MAX_DATES:])
    drawn = lines.iloc[-MAX_DATES:]
    colors = _line_colors(drawn, grey, on_shades=probabilities is not None)
    for number, (name, color) in enumerate(zip(drawn.columns, colors, strict=False)):
        if bands is not None:
            ends = bands.loc[:, [(name, "lower"), (name, "upper")]]
            data += band_traces(ends.iloc[-MAX_DATES:], color)
        data.append(_path_trace(drawn[name], color))
        if latest is not None:
            data.append(next_value_trace(number, latest.iloc[number], color))
    layout = _layout(data) | _path_axes(ylabel, note)
    if latest is not None:
        layout |= _axes_of_next_values(len(latest))
    return {"data": data, "layout": layout}


def bars_figure(
    values: pd.DataFrame,
    xlabel: str,
    *,
    ends: pd.DataFrame | None = None,
    grey: tuple[str, ...] = (),
) -> Figure:
    """Return horizontal bars, a group for each row and a color for each column, first row on top.

    Parameters
    ----------
    values : DataFrame (n_rows, n_columns)
    xlabel : title of the axis, with the unit
    ends : DataFrame (n_rows, 2), lower and upper end of an interval around the bars of one column
    grey : columns that the others are compared with
    """
    colors = cycle(COLORS)
    data = []
    for column in values.columns:
        widths = values[column]
        bars = {
            "type": "bar",
            "orientation": "h",
            "name": escaped(column),
            "x": packed(widths),
            "y": [escaped(name) for name in values.index],
            "marker": {"color": GREY if column in grey else next(colors)},
        }
        if ends is not None:
            bars["error_x"] = interval_bars(widths, ends["lower"], ends["upper"])
        data.append(bars)
    return {"data": data, "layout": _bars_layout(len(values), values.shape[1], xlabel)}


def histogram_figure(samples: pd.DataFrame, xlabel: str, marks: dict[str, float]) -> Figure:
    """Return the counts in 80 equal bins, a line for each column, with vertical lines at marks."""
    edges = np.histogram_bin_edges(samples.to_numpy(), bins=N_BINS)
    middles = packed((edges[1:] + edges[:-1]) / 2.0)
    data = []
    for column, color in zip(samples.columns, (GREY, *COLORS), strict=False):
        counts = np.histogram(samples[column].to_numpy(), bins=edges)[0].astype(np.int32)
        line = {"color": color, "shape": "hvh", "width": 1.4}
        data.append(line_trace(middles, counts, escaped(column), mode="lines", line=line))
    height = np.array([1.0, 0.3 * len(samples)])
    for (label, value), dash in zip(marks.items(), ("solid", "dash"), strict=True):
        line = {"color": COLORS[1], "dash": dash, "width": 1.4}
        data.append(line_trace([value] * 2, height, escaped(label), mode="lines", line=line))
    counts_title = {"text": "observations, log scale"}
    layout = _layout(data) | {
        "xaxis": AXIS | {"title": {"text": escaped(xlabel)}},
        "yaxis": AXIS | {"title": counts_title, "type": "log", "dtick": 1},
    }
    return {"data": data, "layout": layout}


# --- parts of a path figure ---


def _line_colors(lines: pd.DataFrame, grey: tuple[str, ...], *, on_shades: bool) -> Iterator[str]:
    """Yield the color of each line: black for a single one in front of colored regimes."""
    colors = cycle((BLACK,) if on_shades and lines.shape[1] == 1 else COLORS)
    for name in lines.columns:
        yield GREY if name in grey else next(colors)


def _path_trace(values: pd.Series[float], color: str) -> Figure:
    return line_trace(
        plotly_dates(values.index),
        values,
        escaped(values.name),
        yaxis="y2",
        mode="lines" if len(values) > MAX_MARKED_DATES else "lines+markers",
        line={"color": color, "width": 1.2},
    )


def _path_axes(ylabel: str, note: str) -> Figure:
    """Return the axis of the shades, which fill the height, and that of the lines."""
    lines = textwrap.wrap(ylabel, MAX_TITLE_LETTERS)
    title = {"text": "<br>".join(escaped(line) for line in lines)}
    annotation = {
        "text": escaped(note),
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "y": 1.02,
        "xanchor": "right",
        "yanchor": "bottom",
    }
    return {
        "yaxis": {"visible": False, "range": [0, 1], "fixedrange": True},
        # By default it would have its ticks where the axis below has them.
        "yaxis2": AXIS | {"title": title, "overlaying": "y", "side": "left", "tickmode": "auto"},
        "annotations": [annotation],
    }


def _axes_of_next_values(n_values: int) -> Figure:
    """Return the time axis, made shorter, and the axis of the panel to the right of it."""
    ticks = {"tickvals": [(n_values - 1) / 2.0], "ticktext": ["next"]}
    place = {"domain": [0.94, 1.0], "anchor": "y2", "range": [-1, n_values]}
    return {"xaxis": AXIS | {"domain": [0.0, 0.88]}, "xaxis2": AXIS | ticks | place}


# --- layouts ---


def _layout(data: list[Figure]) -> Figure:
    """Return the frame; a legend of several rows, above the note, makes the figure higher."""
    names = [trace["name"] for trace in data if trace.get("showlegend") is not False]
    longest = max(map(len, names), default=0)
    n_rows = math.ceil(len(names) * (longest * LETTER_WIDTH + SAMPLE_WIDTH) / WIDTH)
    extra = max(n_rows - 1, 0) * LEGEND_ROW
    return {
        "width": WIDTH,
        "height": HEIGHT + extra,
        "margin": {"l": 75, "r": 15, "t": 55 + extra, "b": 45},
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02 + (LEGEND_ROW / (HEIGHT - 100) if extra else 0.0),
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "xaxis": AXIS,
    }


def _bars_layout(n_rows: int, n_columns: int, xlabel: str) -> Figure:
    above = 55 if n_columns > 1 else 20  # room for the legend
    layout: dict[str, Any] = _layout([])
    layout["margin"]["t"] = above
    return layout | {
        "height": 65 + above + BAR_HEIGHT * n_rows * max(1.0, 0.7 * n_columns),
        "showlegend": n_columns > 1,
        "bargap": 0.35,
        "xaxis": AXIS | {"title": {"text": escaped(xlabel)}, "zeroline": True},
        "yaxis": AXIS | {"autorange": "reversed", "ticks": "", "showline": False},
    }
