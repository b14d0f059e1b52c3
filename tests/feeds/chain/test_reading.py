"""States of pools, oracles and loans, read from a node at one block."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import (
    AaveLoan,
    ChainlinkOracle,
    UniswapV2Pair,
    UniswapV3Pool,
    read_states,
)
from hedgeresearch.onchain import LoanState, OracleReading, PoolState, PoolSwap
from hedgeresearch.onchain.ticks import SCALE
from tests.onchain.conftest import Chain, Packages, published_contract
from tests.onchain.uniswap import V2, deploy_pair, deploy_ranged, ordered_tokens

pytestmark = pytest.mark.long
NOW = 1_772_452_800
"""2026-03-02 12:00, seconds."""
ACCOUNT = "0x" + "5a" * 20


def only(states: dict[Any, Any]) -> Any:
    (state,) = states.values()
    return state


@pytest.mark.parametrize("base_first", [True, False])
def test_a_pair_has_the_reserves_of_its_contract(
    chain: Chain, packages: Packages, base_first: bool
) -> None:
    pair = deploy_pair(chain, packages, base_first=base_first)
    contract = UniswapV2Pair(pair.contract.address)
    states = read_states(chain.node, [contract])
    assert list(states) == [contract.source(chain.number)]
    state = only(states)
    assert isinstance(state, PoolState)
    reserves = pair.contract.functions.getReserves().call()[:2]
    assert [state.pool.reserve0, state.pool.reserve1] == reserves
    assert {state.pool.token0.decimals, state.pool.token1.decimals} == {6, 18}
    assert state.price_of("WETH") == pytest.approx(2_000.0, rel=1e-12)
    header = chain.web3.eth.get_block("latest")
    assert (state.block.number, state.block.hash) == (header.number, header.hash.to_0x_hex())
    assert state.block.time == header.timestamp * 1_000_000_000


def test_an_older_block_has_the_state_of_then(any_chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(any_chain, packages, base_first=True)
    before = any_chain.web3.eth.block_number
    contract = UniswapV2Pair(pair.contract.address)
    first = only(read_states(any_chain.node, [contract]))
    swap = first.pool.swap("WETH", 10**18)
    pair.swap(0, swap.paid, swap.received)
    then = only(read_states(any_chain.node, [contract], block=before))
    assert (then.pool, then.block) == (first.pool, first.block)
    assert only(read_states(any_chain.node, [contract])).pool == swap.pool


def test_ticks_are_those_of_the_contract(chain: Chain, packages: Packages) -> None:
    ranged = deploy_ranged(chain, packages)
    net: dict[int, int] = {}
    generator = np.random.default_rng(3)
    for _ in range(5):
        lower = 60 * int(generator.integers(-500, 400))
        upper = lower + 60 * int(generator.integers(1, 400))
        liquidity = int(generator.integers(10**15, 10**18))
        ranged.provide(lower, upper, liquidity)
        net[lower] = net.get(lower, 0) + liquidity
        net[upper] = net.get(upper, 0) - liquidity
    ranged.provide(-887_220, 887_220, 10**18)
    near = UniswapV3Pool(ranged.contract.address, words=1)
    pool = only(read_states(chain.node, [near])).pool
    assert pool.known == (-15_360, 30_720)
    assert dict(pool.net_liquidity) == {tick: one for tick, one in net.items() if tick >= -15_360}
    assert (pool.sqrt_price, pool.fee, pool.spacing) == (SCALE, 3_000, 60)
    everywhere = UniswapV3Pool(ranged.contract.address, words=60)
    whole = only(read_states(chain.node, [everywhere])).pool
    assert dict(whole.net_liquidity) == net | {-887_220: 10**18, 887_220: -(10**18)}
    priced = only(read_states(chain.node, [UniswapV3Pool(ranged.contract.address)])).pool
    assert priced.known == (0, 60)
    assert priced.liquidity == pool.liquidity == ranged.contract.functions.liquidity().call()
    # a swap through several ticks, from the ticks that were read
    swap = pool.swap("AAA", 3 * 10**17)
    ranged.swap(True, 3 * 10**17)
    after = only(read_states(chain.node, [near])).pool
    assert swap.pool.tick < -60
    assert (after.sqrt_price, after.liquidity, after.tick) == (
        swap.pool.sqrt_price,
        swap.pool.liquidity,
        swap.pool.tick,
    )


def aave_market(chain: Chain) -> tuple[Any, list[Any]]:
    """Return a lending market of two tokens, in which an account owes dollars against ether."""
    market = chain.deploy_own("Market")
    tokens = ordered_tokens(chain, ("WETH", 18), ("USDC", 6))
    for token, settings in zip(tokens, [("WETH", 18, 8_250), ("USDC", 6, 7_700)], strict=True):
        name, decimals, threshold = settings
        chain.send(market.functions.list(name, token.address, decimals, threshold, 10_500))
    chain.send(market.functions.setPrice(tokens[0].address, 2_000 * 10**8))
    chain.send(market.functions.setPrice(tokens[1].address, 10**8))
    held = market.functions.setHolding
    account = chain.web3.to_checksum_address(ACCOUNT)
    chain.send(held(account, tokens[0].address, 10 * 10**18, 0, True))
    chain.send(held(account, tokens[1].address, 500 * 10**6, 11_000 * 10**6, False))
    return market, tokens


def test_a_loan_has_what_is_deposited_and_owed(chain: Chain) -> None:
    market, _ = aave_market(chain)
    state = only(read_states(chain.node, [AaveLoan(ACCOUNT, market.address)]))
    assert isinstance(state, LoanState)
    (deposit,) = state.loan.collateral  # the dollars do not count
    assert (deposit.token, deposit.amount, deposit.threshold) == ("WETH", 10.0, 0.825)
    assert deposit.bonus == pytest.approx(0.05)
    assert dict(state.loan.debt) == {"USDC": 11_000.0}
    assert state.prices == {"WETH": 2_000.0, "USDC": 1.0}
    assert state.health_factor == pytest.approx(1.5)


def test_an_account_without_a_loan_is_refused(chain: Chain) -> None:
    market, _ = aave_market(chain)
    with pytest.raises(DataError, match="has no loan: it owes nothing"):
        read_states(chain.node, [AaveLoan("0x" + "77" * 20, market.address)])


def test_another_health_factor_than_the_contracts_is_refused(chain: Chain) -> None:
    market, _ = aave_market(chain)
    account = chain.web3.to_checksum_address(ACCOUNT)
    chain.send(market.functions.setMode(account, 9_350))
    with pytest.raises(DataError, match=r"is 1.7000 by the contract and 1.5000 by its deposits"):
        read_states(chain.node, [AaveLoan(ACCOUNT, market.address)])


def oracle_of(chain: Chain, answer: int, updated: int, **numbers: int) -> Any:
    """Return an oracle with one round."""
    oracle = chain.deploy_own("Oracle", "ETH / USD", 8)
    started = numbers.get("started", updated)
    rounds = (numbers.get("round", 9), numbers.get("answered_in", 9))
    chain.send(oracle.functions.set(rounds[0], answer, started, updated, rounds[1]))
    return oracle


def test_an_oracle_has_its_latest_round(chain: Chain) -> None:
    oracle = oracle_of(chain, 200_012_000_000, NOW)
    state = only(read_states(chain.node, [ChainlinkOracle(oracle.address, heartbeat=3_600)]))
    assert isinstance(state, OracleReading)
    assert (state.round.name, state.round.round_id, state.price) == ("ETH / USD", 9, 2000.12)
    assert state.round.updated_at == pd.Timestamp("2026-03-02 12:00", tz="UTC")
    assert state.problem_at((NOW + 60) * 10**9) is None
    assert "its heartbeat is 3600 s" in str(state.problem_at((NOW + 3_601) * 10**9))


@pytest.mark.parametrize(
    ("answer", "updated", "numbers", "problem"),
    [
        (-5, NOW, {}, "the answer of ETH / USD is -5"),
        (10**8, 0, {}, "round 9 of ETH / USD is not complete"),
        (10**8, NOW, {"answered_in": 8}, "round 9 of ETH / USD is not complete"),
    ],
)
def test_rounds_that_must_not_be_used_say_why(
    chain: Chain, answer: int, updated: int, numbers: dict[str, int], problem: str
) -> None:
    oracle = oracle_of(chain, answer, updated, **numbers)
    state = only(read_states(chain.node, [ChainlinkOracle(oracle.address, heartbeat=3_600)]))
    assert problem in str(state.problem_at((NOW + 60) * 10**9))


def test_a_sequencer_that_is_down_is_read(chain: Chain) -> None:
    oracle = oracle_of(chain, 10**8, NOW)
    uptime = oracle_of(chain, 1, NOW, started=NOW - 120)
    contract = ChainlinkOracle(oracle.address, heartbeat=3_600, uptime=uptime.address)
    state = only(read_states(chain.node, [contract]))
    assert state.problem_at((NOW + 60) * 10**9) == "the sequencer has been down for 180 s"
    chain.send(uptime.functions.set(10, 0, NOW - 7_200, NOW, 10))
    assert only(read_states(chain.node, [contract])).problem_at((NOW + 60) * 10**9) is None


def test_all_kinds_are_read_at_one_block(any_chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(any_chain, packages, base_first=False)
    market, _ = aave_market(any_chain)
    oracle = oracle_of(any_chain, 10**8, NOW)
    ranged = deploy_ranged(any_chain, packages)
    contracts = [
        UniswapV2Pair(pair.contract.address),
        UniswapV3Pool(ranged.contract.address, words=0),
        ChainlinkOracle(oracle.address, heartbeat=3_600),
        AaveLoan(ACCOUNT, market.address),
    ]
    states = read_states(any_chain.node, contracts, chain=any_chain.number)
    blocks = {state.block for state in states.values()}
    assert len(blocks) == 1
    venues = [source.venue.partition(":")[0] for source in states]
    assert venues == ["uniswap-v2", "uniswap-v3", "chainlink", "aave-v3"]
    assert not any(isinstance(state, PoolSwap) for state in states.values())


def test_what_is_no_such_contract_is_refused(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    oracle = oracle_of(chain, 10**8, NOW)
    with pytest.raises(DataError, match="has answered 0 bytes instead of 32. Check that the addr"):
        read_states(chain.node, [UniswapV2Pair("0x" + "11" * 20)])
    with pytest.raises(DataError, match="uniswap-v2:.* refuses to answer"):
        read_states(chain.node, [UniswapV2Pair(oracle.address)])
    with pytest.raises(DataError, match="The node is of chain .*, not of chain 1"):
        read_states(chain.node, [UniswapV2Pair(pair.contract.address)], chain=1)
    with pytest.raises(DataError, match="The chain has no block 9,999 yet"):
        read_states(chain.node, [UniswapV2Pair(pair.contract.address)], block=9_999)


def test_an_empty_pool_is_refused(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    interface = published_contract(packages(V2), "build/UniswapV2Factory.json")["abi"]
    address = pair.contract.functions.factory().call()
    factory = chain.web3.eth.contract(address=address, abi=interface)
    addresses = [token.address for token in ordered_tokens(chain, ("AAA", 8), ("BBB", 6))]
    chain.send(factory.functions.createPair(*addresses))
    empty = UniswapV2Pair(factory.functions.getPair(*addresses).call())
    with pytest.raises(DataError, match="is empty: its reserves are 0 and 0"):
        read_states(chain.node, [empty])


def test_a_pool_without_liquidity_at_its_price_has_one(chain: Chain, packages: Packages) -> None:
    ranged = deploy_ranged(chain, packages)
    state = only(read_states(chain.node, [UniswapV3Pool(ranged.contract.address)]))
    assert (state.pool.liquidity, state.pool.price) == (0, 1e12)


def test_a_node_that_is_not_there_is_named_without_its_key() -> None:
    pytest.importorskip("web3")
    with pytest.raises(DataError, match=r"The node http://127.0.0.1:9 does not answer") as error:
        read_states("http://127.0.0.1:9/my-secret-key", [UniswapV2Pair("0x" + "11" * 20)])
    assert "secret" not in str(error.value)
