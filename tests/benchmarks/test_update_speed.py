"""How long a recommendation takes, and the next one a bar later; nothing is asserted about time."""

from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr

ROUNDS = {"rounds": 7, "iterations": 1, "warmup_rounds": 1}
BARS = 100


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    """A thousand units of an index, and the future on another."""
    market, position = hr.Market(hr.load("nasdaq_sp500")), hr.Position({"NASDAQ": 1000})
    future = hr.LinearContract("SP500", 50, fee=0.00005)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    return {"fit": fit, "position": position, "instruments": future, "market": market}


def bars_after(record: hr.Recommendation) -> list[tuple[dict[str, float], pd.Timestamp]]:
    """Prices that wander a little, on the days after."""
    last = record.book.market.table.iloc[-1]
    return [((last * (1 + 0.001 * (i % 7))).to_dict(), last.name + pd.Timedelta(days=i)) for i in range(1, BARS + 1)]


def test_bars_one_after_the_other(benchmark: Any, parts: dict[str, Any]) -> None:
    benchmark.extra_info.update({"case": f"recommendation, {BARS} bars one after the other", "aim": 0.001 * BARS})
    record = hr.recommend(**parts)
    bars = bars_after(record)

    def follow() -> hr.Recommendation:
        latest = record
        for bar, date in bars:
            latest = latest.update(bar, date)
        return latest

    assert benchmark.pedantic(follow, **ROUNDS).as_of == bars[-1][1]


def test_a_recommendation(benchmark: Any, parts: dict[str, Any]) -> None:
    benchmark.extra_info.update({"case": "recommendation, afresh", "aim": 0.01})
    found = benchmark.pedantic(lambda: hr.recommend(**parts), **ROUNDS)
    assert found.action == "trade"
