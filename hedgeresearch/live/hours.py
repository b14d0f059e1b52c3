"""Hours in which a market is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError

MAX_DAYS = 370
"""Days within which a market must open again."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class TradingHours:
    """Hours and days on which a market is open; there is no advice for a leg that is closed.

    Parameters
    ----------
    opens, closes : str
        Times of the day, such as "09:30" and "16:00". A market that closes at or before the time at
        which it opens closes on the next day: "18:00" to "17:00".
    zone : str
        Time zone, such as "America/New_York".
    days : str
        Days on which it opens, of "Mon Tue Wed Thu Fri Sat Sun".
    holidays : sequence of str
        Dates, such as "2026-12-25", on which it does not open.

    Raises
    ------
    DataError
        If a time, day, zone or date cannot be read, or it opens on no day.

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.live import TradingHours
    >>> stocks = TradingHours("09:30", "16:00", "America/New_York")
    >>> saturday = pd.Timestamp("2026-03-07 12:00", tz="UTC").value
    >>> stocks.is_open(saturday)
    False
    >>> stocks.closed_text(saturday)
    'the market is closed until 2026-03-09 13:30 UTC'
    """

    opens: str
    closes: str
    zone: str
    days: str = "Mon Tue Wed Thu Fri"
    holidays: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "holidays", tuple(self.holidays))
        try:
            self._first, self._last  # noqa: B018 (read to check them)
            self._closed_days, self._zone  # noqa: B018
        except (ValueError, KeyError, OSError) as error:
            raise DataError(
                f"opens and closes must be times such as '09:30', zone one such as "
                f"'America/New_York', holidays dates such as '2026-12-25'; {error}."
            ) from None
        unknown = set(self.days.split()) - set(DAYS)
        if unknown or not self.days.split():
            raise DataError(f"days must be some of {' '.join(DAYS)}; got {self.days!r}.")

    def is_open(self, moment: int) -> bool:
        """Return whether the bar that ends at a time, nanoseconds since 1970 in UTC, is traded."""
        # what ends when the market opens was not traded
        local = self._local(moment - 1)
        day = local.date()
        clock = local.time()
        if not self._is_overnight:
            return self._opens_on(day) and self._first <= clock < self._last
        if clock >= self._first:
            return self._opens_on(day)
        return clock < self._last and self._opens_on(day - timedelta(days=1))

    def closed_text(self, moment: int) -> str:
        """Return until when the market is closed, in words."""
        local = self._local(moment)
        for n_days in range(MAX_DAYS):
            day = local.date() + timedelta(days=n_days)
            opening = datetime.combine(day, self._first, self._zone)
            if self._opens_on(day) and opening >= local:
                in_utc = opening.astimezone(UTC)
                return f"the market is closed until {in_utc:%Y-%m-%d %H:%M} UTC"
        return "the market is closed, and opens on no day of the next year"

    def _local(self, moment: int) -> datetime:
        """Return a time on the market's clock, to the microsecond below."""
        # not from a float of seconds, which rounds
        utc = EPOCH + timedelta(microseconds=moment // 1_000)
        return utc.astimezone(self._zone)

    def _opens_on(self, day: date) -> bool:
        return DAYS[day.weekday()] in self.days.split() and day not in self._closed_days

    @property
    def _first(self) -> time:
        return time.fromisoformat(self.opens)

    @property
    def _last(self) -> time:
        return time.fromisoformat(self.closes)

    @property
    def _is_overnight(self) -> bool:
        return self._last <= self._first

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def _closed_days(self) -> frozenset[date]:
        return frozenset(map(date.fromisoformat, self.holidays))


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Names of days, as they are written in ``days``."""
