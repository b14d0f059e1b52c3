"""Value and returns of a position, by hand."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

PRICES = pd.DataFrame(
    {"A": [10.0, 11.0, 9.0], "B": [100.0, 90.0, 99.0]}, pd.date_range("2024-01-01", periods=3)
)
NOW = {"A": 9.0, "B": 99.0}


@pytest.mark.parametrize("units", [5.0, -5.0])
def test_one_asset_has_its_own_returns(units: float) -> None:
    held = hr.Position({"A": units})
    assert (held.name, held.is_portfolio, held.assets) == ("A", False, ["A"])
    np.testing.assert_allclose(held.returns(PRICES, "simple"), [0.1, -2 / 11], rtol=1e-12)
    np.testing.assert_allclose(held.returns(PRICES, "difference"), [1.0, -2.0], rtol=1e-12)
    assert held.net_value(NOW) == held.scale(NOW, "simple") == 9.0 * units
    assert held.scale(NOW, "difference") == units


def test_a_portfolio_has_returns_on_its_gross_value() -> None:
    held = hr.Position({"A": 30, "B": -2})
    assert (held.name, held.is_portfolio) == ("portfolio", True)
    np.testing.assert_allclose(
        held.returns(PRICES, "simple"),
        [(30 * 1 + 2 * 10) / 500, (-60 - 18) / (330 + 180)],
        rtol=1e-12,
    )
    np.testing.assert_allclose(held.returns(PRICES, "difference"), [50.0, -78.0], rtol=1e-12)
    assert held.net_value(NOW) == 270 - 198
    assert held.scale(NOW, "simple") == 270 + 198
    assert held.scale(NOW, "difference") == 1.0


def test_profit_is_return_times_scale() -> None:
    for units in ({"A": 5.0}, {"A": -5.0}, {"A": 30.0, "B": -2.0}):
        held = hr.Position(units)
        for kind in ("simple", "difference"):
            before = dict(PRICES.iloc[1])
            profit = held.returns(PRICES, kind).iloc[-1] * held.scale(before, kind)
            assert profit == pytest.approx(
                sum(n * (NOW[a] - before[a]) for a, n in units.items()), rel=1e-12
            )


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ({}, "position must map assets to units held.*or have a value.*value=500_000"),
        ([("A", 1.0)], "position must map assets to units held"),
        ({"A": 0}, "units of 'A' must not be zero; leave it out"),
        ({"A": float("nan")}, "units of 'A' must lie strictly"),
        ({"A": "many"}, "units of 'A' must lie strictly"),
    ],
)
def test_bad_units_are_refused(units: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Position(units)
    with pytest.raises(hr.DataError, match="name must be text; got 5"):
        hr.Position({"A": 1.0}, name=5)  # type: ignore[arg-type]


def test_a_position_never_changes_and_has_a_hash() -> None:
    units = {"A": 1.0}
    held = hr.Position(units)
    units["A"] = 2.0
    assert held == hr.Position({"A": 1})
    assert hash(held) == hash(hr.Position({"A": 1}))
    assert hr.Position({"A": 1, "B": 2}, name="pair").name == "pair"


def test_credited_units_are_added() -> None:
    held = hr.Position({"A": 30.0, "B": -2.0}, name="pair")
    assert held.credited({"A": 0.5}) == hr.Position({"A": 30.5, "B": -2.0}, name="pair")
    assert held.credited({}) is held


def test_decimals_are_units() -> None:
    assert hr.Position({"A": Decimal("25.5")}) == hr.Position({"A": 25.5})
    with pytest.raises(hr.DataError, match="units of 'A' must lie strictly .*; got nan"):
        hr.Position({"A": Decimal("NaN")})


# --- positions given by their value ---


@pytest.mark.parametrize("value", [900.0, -450])
def test_a_value_buys_units_at_the_last_price(value: float) -> None:
    held = hr.Position(value=value, of="A")
    assert (held.assets, held.name, held.is_portfolio) == (["A"], "A", False)
    np.testing.assert_allclose(held.returns(PRICES, "simple"), [0.1, -2 / 11], rtol=1e-12)
    in_units = held.in_units(NOW)
    assert in_units.units == {"A": value / 9.0}
    assert in_units.net_value(NOW) == pytest.approx(value, rel=1e-12)
    assert in_units.in_units({"A": 1.0}) is in_units
    assert in_units.credited({"A": 2.0}).units == {"A": value / 9.0 + 2.0}
    with pytest.raises(hr.DataError, match="the units of 'A' must be known"):
        held.net_value(NOW)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"value": 5.0}, "value and of must be given together, .*; got value=5.0 and of=None"),
        ({"of": "A"}, "value and of must be given together, .*; got value=None and of='A'"),
        ({"value": 5.0, "of": 3}, "got value=5.0 and of=3"),
        ({"value": 0.0, "of": "A"}, "value of 'A' must not be zero"),
        ({"value": np.nan, "of": "A"}, "value of 'A' must lie strictly"),
        ({"value": "much", "of": "A"}, "value of 'A' must lie strictly"),
        ({"units": {"A": 1.0}, "value": 5.0, "of": "A"}, "must have units or a value; got both"),
    ],
)
def test_bad_values_are_refused(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Position(**parts)


@pytest.mark.parametrize("price", [0.0, -37.6])
def test_a_value_needs_a_positive_price(price: float) -> None:
    message = "'A' must be positive for a position given by its value.*Give units"
    with pytest.raises(hr.DataError, match=message):
        hr.Position(value=500.0, of="A").in_units({"A": price})


@pytest.mark.parametrize("kind", ["simple", "difference"])
@pytest.mark.parametrize("value", [2_000_000.0, -2_000_000.0])
def test_a_value_is_hedged_as_its_units_are(
    advise: Callable[..., Any], market: hr.Market, kind: str, value: float
) -> None:
    by_units = advise({"A": value / market.price("A")}, ["F"], kind=kind)
    position = hr.Position(value=value, of="A")
    future = by_units.problem.instruments
    fit = hr.OLSHedge().fit(*market.returns(position, future, kind))
    by_value = hr.recommend(fit, position, future, market)
    pd.testing.assert_frame_equal(by_value.summary, by_units.summary)
    pd.testing.assert_series_equal(by_value.volatility, by_units.volatility)
    assert by_value.valuation.value == pytest.approx(value, rel=1e-12)
    # one bar later the units are those that were bought
    bar = market.table.iloc[-1] * 1.02
    later = by_value.update(bar, market.last_date + pd.Timedelta(days=1))
    assert later.valuation.value == pytest.approx(1.02 * value, rel=1e-12)
