"""Bands: held inside, traded to the nearest whole lot outside, their widths those of the closed forms."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.plan import target_path

Advise = Callable[..., hr.Recommendation]
UNITS = {"A": 400_000.0}
AVERSION = 1e-6


def moves_by_hand(found: hr.Recommendation) -> float:
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
    expected = hr.no_trade_band(cost, moves, AVERSION, variance, step=1.0, lot=1.0)
    assert dial.summary.loc["F", "band"] == pytest.approx(expected, rel=1e-9)
    other = advise(UNITS, ["F"], model, rebalancing=hr.Rebalancing(tracking_error=0.3))
    hedged = np.sqrt(book.covariance[0, 0] - book.covariance[0, 1] ** 2 / variance)
    wide = hr.band_for_tracking_error(0.3 * hedged, variance**0.5, target_variance=moves, step=1.0, lot=1.0)
    assert other.summary.loc["F", "band"] == pytest.approx(
        wide, rel=1e-3
    )  # OLS is the least but for degrees of freedom
    assert wide > 1.0


def test_inside_the_band_nothing_is_traded_and_outside_it_goes_to_the_first_lot_inside(advise: Advise) -> None:
    best, band = advise(UNITS, ["F"], rebalancing=hr.Rebalancing(tracking_error=0.5)).summary.loc["F", ["best", "band"]]
    assert band > 2
    for have in np.arange(np.floor(best - band) - 3, np.ceil(best + band) + 4):
        found = advise(UNITS, ["F"], rebalancing=hr.Rebalancing(tracking_error=0.5), holdings={"F": have})
        after = found.holdings["F"]
        if abs(have - best) <= band:
            assert (found.action, after, len(found.orders)) == ("hold", have, 0)
            continue
        lots = np.arange(np.ceil(best - band), np.floor(best + band) + 1)
        assert after == lots[np.argmin(np.abs(lots - have))]
        order = found.orders.iloc[0]
        assert (order["instrument"], order["side"]) == ("F", "buy" if after > have else "sell")
        assert order["contracts"] == abs(after - have)
        assert order["cost"] == pytest.approx(0.0002 * 50 * found.book.market.price("F") * abs(after - have), rel=1e-12)


def test_free_trades_go_to_the_target_in_lots(market: hr.Market) -> None:
    position = hr.Position(UNITS)
    instruments = [hr.LinearContract("F", 50), hr.LinearContract("H", 200, lot=2)]
    fit = hr.OLSHedge().fit(*market.returns(position, instruments))
    for held in ({}, {"F": -60.4, "H": -200.0}):
        found = hr.recommend(fit, position=position, instruments=instruments, market=market, holdings=held)
        np.testing.assert_array_equal(found.holdings, found.plan.targets.lots)
        assert (found.summary["band"] == 0.0).all()
        assert "trades are free" in found.orders.iloc[0]["reason"]


def test_a_holding_outside_its_limits_is_brought_inside_even_within_the_band(advise: Advise) -> None:
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
    rate = hr.trading_rate(2000.0, AVERSION, float(book.covariance[1, 1]))
    path = target_path(book, hr.Objective(), 250)[:, 0]
    aim = hr.aim_of_target(float(found.summary.loc["F", "best"]), float(path.mean()), 0.2, rate)
    assert 0.0 < rate < 1.0
    assert found.holdings["F"] == round(-20.0 + rate * (aim + 20.0))


@pytest.mark.parametrize("ratio", [1.0, 0.9])
def test_keeping_the_coins_paid_a_fixed_holding_keeps_hedging_where_the_contract_is_at_spot(ratio: float) -> None:
    rng = np.random.default_rng(3)
    price = 40_000 * np.cumprod(1 + 0.05 * rng.standard_normal(300))
    coins, contract = 7.0, hr.InverseContract("PERP", 100)
    contracts = -ratio * coins * price[0] / 100
    values, asked = [], []
    for before, after in pairwise(price):
        coins += float(contract.payoff(contracts, before, after))
        values.append(coins * after)
        asked.append(-ratio * coins * after / 100)
    if ratio == 1.0:  # the dollar value is fixed, and so is the number of contracts that the ratio asks for
        np.testing.assert_allclose(values, 7.0 * price[0], rtol=1e-10)
        np.testing.assert_allclose(asked, contracts, rtol=1e-10)
    else:  # what is left open moves with the price, far less than the price does
        assert np.std(asked) / abs(contracts) < 0.12 * np.std(price / price[0]) / np.mean(price / price[0]) * 2


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
        later.book.fit, position=found.book.position, instruments=found.book.instruments, market=later.book.market
    )
    weights = np.array([1.0, -later.book.fit.next_ratio.iloc[0]])
    hedged = np.sqrt(weights @ later.book.fit.next_covariance.to_numpy() @ weights) * later.book.value
    still = hr.band_for_tracking_error(0.1 * hedged, float(later.book.covariance[1, 1]) ** 0.5, lot=1.0)
    assert fresh.summary.loc["F", "band"] == pytest.approx(still, rel=1e-9)
