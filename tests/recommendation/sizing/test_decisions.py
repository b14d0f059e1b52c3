"""Decisions: held inside the band, traded to the nearest whole lot outside, within limits."""

from collections.abc import Callable

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.decision import Reason
from hedgeresearch.recommendation.sizing.decisions import rebalance, rebalance_partly

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


@pytest.mark.parametrize(
    ("held", "new", "reason"),
    [
        (-50.0, -50.0, Reason.INSIDE_BAND),
        (-52.5, -52.5, Reason.INSIDE_BAND),  # on the edge
        (-53.0, -52.0, Reason.TO_BAND_EDGE),
        (-20.0, -48.0, Reason.TO_BAND_EDGE),
        (0.0, -48.0, Reason.TO_BAND_EDGE),
    ],
)
def test_rebalance_trades_to_the_first_lot_inside(held: float, new: float, reason: Reason) -> None:
    assert rebalance(held, center=-49.9, half_width=2.6, lot=1.0) == (new, reason)


@pytest.mark.parametrize(
    ("aim", "rate", "new", "reason"),
    [
        (-100.0, 0.5, -50.0, Reason.PARTIAL),
        (-100.0, 0.001, -1.0, Reason.ONE_LOT),
        (100.0, 0.001, 1.0, Reason.ONE_LOT),
        (-3.0, 0.1, 0.0, Reason.BELOW_ONE_LOT),
        (0.0, 0.5, 0.0, Reason.BELOW_ONE_LOT),
    ],
)
def test_partial_rebalancing_trades_one_lot_if_it_pays(
    aim: float, rate: float, new: float, reason: Reason
) -> None:
    assert rebalance_partly(0.0, aim, rate, half_width=4.0, lot=1.0) == (new, reason)


def test_a_limit_below_the_band_is_held_in_full(advise: Advise) -> None:
    """The band is around the target without the limit: less than the limit only adds variance."""
    rule = hr.NoTradeBands(tracking_error=0.3)
    target, band = advise(UNITS, ["F"], rebalancing=rule).summary.loc["F", ["target", "band"]]
    most = np.floor(abs(target) - 2 * band)
    assert band > 2.0
    assert most > 10.0
    limits = hr.Limits(contracts={"F": most})
    for have in (0.0, -most + 1, -most):
        found = advise(UNITS, ["F"], rebalancing=rule, limits=limits, holdings={"F": have})
        assert found.holdings["F"] == -most
        assert found.plan.decisions[0].reason is Reason.AT_LIMIT


def test_other_hedges_replace_one_at_its_limit(advise: Advise) -> None:
    """Each center has minimum variance given the targets of the others: by brute force."""
    found = advise(UNITS, ["F", "H"], limits=hr.Limits(contracts={"F": 3}))
    targets = found.plan.targets
    assert targets.best[0] == -3.0
    assert abs(targets.best[1]) > 2 * abs(targets.unlimited[1])
    for i in range(2):
        grid = targets.center[i] + np.linspace(-1.0, 1.0, 201)
        others = np.tile(targets.best, (201, 1))
        others[:, i] = grid
        weights = np.column_stack([np.ones(201), others])
        variances = np.einsum("ti,ij,tj->t", weights, found.valuation.covariance, weights)
        assert np.argmin(variances) == 100
    assert found.holdings["F"] == -3.0


def test_free_trades_go_to_the_target_in_lots(market: hr.Market) -> None:
    position = hr.Position(UNITS)
    instruments = [hr.LinearContract("F", 50), hr.LinearContract("H", 200, lot=2)]
    fit = hr.OLSHedge().fit(*market.returns(position, instruments))
    for held in ({}, {"F": -60.4, "H": -200.0}):
        found = hr.recommend(fit, position, instruments, market, holdings=held)
        np.testing.assert_array_equal(found.holdings, found.plan.targets.whole_lots)
        assert (found.summary["band"] == 0.0).all()
        assert "no costs were given" in found.orders.iloc[0]["reason"]
        assert found.plan.decisions[0].reason is Reason.NO_COSTS_GIVEN
    free = [hr.LinearContract("F", 50, fee=0.0), hr.LinearContract("H", 200, lot=2)]
    plan = hr.recommend(fit, position, free, market).plan
    given, missing = (one.reason for one in plan.decisions)
    assert (given, missing) == (Reason.FREE_TRADES, Reason.NO_COSTS_GIVEN)
    rebate = [hr.LinearContract("F", 50, fee=-1e-5), hr.LinearContract("H", 200, lot=2)]
    found = hr.recommend(fit, position, rebate, market)
    assert found.plan.decisions[0].reason is Reason.REBATE
    assert "no band, as trades earn a rebate" in found.orders.iloc[0]["reason"]


def test_a_holding_in_its_band_outside_limits_is_cut(advise: Advise) -> None:
    rule = hr.NoTradeBands(tracking_error=0.8)
    target, band = advise(UNITS, ["F"], rebalancing=rule).summary.loc["F", ["target", "band"]]
    have = np.floor(target - band / 2)
    assert advise(UNITS, ["F"], rebalancing=rule, holdings={"F": have}).action == "hold"
    least = np.ceil(target)
    limits = hr.Limits(contracts={"F": (least, 0)})
    found = advise(UNITS, ["F"], rebalancing=rule, holdings={"F": have}, limits=limits)
    assert found.holdings["F"] == least
    assert found.plan.decisions[0].reason is Reason.AT_LIMIT
    gross = hr.Limits(gross=abs(have) * found.valuation.notionals[0] * 0.999)
    found = advise(UNITS, ["F"], rebalancing=rule, holdings={"F": have}, limits=gross)
    assert abs(found.holdings["F"]) * found.valuation.notionals[0] <= gross.gross
