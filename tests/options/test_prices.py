"""Black's prices against other programs, printed tables, and integration of the payoff."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad

import hedgeresearch as hr
from hedgeresearch.options import black_price, coin_price

Reference = dict[str, Any]


def kinds(signs: Any) -> Any:
    return np.where(np.asarray(signs) > 0, "call", "put")


def carried(row: list[float]) -> dict[str, float]:
    """Forward and discounts of a spot with a yield."""
    spot, yield_rate, rate, expiry = row
    return {
        "forward": spot * math.exp((rate - yield_rate) * expiry),
        "discount": math.exp(-rate * expiry),
        "spot_discount": math.exp(-yield_rate * expiry),
    }


def test_prices_are_those_of_quantlib_tests(option_reference: Reference) -> None:
    entry = option_reference["black_basic"]
    inputs = entry["inputs"]
    strike = np.array(inputs["strike"], dtype=float)
    prices = black_price(100.0, strike, 1.0, 0.2, kinds(inputs["call_put"]))
    assert_allclose(prices, entry["own"], rtol=0, atol=1e-13)
    assert_allclose(prices, entry["values"], rtol=0, atol=entry["tolerance"] * 100)
    high = option_reference["black_high_vol"]
    assert_allclose(black_price(100.0, 100.0, 1.0, 2.0), high["own"], rtol=high["tolerance"])


def test_prices_are_those_of_a_printed_table(option_reference: Reference) -> None:
    entry = option_reference["haug_prices"]
    for row, printed, own in zip(
        entry["inputs"]["rows"], entry["values"], entry["own"], strict=True
    ):
        sign, strike, spot, yield_rate, rate, expiry, volatility = row
        market = carried([spot, yield_rate, rate, expiry])
        price = black_price(
            market["forward"],
            strike,
            expiry,
            volatility,
            "call" if sign > 0 else "put",
            discount=market["discount"],
        )
        assert abs(price - printed) <= entry["tolerance"]
        assert_allclose(price, own, rtol=1e-12, atol=1e-13)


def test_price_is_that_of_a_vollib_example(option_reference: Reference) -> None:
    entry = option_reference["vollib_doctest"]
    price = black_price(100.0, 100.0, 0.5, 0.2, discount=math.exp(-0.01))
    assert abs(price - entry["values"]["price"]) <= entry["tolerance"]
    assert_allclose(price, entry["own"]["price"], rtol=1e-13)


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("strike", [60.0, 100.0, 170.0])
def test_price_is_the_expected_payoff(kind: str, strike: float) -> None:
    expiry = 0.7
    deviation = 0.45 * math.sqrt(expiry)
    sign = 1.0 if kind == "call" else -1.0

    def weighted_payoff(z: float) -> float:
        price = 100.0 * math.exp(deviation * z - deviation**2 / 2.0)
        density = math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
        return max(sign * (price - strike), 0.0) * density

    kink = (math.log(strike / 100.0) + deviation**2 / 2.0) / deviation
    expected = quad(weighted_payoff, -12, kink)[0] + quad(weighted_payoff, kink, 12)[0]
    price = black_price(100.0, strike, expiry, 0.45, kind, discount=0.97)
    assert_allclose(price, 0.97 * expected, rtol=1e-9)


def test_coin_price_is_in_coin_of_the_forward() -> None:
    forwards = pd.Series([50_000.0, 65_000.0], index=["a", "b"])
    coin = coin_price(forwards, 60_000.0, 0.1, 0.6, "put")
    dollars = black_price(forwards, 60_000.0, 0.1, 0.6, "put")
    assert_allclose(coin * forwards, dollars, rtol=1e-15)
    assert isinstance(coin_price(65_000.0, 65_000.0, 0.1, 0.6), float)


def test_answer_is_of_the_sort_of_the_arguments() -> None:
    one = black_price(100.0, 90.0, 0.5, 0.3)
    assert isinstance(one, float)
    strikes = pd.Series([90.0, 110.0], index=["a", "b"])
    series = black_price(100.0, strikes, 0.5, 0.3)
    assert list(series.index) == ["a", "b"]
    assert series["a"] == one
    table = pd.DataFrame({"x": [90.0, 110.0], "y": [100.0, 120.0]}, index=["a", "b"])
    kind = pd.Series(["call", "put"], index=["a", "b"])
    prices = black_price(100.0, table, 0.5, pd.Series([0.3, 0.4], index=["a", "b"]), kind)
    assert prices.shape == (2, 2)
    assert prices.loc["a", "x"] == one
    assert prices.loc["b", "y"] == black_price(100.0, 120.0, 0.5, 0.4, "put")
    grid = black_price(np.array([[90.0], [100.0]]), np.array([95.0, 105.0]), 0.5, 0.3)
    assert grid.shape == (2, 2)
    assert grid[1, 0] == black_price(100.0, 95.0, 0.5, 0.3)
    assert black_price([100.0], 90, 0.5, 0.3).tolist() == [one]
    assert black_price([], 90.0, 0.5, 0.3).shape == (0,)
    kinds_of = pd.Series(["call", "put"], dtype="category")
    assert black_price(100.0, 90.0, 0.5, 0.3, kinds_of)[0] == one


def test_bad_arguments_are_refused_by_row() -> None:
    strikes = pd.Series([90.0, -1.0, np.nan], index=pd.date_range("2026-01-01", periods=3))
    with pytest.raises(hr.DataError, match="strike .* row 2026-01-02 has -1, the first of 2"):
        black_price(100.0, strikes, 0.5, 0.3)
    with pytest.raises(hr.DataError, match="expiry must be positive.*row 1 has -0.1.*expired"):
        black_price(100.0, 90.0, [0.1, -0.1], 0.3)
    with pytest.raises(hr.DataError, match="volatility must be positive.*got 0"):
        black_price(100.0, 90.0, 0.1, 0.0)
    with pytest.raises(hr.DataError, match="forward must be positive.*got inf"):
        black_price(math.inf, 90.0, 0.1, 0.1)
    with pytest.raises(hr.DataError, match="discount must be positive.*got 0"):
        black_price(100.0, 90.0, 0.1, 0.1, discount=0)
    with pytest.raises(hr.DataError, match="got 'C'. Did you mean 'call'\\? Map other"):
        black_price(100.0, 90.0, 0.1, 0.1, ["call", "C"])
    with pytest.raises(hr.DataError, match="expiry must be made of numbers.*years_to_expiry"):
        black_price(100.0, 90.0, pd.Timestamp("2026-01-01", tz="UTC"), 0.1)
    with pytest.raises(hr.DataError, match="strike must be made of numbers; got '90'"):
        black_price(100.0, "90", 0.1, 0.1)
    with pytest.raises(hr.DataError, match=r"one shape.*strike \(2,\), expiry \(3,\)"):
        black_price(100.0, [90.0, 95.0], [0.1, 0.2, 0.3], 0.1)
    with pytest.raises(hr.DataError, match=r"must have the same index.*reindex\(forward.index\)"):
        black_price(pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0], index=[1, 0]), 0.1, 0.1)
    with pytest.raises(hr.DataError, match=r"row for every option.*shape \(1,\).*\(2,\)"):
        black_price(pd.Series([100.0]), [90.0, 95.0], 0.1, 0.1)
    with pytest.raises(hr.DataError, match="strike must be made of numbers; got <NA>"):
        black_price(100.0, [90.0, pd.NA], 0.1, 0.1)
    with pytest.raises(hr.DataError, match="kind must be 'call' or 'put'; got '<NA>'"):
        black_price(100.0, 90.0, 0.1, 0.1, [pd.NA, "call"])
    table = pd.DataFrame({"x": [90.0, 0.0]}, index=["a", "b"])
    with pytest.raises(hr.DataError, match="row b, column x has 0"):
        black_price(100.0, table, 0.1, 0.1)


def test_wrong_units_are_warned_of() -> None:
    with pytest.warns(hr.errors.DataWarning, match="looks like per cent: row 1 has 60"):
        black_price(100.0, 90.0, 0.1, [0.6, 60.0])
    with pytest.warns(hr.errors.DataWarning, match="expiry is in years; it looks like days"):
        black_price(100.0, 90.0, 90.0, 0.6)
    with pytest.warns(hr.errors.DataWarning, match="rate of more than 100% a year: got 0.05"):
        black_price(100.0, 90.0, 0.5, 0.6, discount=0.05)
