"""What liquidations leave of a loan, against one liquidation after another by hand."""

from dataclasses import replace

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import Collateral, LoanPosition

LOAN = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 11_000.0})
TWO = LoanPosition(
    [Collateral("WETH", 10.0, 0.8, bonus=0.05), Collateral("BTC", 0.2, 0.7, bonus=0.1)],
    {"USDC": 16_000.0, "DAI": 6_000.0},
)


def left_by_hand(loan: LoanPosition, prices: dict[str, float]) -> float:
    """Liquidate one time after another, for the collateral of the largest gain."""
    held = {each.token: each.amount * prices[each.token] for each in loan.collateral}
    terms = {each.token: each for each in loan.collateral}
    debt = sum(amount * prices[token] for token, amount in loan.debt.items())
    while debt > 1e-9 and max(held.values()) > 1e-9:
        health = sum(terms[name].threshold * value for name, value in held.items()) / debt
        if health >= 1.0:
            break
        allowed = debt if health <= 0.95 else loan.close_factor * debt
        most = {name: min(allowed, held[name] / (1.0 + terms[name].bonus)) for name in held}
        best = max(held, key=lambda name: most[name] * terms[name].bonus)
        held[best] -= most[best] * (1.0 + terms[best].bonus)
        debt -= most[best]
    return max(sum(held.values()) - debt, 0.0)


@pytest.mark.parametrize(
    "loan", [LOAN, TWO, replace(TWO, close_factor=0.1), replace(TWO, close_factor=0.01)]
)
def test_what_is_left_is_that_of_liquidations_in_turn(loan: LoanPosition) -> None:
    prices = np.linspace(700.0, 2_600.0, 96)
    found = loan.value_after_liquidations({"WETH": prices, "BTC": 40_000.0, "USDC": 1, "DAI": 1.01})
    expected = [
        left_by_hand(loan, {"WETH": price, "BTC": 40_000.0, "USDC": 1.0, "DAI": 1.01})
        for price in prices.tolist()
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6)
    assert len(np.unique(np.round(np.diff(expected), 3))) > 3


def test_small_liquidations_that_lead_to_others_end_at_nothing() -> None:
    """A bonus that lowers health: hundreds of liquidations from just below a health of one."""
    loan = LoanPosition([Collateral("WETH", 10.0, 0.8, bonus=0.3)], {"USDC": 10_000.0}, 0.01)
    prices = {"WETH": 1_249.999, "USDC": 1.0}
    assert left_by_hand(loan, prices) == 0.0
    assert loan.value_after_liquidations(prices).tolist() == [0.0]


def test_a_liquidator_is_paid_the_bonus_on_half_the_debt() -> None:
    (left,) = LOAN.value_after_liquidations({"WETH": 1_300.0, "USDC": 1.0})
    assert left == pytest.approx(13_000.0 - 11_000.0 - 0.05 * 5_500.0, rel=1e-12)
    (whole,) = LOAN.value_after_liquidations({"WETH": 1_260.0, "USDC": 1.0})
    assert whole == pytest.approx(12_600.0 - 11_000.0 - 0.05 * 11_000.0, rel=1e-12)


def test_a_healthy_loan_is_worth_its_collateral_less_its_debt() -> None:
    prices = {"WETH": 2_000.0, "USDC": 1.0}
    assert LOAN.value_after_liquidations(prices) == pytest.approx(LOAN.value(prices), rel=1e-12)


def test_a_protocol_has_no_claim_beyond_the_collateral() -> None:
    prices = {"WETH": np.array([1_150.0, 900.0, 1.0]), "USDC": 1.0}
    assert LOAN.value_after_liquidations(prices).tolist() == [0.0, 0.0, 0.0]


def test_a_loan_is_judged_by_its_oracle_and_worth_the_market() -> None:
    oracle = {"WETH": 1_300.0, "USDC": 1.0}
    (left,) = LOAN.value_after_liquidations(oracle, {"WETH": 1_400.0, "USDC": 1.0})
    seized = 1.05 * 5_500.0 / 1_300.0
    assert left == pytest.approx((10.0 - seized) * 1_400.0 - 5_500.0, rel=1e-12)


def test_without_a_bonus_a_liquidation_costs_nothing() -> None:
    loan = LoanPosition([Collateral("WETH", 10.0, 0.825, bonus=0.0)], {"USDC": 11_000.0})
    (left,) = loan.value_after_liquidations({"WETH": 1_200.0, "USDC": 1.0})
    assert left == pytest.approx(1_000.0, rel=1e-12)


@pytest.mark.parametrize("factor", [0.0, 1e-4, -0.5, 1.5, float("nan")])
def test_a_close_factor_out_of_its_range_is_refused(factor: float) -> None:
    with pytest.raises(DataError, match="close_factor must"):
        LoanPosition(LOAN.collateral, LOAN.debt, close_factor=factor)


@pytest.mark.parametrize(
    "prices",
    [
        {"USDC": 1.0},
        {"WETH": np.array([1.0, 0.0]), "USDC": 1.0},
        {"WETH": np.array([1.0, np.inf]), "USDC": 1.0},
        {"WETH": np.array([1.0, np.nan]), "USDC": 1.0},
    ],
)
def test_scenarios_without_a_positive_price_are_refused(prices: dict[str, object]) -> None:
    with pytest.raises(DataError, match="The price of WETH"):
        LOAN.value_after_liquidations(prices)


def test_prices_of_other_scenarios_are_refused() -> None:
    prices = {"WETH": np.array([1_300.0, 1_400.0]), "USDC": np.ones(3)}
    with pytest.raises(DataError, match="the same 3 scenarios; that of WETH has the shape"):
        LOAN.value_after_liquidations(prices)


def test_a_list_of_prices_is_that_of_an_array() -> None:
    whole = LoanPosition([Collateral("WETH", 2, 0.825)], {"USDC": 2_000})
    prices = {"WETH": [1_300, 1_400], "USDC": 1}
    assert whole.value_after_liquidations(prices).tolist() == [600.0, 800.0]
