"""Pools of constant product against the formula in fractions, invariants and brute force."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import ConstantProductPool, Token

ETHER = Token("WETH", 18)
USDC = Token("USDC", 6)
RESERVES = st.integers(10**6, 10**27)


def pool_of(reserve0: int, reserve1: int, fee: int = 3_000) -> ConstantProductPool:
    return ConstantProductPool(ETHER, USDC, reserve0, reserve1, fee)


@given(RESERVES, RESERVES, st.integers(10**4, 10**26), st.sampled_from([0, 2_500, 3_000]))
def test_a_swap_is_the_formula_rounded_down(
    reserve0: int, reserve1: int, amount: int, fee: int
) -> None:
    kept = Fraction(amount) * (1 - Fraction(fee, 10**6))
    exact = kept * reserve1 / (reserve0 + kept)
    if exact < 1:
        return
    swap = pool_of(reserve0, reserve1, fee).swap("WETH", amount)
    assert swap.received == int(exact)
    assert (swap.pool.reserve0, swap.pool.reserve1) == (
        reserve0 + amount,
        reserve1 - swap.received,
    )


@given(RESERVES, RESERVES, st.integers(10**4, 10**26))
def test_the_product_of_the_reserves_never_falls(reserve0: int, reserve1: int, amount: int) -> None:
    if amount * reserve1 < 2 * (reserve0 + amount):
        return
    after = pool_of(reserve0, reserve1).swap("WETH", amount).pool
    assert after.reserve0 * after.reserve1 >= reserve0 * reserve1


@given(st.integers(10**9, 10**27), st.integers(10**9, 10**27), st.floats(1e-3, 0.9))
def test_an_exact_receipt_costs_the_least_that_buys_it(
    reserve0: int, reserve1: int, share: float
) -> None:
    pool = pool_of(reserve0, reserve1)
    amount = int(reserve1 * share)
    paid = pool.swap_for("USDC", amount).paid
    assert pool.swap("WETH", paid).received >= amount
    # the contract adds one base unit, so that two fewer never suffice
    assert pool.swap("WETH", paid - 2).received < amount


def test_both_orders_of_the_tokens_agree() -> None:
    one = ConstantProductPool(ETHER, USDC, 10**21, 2 * 10**12)
    other = ConstantProductPool(USDC, ETHER, 2 * 10**12, 10**21)
    assert one.price == pytest.approx(1.0 / other.price, rel=1e-15)
    assert one.swap("WETH", 10**18).received == other.swap("WETH", 10**18).received
    assert one.swap("USDC", 10**9).received == other.swap("USDC", 10**9).received


def test_the_cost_is_the_fee_and_the_move() -> None:
    pool = pool_of(10**21, 2 * 10**12)
    swap = pool.swap("WETH", 10**19)
    kept = 0.997 * 10.0
    assert swap.cost == pytest.approx(1.0 - 0.997 * 1000.0 / (1000.0 + kept), abs=1e-10)
    assert pool.swap("WETH", 10**15).cost == pytest.approx(0.003, abs=2e-6)
    assert swap.fee == 3 * 10**16


@pytest.mark.parametrize("move", [-0.5, -0.01, -0.0001])
def test_selling_the_depth_moves_the_price(move: float) -> None:
    pool = pool_of(10**21, 2 * 10**12, fee=0)
    after = pool.swap("WETH", ETHER.base_units(pool.depth(move))).pool
    assert after.price / pool.price == pytest.approx(1.0 + move, rel=1e-9)


@pytest.mark.parametrize("move", [0.5, 0.01, 0.0001])
def test_buying_the_depth_moves_the_price(move: float) -> None:
    pool = pool_of(10**21, 2 * 10**12, fee=0)
    after = pool.swap_for("WETH", ETHER.base_units(pool.depth(move))).pool
    assert after.price / pool.price == pytest.approx(1.0 + move, rel=1e-9)


def test_the_depth_of_a_fall_includes_the_fee() -> None:
    free = pool_of(10**21, 2 * 10**12, fee=0).depth(-0.01)
    assert pool_of(10**21, 2 * 10**12).depth(-0.01) == pytest.approx(free / 0.997, rel=1e-14)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"reserve0": 0}, r"reserve0 must be a whole number of base units of at least 1; got 0"),
        ({"reserve1": 2e12}, r"reserve1 must be a whole number of base units"),
        ({"fee": 0.003}, r"fee must be a whole number of parts per million"),
        ({"token1": ETHER}, r"two different tokens; got WETH twice"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(settings: dict[str, object], message: str) -> None:
    good = {"token0": ETHER, "token1": USDC, "reserve0": 10**21, "reserve1": 2 * 10**12}
    with pytest.raises(DataError, match=message):
        ConstantProductPool(**{**good, **settings})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("token", "amount", "message"),
    [
        ("DAI", 10**18, r"The pool holds WETH and USDC; got 'DAI'"),
        ("WETH", 1.5, r"Convert whole tokens by Token.base_units"),
        ("WETH", 1, r"buy less than one base unit of USDC"),
    ],
)
def test_a_swap_that_cannot_be_is_refused(token: str, amount: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        pool_of(10**21, 2 * 10**12).swap(token, amount)


def test_more_than_the_reserve_cannot_be_bought() -> None:
    with pytest.raises(DataError, match=r"less than the reserve of 2000000000000"):
        pool_of(10**21, 2 * 10**12).swap_for("USDC", 2 * 10**12)


def test_amounts_are_exact_to_the_last_base_unit() -> None:
    assert ETHER.base_units("123456789.123456789123456789") == 123456789123456789123456789
    assert USDC.base_units(0.1) == 100_000
    assert USDC.amount(1) == 1e-6


def test_a_swap_says_what_it_costs() -> None:
    swap = pool_of(10**21, 2 * 10**12).swap("USDC", 10**9)
    assert repr(swap) == "Swap(1000 USDC for 0.4982516216 WETH, cost 0.350%)"


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), "1,5", None, -1])
def test_amounts_that_cannot_be_are_refused(amount: object) -> None:
    with pytest.raises(DataError, match="amount must"):
        ETHER.base_units(amount)
