"""Whole lots against enumeration."""

from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing import lots as lot_search
from hedgeresearch.recommendation.sizing.contracts import ContractTerms, JointLimits
from hedgeresearch.recommendation.sizing.lots import (
    contracts_of_lots,
    decimals,
    in_whole_lots,
    lot_bounds,
    nearest_first,
)

OPEN = JointLimits()


def contract_terms(
    n: int, lot: float = 1.0, low: float = -np.inf, high: float = np.inf
) -> ContractTerms:
    """Terms of n contracts worth one unit of currency each."""
    lots = np.full(n, lot)
    open_end = np.full(n, np.inf)
    low_end = np.full(n, low)
    high_end = np.full(n, high)
    return ContractTerms(np.ones(n), lots, low_end, high_end, np.zeros(n), lots, open_end)


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
    "joint",
    [
        OPEN,
        JointLimits(gross=4.0),
        JointLimits(gross=6.0, max_instruments=1),
        JointLimits(max_instruments=2),
    ],
)
@pytest.mark.parametrize("bounded", [False, True])
def test_lots_are_the_nearest_of_all(n: int, joint: JointLimits, bounded: bool) -> None:
    for ideal, covariance, notionals, lots in cases(n):
        ends = np.full(n, 1.7 if bounded else 12.0)
        terms = ContractTerms(notionals, lots, -ends, ends, np.zeros(n), lots, np.full(n, np.inf))
        found = in_whole_lots(ideal, covariance, terms, joint)
        axes = [
            lot * np.arange(-np.floor(end / lot), np.floor(end / lot) + 1)
            for lot, end in zip(lots, ends, strict=True)
        ]
        grid = np.array(list(product(*axes)))
        grid = grid[np.abs(grid) @ notionals <= joint.gross + 1e-9]
        grid = grid[np.count_nonzero(grid, axis=1) <= joint.max_instruments]
        away = grid - ideal
        least = np.einsum("ti,ij,tj->t", away, covariance, away).min()
        assert (found - ideal) @ covariance @ (found - ideal) == pytest.approx(least, rel=1e-9)
        assert np.abs(found) @ notionals <= joint.gross + 1e-9
        assert np.count_nonzero(found) <= joint.max_instruments


@pytest.mark.parametrize("ideal", [-10.4, -10.6, 0.2, 7.49])
@pytest.mark.parametrize("lot", [1.0, 0.25])
def test_one_instrument_gets_the_nearest_lot(ideal: float, lot: float) -> None:
    found = in_whole_lots(np.array([ideal]), np.ones((1, 1)), contract_terms(1, lot), OPEN)
    assert found[0] == pytest.approx(lot * round(ideal / lot), abs=1e-12)


def test_lots_are_tried_nearest_first() -> None:
    for center in (-2.3, 0.0, 1.5, 9.0, -20.0):
        found = list(nearest_first(center, -4.0, 5.0))
        assert sorted(found) == list(range(-4, 6))
        assert all(abs(a - center) <= abs(b - center) for a, b in pairwise(found))


def test_many_instruments_much_alike_end_in_time() -> None:
    rng = np.random.default_rng(0)
    n = 25
    covariance = 1.0 + 1e-3 * np.diag(rng.uniform(0.5, 1.5, n))
    ideal = rng.uniform(-5, 5, n)
    found = in_whole_lots(ideal, covariance, contract_terms(n), OPEN) - ideal
    rounded = np.round(ideal) - ideal
    assert found @ covariance @ found <= rounded @ covariance @ rounded


def test_room_is_kept_for_instruments_decided_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found without trying what leaves no room for them, of which there are millions."""
    tried = []

    def counted(*ends: float) -> Any:
        for lots in nearest_first(*ends):
            tried.append(lots)
            yield lots

    monkeypatch.setattr(lot_search, "nearest_first", counted)
    n = 9
    joint = JointLimits(gross=float(n))
    found = in_whole_lots(np.full(n, 5.0), np.eye(n), contract_terms(n, low=1.0), joint)
    np.testing.assert_array_equal(found, np.ones(n))
    assert len(tried) <= 2 * n


@pytest.mark.parametrize("lot", [0.1, 0.01, 0.001, 1e-8, 0.25, 5.0, 1.0])
def test_contracts_have_no_binary_residue(lot: float) -> None:
    places = max(0, -Decimal(str(lot)).normalize().as_tuple().exponent)
    assert decimals(lot) == places
    for number in (0, 3, 29, -29, 1_000_003):
        exact = float(Decimal(str(lot)) * number)
        assert contracts_of_lots(np.array([float(number)]), np.array([lot]))[0] == exact
        low, high = lot_bounds(contract_terms(1, lot, -abs(exact), abs(exact)))
        assert (low[0], high[0]) == (-abs(number), abs(number))


def test_whole_lots_held_are_left_alone(market: hr.Market) -> None:
    contract = hr.LinearContract("F", 50, lot=0.1)
    price = market.price("F")
    for lots in range(1, 30):
        held = lots / 10
        position = hr.Position({"A": held * 50 * price / market.price("A")})
        fit = hr.NaiveHedge().fit(*market.returns(position, contract))
        for have in (-held, -lots * 0.1):  # the second is off by rounding
            found = hr.recommend(fit, position, contract, market, holdings={"F": have})
            assert (found.action, found.plan.trades[0]) == ("hold", 0.0)
        fresh = hr.recommend(fit, position, contract, market)
        assert (fresh.holdings["F"], fresh.orders.loc[0, "contracts"]) == (-held, held)
