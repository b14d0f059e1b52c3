"""Contents of figures: lines, colors, labels, dates, and whether they are in sample."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.dates import ConciseDateFormatter

import hedgeresearch as hr
from hedgeresearch.plotting import COLORS, plot_lines, plot_probabilities, sample_label

DAYS = pd.date_range("2020-01-01", periods=5, name="date")
LINES = pd.DataFrame({"oil": [1.0, 2, 3, 4, 5], "gas": [5.0, 4, 3, 2, 1]}, DAYS)
PROBABILITIES = pd.DataFrame({0: [0.5, 0.6, 0.7, 0.2, 0.1], 1: [0.3, 0.2, 0.2, 0.2, 0.1]}, DAYS)
PROBABILITIES[2] = 1 - PROBABILITIES.sum(axis=1)


@pytest.fixture
def ax() -> Iterator[Axes]:
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_lines_are_the_columns(ax: Axes) -> None:
    assert plot_lines(LINES, ylabel="price", note="in sample", ax=ax) is ax
    assert (ax.get_ylabel(), ax.get_title(loc="right"), legend(ax)) == (
        "price",
        "in sample",
        ["oil", "gas"],
    )
    assert [line.get_color() for line in ax.lines] == list(COLORS[:2])
    np.testing.assert_array_equal(np.stack([line.get_ydata() for line in ax.lines], axis=1), LINES)


def test_added_lines_use_the_next_colors(ax: Axes) -> None:
    plot_lines(LINES, ylabel="price", ax=ax)
    plot_lines(LINES, ylabel="price", ax=ax)
    assert [line.get_color() for line in ax.lines] == list(COLORS[:4])


def test_colors_repeat_after_the_last(ax: Axes) -> None:
    plot_lines(pd.DataFrame(np.zeros((5, 8)), DAYS), ylabel="price", ax=ax)
    assert ax.lines[7].get_color() == COLORS[0]


@pytest.mark.parametrize("dates", [DAYS, DAYS.to_period("D")], ids=["timestamps", "periods"])
def test_dates_have_concise_labels(ax: Axes, dates: pd.Index) -> None:
    plot_lines(LINES.set_axis(dates), ylabel="price", ax=ax)
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)


def test_numbered_dates_keep_number_labels(ax: Axes) -> None:
    plot_lines(LINES.reset_index(drop=True), ylabel="price", ax=ax)
    assert not isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)


def test_each_plot_has_a_figure_of_its_own(ax: Axes) -> None:
    returns = hr.data.simulate_dcc(n_dates=400, seed=0).returns
    asset = returns["asset"]
    hedges = returns[["hedge"]]
    backtest = hr.walk_forward({}, asset, hedges, 200, 100, progress=False)
    drawn = [
        ax,
        plot_lines(LINES, ylabel="price"),
        plot_probabilities(PROBABILITIES),
        hr.OLSHedge().fit(asset, hedges).plot(),
        hr.GARCH().fit(asset).plot(),
        hr.CCC().fit(returns).plot(),
        backtest.plot(),
        backtest.plot("cumulative"),
        backtest.plot("effectiveness"),
        hr.check(returns).plot(),
    ]
    assert len({id(one.figure) for one in drawn}) == len(drawn)
    assert not ax.lines
    for one in drawn[1:]:
        check_fits(one)


def test_label_of_two_lines_and_wide_numbers_fits() -> None:
    axes = plot_lines(-12345.0 + LINES, ylabel="variance saved against OLS,\n% of the asset's")
    check_fits(axes)


def check_fits(axes: Axes) -> None:
    """Check that the label is in the figure, and the legend neither outside nor on the note."""
    figure = axes.get_figure(True)
    figure.canvas.draw()
    parts = [axes.yaxis.label.get_window_extent()] if axes.get_ylabel() else []
    names = axes.get_legend()
    if names is not None:
        box = names.get_window_extent()
        parts.append(box)
        if axes.get_title(loc="right"):
            assert not box.overlaps(axes._right_title.get_window_extent())
    for part in parts:
        assert part.x0 >= 0.0
        assert part.y0 >= 0.0
        assert part.y1 <= figure.bbox.y1


def test_probabilities_stack_to_one(ax: Axes) -> None:
    assert plot_probabilities(PROBABILITIES, note="in sample", ax=ax) is ax
    assert (ax.get_ylabel(), ax.get_ylim()) == ("predicted probability", (0, 1))
    tops = {area.get_label(): area.get_paths()[0].vertices[:, 1] for area in ax.collections}
    for regime, top in PROBABILITIES.cumsum(axis=1).items():
        assert set(top) <= set(tops[f"regime {regime}"])
    # Drawn from the tallest to the lowest, named from the lowest to the tallest.
    assert [to_hex(area.get_facecolor()[0]).upper() for area in ax.collections] == list(
        COLORS[2::-1]
    )
    assert legend(ax) == ["regime 0", "regime 1", "regime 2"]


@pytest.mark.parametrize("end", [0, -1])
def test_dates_up_to_the_end_of_the_sample_are_in_sample(end: int) -> None:
    assert sample_label(DAYS, DAYS[end]) == "in sample"


def test_plots_of_fits_say_in_or_out_of_sample(ax: Axes) -> None:
    returns = hr.data.simulate_regimes(n_dates=600, seed=1).returns
    asset = returns.iloc[:, 0]
    hedges = returns.iloc[:, 1:]
    fit = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)).fit(asset[:500], hedges[:500])
    later = fit.extend(asset[500:], hedges[500:])
    for drawn, note in [(fit, "in sample"), (later, "out of sample")]:
        for part in (drawn, drawn.regimes):
            ax.clear()
            assert part is not None
            assert part.plot(ax).get_title(loc="right") == note


def test_line_is_shaded_by_the_most_likely_regime():
    returns = hr.data.simulate_regimes(n_dates=600, seed=3).returns
    fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
    prices = (1 + returns["asset"]).cumprod().rename("price")
    ax = fit.plot(plt.figure().subplots(), line=prices)
    assert ax.get_ylabel() == "price"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["regime 1"]
    assert "smoothed: hindsight" in fit.plot(
        plt.figure().subplots(), line=prices, hindsight=True
    ).get_title(loc="right")
    assert fit.plot(plt.figure().subplots(), hindsight=True).get_ylabel() == "smoothed probability"
    with pytest.raises(
        hr.DataError, match="line must contain every date of the path; 100 are missing"
    ):
        fit.plot(line=prices.iloc[100:])
    plt.close("all")
