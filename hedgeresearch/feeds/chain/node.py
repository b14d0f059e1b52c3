"""A node of a chain: its blocks, its logs, and answers of contracts at a block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hedgeresearch.errors import DataError, MissingDataError
from hedgeresearch.feeds.chain.http_provider import http_provider
from hedgeresearch.feeds.chain.many_calls import AT_ONCE, Call, decoded_answers, encoded_calls
from hedgeresearch.onchain.chain_events import Block

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second, the unit of a chain's clock."""
Log = dict[str, Any]
Parsed = TypeVar("Parsed")
Answer = bytes | DataError
"""What a contract answers, or why it does not."""


class NodeError(DataError):
    """A node is not reached, or answers with an error."""


class ReorganizedError(Exception):
    """A block that was being read is no longer part of the chain."""


class Node:
    """A connection to a node, by web3, without what web3 does beyond it.

    Parameters
    ----------
    address : str, "http://", "https://", "ws://" or "wss://" and a host; or an asynchronous
        provider of web3

    Attributes
    ----------
    reads_by_hash : bool, whether the node runs calls at a block that is named by its hash
        (EIP-1898); if not, they are run at its number, and its hash is compared afterwards
    """

    def __init__(self, address: Any) -> None:
        self.address = address
        self.reads_by_hash = False
        self._provider = provider_of(address)
        self._web3: Any = None
        self._listener: asyncio.Task[None] | None = None
        self._head = asyncio.Event()

    async def open(self) -> None:
        """Connect, subscribe to new blocks if the node has websockets, and find what it can do."""
        from web3 import AsyncWeb3

        self._web3 = AsyncWeb3(self._provider, middleware=[])
        if self._is_persistent:
            await self._tried(self._provider.connect(), "connect")
            await self._tried(self._web3.eth.subscribe("newHeads"), "eth_subscribe")
            self._listener = asyncio.create_task(self._listen())
        latest = await self.head()
        try:
            await self._run([], {"blockHash": latest.hash})
        except DataError:
            self.reads_by_hash = False
        else:
            self.reads_by_hash = True

    async def close(self) -> None:
        """Close the connection."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        # a provider in this process has nothing to close
        disconnect = self._provider.disconnect
        try:
            await disconnect()
        except NotImplementedError:
            return

    async def chain_number(self) -> int:
        """Return the number of the chain: 1 is Ethereum."""
        return await self._read("eth_chainId", [], whole)

    async def head(self) -> Block:
        """Return the latest block."""
        return await self._read("eth_getBlockByNumber", ["latest", False], _block)

    async def block_at(self, number: int) -> Block | None:
        """Return the block of a number on the chain, or None if there is none."""
        return await self._read("eth_getBlockByNumber", [hex(number), False], _block_if_any)

    async def block_of(self, block_hash: str) -> Block:
        """Return the block of a hash."""
        found = await self._read("eth_getBlockByHash", [block_hash, False], _block_if_any)
        if found is None:
            raise ReorganizedError(block_hash)
        return found

    async def wait(self, seconds: float) -> None:
        """Wait for a new block that the node announces, or for some seconds."""
        if self._listener is not None and self._listener.done():
            raise NodeError("The node has closed the connection.")
        try:
            await asyncio.wait_for(self._head.wait(), seconds)
        except TimeoutError:
            return
        self._head.clear()

    async def read(self, calls: Sequence[Call], block: Block) -> list[Answer]:
        """Return the answers to calls, all at the end of one block.

        Raises
        ------
        ReorganizedError
            If the block is no longer part of the chain.
        """
        place: Any = {"blockHash": block.hash} if self.reads_by_hash else hex(block.number)
        answers: list[Answer] = []
        try:
            for start in range(0, len(calls), AT_ONCE):
                answers += await self._run(calls[start : start + AT_ONCE], place)
        except DataError:
            await self.check(block)
            raise
        if not self.reads_by_hash:
            await self.check(block)
        return answers

    async def logs_in(self, addresses: Sequence[str], block: Block) -> list[Log]:
        """Return the logs of contracts in a block, in their order.

        Raises
        ------
        ReorganizedError
            If the block is no longer part of the chain.
        """
        if self.reads_by_hash:
            place = {"blockHash": block.hash}
        else:
            place = {"fromBlock": hex(block.number), "toBlock": hex(block.number)}
        try:
            logs = await self.logs({**place, "address": list(addresses)})
        except NodeError:
            await self.check(block)
            raise
        if not self.reads_by_hash:
            await self.check(block)
        if any(text(log["blockHash"]) != block.hash for log in logs):
            raise ReorganizedError(block.hash)
        return logs

    async def logs(self, conditions: dict[str, Any]) -> list[Log]:
        """Return the logs that a filter finds."""
        return list(await self.request("eth_getLogs", [conditions]))

    async def check(self, block: Block) -> None:
        """Raise ReorganizedError if a block is no longer part of the chain."""
        if not await self.has(block):
            raise ReorganizedError(block.hash)

    async def has(self, block: Block) -> bool:
        """Return whether a block is part of the chain."""
        found = await self.block_at(block.number)
        return found is not None and found.hash == block.hash

    async def request(self, method: str, parameters: list[Any]) -> Any:
        """Return the answer to a request.

        Raises
        ------
        NodeError
            If there is none.
        """
        return await self._tried(self._web3.manager.coro_request(method, parameters), method)

    @property
    def _is_persistent(self) -> bool:
        """True for a provider that can announce blocks."""
        return bool(self._provider.has_persistent_connection)

    async def _run(self, calls: Sequence[Call], place: Any) -> list[Answer]:
        """Return the answers to calls, by one request."""
        program = "0x" + encoded_calls(calls).hex()
        result = await self._read("eth_call", [{"data": program}, place], _bytes)
        return decoded_answers(result, calls)

    async def _read(
        self, method: str, parameters: list[Any], parse: Callable[[Any], Parsed]
    ) -> Parsed:
        """Return what the answer to a request says.

        Raises
        ------
        NodeError
            If there is none, or it is not what it should be.
        """
        answer = await self.request(method, parameters)
        try:
            return parse(answer)
        except (TypeError, ValueError, KeyError) as error:
            raise NodeError(
                f"The node {self._named} answers {method} with {str(answer)[:100]}, which cannot "
                "be read. Check that it is a node of a chain, and synchronized."
            ) from error

    async def _tried(self, work: Any, method: str) -> Any:
        """Return what a request to the node brings; whatever a provider raises is one error."""
        try:
            return await work
        except Exception as error:
            reason = str(error).replace(str(self.address), self._named)[:200]
            raise NodeError(
                f"The node {self._named} does not answer {method} ({type(error).__name__}: "
                f"{reason}). Check its address and that it is running."
            ) from error

    async def _listen(self) -> None:
        """Note each block that the node announces."""
        async for _ in self._web3.socket.process_subscriptions():
            self._head.set()

    @property
    def _named(self) -> str:
        """Address of the node without what may be secret in it: paths and names hold keys."""
        if not isinstance(self.address, str):
            return type(self.address).__name__
        scheme, _, rest = self.address.partition("://")
        return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"


def provider_of(address: Any) -> Any:
    """Return the provider of web3 for an address, or the one given.

    Raises
    ------
    MissingDataError
        If web3 is not installed.
    DataError
        If the address is none.
    """
    try:
        from web3 import WebSocketProvider
        from web3.providers.async_base import AsyncBaseProvider
    except ImportError as error:
        raise MissingDataError(
            "Reading a chain needs web3. Install it by pip install 'hedgeresearch[chain]'."
        ) from error
    if isinstance(address, AsyncBaseProvider):
        return address
    scheme = address.partition("://")[0] if isinstance(address, str) else ""
    if scheme in ("http", "https"):
        return http_provider(address)
    if scheme in ("ws", "wss"):
        return WebSocketProvider(address, max_connection_retries=1)
    raise DataError(
        "The node must be an address that begins with http://, https://, ws:// or wss://, or an "
        f"asynchronous provider of web3; got {address!r}."
    )


def whole(value: Any) -> int:
    """Return a number that a node writes in hexadecimal digits, or a provider as a number."""
    return int(value, 16) if isinstance(value, str) else int(value)


def text(value: Any) -> str:
    """Return bytes as "0x" and hexadecimal digits, as a node writes them."""
    return value if isinstance(value, str) else "0x" + bytes(value).hex()


def _bytes(value: Any) -> bytes:
    """Return the bytes of a number in hexadecimal digits."""
    return bytes.fromhex(text(value)[2:])


def _block_if_any(answer: Any) -> Block | None:
    """Return a block from its header; None where there is none."""
    return None if answer is None else _block(answer)


def _block(answer: Any) -> Block:
    """Return a block from its header."""
    return Block(
        whole(answer["number"]),
        text(answer["hash"]),
        text(answer["parentHash"]),
        whole(answer["timestamp"]) * NANOSECONDS,
    )
