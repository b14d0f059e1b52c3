"""A venue on the loopback with real sockets, whose faults are planted.

It has Binance's three markets and Deribit under their paths: depth snapshots by REST, and depth,
best quotes, trades and funding by websocket. Its book changes every few milliseconds whether or not
any client listens.
"""

import asyncio
import json
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.feeds.stub_answers import rest_answer

TICK = 0.5
LEVELS = 10


class Book:
    """A book of an instrument that changes at random and is never crossed."""

    def __init__(self, symbol: str, seed: int) -> None:
        self.symbol = symbol
        self.number = 1_000
        self.mid = 60_000.0
        self._random = random.Random(seed)
        self.sides: dict[str, dict[float, float]] = {"b": {}, "a": {}}
        self.changes: dict[str, dict[float, float]] = {"b": {}, "a": {}}
        self.before = self.number
        self.step()

    def step(self) -> None:
        """Change the book: the mid by some ticks, and sizes."""
        self.mid += TICK * self._random.randint(-3, 3)
        self.before = self.number
        self.number += self._random.randint(1, 4)
        for side, sign in (("b", -1), ("a", 1)):
            prices = [self.mid + sign * TICK * (place + 1) for place in range(LEVELS)]
            now = {price: float(self._random.randint(1, 50)) for price in prices}
            gone = {price: 0.0 for price in self.sides[side] if price not in now}
            self.changes[side] = gone | now
            self.sides[side] = now

    def levels(self, side: str) -> list[tuple[float, float]]:
        return sorted(self.sides[side].items(), reverse=side == "b")


@dataclass(eq=False)
class Listener:
    """A websocket that a client has opened."""

    socket: web.WebSocketResponse
    request: web.Request
    streams: set[str]
    is_muted: bool = False
    is_bare: bool = False
    held: list[str] = field(default_factory=list)
    released_at: float = 0.0
    swapped: list[str] = field(default_factory=list)


