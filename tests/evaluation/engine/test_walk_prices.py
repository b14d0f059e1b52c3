"""Walks of models of prices, which are cumulated from returns."""

import warnings

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.evaluation.runs import WINDOW, walk, walk_one


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_models_of_prices_see_cumulated_returns(prices: pd.DataFrame, kind: str) -> None:
    model = hr.ErrorCorrectionHedge(kind="difference" if kind == "difference" else "log", lags=1)
    backtest = walk_one(model, hr.returns(prices, kind=kind))
    for step in range(250, 399, 50):
        # the prices after the first return of the window, to the last
        sample = prices.iloc[step - 249 : step + 1]
        expected = model.fit(sample["asset"], sample[["hedge"]]).next_ratio["hedge"]
        found = backtest.ratio("model")["hedge"].iloc[step - 250 : step - 200]
        np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_the_level_of_prices_does_not_matter(kind: str) -> None:
    """Prices up to a factor, or up to a constant for differences, have the same ratio."""
    rng = np.random.default_rng(5)
    common = 0.01 * rng.normal(size=(400, 1)).cumsum(axis=0)
    basis = 0.005 * rng.normal(size=(400, 2)).cumsum(axis=0) * [0.0, 1.0]
    levels = common + basis + 0.004 * rng.normal(size=(400, 2))
    if kind != "difference":
        levels = np.exp(levels)
    prices = pd.DataFrame(levels, pd.date_range("2020-01-01", periods=400), ["spot", "future"])
    data = hr.returns(prices, kind=kind)
    model = hr.ErrorCorrectionHedge(kind="difference" if kind == "difference" else "log")
    backtest = walk({"ecm": model}, data, refit_every=40)
    last = prices.iloc[1:]
    with warnings.catch_warnings():
        # of cointegration, which is not tested here
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        for start in range(WINDOW, len(data), 40):
            past = last.iloc[start - WINDOW : start]
            new = last.iloc[start : start + 40]
            fit = model.fit(past["spot"], past[["future"]]).extend(new["spot"], new[["future"]])
            np.testing.assert_allclose(backtest.ratios["ecm"].loc[new.index], fit.ratio, rtol=1e-8)
    assert backtest.ratios["ecm"]["future"].nunique() > 1
    assert backtest.failed_refits["ecm"] == 0


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_returns_of_other_prices_are_refused(prices: pd.DataFrame) -> None:
    simple = hr.returns(prices)
    differences = hr.returns(prices, kind="difference")
    with pytest.raises(
        hr.DataError, match="must be of kind='difference' for model 'model', .* got 'simple'"
    ):
        walk_one(hr.ErrorCorrectionHedge(kind="difference"), simple)
    with pytest.raises(
        hr.DataError, match="must be of kind='log' for model 'model', .* got 'difference'"
    ):
        walk_one(hr.ConstrainedHedge(hr.VECMHedge(), upper=1.0), differences)
    percent = simple * 100.0
    percent.attrs = {}
    with pytest.raises(
        hr.DataError, match="returns must lie above -1 for model 'model', which works on prices"
    ):
        walk_one(hr.CointegrationHedge(), percent)


def test_differences_of_prices_have_summed_wealth_and_no_costs(prices: pd.DataFrame) -> None:
    differences = hr.returns(prices, kind="difference")
    backtest = walk_one(hr.RollingOLSHedge(60), differences)
    summed = backtest.hedged_returns["unhedged"].cumsum()
    fall = (np.maximum(summed.cummax(), 0.0) - summed).max()
    drawdown = backtest.measures()["maximum drawdown", "gross"]["unhedged"]
    assert drawdown == pytest.approx(fall, rel=1e-9)
    with pytest.raises(hr.DataError, match="cost must be left out for differences of prices"):
        walk_one(hr.RollingOLSHedge(60), differences, cost=hr.Costs(fee=0.001))
