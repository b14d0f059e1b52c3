"""Figures of Series and DataFrames for the page, as plotly.js reads them: they know pandas, none of our classes.

All are as wide as a column of print and of one palette, that of ``plotting``. Names are escaped, as plotly reads tags.
They are dictionaries, not objects of plotly's Python classes, which take a second to look at what they are given.
"""

from __future__ import annotations

import base64
import html
import math
import textwrap
from itertools import cycle
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hedgeresearch.plotting import COLORS
from hedgeresearch.report._sanitize import visible

Figure: TypeAlias = dict[str, Any]
"""``data``, a list of traces, and ``layout``."""
WIDTH, HEIGHT = 605, 300
"""Pixels: 16 cm in print."""
ROW = 18
"""Height of a horizontal bar, pixels."""
MOST_DATES = 10_000
"""Of a path: more make the page slow, and no line is as many pixels wide."""
FEW_DATES = 50
"""Up to which the dates of a path are marked."""
BINS = 80
LONGEST_LINE = 28
"""Letters of a title beside an axis."""
LETTER, SAMPLE, LEGEND_ROW = 7, 60, 19
"""Pixels of a legend: a letter on average, the line before a name with the space after it, and a row."""
GREY = "#999999"
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
    """Each column as a line over the dates.

    Parameters
    ----------
    lines : DataFrame (n_dates, n_lines); the last 10,000 dates are drawn
    ylabel : what they are, with the unit
    note : on the right above, such as "in sample"
    probabilities : DataFrame (n_dates, k), of regimes: the background takes the colour of the likeliest; calm is white
    bands : DataFrame (n_dates, 2 n_lines), columns by (line, "lower" or "upper"), shaded
    latest : DataFrame (n_lines, 3), columns value, lower and upper: the next values, in a panel beside
    grey : columns that the others are compared with
    """
    data = [] if probabilities is None else _shades(probabilities.iloc[-MOST_DATES:])
    shown = lines.iloc[-MOST_DATES:]
    dates, mode = _dates(shown.index), "lines" if len(shown) > FEW_DATES else "lines+markers"
    # black before coloured regimes, where it is alone
    colours = cycle(COLORS if probabilities is None or shown.shape[1] > 1 else ("#000000",))
    for number, name in enumerate(shown.columns):
        colour = GREY if name in grey else next(colours)
        if bands is not None:
            data += _band(
                bands.loc[:, [(name, "lower"), (name, "upper")]].iloc[-MOST_DATES:], colour
            )
        data.append(
            _line(
                dates,
                shown[name],
                text(name),
                yaxis="y2",
                mode=mode,
                line={"color": colour, "width": 1.2},
            )
        )
        if latest is not None:
            data.append(_point(number, latest.iloc[number], colour))
    layout = _layout(data) | {
        "yaxis": {"visible": False, "range": [0, 1], "fixedrange": True},
        # by default it would take the ticks of the axis below, wherever they fall
        "yaxis2": AXIS
        | {
            "title": {"text": _folded(ylabel)},
            "overlaying": "y",
            "side": "left",
            "tickmode": "auto",
        },
        "annotations": [_note(note)],
    }
    if latest is not None:
        middle = (len(latest) - 1) / 2.0
        layout["xaxis"] = AXIS | {"domain": [0.0, 0.88]}
        ticks = {"tickvals": [middle], "ticktext": ["next"]}
        layout["xaxis2"] = (
            AXIS | ticks | {"domain": [0.94, 1.0], "anchor": "y2", "range": [-1, len(latest)]}
        )
    return {"data": data, "layout": layout}


def bars_figure(
    values: pd.DataFrame,
    xlabel: str,
    *,
    ends: pd.DataFrame | None = None,
    grey: tuple[str, ...] = (),
) -> Figure:
    """Horizontal bars, a group for each row and a colour for each column; the first row is on top.

    Parameters
    ----------
    values : DataFrame (n_rows, n_columns)
    xlabel : what they are, with the unit
    ends : DataFrame (n_rows, 2), lower and upper end of an interval around the bars of one column
    grey : columns that the others are compared with
    """
    colours, data = cycle(COLORS), []
    for column in values.columns:
        widths = values[column]
        bars = {
            "type": "bar",
            "orientation": "h",
            "name": text(column),
            "x": _packed(widths),
            "y": [text(name) for name in values.index],
            "marker": {"color": GREY if column in grey else next(colours)},
        }
        if ends is not None:
            bars["error_x"] = _error(widths, ends["lower"], ends["upper"])
        data.append(bars)
    layout, several = _layout([]), values.shape[1] > 1
    layout["margin"]["t"] = above = 55 if several else 20  # for the legend
    layout |= {
        "height": 65 + above + ROW * len(values) * max(1.0, 0.7 * values.shape[1]),
        "showlegend": several,
        "bargap": 0.35,
        "xaxis": AXIS | {"title": {"text": text(xlabel)}, "zeroline": True},
        "yaxis": AXIS | {"autorange": "reversed", "ticks": "", "showline": False},
    }
    return {"data": data, "layout": layout}


