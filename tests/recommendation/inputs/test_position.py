"""Value and returns of a position, by hand."""

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
        ({}, "position must map assets to units held"),
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
