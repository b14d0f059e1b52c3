"""Figures of a page, made from Series and DataFrames, as plotly.js reads them.

All are as wide as the page and have the colors of ``plotting``; in a dark page the style sheet
replaces those of text and axes. They are dictionaries rather than objects of plotly's Python
classes, which need a second to check what they are given.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.plotting import COLORS
from hedgeresearch.report.thinning import MAX_DATES, drawn_rows
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
"""Width of a figure in print, in pixels, for which the rows of its legend are counted."""
HEIGHT = 300
BAR_HEIGHT = 18
"""Height of a horizontal bar, in pixels."""
MIN_SPAN = 0.4
"""Smallest span of the axis of a ratio, as a share of its size: less makes noise look violent."""
MARGIN = 0.05
"""Room above and below the lines, as a share of the span of the axis."""
FAR_BANDS = (0.01, 0.99)
"""Quantiles of the ends of intervals between which the axis shows them, as a filter starts wide."""
MAX_MARKED_DATES = 50
"""Number of dates of a path up to which each is marked."""
N_BINS = 80
MAX_TITLE_LETTERS = 28
"""Letters in a line of the title of an upright axis."""
MAX_NAME_LETTERS = 18
"""Letters in a line of the name of a bar."""
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
    probabilities: pd.DataFrame | None = None,
    bands: pd.DataFrame | None = None,
    latest: pd.DataFrame | None = None,
    grey: tuple[str, ...] = (),
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Return each column as a line over the dates.

    Parameters
    ----------
    lines : DataFrame (n_dates, n_lines); a long one is thinned, see ``thinning``
    ylabel : title of the axis, with the unit
    probabilities : DataFrame (n_dates, k) of regimes; the background has the color of the most
        probable one, white for regime 0
    bands : DataFrame (n_dates, 2 n_lines), columns by (line, "lower" or "upper"), drawn as shades
    latest : DataFrame (n_lines, 3), columns value, lower and upper: next values, drawn in a panel
        to the right
    grey : columns that the others are compared with
    limits : ends of the axis, such as those of :func:`ratio_limits`; by default those of the lines
    """
    data = [] if probabilities is None else regime_shades(_sampled(probabilities))
    rows = drawn_rows(lines.to_numpy(dtype=float))
    drawn = lines.iloc[rows]
    colors = _line_colors(drawn, grey, on_shades=probabilities is not None)
    for number, (name, color) in enumerate(zip(drawn.columns, colors, strict=False)):
        if bands is not None:
            ends = bands.loc[:, [(name, "lower"), (name, "upper")]]
            data += band_traces(ends.iloc[rows], color)
        data.append(_path_trace(drawn[name], color))
        if latest is not None:
            data.append(next_value_trace(number, latest.iloc[number], color))
    layout = figure_layout(data) | _path_axes(ylabel, limits)
    if latest is not None:
        layout |= _axes_of_next_values(len(latest))
    return {"data": data, "layout": layout}


