"""Strikes of deltas: those of foreign exchange, round trips, and deltas that no strike has."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import hedgeresearch as hr
from hedgeresearch.options import greeks, strike_of_delta

CONVENTIONS = {"Spot": "spot", "Fwd": "forward"}


def test_strikes_are_those_of_foreign_exchange(option_reference: dict[str, Any]) -> None:
    entry = option_reference["fx_premium_adjusted_deltas"]
    rows = zip(entry["inputs"]["rows"], entry["values"], entry["own"], strict=True)
    for row, printed, own in rows:
        sign, convention, spot, domestic, foreign, deviation = row
        is_spot = "Spot" in convention
        strike = strike_of_delta(
            printed["delta"],
            spot * foreign / domestic,
            1.0,
            deviation,
            "call" if sign > 0 else "put",
            discount=domestic if is_spot else 1.0,
            delta=CONVENTIONS.get(convention, "premium_adjusted"),  # type: ignore[arg-type]
            spot_discount=foreign if is_spot else None,
        )
        assert abs(strike - printed["strike"]) <= entry["tolerance"]["strike"]
        assert_allclose(strike, own["strike"], rtol=1e-12)


@pytest.mark.parametrize("convention", ["forward", "spot", "premium_adjusted"])
@pytest.mark.parametrize("kind", ["call", "put"])
def test_option_of_the_strike_has_the_delta(convention: Any, kind: str) -> None:
    target, deviation = np.meshgrid([0.001, 0.05, 0.25, 0.5], np.geomspace(1e-3, 1.0, 7))
    target = target if kind == "call" else -target
    terms = {"discount": 0.97, "delta": convention}
    if convention == "spot":
        terms["spot_discount"] = 0.99
    reachable = deviation < 0.5  # of a premium-adjusted call, which .5 exceeds
    target = target[reachable]
    volatility = deviation[reachable] / 2.0
    strike = strike_of_delta(target, 100.0, 4.0, volatility, kind, **terms)
    found = greeks(100.0, strike, 4.0, volatility, kind, **terms).delta
    assert_allclose(found, target, rtol=1e-11)


def test_adjusted_call_has_the_higher_of_two_strikes() -> None:
    strikes = np.linspace(20.0, 300.0, 20_001)
    deltas = greeks(100.0, strikes, 1.0, 0.5, delta="premium_adjusted").delta
    crossings = strikes[1:][np.diff(np.sign(deltas - 0.4)) != 0]
    assert len(crossings) == 2
    higher = strike_of_delta(0.4, 100.0, 1.0, 0.5, delta="premium_adjusted")
    assert abs(higher - crossings[1]) < 0.02
    largest = strike_of_delta(deltas.max() - 1e-9, 100.0, 1.0, 0.5, delta="premium_adjusted")
    assert abs(largest - strikes[deltas.argmax()]) < 0.05
    with pytest.raises(hr.DataError, match=f"at most {deltas.max():.4g} times the discount"):
        strike_of_delta(deltas.max() + 1e-6, 100.0, 1.0, 0.5, delta="premium_adjusted")


def test_put_may_have_an_adjusted_delta_above_one() -> None:
    strike = strike_of_delta(-1.7, 100.0, 1.0, 0.5, "put", delta="premium_adjusted")
    assert_allclose(greeks(100.0, strike, 1.0, 0.5, "put", delta="premium_adjusted").delta, -1.7)


def test_impossible_deltas_are_refused_by_row() -> None:
    with pytest.raises(hr.DataError, match="positive for a call and negative.*row 1 has 0.25"):
        strike_of_delta([0.25, 0.25], 100.0, 0.5, 0.4, ["call", "put"])
    with pytest.raises(hr.DataError, match="row b has a target of 1.053 times the discount"):
        targets = pd.Series([0.5, 1.0], index=["a", "b"])
        strike_of_delta(targets, 100.0, 0.5, 0.4, discount=0.95)
    with pytest.raises(hr.DataError, match="target must be finite"):
        strike_of_delta(np.nan, 100.0, 0.5, 0.4)
