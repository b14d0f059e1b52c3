"""Readers of pools: their tokens once, their state at a block, and swaps from their logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.abi import (
    TOPICS,
    address_of,
    call_data,
    signed,
    text_of,
    words_of,
)
from hedgeresearch.feeds.chain.contracts import UniswapV2Pair, UniswapV3Pool
from hedgeresearch.feeds.chain.many_calls import Call
from hedgeresearch.feeds.chain.node import Log, text, whole
from hedgeresearch.feeds.chain.steps import Reading
from hedgeresearch.feeds.source import Source
from hedgeresearch.onchain.chain_events import Block, PoolState, PoolSwap
from hedgeresearch.onchain.concentrated import ConcentratedPool
from hedgeresearch.onchain.constant_product import ConstantProductPool
from hedgeresearch.onchain.tick_liquidity import WORD as TICKS_IN_WORD
from hedgeresearch.onchain.ticks import MAX_TICK, MIN_TICK
from hedgeresearch.onchain.tokens import Token

SYNC = TOPICS["Sync(uint112,uint112)"]
V2_SWAP = TOPICS["Swap(address,uint256,uint256,uint256,uint256,address)"]
V3_SWAP = TOPICS["Swap(address,address,int256,int256,uint160,uint128,int24)"]

Pair = tuple[Token, Token]


class PairReader:
    """Reader of a pool of constant product.

    Parameters
    ----------
    contract : UniswapV2Pair
    source : Source of its events
    tokens : Pair, in the order of the contract
    """

    def __init__(self, contract: UniswapV2Pair, source: Source, tokens: Pair) -> None:
        self.contract = contract
        self.source = source
        self.addresses = (contract.address,)
        self._tokens = tokens

    def state(self, block: Block) -> Reading[Callable[[int], PoolState]]:
        """Read the state at the end of a block, all but the time of receipt."""
        (answer,) = yield [_call(self.source, self.contract.address, "getReserves()")]
        reserve0, reserve1, _ = words_of(answer, 3, str(self.source))[:3]
        return partial(PoolState, self._pool(reserve0, reserve1), block)

    def events(
        self, logs: Sequence[Log], block: Block, receive_time: int
    ) -> Iterator[PoolSwap | PoolState]:
        """Yield the swaps among its logs in a block, and states after other changes.

        A change of the reserves has a log, which is followed by another one if it was by a swap.
        """
        after: ConstantProductPool | None = None
        for log in logs:
            topic = text(log["topics"][0])
            if topic == SYNC:
                if after is not None:
                    yield PoolState(after, block, receive_time)
                after = self._pool(*words_of(_data(log), 2, str(self.source)))
            elif topic == V2_SWAP and after is not None:
                in0, in1, out0, out1 = words_of(_data(log), 4, str(self.source))
                place = whole(log["logIndex"])
                yield PoolSwap((in0, in1), (out0, out1), after, block, place, receive_time)
                after = None
        if after is not None:
            yield PoolState(after, block, receive_time)

    def _pool(self, reserve0: int, reserve1: int) -> ConstantProductPool:
        if not (reserve0 and reserve1):
            raise DataError(f"{self.source} is empty: its reserves are {reserve0} and {reserve1}.")
        return ConstantProductPool(*self._tokens, reserve0, reserve1, fee=self.contract.fee)


class RangedReader:
    """Reader of a pool of concentrated liquidity.

    Parameters
    ----------
    contract : UniswapV3Pool
    source : Source of its events
    tokens : Pair, in the order of the contract
    fee, spacing : ints, of the contract
    """

    def __init__(
        self,
        contract: UniswapV3Pool,
        source: Source,
        tokens: Pair,
        fee: int,
        spacing: int,
    ) -> None:
        self.contract = contract
        self.source = source
        self.addresses = (contract.address,)
        self._tokens = tokens
        self._fee = fee
        self._spacing = spacing

    def state(self, block: Block) -> Reading[Callable[[int], PoolState]]:
        """Read the state at the end of a block, with the ticks that are wanted."""
        address = self.contract.address
        slot, liquid = yield [
            _call(self.source, address, name) for name in ("slot0()", "liquidity()")
        ]
        words = words_of(slot, 2, str(self.source))
        sqrt_price = words[0]
        tick = signed(words[1])
        liquidity = words_of(liquid, 1, str(self.source))[0]
        net: dict[int, int] = {}
        known = self._own_spacing(tick)
        if self.contract.words is not None and sqrt_price:
            net, known = yield from self._ticks(tick, self.contract.words)
        pool = self._pool(sqrt_price, tick, liquidity, net, known)
        return partial(PoolState, pool, block)

    def events(self, logs: Sequence[Log], block: Block, receive_time: int) -> Iterator[PoolSwap]:
        """Yield the swaps among its logs in a block."""
        for log in logs:
            if text(log["topics"][0]) != V3_SWAP:
                continue
            words = words_of(_data(log), 5, str(self.source))
            amounts = (signed(words[0]), signed(words[1]))
            tick = signed(words[4])
            pool = self._pool(words[2], tick, words[3], {}, self._own_spacing(tick))
            yield PoolSwap(
                (max(amounts[0], 0), max(amounts[1], 0)),
                (max(-amounts[0], 0), max(-amounts[1], 0)),
                pool,
                block,
                whole(log["logIndex"]),
                receive_time,
            )

    def _ticks(self, tick: int, n_words: int) -> Reading[tuple[dict[int, int], tuple[int, int]]]:
        """Read the ticks of the words around the price, and between which ticks they are all."""
        per_word = TICKS_IN_WORD * self._spacing
        own = tick // per_word
        first = max(own - n_words, MIN_TICK // per_word)
        last = min(own + n_words, MAX_TICK // per_word)
        address = self.contract.address
        maps = yield [
            _call(self.source, address, "tickBitmap(int16)", word)
            for word in range(first, last + 1)
        ]
        ticks = []
        for word, answer in enumerate(maps, start=first):
            bits = words_of(answer, 1, str(self.source))[0]
            places = [place for place in range(TICKS_IN_WORD) if bits >> place & 1]
            ticks += [(word * TICKS_IN_WORD + place) * self._spacing for place in places]
        net = {}
        if ticks:
            answers = yield [_call(self.source, address, "ticks(int24)", each) for each in ticks]
            for each, answer in zip(ticks, answers, strict=True):
                net[each] = signed(words_of(answer, 2, str(self.source))[1])
        low = max(first * per_word, MIN_TICK)
        return net, (low, min((last + 1) * per_word, MAX_TICK))

    def _own_spacing(self, tick: int) -> tuple[int, int]:
        """Return the multiples of the spacing around a tick, between which no other tick is."""
        low = tick // self._spacing * self._spacing
        return max(low, MIN_TICK), min(low + self._spacing, MAX_TICK)

    def _pool(
        self,
        sqrt_price: int,
        tick: int,
        liquidity: int,
        net: dict[int, int],
        known: tuple[int, int],
    ) -> ConcentratedPool:
        if not sqrt_price:
            raise DataError(f"{self.source} has no price yet: it was not initialized.")
        return ConcentratedPool(
            *self._tokens,
            sqrt_price=sqrt_price,
            liquidity=liquidity,
            net_liquidity=net,
            fee=self._fee,
            tick=tick,
            spacing=self._spacing,
            known=known,
        )


def pair_reader(contract: UniswapV2Pair, source: Source) -> Reading[PairReader]:
    """Read what does not change of a pool of constant product."""
    tokens = yield from _tokens(contract.address, source)
    return PairReader(contract, source, tokens)


def ranged_reader(contract: UniswapV3Pool, source: Source) -> Reading[RangedReader]:
    """Read what does not change of a pool of concentrated liquidity."""
    fee, spacing = yield [
        _call(source, contract.address, name) for name in ("fee()", "tickSpacing()")
    ]
    tokens = yield from _tokens(contract.address, source)
    numbers = [words_of(answer, 1, str(source))[0] for answer in (fee, spacing)]
    return RangedReader(contract, source, tokens, *numbers)


def _tokens(address: str, source: Source) -> Reading[Pair]:
    """Read the two tokens of a pool; equal or empty names are replaced by addresses."""
    answers = yield [_call(source, address, name) for name in ("token0()", "token1()")]
    places = [address_of(words_of(answer, 1, str(source))[0]) for answer in answers]
    calls = []
    for place in places:
        what = f"The token {place}"
        calls += [Call(place, call_data(name), what) for name in ("symbol()", "decimals()")]
    symbol0, decimals0, symbol1, decimals1 = yield calls
    names = [text_of(symbol, str(source)) for symbol in (symbol0, symbol1)]
    if "" in names or names[0] == names[1]:
        names = places
    numbers = [words_of(decimals, 1, str(source))[0] for decimals in (decimals0, decimals1)]
    return Token(names[0], numbers[0]), Token(names[1], numbers[1])


def _call(source: Source, address: str, function: str, *arguments: int) -> Call:
    return Call(address, call_data(function, *arguments), str(source))


def _data(log: Log) -> bytes:
    """Return the data of a log."""
    return bytes.fromhex(text(log["data"])[2:])
