"""How long a recommendation takes, and the next one a bar later; nothing is asserted about time."""

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
    "regimes": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2, seed=0)),
    "Kalman": hr.KalmanHedge(),
    "error correction": hr.ErrorCorrectionHedge(),
}


def parts_of(model: Any, rows: int = 5000) -> dict[str, Any]:
    """A thousand units of an index, and the future on another."""
    table = hr.load("nasdaq_sp500").iloc[-rows:]
    market, position = hr.Market(table), hr.Position({"NASDAQ": 1000})
    future = hr.LinearContract("SP500", 50, fee=0.00005)
    prices = model.traits.input == "prices"
    data = (table["NASDAQ"], table[["SP500"]]) if prices else market.returns(position, future)
    return {"fit": model.fit(*data), "position": position, "instruments": future, "market": market}


def bars_after(
    record: hr.recommendation.Recommendation,
) -> list[tuple[dict[str, float], pd.Timestamp]]:
    """Prices that wander a little, on the days after."""
    last = record.book.market.table.iloc[-1]
    return [
        ((last * (1 + 0.001 * (i % 7))).to_dict(), last.name + pd.Timedelta(days=i))
        for i in range(1, BARS + 1)
    ]


@pytest.mark.filterwarnings(
    "ignore::hedgeresearch.errors.ConvergenceWarning"
)  # the indices are not cointegrated
@pytest.mark.parametrize("rows", [600, 5000])
@pytest.mark.parametrize("name", MODELS)
def test_bars_one_after_the_other(benchmark: Any, name: str, rows: int) -> None:
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
