"""Websockets of a venue, opened together, whose frames come in one order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from hedgeresearch.errors import MissingDataError
from hedgeresearch.feeds.receiver_clock import ReceiverClock
from hedgeresearch.feeds.venues.venue import Connection, RefusedError

MOST_WAITING = 10_000
"""Frames that may wait to be read; the venue then waits as well."""
LARGEST_FRAME = 2**24
"""Bytes of the largest frame: a snapshot of a whole book."""
SECONDS_TO_OPEN = 10.0
"""Time after which opening a websocket, or an answer, is given up."""
SECONDS_TO_CLOSE = 1.0
GRACE = 0.05
"""Seconds that frames which are there have to be read, after others kept the process busy."""
AT_ONCE = 16
"""Frames read one after the other, after which those that have come get their time of receipt."""
REFUSALS = (400, 401, 403, 404, 451)
"""Status codes of answers that stay the same however often they are called for."""

Arrival = tuple[int, Any]
"""Time of receipt in nanoseconds, and what was received: text of a frame, what was put, or the
``Moment`` at which the receiver's clock was found to be set."""


class LostError(Exception):
    """The connection is of no use any more; the message says why."""


class Sockets:
    """Websockets of a venue.

    Parameters
    ----------
    connections : what is opened
    silence : seconds without a frame after which a websocket counts as lost
    clock : ReceiverClock of the feed
    """

    def __init__(
        self, connections: Sequence[Connection], silence: float, clock: ReceiverClock
    ) -> None:
        self._connections = connections
        self._silence = silence
        self._clock = clock
        self._arrived: asyncio.Queue[Arrival | Exception | None] = asyncio.Queue(MOST_WAITING)
        self._sockets: list[Any] = []
        self._readers: list[asyncio.Task[None]] = []
        self._heard: list[float] = []
        self._n_at_once = 0

    async def open(self) -> None:
        """Open all websockets, and send what each begins with.

        Raises
        ------
        LostError
            If one cannot be opened.
        RefusedError
            If the venue refuses it.
        """
        for number, connection in enumerate(self._connections):
            socket = await opened(connection.url)
            self._sockets.append(socket)
            self._heard.append(asyncio.get_running_loop().time())
            self._readers.append(asyncio.create_task(self._read(number)))
            for message in connection.messages:
                await self.send(message, number)

    async def close(self) -> None:
        """Close all websockets, and end ``arrival``."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        for socket in self._sockets:
            await socket.close()
        with suppress(asyncio.QueueFull):  # nothing waits for an arrival if many are there
            self._arrived.put_nowait(None)

    async def send(self, message: str, number: int = 0) -> None:
        """Send a message on one of the websockets; one that was closed is noticed by its reader."""
        from websockets.exceptions import ConnectionClosed

        with suppress(ConnectionClosed):
            await self._sockets[number].send(message)

    async def put(self, value: Any) -> None:
        """Let a value arrive as if it had been received now."""
        moment = self._clock.read()
        if moment.step:
            await self._arrived.put((moment.interruption_time, moment))
        await self._arrived.put((moment.time, value))

    async def fail(self, error: Exception) -> None:
        """Let an error be raised by ``arrival``."""
        await self._arrived.put(error)

    async def arrival(self) -> Arrival | None:
        """Return what arrives next; None if the websockets were closed.

        Raises
        ------
        LostError
            If a websocket was closed by the venue, or has been silent for too long.
        """
        arrived: Arrival | Exception | None
        while True:
            if self._is_silent:
                # frames that are there have to be read first, if others kept the process busy
                await asyncio.sleep(GRACE)
                if self._is_silent:
                    raise LostError(f"nothing was received for {self._silence:g} s")
            try:
                arrived = self._arrived.get_nowait()
                self._n_at_once += 1
                if self._n_at_once % AT_ONCE == 0:
                    await asyncio.sleep(0)
                break
            except asyncio.QueueEmpty:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._deadline):
                        arrived = await self._arrived.get()
                        break
        if isinstance(arrived, Exception):
            raise arrived
        return arrived

    @property
    def _deadline(self) -> float:
        """Time of the loop's clock at which the websocket that was heard first counts as silent."""
        return min(self._heard) + self._silence

    @property
    def _is_silent(self) -> bool:
        """True if a websocket has been silent for too long."""
        return asyncio.get_running_loop().time() > self._deadline

    async def _read(self, number: int) -> None:
        """Read frames of a websocket until it is closed."""
        from websockets.exceptions import ConnectionClosed

        socket = self._sockets[number]
        clock = asyncio.get_running_loop().time
        while True:
            try:
                text = await socket.recv()
            except ConnectionClosed as error:
                await self.fail(LostError(f"the connection was closed ({error})"))
                return
            self._heard[number] = clock()
            await self.put(text)


async def opened(url: str) -> Any:
    """Return an open websocket.

    Raises
    ------
    LostError
        If it cannot be opened.
    RefusedError
        If the venue refuses it.
    """
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus, WebSocketException

    try:
        return await connect(
            url,
            open_timeout=SECONDS_TO_OPEN,
            close_timeout=SECONDS_TO_CLOSE,
            max_size=LARGEST_FRAME,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        if status in REFUSALS:
            raise RefusedError(f"{url[:200]} is refused: HTTP {status}.") from error
        raise LostError(f"no connection: HTTP {status}") from error
    except (OSError, TimeoutError, WebSocketException) as error:
        raise LostError(f"no connection ({type(error).__name__}: {error})") from error


def check_websockets() -> None:
    """Name the extra if the package that opens websockets is not installed."""
    try:
        import websockets  # noqa: F401
    except ImportError as error:
        raise MissingDataError(
            "A live feed needs the package websockets. Install it with pip install "
            '"hedgeresearch[live]".'
        ) from error


async def answer_of(url: str) -> Any:
    """Return the decoded answer of an address.

    Raises
    ------
    LostError
        If there is none.
    RefusedError
        If the venue refuses it, as an unknown symbol.
    """
    return await asyncio.to_thread(_answer, url)


def _answer(url: str) -> Any:
    request = Request(url, headers={"User-Agent": "hedgeresearch"})
    try:
        with urlopen(request, timeout=SECONDS_TO_OPEN) as response:
            return json.load(response)
    except HTTPError as error:
        text = error.read(200).decode(errors="replace")
        if error.code in REFUSALS:
            raise RefusedError(f"{url} is refused: HTTP {error.code} {text}") from error
        raise LostError(f"no snapshot: HTTP {error.code} {text}") from error
    except (OSError, ValueError, HTTPException) as error:
        raise LostError(f"no snapshot ({type(error).__name__}: {error})") from error
