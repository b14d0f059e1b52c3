"""Mark-outs of fills against a loop, and their sign."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.trading import mark_outs

START = pd.Timestamp("2026-03-02 12:00", tz="UTC")


def tables(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 40 fills within ten minutes, and prices of twelve."""
    rng = np.random.default_rng(seed)
    times = START + pd.to_timedelta(np.sort(rng.uniform(0.0, 720.0, 300)), unit="s")
    market = pd.DataFrame({"price": 100.0 + 0.05 * rng.standard_normal(300).cumsum()}, times)
    at = START + pd.to_timedelta(np.sort(rng.uniform(5.0, 600.0, 40)), unit="s")
    fills = pd.DataFrame({"price": 100.0 + 0.1 * rng.standard_normal(40), "size": 1.0}, at)
    fills["size"] = rng.uniform(0.5, 3.0, 40)
    return fills, market


@pytest.mark.parametrize(("direction", "side"), [("buy", 1.0), ("sell", -1.0)])
def test_they_equal_a_loop_over_fills(direction: Any, side: float) -> None:
    fills, market = tables()
    found = mark_outs(fills, direction, market, horizons=[1.0, 60.0])
    for seconds, row in found.iterrows():
        moves = []
        for time, fill in fills.iterrows():
            later = market.loc[: time + pd.Timedelta(seconds, unit="s"), "price"].iloc[-1]  # type: ignore[operator, misc]
            moves.append(side * (later - fill["price"]) / fill["price"])
        weights = fills["size"] / fills["size"].sum()
        assert row["mean"] == pytest.approx(float(weights @ moves))
        assert (row["n_fills"], row["left_out"]) == (40, 0)


def test_the_error_of_equal_sizes_is_that_of_a_mean() -> None:
    fills, market = tables()
    fills["size"] = 2.0
    row = mark_outs(fills, "buy", market, horizons=[10.0]).iloc[0]
    rows = market.index.searchsorted(fills.index + pd.Timedelta("10s"), side="right") - 1
    moves = market["price"].to_numpy()[rows] / fills["price"].to_numpy() - 1.0
    assert row["error"] == pytest.approx(moves.std(ddof=1) / np.sqrt(40))


def test_a_price_of_that_very_moment_counts() -> None:
    fills = pd.DataFrame({"price": [100.0], "size": [1.0]}, index=[START])
    times = START + pd.to_timedelta([0.0, 10.0, 11.0], unit="s")
    market = pd.DataFrame({"price": [100.0, 101.0, 105.0]}, times)
    assert mark_outs(fills, "buy", market, horizons=[10.0])["mean"].iloc[0] == pytest.approx(0.01)


def test_fills_without_a_later_price_are_counted() -> None:
    fills, market = tables()
    found = mark_outs(fills, "buy", market.loc[: START + pd.Timedelta("300s")], horizons=[60.0])
    n_early = int((fills.index <= START + pd.Timedelta("239s")).sum())
    assert found["n_fills"].iloc[0] + found["left_out"].iloc[0] == 40
    assert abs(found["n_fills"].iloc[0] - n_early) <= 1
    with pytest.warns(DataWarning, match="No fill has a price 10000 s later"):
        none = mark_outs(fills, "buy", market, horizons=[1e4])
    assert np.isnan(none["mean"].iloc[0])
    assert none[["left_out", "too_old"]].iloc[0].tolist() == [40, 0]


def test_prices_that_are_too_old_do_not_count() -> None:
    fills, market = tables()
    found = mark_outs(fills, "buy", market, horizons=[10.0], max_age=2.0).iloc[0]
    moves = []
    sizes = []
    ages = []
    for time, fill in fills.iterrows():
        end = time + pd.Timedelta("10s")  # type: ignore[operator]
        before = market.loc[:end]  # type: ignore[misc]
        age = (end - before.index[-1]).total_seconds()
        if age <= 2.0:
            ages.append(age)
            sizes.append(fill["size"])
            moves.append(before["price"].iloc[-1] / fill["price"] - 1.0)
    assert 0 < len(moves) < 40
    assert found["mean"] == pytest.approx(np.average(moves, weights=sizes))
    assert found["n_fills"] == len(moves)
    assert found["left_out"] == found["too_old"] == 40 - len(moves)
    assert found["oldest"] == pytest.approx(max(ages))


def test_a_price_as_old_as_allowed_counts() -> None:
    fills = pd.DataFrame({"price": [100.0], "size": [1.0]}, index=[START])
    market = pd.DataFrame({"price": [100.0, 101.0]}, START + pd.to_timedelta([0.0, 99.0], unit="s"))
    assert mark_outs(fills, "buy", market, [60.0])["n_fills"].iloc[0] == 1
    with pytest.warns(DataWarning, match="at most 60 s old"):
        assert mark_outs(fills, "buy", market, [60.5])["too_old"].iloc[0] == 1


FILLS, MARKET = tables()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"direction": "long"}, "direction must be one of"),
        ({"horizons": [0.0]}, "each horizon must lie"),
        ({"max_age": 0.0}, "max_age must lie"),
        ({"fills": FILLS[["price"]]}, "fills must be a DataFrame with the columns price and size"),
        ({"fills": FILLS.iloc[:0]}, "fills must be by time, with at least one row"),
        ({"fills": FILLS.reset_index()}, "fills must be by time"),
        ({"market": MARKET.iloc[::-1]}, "The times of the market must ascend"),
        ({"market": MARKET.tz_localize(None)}, "must both have a zone"),
        ({"market": MARKET.assign(price=-1.0)}, "Each price of the market must be a number above"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], message: str) -> None:
    call: dict[str, Any] = {"fills": FILLS, "direction": "buy", "market": MARKET}
    with pytest.raises(DataError, match=message):
        mark_outs(**(call | changed))
