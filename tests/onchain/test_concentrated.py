"""Pools of concentrated liquidity against the contract's snapshot and exact arithmetic."""

from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import ConcentratedPool, ConstantProductPool, Token, sqrt_price_at_tick
from hedgeresearch.onchain.swap_steps import sqrt_price_after_payment
from hedgeresearch.onchain.ticks import SCALE

ETHER = Token("WETH", 18)
USDC = Token("USDC", 6)
TOKEN = Token("TKN", 18)
LIMIT = 887_220
"""Highest tick on the grid of a fee of .3%."""

RANGES = st.lists(
    st.tuples(st.integers(-200, 199), st.integers(1, 100), st.integers(10**15, 10**21)),
    min_size=1,
    max_size=4,
)
"""Lower tick and width in units of 60 ticks, and liquidity."""


def pool_of_ranges(ranges: list[tuple[int, int, int]], root: int = SCALE) -> ConcentratedPool:
    """Return a pool of some ranges and of one that reaches everywhere, as of the contract."""
    net: dict[int, int] = {}
    liquidity = 0
    for lower, width, amount in [(-LIMIT // 60, 2 * LIMIT // 60, 10**18), *ranges]:
        low, high = 60 * lower, 60 * (lower + width)
        net[low] = net.get(low, 0) + amount
        net[high] = net.get(high, 0) - amount
        if sqrt_price_at_tick(low) <= root < sqrt_price_at_tick(high):
            liquidity += amount
    return ConcentratedPool(ETHER, TOKEN, root, liquidity, net, fee=3_000)


def exact_receipt(pool: ConcentratedPool, payment: int, falls: bool) -> Decimal:
    """Return what a payment buys in exact arithmetic, range by range, without rounding."""
    with localcontext() as context:
        context.prec = 80
        roots = [Decimal(sqrt_price_at_tick(tick)) / SCALE for tick in sorted(pool.net_liquidity)]
        nets = [pool.net_liquidity[tick] for tick in sorted(pool.net_liquidity)]
        root = Decimal(pool.sqrt_price) / SCALE
        left = Decimal(payment) * (1_000_000 - pool.fee) / 1_000_000
        received = Decimal(0)
        pieces = []
        held = 0
        for (low, high), net in zip(pairwise(roots), nets[:-1], strict=True):
            held += net
            if falls and low < root:
                pieces.append((min(high, root), low, held))
            if not falls and high > root:
                pieces.append((max(low, root), high, held))
        for first, second, liquidity in reversed(pieces) if falls else pieces:
            if liquidity == 0:
                continue
            if falls:
                needed = liquidity * (1 / second - 1 / first)
                reached = second if left >= needed else 1 / (1 / first + left / liquidity)
                received += liquidity * (first - reached)
            else:
                needed = liquidity * (second - first)
                reached = second if left >= needed else first + left / liquidity
                received += liquidity * (1 / first - 1 / reached)
            left -= min(left, needed)
        assert left == 0
        return received


def test_the_snapshot_of_the_contract_is_reproduced() -> None:
    pool = pool_of_ranges([(-LIMIT // 60, 2 * LIMIT // 60, 10**18)])
    assert pool.liquidity == 2 * 10**18
    swap = pool.swap("WETH", 10**18)
    assert swap.received == 665331998665331998
    assert swap.pool.price == pytest.approx(0.44533, abs=6e-6)
    assert swap.pool.tick == -8090


@pytest.mark.parametrize(
    ("falls", "expected"),
    [(False, 87150978765690771352898345369), (True, 72025602285694852357767227579)],
)
def test_the_price_after_an_input_is_the_contracts(falls: bool, expected: int) -> None:
    assert sqrt_price_after_payment(SCALE, 10**18, 10**17, falls) == expected


@given(RANGES, st.integers(10**6, 10**20), st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_swap_equals_exact_arithmetic(
    ranges: list[tuple[int, int, int]], payment: int, falls: bool
) -> None:
    pool = pool_of_ranges(ranges)
    swap = pool.swap("WETH" if falls else "TKN", payment)
    exact = exact_receipt(pool, payment, falls)
    # the contract rounds each step against the trader: two units a step, worth more in a token
    # whose price is far from one
    rate = max(swap.price, 1.0 / swap.price, 1.0)
    assert 0 <= exact - swap.received <= 20 * rate


@given(RANGES, st.integers(10**9, 10**19), st.booleans())
@settings(deadline=None, max_examples=40)
def test_an_exact_receipt_costs_what_buys_it(
    ranges: list[tuple[int, int, int]], amount: int, falls: bool
) -> None:
    pool = pool_of_ranges(ranges)
    token_in, token_out = ("WETH", "TKN") if falls else ("TKN", "WETH")
    held = pool.swap(token_in, 10**19).received
    amount = min(amount, held)
    cost = pool.swap_for(token_out, amount)
    assert cost.received == amount
    received = pool.swap(token_in, cost.paid).received
    rate = max(cost.price, 1.0 / cost.price, 1.0)
    assert abs(received - amount) <= 20 * rate


@given(RANGES, st.integers(10**9, 10**19), st.floats(0.01, 0.99), st.booleans())
@settings(deadline=None, max_examples=40)
def test_two_swaps_are_one(
    ranges: list[tuple[int, int, int]], payment: int, share: float, falls: bool
) -> None:
    pool = pool_of_ranges(ranges)
    token = "WETH" if falls else "TKN"
    whole = pool.swap(token, payment)
    part = int(payment * share)
    first = pool.swap(token, part)
    second = first.pool.swap(token, payment - part)
    rate = max(whole.price, 1.0 / whole.price, 1.0)
    assert first.received + second.received == pytest.approx(whole.received, abs=30 * rate)
    assert second.pool.liquidity == whole.pool.liquidity


@given(RANGES, st.integers(10**9, 10**19), st.booleans())
@settings(deadline=None, max_examples=40)
def test_there_and_back_never_gains(
    ranges: list[tuple[int, int, int]], payment: int, falls: bool
) -> None:
    token_in, token_out = ("WETH", "TKN") if falls else ("TKN", "WETH")
    there = pool_of_ranges(ranges).swap(token_in, payment)
    back = there.pool.swap(token_out, there.received)
    assert back.received < payment


@given(RANGES, st.integers(10**9, 10**19))
@settings(deadline=None, max_examples=40)
def test_both_orders_of_the_tokens_agree(ranges: list[tuple[int, int, int]], payment: int) -> None:
    pool = pool_of_ranges(ranges, root=SCALE + 1)
    # just below the price of the tick 0, seen from the other token
    root = SCALE**2 // (SCALE + 1)
    net = {-tick: -amount for tick, amount in pool.net_liquidity.items()}
    turned = ConcentratedPool(TOKEN, ETHER, root, pool.liquidity, net, fee=3_000)
    for token in ("WETH", "TKN"):
        received = turned.swap(token, payment).received
        assert received == pytest.approx(pool.swap(token, payment).received, rel=1e-6)


def test_everywhere_in_range_it_is_a_constant_product() -> None:
    pool = pool_of_ranges([])
    product = ConstantProductPool(ETHER, TOKEN, 10**18, 10**18)
    for payment in (10**12, 10**16, 10**18, 10**19):
        for token in ("WETH", "TKN"):
            ours = pool.swap(token, payment).received
            assert ours == pytest.approx(product.swap(token, payment).received, rel=1e-9)


def test_crossing_a_tick_drops_the_liquidity_that_ends() -> None:
    pool = pool_of_ranges([(-10, 20, 3 * 10**18)])
    assert pool.liquidity == 4 * 10**18
    below = pool.swap("WETH", 10**18)
    assert below.pool.liquidity == 10**18
    assert below.pool.tick < -600
    above = below.pool.swap("TKN", 3 * 10**18)
    assert above.pool.liquidity == 10**18
    assert above.pool.tick >= 600


def test_a_swap_that_ends_at_a_tick_keeps_the_contracts_tick() -> None:
    pool = pool_of_ranges([(-10, 10, 10**18)])
    # the range from -600 to 0 begins just below the price of the tick 0
    assert pool.liquidity == 10**18
    down = pool.swap("WETH", 10**15).pool
    assert down.liquidity == 2 * 10**18


@pytest.mark.parametrize("move", [-0.5, -0.03, -0.0001])
def test_selling_the_depth_moves_the_price(move: float) -> None:
    pool = pool_of_ranges([(-10, 20, 3 * 10**18)])
    after = pool.swap("WETH", ETHER.base_units(pool.depth(move))).pool
    assert after.price / pool.price == pytest.approx(1.0 + move, rel=1e-6)


@pytest.mark.parametrize("move", [1.0, 0.03, 0.0001])
def test_buying_the_depth_moves_the_price(move: float) -> None:
    pool = pool_of_ranges([(-10, 20, 3 * 10**18)])
    after = pool.swap_for("WETH", ETHER.base_units(pool.depth(move))).pool
    assert after.price / pool.price == pytest.approx(1.0 + move, rel=1e-6)


def test_liquidity_by_price_adds_up_the_ranges() -> None:
    table = pool_of_ranges([(-10, 20, 3 * 10**18)]).liquidity_by_price()
    assert table["liquidity"].tolist() == [1.0, 4.0, 1.0]
    assert table["lower"].iloc[1] == pytest.approx(1.0001**-600)
    assert table["upper"].iloc[1] == pytest.approx(1.0001**600)


def test_of_a_pool_known_in_part_swaps_within_are_the_same() -> None:
    whole = pool_of_ranges([(-10, 20, 3 * 10**18)])
    part = ConcentratedPool(
        ETHER,
        TOKEN,
        SCALE,
        whole.liquidity,
        {-600: 3 * 10**18, 600: -3 * 10**18},
        fee=3_000,
        known=(-1200, 1200),
    )
    assert part.swap("WETH", 10**17).received == whole.swap("WETH", 10**17).received
    assert part.liquidity_by_price()["liquidity"].tolist() == [4.0]
    with pytest.raises(DataError, match=r"from -1200 to 1200 does not suffice"):
        part.swap("WETH", 10**19)


def good_settings() -> dict[str, Any]:
    return {
        "token0": ETHER,
        "token1": USDC,
        "sqrt_price": SCALE,
        "liquidity": 10**18,
        "net_liquidity": {-600: 10**18, 600: -(10**18)},
        "fee": 3_000,
    }


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sqrt_price": 0}, r"sqrtPriceX96 of the contract's slot0"),
        ({"liquidity": 2 * 10**18}, r"Read all ticks at the same block"),
        (
            {"net_liquidity": {-600: 10**18, 600: -2 * 10**18}},
            r"negative, nor any be left above the highest; got -1000000000000000000 and -100",
        ),
        ({"net_liquidity": {-600: 10**18}}, r"got 0 and 1000000000000000000. Read all ticks"),
        (
            {"net_liquidity": {-600: 2 * 10**18}, "known": (-1200, 1200)},
            r"negative, nor any be left above the highest; got -1000000000000000000 and",
        ),
        ({"tick": 5}, r"The tick 5 does not hold the price, whose tick is 0"),
        ({"net_liquidity": {-610: 10**18, 600: -(10**18)}}, r"multiples of the spacing 60"),
        ({"net_liquidity": {-600: 1e18, 600: -1e18}}, r"net liquidity of tick -600 must be an int"),
        ({"fee": 2_500}, r"spacing of ticks for a fee of 2500 is not known"),
        (
            {"known": (60, 1200), "net_liquidity": {600: -(10**18)}},
            r"The known ticks must hold the pool's own",
        ),
        ({"token1": ETHER}, r"two different tokens"),
    ],
)
def test_a_state_that_cannot_be_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        ConcentratedPool(**{**good_settings(), **changed})


def test_more_than_the_pool_holds_is_refused() -> None:
    pool = ConcentratedPool(**good_settings())
    with pytest.raises(DataError, match=r"does not suffice"):
        pool.swap("WETH", 10**18)
    with pytest.raises(DataError, match=r"does not suffice"):
        pool.swap_for("USDC", 10**18)


def test_its_price_is_in_whole_tokens() -> None:
    pool = ConcentratedPool(**{**good_settings(), "token0": USDC, "token1": ETHER})
    assert pool.price == pytest.approx(1e-12)
    assert repr(pool) == "ConcentratedPool(USDC/WETH at 1e-12, fee 0.30%, 2 ticks)"
