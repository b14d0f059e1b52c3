"""Figures of a backtest draw its results."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import hedgeresearch as hr


def lines_of(backtest: hr.evaluation.Backtest, kind: Any) -> dict[str, np.ndarray]:
    axes = backtest.plot(kind, Figure().subplots())
    return {line.get_label(): np.asarray(line.get_ydata()) for line in axes.get_lines()}


def test_the_ratio_plot_draws_the_sum_of_ratios(
    backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    lines = lines_of(backtest, "ratio")
    assert list(lines) == list(backtest.models)
    for name, values in lines.items():
        np.testing.assert_allclose(values, by_hand[name]["total"], rtol=1e-12)


def test_the_cumulative_plot_ends_at_the_gain(
    backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    lines = lines_of(backtest, "cumulative")
    assert list(lines) == list(backtest.models)
    squares = {name: (one["gross"] - one["gross"].mean()) ** 2 for name, one in by_hand.items()}
    for name, values in lines.items():
        saved = np.cumsum(squares["ols"] - squares[name]) / squares["unhedged"].sum()
        np.testing.assert_allclose(values, 100 * saved, rtol=1e-8, atol=1e-10)
        gain = backtest.summary.loc[name, "gain on ols"]
        np.testing.assert_allclose(values[-1], 100 * gain, rtol=1e-8)


def test_the_effectiveness_plot_draws_points_and_intervals(
    backtest: hr.evaluation.Backtest,
) -> None:
    axes = backtest.plot("effectiveness", Figure().subplots())
    reference, points = axes.get_lines()
    models = backtest.summary.drop(index="unhedged")
    models = models.sort_values("effectiveness", ascending=False)  # the best first
    ols = models.loc["ols", "effectiveness"]
    np.testing.assert_allclose(points.get_xdata(), 100 * models["effectiveness"])
    np.testing.assert_allclose(reference.get_xdata(), 100 * ols)
    assert [label.get_text() for label in axes.get_yticklabels()] == list(models.index)
    ends = np.array([segment[:, 0] for segment in axes.collections[0].get_segments()])
    np.testing.assert_allclose(ends, 100 * (ols + models[["gain, lower", "gain, upper"]]))


def test_an_unknown_plot_is_refused(backtest: hr.evaluation.Backtest) -> None:
    with pytest.raises(
        hr.DataError, match="kind must be one of 'ratio', 'cumulative', 'effectiveness'; got 'pie'"
    ):
        backtest.plot("pie")
