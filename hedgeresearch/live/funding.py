"""Funding of a perpetual contract, from the rates that a venue sends."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.feeds.feed import Event
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.column import NANOSECONDS, Tolerances
from hedgeresearch.live.decision import Known, Problem
from hedgeresearch.microstructure.events import FundingRate, Interruption
from hedgeresearch.recommendation.inputs.liquidity import Liquidity

HOUR = 3600 * NANOSECONDS
"""Nanoseconds in an hour."""
MOST_BEHIND = 60 * NANOSECONDS
"""Nanoseconds by which the receiver's clock may be behind the venue's at a payment."""


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class FundingLeg:
    """The source of a column of funding: the share of its worth that a long paid over the bar.

    A venue that states the time of its next payment pays the last rate received before it; one that
    does not pays all the time, in proportion to the time that has passed. A rate for the payment
    after it shows that one was made, where the receiver's clock is behind the venue's. Payments
    during bars without advice are in the next bar with advice.

    Parameters
    ----------
    source : Source of the rates; it may be that of a price, too
    max_age : float, seconds after which a rate is too old
    interval_hours : float, hours from one payment to the next, of a venue that states only the next

    Examples
    --------
    >>> from hedgeresearch.feeds import Source
    >>> from hedgeresearch.live import FundingLeg
    >>> leg = FundingLeg(Source("binance-usd-m", "BTCUSDT"))
    >>> leg.state("PERP_FUNDING", start=0).known.price is None
    True
    """

    source: Source
    max_age: float = 3600.0
    interval_hours: float | None = None

    def __post_init__(self) -> None:
        check_between(self.max_age, "max_age", 0.0, math.inf)
        if self.interval_hours is not None:
            check_between(self.interval_hours, "interval_hours", 0.0, math.inf)

    def state(self, column: str, start: int) -> FundingState:
        """Return the state of the column before any rate."""
        return FundingState(column, self.max_age, start, self.interval_hours)


class FundingState:
    """The funding paid since the last bar of the market, and the rate that is paid next."""

    def __init__(
        self, column: str, max_age: float, start: int, interval_hours: float | None = None
    ) -> None:
        self.column = column
        self._max_age = max_age
        self._interval_hours = interval_hours
        self._rate: FundingRate | None = None
        self._next: int | None = None
        self._settled = start
        self._paid = 0.0
        self._n_unknown = 0
        self._unknown_hours = 0.0
        self._interruption = ""

    @property
    def known(self) -> Known:
        """The last rate and its time."""
        if self._rate is None:
            return Known(None, None, None)
        return Known(self._rate.rate, self._rate.receive_time, None)

    @property
    def liquidity(self) -> Liquidity | None:
        """Cost and capacity: a rate has none."""
        return None

    @property
    def notes(self) -> list[str]:
        """Sentences on payments whose rate was not received."""
        if self._unknown_hours > 1.0:
            return [
                f"{self.column}: funding of {self._unknown_hours:.3g} hours is missing, from "
                "before a rate was received, and counted as zero."
            ]
        if not self._n_unknown:
            return []
        payments = "payment is" if self._n_unknown == 1 else "payments are"
        return [
            f"{self.column}: {self._n_unknown} funding {payments} missing, from before a rate was "
            "received, and counted as zero."
        ]

    def number(self, time: int) -> float:
        """Return what was paid since the last bar of the market."""
        self._settle(time)
        return self._paid

    def start_bar(self) -> None:
        """Begin the next bar: what was paid is part of the market."""
        self._paid = 0.0
        self._n_unknown = 0
        self._unknown_hours = 0.0

    def apply(self, event: Event) -> None:
        """Keep a rate; what was paid by the one before is settled first."""
        if isinstance(event, Interruption):
            self._interruption = event.reason
        if not isinstance(event, FundingRate):
            return
        self._settle(self._known_until(event))
        if self._rate is None:
            self._count_unknown(event)
        self._settled = max(self._settled, event.receive_time)
        self._rate = event
        self._next = self._payment_after(event)
        self._interruption = ""

    def forget_latencies(self) -> None:
        """Delays of rates are not measured."""

    def problem(self, time: int, tolerances: Tolerances) -> Problem | None:
        """Return why the funding is not known at a time."""
        rate = self._rate
        if rate is None:
            return Problem("funding", self.column, "no funding rate has been received")
        if self._interruption:
            text = f"no funding rate has been received since: {self._interruption}"
            return Problem("funding", self.column, text)
        if not math.isfinite(rate.rate):
            return Problem("funding", self.column, f"a funding rate of {rate.rate:g} cannot be")
        if rate.next_time is None and rate.interval_hours is None:
            text = "the venue states neither the next payment nor the hours that the rate is for"
            return Problem("funding", self.column, text)
        age = (time - rate.receive_time) / NANOSECONDS
        if age > self._max_age:
            return Problem("funding", self.column, f"the last funding rate is {age:.3g} s old")
        return None

    def _settle(self, time: int) -> None:
        """Add what the last rate has paid up to a time."""
        rate = self._rate
        if rate is None or time <= self._settled:
            return
        if rate.next_time is None and rate.interval_hours:
            self._paid += rate.rate * (time - self._settled) / (rate.interval_hours * HOUR)
        while self._next is not None and self._next <= time:
            self._paid += rate.rate
            self._next = self._after(self._next, rate)
        self._settled = time

    def _known_until(self, rate: FundingRate) -> int:
        """Return the time up to which a rate shows that payments have been made."""
        received = rate.receive_time
        due = self._next
        if due is None or rate.next_time is None or rate.next_time <= due:
            return received
        return due if received < due <= received + MOST_BEHIND else received

    def _payment_after(self, rate: FundingRate) -> int | None:
        """Return the time of the first payment after a rate was received."""
        payment = rate.next_time
        while payment is not None and payment <= self._settled:
            payment = self._after(payment, rate)  # the venue still states one that is settled
        return payment

    def _after(self, payment: int, rate: FundingRate) -> int | None:
        """Return the time of the payment after one; None if the venue does not say."""
        hours = rate.interval_hours or self._interval_hours
        return None if hours is None else payment + round(hours * HOUR)

    def _count_unknown(self, first: FundingRate) -> None:
        """Count the payments between the last date of the market and the first rate."""
        if first.next_time is None:
            self._unknown_hours = max(first.receive_time - self._settled, 0) / HOUR
            return
        hours = first.interval_hours or self._interval_hours
        if hours is None:
            return
        before = first.next_time - 1 - self._settled
        interval = round(hours * HOUR)
        self._n_unknown = max(before // interval, 0)
