"""The holding against brute force: the variance of the book's profit over a grid, and whole lots by enumeration."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing import contracts as holdings
from hedgeresearch.recommendation.sizing.contracts import (
    Room,
    Traded,
    contracts_of,
    decimals,
    in_lots,
    outward,
    whole_lots,
)

Advise = Callable[..., hr.recommendation.Recommendation]
OPEN = Room(np.inf, np.inf, None)


def profits(
    table: pd.DataFrame, units: dict[str, float], name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Profit of each past move, brought to the prices of now: of the position, and of one contract, by the terms."""
    growth = table.to_numpy()[1:] / table.to_numpy()[:-1]
    then = pd.DataFrame(growth, columns=table.columns)
    now = table.iloc[-1]
    gross = sum(abs(n * now[asset]) for asset, n in units.items())
    if len(units) == 1:
        ((asset, n),) = units.items()
        own = n * now[asset] * (then[asset] - 1.0)
    else:  # a book's returns are on the gross value it had, with the units of now
        before, after = table.iloc[:-1].to_numpy(), table.iloc[1:].to_numpy()
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
def test_the_best_holding_has_the_least_variance_on_a_grid(
    advise: Advise, table: pd.DataFrame, units: dict[str, float], name: str
) -> None:
    best = advise(units, [name]).summary.loc[name, "best"]
    own, contract = profits(table, units, name)
    step = abs(best) / 2000
    grid = best + step * np.arange(-1000, 1001)
    variances = [np.var(own + n * contract) for n in grid]
    assert abs(grid[int(np.argmin(variances))] - best) <= step
    assert np.sign(best) == -np.sign(sum(n * table[asset].iloc[-1] for asset, n in units.items()))


@pytest.mark.parametrize("coins", [3.0, -3.0])
def test_inverse_contracts_have_the_least_variance_on_a_grid(
    advise: Advise, table: pd.DataFrame, coins: float
) -> None:
    best = advise({"COIN": coins}, ["PERP"]).summary.loc["PERP", "best"]
    spot, perp = table["COIN"].to_numpy(), table["PERP"].to_numpy()
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
    ratio = found.book.fit.next_ratio.iloc[0]
    expected = hr.instruments.contracts_for(
        ratio, held, instruments[name], market.price(name), market.rate(name), kind
    )
    assert found.summary.loc[name, "best"] == pytest.approx(expected, rel=1e-12)


def test_the_difference_kind_has_the_least_variance_of_price_changes(
    advise: Advise, table: pd.DataFrame
) -> None:
    found = advise({"A": 30_000.0, "B": -4_000.0}, ["F"], kind="difference")
    own = 30_000 * table["A"].diff() - 4_000 * table["B"].diff()
    slope = np.cov(own.iloc[1:], 50 * table["F"].diff().iloc[1:])
    assert found.summary.loc["F", "best"] == pytest.approx(-slope[0, 1] / slope[1, 1], rel=1e-9)
    assert found.volatility["unhedged"] == pytest.approx(own.std(ddof=1), rel=1e-9)


def test_units_of_prices_do_not_matter(table: pd.DataFrame, instruments: dict[str, Any]) -> None:
    """An asset quoted in hundredths, and a contract on a hundredth of the points, are the same business."""
    scaled = table.assign(A=100 * table["A"], F=table["F"] / 100)
    found = []
    for prices, units, contract in (
        (table, 40_000.0, instruments["F"]),
        (scaled, 400.0, hr.LinearContract("F", 5000, fee=0.0001, half_spread=0.0001)),
    ):
        market, position = hr.Market(prices), hr.Position({"A": units})
        fit = hr.OLSHedge().fit(*market.returns(position, contract))
        found.append(
            hr.recommend(fit, position=position, instruments=contract, market=market).summary
        )
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)


