"""Stress, tails, carry and regimes of the book, against sums by hand; short positions have the right sign."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]
BOOKS = [
    ({"A": 40_000.0}, ["F"]),
    ({"A": -40_000.0}, ["F"]),
    ({"A": 30_000.0, "B": -20_000.0}, ["F", "G"]),
    ({"COIN": -30.0}, ["PERP"]),
]


def profit(
    table: pd.DataFrame, date: Any, found: hr.recommendation.Recommendation
) -> tuple[float, float]:
    """Of the position and the hedges of now, had the date's moves come now: in currency, by the terms."""
    now, i = table.iloc[-1], table.index.get_loc(date)
    move = table.iloc[i] / table.iloc[i - 1]
    units = found.book.position.units
    if len(units) == 1:
        own = sum(n * now[a] * (move[a] - 1) for a, n in units.items())
    else:
        before, after = table.iloc[i - 1], table.iloc[i]
        moved = sum(n * (after[a] - before[a]) for a, n in units.items())
        own = moved / sum(abs(n * before[a]) for a, n in units.items()) * found.book.value
    gains = {
        "F": 50 * now["F"] * (move["F"] - 1),
        "G": 100 * now["G"] * now["FX"] * (move["G"] - 1) * move["FX"],
        "PERP": 100
        * (1 / table["PERP"].iloc[i - 1] - 1 / table["PERP"].iloc[i])
        * table["COIN"].iloc[i],
    }
    return own, own + sum(n * gains[name] for name, n in found.holdings.items())


@pytest.mark.parametrize(("units", "names"), BOOKS)
def test_past_dates_of_the_stress_table(
    advise: Advise, table: pd.DataFrame, units: dict[str, float], names: list[str]
) -> None:
    found = advise(units, names)
    dates = [pd.Timestamp(text.split(": ")[1]) for text in found.stress.index[:5]]
    for row, date in zip(range(5), dates, strict=True):
        own, hedged = profit(table, date, found)
        assert own < 0.0
        np.testing.assert_allclose(
            found.stress.iloc[row][["unhedged", "hedged"]].astype(float), [own, hedged], rtol=1e-9
        )
    if len(units) == 1:
        ((asset, n),) = units.items()
        worst = table[asset].pct_change() * n
        assert dates[0] == worst.idxmin()
        jump = found.stress.loc["jump -10 %, hedges still", "unhedged"]
        assert jump == pytest.approx(-0.1 * n * table[asset].iloc[-1], rel=1e-12)


@pytest.mark.parametrize(("units", "names"), BOOKS)
def test_the_past_of_the_book_is_its_profit(
    advise: Advise, table: pd.DataFrame, units: dict[str, float], names: list[str]
) -> None:
    found = advise(units, names)
    for date in found.past.index[::97]:
        assert found.past[date] * found.book.value == pytest.approx(
            profit(table, date, found)[1], rel=1e-9, abs=1e-6
        )
    losses = -found.past * found.book.value / abs(found.book.value)
    assert found.tails.historical_value_at_risk == pytest.approx(
        np.quantile(losses, 0.99), rel=1e-9
    )


def test_volatility_by_hand(advise: Advise) -> None:
    found = advise({"A": -40_000.0}, ["F", "H"], holdings={"F": 2.0})
    h, book = found.book.fit.next_covariance.to_numpy(), found.book
    for name, held in (
        ("unhedged", [0, 0]),
        ("as held", [2, 0]),
        ("as recommended", found.holdings),
    ):
        weights = np.array([book.value, *(np.array(held) * book.notionals)])
        assert found.volatility[name] == pytest.approx(np.sqrt(weights @ h @ weights), rel=1e-12)
    assert found.stress.loc["volatility", "hedged"] == pytest.approx(
        found.volatility["as recommended"], rel=1e-9
    )


@pytest.mark.parametrize("coins", [30.0, -30.0])
def test_funding_spikes_are_against_the_book_and_carry_is_signed(
    advise: Advise, table: pd.DataFrame, coins: float
) -> None:
    found = advise({"COIN": coins}, ["PERP"])
    spike = found.stress.filter(like="funding", axis=0).iloc[0]
    value = found.holdings["PERP"] * 100
    assert spike["hedged"] == pytest.approx(-0.001 * 9 * abs(value), rel=1e-12)
    (carry,) = found.carry
    # one payment a date, of daily dates: 365 a year, whatever the contract's hours
    paid = -value * table["FUNDING"].mean() * 365
    assert carry.per_year * abs(found.book.value) == pytest.approx(paid, rel=1e-9)
    assert (carry.per_year > 0.0) == (coins > 0.0)


def test_a_basis_is_told_of_what_a_future_delivers_only(table: pd.DataFrame) -> None:
    future = hr.LinearContract("F", 50, expiry=pd.Timestamp("2024-03-08"))
    prices = table.assign(
        F=table["A"] * np.exp(0.05 * (pd.Timestamp("2024-03-08") - table.index).days / 365)
    )
    position = hr.Position({"A": 40_000.0})
    for underlying, known in (({}, False), ({"F": "A"}, True)):
        market = hr.Market(prices, underlying=underlying)
        fit = hr.OLSHedge().fit(*market.returns(position, future))
        found = hr.recommend(fit, position=position, instruments=future, market=market)
        assert bool(found.carry) == known
        if known:
            assert found.carry[0].rate_per_year == pytest.approx(0.05, rel=1e-9)
            sold = (
                -found.holdings["F"] * 50 * prices["F"].iloc[-1] / (40_000 * prices["A"].iloc[-1])
            )
            assert found.carry[0].ratio == pytest.approx(sold, rel=1e-12)


def test_what_each_regime_asks_for(advise: Advise, market: hr.Market) -> None:
    found = advise({"A": 40_000.0}, ["F"], hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)))
    outlook, fit = found.regimes, found.book.fit
    assert outlook["probability"].sum() == pytest.approx(1.0)
    for regime, row in outlook.iterrows():
        expected = (
            -fit.by_regime.loc[regime, "F"] * 40_000 * market.price("A") / (50 * market.price("F"))
        )
        assert row["F"] == pytest.approx(expected, rel=1e-12)
        stays = fit.regimes.transition.to_numpy()[regime, regime]
        assert row["expected dates"] == pytest.approx(1 / (1 - stays), rel=1e-9)
    likeliest = outlook["probability"].idxmax()
    text = next(text for text in found.reasons if text.startswith("Regime"))
    assert text.startswith(
        f"Regime {likeliest} is the likeliest next, at {outlook['probability'].max():.0%}"
    )
    assert advise({"A": 40_000.0}, ["F"]).regimes is None


def test_tail_dependence_of_a_short_is_that_of_gains(advise: Advise) -> None:
    long, short = (advise({"A": units}, ["F"]).tail_dependence for units in (40_000.0, -40_000.0))
    assert long is not None
    assert short is not None
    assert long.kendall_tau == pytest.approx(short.kendall_tau, rel=1e-12)
    asset, hedges = advise({"A": 40_000.0}, ["F"]).book.market.returns(
        hr.Position({"A": 1.0}), hr.LinearContract("F", 50)
    )
    for found, sign in ((long, 1.0), (short, -1.0)):
        same = (
            (sign * asset)
            .nsmallest(20)
            .index.intersection((sign * hedges["F"]).nsmallest(20).index)
        )
        assert found.coefficient == len(same) / 20
