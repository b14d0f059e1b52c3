"""The latest price of a pool or of an oracle, and what is wrong with it."""

from __future__ import annotations

from hedgeresearch.feeds.feed import Event
from hedgeresearch.live.prices import Fault
from hedgeresearch.onchain.chain_events import (
    BlockWithdrawn,
    OracleReading,
    PoolState,
    PoolSwap,
)


class ChainPrice:
    """The price by the last event of a pool or an oracle.

    Parameters
    ----------
    base : name of the token whose price it is, for a pool; None is token 0
    """

    def __init__(self, base: str | None) -> None:
        self._base = base
        self._last: PoolState | PoolSwap | OracleReading | None = None

    def apply(self, event: Event) -> bool:
        """Keep an event, and return whether it brings a price."""
        if not isinstance(event, PoolState | PoolSwap | OracleReading):
            return False
        self._last = event
        return True

    def loss(self, event: Event) -> str:
        """Return that the block of the last price was withdrawn; "" if it was not."""
        if not isinstance(event, BlockWithdrawn) or self._last is None:
            return ""
        if self._last.block.hash != event.block.hash:
            return ""
        return f"block {event.block.number:,}, which the last price is of, was withdrawn"

    def forget(self, reason: str) -> None:
        """Give up the price."""
        self._last = None

    @property
    def price(self) -> float | None:
        """Price of the base token, or the oracle's; None if nothing has come."""
        if self._last is None:
            return None
        if isinstance(self._last, OracleReading):
            return self._last.price
        return self._last.price_of(self._base or self._last.pool.token0.name)

    def fault(self, time: int) -> Fault | None:
        """Return why an oracle must not be used at a time, nanoseconds, or a pool has no price."""
        if isinstance(self._last, PoolState | PoolSwap) and not self._last.pool.liquidity > 0:
            return "invalid", "the pool has no liquidity at its price, which a swap moves freely"
        if not isinstance(self._last, OracleReading):
            return None
        wrong = self._last.problem_at(time)
        return None if wrong is None else ("oracle", wrong)
