"""Events of a feed until a condition holds."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from hedgeresearch.feeds import Feed


def events_of(
    feed: Feed,
    until: Callable[[list[Any]], bool],
    *,
    seconds: float = 10.0,
) -> list[Any]:
    """Return the events of a feed until a condition on them holds; fail if it never does."""

    async def read() -> list[Any]:
        found: list[Any] = []
        end = time.monotonic() + seconds
        async with aclosing(feed.events()) as events:
            async for sourced in events:
                found.append(sourced)
                if until(found):
                    break
                assert time.monotonic() < end, f"not within {seconds} s: {found[-3:]}"
        await feed.aclose()
        return found

    return asyncio.run(asyncio.wait_for(read(), 2.0 * seconds))
