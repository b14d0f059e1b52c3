"""Profits of pools and their hedges in scenarios, against the pool revalued by hand."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.onchain import LiquidityRange, PoolPosition
from hedgeresearch.recommendation.sizing.delta_moves import delta_moves, gamma_volatility
from tests.recommendation.pool_positions import (
    PRICE,
    advise,
    coin_table,
    loan,
    market,
    perpetual,
    pool,
)


def test_the_grid_is_the_pool_revalued() -> None:
    found = advise(hr.Position({"WETH": -1.0}, onchain=[pool(), loan()]))
    grid = found.onchain.grid.set_index("price move")
    for move in (-0.3, -0.1, 0.1, 0.3):
        price = PRICE * (1.0 + move)
        # below 1,455 the loan is liquidated
        (owned,) = loan().value_after_liquidations({"WETH": price, "USDC": 1.0})
        own = pool().value(price) - pool().value(PRICE) + owned - 8_000.0 - PRICE * move
        assert grid.loc[move, "unhedged"] == pytest.approx(own)
        covariance = found.problem.fit.arrays.period_covariance
        beta = covariance[0, 1] / covariance[0, 0]
        worth = 0.01 * coin_table()["PERP"].iloc[-1] * found.plan.holdings[0]
        assert grid.loc[move, "hedges"] == pytest.approx(beta * move * worth)
        assert grid.loc[move, "hedged"] == pytest.approx(own + beta * move * worth)
        net = pool().value(price) + owned - price
        assert grid.loc[move, "value"] == pytest.approx(net)


def test_past_profits_repeat_the_moves_of_the_coin() -> None:
    found = advise(pool())
    table = coin_table()
    moves = table["WETH"].pct_change().iloc[1:].to_numpy()
    own = pool().value(PRICE * (1.0 + moves)) - pool().value(PRICE)
    hedge = table["PERP"].pct_change().iloc[1:].to_numpy()
    hedge = hedge * found.plan.holdings[0] * 0.01 * table["PERP"].iloc[-1]
    expected = (own + hedge) / pool().value(PRICE)
    np.testing.assert_allclose(found.past, expected, rtol=1e-9, atol=1e-12)
    volatility = found.onchain.revaluation
    assert volatility["unhedged"] == pytest.approx(own.std(ddof=1))
    assert volatility["hedged"] == pytest.approx((own + hedge).std(ddof=1))
    worst = found.stress.iloc[0]
    assert worst["unhedged"] == pytest.approx(own.min())


def test_stress_has_the_moves_and_the_funding() -> None:
    stress = advise(pool()).stress
    assert {"WETH -10%", "WETH +10%", "volatility of past moves"} <= set(stress.index)
    (name,) = [one for one in stress.index if one.startswith("funding")]
    found = advise(pool())
    sold = -found.plan.holdings[0] * 0.01 * coin_table()["PERP"].iloc[-1]
    assert stress.loc[name, "hedged"] == pytest.approx(-0.001 * 9 * sold)


def test_gamma_loses_half_of_itself_times_the_variance() -> None:
    """A year of daily moves of one size: each loses half the gamma times its square."""
    found = advise(pool(fee_rate=0.2))
    carry = found.onchain.carry
    variance = float(found.problem.fit.arrays.period_covariance[0, 0])
    step = 1e-4 * PRICE
    pool_of = pool()
    second = (
        pool_of.value(PRICE + step) - 2.0 * pool_of.value(PRICE) + pool_of.value(PRICE - step)
    ) / step**2
    expected = 0.5 * second * PRICE**2 * variance * 365.0
    assert carry["gamma"] == pytest.approx(expected, rel=1e-6)
    assert carry["fees"] == pytest.approx(0.2 * pool().value(PRICE))
    earned = sum(one.per_year for one in found.carry) * found.valuation.value
    assert carry["hedges"] == pytest.approx(earned)
    assert carry["all"] == pytest.approx(carry["fees"] + carry["gamma"] + carry["hedges"])


def test_funding_counts_for_the_contracts_that_are_held() -> None:
    found = advise(pool())
    (one,) = found.carry
    yearly = coin_table()["FUND"].to_numpy()[1:].mean() * 365.0
    sold = -found.plan.holdings[0] * 0.01 * coin_table()["PERP"].iloc[-1]
    assert one.per_year * found.valuation.value == pytest.approx(yearly * sold, rel=5e-3)


def test_fees_are_earned_in_range_only() -> None:
    inside = advise(pool(fee_rate=0.2)).onchain
    outside = advise(pool(2_500.0, 3_000.0, fee_rate=0.2)).onchain
    assert inside.carry["fees"] > 0.0
    assert outside.carry["fees"] == 0.0
    both = advise([pool(fee_rate=0.2), pool(1_800.0, 2_200.0)])
    assert np.isnan(both.onchain.carry["fees"])
    assert any("the pool of WETH and USDC 2 were not given" in one for one in both.reasons)
    unknown = advise(pool())
    assert np.isnan(unknown.onchain.carry["fees"])
    assert any("which fees must exceed" in text for text in unknown.reasons)


def test_bands_are_those_of_an_option_of_the_same_gamma() -> None:
    """Whalley and Wilmott: cost, gamma and aversion, here of a range and of no other target."""
    rules = hr.CostOptimalBands(1e-5)
    found = advise(pool(), model=hr.NaiveHedge(), rebalancing=rules)
    fit = found.problem.fit.arrays
    moved = -pool().gamma(PRICE) * PRICE * np.sqrt(fit.period_covariance[0, 0])
    table = coin_table()
    contracts = moved * PRICE / (0.01 * table["PERP"].iloc[-1])
    worth = 0.01 * table["PERP"].iloc[-1]
    expected = hr.trading.no_trade_band(
        found.valuation.costs[0],
        contracts**2,
        1e-5,
        fit.period_covariance[1, 1] * worth**2,
        step=1.0,
        lot=1.0,
    )
    assert found.plan.bands.half_widths[0] == pytest.approx(expected, rel=1e-9)
    flat = advise(loan(), model=hr.NaiveHedge(), rebalancing=rules)
    assert flat.plan.bands.half_widths[0] == 0.5


def test_bands_of_two_tokens_follow_the_ratio_of_their_prices() -> None:
    """Brute force: targets at the tokens that the pool would hold after each past move."""
    rng = np.random.default_rng(7)
    table = coin_table()
    table["WBTC"] = 30.0 * table["WETH"] * np.exp(0.01 * rng.standard_normal(400).cumsum())
    table["PERP"] = table["WETH"] * np.exp(2e-4 * rng.standard_normal(400))
    table["BPERP"] = table["WBTC"] * np.exp(2e-4 * rng.standard_normal(400))
    price = float(table["WBTC"].iloc[-1] / PRICE)
    held = PoolPosition([LiquidityRange(3.0, 0.3 * price, 3.0 * price)], "WBTC", "WETH")
    hedges = [perpetual(), hr.LinearContract("BPERP", 1e-4, fee=0.0005, half_spread=0.0001)]
    found = advise(held, hedges, market(table))
    moved = delta_moves(found.problem, found.valuation, hr.Objective())
    moves = table[["WETH", "WBTC"]].pct_change().iloc[1:]
    after = held.amounts(price * ((1.0 + moves["WBTC"]) / (1.0 + moves["WETH"])).to_numpy())
    # each token has its own contract, nearly one for one in units
    ether = (after[1] / 0.01).std()
    bitcoin = (after[0] / 1e-4).std()
    np.testing.assert_allclose(moved, [ether, bitcoin], rtol=0.03)
    left = gamma_volatility(found.problem)
    ratios = (1.0 + moves["WBTC"]) / (1.0 + moves["WETH"])
    own = held.value(price * ratios.to_numpy()) - held.value(price)
    linear = held.delta(price) * price * (ratios.to_numpy() - 1.0)
    assert left == pytest.approx(float((own - linear).std()) * PRICE, rel=0.05)


def test_a_full_range_is_a_constant_product() -> None:
    held = PoolPosition([LiquidityRange(1_000.0)], "WETH", "USDC")
    grid = advise(held).onchain.grid
    root = np.sqrt(1.0 + grid["price move"])
    expected = 2_000.0 * np.sqrt(PRICE) * (root - 1.0)
    np.testing.assert_allclose(grid["unhedged"], expected, atol=1e-6)


def test_several_perpetuals_share_the_delta() -> None:
    table = coin_table()
    rng = np.random.default_rng(9)
    table["OTHER"] = table["WETH"] * np.exp(0.003 * rng.standard_normal(400))
    other = hr.LinearContract("OTHER", 0.01, fee=0.0005, half_spread=0.0001)
    found = advise(pool(), [perpetual(), other], market(table))
    assert (found.plan.targets.best < 0.0).all()
    left = found.onchain.exposure.loc["all", "WETH"]
    assert abs(left) < 0.02 * pool().delta(PRICE)
