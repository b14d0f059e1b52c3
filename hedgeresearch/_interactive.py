"""Figures of matplotlib as figures of plotly, which a notebook can zoom and read values from.

Only what the figures of the package are made of is known: lines, points, bars, areas, meshes,
arrows and texts. Each kind of artist has a function that returns its traces or shapes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 420
"""Height of a figure, pixels."""
OWN = "made by hedgeresearch"
"""Mark of a figure that a plot has made itself, which is closed once another is made of it."""
HOLES = "#cccccc"
"""Color of a heat map where it has no value."""
MARGINS = {"l": 60, "r": 20, "t": 60, "b": 50}
DASHES = {"-": "solid", "--": "dash", ":": "dot", "-.": "dashdot", "None": "solid", "": "solid"}
NOTE = {"x": 0.98, "y": 0.9, "xanchor": "right", "font": {"size": 12}}
AXIS = {"showgrid": False, "showline": True, "linecolor": "#444444", "ticks": "outside"}


def as_plotly(axes: Axes) -> Any:
    """Return a plotly Figure of what is drawn on an Axes.

    Parameters
    ----------
    axes : Axes of matplotlib with lines, points, bars, areas, meshes and texts

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.plotting import as_plotly, plot_lines
    >>> lines = pd.DataFrame({"ratio": [1.0, 1.1]}, pd.date_range("2026-01-01", periods=2))
    >>> figure = as_plotly(plot_lines(lines, ylabel="ratio"))
    >>> figure.data[0].name, list(figure.data[0].y)
    ('ratio', [1.0, 1.1])
    """
    import matplotlib.pyplot as plt
    import plotly.graph_objects as go

    axes.figure.canvas.draw()  # so that limits and ticks are known
    read = Reader(axes)
    figure = go.Figure(layout={"plot_bgcolor": "#ffffff"})
    for artist in axes.get_children():
        for known, draw in ARTISTS.items():
            if type(artist).__name__ in known and artist.get_visible():
                draw(figure, artist, read)
    figure.update_layout(_layout(axes, read))
    whole: Any = axes.get_figure(root=True)
    if whole.get_gid() == OWN:
        plt.close(whole)
    return figure


def shown(axes: Axes, *, interactive: bool) -> Any:
    """Return the Axes, or a plotly Figure of it if it is to be interactive."""
    return as_plotly(axes) if interactive else axes


class Reader:
    """Reads coordinates and colors of the artists of an Axes."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.has_dates = "Date" in type(axes.xaxis.get_major_formatter()).__name__

    def x(self, values: Any) -> list[Any]:
        """Return places on the horizontal axis as numbers or dates."""
        numbers = np.asarray(values, dtype=float)
        if not self.has_dates:
            return [float(one) for one in numbers]
        from matplotlib import dates

        date_of: Any = dates.num2date  # has no types
        return [None if np.isnan(one) else date_of(one).isoformat() for one in numbers]

    def spans_width(self, transform: Any) -> bool:
        """Return whether horizontal places are shares of the width."""
        return bool(transform == self.axes.get_yaxis_transform(which="grid"))

    def spans_height(self, transform: Any) -> bool:
        """Return whether vertical places are shares of the height."""
        return bool(transform == self.axes.get_xaxis_transform(which="grid"))


def color_of(color: Any, alpha: float | None = None) -> str:
    """Return a color of matplotlib as text for plotly."""
    from matplotlib.colors import to_rgba

    red, green, blue, opacity = to_rgba(color, alpha)
    return f"rgba({255 * red:.0f},{255 * green:.0f},{255 * blue:.0f},{opacity:.3g})"


def name_of(artist: Any) -> dict[str, Any]:
    """Return the name of an artist in the legend; none if it has no label."""
    label = str(artist.get_label())
    return {"name": label, "showlegend": True} if label[:1] != "_" else {"showlegend": False}