def cases(n: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Ideal, covariance of hedges that are much alike, notionals and lots."""
    rng = np.random.default_rng(n)
    found = []
    for _ in range(12):
        common = rng.normal(size=(n, 1))
        covariance = common @ common.T + 0.05 * np.diag(rng.uniform(0.2, 1.0, n))
        lots = rng.choice([0.5, 1.0, 2.0], n)
        found.append((rng.uniform(-3, 3, n), covariance, rng.uniform(0.5, 2.0, n), lots))
    return found


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize(
    "room", [OPEN, Room(4.0, np.inf, None), Room(6.0, 1, None), Room(np.inf, 2, None)]
)
@pytest.mark.parametrize("bounded", [False, True])
def test_lots_are_the_best_of_all(n: int, room: Room, bounded: bool) -> None:
    for ideal, covariance, notionals, lots in cases(n):
        ends = np.full(n, 1.7 if bounded else 12.0)
        traded = Traded(notionals, notionals, lots, -ends, ends)
        found = in_lots(ideal, covariance, traded, room)
        axes = [
            lot * np.arange(-np.floor(end / lot), np.floor(end / lot) + 1)
            for lot, end in zip(lots, ends, strict=True)
        ]
        grid = np.array(list(product(*axes)))
        grid = grid[np.abs(grid) @ notionals <= room.gross + 1e-9]
        grid = grid[np.count_nonzero(grid, axis=1) <= room.most_instruments]
        away = grid - ideal
        least = np.einsum("ti,ij,tj->t", away, covariance, away).min()
        assert (found - ideal) @ covariance @ (found - ideal) == pytest.approx(least, rel=1e-9)
        assert np.abs(found) @ notionals <= room.gross + 1e-9
        assert np.count_nonzero(found) <= room.most_instruments


@pytest.mark.parametrize("ideal", [-10.4, -10.6, 0.2, 7.49])
@pytest.mark.parametrize("lot", [1.0, 0.25])
def test_one_instrument_takes_the_nearest_lot(ideal: float, lot: float) -> None:
    traded = Traded(
        np.ones(1), np.ones(1), np.array([lot]), np.array([-np.inf]), np.array([np.inf])
    )
    found = in_lots(np.array([ideal]), np.ones((1, 1)), traded, OPEN)
    assert found[0] == pytest.approx(lot * round(ideal / lot), abs=1e-12)


def test_outward_is_nearest_first() -> None:
    for centre in (-2.3, 0.0, 1.5, 9.0, -20.0):
        found = list(outward(centre, -4.0, 5.0))
        assert sorted(found) == list(range(-4, 6))
        assert all(abs(a - centre) <= abs(b - centre) for a, b in pairwise(found))


def test_many_that_are_alike_end_in_time() -> None:
    rng = np.random.default_rng(0)
    n = 25
    covariance = 1.0 + 1e-3 * np.diag(rng.uniform(0.5, 1.5, n))
    traded = Traded(np.ones(n), np.ones(n), np.ones(n), np.full(n, -np.inf), np.full(n, np.inf))
    ideal = rng.uniform(-5, 5, n)
    found = in_lots(ideal, covariance, traded, OPEN)
    rounded = np.round(ideal)
    assert (found - ideal) @ covariance @ (found - ideal) <= (rounded - ideal) @ covariance @ (
        rounded - ideal
    )


def test_what_must_be_held_of_later_instruments_is_kept_free_from_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Found without trying what leaves no room for them, of which there are millions."""
    tried = []

    def counted(*ends: float) -> Any:
        for lots in outward(*ends):
            tried.append(lots)
            yield lots

    monkeypatch.setattr(holdings, "outward", counted)
    n = 9
    traded = Traded(np.ones(n), np.ones(n), np.ones(n), np.ones(n), np.full(n, np.inf))
    found = in_lots(np.full(n, 5.0), np.eye(n), traded, Room(float(n), np.inf, None))
    np.testing.assert_array_equal(found, np.ones(n))
    assert len(tried) <= 2 * n


@pytest.mark.parametrize("lot", [0.1, 0.01, 0.001, 1e-8, 0.25, 5.0, 1.0])
def test_lots_have_no_binary_dust(lot: float) -> None:
    places = max(0, -Decimal(str(lot)).normalize().as_tuple().exponent)
    assert decimals(lot) == places
    for number in (0, 3, 29, -29, 1_000_003):
        exact = float(Decimal(str(lot)) * number)
        assert contracts_of(np.array([float(number)]), np.array([lot]))[0] == exact
        traded = Traded(
            np.ones(1), np.ones(1), np.array([lot]), np.array([-abs(exact)]), np.array([abs(exact)])
        )
        least, most = whole_lots(traded)
        assert (least[0], most[0]) == (-abs(number), abs(number))


def test_29_lots_that_are_held_are_left_alone(market: hr.Market) -> None:
    contract, price = hr.LinearContract("F", 50, lot=0.1), market.price("F")
    for lots in range(1, 30):
        held = lots / 10
        position = hr.Position({"A": held * 50 * price / market.price("A")})
        fit = hr.NaiveHedge().fit(*market.returns(position, contract))
        for have in (-held, -lots * 0.1):  # the second is off by rounding
            found = hr.recommend(
                fit, position=position, instruments=contract, market=market, holdings={"F": have}
            )
            assert (found.action, found.plan.trades[0]) == ("hold", 0.0)
        fresh = hr.recommend(fit, position=position, instruments=contract, market=market)
        assert (fresh.holdings["F"], fresh.orders.loc[0, "contracts"]) == (-held, held)
