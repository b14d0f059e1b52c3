"""Figures of Series and DataFrames: every function draws on one Axes and returns it.

Without ``ax`` each draws a figure of its own, so that the second does not land in the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import regime_label
from hedgeresearch._interactive import OWN
from hedgeresearch._interactive import as_plotly as as_plotly
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Palette of Okabe and Ito, which color-blind readers can distinguish."""
NOTE_HEIGHT = 17.0
"""Height of a note with the space around it, in points."""
STYLE_SHEET = Path(__file__).with_name("style.mplstyle")


def style() -> AbstractContextManager[None]:
    """Return a context that draws figures in the style of the package, restored at its end.

    Use it as ``with hr.plotting.style(): ...``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> with style():
    ...     size = plt.rcParams["font.size"]
    >>> size
    9.0
    """
    import matplotlib.style

    return matplotlib.style.context(STYLE_SHEET)


def plot_lines(
    lines: pd.DataFrame,
    *,
    ylabel: str,
    note: str = "",
    references: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot each column as a line over the dates.

    Lines added to an Axes continue the colors of the lines already there.

    Parameters
    ----------
    lines : DataFrame, shape (n_dates, n_lines)
    ylabel : str
    note : str
        Text at the right of the title, such as "in sample".
    references : dict, optional
        Columns the others are compared with, and their colors.
    ax : Axes, optional
        By default those of a new figure.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> axes = hr.plotting.plot_lines(returns.cumsum(), ylabel="sum of returns")
    >>> axes.get_ylabel(), len(axes.get_lines())
    ('sum of returns', 2)
    """
    axes = new_axes(ax)
    given = references or {}
    n_before = len(axes.lines)
    colors = iter(_color_cycle(n_before + lines.shape[1])[n_before:])
    for column in lines.columns:
        color = given[column] if column in given else next(colors)
        axes.plot(_dates(lines.index), lines[column], color=color, linewidth=0.9, label=str(column))
    _add_legend_above(axes, note=note)
    return _finish(axes, ylabel, note)


def plot_probabilities(
    probabilities: pd.DataFrame,
    *,
    ylabel: str = "predicted probability",
    note: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Plot probabilities of regimes (n_dates, k) as areas that stack to one.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=300, seed=0).returns
    >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
    >>> hr.plotting.plot_probabilities(fit.predicted).get_ylabel()
    'predicted probability'
    """
    axes = new_axes(ax)
    tops = probabilities.cumsum(axis=1)
    colors = _color_cycle(probabilities.shape[1])
    # From the tallest to the lowest, each over the last: areas next to each other would leave pale
    # seams over thousands of dates.
    for column, color in reversed(list(zip(tops.columns, colors, strict=True))):
        axes.fill_between(
            _dates(tops.index), tops[column], color=color, linewidth=0, label=regime_label(column)
        )
    axes.set_ylim(0, 1)
    axes.margins(x=0)
    _add_legend_above(axes, note=note, reverse=True)
    return _finish(axes, ylabel, note)


def plot_shaded(
    line: pd.Series[float],
    probabilities: pd.DataFrame,
    *,
    ylabel: str,
    note: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Plot a line over a background colored by the most likely regime of each date.

    Regime 0, the calm one, stays white. ``probabilities`` are (n_dates, k).

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> simulated = hr.data.simulate_regimes(n_dates=300, seed=0)
    >>> fit = hr.GaussianHMM(2, n_starts=2).fit(simulated.returns)
    >>> line = simulated.returns["asset"].cumsum()
    >>> hr.plotting.plot_shaded(line, fit.predicted, ylabel="sum of returns").get_ylabel()
    'sum of returns'
    """
    axes = new_axes(ax)
    axes.plot(_dates(line.index), line, color="black", lw=0.8)
    shade_regimes(probabilities, axes)
    return _finish(axes, ylabel, note)


def shade_regimes(probabilities: pd.DataFrame, axes: Axes) -> None:
    """Color the background by the most likely regime of each date; regime 0 stays white.

    ``probabilities`` are (n_dates, k).

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> simulated = hr.data.simulate_regimes(n_dates=300, seed=0)
    >>> fit = hr.GaussianHMM(2, n_starts=2).fit(simulated.returns)
    >>> axes = hr.plotting.plot_lines(simulated.returns, ylabel="return")
    >>> hr.plotting.shade_regimes(fit.predicted, axes)
    """
    most_likely = probabilities.to_numpy().argmax(axis=1)
    for regime in range(1, probabilities.shape[1]):
        axes.fill_between(
            _dates(probabilities.index),
            0.0,
            1.0,
            where=most_likely == regime,
            step="mid",
            transform=axes.get_xaxis_transform(),
            color=COLORS[regime % len(COLORS)],
            alpha=0.3,
            lw=0.0,
            label=regime_label(probabilities.columns[regime]),
        )
    _add_legend_above(axes)


def plot_intervals(
    values: pd.Series[float],
    ends: Array,
    *,
    reference: float,
    xlabel: str,
    note: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Plot a point and its interval for each name, in rows, and a vertical line at a reference.

    ``ends`` are (n, 2), the lower and the upper end of each interval.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> ratios = pd.Series({"OLS": 0.62, "DCC": 0.66})
    >>> ends = np.array([[0.55, 0.69], [0.60, 0.72]])
    >>> hr.plotting.plot_intervals(ratios, ends, reference=1.0, xlabel="hedge ratio").get_xlabel()
    'hedge ratio'
    """
    axes = new_axes(ax)
    rows = np.arange(len(values))[::-1]
    axes.axvline(reference, color="0.6", lw=0.8, zorder=0)
    axes.hlines(rows, ends[:, 0], ends[:, 1], color=COLORS[0], lw=2.0)
    axes.plot(values.to_numpy(), rows, "o", color=COLORS[0], ms=5.0)
    axes.set_yticks(rows, [str(name) for name in values.index])
    axes.set_xlabel(xlabel)
    axes.margins(y=0.1)
    return _finish(axes, "", note)


def shade_bands(bands: pd.DataFrame, axes: Axes) -> None:
    """Shade the band around each of the last lines of an Axes, in the color of the line.

    ``bands`` has the columns (name, "lower") and (name, "upper") of each name.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> fit = hr.RollingOLSHedge(100).fit(returns["asset"], returns[["hedge"]])
    >>> axes = hr.plotting.plot_lines(fit.ratio, ylabel="hedge ratio")
    >>> hr.plotting.shade_bands(fit.bands(), axes)
    """
    names = list(dict.fromkeys(bands.columns.get_level_values(0)))
    for name, line in zip(names, axes.lines[-len(names) :], strict=True):
        axes.fill_between(
            _dates(bands.index),
            bands[name, "lower"],
            bands[name, "upper"],
            color=line.get_color(),
            alpha=0.2,
            lw=0.0,
        )


def sample_label(dates: pd.Index[Any], sample_end: Any) -> str:
    """Return "in sample" if the parameters of a path were estimated on its dates.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.bdate_range("2024-01-01", periods=10)
    >>> hr.plotting.sample_label(dates, dates[-1]), hr.plotting.sample_label(dates[5:], dates[4])
    ('in sample', 'out of sample')
    """
    return "in sample" if dates[0] <= sample_end else "out of sample"


def new_axes(ax: Axes | None) -> Axes:
    """Return the given Axes, or those of a new figure, whose labels always fit into it.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> axes = hr.plotting.new_axes(None)
    >>> hr.plotting.new_axes(axes) is axes
    True
    """
    import matplotlib.pyplot as plt

    if ax is not None:
        return ax
    figure, axes = plt.subplots(layout="constrained")
    figure.set_gid(OWN)
    return axes


def _color_cycle(n: int) -> list[str]:
    return [COLORS[i % len(COLORS)] for i in range(n)]


def _dates(index: pd.Index[Any]) -> pd.Index[Any]:
    return index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index


def _add_legend_above(axes: Axes, *, note: str = "", reverse: bool = False) -> None:
    """Add a legend at the left above the Axes, where it hides no data, and above the note."""
    from matplotlib.transforms import ScaledTranslation

    above = ScaledTranslation(0.0, NOTE_HEIGHT / 72.0, axes.figure.dpi_scale_trans)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        bbox_transform=axes.transAxes + above if note else axes.transAxes,
        borderaxespad=0.2,
        ncols=4,
        frameon=False,
        fontsize="small",
        reverse=reverse,
    )


def _finish(axes: Axes, ylabel: str, note: str) -> Axes:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    axes.set_ylabel(ylabel)
    locator = axes.xaxis.get_major_locator()
    if isinstance(locator, AutoDateLocator):
        formatter: Any = ConciseDateFormatter  # has no types
        axes.xaxis.set_major_formatter(formatter(locator))
    if note:
        axes.set_title(note, loc="right", fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
    return axes
