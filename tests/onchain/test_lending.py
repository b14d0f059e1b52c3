"""Loans against reference values, definitions and roots found numerically."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import Collateral, LoanPosition

PRICES = {"WETH": 2_000.0, "DAI": 1.0, "USDC": 1.0}
LOAN = LoanPosition(
    [Collateral("WETH", 10.0, 0.825), Collateral("DAI", 5_000.0, 0.77)], {"USDC": 22_000.0}
)


def test_the_reference_values_are_reproduced() -> None:
    assert LOAN.health_factor(PRICES) == pytest.approx(0.925, rel=1e-10)
    assert LOAN.liquidation_price("WETH", PRICES) == pytest.approx(2200.0, rel=1e-10)
    after = LOAN.liquidate("WETH", PRICES, repaid=11_000.0)
    assert after.health_factor(PRICES) == pytest.approx(0.98375, rel=1e-10)
    assert LOAN.health_factor({**PRICES, "WETH": 2_200.0}) == pytest.approx(1.0, rel=1e-10)


@given(st.floats(1.0, 100.0), st.floats(0.1, 0.9), st.floats(1_000.0, 1e6), st.floats(0.0, 0.5))
def test_at_the_price_of_liquidation_health_is_one(
    amount: float, threshold: float, debt: float, also_owed: float
) -> None:
    owed = {"USDC": debt, "WETH": also_owed * amount * threshold + 1e-3}
    loan = LoanPosition([Collateral("WETH", amount, threshold)], owed)
    price = loan.liquidation_price("WETH", PRICES)
    assert loan.health_factor({**PRICES, "WETH": price}) == pytest.approx(1.0, rel=1e-9)


def test_the_price_of_an_owed_token_is_found_by_a_search() -> None:
    loan = LoanPosition([Collateral("USDC", 50_000.0, 0.8)], {"WETH": 10.0})
    found = brentq(lambda p: loan.health_factor({**PRICES, "WETH": p}) - 1.0, 100.0, 1e5)
    assert loan.liquidation_price("WETH", PRICES) == pytest.approx(found, rel=1e-10)


def test_a_token_that_the_rest_covers_never_liquidates() -> None:
    loan = LoanPosition(
        [Collateral("WETH", 10.0, 0.8), Collateral("DAI", 50_000.0, 0.77)], {"USDC": 22_000.0}
    )
    assert loan.liquidation_price("WETH", PRICES) == 0.0


@pytest.mark.parametrize("price", [1_500.0, 1_800.0, 2_150.0])
def test_liquidation_helps_where_it_raises_the_health_factor(price: float) -> None:
    prices = {**PRICES, "WETH": price}
    after = LOAN.liquidate("WETH", prices, repaid=100.0)
    raised = after.health_factor(prices) > LOAN.health_factor(prices)
    assert LOAN.liquidation_helps("WETH", prices) == raised


def test_the_liquidator_receives_the_repayment_and_the_bonus() -> None:
    after = LOAN.liquidate("WETH", PRICES, repaid=11_000.0)
    seized = (LOAN.delta("WETH") - after.delta("WETH")) * PRICES["WETH"]
    assert seized == pytest.approx(11_000.0 * 1.05)
    assert LOAN.value(PRICES) - after.value(PRICES) == pytest.approx(550.0)


def test_a_repayment_raises_the_health_factor() -> None:
    after = LOAN.repay("USDC", 5_500.0)
    assert after.health_factor(PRICES) == pytest.approx(0.925 * 22_000.0 / 16_500.0)


def test_a_healthy_loan_is_not_liquidated() -> None:
    with pytest.raises(DataError, match=r"below a health factor of 1; it is 1.156"):
        LOAN.liquidate("WETH", {**PRICES, "WETH": 2_616.0}, repaid=1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LOAN.health_factor({"WETH": 2_000.0}), r"The price of DAI is missing"),
        (lambda: LOAN.health_factor({**PRICES, "DAI": 0.0}), r"The price of DAI must lie"),
        (lambda: LOAN.liquidation_price("BTC", PRICES), r"The loan holds WETH, DAI, USDC"),
        (lambda: LOAN.repay("DAI", 1.0), r"DAI is not owed. Owed are USDC"),
        (lambda: LOAN.liquidate("USDC", PRICES, 1.0), r"USDC is not deposited"),
        (lambda: LOAN.liquidate("DAI", PRICES, 6_000.0), r"repays less than 4761.9"),
        (lambda: LoanPosition([], {"USDC": 1.0}), r"one or more Collateral"),
        (lambda: LoanPosition(LOAN.collateral[0], {"USDC": 1.0}), r"one or more Collateral"),
        (lambda: LoanPosition(LOAN.collateral, {}), r"A loan has debt; got \{\}"),
        (lambda: LoanPosition(LOAN.collateral, ["USDC"]), r"A loan has debt; got \['USDC'\]"),
        (lambda: LoanPosition(LOAN.collateral, {"USDC": -1.0}), r"The debt of USDC must lie"),
        (lambda: Collateral("WETH", 10.0, 82.5), r"The threshold of WETH must lie"),
        (
            lambda: LoanPosition(
                [Collateral("A", 1.0, 0.5), Collateral("A", 1.0, 0.5)], {"B": 1.0}
            ),
            r"Each token is deposited once",
        ),
        (
            lambda: LoanPosition([Collateral("A", 2.0, 0.5)], {"A": 1.0}).liquidation_price(
                "A", {"A": 1.0}
            ),
            r"does not depend on A",
        ),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