def _line(figure: Any, line: Any, read: Reader) -> None:
    """Add a line, its points, or one that spans the figure."""
    x, y = (np.asarray(values, dtype=float) for values in line.get_data(orig=False))
    color = color_of(line.get_color(), line.get_alpha())
    style = {"color": color, "width": float(line.get_linewidth()) * 1.3}
    style["dash"] = DASHES.get(line.get_linestyle(), "solid")
    if read.spans_height(line.get_transform()):
        figure.add_shape(
            type="line",
            yref="paper",
            x0=read.x(x)[0],
            x1=read.x(x)[-1],
            y0=0,
            y1=1,
            line=style,
            layer="below",
        )
        return
    if read.spans_width(line.get_transform()):
        figure.add_shape(
            type="line", xref="paper", x0=0, x1=1, y0=y[0], y1=y[-1], line=style, layer="below"
        )
        return
    has_points = line.get_marker() not in ("None", "", " ", None)
    has_line = line.get_linestyle() not in ("None", "", " ")
    mode = "+".join(["lines"] * has_line + ["markers"] * has_points)
    shape = "hv" if line.get_drawstyle() == "steps-post" else "linear"
    figure.add_scatter(
        x=read.x(x),
        y=y.tolist(),
        mode=mode,
        line=style | {"shape": shape},
        marker={"color": color, "size": float(line.get_markersize()) * 1.3},
        **name_of(line),
    )


def _segments(figure: Any, collection: Any, read: Reader) -> None:
    """Add the segments of a collection as one broken line."""
    color = color_of(collection.get_color()[0])
    width = float(np.ravel(collection.get_linewidth())[0]) * 1.3
    x: list[Any] = []
    y: list[Any] = []
    for segment in collection.get_segments():
        x += [*read.x(segment[:, 0]), None]
        y += [*segment[:, 1].tolist(), None]
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": color, "width": width}, **name_of(collection)
    )


def _area(figure: Any, collection: Any, read: Reader) -> None:
    """Add the areas between lines; of those that span the height, shades of the background."""
    color = color_of(collection.get_facecolor()[0])
    shades = read.spans_height(collection.get_transform())
    shown = name_of(collection)
    for path in collection.get_paths():
        corners: Array = path.vertices
        x = read.x(corners[:, 0])
        if shades:
            figure.add_shape(
                type="rect",
                yref="paper",
                x0=min(x),
                x1=max(x),
                y0=0,
                y1=1,
                fillcolor=color,
                line_width=0,
                layer="below",
            )
            continue
        figure.add_scatter(
            x=x,
            y=corners[:, 1].tolist(),
            fill="toself",
            fillcolor=color,
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
            **shown,
        )
        shown = {"showlegend": False}
    if shades and shown["showlegend"]:
        figure.add_scatter(
            x=[None], y=[None], mode="markers", marker={"color": color, "symbol": "square"}, **shown
        )


def _points(figure: Any, collection: Any, read: Reader) -> None:
    """Add the points of a collection."""
    offsets = np.ma.getdata(collection.get_offsets())
    colors = [color_of(color) for color in collection.get_facecolor()]
    sizes = np.sqrt(np.maximum(collection.get_sizes(), 1.0)).tolist()
    marker = {
        "color": colors if len(colors) > 1 else (colors or ["#000000"])[0],
        "size": sizes if len(sizes) > 1 else sizes[0],
    }
    figure.add_scatter(
        x=read.x(offsets[:, 0]),
        y=offsets[:, 1].tolist(),
        mode="markers",
        marker=marker,
        **name_of(collection),
    )


def _mesh(figure: Any, mesh: Any, read: Reader) -> None:
    """Add a mesh as a heat map; cells without a value stay grey."""
    corners = np.asarray(mesh.get_coordinates(), dtype=float)
    values: Array = np.ma.filled(np.ma.asarray(mesh.get_array(), dtype=float), np.nan)
    values = values.reshape(corners.shape[0] - 1, corners.shape[1] - 1)
    _heat_map(figure, mesh, read.x(corners[0, :, 0]), corners[:, 0, 1], values)


def _image(figure: Any, image: Any, read: Reader) -> None:
    """Add an image as a heat map; cells without a value stay grey."""
    values: Array = np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), np.nan)
    left, right, bottom, top = image.get_extent()
    x = np.linspace(left, right, values.shape[1] + 1)
    y = np.linspace(bottom, top, values.shape[0] + 1)
    _heat_map(figure, image, read.x(x), y, values)