def ratio_limits(
    lines: pd.DataFrame, bands: pd.DataFrame | None, latest: pd.DataFrame | None
) -> tuple[float, float]:
    """Return the ends of an axis on which small changes of a ratio look small.

    It shows all of the lines and of the next values, and the intervals but for the widest
    hundredth, and spans at least two fifths of the largest ratio.
    """
    shown = [lines.to_numpy(dtype=float).ravel()]
    if bands is not None:
        ends = bands.to_numpy(dtype=float)
        shown.append(np.nanquantile(ends[np.isfinite(ends)], FAR_BANDS))
    if latest is not None:
        shown.append(latest.to_numpy(dtype=float).ravel())
    values = np.concatenate(shown)
    finite = values[np.isfinite(values)]
    low = float(finite.min())
    high = float(finite.max())
    span = max(high - low, MIN_SPAN * max(abs(low), abs(high)))
    half = (0.5 + MARGIN) * span
    middle = (low + high) / 2.0
    return middle - half, middle + half


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
            "y": _bar_names(values.index),
            "marker": {"color": GREY if column in grey else next(colors)},
        }
        if ends is not None:
            bars["error_x"] = interval_bars(widths, ends["lower"], ends["upper"])
        data.append(bars)
    n_lines = sum(1 + name.count("<br>") for name in _bar_names(values.index))
    return {"data": data, "layout": _bars_layout(n_lines, values.shape[1], xlabel)}


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
    for (label, value), dash in zip(marks.items(), ("solid", "dash"), strict=False):
        line = {"color": COLORS[1], "dash": dash, "width": 1.4}
        data.append(line_trace([value] * 2, height, escaped(label), mode="lines", line=line))
    counts_title = {"text": "observations, log scale"}
    layout = figure_layout(data) | {
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


def _sampled(probabilities: pd.DataFrame) -> pd.DataFrame:
    """Return one in so many rows that the background of a long path is drawn fast."""
    return probabilities.iloc[:: math.ceil(len(probabilities) / MAX_DATES)]


def _path_axes(ylabel: str, limits: tuple[float, float] | None) -> Figure:
    """Return the axis of the shades, which fill the height, and that of the lines."""
    axis: dict[str, Any] = {
        "title": {"text": _wrapped(ylabel, MAX_TITLE_LETTERS)},
        "overlaying": "y",
        "side": "left",
        "tickmode": "auto",  # by default it would have its ticks where the axis below has them
    }
    if limits is not None:
        axis["range"] = list(limits)
    return {
        "yaxis": {"visible": False, "range": [0, 1], "fixedrange": True},
        "yaxis2": AXIS | axis,
    }


def _axes_of_next_values(n_values: int) -> Figure:
    """Return the time axis, made shorter, and the axis of the panel to the right of it."""
    ticks = {"tickvals": [(n_values - 1) / 2.0], "ticktext": ["next"]}
    place = {"domain": [0.94, 1.0], "anchor": "y2", "range": [-1, n_values]}
    return {"xaxis": AXIS | {"domain": [0.0, 0.88]}, "xaxis2": AXIS | ticks | place}


# --- layouts ---


def _wrapped(text: str, letters: int) -> str:
    """Return text in lines of so many letters."""
    return "<br>".join(escaped(line) for line in textwrap.wrap(text, letters))


def _bar_names(names: Sequence[Any] | pd.Index[Any]) -> list[str]:
    """Return the names of bars in short lines, which leave room for the bars on a phone."""
    return [_wrapped(str(name), MAX_NAME_LETTERS) for name in names]


def figure_layout(data: list[Figure]) -> Figure:
    """Return the frame; a legend of several rows makes the figure higher."""
    names = [trace["name"] for trace in data if trace.get("showlegend") is not False]
    longest = max(map(len, names), default=0)
    n_rows = math.ceil(len(names) * (longest * LETTER_WIDTH + SAMPLE_WIDTH) / WIDTH)
    extra = max(n_rows - 1, 0) * LEGEND_ROW
    return {
        "autosize": True,  # as wide as the page
        "height": HEIGHT + extra,
        "margin": {"l": 60, "r": 15, "t": 58 + extra, "b": 45},
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "xaxis": AXIS,
    }


def _bars_layout(n_rows: int, n_columns: int, xlabel: str) -> Figure:
    """Return the frame of bars whose names have ``n_rows`` lines."""
    above = 58 if n_columns > 1 else 28  # room for the legend
    layout: dict[str, Any] = figure_layout([])
    layout["margin"]["t"] = above
    return layout | {
        "height": 65 + above + BAR_HEIGHT * n_rows * max(1.0, 0.7 * n_columns),
        "showlegend": n_columns > 1,
        "bargap": 0.35,
        "xaxis": AXIS | {"title": {"text": escaped(xlabel)}, "zeroline": True},
        "yaxis": AXIS | {"autorange": "reversed", "ticks": "", "showline": False},
    }
