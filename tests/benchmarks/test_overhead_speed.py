"""Times of what surrounds estimates: checks at the door, a bar, a summary, tails of a million rows.

No time is asserted.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.checks.data_quality import largest_step
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_HEDGES

ROUNDS = {"rounds": 7, "iterations": 5, "warmup_rounds": 1}
ONCE = {"rounds": 1, "iterations": 1, "warmup_rounds": 0}


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.returns(hr.load("nasdaq_sp500"))


@pytest.mark.parametrize("rows", [500, 5000])
def test_checks_at_the_door(benchmark: Any, returns: pd.DataFrame, rows: int) -> None:
    benchmark.extra_info.update({"case": f"checks at the door, {rows} x 2", "aim": 5e-5})
    assert largest_step.dispatcher is not None  # as after the first use of another kernel
    table = returns.iloc[:rows]
    benchmark.pedantic(check_at_door, (table, OF_HEDGES, "simple"), **ROUNDS)


MODELS = {
    "OLS": (hr.OLSHedge(), 1e-4),
    "DCC": (hr.MinimumVarianceHedge(hr.DCC()), 1.2e-4),
    "default": (hr.hedges.stacked_decays_hedge(), 2e-4),
}


@pytest.mark.parametrize("name", MODELS)
def test_one_bar(benchmark: Any, returns: pd.DataFrame, name: str) -> None:
    model, aim = MODELS[name]
    benchmark.extra_info.update({"case": f"HedgeFit.extend by one bar, {name}", "aim": aim})
    asset = returns["NASDAQ"]
    hedges = returns[["SP500"]]
    fit = model.fit(asset.iloc[:1000], hedges.iloc[:1000])
    bar = (asset.iloc[1000:1001], hedges.iloc[1000:1001])
    assert len(benchmark.pedantic(fit.extend, bar, **ROUNDS).ratio) == 1


def test_refits_of_the_default(benchmark: Any, returns: pd.DataFrame) -> None:
    benchmark.extra_info.update({"case": "400 refits of the default, window 1000", "aim": 0.8})
    models = {"decays": hr.hedges.stacked_decays_hedge()}
    settings = {"window": 1000, "refit_every": 1, "progress": False}
    data = (returns["NASDAQ"].iloc[:1400], returns[["SP500"]].iloc[:1400])
    backtest = benchmark.pedantic(
        lambda: hr.walk_forward(models, *data, **settings), rounds=3, warmup_rounds=1
    )
    assert backtest.n_refits == 400


def test_a_summary_of_eighteen_models(benchmark: Any, returns: pd.DataFrame) -> None:
    benchmark.extra_info.update({"case": "summary of 18 models, 4030 dates", "aim": 0.4})
    models = {f"rolling {window}": hr.RollingOLSHedge(window) for window in range(30, 330, 20)}
    settings = {"refit_every": 250, "progress": False}
    backtest = hr.walk_forward(models, returns["NASDAQ"], returns[["SP500"]], **settings)
    # a summary is computed once for each backtest
    summary = benchmark.pedantic(lambda: backtest.over(1).summary, rounds=3, warmup_rounds=1)
    assert len(summary) == len(models) + 3


TAILS = {"least CVaR": hr.MinimumCVaRHedge(), "median": hr.QuantileHedge()}


@pytest.mark.parametrize("name", TAILS)
def test_tails_of_a_million_rows(benchmark: Any, name: str) -> None:
    benchmark.extra_info.update({"case": f"{name}, 10^6 x 3", "aim": 10.0})
    rng = np.random.default_rng(1)
    dates = pd.date_range("1990-01-01", periods=1_000_000, freq="min")
    hedges = pd.DataFrame(0.01 * rng.standard_t(4, (1_000_000, 2)), dates, ["one", "two"])
    own = 0.006 * rng.standard_t(4, 1_000_000)
    asset = (hedges @ [0.8, 0.3] + own).rename("asset")
    fit = benchmark.pedantic(TAILS[name].fit, (asset, hedges), **ONCE)
    np.testing.assert_allclose(fit.next_ratio, [0.8, 0.3], atol=0.01)
