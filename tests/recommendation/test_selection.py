"""The best model of a backtest: fitted on all observations, and recommended like any other."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import describe
from hedgeresearch.errors import recorded_warnings
from hedgeresearch.hedges.default import regime_conditional_hedge
from hedgeresearch.recommendation.assessment.evidence.tournament import assess_tournament
from hedgeresearch.recommendation.selection import allowing_for_closes, entrants, fit_best

POSITION = hr.Position({"A": 400_000.0})
ROLLING = hr.RollingOLSHedge(30)


@pytest.fixture(scope="module")
def swinging() -> hr.Market:
    """Prices whose slope swings, so that a model with a memory of weeks is needed."""
    rng = np.random.default_rng(0)
    moves = 0.01 * rng.standard_normal(900)
    slope = 1.0 + 0.8 * np.sin(np.arange(900) / 60.0)
    asset = slope * moves + 0.001 * rng.standard_normal(900)
    paths = {"A": 50.0 * np.cumprod(1.0 + asset), "F": 4000.0 * np.cumprod(1.0 + moves)}
    return hr.Market(pd.DataFrame(paths, pd.date_range("2023-01-02", periods=900)))


@pytest.mark.long
def test_best_is_the_recommendation_of_the_winner(
    swinging: hr.Market, instruments: dict[str, Any]
) -> None:
    future = instruments["F"]
    asset, hedges = swinging.returns(POSITION, future)
    backtest = hr.walk_forward({"rolling": ROLLING}, asset, hedges, window=300)
    assert assess_tournament(backtest).best == "rolling"
    fit = ROLLING.fit(asset, hedges)
    expected = hr.recommend(fit, POSITION, future, swinging, backtest=backtest)
    for given in (None, hr.OLSHedge().fit(asset, hedges)):
        best = hr.recommend(given, POSITION, future, swinging, model="best", backtest=backtest)
        assert best.to_json() == expected.to_json()
    assert fit_best(backtest, asset, hedges).model == ROLLING


@pytest.mark.long
def test_without_a_backtest_one_is_run_at_the_costs_of_the_terms(
    swinging: hr.Market, instruments: dict[str, Any]
) -> None:
    future = instruments["F"]
    asset, hedges = swinging.returns(POSITION, future)
    found = hr.recommend(ROLLING.fit(asset, hedges), POSITION, future, swinging, model="best")
    backtest = found.settings.backtest
    assert backtest is not None
    assert list(backtest.models) == [
        *("naive", "ols", "ewma", "rolling", "decays", "dcc", "kalman", "stacking"),
        *("regime around ewma", "regime", describe(ROLLING)),
    ]
    assert len(backtest.hedged_returns) == 450
    trades = backtest.summary.loc["ols", "turnover"]
    assert backtest.costs["ols"].sum() == pytest.approx((future.fee + future.half_spread) * trades)
    assert describe(found.problem.fit.model) == describe(
        backtest.models[assess_tournament(backtest).best]
    )


@pytest.mark.parametrize("kind", ["log", "difference"])
def test_the_winner_is_fitted_on_the_returns_of_the_backtest(
    swinging: hr.Market, instruments: dict[str, Any], kind: Any
) -> None:
    future = instruments["F"]
    returns = hr.returns(swinging.table, kind=kind)
    backtest = hr.walk_forward({"r": ROLLING}, returns["A"], returns[["F"]], window=300)
    found = hr.recommend(None, POSITION, future, swinging, model="best", backtest=backtest)
    best = backtest.models[assess_tournament(backtest).best]
    expected = best.fit(returns["A"], returns[["F"]])
    assert found.problem.fit.returns_kind == kind
    pd.testing.assert_series_equal(found.problem.fit.next_ratio, expected.next_ratio)


def test_samples_decide_who_takes_part_and_a_model_does_once() -> None:
    assert list(entrants(None, 249, 1)) == ["ewma"]
    assert list(entrants(None, 250, 3)) == ["ewma", "rolling", "decays", "dcc"]
    everyone = entrants(None, 400, 2)
    assert list(everyone)[4:] == ["kalman", "stacking", "regime around ewma", "regime"]
    assert everyone["regime"] == regime_conditional_hedge()
    returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    for model in (hr.OLSHedge(), hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))):
        fit = model.fit(returns["asset"], returns[["hedge"]])
        assert list(entrants(fit, 100, 1)) == ["ewma"]


@pytest.mark.long
def test_entrants_can_be_fitted_to_two_hedges_and_the_shortest_window() -> None:
    returns = hr.data.simulate_dcc(n_dates=250, n_series=3, seed=4).returns
    for model in entrants(None, 250, 2).values():
        with recorded_warnings():
            fit = model.fit(returns["asset"], returns[["hedge", "hedge2"]])
        assert np.isfinite(fit.next_ratio).all()


def test_regimes_take_part_where_half_the_window_has_dates_for_them() -> None:
    returns = hr.data.simulate_dcc(n_dates=400, n_series=3, seed=4).returns
    assert "regime" not in entrants(None, 399, 2)
    model = entrants(None, 400, 2)["regime"]
    with recorded_warnings():
        fit = model.fit(returns["asset"], returns[["hedge", "hedge2"]])
        with pytest.raises(hr.DataError, match="must have at least 200 rows"):
            model.fit(returns["asset"].iloc[1:], returns[["hedge", "hedge2"]].iloc[1:])
    assert np.isfinite(fit.next_ratio).all()


def test_closes_at_different_times_bring_hedges_that_allow_for_it() -> None:
    rng = np.random.default_rng(0)
    hedge = 0.01 * rng.standard_normal(500)
    asset = 0.3 * hedge + 0.6 * np.roll(hedge, 1) + 0.004 * rng.standard_normal(500)
    dates = pd.bdate_range("2020-01-01", periods=500)
    late = pd.DataFrame({"tokyo": asset, "newyork": hedge}, dates)
    names = list(allowing_for_closes(late["tokyo"], late[["newyork"]]))
    assert names == ["dimson", "horizon"]
    together = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    assert allowing_for_closes(together["asset"], together[["hedge"]]) == {}


def test_a_choice_is_refused_with_what_to_do(
    swinging: hr.Market, instruments: dict[str, Any]
) -> None:
    future = instruments["F"]
    short = hr.Market(swinging.table.iloc[:40])
    with pytest.raises(hr.DataError, match="at least 40 returns for its tournament; got 39"):
        hr.recommend(None, POSITION, future, short, model="best")
    with pytest.raises(hr.DataError, match="fit must be, for example, OLSHedge"):
        hr.recommend(None, POSITION, future, swinging)
    bad: Any = "ols"
    with pytest.raises(hr.DataError, match="model must be 'best' or None; got 'ols'. To recommend"):
        hr.recommend(None, POSITION, future, swinging, model=bad)
