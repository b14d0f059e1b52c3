"""Contracts that a feed reads, and how their sources are named.

The venue of a source is the protocol and the number of the chain, its symbol an address in lower
case: ``Source("uniswap-v3:1", "0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640")``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.source import Source
from hedgeresearch.onchain.fees import V2_FEE, check_fee

ADDRESS = re.compile(r"0x[0-9a-f]{40}")


@exported_by("hedgeresearch.feeds")
@dataclass(frozen=True)
class UniswapV2Pair:
    """A pool of constant product with the interface of Uniswap V2.

    Parameters
    ----------
    address : str, "0x" and 40 hexadecimal digits
    fee : int, parts per million, which the contract does not state
    venue : name of the protocol in the source, such as "sushiswap-v2" for another one of its kind

    Raises
    ------
    DataError
        If the address is none, or the fee out of range.

    Examples
    --------
    >>> from hedgeresearch.feeds import UniswapV2Pair
    >>> UniswapV2Pair("0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc").source(chain=1).venue
    'uniswap-v2:1'
    """

    address: str
    fee: int = V2_FEE
    venue: str = "uniswap-v2"

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", checked_address(self.address, "address"))
        check_fee(self.fee)

    def source(self, chain: int) -> Source:
        """Return the source of its events on a chain."""
        return chain_source(self.venue, chain, self.address)


@exported_by("hedgeresearch.feeds")
@dataclass(frozen=True)
class UniswapV3Pool:
    """A pool of concentrated liquidity with the interface of Uniswap V3.

    Parameters
    ----------
    address : str, "0x" and 40 hexadecimal digits
    words : int >= 0, number of words of its bitmap of ticks that are read on each side of the
        price's own: a word is 256 spacings, a factor of 4.6 in price for a fee of .3%. None reads
        no ticks, which suffices for its price and its liquidity at it, but not for larger swaps
    venue : name of the protocol in the source

    Raises
    ------
    DataError
        If the address is none, or the number of words out of range.

    Examples
    --------
    >>> from hedgeresearch.feeds import UniswapV3Pool
    >>> UniswapV3Pool("0x" + "ab" * 20, words=2).source(1).venue
    'uniswap-v3:1'
    """

    address: str
    words: int | None = None
    venue: str = "uniswap-v3"

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", checked_address(self.address, "address"))
        if self.words is not None:
            check_at_least(self.words, "words", 0)

    def source(self, chain: int) -> Source:
        """Return the source of its events on a chain."""
        return chain_source(self.venue, chain, self.address)


@exported_by("hedgeresearch.feeds")
@dataclass(frozen=True)
class ChainlinkOracle:
    """A price feed with the interface of Chainlink's aggregators.

    Parameters
    ----------
    address : str, of the proxy
    heartbeat : float > 0, seconds after which a new round is due, which the contract does not
        state: 3,600 for ether in dollars on Ethereum
    uptime : str, address of the uptime feed of the sequencer of a rollup; None for other chains
    venue : name of the protocol in the source

    Raises
    ------
    DataError
        If an address is none, or the heartbeat out of range.

    Examples
    --------
    >>> from hedgeresearch.feeds import ChainlinkOracle
    >>> ChainlinkOracle("0x" + "ab" * 20, heartbeat=3_600.0).source(1).venue
    'chainlink:1'
    """

    address: str
    heartbeat: float
    uptime: str | None = None
    venue: str = "chainlink"

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", checked_address(self.address, "address"))
        check_between(self.heartbeat, "heartbeat", 0.0, math.inf)
        if self.uptime is not None:
            object.__setattr__(self, "uptime", checked_address(self.uptime, "uptime"))

    def source(self, chain: int) -> Source:
        """Return the source of its events on a chain."""
        return chain_source(self.venue, chain, self.address)


@exported_by("hedgeresearch.feeds")
@dataclass(frozen=True)
class AaveLoan:
    """The loan of an account at a lending protocol with the interface of Aave V3.

    Parameters
    ----------
    account : str, address of the borrower
    data_provider : str, address of the protocol's data provider, which knows the other contracts
    venue : name of the protocol in the source

    Raises
    ------
    DataError
        If an address is none.

    Examples
    --------
    >>> from hedgeresearch.feeds import AaveLoan
    >>> AaveLoan("0x" + "ab" * 20, "0x" + "cd" * 20).source(1).venue
    'aave-v3:1'
    """

    account: str
    data_provider: str
    venue: str = "aave-v3"

    def __post_init__(self) -> None:
        for name, value in (("account", self.account), ("data_provider", self.data_provider)):
            object.__setattr__(self, name, checked_address(value, name))

    def source(self, chain: int) -> Source:
        """Return the source of its events on a chain: the symbol is the account."""
        return chain_source(self.venue, chain, self.account)


Contract = UniswapV2Pair | UniswapV3Pool | ChainlinkOracle | AaveLoan


def chain_source(venue: str, chain: int, address: str) -> Source:
    """Return the source of an address on a chain."""
    check_at_least(chain, "chain", 1)
    return Source(f"{venue}:{chain}", address)


def checked_address(value: str, name: str) -> str:
    """Return an address in lower case."""
    text = value.lower() if isinstance(value, str) else ""
    if not ADDRESS.fullmatch(text):
        raise DataError(f"{name} must be '0x' and 40 hexadecimal digits; got {value!r}.")
    return text
