"""The clock of the receiver, and by how much it was set."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

LEAST_STEP = 50_000_000
"""Nanoseconds from which on a clock counts as set; what is less is drift or correction of it."""
SECOND = 1_000_000_000
"""Nanoseconds."""


class Moment(NamedTuple):
    """A time of receipt.

    Attributes
    ----------
    time : int, nanoseconds since 1970 in UTC
    step : int, nanoseconds by which the clock was set since it was read before; negative where it
        was set back, zero where it went on
    """

    time: int
    step: int

    @property
    def interruption_time(self) -> int:
        """Time of the interruption that a step is.

        A clock that was set forward: the time by the clock as it was, so that no bar ends with a
        price whose age is that of the new clock. One that was set back: the new time.
        """
        return min(self.time, self.time - self.step)

    @property
    def reason(self) -> str:
        """Reason of the interruption, in words."""
        seconds = abs(self.step) / SECOND
        if self.step < 0:
            return f"the receiver's clock was set back by {seconds:.3g} s"
        return (
            f"the receiver's clock was set forward by {seconds:.3g} s, or the machine was suspended"
        )


class ReceiverClock:
    """The clock of the receiver, compared with one that is never set.

    Parameters
    ----------
    wall : function that returns the time, nanoseconds since 1970 in UTC
    steady : function that returns nanoseconds of a clock that is never set

    Examples
    --------
    >>> from hedgeresearch.feeds.receiver_clock import ReceiverClock
    >>> times = iter([0, 1_000, 3_000_002_000])
    >>> clock = ReceiverClock(lambda: next(times), lambda: 0)
    >>> [clock.read().step for _ in range(3)]
    [0, 0, 3000001000]
    """

    def __init__(
        self,
        wall: Callable[[], int] = time.time_ns,
        steady: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._least: int | None = None
        self._most = 0

    def now(self) -> int:
        """Return the time, without a look at whether the clock was set."""
        return self._wall()

    def read(self) -> Moment:
        """Return the time, and by how much the clock was set since this was called before."""
        before = self._steady()
        now = self._wall()
        after = self._steady()
        # the process may rest between two of the three: the difference lies between these two
        least = now - after
        most = now - before
        step = 0
        if self._least is not None:
            if least > self._most + LEAST_STEP:
                step = least - self._most
            elif most < self._least - LEAST_STEP:
                step = most - self._least
        self._least = least
        self._most = most
        return Moment(now, step)
