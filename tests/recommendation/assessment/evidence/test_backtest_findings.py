"""Findings of a backtest about a fit, against arithmetic on its returns."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import (
    BacktestFindings,
    assess_backtest,
)
from tests.evaluation.fragile import failing_at

OLS = hr.OLSHedge()
EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.8))


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """Constant correlation, so that a model with a short memory is beaten by simpler ones."""
    simulated = hr.data.simulate_dcc(n_dates=700, alpha=0.0, beta=0.0, seed=1)
    return simulated.returns


@pytest.fixture(scope="module")
def backtest(returns: pd.DataFrame) -> hr.evaluation.Backtest:
    asset = returns["asset"]
    return hr.walk_forward({"mine": EWMA}, asset, returns[["hedge"]], window=300, refit_every=100)


@pytest.fixture(scope="module")
def findings(returns: pd.DataFrame, backtest: hr.evaluation.Backtest) -> BacktestFindings:
    fit = EWMA.fit(returns["asset"], returns[["hedge"]])
    return assess_backtest(backtest, fit, returns, 0.95, 0)


def test_the_next_ratio_is_held_on_the_dates_of_the_backtest(
    returns: pd.DataFrame, findings: BacktestFindings
) -> None:
    found = findings.out_of_sample
    assert found is not None
    ratio = EWMA.fit(returns["asset"], returns[["hedge"]]).next_ratio["hedge"]
    held = returns["asset"] - ratio * returns["hedge"]
    then = returns.index[300:]
    assert (found.first, found.last, found.n_dates) == (then[0], then[-1], 400)
    removed = 1.0 - held[then].var() / returns["asset"][then].var()
    assert found.ratio_then == pytest.approx(removed, rel=1e-9)
    assert found.ratio_always == pytest.approx(1.0 - held.var() / returns["asset"].var(), rel=1e-9)
    assert (findings.n_observations, findings.n_estimation) == (700, 300)


def test_simpler_leaders_and_their_lead_are_found(
    backtest: hr.evaluation.Backtest, findings: BacktestFindings
) -> None:
    removed = backtest.summary["effectiveness"]
    assert findings.leaders[0] == "ols"
    assert removed["ols"] > removed["mine"]
    assert findings.lead is not None
    assert findings.lead.difference == pytest.approx(removed["ols"] - removed["mine"], rel=1e-9)


def test_a_short_backtest_has_no_interval_and_no_tournament(
    returns: pd.DataFrame, backtest: hr.evaluation.Backtest
) -> None:
    frames = ("ratios", "hedged_returns", "date_returns", "costs")
    first = {name: getattr(backtest, name).iloc[:19] for name in frames}
    short = replace(backtest, rows=backtest.rows[:19], **first)
    fit = OLS.fit(returns["asset"], returns[["hedge"]])
    found = assess_backtest(short, fit, returns, 0.95, 0)
    assert found.out_of_sample is not None
    assert found.out_of_sample.interval is None
    assert found.tournament is None
    assert "at least 20 observations out of sample; got 19" in found.tournament_note
    assert found.leaders == []


def test_a_model_that_is_not_there_is_named(
    returns: pd.DataFrame, backtest: hr.evaluation.Backtest
) -> None:
    fit = hr.RollingOLSHedge(60).fit(returns["asset"], returns[["hedge"]])
    found = assess_backtest(backtest, fit, returns, 0.95, 0)
    assert found.out_of_sample is None
    assert found.note == "the backtest does not contain RollingOLSHedge(60)."
    assert found.tournament is not None


def test_a_longer_horizon_of_the_fit_is_that_of_the_comparison(
    returns: pd.DataFrame, backtest: hr.evaluation.Backtest
) -> None:
    asset = returns["asset"]
    hedges = returns[["hedge"]]
    weekly = hr.HorizonHedge(OLS, 5)
    both = hr.walk_forward({"week": weekly}, asset, hedges, window=300, refit_every=100)
    fit = weekly.fit(asset, hedges)
    found = assess_backtest(both, fit, returns, 0.95, 0)
    assert found.out_of_sample is not None
    assert found.tournament is not None
    assert (found.comparable, found.tournament.horizon) == (True, 5)
    assert found.out_of_sample.over == "5 business days"
    sums = both.date_returns.rolling(5).sum().dropna()
    removed = 1.0 - sums["week"].var() / sums["unhedged"].var()
    assert found.out_of_sample.effectiveness == pytest.approx(removed, rel=1e-9)
    held = (asset - fit.next_ratio["hedge"] * returns["hedge"]).rolling(5).sum().dropna()
    always = 1.0 - held.var() / asset.rolling(5).sum().dropna().var()
    assert found.out_of_sample.ratio_always == pytest.approx(always, rel=1e-9)
    daily = assess_backtest(both.over(5), OLS.fit(asset, hedges), returns, 0.95, 0)
    assert daily.tournament is not None
    assert (daily.comparable, daily.tournament.horizon) == (False, 5)


def test_an_asset_that_stood_still_gives_the_reason(
    returns: pd.DataFrame, backtest: hr.evaluation.Backtest
) -> None:
    halted = replace(backtest, hedged_returns=0.0 * backtest.hedged_returns)
    fit = OLS.fit(returns["asset"], returns[["hedge"]])
    found = assess_backtest(halted, fit, returns, 0.95, 0)
    assert found.out_of_sample is None
    assert "unhedged returns must vary" in found.note
    assert "unhedged returns must vary" in found.tournament_note


def test_closes_that_differ_are_judged_over_five_periods() -> None:
    """The remedy is not called worse by single days, and its rival not better."""
    rng = np.random.default_rng(4)
    hours = 0.007 * rng.standard_normal((2001, 2))
    dates = pd.bdate_range("2010-01-01", periods=2000)
    tokyo = 0.9 * (hours[1:, 0] + hours[:-1, 1]) + 0.005 * rng.standard_normal(2000)
    table = pd.DataFrame({"tokyo": tokyo, "ny": hours[1:].sum(axis=1)}, dates)
    dimson = hr.DimsonHedge(lags=1, leads=0)
    pair = (table["tokyo"], table[["ny"]])
    with pytest.warns(hr.errors.DataWarning, match="closes"):
        backtest = hr.walk_forward({"dimson": dimson}, *pair, 500, 250, progress=False)
    found = assess_backtest(backtest, dimson.fit(*pair), table, 0.95, 0)
    assert found.out_of_sample is not None
    assert (found.out_of_sample.horizon, found.leaders) == (5, [])
    assert found.tournament is not None
    assert (found.tournament.best, found.tournament.horizon) == ("dimson", 5)
    five = backtest.over(5).summary.loc["dimson", "effectiveness"]
    assert found.out_of_sample.effectiveness == pytest.approx(five, rel=1e-12)


def test_a_model_that_never_hedged_was_not_measured(returns: pd.DataFrame) -> None:
    pair = (returns["asset"], returns[["hedge"]])
    fragile = failing_at(returns, 400, 500, 600)
    with pytest.warns(hr.errors.ConvergenceWarning, match="never hedged"):
        backtest = hr.walk_forward({"fragile": fragile}, *pair, window=400, refit_every=100)
    fit = replace(hr.NaiveHedge().fit(*pair), model=fragile)
    found = assess_backtest(backtest, fit, returns, 0.95, 0)
    assert found.out_of_sample is None
    assert found.note == "fragile failed at every one of 3 refits and never hedged."
