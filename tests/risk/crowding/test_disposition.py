"""Disposition effect against counts by hand and by another bookkeeping."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.risk import disposition_effect

DAYS = pd.date_range("2026-01-05", periods=60, name="day")


def fills_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = ["time", "account", "instrument", "side", "size", "price"]
    return pd.DataFrame(rows, columns=columns).set_index("time")


def random_case(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return fills of two accounts in five instruments, long and short, and their closes."""
    generator = np.random.default_rng(seed)
    paths = 100.0 * np.exp(np.cumsum(0.02 * generator.standard_normal((60, 5)), axis=0))
    prices = pd.DataFrame(paths, DAYS, list("ABCDE"))
    rows = []
    for day in DAYS:
        for hour in (10, 14):
            name = generator.choice(list("ABCDE"))
            side = generator.choice(["buy", "sell"])
            price = float(prices.at[day, name] * generator.uniform(0.99, 1.01))
            size = float(generator.integers(1, 4))
            account = generator.choice(["x", "y"])
            rows.append((day + pd.Timedelta(hours=hour), account, name, side, size, price))
    return fills_of(rows), prices


def lots_of(book: dict[str, list[list[float]]], name: str) -> tuple[float, float]:
    """Return signed units and average entry of lots that are reduced in proportion."""
    units = sum(lot[0] for lot in book.get(name, []))
    if not units:
        return 0.0, 0.0
    return units, sum(lot[0] * lot[1] for lot in book[name]) / units


def trade(book: dict[str, list[list[float]]], name: str, units: float, price: float) -> float:
    """Reduce the lots of a position, open one with the rest, and return the units closed."""
    held, _ = lots_of(book, name)
    size = 0.0
    if held * units < 0.0:
        size = min(abs(units), abs(held))
        for lot in book[name]:
            lot[0] *= 1.0 - size / abs(held)
        if size == abs(held):
            book[name] = []
        units += math.copysign(size, held)
    if units:
        book.setdefault(name, []).append([units, price])
    return size


def counts_by_lots(fills: pd.DataFrame, prices: pd.DataFrame) -> list[int]:
    """Keep lots of each position; count realized and paper gains, realized and paper losses."""
    counts = [0, 0, 0, 0]
    books: dict[Any, dict[str, list[list[float]]]] = {}
    for (_, day), today in fills.groupby(["account", fills.index.normalize()]):
        account = today["account"].iloc[0]
        book = books.setdefault(account, {})
        start = {name: lots_of(book, name) for name in book if lots_of(book, name)[0]}
        left = set(start)
        closed: dict[str, list[tuple[float, float]]] = {}
        for row in today.itertuples():
            units = row.size if row.side == "buy" else -row.size
            size = trade(book, row.instrument, units, row.price)
            if size and row.instrument in left:
                closed.setdefault(row.instrument, []).append((size, row.price))
            # what is open after this is another position than that of the morning
            if lots_of(book, row.instrument)[0] * start.get(row.instrument, (0.0,))[0] <= 0.0:
                left.discard(row.instrument)
        if len(start) < 2 or not set(closed) & set(start):
            continue
        for name, (held, entry) in start.items():
            sizes, paid = zip(*closed.get(name, [(1.0, prices.at[day, name])]), strict=True)
            gain = math.copysign(1.0, held) * (np.average(paid, weights=sizes) - entry)
            counts[(0 if gain > 0.0 else 2) + (0 if name in closed else 1)] += gain != 0.0
    return counts


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_lots(seed: int) -> None:
    fills, prices = random_case(seed)
    found = disposition_effect(fills, prices)
    counts = [
        found.realized_gains,
        found.paper_gains,
        found.realized_losses,
        found.paper_losses,
    ]
    assert counts == counts_by_lots(fills, prices)
    assert min(counts) > 5


def test_the_test_is_that_of_two_shares() -> None:
    found = disposition_effect(*random_case(0))
    gains = found.realized_gains + found.paper_gains
    losses = found.realized_losses + found.paper_losses
    high = found.realized_gains / gains
    low = found.realized_losses / losses
    variance = high * (1.0 - high) / gains + low * (1.0 - low) / losses
    assert found.difference == pytest.approx(high - low)
    assert found.test.statistic == pytest.approx((high - low) / variance**0.5)
    assert "Odean (1998)" in found.source
    assert "not independent" in found.limits


