"""Orders behind trades: fills at one time are one order, and large ones come in bursts."""

from __future__ import annotations

import numpy as np

from hedgeresearch.microstructure.events import MarketEvent, Trade
from hedgeresearch.typing import Array, Mask

BURST = 1_000_000_000
"""Time after a large trade within which others belong to it, nanoseconds."""


def orders_in(events: list[MarketEvent]) -> tuple[Array, Array, Array]:
    """Return times, sizes and sides of orders; fills of one side at one time are one."""
    times: list[int] = []
    sizes: list[float] = []
    sides: list[int] = []
    last: tuple[int, int] | None = None
    for event in events:
        if not isinstance(event, Trade):
            continue
        dated = event.receive_time if event.event_time is None else event.event_time
        if (dated, event.side) == last:
            sizes[-1] += event.size
            continue
        last = (dated, event.side)
        times.append(event.receive_time)
        sizes.append(event.size)
        sides.append(event.side)
    return np.array(times, dtype=np.int64), np.array(sizes), np.array(sides)


def first_of_bursts(times: Array, large: Mask) -> Mask:
    """Return which large trades do not follow another within a second."""
    chosen = np.flatnonzero(large)
    since = np.diff(times[chosen], prepend=-BURST - 1)
    first = np.zeros(len(large), dtype=bool)
    first[chosen[since > BURST]] = True
    return first
