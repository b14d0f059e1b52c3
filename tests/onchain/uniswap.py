"""Pools of the published contracts of Uniswap on a test chain."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hedgeresearch.onchain.ticks import SCALE
from tests.onchain.conftest import (
    Chain,
    Packages,
    new_chain,
    package_file,
    published_contract,
)

PLENTY = 10**40
V3 = "@uniswap/v3-core@1.0.1"
V2 = "@uniswap/v2-core@1.0.1"
FIRST_BASE = 5 * 10**20
FIRST_QUOTE = 10**12


class Pair(NamedTuple):
    """A pair of Uniswap V2 of ether and dollars."""

    chain: Chain
    contract: Any
    tokens: list[Any]
    base_first: bool

    def send_tokens(self, side: int, amount: int) -> None:
        """Send an amount of token ``side`` to the pair."""
        self.chain.send(self.tokens[side].functions.transfer(self.contract.address, amount))

    def swap(self, side: int, paid: int, received: int) -> None:
        """Pay an amount of token ``side`` for one of the other."""
        self.send_tokens(side, paid)
        out = (0, received) if side == 0 else (received, 0)
        account = self.chain.web3.eth.default_account
        self.chain.send(self.contract.functions.swap(*out, account, b""))


class Ranged(NamedTuple):
    """A pool of Uniswap V3, and who provides to it and trades with it."""

    chain: Chain
    contract: Any
    trader: Any
    tokens: list[Any]

    def provide(self, lower: int, upper: int, liquidity: int) -> None:
        """Provide liquidity between two ticks."""
        provided = self.trader.functions.provide(self.contract.address, lower, upper, liquidity)
        self.chain.send(provided)

    def swap(self, falls: bool, amount: int) -> None:
        """Pay an amount, or receive one if it is negative."""
        self.chain.send(self.trader.functions.swap(self.contract.address, falls, amount))


def ordered_tokens(chain: Chain, first: tuple[str, int], second: tuple[str, int]) -> list[Any]:
    """Return two new tokens, of which the first has the lower address and so is token 0."""
    while True:
        tokens = [chain.deploy_own("Token", *first), chain.deploy_own("Token", *second)]
        if int(tokens[0].address, 16) < int(tokens[1].address, 16):
            return tokens


def deploy_pair(chain: Chain, packages: Packages, *, base_first: bool) -> Pair:
    """Return a pair of Uniswap V2 with liquidity at 2,000 dollars an ether."""
    package = packages(V2)
    factory_code = published_contract(package, "build/UniswapV2Factory.json")
    interface = published_contract(package, "build/UniswapV2Pair.json")["abi"]
    account = chain.web3.eth.default_account
    factory = chain.deploy(factory_code, account)
    base, quote = ("WETH", 18), ("USDC", 6)
    tokens = ordered_tokens(chain, *((base, quote) if base_first else (quote, base)))
    addresses = [token.address for token in tokens]
    chain.send(factory.functions.createPair(*addresses))
    address = factory.functions.getPair(*addresses).call()
    pair = chain.web3.eth.contract(address=address, abi=interface)
    amounts = (FIRST_BASE, FIRST_QUOTE) if base_first else (FIRST_QUOTE, FIRST_BASE)
    for token, amount in zip(tokens, amounts, strict=True):
        chain.send(token.functions.mint(account, PLENTY))
        chain.send(token.functions.transfer(address, amount))
    chain.send(pair.functions.mint(account))
    return Pair(chain, pair, tokens, base_first)


def local_pair(folder: Path) -> Pair | None:
    """Return a pair on a new chain in this process, or None where a program for it is absent.

    Parameters
    ----------
    folder : where the published contracts are kept
    """
    try:
        return deploy_pair(new_chain(), lambda name: package_file(name, folder), base_first=False)
    except (ImportError, pytest.skip.Exception):
        return None


def deploy_ranged(chain: Chain, packages: Packages) -> Ranged:
    """Return a pool of Uniswap V3 at the price one in base units, without liquidity."""
    package = packages(V3)
    folder = "artifacts/contracts"
    factory = chain.deploy(
        published_contract(package, f"{folder}/UniswapV3Factory.sol/UniswapV3Factory.json")
    )
    interface = published_contract(package, f"{folder}/UniswapV3Pool.sol/UniswapV3Pool.json")
    tokens = ordered_tokens(chain, ("AAA", 18), ("BBB", 6))
    trader = chain.deploy_own("Trader")
    for token in tokens:
        chain.send(token.functions.mint(trader.address, PLENTY))
    addresses = [token.address for token in tokens]
    chain.send(factory.functions.createPool(*addresses, 3_000))
    address = factory.functions.getPool(*addresses, 3_000).call()
    pool = chain.web3.eth.contract(address=address, abi=interface["abi"])
    chain.send(pool.functions.initialize(SCALE))
    return Ranged(chain, pool, trader, tokens)
