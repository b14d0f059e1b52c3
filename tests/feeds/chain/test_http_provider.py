"""The provider of one connection: closed for good, whoever still wants to use it."""

import asyncio
import json
from typing import Any

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import ChainlinkOracle
from hedgeresearch.feeds.chain.http_provider import http_provider
from hedgeresearch.feeds.chain.node import Node, NodeError
from hedgeresearch.feeds.chain.reading import read_states

pytest.importorskip("web3")
HEADER = {"number": "0x1", "hash": "0x" + "1" * 64, "parentHash": "0x" + "2" * 64}


class Answering:
    """A node on this machine that answers all but calls of contracts, and counts connections."""

    def __init__(self) -> None:
        self.n_opened = 0
        self.n_open = 0

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *error: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_opened += 1
        self.n_open += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                asked = json.loads(await reader.readexactly(length))
                body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answer(asked)})
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                    + f"{len(body)}\r\n\r\n{body}".encode()
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.n_open -= 1
            writer.close()


def answer(asked: dict[str, Any]) -> Any:
    found = {"eth_chainId": "0x1", "eth_call": "0x"}
    return found.get(asked["method"], HEADER | {"timestamp": "0x1"})


async def until_closed(server: Answering) -> None:
    for _ in range(200):
        if not server.n_open:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{server.n_open} connections are open")


def test_a_closed_node_opens_no_connection_again() -> None:
    async def close_and_ask() -> int:
        server = Answering()
        async with server as address:
            node = Node(address)
            await node.open()
            await node.close()
            with pytest.raises(NodeError, match="the connection was closed"):
                await node.head()
            await until_closed(server)
        return server.n_opened

    assert asyncio.run(close_and_ask()) == 1


@pytest.mark.parametrize("wrong", [None, {"number": "0x1"}, "0x", 7])
def test_an_answer_that_cannot_be_read_is_an_error(
    wrong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that is not synchronized has no latest block; what is none answers anything."""

    async def ask() -> None:
        async with Answering() as address:
            node = Node(address)
            await node.open()
            monkeypatch.setitem(globals(), "answer", lambda asked: wrong)
            try:
                with pytest.raises(NodeError, match="answers eth_getBlockByNumber with"):
                    await node.head()
            finally:
                await node.close()

    asyncio.run(ask())


def test_requests_use_one_connection_until_it_is_closed() -> None:
    async def ask() -> tuple[int, int]:
        server = Answering()
        async with server as address:
            provider = http_provider(address)
            for _ in range(3):
                await provider.make_request("eth_chainId", [])
            n_open = server.n_open
            await provider.disconnect()
            await provider.disconnect()
            await until_closed(server)
        return n_open, server.n_opened

    assert asyncio.run(ask()) == (1, 1)


def test_a_state_that_cannot_be_read_leaves_no_connection() -> None:
    async def read() -> int:
        server = Answering()
        async with server as address:
            oracle = ChainlinkOracle("0x" + "3" * 40, 3600)
            with pytest.raises(DataError):
                await asyncio.to_thread(read_states, address, [oracle])
            await until_closed(server)
        return server.n_opened

    assert asyncio.run(read()) == 2
