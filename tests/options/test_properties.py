"""Properties of Black's formula for any option: parity, bounds, homogeneity, differences.

One hour to ten years, volatilities .01 to 5, calls and puts up to ten deviations from the money.
"""

import math
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hedgeresearch.options import black_price, coin_price, greeks, implied_volatility

EPSILON = 2.0**-52


class Option(NamedTuple):
    """Terms of one option, in the order of ``greeks``."""

    forward: float
    strike: float
    expiry: float
    volatility: float
    kind: str

    @property
    def deviation(self) -> float:
        return self.volatility * math.sqrt(self.expiry)

    @property
    def larger(self) -> float:
        return max(self.forward, self.strike)


@st.composite
def options(draw: st.DrawFn, width: float = 10.0) -> Option:
    forward = math.exp(draw(st.floats(-5.0, 12.0)))
    expiry = math.exp(draw(st.floats(math.log(1.0 / 8760.0), math.log(10.0))))
    volatility = math.exp(draw(st.floats(math.log(0.01), math.log(4.99))))
    distance = draw(st.floats(-width, width)) * volatility * math.sqrt(expiry)
    kind = draw(st.sampled_from(["call", "put"]))
    return Option(forward, forward * math.exp(distance), expiry, volatility, kind)


rates = st.floats(-0.05, 0.3)


@given(options(), rates)
@settings(deadline=None)
@pytest.mark.long
def test_call_less_put_is_the_forward_less_the_strike(option: Option, rate: float) -> None:
    discount = math.exp(-rate * option.expiry)
    terms = option[:4]
    call = black_price(*terms, "call", discount=discount)
    put = black_price(*terms, "put", discount=discount)
    carried = discount * (option.forward - option.strike)
    assert abs(call - put - carried) <= 4.0 * EPSILON * option.larger


@given(options(), rates)
@settings(deadline=None)
def test_price_is_within_its_bounds(option: Option, rate: float) -> None:
    discount = math.exp(-rate * option.expiry)
    price = black_price(*option, discount=discount)
    sign = 1.0 if option.kind == "call" else -1.0
    intrinsic = discount * max(sign * (option.forward - option.strike), 0.0)
    bound = discount * (option.forward if sign > 0.0 else option.strike)
    assert intrinsic <= price <= bound * (1.0 + 2.0 * EPSILON)


@given(options(), st.floats(1e-3, 1e3))
@settings(deadline=None)
def test_price_is_homogeneous(option: Option, factor: float) -> None:
    scaled = option._replace(forward=factor * option.forward, strike=factor * option.strike)
    one = greeks(*option)
    other = greeks(*scaled)
    # rounding of the two scaled levels moves the log moneyness by 2 epsilon
    tolerance = 20.0 * EPSILON * (1.0 + 10.0 / option.deviation)
    assert abs(other.price - factor * one.price) <= 20.0 * EPSILON * factor * option.larger
    assert abs(other.delta - one.delta) <= tolerance
    scale = 1.0 / (option.forward * option.deviation)
    assert abs(other.gamma * factor - one.gamma) <= tolerance * scale
    root = option.forward * math.sqrt(option.expiry)
    assert abs(other.vega / factor - one.vega) <= tolerance * root


@given(options())
@settings(deadline=None)
def test_call_and_put_mirror_each_other(option: Option) -> None:
    call = black_price(*option[:4], "call")
    put = black_price(option.strike, option.forward, *option[2:4], "put")
    assert call == pytest.approx(put, rel=1e-13, abs=4.0 * EPSILON * option.larger)


@given(options())
@settings(deadline=None)
@pytest.mark.long
def test_price_in_coin_is_a_put_on_the_inverse_price(option: Option) -> None:
    # a call on S settled in coin is, in units of the coin, K puts on 1 / S struck at 1 / K
    other = "put" if option.kind == "call" else "call"
    inverse = black_price(1.0 / option.forward, 1.0 / option.strike, *option[2:4], other)
    coin = coin_price(*option)
    assert coin == pytest.approx(option.strike * inverse, rel=1e-8, abs=1e-14)


@given(options(width=5.0), rates, st.sampled_from(["forward", "premium_adjusted"]))
@settings(deadline=None)
@pytest.mark.long
def test_greeks_are_differences(option: Option, rate: float, convention: Any) -> None:
    def at(**changed: float) -> Any:
        terms = option._replace(**changed)
        discount = math.exp(-rate * terms.expiry)
        return greeks(*terms, discount=discount, delta=convention)

    def slope(name: str, argument: str, share: float) -> tuple[float, float]:
        """Difference of a Greek over that of an argument, and what rounding may add."""
        value = getattr(option, argument)
        up = value * (1.0 + share)
        down = value * (1.0 - share)
        high = getattr(at(**{argument: up}), name)
        low = getattr(at(**{argument: down}), name)
        rounding = 20.0 * EPSILON * (abs(high) + abs(low))
        return float(high - low) / (up - down), rounding / (up - down)

    one = at()
    # a step of a share of the deviation, in each direction
    step = 1e-4 * min(option.deviation, 1.0)
    adjustment = one.price / option.forward if convention == "premium_adjusted" else 0.0
    relative = option.deviation + abs(rate) * option.expiry
    unit = max(1.0, option.strike / option.forward)  # size of premium-adjusted deltas
    price = option.larger
    forward = option.forward
    volatility = option.volatility
    expiry = option.expiry
    width = min(option.deviation, 1.0)
    compared = [  # value, its difference, size that the Greek can reach
        (one.delta + adjustment, slope("price", "forward", step), 1.0),
        (one.gamma, slope("delta", "forward", step), unit / (forward * width)),
        (one.vega, slope("price", "volatility", 1e-4), price * option.deviation / volatility),
        (-one.theta, slope("price", "expiry", 1e-4), price * relative / expiry),
        (one.vanna, slope("delta", "volatility", 1e-4), unit / volatility),
        (one.volga, slope("vega", "volatility", 1e-4), price * option.deviation / volatility**2),
        (-one.charm, slope("delta", "expiry", 1e-4), unit / expiry),
    ]
    for number, (value, (difference, rounding), size) in enumerate(compared):
        assert abs(value - difference) <= 2e-5 * size + rounding, number


@given(options(width=30.0))
@settings(deadline=None)
@pytest.mark.long
def test_volatility_of_a_price_is_found(option: Option) -> None:
    kind = "call" if option.strike >= option.forward else "put"
    found = greeks(*option[:4], kind)
    elasticity = found.vega * option.volatility / max(found.price, 1e-300)
    assume(found.price > 1e-290 and elasticity > 1e-3)
    volatility = implied_volatility(found.price, *option[:3], kind)
    assert volatility == pytest.approx(option.volatility, rel=1e-12)


@given(options(width=3.0))
@settings(deadline=None)
@pytest.mark.long
def test_volatility_of_both_kinds_is_one(option: Option) -> None:
    found = greeks(*option)
    other = black_price(*option[:4], "put" if option.kind == "call" else "call")
    time_value = min(found.price, other)
    smaller = min(option.forward, option.strike)
    assume(1e-9 * option.larger < time_value < smaller - 1e-9 * option.larger)
    assume(time_value > 1.01e-4 * found.price)  # less is warned of
    volatility = implied_volatility(found.price, *option[:3], option.kind)
    # the price in the money has the digits of the time value that its size leaves
    lost = 4e-16 * option.larger / found.vega
    assert abs(volatility - option.volatility) <= 1e-13 * volatility + lost
