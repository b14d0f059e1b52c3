"""No-trade bands for a tracking error: held inside, traded to the first lot inside."""

from collections.abc import Callable

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.decision import Reason

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}
WIDE = hr.NoTradeBands(tracking_error=0.5)


def test_holdings_are_traded_to_the_first_lot_inside(advise: Advise) -> None:
    target, band = advise(UNITS, ["F"], rebalancing=WIDE).summary.loc["F", ["target", "band"]]
    assert band > 2
    for have in np.arange(np.floor(target - band) - 3, np.ceil(target + band) + 4):
        found = advise(UNITS, ["F"], rebalancing=WIDE, holdings={"F": have})
        new = found.holdings["F"]
        if abs(have - target) <= band:
            assert (found.action, new, len(found.orders)) == ("hold", have, 0)
            assert found.plan.decisions[0].reason is Reason.INSIDE_BAND
            continue
        lots = np.arange(np.ceil(target - band), np.floor(target + band) + 1)
        assert new == lots[np.argmin(np.abs(lots - have))]
        assert found.plan.decisions[0].reason is Reason.TO_BAND_EDGE
        order = found.orders.iloc[0]
        assert (order["instrument"], order["side"]) == ("F", "buy" if new > have else "sell")
        assert order["contracts"] == abs(new - have)
        price = found.problem.market.price("F")
        assert order["cost"] == pytest.approx(0.0002 * 50 * price * abs(new - have), rel=1e-12)


def test_the_first_trade_goes_to_the_target(advise: Advise) -> None:
    wide = advise(UNITS, ["F"], rebalancing=WIDE)
    target, band = wide.summary.loc["F", ["target", "band"]]
    assert band > 2.0
    assert wide.holdings["F"] == wide.plan.targets.whole_lots[0] == round(target)
    assert wide.plan.decisions[0].reason is Reason.NEW_POSITION


def test_a_tracking_error_is_positive() -> None:
    assert hr.NoTradeBands().tracking_error == 0.1
    assert hr.NoTradeBands() == hr.NoTradeBands(0.1)
    assert hash(hr.NoTradeBands()) == hash(hr.NoTradeBands(0.1))
    with pytest.raises(hr.DataError, match="tracking_error must lie strictly between 0 and inf"):
        hr.NoTradeBands(0.0)


def test_amounts_of_money_are_no_tracking_error() -> None:
    for amount in (1.0, 100.0):
        with pytest.raises(hr.DataError, match="must be below 1: it is a share of the volatility"):
            hr.NoTradeBands(amount)


def test_the_first_trade_leaves_zero_inside_a_band(advise: Advise) -> None:
    """A currency moves on its own: zero is inside the band of its hedge."""
    first = advise({"FX": 4e8}, ["F"], rebalancing=WIDE)
    target, band = first.summary.loc["F", ["target", "band"]]
    assert abs(target) < band
    assert first.holdings["F"] == first.plan.targets.whole_lots[0] == round(target) != 0
    assert first.plan.decisions[0].reason is Reason.NEW_POSITION
    later = advise({"FX": 4e8}, ["F"], rebalancing=WIDE, holdings={"F": np.sign(target)})
    assert later.action == "hold"
