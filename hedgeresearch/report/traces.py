"""Parts of figures as plotly.js reads them: lines, bands, shaded regimes, intervals."""

from __future__ import annotations

import base64
import html
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hedgeresearch._formatting import regime_label
from hedgeresearch.plotting import COLORS
from hedgeresearch.report._sanitize import visible

Figure: TypeAlias = dict[str, Any]
"""A figure with ``data``, a list of traces, and ``layout``; or a part of one."""
LONG = 1_000
"""Number of points above which their heights are written in single precision, in half the space."""
SHADE_OPACITY = 0.3
BAND_OPACITY = 0.25


def escaped(name: Any) -> str:
    """Return a name as text that plotly, which reads tags, shows literally."""
    return html.escape(visible(str(name)), quote=False)


def line_trace(x: Any, y: Any, name: str, **settings: Any) -> Figure:
    """Return a line or markers; the heights of a long line have seven digits, more do not show."""
    heights = np.asarray(y)
    if heights.dtype.kind == "f" and len(heights) > LONG:
        heights = heights.astype(np.float32)
    return {"type": "scatter", "x": x, "y": packed(heights), "name": name, **settings}


def regime_shades(probabilities: pd.DataFrame) -> list[Figure]:
    """Return the background in the color of each date's most probable regime.

    Regime 0, the calmest, stays white.
    """
    most_probable = probabilities.to_numpy().argmax(axis=1)
    dates = plotly_dates(probabilities.index)
    return [
        line_trace(
            dates,
            (most_probable == regime).astype(np.int8),
            f"{regime_label(probabilities.columns[regime])} most probable",
            mode="lines",
            line={"shape": "hvh", "width": 0},
            fill="tozeroy",
            fillcolor=_transparent(COLORS[regime % len(COLORS)], SHADE_OPACITY),
            hoverinfo="skip",
        )
        for regime in range(1, probabilities.shape[1])
    ]


def band_traces(band: pd.DataFrame, color: str) -> list[Figure]:
    """Return the shaded area between the two columns, the lower and the upper end."""
    dates = plotly_dates(band.index)
    lower, upper = band.to_numpy().T
    invisible = {
        "mode": "lines",
        "line": {"width": 0},
        "yaxis": "y2",
        "showlegend": False,
        "hoverinfo": "skip",
    }
    fill = {"fill": "tonexty", "fillcolor": _transparent(color, BAND_OPACITY)}
    return [
        line_trace(dates, lower, "", **invisible),
        line_trace(dates, upper, "", **invisible, **fill),
    ]


def next_value_trace(place: int, row: pd.Series[float], color: str) -> Figure:
    """Return a next value with its interval, in the panel to the right of the path."""
    error = interval_bars(row[["value"]], row[["lower"]], row[["upper"]]) | {"thickness": 2}
    return line_trace(
        [place],
        row[["value"]],
        "next",
        mode="markers",
        marker={"color": color, "size": 7},
        error_y=error,
        xaxis="x2",
        yaxis="y2",
        showlegend=False,
    )


def interval_bars(
    values: pd.Series[float], lower: pd.Series[float], upper: pd.Series[float]
) -> Figure:
    """Return error bars from the lower to the upper end."""
    above = upper.to_numpy() - values.to_numpy()
    below = values.to_numpy() - lower.to_numpy()
    return {
        "type": "data",
        "symmetric": False,
        "array": packed(above),
        "arrayminus": packed(below),
    }


def packed(values: Any) -> Figure:
    """Return numbers in base64, which plotly.js reads exactly and in half the space of text."""
    array = np.asarray(values)
    return {
        "dtype": array.dtype.str[1:],
        "bdata": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode(),
    }


def plotly_dates(index: pd.Index[Any]) -> list[Any]:
    """Return dates as plotly reads them, in the clock time of their zone."""
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, pd.DatetimeIndex):
        return index.tolist()
    midnight = bool((index == index.normalize()).all())
    return index.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S").tolist()


def _transparent(color: str, opacity: float) -> str:
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
