"""Contracts against brute force: the variance of the hedged profit over a grid."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


def profits(
    table: pd.DataFrame, units: dict[str, float], name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Profit of position and one contract had each past move come now, by the terms."""
    growth = table.to_numpy()[1:] / table.to_numpy()[:-1]
    then = pd.DataFrame(growth, columns=table.columns)
    now = table.iloc[-1]
    gross = sum(abs(n * now[asset]) for asset, n in units.items())
    if len(units) == 1:
        ((asset, n),) = units.items()
        own = n * now[asset] * (then[asset] - 1.0)
    else:  # returns of a portfolio are on the gross value it had, with the units of now
        before = table.iloc[:-1].to_numpy()
        after = table.iloc[1:].to_numpy()
        at = [table.columns.get_loc(asset) for asset in units]
        n = np.array(list(units.values()))
        own = gross * ((after - before)[:, at] @ n) / np.abs(before[:, at] * n).sum(axis=1)
    contract = {
        "F": 50 * now["F"] * (then["F"] - 1.0),
        "G": 100 * now["G"] * (then["G"] - 1.0) * now["FX"] * then["FX"],
        "H": 200 * 1.5 * now["H"] * (then["H"] - 1.0),
        "PERP": 100
        * (1.0 - 1.0 / then["PERP"])
        * (table["COIN"].to_numpy()[1:] / table["PERP"].to_numpy()[:-1]),
    }[name]
    return np.asarray(own), np.asarray(contract)


@pytest.mark.parametrize("name", ["F", "G", "H"])
@pytest.mark.parametrize(
    "units", [{"A": 40_000.0}, {"A": -40_000.0}, {"A": 30_000.0, "B": -4_000.0}]
)
def test_the_target_has_minimum_variance_on_a_grid(
    advise: Advise, table: pd.DataFrame, units: dict[str, float], name: str
) -> None:
    best = advise(units, [name]).summary.loc[name, "target"]
    own, contract = profits(table, units, name)
    step = abs(best) / 2000
    grid = best + step * np.arange(-1000, 1001)
    variances = [np.var(own + n * contract) for n in grid]
    assert abs(grid[int(np.argmin(variances))] - best) <= step
    assert np.sign(best) == -np.sign(sum(n * table[asset].iloc[-1] for asset, n in units.items()))


@pytest.mark.parametrize("coins", [3.0, -3.0])
def test_inverse_contracts_have_minimum_variance_on_a_grid(
    advise: Advise, table: pd.DataFrame, coins: float
) -> None:
    best = advise({"COIN": coins}, ["PERP"]).summary.loc["PERP", "target"]
    spot = table["COIN"].to_numpy()
    perp = table["PERP"].to_numpy()
    own = coins * spot[-1] * (spot[1:] / spot[:-1] - 1.0)
    contract = 100 * (1.0 / perp[:-1] - 1.0 / perp[1:]) * spot[1:]  # dollars, of one contract
    grid = best * np.linspace(0.5, 1.5, 2001)
    variances = [np.var(own + n * contract) for n in grid]
    assert grid[int(np.argmin(variances))] == pytest.approx(best, abs=abs(best) / 2000)
    assert best * coins < 0


@pytest.mark.parametrize("kind", ["simple", "difference"])
@pytest.mark.parametrize("name", ["F", "G", "H"])
def test_contracts_agree_with_contracts_for(
    advise: Advise, market: hr.Market, instruments: dict[str, Any], kind: str, name: str
) -> None:
    found = advise({"A": 40_000.0}, [name], kind=kind)
    held = 40_000.0 if kind == "difference" else 40_000.0 * market.price("A")
    ratio = found.problem.fit.next_ratio.iloc[0]
    expected = hr.instruments.contracts_for(
        ratio, held, instruments[name], market.price(name), market.rate(name), kind
    )
    assert found.summary.loc[name, "target"] == pytest.approx(expected, rel=1e-12)


def test_differences_give_minimum_variance_of_price_changes(
    advise: Advise, table: pd.DataFrame
) -> None:
    found = advise({"A": 30_000.0, "B": -4_000.0}, ["F"], kind="difference")
    own = 30_000 * table["A"].diff() - 4_000 * table["B"].diff()
    slope = np.cov(own.iloc[1:], 50 * table["F"].diff().iloc[1:])
    assert found.summary.loc["F", "target"] == pytest.approx(-slope[0, 1] / slope[1, 1], rel=1e-9)
    assert found.volatility["unhedged"] == pytest.approx(own.std(ddof=1), rel=1e-9)


def test_units_of_prices_do_not_matter(table: pd.DataFrame, instruments: dict[str, Any]) -> None:
    """Assets quoted in hundredths and contracts on a hundredth of the points change nothing."""
    scaled = table.assign(A=100 * table["A"], F=table["F"] / 100)
    found = []
    large = hr.LinearContract("F", 5000, fee=0.0001, half_spread=0.0001)
    for prices, units, contract in (
        (table, 40_000.0, instruments["F"]),
        (scaled, 400.0, large),
    ):
        market = hr.Market(prices)
        position = hr.Position({"A": units})
        fit = hr.OLSHedge().fit(*market.returns(position, contract))
        found.append(hr.recommend(fit, position, contract, market).summary)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)
