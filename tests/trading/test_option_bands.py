"""Bands, volatilities and errors of option hedges against references, tables and simulations."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError
from hedgeresearch.options import black_price, greeks
from hedgeresearch.trading import (
    discrete_hedging_error,
    leland_volatility,
    no_trade_band,
    zakamouline_band,
)

Reference = dict[str, Any]


def simulated_profit(
    terms: dict[str, float], n_trades: int, n_paths: int, hedged_at: float, cost: float = 0.0
) -> tuple[Any, float]:
    """Profit at expiry of a call sold at ``hedged_at`` and hedged there, and the mean cost.

    The first hedge is free, as in the argument of Leland: its cost does not depend on the path.
    """
    spot = terms["spot"]
    strike = terms["strike"]
    rate = terms["rate"]
    step = terms["maturity"] / n_trades
    rng = np.random.default_rng(7)
    price = np.full(n_paths, spot)
    held = np.zeros(n_paths)
    forward = spot * math.exp(rate * terms["maturity"])
    discount = math.exp(-rate * terms["maturity"])
    premium = black_price(forward, strike, terms["maturity"], hedged_at, discount=discount)
    cash = np.full(n_paths, premium)
    paid = np.zeros(n_paths)
    for i in range(n_trades):
        left = terms["maturity"] - i * step
        discount = math.exp(-rate * left)
        found = greeks(
            price / discount,
            strike,
            left,
            hedged_at,
            discount=discount,
            delta="spot",
            spot_discount=1.0,
        )
        traded = found.delta - held
        held = found.delta
        fee = cost * price * np.abs(traded) * (i > 0)
        cash = (cash - traded * price - fee) * math.exp(rate * step)
        paid += fee
        deviation = terms["volatility"] * math.sqrt(step)
        drift = rate * step - 0.5 * deviation**2
        price = price * np.exp(drift + deviation * rng.standard_normal(n_paths))
    return cash + held * price - np.maximum(price - strike, 0.0), float(paid.mean())


def test_band_of_whalley_and_wilmott_is_the_no_trade_band(option_reference: Reference) -> None:
    entry = option_reference["no_trade_bands"]
    inputs = entry["inputs"]
    price_move = inputs["volatility"] * inputs["forward"]
    band = no_trade_band(
        inputs["cost"] * inputs["forward"],
        (inputs["gamma"] * price_move) ** 2,
        inputs["risk_aversion"],
        price_move**2,
    )
    assert abs(band - entry["values"]["whalley_wilmott"]) <= entry["tolerance"]
    assert round(band, 7) == 0.1144714
    assert_allclose(band, entry["own"]["whalley_wilmott"], rtol=1e-8)


def test_band_of_zakamouline_is_that_of_two_programs(option_reference: Reference) -> None:
    entry = option_reference["no_trade_bands"]
    inputs = entry["inputs"]
    own = entry["own"]
    for gamma in (inputs["gamma"], -inputs["gamma"]):
        band = zakamouline_band(
            gamma,
            inputs["forward"],
            inputs["maturity"],
            inputs["volatility"],
            inputs["risk_aversion"],
            inputs["cost"],
        )
        printed = entry["values"]["zakamouline_half_width"]
        assert abs(band.half_width - printed) <= entry["tolerance"]
        assert_allclose(band.half_width, own["zakamouline_half_width"], rtol=1e-9)
        assert_allclose(band.shift, own["K"], rtol=1e-9)
        assert_allclose(band.long_volatility, own["volatility_of_long"], rtol=1e-9)
        assert_allclose(band.short_volatility, own["volatility_of_short"], rtol=1e-9)


def test_interest_and_scale_enter_the_zakamouline_band() -> None:
    plain = zakamouline_band(0.02, 5000.0, 0.25, 0.2, 1.0, 0.0005)
    cheaper = zakamouline_band(0.02, 5000.0, 0.25, 0.2, 1.0, 0.0005, discount=0.95)
    share = 1e-5 / plain.half_width  # the part without gamma, which has no discount
    expected = plain.half_width * (share + (1.0 - share) * 0.95**0.25)
    assert_allclose(cheaper.half_width, expected, rtol=1e-12)
    # ten times the options for a tenth of the risk aversion: ten times the band
    many = zakamouline_band(0.2, 5000.0, 0.25, 0.2, 0.1, 0.0005)
    assert_allclose(many.half_width, 10.0 * plain.half_width, rtol=1e-12)
    assert_allclose(many.shift, plain.shift, rtol=1e-12)
    free = zakamouline_band(0.02, 5000.0, 0.25, 0.2, 1.0, 0.0)
    assert free.half_width == 0.0
    assert free.long_volatility == free.short_volatility == 0.2


def test_impossible_bands_are_refused() -> None:
    with pytest.raises(DataError, match="gamma must not be zero"):
        zakamouline_band(0.0, 5000.0, 0.25, 0.2, 1.0, 0.0005)
    with pytest.raises(DataError, match="cost must not be negative; got -0.0005.*rebate"):
        zakamouline_band(0.02, 5000.0, 0.25, 0.2, 1.0, -0.0005)
    with pytest.raises(DataError, match="expiry must lie strictly between 0"):
        zakamouline_band(0.02, 5000.0, 0.0, 0.2, 1.0, 0.0005)
    dear = zakamouline_band(0.02, 5000.0, 0.25, 0.2, 1.0, 0.02)
    with pytest.raises(DataError, match="long option must be positive.*no_trade_band"):
        dear.long_volatility  # noqa: B018
    with pytest.raises(DataError, match="round_trip_cost must not be negative"):
        leland_volatility(0.25, -0.01, 1 / 52)
    with pytest.raises(DataError, match="n_trades must be a whole number of at least 1"):
        discrete_hedging_error(10.0, 0.2, 0)


def test_volatility_of_leland_is_that_of_the_reference(option_reference: Reference) -> None:
    entry = option_reference["leland"]
    for cost, value in entry["values"].items():
        found = leland_volatility(0.25, 2.0 * float(cost), 1 / 52)
        assert_allclose(found, value["volatility"], rtol=1e-14)
        assert_allclose(black_price(100.0, 100.0, 1.0, found), value["price"], rtol=1e-13)
        long = leland_volatility(0.25, 2.0 * float(cost), 1 / 52, position="long")
        assert_allclose(long**2 + found**2, 2.0 * 0.25**2, rtol=1e-14)


def test_costs_beyond_the_gain_of_a_long_option_are_refused() -> None:
    with pytest.raises(DataError, match="times as much. Trade after more than 0.0102 years"):
        leland_volatility(0.25, 0.0316386, 1 / 252, position="long")
    assert leland_volatility(0.25, 0.0316386, 0.0103, position="long") > 0.0


@pytest.mark.long
def test_option_sold_at_the_price_of_leland_breaks_even(option_reference: Reference) -> None:
    entry = option_reference["leland"]
    inputs = entry["inputs"]
    cost = 0.005
    expected = entry["values"][str(cost)]
    volatility = leland_volatility(inputs["volatility"], 2.0 * cost, 1.0 / inputs["steps"])
    profit, paid = simulated_profit(inputs, inputs["steps"], 100_000, volatility, cost)
    assert abs(profit.mean()) <= entry["tolerance"]["mean_pl"]
    assert abs(paid - expected["mean_cost"]) <= entry["tolerance"]["mean_pl"]
    assert abs(profit.std() - expected["std_pl"]) <= entry["tolerance"]["mean_pl"]


def test_error_of_discrete_hedging_has_no_sign() -> None:
    expected = math.sqrt(math.pi / 4.0) * 0.2
    assert_allclose(discrete_hedging_error(1.0, 0.2, 1), expected)
    assert_allclose(discrete_hedging_error(-2.0, 0.2, 4), expected)


@pytest.mark.parametrize(
    "n_trades",
    [pytest.param(21, marks=pytest.mark.long), pytest.param(84, marks=pytest.mark.slow)],
)
def test_error_of_discrete_hedging_is_near_the_rule(
    option_reference: Reference, n_trades: int
) -> None:
    entry = option_reference["discrete_hedging"]
    inputs = entry["inputs"]
    expected = entry["values"][str(n_trades)]
    rule = discrete_hedging_error(entry["own"]["vega"], inputs["volatility"], n_trades)
    assert_allclose(rule, expected["formula"], rtol=1e-12)
    profit, _ = simulated_profit(inputs, n_trades, 200_000, inputs["volatility"])
    assert abs(profit.std() - expected["std"]) <= entry["tolerance"]["std"]
    assert abs(profit.std() / rule - 1.0) < 0.05


def test_weekly_hedge_is_that_of_the_table_of_hull(option_reference: Reference) -> None:
    entry = option_reference["hull_weekly_delta_hedge_in_the_money"]
    inputs = entry["inputs"]
    price = np.array(inputs["price"], dtype=float)
    week = 1.0 / 52.0
    weeks_left = inputs["weeks"] - np.arange(len(price) - 1)
    discount = np.exp(-inputs["rate"] * weeks_left * week)
    found = greeks(
        price[:-1] / discount,
        float(inputs["strike"]),
        weeks_left * week,
        inputs["volatility"],
        discount=discount,
        delta="spot",
        spot_discount=1.0,
    )
    delta = np.append(found.delta, 1.0)  # exercised
    assert np.abs(delta - entry["values"]["delta"]).max() <= entry["tolerance"]
    assert_allclose(delta, entry["own"]["delta"], atol=5.1e-9, rtol=0)

    def net_cost(deltas: Any) -> float:
        """Cost of the shares with interest, less the strike received at exercise."""
        owed = 0.0
        for shares, share_price in zip(np.diff(deltas, prepend=0.0), price, strict=True):
            owed = owed * math.exp(inputs["rate"] * week) + shares * share_price
        return inputs["short_calls"] * (owed - inputs["strike"])

    assert_allclose(net_cost(delta), entry["own"]["net_cost_unrounded"], atol=0.006)
