"""Measured costs and capacities reach costs, bands, orders and reasons of a recommendation."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.trading import no_trade_band

Advise = Callable[..., hr.recommendation.Recommendation]
TargetVariance = Callable[[hr.recommendation.Recommendation], float]
UNITS = {"A": 400_000.0}
AVERSION = 1e-6
OPTIMAL = hr.CostOptimalBands(AVERSION)
FLAG = "first digits of sizes differ from those of the reference venue"


def test_the_measured_spread_replaces_that_of_the_terms(advise: Advise) -> None:
    plain = advise(UNITS, ["F"])
    measured = advise(UNITS, ["F"], liquidity={"F": hr.Liquidity(half_spread=0.0004)})
    notional = plain.valuation.notionals[0]
    assert plain.valuation.costs[0] == pytest.approx(0.0002 * notional)
    assert measured.valuation.costs[0] == pytest.approx(0.0005 * notional)
    contracts = abs(measured.plan.trades[0])
    assert measured.orders["cost"][0] == pytest.approx(0.0005 * notional * contracts)
    assert "F: as measured in its market, half the spread is 4 bp." in measured.reasons


def test_impact_is_a_cost_that_grows_with_the_square(advise: Advise) -> None:
    found = advise(UNITS, ["F"], liquidity={"F": hr.Liquidity(impact=1e-5)})
    contracts = abs(found.plan.trades[0])
    notional = found.valuation.notionals[0]
    expected = 0.0002 * notional * contracts + 0.5e-5 * notional * contracts**2
    assert found.orders["cost"][0] == pytest.approx(expected)


def test_cost_optimal_bands_are_those_of_measured_costs(
    advise: Advise, target_variance: TargetVariance
) -> None:
    model = hr.RollingOLSHedge(60)
    liquidity = {"F": hr.Liquidity(half_spread=0.0004, impact=1e-5)}
    found = advise(UNITS, ["F"], model, rebalancing=OPTIMAL, liquidity=liquidity)
    notional = found.valuation.notionals[0]
    variance = target_variance(found)
    clip = max(1.0, math.sqrt(variance))
    cost = notional * (0.0005 + 0.5e-5 * clip)
    width = no_trade_band(
        cost, variance, AVERSION, found.valuation.covariance[1, 1], step=1.0, lot=1.0
    )
    assert found.summary["band"].iloc[0] == pytest.approx(width)
    assert width > advise(UNITS, ["F"], model, rebalancing=OPTIMAL).summary["band"].iloc[0]


def test_bands_of_a_bar_are_those_of_its_costs(advise: Advise, market: hr.Market) -> None:
    bar = market.table.iloc[-1]
    model = hr.RollingOLSHedge(60)
    cheap = advise(UNITS, ["F"], model, rebalancing=OPTIMAL)
    day = market.last_date + np.timedelta64(1, "D")
    wide = {"F": hr.Liquidity(half_spread=0.002)}
    dear = cheap.update(bar, day, liquidity=wide)
    again = dear.update(bar, day + np.timedelta64(1, "D"))
    same = cheap.update(bar, day)
    first = advise(UNITS, ["F"], model, rebalancing=OPTIMAL, liquidity=wide)
    assert same.summary["band"].iloc[0] == cheap.summary["band"].iloc[0]
    assert dear.summary["band"].iloc[0] == pytest.approx(first.summary["band"].iloc[0])
    assert again.summary["band"].iloc[0] == dear.summary["band"].iloc[0]
    assert again.valuation.costs[0] == dear.valuation.costs[0] > cheap.valuation.costs[0]


@pytest.mark.parametrize("rebalancing", [hr.NoTradeBands(), OPTIMAL])
def test_a_flagged_venue_widens_the_band_and_caps_orders(
    advise: Advise, rebalancing: Any, target_variance: TargetVariance
) -> None:
    model = hr.RollingOLSHedge(60)
    trusted = advise(UNITS, ["F"], model, rebalancing=rebalancing)
    liquidity = {"F": hr.Liquidity(capacity=8.0, flag=FLAG, distrust=0.75)}
    found = advise(UNITS, ["F"], model, rebalancing=rebalancing, liquidity=liquidity)
    before = trusted.summary["band"].iloc[0]
    after = found.summary["band"].iloc[0]
    if isinstance(rebalancing, hr.NoTradeBands):
        assert after == pytest.approx(before * 4.0 ** (1.0 / 3.0))
    else:
        width = no_trade_band(
            4.0 * found.valuation.costs[0],
            target_variance(found),
            AVERSION,
            found.valuation.covariance[1, 1],
            step=1.0,
            lot=1.0,
        )
        assert after == pytest.approx(width)
    assert abs(trusted.plan.trades[0]) > 10.0
    assert found.plan.trades[0] == math.copysign(2.0, trusted.plan.trades[0])
    assert found.reasons[0] == (
        f"Warning: F: the figures of its venue are not counted on: {FLAG}. The no-trade band is "
        "about 59% wider, orders are at most 25.0% of what it shows."
    )
    # costs are those that are paid
    np.testing.assert_array_equal(found.valuation.costs, trusted.valuation.costs)


def test_partial_rebalancing_uses_the_measured_impact(advise: Advise) -> None:
    slow = hr.PartialRebalancing(AVERSION, impact=20_000.0)
    found = advise(UNITS, ["F"], rebalancing=slow, liquidity={"F": hr.Liquidity(impact=1e-4)})
    notional = found.valuation.notionals[0]
    other = hr.PartialRebalancing(AVERSION, impact=1e-4 * notional)
    expected = advise(UNITS, ["F"], rebalancing=other)
    assert found.plan.trades[0] == expected.plan.trades[0]
    assert found.plan.trades[0] != advise(UNITS, ["F"], rebalancing=slow).plan.trades[0]
    np.testing.assert_allclose(found.plan.costs, expected.plan.costs)


def test_a_record_has_what_was_measured(advise: Advise) -> None:
    liquidity = {"F": hr.Liquidity(half_spread=0.0004, capacity=3, within=0.001)}
    record = json.loads(advise(UNITS, ["F"], liquidity=liquidity).to_json())
    assert record["liquidity"] == {
        "F": {
            "half_spread": 0.0004,
            "impact": 0.0,
            "capacity": 3.0,
            "within": 0.001,
            "flag": None,
            "distrust": None,
        }
    }
    assert "liquidity" not in json.loads(advise(UNITS, ["F"]).to_json())


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: hr.Liquidity(half_spread=2.0), "half_spread must be a share of the traded value"),
        (lambda: hr.Liquidity(impact=-1.0), "impact must not be negative"),
        (lambda: hr.Liquidity(capacity=-1.0), "capacity must not be negative"),
        (lambda: hr.Liquidity(capacity=math.nan), "capacity must"),
        (lambda: hr.Liquidity(within=0.0), "within must lie"),
        (lambda: hr.Liquidity(flag=" "), "flag must say why"),
        (lambda: hr.Liquidity(flag="x", distrust=1.0), "distrust must lie"),
    ],
)
def test_numbers_out_of_range_are_refused(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        build()


def test_liquidity_of_others_is_refused(advise: Advise) -> None:
    with pytest.raises(DataError, match="'XYZ' is not among F"):
        advise(UNITS, ["F"], liquidity={"XYZ": hr.Liquidity()})
    with pytest.raises(DataError, match="must be made by hr.Liquidity"):
        advise(UNITS, ["F"], liquidity={"F": 0.001})
