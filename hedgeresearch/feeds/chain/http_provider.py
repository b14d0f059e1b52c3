"""A provider of web3 for addresses that begin with http, with one connection of its own.

The provider of web3 opens a connection for each request, and all of its instances share a lock
across threads, which they keep while they wait: a program that reads a chain in one thread while a
feed waits in another one would stop for good.
"""

from __future__ import annotations

import asyncio
from typing import Any

SECONDS = 30.0
"""Longest time of a request."""


def http_provider(address: str) -> Any:
    """Return the provider of an address."""
    from aiohttp import ClientSession, ClientTimeout
    from web3 import AsyncHTTPProvider

    class OwnConnection(AsyncHTTPProvider):
        """Provider whose requests use one session, of the loop that makes the first one.

        Of several requests at once the rest may begin when one has failed and the node is closed:
        a session of theirs would never be closed.
        """

        _session: ClientSession | None = None
        _is_closed = False

        async def _make_request(self, method: Any, request_data: bytes) -> bytes:
            if self._is_closed:
                raise ConnectionError("the connection was closed")
            if self._session is None:
                self._session = ClientSession(timeout=ClientTimeout(SECONDS), raise_for_status=True)
            headers = self.get_request_headers()
            async with self._session.post(address, data=request_data, headers=headers) as response:
                return await response.read()

        async def disconnect(self) -> None:
            self._is_closed = True
            session = self._session
            self._session = None
            if session is not None:
                await session.close()
                await asyncio.sleep(0)  # the loop closes the connection in its next turn

    return OwnConnection(address)
