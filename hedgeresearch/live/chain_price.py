"""The latest price of a pool or of an oracle, and what is wrong with it."""

from __future__ import annotations

from hedgeresearch.onchain.chain_events import (
    BlockWithdrawn,
    ChainEvent,
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

    def receive(self, event: ChainEvent) -> bool:
        """Keep an event, and return whether it brings a price."""
        if not isinstance(event, PoolState | PoolSwap | OracleReading):
            return False
        self._last = event
        return True

    def is_lost_with(self, event: BlockWithdrawn) -> bool:
        """Return whether the last price is of a block that is withdrawn."""
        return self._last is not None and self._last.block.hash == event.block.hash

    def forget(self) -> None:
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

    def problem_at(self, time: int) -> str | None:
        """Return why an oracle must not be used at a time, nanoseconds; None for a pool."""
        return self._last.problem_at(time) if isinstance(self._last, OracleReading) else None
