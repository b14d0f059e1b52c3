"""Tracking errors in per cent a year, against the walk's own returns."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.mark.parametrize("periods", [None, 260.0])
def test_tracking_table_is_in_per_cent_a_year(
    backtest: hr.evaluation.Backtest, two_hedges: pd.DataFrame, periods: float | None
) -> None:
    table = hr.evaluation.tracking_table(backtest, periods)
    dates = backtest.date_returns.index
    years = (dates[-1] - dates[0]).days / 365.25
    per_year = periods or (len(dates) - 1) / years
    index = two_hedges["asset"].loc[dates]
    for name in backtest.models:
        weights = backtest.ratios[name]
        basket = (weights.to_numpy() * two_hedges[["hedge", "hedge2"]].loc[dates]).sum(axis=1)
        row = table.loc[name]
        error = (index - basket).std() * per_year**0.5
        assert row["tracking error"] == pytest.approx(100.0 * error, rel=1e-3)
        difference = (basket - index).mean() * per_year
        assert row["difference"] == pytest.approx(100.0 * difference, rel=1e-3)
        assert row["correlation"] == pytest.approx(np.corrcoef(index, basket)[0, 1])
        assert row["instruments"] == 2.0
        traded = np.abs(np.diff(weights, axis=0)).sum()
        assert row["turnover a year"] == pytest.approx(traded * per_year / len(dates), rel=1e-3)
        largest = np.abs(np.diff(weights, axis=0)).sum(axis=1).max()
        assert row["largest change"] == pytest.approx(largest)
        cost = backtest.costs[name].mean() * per_year
        assert row["cost"] == pytest.approx(100.0 * cost, rel=1e-3)
