"""A feed whose connections are of no use waits longer and longer."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from hedgeresearch.feeds import DeribitVenue, WebsocketFeed
from hedgeresearch.feeds.venues.sockets import LostError, answer_of
from hedgeresearch.microstructure import Interruption

websockets = pytest.importorskip("websockets.asyncio.server")
BUSY = {"jsonrpc": "2.0", "id": 1, "error": {"code": 10028, "message": "too_many_requests"}}


async def pauses_with(frame: str) -> list[float]:
    """Return the pauses after connections that give one frame."""

    async def handle(socket: Any) -> None:
        await socket.send(frame)
        await socket.wait_closed()

    pauses: list[float] = []
    async with websockets.serve(handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        venue = DeribitVenue("BTC-PERPETUAL", ws_url=f"ws://127.0.0.1:{port}")
        feed = WebsocketFeed(venue, pause=60.0)

        async def rest(seconds: float) -> None:
            pauses.append(seconds)

        feed._rest = rest  # type: ignore[method-assign]
        n_lost = 0
        async with aclosing(feed.events()) as events:
            async for _, event in events:
                n_lost += isinstance(event, Interruption)
                if n_lost == 5:
                    break
    return pauses


@pytest.mark.parametrize("frame", [json.dumps(BUSY), "no JSON"])
def test_connections_without_events_are_paused(frame: str) -> None:
    # the first interruption is the beginning, and the pause comes after the last
    assert asyncio.run(pauses_with(frame)) == [60.0, 120.0, 240.0]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"none\r\n"])
def test_an_answer_that_is_cut_off_is_lost(answer: bytes) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def call() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            await answer_of(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    with pytest.raises(LostError, match="no snapshot"):
        asyncio.run(call())
