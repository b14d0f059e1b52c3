"""Partial rebalancing under price impact: part of the way, in whole lots."""

from collections.abc import Callable

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.decision import Reason
from hedgeresearch.recommendation.sizing.past_targets import past_targets

Advise = Callable[..., hr.recommendation.Recommendation]
TargetVariance = Callable[[hr.recommendation.Recommendation], float]
UNITS = {"A": 400_000.0}
AVERSION = 1e-6


def test_impact_trades_part_of_the_way(advise: Advise) -> None:
    rule = hr.PartialRebalancing(risk_aversion=AVERSION, impact=2000.0, mean_reversion=0.2)
    found = advise(UNITS, ["F"], hr.RollingOLSHedge(60), rebalancing=rule, holdings={"F": -20.0})
    rate = hr.trading.trading_rate(2000.0, AVERSION, float(found.valuation.covariance[1, 1]))
    path = past_targets(found.problem, found.valuation, hr.Objective())[:, 0]
    target = float(found.summary.loc["F", "target"])
    aim = hr.trading.aim_position(target, float(path.mean()), 0.2, rate)
    assert 0.0 < rate < 1.0
    assert found.holdings["F"] == round(-20.0 + rate * (aim + 20.0))
    decision = found.plan.decisions[0]
    assert (decision.reason, decision.aim, decision.rate) == (Reason.PARTIAL, aim, rate)
    order = found.orders.iloc[0]
    traded = abs(found.holdings["F"] + 20.0)
    fees = 0.0002 * 50 * found.problem.market.price("F") * traded
    assert order["cost"] == pytest.approx(fees + 0.5 * 2000.0 * traded**2, rel=1e-12)
    assert found.plan.costs[0] == order["cost"]
    assert order["reason"].startswith(f"{rate:.1%} of the way to an aim of")


@pytest.mark.long
@pytest.mark.parametrize("impact", [100.0, 2000.0, 50_000.0])
def test_impact_does_not_stop_several_lots_away(
    advise: Advise, target_variance: TargetVariance, impact: float
) -> None:
    """Outside the band of what a lot costs one lot is traded, never away from the aim."""
    rule = hr.PartialRebalancing(risk_aversion=AVERSION, impact=impact)
    model = hr.RollingOLSHedge(60)
    start = advise(UNITS, ["F"], model, rebalancing=rule)
    target = start.summary.loc["F", "target"]
    variance = float(start.valuation.covariance[1, 1])
    cost = 0.0002 * 50 * start.problem.market.price("F") + 0.5 * impact
    width = hr.trading.no_trade_band(
        cost, target_variance(start), AVERSION, variance, step=1.0, lot=1.0
    )
    assert start.summary.loc["F", "band"] == pytest.approx(width, rel=1e-9)
    rate = hr.trading.trading_rate(impact, AVERSION, variance)
    for have in np.arange(np.floor(target) - 12.5, np.ceil(target) + 13.0, 0.5):
        found = advise(UNITS, ["F"], model, rebalancing=rule, holdings={"F": have})
        trade = found.plan.trades[0]
        if abs(target - have) > width or rate * abs(target - have) > 1.0:
            assert trade * (target - have) > 0.0
            assert abs(have + trade - target) < abs(have - target) + 1.0 - 1e-9
        if trade:
            assert trade == round(trade)
            assert found.holdings["F"] == have + trade
        else:
            assert found.plan.decisions[0].reason is Reason.BELOW_ONE_LOT
            assert any("not worth the cost of one lot" in text for text in found.reasons)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"impact": 0.0}, "impact must lie strictly between 0 and inf; got 0.0"),
        ({"risk_aversion": -1.0}, "risk_aversion must lie strictly"),
        ({"mean_reversion": 1.0}, "mean_reversion must lie strictly"),
        ({"mean_reversion": -0.1}, r"mean_reversion must lie in \[0, 1\); got -0.1"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, float], message: str) -> None:
    good = {"risk_aversion": 1e-6, "impact": 1.0}
    with pytest.raises(hr.DataError, match=message):
        hr.PartialRebalancing(**(good | settings))


def test_impact_needs_a_risk_aversion() -> None:
    with pytest.raises(TypeError, match="risk_aversion"):
        hr.PartialRebalancing(impact=1.0)  # type: ignore[call-arg]
