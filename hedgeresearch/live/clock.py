"""The receiver's clock and the ends of bars on it."""

from __future__ import annotations

from typing import Literal

Reading = Literal["on", "back", "behind", "again"]
"""The clock goes on; has just gone back; is still behind; has caught up again."""


class BarClock:
    """Ends of bars of one length, by times that should not decrease.

    Parameters
    ----------
    length : nanoseconds of a bar

    Attributes
    ----------
    end : int, nanoseconds, end of the bar that is open; None before the first time
    latest : int, nanoseconds, the latest time read; None before the first
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self.end: int | None = None
        self.latest: int | None = None
        self._is_behind = False

    def read(self, time: int) -> Reading:
        """Note the time of an event."""
        was_behind = self._is_behind
        self._is_behind = self.latest is not None and time < self.latest
        if self._is_behind:
            return "behind" if was_behind else "back"
        self.latest = time
        return "again" if was_behind else "on"

    def open_bar(self, time: int, last_date: int) -> int:
        """Open the bar that holds a time, after the last date of the market; return its end."""
        n_bars = -((last_date - time) // self.length)
        self.end = last_date + max(n_bars, 1) * self.length
        return self.end

    def next_bar(self) -> int:
        """Open the bar after the one that is open, and return its end."""
        assert self.end is not None  # a bar is open
        self.end += self.length
        return self.end