class StubVenue:
    """The venue, in a thread of its own while it is used as a context.

    Parameters
    ----------
    symbols : names of its instruments
    interval : seconds between two changes of its books
    fault : name of the fault that befalls the books' frames of the first symbol, once, at the
        change after ``strike`` is called
    status : status code of all answers by REST, to be refused by
    """

    def __init__(
        self,
        symbols: tuple[str, ...],
        *,
        interval: float = 0.01,
        fault: str = "",
        status: int = 200,
    ) -> None:
        self.books = {name: Book(name, seed) for seed, name in enumerate(symbols)}
        self.interval = interval
        self.fault = fault
        self.fault_id: int | None = None
        self.status = status
        self.number = 0
        self.paths: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.n_openings = 0
        self.venue_clock = 0
        self.history: dict[tuple[str, int], tuple[Any, Any]] = {}
        self._listeners: list[Listener] = []
        self._is_struck = threading.Event()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(60.0)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60.0)

    def strike(self) -> None:
        """Let the fault befall the next change; ``fault_id`` is then the number of the book."""
        self._is_struck.set()

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self._ready.set()
        market = asyncio.create_task(self._trade())
        await self._stop.wait()
        market.cancel()
        for listener in self._listeners:
            listener.request.transport.abort()  # type: ignore[union-attr]
        await runner.cleanup()

    # --- requests ---

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._listen(request)
        self.paths.append(request.path_qs)
        if self.status != 200:
            return web.json_response({"msg": "planted"}, status=self.status)
        other = rest_answer(request.path.rpartition("/")[2], request.query)
        if other is not None:
            return web.json_response(other)
        book = self.books.get(request.query.get("symbol", ""))
        if book is None:
            text = {"code": -1121, "msg": "Invalid symbol."}
            return web.json_response(text, status=400)
        return web.json_response(
            {
                "lastUpdateId": book.number,
                "bids": _texts(book.levels("b")),
                "asks": _texts(book.levels("a")),
            }
        )

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.n_openings += 1
        self.paths.append(request.path_qs)
        streams = set(filter(None, request.query.get("streams", "").split("/")))
        listener = Listener(socket, request, streams)
        self._listeners.append(listener)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._reply(listener, json.loads(message.data))
        finally:
            self._listeners.remove(listener)
        return socket

    async def _reply(self, listener: Listener, message: dict[str, Any]) -> None:
        """Answer a request of Deribit's JSON-RPC."""
        self.messages.append(message)
        method = message["method"]
        if method == "SUBSCRIBE":  # as ccxt does at Binance, with frames that name no stream
            listener.is_bare = True
            listener.streams |= set(message["params"])
            await self._send(listener, json.dumps({"result": None, "id": message["id"]}))
            return
        channels = message.get("params", {}).get("channels", [])
        if method == "public/unsubscribe":
            listener.streams -= set(channels)
        known = [name for name in channels if name.split(".")[1] in self.books]
        answer = {"jsonrpc": "2.0", "id": message["id"], "result": known or "ok"}
        await self._send(listener, json.dumps(answer))
        if method == "public/set_heartbeat":
            test = {"method": "heartbeat", "params": {"type": "test_request"}}
            await self._send(listener, json.dumps(test))
        if method == "public/subscribe":
            for channel in known:
                if channel.startswith("book."):
                    await self._send(listener, self._deribit_book(channel, is_snapshot=True))
            listener.streams |= set(known)

    # --- the market ---

    async def _trade(self) -> None:
        """Change the books for ever, and send what has changed."""
        while True:
            self.number += 1
            for place, book in enumerate(self.books.values()):
                book.step()
                self.history[book.symbol, book.number] = (book.levels("b"), book.levels("a"))
                is_faulty = place == 0 and self._is_due
                if is_faulty:
                    self.fault_id = book.number
                if is_faulty and self.fault == "clock":
                    self.venue_clock = -3_600_000
                for listener in list(self._listeners):
                    await self._tell(listener, book, self.fault if is_faulty else "")
            await asyncio.sleep(self.interval)

    @property
    def _is_due(self) -> bool:
        """Whether the fault has been ordered, and there is someone to notice it."""
        return self.fault_id is None and self._is_struck.is_set() and bool(self._listeners)

    async def _tell(self, listener: Listener, book: Book, fault: str) -> None:
        """Send the changes of a book to a listener, with a fault."""
        for stream in sorted(listener.streams):
            text, is_book = self._frame(stream, book)
            if not text:
                continue
            if listener.is_bare:
                text = json.dumps(json.loads(text)["data"])
            if not is_book:
                await self._send(listener, text)
                continue
            for one in self._faulty(listener, text, fault):
                await self._send(listener, one)
            if listener.swapped and not fault and book is next(iter(self.books.values())):
                await self._send(listener, listener.swapped.pop())
        if fault == "closed":
            listener.request.transport.abort()  # type: ignore[union-attr]

    def _faulty(self, listener: Listener, text: str, fault: str) -> list[str]:
        """Return the frames that are sent instead of one."""
        if fault == "dropped":
            return []
        if fault == "doubled":
            return [text, text]
        if fault == "cut":
            return [text[: len(text) // 2]]
        if fault == "swapped":
            listener.swapped.append(text)
            return []
        if fault == "silent":
            listener.is_muted = True
        if fault == "delayed":
            listener.released_at = time.monotonic() + 0.4
        return [text]

    async def _send(self, listener: Listener, text: str) -> None:
        if listener.is_muted or listener.socket.closed:
            return
        listener.held.append(text)
        if time.monotonic() < listener.released_at:
            return
        with suppress(ConnectionError):
            for one in listener.held:
                await listener.socket.send_str(one)
        listener.held.clear()

    def _frame(self, stream: str, book: Book) -> tuple[str, bool]:
        """Return the frame of a stream after a change of a book, if it is one of it."""
        if "@" not in stream:
            return self._deribit_frame(stream, book)
        name, _, kind = stream.partition("@")
        if name != book.symbol.lower():
            return "", False
        now = time.time_ns() // 1_000_000 + self.venue_clock
        data: dict[str, Any] = {"E": now, "T": now, "s": book.symbol}
        if kind.startswith("depth"):
            ids = {"U": book.before + 1, "u": book.number, "pu": book.before}
            sides = {side: _texts(list(book.changes[side].items())) for side in ("b", "a")}
            data |= {"e": "depthUpdate"} | ids | sides
        elif kind == "bookTicker":
            bid = book.levels("b")[0]
            ask = book.levels("a")[0]
            best = {"b": str(bid[0]), "B": str(bid[1]), "a": str(ask[0]), "A": str(ask[1])}
            data |= {"e": "bookTicker", "u": book.number} | best
        elif kind in ("trade", "aggTrade"):
            price = str(book.levels("a")[0][0])
            data |= {"e": kind, kind[0]: self.number, "p": price, "q": "1", "m": False}
        else:
            data |= {"e": "markPriceUpdate", "p": str(book.mid), "i": str(book.mid), "r": "0.0001"}
        return json.dumps({"stream": stream, "data": data}), kind.startswith("depth")

    # --- Deribit ---

    def _deribit_frame(self, channel: str, book: Book) -> tuple[str, bool]:
        kind, name = channel.split(".")[:2]
        if name != book.symbol:
            return "", False
        if kind == "book":
            return self._deribit_book(channel, is_snapshot=False), True
        bid = book.levels("b")[0]
        ask = book.levels("a")[0]
        stamp: dict[str, Any] = {"timestamp": self._now, "instrument_name": name}
        if kind == "quote":
            data: Any = stamp | {"best_bid_price": bid[0], "best_bid_amount": bid[1]}
            data |= {"best_ask_price": ask[0], "best_ask_amount": ask[1]}
        elif kind == "trades":
            trade = {"trade_seq": self.number, "price": ask[0], "amount": 10.0, "direction": "buy"}
            data = [stamp | trade]
        else:
            data = stamp | {"interest": 0.0001, "index_price": book.mid}
        return _notification(channel, data), False

    def _deribit_book(self, channel: str, *, is_snapshot: bool) -> str:
        book = self.books[channel.split(".")[1]]
        sides = book.sides if is_snapshot else book.changes
        data = {
            "type": "snapshot" if is_snapshot else "change",
            "timestamp": self._now,
            "instrument_name": book.symbol,
            "change_id": book.number,
            "bids": _deribit_levels(sides["b"]),
            "asks": _deribit_levels(sides["a"]),
        }
        if not is_snapshot:
            data["prev_change_id"] = book.before
        return _notification(channel, data)

    @property
    def _now(self) -> int:
        return time.time_ns() // 1_000_000 + self.venue_clock


def _texts(levels: list[tuple[float, float]]) -> list[list[str]]:
    return [[f"{price:.2f}", f"{size:.3f}"] for price, size in levels]


def _deribit_levels(side: dict[float, float]) -> list[list[Any]]:
    return [["change" if size else "delete", price, size] for price, size in side.items()]


def _notification(channel: str, data: Any) -> str:
    params = {"channel": channel, "data": data}
    return json.dumps({"jsonrpc": "2.0", "method": "subscription", "params": params})
