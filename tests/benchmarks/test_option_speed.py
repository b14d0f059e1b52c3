"""Times of 10,000 options; no time is asserted.

Aims in seconds of one core, checks of arguments included. vollib needs about 1 s for the implied
volatilities, QuantLib .06 s.
"""

from typing import Any

import numpy as np
import pytest

from hedgeresearch.options import black_price, greeks, implied_volatility, strike_of_delta
from hedgeresearch.typing import Array

N_OPTIONS = 10_000


@pytest.fixture(scope="module")
def terms() -> tuple[float, Array, Array, Array, Array]:
    """Forward, strikes, expiries, volatilities and kinds, out of the money."""
    rng = np.random.default_rng(1)
    expiry = rng.uniform(0.02, 2.0, N_OPTIONS)
    volatility = rng.uniform(0.1, 1.0, N_OPTIONS)
    distance = rng.uniform(-3.0, 3.0, N_OPTIONS) * volatility * np.sqrt(expiry)
    kind = np.where(distance < 0.0, "put", "call")
    return 100.0, 100.0 * np.exp(distance), expiry, volatility, kind


def note(benchmark: Any, case: str, aim: float) -> None:
    benchmark.extra_info.update({"case": case, "aim": aim})


def test_prices(benchmark: Any, terms: Any) -> None:
    note(benchmark, "10,000 prices", 0.003)
    assert benchmark(black_price, *terms).shape == (N_OPTIONS,)


def test_greeks(benchmark: Any, terms: Any) -> None:
    note(benchmark, "10,000 options, eight Greeks", 0.003)
    assert benchmark(greeks, *terms).delta.shape == (N_OPTIONS,)


def test_implied_volatilities(benchmark: Any, terms: Any) -> None:
    note(benchmark, "10,000 implied volatilities", 0.025)
    price = black_price(*terms)
    found = benchmark(implied_volatility, price, *terms[:3], terms[4])
    np.testing.assert_allclose(found, terms[3], rtol=1e-12)


def test_strikes_of_a_delta(benchmark: Any, terms: Any) -> None:
    note(benchmark, "10,000 strikes of a premium-adjusted delta", 0.05)
    target = np.where(terms[4] == "call", 0.1, -0.1)
    arguments = (target, terms[0], terms[2], terms[3], terms[4])
    found = benchmark(lambda: strike_of_delta(*arguments, delta="premium_adjusted"))
    assert np.isfinite(found).all()


def test_greeks_of_one_option(benchmark: Any) -> None:
    note(benchmark, "one option, eight Greeks", 1e-4)
    assert benchmark(greeks, 100.0, 110.0, 0.25, 0.6).delta < 0.5
