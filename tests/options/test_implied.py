"""Implied volatilities: round trips, and prices that no volatility gives."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq

import hedgeresearch as hr
from hedgeresearch.options import black_price, greeks, implied_volatility


def test_volatility_is_that_of_a_vollib_example(option_reference: dict[str, Any]) -> None:
    entry = option_reference["vollib_doctest"]["values"]
    found = implied_volatility(entry["price"], 100.0, 100.0, 0.5, discount=math.exp(-0.01))
    assert abs(found - entry["implied_volatility"]) <= 1e-9


def test_round_trip_returns_total_volatility(option_reference: dict[str, Any]) -> None:
    entry = option_reference["implied_volatility_round_trip"]
    low, high = entry["inputs"]["log_moneyness"]
    strike, total = np.meshgrid(
        np.exp(np.linspace(low, high, 61)), np.geomspace(*entry["inputs"]["total_volatility"], 80)
    )
    options = greeks(1.0, strike, 4.0, total / 2.0)
    price = options.price
    usable = (price > 1e-300) & (price < 1.0)
    found = 2.0 * implied_volatility(price[usable], 1.0, strike[usable], 4.0)
    assert np.isfinite(found).all()
    elasticity = options.vega[usable] * total[usable] / 2.0 / price[usable]
    error = np.abs(found / total[usable] - 1.0)
    assert (elasticity >= 1e-3).sum() > 2000
    assert error[elasticity >= 1e-3].max() <= entry["tolerance"]


def test_volatility_is_that_of_bisection() -> None:
    price = 3.2
    slow = brentq(lambda sigma: black_price(100.0, 130.0, 0.4, sigma) - price, 0.01, 3.0)
    assert_allclose(implied_volatility(price, 100.0, 130.0, 0.4), slow, rtol=1e-11)


def test_prices_outside_their_bounds_are_refused() -> None:
    prices = pd.Series([12.0, 9.9, 9.0], index=["a", "b", "c"])
    with pytest.raises(hr.DataError, match="above its intrinsic value, 9.9; row b has 9.9.*of 2"):
        implied_volatility(prices, 100.0, 90.0, 0.5, discount=0.99)
    with pytest.raises(hr.DataError, match="below its upper bound, 99; got 99"):
        implied_volatility(99.0, 100.0, 90.0, 0.5, discount=0.99)
    with pytest.raises(hr.DataError, match="below its upper bound, 90; got 91"):
        implied_volatility(91.0, 100.0, 90.0, 0.5, "put")
    with pytest.raises(hr.DataError, match="above its intrinsic value, 0; got 0"):
        implied_volatility(0.0, 100.0, 110.0, 0.5)
    with pytest.raises(hr.DataError, match="price must be finite; row 1 has nan"):
        implied_volatility([1.0, math.nan], 100.0, 110.0, 0.5)


def test_price_within_rounding_of_intrinsic_is_refused() -> None:
    intrinsic = 100.0 - 0.1
    with pytest.raises(hr.DataError, match="above its intrinsic value"):
        implied_volatility(np.nextafter(intrinsic, 200.0), 100.0, 0.1, 0.5)


def test_price_deep_in_the_money_is_warned_of() -> None:
    price = black_price(100.0, 50.0, 0.25, 0.3)
    assert 0.0 < price - 50.0 < 0.001
    with pytest.warns(hr.errors.DataWarning, match="1 price of options deep.*row 1 has 50.000"):
        found = implied_volatility([3.0, price], 100.0, [110.0, 50.0], 0.25)
    assert_allclose(found[1], 0.3, rtol=1e-9)
