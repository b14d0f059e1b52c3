"""Orders are at most what the market holds, and keep the limits meanwhile."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.contracts import ContractTerms, JointLimits, allows
from hedgeresearch.recommendation.sizing.decision import Decision, Reason
from hedgeresearch.recommendation.sizing.order_sizes import within_capacity

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


@pytest.mark.parametrize(
    ("capacity", "traded", "reason"),
    [
        (10.0, 10.0, Reason.CAPACITY),
        (10.9, 10.0, Reason.CAPACITY),
        (0.9, 0.0, Reason.NO_CAPACITY),
        (0.0, 0.0, Reason.NO_CAPACITY),
        (1e9, None, Reason.NEW_POSITION),
    ],
)
def test_an_order_is_at_most_the_capacity(
    advise: Advise, capacity: float, traded: float | None, reason: Reason
) -> None:
    free = advise(UNITS, ["F"])
    found = advise(UNITS, ["F"], liquidity={"F": hr.Liquidity(capacity=capacity)})
    assert abs(free.plan.trades[0]) > 20.0
    expected = free.plan.trades[0] if traded is None else -traded
    assert found.plan.trades[0] == expected
    assert found.plan.decisions[0].reason is reason
    assert found.action == ("trade" if expected else "hold")


def test_the_rest_is_traded_at_the_next_observations(advise: Advise, market: hr.Market) -> None:
    found = advise(UNITS, ["F"], liquidity={"F": hr.Liquidity(capacity=15.0)})
    bar = market.table.iloc[-1]
    target = found.plan.targets.best[0]
    for number in range(1, 8):
        found = found.update(bar, market.last_date + np.timedelta64(number, "D"))
        assert abs(found.plan.trades[0]) <= 15.0
    band = found.plan.bands.half_widths[0]
    assert abs(found.plan.holdings[0] - target) <= band + 1.0


def test_cut_trades_keep_joint_limits(advise: Advise) -> None:
    """One hedge replaces another, which cannot be closed at once."""
    terms = ContractTerms(
        notionals=np.array([1.0, 1.0]),
        lots=np.array([1.0, 1.0]),
        min=np.full(2, -np.inf),
        max=np.full(2, np.inf),
        remainders=np.zeros(2),
        smallest_orders=np.array([1.0, 1.0]),
        capacities=np.array([25.0, np.inf]),
    )
    joint = JointLimits(gross=100.0)
    wanted = [
        Decision(-100.0, 0.0, 0.0, Reason.JOINT_LIMITS, aim=0.0),
        Decision(0.0, -100.0, -100.0, Reason.JOINT_LIMITS, aim=-100.0),
    ]
    cut = within_capacity(wanted, terms, joint)
    assert [one.new for one in cut] == [-75.0, -25.0]
    assert allows(np.array([one.new for one in cut]), terms, joint)
    free = within_capacity(wanted, terms, JointLimits())
    assert [one.new for one in free] == [-75.0, -100.0]
    assert free[1].reason is Reason.JOINT_LIMITS


@pytest.mark.parametrize(
    ("lots", "joint"),
    [((1.0, 1.0), JointLimits(max_instruments=1)), ((10.0, 1.0), JointLimits(gross=11.0))],
)
def test_cut_trades_that_break_limits_only_reduce(lots: Any, joint: JointLimits) -> None:
    """The second hedge waits until the first, whose lots or existence leave no room, is closed."""
    terms = ContractTerms(
        notionals=np.array([1.0, 1.0]),
        lots=np.array(lots),
        min=np.full(2, -np.inf),
        max=np.full(2, np.inf),
        remainders=np.zeros(2),
        smallest_orders=np.array(lots),
        capacities=np.array([5.0, np.inf]),
    )
    wanted = [
        Decision(-10.0, 0.0, 0.0, Reason.JOINT_LIMITS, aim=0.0),
        Decision(0.0, -11.0, -11.0, Reason.JOINT_LIMITS, aim=-11.0),
    ]
    cut = within_capacity(wanted, terms, joint)
    assert cut[0].new == (-5.0 if lots[0] == 1.0 else -10.0)
    assert cut[1].new == 0.0
    assert cut[1].reason is Reason.WAITS_FOR_CAPACITY


def test_an_order_below_the_smallest_one_is_left_out(advise: Advise) -> None:
    found = advise(UNITS, ["G"], liquidity={"G": hr.Liquidity(capacity=4.0)})
    assert found.plan.trades[0] == 0.0
    assert any("less than the smallest order of 5" in reason for reason in found.reasons)
