"""Bands: held inside, traded to the nearest whole lot outside, their widths those of the closed forms."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.contracts import Room, Traded
from hedgeresearch.recommendation.sizing.orders import Targets, by_bands, half_widths
from hedgeresearch.recommendation.sizing.plan import target_path

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}
AVERSION = 1e-6


def moves_by_hand(found: hr.recommendation.Recommendation) -> float:
    """Variance of the changes of the contracts that the last 250 ratios asked for, each at the prices before it."""
    book, ratio = found.book, found.book.fit.ratio.iloc[-250:, 0]
    table = book.market.table
    asked = []
    for date, value in ratio.items():
        before = table.iloc[table.index.get_loc(date) - 1]
        asked.append(-value * 400_000 * before["A"] / (50 * before["F"]))
    return float(np.var(np.diff(asked)))


@pytest.mark.parametrize("model", [hr.OLSHedge(), hr.RollingOLSHedge(60)])
def test_half_widths_are_those_of_the_closed_forms(advise: Advise, model: Any) -> None:
    dial = advise(UNITS, ["F"], model, rebalancing=hr.Rebalancing(risk_aversion=AVERSION))
    book, moves = dial.book, moves_by_hand(dial)
    variance = float(book.covariance[1, 1])
    cost = (0.0001 + 0.0001) * 50 * book.market.price("F")
    expected = hr.trading.no_trade_band(cost, moves, AVERSION, variance, step=1.0, lot=1.0)
    assert dial.summary.loc["F", "band"] == pytest.approx(expected, rel=1e-9)
    other = advise(UNITS, ["F"], model, rebalancing=hr.Rebalancing(tracking_error=0.3))
    hedged = np.sqrt(book.covariance[0, 0] - book.covariance[0, 1] ** 2 / variance)
    wide = hr.trading.tracking_error_band(
        0.3 * hedged, variance**0.5, target_variance=moves, step=1.0, lot=1.0
    )
    assert other.summary.loc["F", "band"] == pytest.approx(
        wide, rel=1e-3
    )  # OLS is the least but for degrees of freedom
    assert wide > 1.0


def test_inside_the_band_nothing_is_traded_and_outside_it_goes_to_the_first_lot_inside(
    advise: Advise,
) -> None:
    best, band = advise(UNITS, ["F"], rebalancing=hr.Rebalancing(tracking_error=0.5)).summary.loc[
        "F", ["best", "band"]
    ]
    assert band > 2
    for have in np.arange(np.floor(best - band) - 3, np.ceil(best + band) + 4):
        found = advise(
            UNITS, ["F"], rebalancing=hr.Rebalancing(tracking_error=0.5), holdings={"F": have}
        )
        after = found.holdings["F"]
        if abs(have - best) <= band:
            assert (found.action, after, len(found.orders)) == ("hold", have, 0)
            continue
        lots = np.arange(np.ceil(best - band), np.floor(best + band) + 1)
        assert after == lots[np.argmin(np.abs(lots - have))]
        order = found.orders.iloc[0]
        assert (order["instrument"], order["side"]) == ("F", "buy" if after > have else "sell")
        assert order["contracts"] == abs(after - have)
        assert order["cost"] == pytest.approx(
            0.0002 * 50 * found.book.market.price("F") * abs(after - have), rel=1e-12
        )


@pytest.mark.parametrize("correlation", [0.0, 0.95])
@pytest.mark.parametrize("common", [0.0, 1.0])
def test_deviations_of_several_hedges_keep_the_tracking_error_together(
    correlation: float, common: float
) -> None:
    """However alike the hedges are, and however their targets move together: never much above, and at it if both."""
    n, steps, allowed, volatility = 3, 2500, 8.0, np.array([1.0, 2.0, 0.5])
    rng, dial = np.random.default_rng(1), hr.Rebalancing()
    covariance = (correlation + (1 - correlation) * np.eye(n)) * np.outer(volatility, volatility)
    moves = np.sqrt(common) * rng.normal(size=(steps, 1)) + np.sqrt(1 - common) * rng.normal(
        size=(steps, n)
    )
    path, lots = (-100 + 0.4 * np.cumsum(moves, axis=0)) / volatility, np.full(n, 1e-3)
    widths, restless = half_widths(
        dial, np.ones(n), (0.4 / volatility) ** 2, covariance, allowed, lots
    )
    assert not restless.any()
    traded = Traded(volatility, volatility, lots, np.full(n, -np.inf), np.full(n, np.inf))
    held, added = np.zeros(n), []
    for target in path:
        rounded = lots * np.round(target / lots)
        targets = Targets(target, rounded, widths, target, target, target, restless)
        held = by_bands(held, targets, traded, Room(np.inf, np.inf, None), dial).after
        added.append((held - target) @ covariance @ (held - target) / allowed**2)
    assert added[0] < 1e-6  # it begins at the target
    assert np.mean(added) < 1.1
    if common == 1.0 or correlation == 0.0:
        assert np.mean(added) > 0.8  # and is used where it can be
    # one hedge alone may have all of it; of uncorrelated ones each the root of its share, of alike ones its share
    share = np.sqrt(n) if correlation == 0.0 else np.sqrt(n + n * (n - 1) * correlation)
    alone = hr.trading.tracking_error_band(allowed / share, 1.0, target_variance=0.16, step=1.0)
    np.testing.assert_allclose(widths * volatility, alone, rtol=1e-9)


def test_from_flat_it_goes_to_the_target_or_against_risk_aversion_to_the_edge(
    advise: Advise,
) -> None:
    wide = advise(UNITS, ["F"], rebalancing=hr.Rebalancing(tracking_error=0.5))
    best, band = wide.summary.loc["F", ["best", "band"]]
    assert band > 2.0
    assert wide.holdings["F"] == wide.plan.targets.lots[0] == round(best)
    averse = advise(
        UNITS, ["F"], hr.RollingOLSHedge(60), rebalancing=hr.Rebalancing(risk_aversion=1e-9)
    )
    best, band = averse.summary.loc["F", ["best", "band"]]
    assert band > 2.0
    assert averse.holdings["F"] == np.floor(best + band)


def test_a_limit_below_the_band_is_held_in_full(advise: Advise) -> None:
    """The band is around what is best without the limit: anything less than the limit only adds variance."""
    dial = hr.Rebalancing(tracking_error=0.3)
    best, band = advise(UNITS, ["F"], rebalancing=dial).summary.loc["F", ["best", "band"]]
    most = np.floor(abs(best) - 2 * band)
    assert band > 2.0
    assert most > 10.0
    for have in (0.0, -most + 1, -most):
        found = advise(
            UNITS,
            ["F"],
            rebalancing=dial,
            limits=hr.Limits(contracts={"F": most}),
            holdings={"F": have},
        )
        assert found.holdings["F"] == -most
        assert "where its limit holds it" in found.plan.reasons[0]


def test_beside_a_hedge_at_its_limit_the_others_take_over(advise: Advise) -> None:
    """Each is where it would be best beside the others as they are: by brute force on a grid."""
    found = advise(UNITS, ["F", "H"], limits=hr.Limits(contracts={"F": 3}))
    book, targets = found.book, found.plan.targets
    assert targets.ideal[0] == -3.0
    assert abs(targets.ideal[1]) > 2 * abs(targets.asked[1])
    for i in range(2):
        grid = targets.centre[i] + np.linspace(-1.0, 1.0, 201)
        others = np.tile(targets.ideal, (201, 1))
        others[:, i] = grid
        weights = np.column_stack([np.ones(201), others])
        variances = np.einsum("ti,ij,tj->t", weights, book.covariance, weights)
        assert np.argmin(variances) == 100
    assert found.holdings["F"] == -3.0


def test_what_moves_more_than_is_allowed_is_said(advise: Advise) -> None:
    found = advise(
        UNITS, ["F"], hr.RollingOLSHedge(20), rebalancing=hr.Rebalancing(tracking_error=1e-4)
    )
    assert found.plan.targets.restless.tolist() == [True]
    assert found.summary.loc["F", "band"] == 0.5
    assert not advise(UNITS, ["F"]).plan.targets.restless.any()


def test_free_trades_go_to_the_target_in_lots(market: hr.Market) -> None:
    position = hr.Position(UNITS)
    instruments = [hr.LinearContract("F", 50), hr.LinearContract("H", 200, lot=2)]
    fit = hr.OLSHedge().fit(*market.returns(position, instruments))
    for held in ({}, {"F": -60.4, "H": -200.0}):
        found = hr.recommend(
            fit, position=position, instruments=instruments, market=market, holdings=held
        )
        np.testing.assert_array_equal(found.holdings, found.plan.targets.lots)
        assert (found.summary["band"] == 0.0).all()
        assert "trades are free" in found.orders.iloc[0]["reason"]


def test_a_holding_outside_its_limits_is_brought_inside_even_within_the_band(
    advise: Advise,
) -> None:
    dial = hr.Rebalancing(tracking_error=0.8)
    best, band = advise(UNITS, ["F"], rebalancing=dial).summary.loc["F", ["best", "band"]]
    have = np.floor(best - band / 2)
    assert advise(UNITS, ["F"], rebalancing=dial, holdings={"F": have}).action == "hold"
    least = np.ceil(best)
    limits = hr.Limits(contracts={"F": (least, 0)})
    found = advise(UNITS, ["F"], rebalancing=dial, holdings={"F": have}, limits=limits)
    assert found.holdings["F"] == least
    gross = hr.Limits(gross=abs(have) * found.book.notionals[0] * 0.999)
    found = advise(UNITS, ["F"], rebalancing=dial, holdings={"F": have}, limits=gross)
    assert abs(found.holdings["F"]) * found.book.notionals[0] <= gross.gross


def test_impact_trades_part_of_the_way(advise: Advise) -> None:
    dial = hr.Rebalancing(risk_aversion=AVERSION, impact=2000.0, reversion=0.2)
    found = advise(UNITS, ["F"], hr.RollingOLSHedge(60), rebalancing=dial, holdings={"F": -20.0})
    book = found.book
    rate = hr.trading.trading_rate(2000.0, AVERSION, float(book.covariance[1, 1]))
    path = target_path(book, hr.Objective(), 250)[:, 0]
    aim = hr.trading.aim_position(
        float(found.summary.loc["F", "best"]), float(path.mean()), 0.2, rate
    )
    assert 0.0 < rate < 1.0
    assert found.holdings["F"] == round(-20.0 + rate * (aim + 20.0))
    order = found.orders.iloc[0]
    traded = abs(found.holdings["F"] + 20.0)
    fees = 0.0002 * 50 * book.market.price("F") * traded
    assert order["cost"] == pytest.approx(fees + 0.5 * 2000.0 * traded**2, rel=1e-12)
    assert found.plan.costs[0] == order["cost"]
    assert f"goes {rate:.1%} of the way to an aim of" in order["reason"]


@pytest.mark.parametrize("impact", [100.0, 2000.0, 50_000.0])
def test_impact_does_not_stop_lots_away(advise: Advise, impact: float) -> None:
    """Where the rate asks for no lot, one is traded outside the band of what a lot costs, never away from the aim."""
    dial = hr.Rebalancing(risk_aversion=AVERSION, impact=impact)
    moving = hr.RollingOLSHedge(60)
    start = advise(UNITS, ["F"], moving, rebalancing=dial)
    best, moves, book = start.summary.loc["F", "best"], moves_by_hand(start), start.book
    cost = 0.0002 * 50 * book.market.price("F") + 0.5 * impact
    width = hr.trading.no_trade_band(
        cost, moves, AVERSION, float(book.covariance[1, 1]), step=1.0, lot=1.0
    )
    assert start.summary.loc["F", "band"] == pytest.approx(width, rel=1e-9)
    rate = hr.trading.trading_rate(impact, AVERSION, float(book.covariance[1, 1]))
    for have in np.arange(np.floor(best) - 12.5, np.ceil(best) + 13.0, 0.5):
        found = advise(UNITS, ["F"], moving, rebalancing=dial, holdings={"F": have})
        trade = found.plan.trades[0]
        if abs(best - have) > width or rate * abs(best - have) > 1.0:
            assert trade * (best - have) > 0.0
            assert abs(have + trade - best) < abs(have - best) + 1.0 - 1e-9
        if trade:
            assert found.holdings["F"] == round(found.holdings["F"])
        else:
            assert "stays where not even a lot pays" in found.plan.reasons[0]


@pytest.mark.parametrize("ratio", [1.0, 0.9])
def test_keeping_the_coins_paid_a_fixed_holding_keeps_hedging_where_the_contract_is_at_spot(
    ratio: float,
) -> None:
    rng = np.random.default_rng(3)
    price = 40_000 * np.cumprod(1 + 0.05 * rng.standard_normal(300))
    coins, contract = 7.0, hr.InverseContract("PERP", 100)
    contracts = -ratio * coins * price[0] / 100
    values, asked = [], []
    for before, after in pairwise(price):
        coins += float(contract.payoff(contracts, before, after))
        values.append(coins * after)
        asked.append(-ratio * coins * after / 100)
    if (
        ratio == 1.0
    ):  # the dollar value is fixed, and so is the number of contracts that the ratio asks for
        np.testing.assert_allclose(values, 7.0 * price[0], rtol=1e-10)
        np.testing.assert_allclose(asked, contracts, rtol=1e-10)
    else:  # what is left open moves with the price, far less than the price does
        assert (
            np.std(asked) / abs(contracts)
            < 0.12 * np.std(price / price[0]) / np.mean(price / price[0]) * 2
        )


def test_moves_of_the_price_do_not_count_where_coins_are_paid_in_the_position(
    advise: Advise, market: hr.Market, table: pd.DataFrame
) -> None:
    own = advise({"COIN": 30.0}, ["PERP"])
    path = target_path(own.book, hr.Objective(), 250)[:, 0]
    spot, perp = table["COIN"].to_numpy()[-251:-1], table["PERP"].to_numpy()[-251:-1]
    ratio = own.book.fit.next_ratio.iloc[0]
    expected = -ratio * 30.0 * spot * table["PERP"].iloc[-1] / (100 * perp)
    np.testing.assert_allclose(path, expected, rtol=1e-12)
    other = advise({"A": 30_000.0}, ["PERP"])  # coins paid hedge nothing of a share
    path = target_path(other.book, hr.Objective(), 250)[:, 0]
    expected = -other.book.fit.next_ratio.iloc[0] * 30_000.0 * table["A"].to_numpy()[-251:-1] / 100
    np.testing.assert_allclose(path, expected, rtol=1e-12)


def test_a_short_path_counts_as_one_that_does_not_move(advise: Advise, market: hr.Market) -> None:
    found = advise(UNITS, ["F"])
    bar = market.table.iloc[-1]
    later = found.update(bar * 1.01, bar.name + pd.Timedelta(days=1))
    fresh = hr.recommend(
        later.book.fit,
        position=found.book.position,
        instruments=found.book.instruments,
        market=later.book.market,
    )
    weights = np.array([1.0, -later.book.fit.next_ratio.iloc[0]])
    hedged = (
        np.sqrt(weights @ later.book.fit.next_covariance.to_numpy() @ weights) * later.book.value
    )
    still = hr.trading.tracking_error_band(
        0.1 * hedged, float(later.book.covariance[1, 1]) ** 0.5, lot=1.0
    )
    assert fresh.summary.loc["F", "band"] == pytest.approx(still, rel=1e-9)
