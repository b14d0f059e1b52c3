"""Payments of funding that are missing or assumed since the last bar, and sentences on them."""

from __future__ import annotations

import pandas as pd

HOUR = 3_600_000_000_000
"""Nanoseconds in an hour."""
MOST_NAMED = 3
"""Number of payments up to which each is named."""


class FundingNotes:
    """Payments since the last bar that are known only in part.

    Attributes
    ----------
    n_unknown : int, payments before the first rate, counted as zero
    unknown_hours : float, hours of funding before the first rate, counted as zero
    """

    def __init__(self) -> None:
        self.n_unknown = 0
        self.unknown_hours = 0.0
        self._assumed: list[tuple[int, float]] = []
        self._assumed_hours = 0.0
        self._assumed_rate = 0.0
        self._open: list[tuple[int, int]] = []

    def assume(self, time: int, rate: float) -> None:
        """Note a payment that fell into a time without rates, and the rate that it was paid at."""
        self._assumed.append((time, rate))

    def assume_hours(self, hours: float, rate: float) -> None:
        """Note hours without rates in which funding is paid all the time."""
        self._assumed_hours += hours
        self._assumed_rate = rate

    def leave_open(self, start: int, end: int) -> None:
        """Note a span in which there may be payments that the venue's messages do not show."""
        self._open.append((start, end))

    def sentences(self, column: str) -> list[str]:
        """Return the sentences on a column of funding."""
        found = []
        if self.unknown_hours > 1.0:
            found.append(
                f"funding of {self.unknown_hours:.3g} hours is missing, from before a rate was "
                "received, and counted as zero."
            )
        if self.n_unknown:
            payments = "payment is" if self.n_unknown == 1 else "payments are"
            found.append(
                f"{self.n_unknown} funding {payments} missing, from before a rate was received, "
                "and counted as zero."
            )
        if self._assumed:
            found.append(self._assumed_sentence())
        if self._assumed_hours:
            found.append(
                f"funding of {self._assumed_hours:.3g} hours without rates is assumed at the last "
                f"rate before, {self._assumed_rate:.4%}."
            )
        for start, end in self._open:
            found.append(
                f"funding payments between {_when(start)} and {_when(end)} UTC are not known and "
                "counted as zero, as the venue states no interval: give interval_hours to its leg."
            )
        return [f"{column}: {sentence}" for sentence in found]

    def _assumed_sentence(self) -> str:
        """Return that payments without a rate of their own are assumed, and which."""
        n_payments = len(self._assumed)
        named = [f"{_when(time)} UTC at {rate:.4%}" for time, rate in self._assumed[:MOST_NAMED]]
        if n_payments > MOST_NAMED:
            last, rate = self._assumed[-1]
            named[MOST_NAMED - 1] = f"and so on until {_when(last)} UTC at {rate:.4%}"
        verb = "payment without a rate is" if n_payments == 1 else "payments without rates are"
        return (
            f"{n_payments} funding {verb} assumed at the last rate before, not received: "
            f"{', '.join(named)}."
        )


def _when(time: int) -> str:
    """Return a time to the minute."""
    return f"{pd.Timestamp(time, tz='UTC'):%Y-%m-%d %H:%M}"
