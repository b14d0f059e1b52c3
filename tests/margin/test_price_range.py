"""Simulated price ranges: counting, seeds, blocks, and what is refused."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.margin.price_range import simulate_price_range
from hedgeresearch.margin.probability import liquidation_probability


def dated(values: Any) -> pd.Series:
    return pd.Series(np.asarray(values, float), pd.date_range("2015-01-01", periods=len(values)))


def test_probability_is_the_share_of_paths_by_counting(clustered: pd.Series) -> None:
    paths = simulate_price_range(clustered, 100.0, 20, n_paths=500, seed=3)
    for barrier in (85.0, 120.0, 0.0):
        counted = sum(low <= barrier for low in paths.lowest)
        assert paths.probability(barrier, "long") == counted / 500
    for barrier in (120.0, math.inf):
        counted = sum(high >= barrier for high in paths.highest)
        assert paths.probability(barrier, "short") == counted / 500
    assert paths.probability(85.0) == paths.probability(85.0, "long")
    assert paths.probability(120.0) == paths.probability(120.0, "short")
    found = liquidation_probability(clustered, 100.0, 85.0, 20, n_paths=500, seed=3)
    assert (found.probability, found.barrier) == (paths.probability(85.0), 85.0)
    with pytest.raises(DataError, match="barrier must lie strictly between 0 and inf; got -1"):
        paths.probability(-1.0)


def test_clusters_of_volatility_give_longer_blocks(clustered: pd.Series) -> None:
    shuffled = dated(np.random.default_rng(0).permutation(clustered.to_numpy()))
    length = simulate_price_range(clustered, 1.0, 5).block_length
    assert length > 3 * simulate_price_range(shuffled, 1.0, 5).block_length


def test_same_seed_gives_the_same_paths_in_any_unit(clustered: pd.Series) -> None:
    one = simulate_price_range(clustered, 100.0, 30, seed=4)
    two = simulate_price_range(clustered, 100.0, 30, seed=4)
    np.testing.assert_array_equal(one.lowest, two.lowest)
    cents = simulate_price_range(clustered, 10_000.0, 30, seed=4)
    np.testing.assert_allclose(cents.highest, 100.0 * one.highest, rtol=1e-14)
    other = simulate_price_range(clustered, 100.0, 30, seed=5)
    assert not np.array_equal(one.lowest, other.lowest)
    assert repr(one).startswith("PriceRange(10000 paths of 30 periods in blocks of ")


PAIR = pd.DataFrame({"a": dated([0.01, 0.02] * 15), "b": dated([0.02, 0.01] * 15)})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"horizon": 0},
            "horizon must be a whole number of rows of at least 1, or a time.*; got 0",
        ),
        (
            {"horizon": 1.5},
            "horizon must be a whole number of rows of at least 1, or a time.*; got 1.5",
        ),
        ({"n_paths": 1}, "n_paths must be a whole number of at least 2"),
        ({"keep_mean": 1}, "keep_mean must be True or False"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"block_length": 0}, "block_length must be a whole number of at least 1; got 0"),
        ({"returns": dated([0.01, -0.01] * 5)}, "returns must have at least 20 rows; got 10"),
        ({"returns": dated([0.01] * 30)}, "returns must vary"),
        (
            {"returns": dated([0.01, -1.0] * 15)},
            "returns must exceed -1, a loss of everything; got -1 on 2015-01-02",
        ),
        ({"returns": dated([0.01, np.nan] * 15)}, "returns must be finite"),
        ({"returns": [0.01, -0.01]}, "returns must be a pandas Series"),
        ({"returns": PAIR}, "one series"),
        (
            {"returns": hr.returns(dated(np.arange(1.0, 40.0)), "log")},
            "returns must be simple returns; got log",
        ),
    ],
)
def test_invalid_returns_and_settings_are_refused(
    clustered: pd.Series, arguments: dict, message: str
) -> None:
    valid = {"returns": clustered, "price": 100.0, "horizon": 10}
    with pytest.raises(DataError, match=message):
        simulate_price_range(**(valid | arguments))


def test_a_horizon_may_be_a_time(clustered: pd.Series) -> None:
    days = simulate_price_range(clustered, 100.0, 14, n_paths=50)
    weeks = simulate_price_range(clustered, 100.0, "2w", n_paths=50)
    assert (weeks.horizon, days.horizon) == (14, 14)
    np.testing.assert_array_equal(weeks.lowest, days.lowest)
    found = liquidation_probability(clustered, 100.0, 85.0, "14d", n_paths=50)
    assert found.horizon == 14
    with pytest.raises(DataError, match="horizon must be at most 1,000,000 rows; got 1,000,000,00"):
        simulate_price_range(clustered, 100.0, 10**9)


def test_prices_are_refused_as_returns() -> None:
    with pytest.raises(DataError, match="must be changes, not prices"):
        simulate_price_range(hr.load("nasdaq_sp500")["SP500"], 2_500.0, 20)
