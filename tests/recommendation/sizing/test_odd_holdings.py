"""Orders are multiples of the lot whatever is held, and not below the smallest order."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.contracts import (
    ContractTerms,
    JointLimits,
    allows,
    contract_terms,
    remainders_of,
)
from hedgeresearch.recommendation.sizing.decision import Reason
from hedgeresearch.recommendation.sizing.decisions import rebalance, rebalance_partly
from hedgeresearch.recommendation.sizing.lots import in_whole_lots
from hedgeresearch.recommendation.sizing.valuation import Valuation

Advise = Callable[..., hr.recommendation.Recommendation]
POSITION = hr.Position({"A": 400_000.0})
RULES = [
    hr.NoTradeBands(0.02),
    hr.NoTradeBands(0.3),
    hr.CostOptimalBands(1e-7),
    hr.PartialRebalancing(1e-7, impact=200.0),
]


def hedge(market: hr.Market, contracts: Any, **settings: Any) -> hr.recommendation.Recommendation:
    fit = hr.OLSHedge().fit(*market.returns(POSITION, contracts))
    return hr.recommend(fit, POSITION, contracts, market, **settings)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("fee", [None, 0.0001])
@pytest.mark.parametrize(("lot", "held"), [(1, -60.5), (5, -63), (0.1, 12.345), (2.5, -200.0)])
def test_trades_are_multiples_of_the_lot(
    market: hr.Market, rule: Any, fee: float | None, lot: float, held: float
) -> None:
    contract = hr.LinearContract("F", 50, lot=lot, fee=fee)
    for limits in (hr.Limits(), hr.Limits({"F": (-55, 0)}), hr.Limits(gross=4e6)):
        found = hedge(market, contract, rebalancing=rule, limits=limits, holdings={"F": held})
        trade = found.plan.trades[0]
        assert trade / lot == pytest.approx(round(trade / lot), abs=1e-9)
        assert found.holdings["F"] == pytest.approx(held + trade, abs=1e-12)
        assert found.summary.loc["F", "new"] == found.holdings["F"]
        minimum, maximum = limits.bounds("F")
        assert minimum <= found.holdings["F"] <= maximum
        gross = abs(found.holdings["F"]) * found.valuation.notionals[0]
        assert gross <= (limits.gross or np.inf)
        if trade:
            assert found.orders.loc[0, "contracts"] == abs(trade)


def test_the_order_list_says_that_a_holding_is_odd(market: hr.Market) -> None:
    contract = hr.LinearContract("F", 50, lot=5, fee=0.0001)
    odd = hedge(market, contract, holdings={"F": -163.0})
    text = "; orders are multiples of 5, which the 163 held are not"
    assert odd.orders.loc[0, "reason"].endswith(text)
    assert any(text in reason for reason in odd.reasons)
    whole = hedge(market, contract, holdings={"F": -165.0})
    assert "multiples" not in " ".join(whole.reasons)


@pytest.mark.parametrize("held", [-60.5, -60.0, 3.25])
def test_odd_holdings_trade_to_the_first_lot_inside(held: float) -> None:
    new, reason = rebalance(held, center=-50.0, half_width=2.6, lot=1.0)
    reachable = held + np.arange(-100, 101)
    inside = reachable[np.abs(reachable + 50.0) <= 2.6]
    assert new == inside[np.argmin(np.abs(inside - held))]
    assert reason is Reason.TO_BAND_EDGE
    assert rebalance(-50.5, center=-50.0, half_width=2.6, lot=1.0) == (-50.5, Reason.INSIDE_BAND)


def test_odd_holdings_trade_partly_in_whole_lots() -> None:
    assert rebalance_partly(-60.5, -50.0, 0.5, 1.0, lot=1.0) == (-55.5, Reason.PARTIAL)
    assert rebalance_partly(-60.5, -50.0, 0.01, 1.0, lot=2.0) == (-58.5, Reason.ONE_LOT)
    assert rebalance_partly(-60.5, -70.0, 0.01, 1.0, lot=2.0) == (-62.5, Reason.ONE_LOT)


def test_remainders_are_what_no_order_changes() -> None:
    lots = np.array([1.0, 5.0, 0.1, 0.1, 1.0, 0.001])
    held = np.array([-60.5, -63.0, 0.30000000000000004, 12.345, 1e15 + 0.5, -0.0004])
    np.testing.assert_allclose(
        remainders_of(held, lots), [-0.5, -3.0, 0.0, 0.045, 0.0, -0.0004], atol=1e-12
    )


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize(
    "joint",
    [JointLimits(), JointLimits(gross=4.0), JointLimits(gross=7.0, max_instruments=1)],
)
@pytest.mark.parametrize("bounded", [False, True])
def test_lots_from_odd_holdings_are_the_best_of_all(
    n: int, joint: JointLimits, bounded: bool
) -> None:
    rng = np.random.default_rng(n)
    for _ in range(12):
        common = rng.normal(size=(n, 1))
        covariance = common @ common.T + 0.05 * np.diag(rng.uniform(0.2, 1.0, n))
        ideal = rng.uniform(-3, 3, n)
        lots = rng.choice([0.5, 1.0, 2.0], n)
        notionals = rng.uniform(0.5, 2.0, n)
        rest = lots * rng.uniform(-1.0, 1.0, n)
        ends = np.full(n, 2.2 if bounded else 12.0)
        terms = ContractTerms(notionals, lots, -ends, ends, rest, lots, np.full(n, np.inf))
        found = in_whole_lots(ideal, covariance, terms, joint)
        grid = np.array(list(product(np.arange(-25, 26), repeat=n))) * lots + rest
        grid = grid[(np.abs(grid) <= ends + 1e-9).all(axis=1)]
        grid = grid[[allows(row, terms, joint) for row in grid]] if len(grid) < 9000 else grid
        assert allows(found, terms, joint)
        grid = grid[np.abs(grid) @ notionals <= joint.gross + 1e-9]
        traded = np.abs(grid - rest) > 1e-9
        grid = grid[traded.sum(axis=1) <= joint.max_instruments]
        away = grid - ideal
        least = np.einsum("ti,ij,tj->t", away, covariance, away).min()
        # with both limits, room is kept for the remainders of what must not be traded
        if joint.max_instruments < np.inf and joint.gross < np.inf:
            least = max(least, (found - ideal) @ covariance @ (found - ideal))
        assert (found - ideal) @ covariance @ (found - ideal) == pytest.approx(least, rel=1e-9)


@pytest.mark.parametrize(
    ("limits", "held", "new"),
    [
        ((0.0, 0.0), 7.5, 0.5),  # half a lot cannot be sold
        ((0.0, 0.0), -7.5, -0.5),
        ((-3.0, -3.0), -7.5, -2.5),
        ((-3.2, -2.9), -7.25, -3.25),  # the nearest to the limits
        ((-4.0, 0.0), 0.5, -3.5),
    ],
)
def test_a_limit_that_no_order_can_keep_is_nearly_kept(
    market: hr.Market, limits: tuple[float, float], held: float, new: float
) -> None:
    contract = hr.LinearContract("F", 50, fee=0.0001)
    found = hedge(market, contract, limits=hr.Limits({"F": limits}), holdings={"F": held})
    assert found.holdings["F"] == new
    none = hedge(market, contract, limits=hr.Limits(max_instruments=1), holdings={"F": 0.5})
    assert none.plan.trades[0] < 0.0


def test_a_remainder_is_no_instrument_held(market: hr.Market) -> None:
    contracts = [hr.LinearContract(name, 50, fee=0.0001) for name in ("F", "H")]
    one = hr.Limits(max_instruments=1)
    found = hedge(market, contracts, limits=one, holdings={"F": -60.0, "H": 9.5})
    assert sorted(np.abs(found.holdings))[0] == 0.5
    assert found.plan.trades[1] in (-9.0, -10.0)


# --- orders with a minimum value ---


@pytest.mark.parametrize(
    ("contract", "price", "smallest"),
    [
        (hr.LinearContract("F", 1, lot=0.001, minimum_order=100), 60_000.0, 0.002),
        (hr.LinearContract("F", 1, lot=0.001, minimum_order=60), 60_000.0, 0.001),
        (hr.LinearContract("F", 1, lot=0.001), 60_000.0, 0.001),
        (hr.InverseContract("F", 100, minimum_order=250), 60_000.0, 3.0),
        (hr.Spot("F", lot=0.5, minimum_order=99.0), 4.0, 25.0),
    ],
)
def test_the_smallest_order_is_worth_its_minimum(
    contract: Any, price: float, smallest: float
) -> None:
    found = contract.smallest_order(float(contract.notional(price)))
    assert found == pytest.approx(smallest, rel=1e-12)


@pytest.mark.parametrize("bad", [0.0, -5, "5", np.inf])
def test_a_minimum_order_is_positive(bad: Any) -> None:
    with pytest.raises(hr.DataError, match="minimum_order must be a number above 0; got "):
        hr.LinearContract("F", 1, minimum_order=bad)


def test_an_order_below_the_minimum_is_enlarged_or_left(market: hr.Market) -> None:
    """The wanted trade is 10 contracts short: 18 lead nearer, 22 lead further away."""
    price = market.price("F")
    free = hr.LinearContract("F", 50, fee=0.0)
    target = hedge(market, free).plan.targets.whole_lots[0]
    held = {"F": target + 10.0}
    assert hedge(market, free, holdings=held).plan.trades[0] == -10.0

    def with_minimum(contracts: float, **more: Any) -> hr.recommendation.Recommendation:
        minimum = contracts * 50 * price
        contract = hr.LinearContract("F", 50, fee=0.0, minimum_order=minimum)
        return hedge(market, contract, holdings=held, **more)

    enlarged = with_minimum(18)
    assert enlarged.plan.trades[0] == -18.0
    assert enlarged.orders.loc[0, "reason"].endswith("the smallest order is 18")
    left = with_minimum(22)
    assert left.action == "hold"
    assert left.plan.decisions[0].reason is Reason.BELOW_SMALLEST_ORDER
    assert any("left alone, as the smallest order is 22" in text for text in left.reasons)
    limited = with_minimum(18, limits=hr.Limits({"F": (target - 5.0, 0.0)}))
    assert limited.action == "hold"


def test_terms_without_remainders_are_as_given() -> None:
    ones = np.ones(2)
    valuation = Valuation(
        1.0, 1.0, 1.0, ones, ones, np.eye(3), ones, ones, ones, 0.0 * ones, np.inf * ones, ones
    )
    terms = contract_terms(valuation, hr.Limits({"F": (-2, 3)}), ["F", "H"], np.array([5.0, -2.0]))
    assert terms.min.tolist() == [-2.0, -np.inf]
    assert terms.max.tolist() == [3.0, np.inf]
    assert not terms.remainders.any()
