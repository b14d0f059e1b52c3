"""A market is a value: what it refuses, and what appending a bar leaves alone."""

import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import FrozenInstanceError
from threading import Barrier
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rates": {"TYPO": "COIN"}}, "rates must have a column of the table for 'TYPO'"),
        ({"rates": {"PERP": "TYPO"}}, "rates of 'PERP' must have a column of the table for 'TYPO'"),
        ({"rates": ["PERP"]}, r"rates must map names to values.*; got \['PERP'\]"),
        (
            {"rates": {"PERP": pd.Series([1.0])}},
            "name of a column of the table or a number; got a Series. Put it into",
        ),
        (
            {"funding": {"PERP": 0.1}},
            "funding of 'PERP' must be the name of a column of the table; got 0.1",
        ),
        ({"rates": {"PERP": 0.0}}, "rates of 'PERP' must lie strictly between 0 and inf; got 0.0"),
        ({"funding": {"PERP": "TYPO"}}, "funding of 'PERP' must have a column"),
        ({"underlying": {"F": "TYPO"}}, "underlying of 'F' must have a column"),
    ],
)
def test_bad_mappings_are_refused(
    table: pd.DataFrame, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Market(table, **settings)


def test_gaps_and_rates_not_positive_are_refused(table: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="table must be finite; column 'A' has a gap"):
        hr.Market(table.assign(A=table["A"].where(table.index != table.index[7])))
    with pytest.raises(
        hr.DataError, match="rate of 'G', 'FX', must be positive; got -1 on 2023-01-02"
    ):
        hr.Market(table.assign(FX=-1.0), rates={"G": "FX"})
    mixed = table.iloc[:6].set_axis([pd.Timestamp("2024-01-01", tz=tz) for tz in ("UTC", None) * 3])
    with pytest.raises(hr.DataError, match="table must be indexed by dates"):
        hr.Market(mixed)
    with pytest.raises(hr.DataError, match="lot must be a number above 0; got 0"):
        hr.LinearContract("F", 50, lot=0)


@pytest.mark.parametrize("column", ["FX", "A"])
def test_a_rate_that_is_not_the_price_of_the_coin_is_refused(
    table: pd.DataFrame, column: str
) -> None:
    market = hr.Market(table, rates={"PERP": column})
    with pytest.raises(
        hr.DataError,
        match=f"the price of its coin.*; '{column}' is .* where the contract is 25336.1",
    ):
        market.returns(hr.Position({"COIN": 10.0}), hr.InverseContract("PERP", 100))


# --- a value ---


def dated(n_rows: int) -> pd.DataFrame:
    """A table whose price is the number of its row, and so of its date."""
    dates = pd.date_range("2024-01-01", periods=n_rows, name="date")
    return pd.DataFrame({"A": np.arange(float(n_rows))}, dates)


def test_append_leaves_the_market_as_it_was() -> None:
    table = dated(6)
    market = hr.Market(table.iloc[:3])
    longer = market.append({"A": 3.0}, table.index[3]).append(table.iloc[4], table.index[4])
    other = market.append({"A": 30.0}, table.index[5])
    pd.testing.assert_frame_equal(market.table, table.iloc[:3], check_freq=False)
    pd.testing.assert_frame_equal(longer.table, table.iloc[:5], check_freq=False)
    assert other.table["A"].tolist() == [0.0, 1.0, 2.0, 30.0]
    assert (len(market), len(longer), len(other)) == (3, 5, 4)
    assert (market.last_date, other.last_date) == (table.index[2], table.index[5])
    assert (market.price("A"), longer.price("A"), longer.price("A", rows_ago=2)) == (2.0, 4.0, 2.0)


def test_a_market_never_changes() -> None:
    table = dated(4)
    rates = {"A": 2.0}
    market = hr.Market(table, rates=rates)
    rates["A"] = 3.0
    table.iloc[-1, 0] = 99.0
    assert (market.price("A"), market.rate("A"), market.value("A")) == (3.0, 2.0, 6.0)
    with pytest.raises(FrozenInstanceError):
        market.rates = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        market.rates["A"] = 1.0  # type: ignore[index]
    shown = market.table
    with suppress(ValueError):  # pandas 2 refuses to write
        shown.iloc[0, 0] = 99.0
    assert market.table.iloc[0, 0] == 0.0


def test_pickles_hold_the_same_rows() -> None:
    table = dated(5)
    market = hr.Market(table.iloc[:3], rates={"A": 2.0}).append({"A": 3.0}, table.index[3])
    copy = pickle.loads(pickle.dumps(market))
    pd.testing.assert_frame_equal(copy.table, market.table)
    later = copy.append({"A": 4.0}, table.index[4])
    pd.testing.assert_frame_equal(later.table, table, check_freq=False)
    assert later.rates == {"A": 2.0}


@pytest.mark.parametrize("periods", [False, True])
def test_dates_keep_their_kind(periods: bool) -> None:
    table = dated(5)
    if periods:
        table.index = table.index.to_period("D")
    market = hr.Market(table.iloc[:4]).append({"A": 4.0}, table.index[4])
    assert market.table.index.dtype == table.index.dtype
    assert market.table.index.equals(table.index)


@pytest.fixture
def many_switches() -> Iterator[None]:
    """Threads that take turns as often as the interpreter allows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.long
@pytest.mark.usefixtures("many_switches")
def test_threads_never_mix_dates_and_prices() -> None:
    n_threads = 8
    n_rounds = 500
    table = dated(3 + n_rounds + n_threads)
    market = hr.Market(table.iloc[:3])
    together = Barrier(n_threads)

    def append(number: int) -> hr.Market:
        together.wait()
        return market.append({"A": float(number)}, table.index[number])

    with ThreadPoolExecutor(n_threads) as pool:
        for first in range(3, 3 + n_rounds):
            numbers = range(first, first + n_threads)
            longer = list(pool.map(append, numbers))
            for number, one in zip(numbers, longer, strict=True):
                assert (one.price("A"), one.last_date) == (float(number), table.index[number])
                assert len(one) == first + 1
            market = longer[0]
    pd.testing.assert_frame_equal(market.table, table.iloc[: 3 + n_rounds], check_freq=False)


def test_returns_are_no_prices_of_a_market(table: pd.DataFrame) -> None:
    returns = hr.returns(table[["A", "F"]])
    with pytest.raises(hr.DataError, match="must hold prices; got simple returns.*Pass the prices"):
        hr.Market(returns)
    assert len(hr.Market(100.0 * (1.0 + returns).cumprod())) == len(returns)


def test_several_rows_are_no_bar(market: hr.Market, table: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="must be one row; got a table of 3. Call it for each"):
        market.append(table.iloc[-3:], "2030-01-01")  # type: ignore[arg-type]
