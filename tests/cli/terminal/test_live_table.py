"""The table of a session when the last bar has no advice."""

import io
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

import hedgeresearch as hr
from hedgeresearch.cli.terminal.live_table import LiveTable
from hedgeresearch.live.decision import Decision, Known, Problem


def advised() -> hr.recommendation.Recommendation:
    times = pd.date_range("2026-03-02 12:00", periods=200, freq="1s", tz="UTC")
    steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
    prices = {"BTC": 6e4 + steps[0], "PERP": 6e4 + steps[0] + 0.1 * steps[1]}
    market = hr.Market(pd.DataFrame(prices, times))
    position = hr.Position({"BTC": 2.0})
    perpetual = hr.LinearContract("PERP", 0.001, lot=1)
    fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    return hr.recommend(fit, position, perpetual, market)


def shown(table: LiveTable) -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()


def test_an_order_of_an_older_bar_is_not_shown() -> None:
    table = LiveTable({"BTC": "BTC at one", "PERP": "BTC at other"}, None)
    known: Any = {"BTC": Known(None, None, None), "PERP": Known(None, None, None)}
    table.see(Decision(10**9, known, {}, 1, (), advised()))
    assert " sell " in shown(table)
    problems = (Problem("late", "BTC", "it is late"), Problem("gap", "BTC", "a change is missing"))
    table.see(Decision(2 * 10**9, known, {}, 1, problems, None))
    text = shown(table)
    assert "No advice." in text
    assert " sell " not in text
    assert "late: it is late; gap: a change is missing" in text
