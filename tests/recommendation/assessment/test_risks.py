"""Stress and tails of the hedged position against sums by hand, long and short."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]
POSITIONS = [
    ({"A": 40_000.0}, ["F"]),
    ({"A": -40_000.0}, ["F"]),
    ({"A": 30_000.0, "B": -20_000.0}, ["F", "G"]),
    ({"COIN": -30.0}, ["PERP"]),
]


def profit(
    table: pd.DataFrame, date: Any, found: hr.recommendation.Recommendation
) -> tuple[float, float]:
    """Profit of the position, unhedged and hedged, had the moves of a date come now."""
    now = table.iloc[-1]
    i = table.index.get_loc(date)
    move = table.iloc[i] / table.iloc[i - 1]
    units = found.problem.position.units
    if len(units) == 1:
        own = sum(n * now[a] * (move[a] - 1) for a, n in units.items())
    else:
        before = table.iloc[i - 1]
        after = table.iloc[i]
        moved = sum(n * (after[a] - before[a]) for a, n in units.items())
        own = moved / sum(abs(n * before[a]) for a, n in units.items()) * found.valuation.value
    gains = {
        "F": 50 * now["F"] * (move["F"] - 1),
        "G": 100 * now["G"] * now["FX"] * (move["G"] - 1) * move["FX"],
        "PERP": 100
        * (1 / table["PERP"].iloc[i - 1] - 1 / table["PERP"].iloc[i])
        * table["COIN"].iloc[i],
    }
    return own, own + sum(n * gains[name] for name, n in found.holdings.items())


@pytest.mark.parametrize(("units", "names"), POSITIONS)
def test_past_dates_of_the_stress_table_are_profits(
    advise: Advise, table: pd.DataFrame, units: dict[str, float], names: list[str]
) -> None:
    found = advise(units, names)
    dates = [pd.Timestamp(text.split(": ")[1]) for text in found.stress.index[:5]]
    for row, date in zip(range(5), dates, strict=True):
        own, hedged = profit(table, date, found)
        assert own < 0.0
        profits = found.stress.iloc[row][["unhedged", "hedged"]].astype(float)
        np.testing.assert_allclose(profits, [own, hedged], rtol=1e-9)
    if len(units) == 1:
        ((asset, n),) = units.items()
        worst = table[asset].pct_change() * n
        assert dates[0] == worst.idxmin()
        jump = found.stress.loc["jump -10%, hedges still", "unhedged"]
        assert jump == pytest.approx(-0.1 * n * table[asset].iloc[-1], rel=1e-12)


@pytest.mark.parametrize(("units", "names"), POSITIONS)
def test_past_returns_are_the_profits_of_the_holdings(
    advise: Advise, table: pd.DataFrame, units: dict[str, float], names: list[str]
) -> None:
    found = advise(units, names)
    value = found.valuation.value
    for date in found.past.index[::97]:
        _, hedged = profit(table, date, found)
        assert found.past[date] * value == pytest.approx(hedged, rel=1e-9, abs=1e-6)
    losses = -found.past * value / abs(value)
    expected = np.quantile(losses, 0.99)
    assert found.tails.historical_value_at_risk == pytest.approx(expected, rel=1e-9)


def test_tail_dependence_of_a_short_is_that_of_gains(advise: Advise) -> None:
    long, short = (advise({"A": units}, ["F"]).tail_dependence for units in (40_000.0, -40_000.0))
    assert long is not None
    assert short is not None
    assert long.kendall_tau == pytest.approx(short.kendall_tau, rel=1e-12)
    market = advise({"A": 40_000.0}, ["F"]).problem.market
    asset, hedges = market.returns(hr.Position({"A": 1.0}), hr.LinearContract("F", 50))
    for found, sign in ((long, 1.0), (short, -1.0)):
        worst = (sign * asset).nsmallest(20).index
        same = worst.intersection((sign * hedges["F"]).nsmallest(20).index)
        assert found.coefficient == len(same) / 20


def test_tail_dependence_needs_200_returns_and_a_hedge(advise: Advise, table: pd.DataFrame) -> None:
    few, enough = (advise({"A": 4_000.0}, ["F"], on=hr.Market(table.iloc[-n:])) for n in (200, 201))
    assert few.tail_dependence is None
    missing = "Tail dependence not available: it needs 200 returns; there are 199."
    assert missing in few.reasons
    assert enough.tail_dependence is not None
    assert enough.tail_dependence.n_tail == 10
    added = advise({"A": 4_000.0}, ["F"], limits=hr.Limits(contracts={"F": (1, 2)}))
    assert added.tail_dependence is None
    assert not any("dependence" in text or "On the worst" in text for text in added.reasons)