def _heat_map(figure: Any, mapped: Any, x: list[Any], y: Array, values: Array) -> None:
    """Add values of cells, whose edges are x and y, in the colors of an artist."""
    colors = [[i / 10.0, color_of(mapped.get_cmap()(i / 10.0))] for i in range(11)]
    low, high = mapped.get_clim()
    label = "" if mapped.colorbar is None else mapped.colorbar.ax.get_ylabel()
    figure.add_heatmap(
        x=x,
        y=y.tolist(),
        z=values.tolist(),
        colorscale=colors,
        zmin=low,
        zmax=high,
        hoverongaps=False,
        colorbar={"title": {"text": label, "side": "right"}},
    )
    figure.update_layout(plot_bgcolor=HOLES)


def _bar(figure: Any, bar: Any, read: Reader) -> None:
    """Add a bar as a filled rectangle."""
    if bar is read.axes.patch or bar.get_width() == 0.0:
        return
    ends = [bar.get_x(), bar.get_x() + bar.get_width()]
    low = bar.get_y()
    high = low + bar.get_height()
    color = color_of(bar.get_facecolor())
    style = {"type": "rect", "fillcolor": color, "line_width": 0, "layer": "below"}
    if read.spans_width(bar.get_data_transform()):
        figure.add_shape(xref="paper", x0=0, x1=1, y0=low, y1=high, **style)
        return
    left, right = read.x(ends)
    if read.spans_height(bar.get_data_transform()):
        figure.add_shape(yref="paper", x0=left, x1=right, y0=0, y1=1, **style)
        return
    figure.add_scatter(
        x=[left, left, right, right, left],
        y=[low, high, high, low, low],
        fill="toself",
        fillcolor=color,
        mode="lines",
        line={"width": 0},
        **name_of(bar),
    )


def _text(figure: Any, text: Any, read: Reader) -> None:
    """Add a text at its place."""
    if not text.get_text() or text.get_transform() != read.axes.transData:
        return
    x, y = text.get_position()
    axes: Any = read.axes  # whose conversion has no types
    (place,) = read.x([axes.convert_xunits(x)])
    # unlike those of traces, places of annotations on a log axis are logarithms
    place = np.log10(place) if axes.get_xscale() == "log" else place
    height = np.log10(y) if axes.get_yscale() == "log" else float(y)
    figure.add_annotation(x=place, y=height, text=text.get_text(), showarrow=False)


ARTISTS: dict[tuple[str, ...], Callable[[Any, Any, Reader], None]] = {
    ("Line2D",): _line,
    ("LineCollection",): _segments,
    ("PolyCollection", "FillBetweenPolyCollection"): _area,
    ("PathCollection",): _points,
    ("QuadMesh",): _mesh,
    ("AxesImage",): _image,
    ("Rectangle",): _bar,
    ("Text",): _text,
}
"""Function that draws each kind of artist."""


def _layout(axes: Axes, read: Reader) -> dict[str, Any]:
    """Return the axes, the legend and the note of a figure."""
    note = axes.get_title(loc="right") or axes.get_title(loc="center")
    layout: dict[str, Any] = {
        "height": HEIGHT,
        "margin": MARGINS,
        "paper_bgcolor": "#ffffff",
        "font": {"size": 12, "color": "#222222"},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "x unified" if len(axes.lines) > 1 else "closest",
        "xaxis": AXIS | {"title": {"text": axes.get_xlabel()}} | _ticks(axes.xaxis),
        "yaxis": AXIS | {"title": {"text": axes.get_ylabel()}} | _ticks(axes.yaxis),
    }
    low, high = axes.get_xlim()
    layout["xaxis"]["range"] = read.x([low, high])
    bottom, top = axes.get_ylim()
    layout["yaxis"]["range"] = [bottom, top]
    for axis, scale in (("xaxis", axes.get_xscale()), ("yaxis", axes.get_yscale())):
        if scale == "log":
            layout[axis]["type"] = "log"
            layout[axis]["range"] = np.log10(layout[axis]["range"]).tolist()
    if note:
        layout["title"] = NOTE | {"text": note}
    return layout


def _ticks(axis: Any) -> dict[str, Any]:
    """Return the ticks of an axis with names; none for one with numbers or dates."""
    if type(axis.get_major_formatter()).__name__ not in ("FixedFormatter", "FuncFormatter"):
        return {}
    texts = [label.get_text() for label in axis.get_ticklabels()]
    return {"tickvals": list(map(float, axis.get_majorticklocs())), "ticktext": texts}
