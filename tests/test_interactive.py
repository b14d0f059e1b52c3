"""Figures of matplotlib as figures of plotly: the same data in the same places."""

from datetime import datetime

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.microstructure import plot_heat_map
from hedgeresearch.plotting import as_plotly, plot_intervals, plot_lines, plot_shaded

DATES = pd.date_range("2026-01-01", periods=6, freq="D")


@pytest.fixture
def lines() -> pd.DataFrame:
    return pd.DataFrame({"a": np.arange(6.0), "b": [1.0, 0.5, np.nan, 2.0, 1.0, 3.0]}, DATES)


def test_lines_have_their_values_dates_names_and_colors(lines: pd.DataFrame) -> None:
    figure = as_plotly(plot_lines(lines, ylabel="ratio", note="a note"))
    assert [trace.name for trace in figure.data] == ["a", "b"]
    for trace in figure.data:
        np.testing.assert_array_equal(np.array(trace.y, dtype=float), lines[trace.name])
        assert [datetime.fromisoformat(one).date() for one in trace.x] == list(DATES.date)
    assert figure.data[0].line.color != figure.data[1].line.color
    assert figure.layout.yaxis.title.text == "ratio"
    assert figure.layout.title.text == "a note"


def test_intervals_have_their_ends_points_names_and_reference() -> None:
    values = pd.Series({"first": 1.0, "second": 2.0})
    ends = np.array([[0.5, 1.5], [1.0, 3.0]])
    figure = as_plotly(plot_intervals(values, ends, reference=0.8, xlabel="gain"))
    segments, points = sorted(figure.data, key=lambda trace: trace.mode)
    assert [one for one in segments.x if one is not None] == ends.ravel().tolist()
    assert list(points.x) == [1.0, 2.0]
    assert list(figure.layout.yaxis.ticktext) == ["first", "second"]
    (reference,) = figure.layout.shapes
    assert (reference.x0, reference.yref) == (0.8, "paper")


def test_backgrounds_are_shades_between_their_dates(lines: pd.DataFrame) -> None:
    probabilities = pd.DataFrame({0: [1, 1, 0, 0, 1, 1], 1: [0, 0, 1, 1, 0, 0]}, DATES, dtype=float)
    figure = as_plotly(plot_shaded(lines["a"], probabilities, ylabel="a"))
    (shade,) = figure.layout.shapes
    assert shade.x0.startswith("2026-01-03T00:00")
    assert shade.x1.startswith("2026-01-04T00:00")
    assert shade.yref == "paper"
    assert "regime 1" in [trace.name for trace in figure.data]


def test_heat_maps_keep_their_holes() -> None:
    costs = pd.DataFrame(np.arange(12.0).reshape(6, 2) / 1e4, DATES.tz_localize("UTC"), [1.0, 2.0])
    costs.columns.name = "size"
    costs.iloc[2, 1] = np.nan
    (trace,) = plot_heat_map(costs, interactive=True).data
    np.testing.assert_allclose(np.array(trace.z, dtype=float), 1e4 * costs.to_numpy().T, rtol=1e-12)


def test_bars_points_and_texts_stand_where_they_stood() -> None:
    axes = plt.subplots()[1]
    axes.bar([1.0], [3.0], width=0.5)
    axes.scatter([1.0, 2.0], [0.0, 1.0], label="points")
    axes.text(1.5, 2.5, "here")
    axes.set_yscale("log")
    axes.set_ylim(0.1, 10.0)
    figure = as_plotly(axes)
    plt.close(axes.figure)
    bar = next(trace for trace in figure.data if trace.fill == "toself")
    assert (min(bar.x), max(bar.x), max(bar.y)) == (0.75, 1.25, 3.0)
    points = next(trace for trace in figure.data if trace.name == "points")
    assert (list(points.x), list(points.y)) == ([1.0, 2.0], [0.0, 1.0])
    (text,) = figure.layout.annotations
    # plotly places annotations on a log axis by the logarithm
    assert (text.x, text.y, text.text) == (1.5, pytest.approx(np.log10(2.5)), "here")
    np.testing.assert_allclose(figure.layout.yaxis.range, [-1.0, 1.0], atol=1e-12)


def test_bands_across_the_figure_stay_across_it(lines: pd.DataFrame) -> None:
    axes = plot_lines(lines, ylabel="ratio")
    axes.axhspan(0.5, 1.5, color="0.8")
    axes.axvspan(DATES[1], DATES[2], color="0.9")
    figure = as_plotly(axes)
    across, upright = figure.layout.shapes
    assert (across.xref, across.y0, across.y1) == ("paper", 0.5, 1.5)
    assert (upright.yref, upright.x0[:10], upright.x1[:10]) == ("paper", "2026-01-02", "2026-01-03")
    assert len(figure.data) == 2


def test_only_figures_of_the_package_are_closed(lines: pd.DataFrame) -> None:
    mine = plt.subplots()[1]
    as_plotly(plot_lines(lines, ylabel="ratio", ax=mine))
    as_plotly(plot_lines(lines, ylabel="ratio"))
    assert plt.get_fignums() == [mine.figure.number]
    plt.close(mine.figure)


def test_fits_and_backtests_have_interactive_figures() -> None:
    returns = hr.data.simulate_dcc(700, seed=1).returns
    asset = returns["asset"]
    hedges = returns[["hedge"]]
    fit = hr.RollingOLSHedge(100).fit(asset, hedges)
    ratio, band = fit.plot(confidence=0.95, interactive=True).data
    if band.fill != "toself":
        ratio, band = band, ratio
    np.testing.assert_array_equal(ratio.y, fit.ratio["hedge"])
    lower = fit.bands(0.95)["hedge", "lower"]
    assert np.nanmin(np.array(band.y, dtype=float)) == pytest.approx(lower.min(), rel=1e-12)
    volatility = hr.EWMACovariance().fit(returns)
    assert len(volatility.plot(interactive=True).data) == 2
    backtest = hr.walk_forward({}, asset, hedges, window=400)
    for kind in ("ratio", "cumulative", "effectiveness"):
        assert backtest.plot(kind, interactive=True).data
    regimes = hr.GaussianHMM(n_starts=2).fit(returns)
    assert {trace.name for trace in regimes.plot(interactive=True).data} == {"regime 0", "regime 1"}
    assert not plt.get_fignums()
