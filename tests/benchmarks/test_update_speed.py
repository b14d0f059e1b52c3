"""Times of a recommendation and of its update by a bar; no time is asserted."""

from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr

ROUNDS = {"rounds": 7, "iterations": 1, "warmup_rounds": 1}
BARS = 100
MODELS = {
    "OLS": hr.OLSHedge(),
    "EWMA": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97)),
    "DCC": hr.MinimumVarianceHedge(hr.DCC()),
    "default": hr.hedges.stacked_decays_hedge(),
    "regimes": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2, seed=0)),
    "Kalman": hr.KalmanHedge(),
    "error correction": hr.ErrorCorrectionHedge(),
}


def parts_of(model: Any, rows: int = 5000) -> dict[str, Any]:
    """Return a position of a thousand units of an index and a future on another."""
    table = hr.load("nasdaq_sp500").iloc[-rows:]
    market = hr.Market(table)
    position = hr.Position({"NASDAQ": 1000})
    future = hr.LinearContract("SP500", 50, fee=0.00005)
    prices = model.traits.input == "prices"
    data = (table["NASDAQ"], table[["SP500"]]) if prices else market.returns(position, future)
    return {"fit": model.fit(*data), "position": position, "instruments": future, "market": market}


def bars_after(
    record: hr.recommendation.Recommendation,
) -> list[tuple[dict[str, float], pd.Timestamp]]:
    """Return prices that vary a little, on the following days."""
    last = record.problem.market.table.iloc[-1]
    return [
        ((last * (1 + 0.001 * (i % 7))).to_dict(), last.name + pd.Timedelta(days=i))
        for i in range(1, BARS + 1)
    ]


# The indices are not cointegrated.
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("rows", [600, 5000])
@pytest.mark.parametrize("name", MODELS)
def test_a_hundred_updates(benchmark: Any, name: str, rows: int) -> None:
    benchmark.extra_info.update({"case": f"{BARS} bars after {rows}, {name}", "aim": 0.001 * BARS})
    record = hr.recommend(**parts_of(MODELS[name], rows))
    bars = bars_after(record)

    def follow() -> hr.recommendation.Recommendation:
        latest = record
        for bar, date in bars:
            latest = latest.update(bar, date)
        return latest

    assert benchmark.pedantic(follow, **ROUNDS).as_of == bars[-1][1]


def test_a_recommendation(benchmark: Any) -> None:
    benchmark.extra_info.update({"case": "recommendation, afresh", "aim": 0.01})
    parts = parts_of(hr.OLSHedge())
    found = benchmark.pedantic(lambda: hr.recommend(**parts), **ROUNDS)
    assert found.action == "trade"
