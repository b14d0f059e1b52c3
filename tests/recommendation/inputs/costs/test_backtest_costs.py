"""Costs of a backtest from the terms of instruments."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.inputs.costs.backtest_costs import backtest_costs


def test_costs_are_shares_of_value() -> None:
    dates = pd.date_range("2024-01-01", periods=4)
    market = hr.Market(pd.DataFrame({"F": [80.0, 100.0, 80.0, 50.0], "G": 5.0}, dates))
    future = hr.LinearContract("F", 50, fee=0.0001, half_spread=0.0002, fee_per_contract=2.5)
    unknown = hr.LinearContract("G", 1)
    found = backtest_costs([future, unknown], market)
    per_contract = np.mean([2.5 / 4000, 2.5 / 5000, 2.5 / 4000, 2.5 / 2500])
    assert found.half_spread == {"F": 0.0002, "G": 0.0}
    assert found.fee["F"] == pytest.approx(0.0001 + per_contract, rel=1e-12)
    assert found.fee["G"] == 0.0
