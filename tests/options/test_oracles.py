"""10,000 random options against QuantLib and vollib: 1 hour to 10 years, volatilities .01 to 5."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import QuantLib
from vollib.black import black as vollib_price
from vollib.black.implied_volatility import implied_volatility as vollib_volatility

from hedgeresearch.options import greeks, implied_volatility, strike_of_delta
from hedgeresearch.typing import Array

N_OPTIONS = 10_000
TOLERANCE = 1e-12


class Options(NamedTuple):
    """Terms of random options; strikes up to six standard deviations from the forward."""

    forward: Array
    strike: Array
    expiry: Array
    volatility: Array
    kind: Array
    discount: Array
    yield_discount: Array


@pytest.fixture(scope="module")
def options() -> Options:
    rng = np.random.default_rng(20_261_130)

    def between(low: float, high: float) -> Array:
        return np.exp(rng.uniform(np.log(low), np.log(high), N_OPTIONS))

    forward = between(0.01, 1e5)
    expiry = between(1.0 / 8760.0, 10.0)
    volatility = between(0.01, 5.0)
    distance = rng.uniform(-6.0, 6.0, N_OPTIONS) * volatility * np.sqrt(expiry)
    kind = np.where(rng.random(N_OPTIONS) < 0.5, "call", "put")
    discount = np.exp(-rng.uniform(-0.02, 0.15, N_OPTIONS) * expiry)
    yield_discount = np.exp(-rng.uniform(-0.02, 0.15, N_OPTIONS) * expiry)
    strike = forward * np.exp(distance)
    return Options(forward, strike, expiry, volatility, kind, discount, yield_discount)


def quantlib_greeks(options: Options, row: int, spot: float) -> list[float]:
    kind = QuantLib.Option.Call if options.kind[row] == "call" else QuantLib.Option.Put
    expiry = float(options.expiry[row])
    black = QuantLib.BlackCalculator(
        QuantLib.PlainVanillaPayoff(kind, options.strike[row]),
        options.forward[row],
        options.volatility[row] * np.sqrt(expiry),
        options.discount[row],
    )
    return [
        black.value(),
        black.deltaForward(),
        black.gammaForward(),
        black.vega(expiry),
        black.delta(spot),
        black.gamma(spot),
        black.theta(spot, expiry),
    ]


@pytest.mark.long
def test_prices_and_greeks_are_those_of_quantlib(options: Options) -> None:
    future = greeks(*options[:5], discount=options.discount)
    spot = greeks(
        *options[:5],
        discount=options.discount,
        delta="spot",
        spot_discount=options.yield_discount,
    )
    spots = options.forward * options.discount / options.yield_discount
    rows = [quantlib_greeks(options, i, spots[i]) for i in range(N_OPTIONS)]
    found = [
        future.price,
        future.delta,
        future.gamma,
        future.vega,
        spot.delta,
        spot.gamma,
        spot.theta,
    ]
    deviation = options.volatility * np.sqrt(options.expiry)
    larger = options.discount * np.maximum(options.forward, options.strike)
    scales = [  # sizes that each Greek can reach
        larger,
        options.discount,
        options.discount / (options.forward * deviation),
        options.discount * options.forward * np.sqrt(options.expiry),
        options.yield_discount,
        options.yield_discount / (spots * deviation),
        larger / options.expiry,
    ]
    for value, theirs, scale in zip(found, np.transpose(rows), scales, strict=True):
        assert np.max(np.abs(value - theirs) / scale) <= TOLERANCE


@pytest.mark.long
def test_prices_and_volatilities_are_those_of_vollib(options: Options) -> None:
    found = greeks(*options[:5], discount=options.discount)
    prices = found.price
    letters = np.where(options.kind == "call", "c", "p")
    rate = -np.log(options.discount) / options.expiry
    terms = list(zip(options.forward, options.strike, strict=True))
    theirs = [
        vollib_price(letters[i], *terms[i], options.expiry[i], rate[i], options.volatility[i])
        for i in range(N_OPTIONS)
    ]
    larger = options.discount * np.maximum(options.forward, options.strike)
    assert np.max(np.abs(prices - theirs) / larger) <= TOLERANCE

    is_out = (options.kind == "call") == (options.strike >= options.forward)
    # a price near its upper bound has no digits left for the volatility
    elasticity = found.vega * options.volatility / np.maximum(prices, 1e-300)
    rows = np.flatnonzero(is_out & (prices > 1e-13 * larger) & (elasticity > 1e-3))[:2_000]
    volatilities = implied_volatility(
        prices[rows],
        options.forward[rows],
        options.strike[rows],
        options.expiry[rows],
        options.kind[rows],
        discount=options.discount[rows],
    )
    others = [
        vollib_volatility(prices[i], *terms[i], rate[i], options.expiry[i], letters[i])
        for i in rows
    ]
    assert len(rows) == 2_000
    np.testing.assert_allclose(volatilities, others, rtol=TOLERANCE)
    np.testing.assert_allclose(volatilities, options.volatility[rows], rtol=TOLERANCE)


CONVENTIONS = {
    "forward": QuantLib.DeltaVolQuote.Fwd,
    "spot": QuantLib.DeltaVolQuote.Spot,
    "premium_adjusted": QuantLib.DeltaVolQuote.PaFwd,
    "adjusted_spot": QuantLib.DeltaVolQuote.PaSpot,
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_deltas_and_their_strikes_are_those_of_quantlib(convention: str, options: Options) -> None:
    # premium-adjusted calls of wider distributions have no delta of .2
    rows = np.flatnonzero(options.volatility * np.sqrt(options.expiry) < 1.0)[:500]
    some = Options(*(column[rows] for column in options))
    is_spot = "spot" in convention
    settings: dict[str, Any] = {
        # a forward contract pays at expiry: its delta is not discounted
        "discount": some.discount if is_spot else 1.0,
        "delta": "premium_adjusted" if "adjusted" in convention else convention,
        "spot_discount": some.yield_discount if is_spot else None,
    }
    found = greeks(*some[:5], **settings).delta
    target = np.where(some.kind == "call", 0.2, -0.2) * some.yield_discount
    terms = (some.forward, some.expiry, some.volatility, some.kind)
    strikes = strike_of_delta(target, *terms, **settings)
    for i in range(len(rows)):
        calculator = QuantLib.BlackDeltaCalculator(
            QuantLib.Option.Call if some.kind[i] == "call" else QuantLib.Option.Put,
            CONVENTIONS[convention],
            some.forward[i] * some.discount[i] / some.yield_discount[i],
            some.discount[i],
            some.yield_discount[i],
            some.volatility[i] * np.sqrt(some.expiry[i]),
        )
        theirs = calculator.deltaFromStrike(some.strike[i])
        assert abs(found[i] - theirs) <= TOLERANCE * max(1.0, abs(theirs))
        # its own strikes have nine digits
        assert abs(calculator.deltaFromStrike(strikes[i]) - target[i]) <= TOLERANCE
