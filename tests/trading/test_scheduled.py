"""Schedules of Almgren and Chriss and partial adjustment are one, at an end that is far away."""

from typing import Any

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.trading import (
    Impact,
    NoTradeBand,
    PartialTrade,
    almgren_chriss_rate,
    almgren_chriss_schedule,
    schedule_rebalance,
)

IMPACT = Impact(volatility=0.95, temporary=2.5e-6, permanent=2.5e-7, half_spread=0.0625)


@pytest.mark.parametrize("risk_aversion", [1e-9, 1e-7, 1e-6, 1e-4])
@pytest.mark.parametrize("interval", [0.25, 1.0])
def test_a_schedule_without_end_is_partial_adjustment(
    risk_aversion: float, interval: float
) -> None:
    rate = almgren_chriss_rate(interval, IMPACT, risk_aversion)
    schedule = almgren_chriss_schedule(1e6, 20_000, interval, IMPACT, risk_aversion)
    assert rate == pytest.approx(-np.expm1(-interval / schedule.half_life), rel=1e-12)
    left = 1e6
    for holding in schedule.holdings[1:6]:
        left, _ = PartialTrade(0.0, rate).trade(left)
        assert left == pytest.approx(holding, rel=1e-9)


def test_the_rate_is_the_best_of_a_search() -> None:
    """Among constant fractions of what is left, none costs less."""
    temporary = IMPACT.temporary - 0.5 * IMPACT.permanent

    def penalty(rate: float) -> float:
        left = (1.0 - rate) ** np.arange(1, 400)
        before = (1.0 - rate) ** np.arange(0, 399)
        trades = rate * before
        return float(temporary * (trades @ trades) + 1e-6 * IMPACT.volatility**2 * (left @ left))

    best = almgren_chriss_rate(1.0, IMPACT, 1e-6)
    grid = np.linspace(0.9 * best, 1.1 * best, 401)
    found = grid[np.argmin([penalty(rate) for rate in grid])]
    assert found == pytest.approx(best, rel=1e-3)


@pytest.mark.parametrize(
    ("rule", "holding", "trade"),
    [
        (NoTradeBand(-100.0, 20.0), 0.0, -80.0),
        (NoTradeBand(-100.0, 20.0), -150.0, 30.0),
        (NoTradeBand(-100.0, 20.0), -110.0, 0.0),
        (PartialTrade(-100.0, 0.25), -20.0, -20.0),
    ],
)
def test_the_trade_of_a_rule_is_scheduled(rule: Any, holding: float, trade: float) -> None:
    schedule = schedule_rebalance(rule, holding, 5, 1.0, IMPACT, 1e-6)
    expected = almgren_chriss_schedule(-trade, 5, 1.0, IMPACT, 1e-6)
    np.testing.assert_array_equal(schedule.holdings, expected.holdings)
    assert schedule.trades.sum() == pytest.approx(-trade)
    assert holding - schedule.trades.sum() == pytest.approx(rule.trade(holding)[0])


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(DataError, match="rule must be a NoTradeBand or a PartialTrade"):
        schedule_rebalance(3.0, 0.0, 5, 1.0, IMPACT, 1e-6)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="Use shorter intervals"):
        almgren_chriss_rate(50.0, IMPACT, 1e-6)
    with pytest.raises(DataError, match="interval must lie"):
        almgren_chriss_rate(0.0, IMPACT, 1e-6)
    with pytest.raises(DataError, match="risk_aversion must lie"):
        almgren_chriss_rate(1.0, IMPACT, 0.0)
