"""The band between two venues against trades that are booked one by one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hedgeresearch as hr
from hedgeresearch.basis import arbitrage_band
from hedgeresearch.errors import DataError

COSTS = st.integers(0, 200).map(lambda points: points / 1e4)


def prices_of(first: list[float], second: float = 100.0) -> pd.DataFrame:
    dates = pd.date_range("2026-03-02", periods=len(first), tz="UTC")
    return pd.DataFrame({"A": first, "B": second}, dates)


def booked(buy: float, sell: float, bought: float, sold: float, move: float | None) -> float:
    """Return what one unit bought at one venue and sold at the other leaves, per unit of money.

    Costs are paid on what each trade is worth. Without delivery both positions are closed again
    where prices have met, at those of the opening for the costs.
    """
    fees = buy * bought + sell * sold
    if move is None:
        return (sell - buy - 2.0 * fees) / buy
    return (sell - buy - fees - buy * move) / buy


@settings(max_examples=40, deadline=None)
@given(st.floats(95.0, 105.0), COSTS, COSTS, st.none() | COSTS)
def test_profits_are_those_of_booked_trades(
    price: float, one: float, other: float, move: float | None
) -> None:
    band = arbitrage_band(
        prices_of([price]), hr.Spot("A", fee=one), hr.Spot("B", half_spread=other), transfer=move
    )
    sell_first = booked(100.0, price, other, one, move)
    sell_second = booked(price, 100.0, one, other, move)
    row = band.table.iloc[0]
    if row["profit"] > 0.0:
        assert row["buy"] == ("B" if sell_first >= sell_second else "A")
    assert row["profit"] == pytest.approx(max(sell_first, sell_second, 0.0), abs=1e-12)
    inside = band.lower <= row["difference"] <= band.upper
    near_edge = min(abs(row["difference"] - edge) for edge in (band.lower, band.upper)) < 1e-9
    assert near_edge or inside == (row["buy"] == "")


@pytest.mark.parametrize(("price", "bought"), [(100.1, "B"), (99.9, "A")])
def test_with_rebates_what_pays_more_is_bought(price: float, bought: str) -> None:
    """Makers are paid on both sides, so that both directions pay."""
    first = hr.Spot("A", fee=-0.001)
    second = hr.Spot("B", fee=-0.0005)
    band = arbitrage_band(prices_of([price]), first, second)
    sell_first = booked(100.0, price, -0.0005, -0.001, None)
    sell_second = booked(price, 100.0, -0.001, -0.0005, None)
    assert min(sell_first, sell_second) > 0.0
    assert band.table["profit"].item() == pytest.approx(max(sell_first, sell_second))
    assert band.table["buy"].item() == bought


def test_edges_are_where_the_profit_is_zero() -> None:
    first = hr.Spot("A", fee=0.001)
    second = hr.Spot("B", fee=0.003)
    band = arbitrage_band(prices_of([100.0]), first, second, transfer=0.002)
    edges = prices_of([100.0 * (1.0 + band.lower) - 1e-6, 100.0 * (1.0 + band.upper) + 1e-6])
    table = arbitrage_band(edges, first, second, transfer=0.002).table
    assert table["buy"].tolist() == ["A", "B"]
    assert (table["profit"] < 1e-7).all()


def test_episodes_are_times_outside_one_after_the_other() -> None:
    band = arbitrage_band(
        prices_of([102.0, 103.0, 100.0, 97.0, 104.0]),
        hr.Spot("A", fee=0.001),
        hr.Spot("B", fee=0.0),
    )
    episodes = band.episodes
    assert episodes["n_dates"].tolist() == [2, 1, 1]
    assert episodes["buy"].tolist() == ["B", "A", "B"]
    assert episodes["best profit"].iloc[0] == band.table["profit"].iloc[1]
    assert band.share_outside == pytest.approx(0.8)
    assert band.summary["highest difference"] == pytest.approx(0.04)
    assert "outside at 80.0% of 5 dates" in repr(band)
    assert band.plot().get_ylabel() == "A over B, bp"


def test_a_calm_pair_has_no_episodes() -> None:
    band = arbitrage_band(prices_of([100.0] * 3), hr.Spot("A", fee=0.001), hr.Spot("B", fee=0.0))
    assert band.episodes.empty
    assert band.share_outside == 0.0


@pytest.mark.long
def test_two_perpetuals_of_bitcoin_rarely_differ_enough(data_dir: Path) -> None:
    """Margined in USDT and in coin; the widest is when USDC lost its peg, in March 2023."""
    prices = hr.load("binance_8h")
    band = arbitrage_band(
        prices,
        hr.LinearContract("BTC_USDT_PERP", 1, fee=0.0004, funding="8-hourly"),
        hr.InverseContract("BTC_COIN_PERP", 100, fee=0.0004, funding="8-hourly"),
    )
    assert 0.0 < band.share_outside < 0.05
    assert band.table["profit"].idxmax().strftime("%Y-%m") == "2023-03"


@pytest.mark.parametrize(
    ("first", "message"),
    [
        (hr.Spot("C", fee=0.001), r"a column 'C'"),
        (hr.Spot("A"), r"'A' has no fee and no half spread"),
        (hr.Spot("A", fee_per_contract=2.0), r"'A' has a fee per contract"),
        ("A", r"Instruments such as Spot"),
    ],
)
def test_instruments_without_costs_are_refused(first: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        arbitrage_band(prices_of([100.0]), first, hr.Spot("B", fee=0.0))  # type: ignore[arg-type]


def test_prices_and_transfers_are_checked() -> None:
    first = hr.Spot("A", fee=0.001)
    second = hr.Spot("B", fee=0.001)
    with pytest.raises(DataError, match="must be two instruments; both are 'A'"):
        arbitrage_band(prices_of([100.0]), first, hr.Spot("A", fee=0.0))
    with pytest.raises(DataError, match="transfer must not be negative"):
        arbitrage_band(prices_of([100.0]), first, second, transfer=-0.1)
    with pytest.raises(DataError, match="positive"):
        arbitrage_band(prices_of([-1.0]), first, second)
    with pytest.raises(DataError, match="finite|missing|NaN"):
        arbitrage_band(prices_of([np.nan]), first, second)
