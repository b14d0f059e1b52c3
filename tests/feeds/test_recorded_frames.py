"""Real frames of a venue, sent over a socket again: every one becomes the event that it was."""

import asyncio
import gzip
import json
import socket
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from hedgeresearch.feeds import open_feed, read_recording
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    BookUpdate,
    Interruption,
    OrderBook,
)

FILE = "binance_spot_btcusdt_20240808.gz"


async def served(lines: list[str], snapshot: str) -> tuple[web.AppRunner, int]:
    """Return a running server of frames and a snapshot, and its port."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response(text=snapshot, content_type="application/json")
        stream = web.WebSocketResponse()
        await stream.prepare(request)
        for line in lines:
            await stream.send_str(line)
        async for _ in stream:
            pass
        return stream

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    return runner, listening.getsockname()[1]


async def received(lines: list[str], snapshot: str) -> list[Any]:
    """Return the events of a feed of a server until as many have come as there are frames."""
    runner, port = await served(lines, snapshot)
    host = f"127.0.0.1:{port}"
    feed = open_feed("binance", "BTCUSDT", ws_url=f"ws://{host}", rest_url=f"http://{host}")
    events: list[Any] = []
    async with aclosing(feed.events()) as iterator:
        async for _, event in iterator:
            if not isinstance(event, Interruption):
                events.append(event)
            if len(events) == len(lines) + 1:
                break
    await feed.aclose()
    await runner.cleanup()
    return events


@pytest.mark.slow
def test_real_frames_are_received_one_by_one(data_dir: Path) -> None:
    with gzip.open(data_dir / FILE, "rt", encoding="utf-8") as file:
        frames = [line.partition(" ")[2] for line in file]
    snapshot = next(frame for frame in frames if "lastUpdateId" in json.loads(frame))
    lines = [frame for frame in frames if frame != snapshot]
    events = asyncio.run(asyncio.wait_for(received(lines, snapshot), 300.0))
    found = [replace(e, receive_time=0) for e in events if not isinstance(e, BookSnapshot)]
    expected = list(read_recording(data_dir / FILE))
    assert found == [
        replace(e, receive_time=0) for e in expected if not isinstance(e, BookSnapshot)
    ]
    book = OrderBook(BINANCE_SPOT)
    for event in events:
        book.receive(event)
    assert book.is_synchronized
    assert book.counts["used"] == 3_449
    assert book.counts["gap"] == book.counts["crossed"] == 0
    updates = [event for event in events if isinstance(event, BookUpdate)]
    assert book.last_id == updates[-1].final_id