def test_who_sells_gains_only_has_the_effect() -> None:
    rows = [(DAYS[0], "x", name, "buy", 1.0, 10.0) for name in "ABCD"]
    rows += [(DAYS[3], "x", "A", "sell", 1.0, 12.0), (DAYS[4], "x", "B", "sell", 1.0, 13.0)]
    prices = pd.DataFrame({"A": 12.0, "B": 13.0, "C": 8.0, "D": 9.0}, DAYS)
    found = disposition_effect(fills_of(rows), prices)
    assert (found.share_of_gains, found.share_of_losses) == (2 / 3, 0.0)
    # one day later there is nothing else to sell
    alone = [*rows, (DAYS[5], "x", "C", "sell", 1.0, 8.0), (DAYS[6], "x", "D", "sell", 1.0, 9.0)]
    counted = disposition_effect(fills_of(alone), prices)
    assert (counted.n_days, counted.n_alone) == (3, 1)
    within = [
        *rows[:4],
        (DAYS[1], "x", "E", "buy", 1.0, 5.0),
        (DAYS[1], "x", "E", "sell", 1.0, 6.0),
    ]
    assert disposition_effect(fills_of(within + rows[4:]), prices).n_within_day == 1


def test_a_position_turned_within_the_day_is_another_one() -> None:
    """One held is sold at a gain with one more, which is bought back on the day: two positions."""
    rows = [(DAYS[0], "x", name, "buy", 1.0, 10.0) for name in "ABC"]
    rows += [(DAYS[2], "x", "A", "sell", 2.0, 12.0), (DAYS[2], "x", "A", "buy", 1.0, 8.0)]
    prices = pd.DataFrame({"A": 12.0, "B": 13.0, "C": 8.0}, DAYS)
    found = disposition_effect(fills_of(rows), prices)
    assert (found.realized_gains, found.paper_gains, found.paper_losses) == (1, 1, 1)
    assert found.n_within_day == 1
    # closed by halves, it is one position still
    halves = [(DAYS[2], "x", "A", "buy", 0.5, 8.0)] * 2
    assert disposition_effect(fills_of(rows[:-1] + halves), prices).n_within_day == 1


@pytest.mark.parametrize("parts", [3, 7, 10])
def test_what_rounding_leaves_is_no_position(parts: int) -> None:
    """A position that is sold in equal parts is gone after the last of them."""
    size = 0.1
    rows = [(DAYS[0], "x", "A", "buy", parts * size, 10.0), (DAYS[0], "x", "B", "buy", 1.0, 10.0)]
    rows += [(DAYS[1 + i], "x", "A", "sell", size, 12.0) for i in range(parts)]
    # the day after, what is left of A would be another gain on paper, or the other of two positions
    rows += [(DAYS[parts + 2], "x", "B", "sell", 0.5, 9.0)]
    prices = pd.DataFrame({"A": 12.0, "B": 9.0}, DAYS)
    found = disposition_effect(fills_of(rows), prices)
    assert (found.realized_gains, found.paper_gains) == (parts, 0)
    assert (found.realized_losses, found.paper_losses) == (0, parts)
    assert (found.n_days, found.n_alone, found.n_within_day) == (parts, 1, 0)


def test_bad_fills_are_refused() -> None:
    fills, prices = random_case(0)
    cases = [
        (fills.drop(columns="side"), prices, "fills must be a DataFrame with the columns"),
        (fills.iloc[::-1], prices, "by time, in order"),
        (fills.assign(side="hold"), prices, "got 'hold'"),
        (fills.assign(size=0.0), prices, "size of each fill must be positive"),
        (fills.assign(price=np.nan), prices, "price of each fill must be positive"),
        (fills, prices.drop(columns="A"), "must have a positive price of 'A' on 2026-"),
        (fills, prices.reset_index(drop=True), "prices must be a DataFrame by day"),
        (fills, pd.concat([prices, prices]), "one row for each day"),
        (fills[fills["side"] == "buy"], prices, "there are 0 gains and 0 losses on 0 days"),
    ]
    for given, closes, message in cases:
        with pytest.raises(DataError, match=message):
            disposition_effect(given, closes)
