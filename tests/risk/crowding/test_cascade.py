"""Liquidation cascades against a walk through sorted thresholds, and their limits."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.risk import liquidation_cascade

BUCKETS = pd.DataFrame(
    {
        "side": ["long", "long", "long", "short", "short"],
        "notional": [40e6, 30e6, 30e6, 25e6, 50e6],
        "entry": [100.0, 101.0, 98.0, 99.0, 97.0],
        "leverage": [25.0, 10.0, 5.0, 20.0, 8.0],
    }
)


def random_buckets(seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "side": generator.choice(["long", "short"], 30),
            "notional": generator.uniform(1e6, 2e7, 30),
            "entry": generator.uniform(97.0, 103.0, 30),
            "leverage": generator.uniform(3.0, 20.0, 30),
        }
    )


def last_price_by_sorting(buckets: pd.DataFrame, shock: float, depth: float, power: float) -> float:
    """Liquidate one bucket after the other, the nearest threshold first."""
    side = 1.0 if shock < 0.0 else -1.0
    queue = []
    for row in buckets[buckets["side"] == ("long" if shock < 0.0 else "short")].itertuples():
        threshold = row.entry * (1.0 - side / row.leverage) / (1.0 - side * 0.005)
        queue.append((-side * threshold, threshold, row.notional / row.entry))
    shocked = 100.0 * (1.0 + shock)
    price = shocked
    volume = 0.0
    for _, threshold, units in sorted(queue):
        if side * (price - threshold) > 0.0:
            break
        volume += units * shocked
        price = shocked * (1.0 - side * 0.01 * (volume / depth) ** power)
    return price


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shock", [-0.04, -0.1, 0.05, 0.12])
@pytest.mark.parametrize("power", [1.0, 0.5])
def test_the_price_is_where_sorted_buckets_end(seed: int, shock: float, power: float) -> None:
    buckets = random_buckets(seed)
    found = liquidation_cascade(buckets, 100.0, shock, 2e7, exponent=power)
    expected = last_price_by_sorting(buckets, shock, 2e7, power)
    assert found.path["price"].iloc[-1] == pytest.approx(expected, rel=1e-12)
    assert abs(found.move) >= abs(shock) - 1e-12
    gone = found.buckets["round"] > 0
    assert found.share == pytest.approx(
        buckets.loc[gone, "notional"].sum() / buckets["notional"].sum()
    )


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_a_rise_may_more_than_double_the_price(power: float) -> None:
    """The last round of a short squeeze in a thin market; a fall ends at zero."""
    found = liquidation_cascade(BUCKETS, 100.0, 0.2, 2e5, exponent=power)
    expected = last_price_by_sorting(BUCKETS, 0.2, 2e5, power)
    assert expected > 480.0
    assert found.path["price"].iloc[-1] == pytest.approx(expected, rel=1e-12)
    gone = found.buckets[found.buckets["round"] > 0]
    lost = gone["notional"] * (found.path["price"].to_numpy()[gone["round"]] / gone["entry"] - 1.0)
    beyond = (lost - gone["notional"] / gone["leverage"]).clip(lower=0.0)
    assert found.shortfall == pytest.approx(beyond.sum())
    assert liquidation_cascade(BUCKETS, 100.0, -0.2, 2e5, exponent=power).move == -1.0


def test_a_liquidated_bucket_has_its_maintenance_margin_left() -> None:
    table = liquidation_cascade(BUCKETS, 100.0, -0.05, 1e7, maintenance_margin=0.02).buckets
    side = np.where(table["side"] == "long", 1.0, -1.0)
    price = table["liquidation_price"]
    units = table["notional"] / table["entry"]
    collateral = table["notional"] / table["leverage"]
    left = collateral + side * units * (price - table["entry"])
    np.testing.assert_allclose(left, 0.02 * units * price, rtol=1e-10)


def test_depth_decides_how_far_a_shock_goes() -> None:
    deep = liquidation_cascade(BUCKETS, 100.0, -0.05, 1e12)
    thin = liquidation_cascade(BUCKETS, 100.0, -0.05, 3e6)
    assert deep.amplification == pytest.approx(1.0, abs=1e-4)
    assert deep.path["buckets"].tolist() == [0, 1]
    assert thin.amplification > deep.amplification
    assert (thin.share, deep.share) == (pytest.approx(100 / 175), pytest.approx(40 / 175))
    assert deep.shortfall == pytest.approx(40e6 * (0.05 - 0.04), rel=0.01)
    assert thin.shortfall > deep.shortfall
    assert "worst case" in thin.limits
    assert "Kyle" in thin.source


def test_a_small_shock_liquidates_nothing() -> None:
    found = liquidation_cascade(BUCKETS, 100.0, 0.01, 1e6)
    assert found.move == pytest.approx(0.01)
    assert (found.amplification, found.share, found.shortfall) == (pytest.approx(1.0), 0.0, 0.0)
    assert (found.buckets["round"] == -1).all()


BAD: list[tuple[pd.DataFrame, dict[str, Any], str]] = [
    (BUCKETS.drop(columns="entry"), {}, "with the columns side, notional, entry and leverage"),
    (BUCKETS.iloc[:0], {}, "must have rows"),
    (BUCKETS.assign(side="flat"), {}, "whose side is 'long' or 'short'"),
    (BUCKETS.assign(notional=-1.0), {}, "notional of each bucket must be positive"),
    (BUCKETS.assign(entry=np.nan), {}, "entry of each bucket must be positive"),
    (BUCKETS.assign(leverage=1.0), {}, "leverage of each bucket must be above 1"),
    (BUCKETS, {"maintenance_margin": 0.05}, "below 1 / maintenance_margin, 20"),
    (BUCKETS, {"shock": 0.0}, "shock must not be 0"),
    (BUCKETS, {"shock": -1.5}, "shock must"),
    (BUCKETS, {"depth": 0.0}, "depth must"),
    (BUCKETS, {"exponent": 3.0}, "exponent must"),
    (BUCKETS, {"price": 90.0}, "row 0 is liquidated at 96.4824"),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_bad_input_is_refused(case: int) -> None:
    buckets, change, message = BAD[case]
    settings = {"price": 100.0, "shock": -0.05, "depth": 1e7} | change
    with pytest.raises(DataError, match=message):
        liquidation_cascade(buckets, **settings)
