"""The model to use after a backtest: by hand, where it is obvious, and where the set is odd."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.assessment.evidence.tournament import (
    assess_tournament,
    beaten_by_cheaper,
    cheapest,
    complexity,
)

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
COSTS = hr.Costs(half_spread=0.0001)


def backtest_of(
    beta: np.ndarray, noise: float = 0.003, seed: int = 0, cost: hr.Costs | None = None
) -> hr.evaluation.Backtest:
    """A backtest of EWMA on returns whose slope is a path (n_dates,)."""
    rng = np.random.default_rng(seed)
    hedge = 0.01 * rng.standard_normal(len(beta))
    asset = beta * hedge + noise * rng.standard_normal(len(beta))
    dates = pd.bdate_range("2015-01-01", periods=len(beta))
    returns = pd.DataFrame({"asset": asset, "hedge": hedge}, dates)
    models = {"ewma": EWMA}
    asset_returns = returns["asset"]
    return hr.walk_forward(
        models, asset_returns, returns[["hedge"]], window=300, refit_every=100, cost=cost
    )


@pytest.fixture(scope="module")
def moving() -> hr.evaluation.Backtest:
    """Slopes that swing between 0.2 and 1.8, which only EWMA follows."""
    return backtest_of(1.0 + 0.8 * np.sin(np.arange(1500) / 80.0))


@pytest.fixture(scope="module")
def constant() -> hr.evaluation.Backtest:
    """A slope of one, where all that EWMA adds is noise."""
    return backtest_of(np.ones(900), cost=COSTS)


@pytest.mark.long
def test_a_clear_winner_is_the_best_at_any_price(moving: hr.evaluation.Backtest) -> None:
    found = assess_tournament(moving)
    assert found.best == "ewma"
    assert found.kept == ["ewma"]
    assert found.table["turnover after entry"].idxmax() == "ewma"
    assert found.simpler_and_better("ewma") == []


def test_of_equals_the_simplest_is_the_best(constant: hr.evaluation.Backtest) -> None:
    found = assess_tournament(constant)
    assert found.best == "naive"
    assert "naive" in found.kept
    assert found.price.idxmin() == "naive"
    assert "naive" in found.simpler_and_better("ewma")


def test_the_table_holds_what_the_backtest_says(constant: hr.evaluation.Backtest) -> None:
    found = assess_tournament(constant)
    summary = constant.summary.loc[found.table.index]
    pd.testing.assert_series_equal(found.table["effectiveness"], summary["effectiveness"])
    entries = pd.Series({name: constant.ratio(name).iloc[0, 0] for name in found.table.index})
    turnover = summary["turnover"] - entries
    np.testing.assert_allclose(found.table["turnover after entry"], turnover, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        found.table["cost after entry"], 1e-4 * turnover, rtol=1e-9, atol=1e-15
    )
    assert list(found.table.index) == ["naive", "ols", "ewma"]
    assert (found.n_dates, found.confidence, found.horizon) == (600, 0.9, 1)
    assert found.has_costs


def test_a_model_that_a_cheaper_one_beats_is_left_aside() -> None:
    table = pd.DataFrame(
        {"effectiveness": [0.896, 0.887, 0.905, 0.904], "in set": [False, True, True, True]},
        index=["naive", "ols", "rolling", "ewma"],
    )
    price = pd.Series([1.0, 2.2, 32.0, 66.0], index=table.index)
    assert beaten_by_cheaper(table, price) == {"ols": "naive", "ewma": "rolling"}
    assert cheapest(table, price) == "rolling"
    alone = table.assign(**{"in set": [False, True, False, False]})
    assert cheapest(alone, price) == "ols"  # where all of the set are beaten, none is left aside


def test_too_few_observations_are_refused(constant: hr.evaluation.Backtest) -> None:
    frames = ("ratios", "hedged_returns", "date_returns", "costs")
    short = replace(constant, **{name: getattr(constant, name).iloc[:19] for name in frames})
    with pytest.raises(hr.DataError, match="at least 20 observations out of sample; got 19"):
        assess_tournament(short)


@dataclass(frozen=True)
class Mine:
    """A model of one's own."""

    inner: hr.OLSHedge


def test_models_are_ordered_from_simple_to_elaborate() -> None:
    models = [
        hr.NaiveHedge(),
        hr.OLSHedge(),
        hr.RollingOLSHedge(60),
        EWMA,
        hr.MinimumVarianceHedge(hr.DCC()),
        hr.RegimeHedge(hr.GaussianHMM(2)),
        hr.CombinedHedge({"ols": hr.OLSHedge(), "ewma": EWMA}),
        Mine(hr.OLSHedge()),
    ]
    places = [complexity(model) for model in models]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    assert complexity(hr.RollingOLSHedge(60)) == complexity(hr.RollingOLSHedge(250))