def histogram_figure(samples: pd.DataFrame, xlabel: str, marks: dict[str, float]) -> Figure:
    """How often values fall into each of 80 equal steps, a line for each column, with vertical lines at ``marks``."""
    edges = np.histogram_bin_edges(samples.to_numpy(), bins=BINS)
    middles, data = (edges[1:] + edges[:-1]) / 2.0, []
    for column, colour in zip(samples.columns, (GREY, *COLORS), strict=False):
        counts = np.histogram(samples[column].to_numpy(), bins=edges)[0].astype(np.int32)
        line = {"color": colour, "shape": "hvh", "width": 1.4}
        data.append(_line(_packed(middles), counts, text(column), mode="lines", line=line))
    for (label, value), dash in zip(marks.items(), ("solid", "dash"), strict=True):
        line = {"color": COLORS[1], "dash": dash, "width": 1.4}
        data.append(
            _line(
                [value] * 2,
                np.array([1.0, 0.3 * len(samples)]),
                text(label),
                mode="lines",
                line=line,
            )
        )
    layout = _layout(data) | {
        "xaxis": AXIS | {"title": {"text": text(xlabel)}},
        "yaxis": AXIS | {"title": {"text": "dates, log scale"}, "type": "log", "dtick": 1},
    }
    return {"data": data, "layout": layout}


def text(name: Any) -> str:
    """A name as plotly shows it literally."""
    return html.escape(visible(str(name)), quote=False)


def _folded(label: str) -> str:
    """A title beside an upright axis in lines that are shorter than the axis."""
    return "<br>".join(text(line) for line in textwrap.wrap(label, LONGEST_LINE))


def _layout(data: list[Figure]) -> Figure:
    """The frame of a figure; the legend of many traces takes several rows, above the note, and makes it higher."""
    names = [trace["name"] for trace in data if trace.get("showlegend") is not False]
    more = (
        max(
            math.ceil(len(names) * (max(map(len, names), default=0) * LETTER + SAMPLE) / WIDTH) - 1,
            0,
        )
        * LEGEND_ROW
    )
    above = 1.02 + (LEGEND_ROW / (HEIGHT - 100) if more else 0.0)
    return {
        "width": WIDTH,
        "height": HEIGHT + more,
        "margin": {"l": 75, "r": 15, "t": 55 + more, "b": 45},
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": above,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "xaxis": AXIS,
    }


def _line(x: Any, y: Any, name: str, **settings: Any) -> Figure:
    return {"type": "scatter", "x": x, "y": _packed(y), "name": name, **settings}


def _shades(probabilities: pd.DataFrame) -> list[Figure]:
    """The background in the colour of the likeliest regime of each date; the calm one stays white."""
    likeliest, dates = probabilities.to_numpy().argmax(axis=1), _dates(probabilities.index)
    return [
        _line(
            dates,
            (likeliest == regime).astype(np.int8),
            f"regime {regime} is the likeliest",
            mode="lines",
            line={"shape": "hvh", "width": 0},
            fill="tozeroy",
            fillcolor=_faint(COLORS[regime % len(COLORS)], 0.3),
            hoverinfo="skip",
        )
        for regime in range(1, probabilities.shape[1])
    ]


def _band(band: pd.DataFrame, colour: str) -> list[Figure]:
    """The colour between the lower and the upper end, the columns."""
    dates, (lower, upper) = _dates(band.index), band.to_numpy().T
    hidden = {
        "mode": "lines",
        "line": {"width": 0},
        "yaxis": "y2",
        "showlegend": False,
        "hoverinfo": "skip",
    }
    fill = {"fill": "tonexty", "fillcolor": _faint(colour, 0.25)}
    return [_line(dates, lower, "", **hidden), _line(dates, upper, "", **hidden, **fill)]


def _point(place: int, row: pd.Series[float], colour: str) -> Figure:
    """The next value with its interval, in the panel beside the path."""
    error = _error(row[["value"]], row[["lower"]], row[["upper"]]) | {"thickness": 2}
    marker = {"color": colour, "size": 7}
    beside = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
    return _line(
        [place], row[["value"]], "next", mode="markers", marker=marker, error_y=error, **beside
    )


def _error(values: pd.Series[float], lower: pd.Series[float], upper: pd.Series[float]) -> Figure:
    above, below = upper.to_numpy() - values.to_numpy(), values.to_numpy() - lower.to_numpy()
    return {
        "type": "data",
        "symmetric": False,
        "array": _packed(above),
        "arrayminus": _packed(below),
    }


def _note(note: str) -> Figure:
    place = {
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "y": 1.02,
        "xanchor": "right",
        "yanchor": "bottom",
    }
    return {"text": text(note), "showarrow": False, **place}


def _faint(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _packed(values: Any) -> Figure:
    """Numbers as plotly.js reads them from base64, exactly and in half the space of text."""
    array = np.asarray(values)
    return {
        "dtype": array.dtype.str[1:],
        "bdata": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode(),
    }


def _dates(index: pd.Index[Any]) -> list[Any]:
    """Dates as plotly reads them, of the clock of their time zone."""
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, pd.DatetimeIndex):
        return index.tolist()
    midnight = bool((index == index.normalize()).all())
    return index.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S").tolist()
