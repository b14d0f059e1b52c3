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
from hedgeresearch.live.funding_notes import HOUR, FundingNotes
from hedgeresearch.microstructure.events import FundingRate, Interruption
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity

SHORTEST = 1.0 / 60.0
"""Hours of the shortest interval between payments."""
MOST_BEHIND = 60 * NANOSECONDS
"""Nanoseconds by which the receiver's clock may be behind the venue's at a payment."""


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class FundingLeg:
    """The source of a column of funding: the share of its worth that a long paid over the bar.

    A venue that states the time of its next payment pays the last rate received before it; one that
    does not pays all the time, in proportion to the time that has passed. A rate for the payment
    after it shows that one was made, where the receiver's clock is behind the venue's. Payments
    during bars without advice are in the next bar with advice. Those that fell into a time without
    rates are assumed at the last rate before it, and those that cannot be known count as zero; the
    notes of the decision name both.

    Parameters
    ----------
    source : Source of the rates; it may be that of a price, too
    max_age : float, seconds after which a rate is too old
    interval_hours : float > 1 / 60, hours from one payment to the next, of a venue that states
        only the next

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
            check_between(self.interval_hours, "interval_hours", SHORTEST, math.inf)

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
        self._received = 0
        self._next: int | None = None
        self._settled = start
        self._paid = 0.0
        self._notes = FundingNotes()
        self._interruption = ""
        self._interrupted: int | None = None
        self._paid_at = start

    @property
    def known(self) -> Known:
        """The last rate and its time."""
        if self._rate is None:
            return Known(None, None, None)
        return Known(self._rate.rate, self._received, None)

    @property
    def liquidity(self) -> Liquidity | None:
        """Cost and capacity: a rate has none."""
        return None

    @property
    def notes(self) -> list[str]:
        """Sentences on payments whose rate was not received."""
        return self._notes.sentences(self.column)

    def number(self, time: int) -> float:
        """Return what was paid since the last bar of the market."""
        self._settle(time)
        return self._paid

    def start_bar(self) -> None:
        """Begin the next bar: what was paid is part of the market."""
        self._paid = 0.0
        self._notes = FundingNotes()

    def apply(self, event: Event) -> None:
        """Keep a rate; what was paid by the one before is settled first."""
        if isinstance(event, Interruption):
            self._interrupt(f"no funding rate has been received since: {event.reason}", event)
        if not isinstance(event, FundingRate):
            return
        wrong = _fault(event)
        if wrong:
            self._interrupt(wrong, event)
            return
        known_until = self._known_until(event)
        self._settle(known_until)
        if self._rate is None:
            self._count_unknown(event)
        elif self._next is None and (event.next_time or 0) > event.receive_time:
            self._leave_open(known_until)
        self._settled = max(self._settled, event.receive_time)
        self._rate = event
        self._received = event.receive_time
        self._next = self._payment_after(event)
        self._interruption = ""
        self._interrupted = None

    def set_clock(self, step: int) -> None:
        """Move the time of receipt by a step of the receiver's clock; payments have the venue's."""
        self._received += step
        if self._interrupted is not None:
            self._interrupted += step

    def problem(self, time: int, tolerances: Tolerances) -> Problem | None:
        """Return why the funding is not known at a time."""
        rate = self._rate
        if self._interruption:
            return Problem("funding", self.column, self._interruption)
        if rate is None:
            return Problem("funding", self.column, "no funding rate has been received")
        if rate.next_time is None and rate.interval_hours is None:
            text = "the venue states neither the next payment nor the hours that the rate is for"
            return Problem("funding", self.column, text)
        age = (time - self._received) / NANOSECONDS
        if age > self._max_age:
            return Problem("funding", self.column, f"the last funding rate is {age:.3g} s old")
        return None

    def _settle(self, time: int) -> None:
        """Add what the last rate has paid up to a time."""
        rate = self._rate
        if rate is None or time <= self._settled:
            return
        unheard = self._unheard_from
        if rate.next_time is None and rate.interval_hours:
            self._paid += rate.rate * (time - self._settled) / (rate.interval_hours * HOUR)
            hours = (time - max(unheard, self._settled)) / HOUR
            if hours > 0.0:
                self._notes.assume_hours(hours, rate.rate)
        while self._next is not None and self._next <= time:
            self._paid += rate.rate
            if self._next > unheard:
                self._notes.assume(self._next, rate.rate)
            self._paid_at = self._next
            interval = self._interval(rate)
            self._next = None if interval is None else self._next + interval
        self._settled = time

    @property
    def _unheard_from(self) -> int:
        """Time from which on no rate is known: that of an interruption, or when it is too old."""
        old = self._received + round(self._max_age * NANOSECONDS)
        return old if self._interrupted is None else min(self._interrupted, old)

    def _interrupt(self, reason: str, event: FundingRate | Interruption) -> None:
        """Note that rates are not known from an event on."""
        self._interruption = reason
        if self._interrupted is None:
            self._interrupted = event.receive_time

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
        if payment is None or payment > self._settled:
            return payment
        # the venue still states one that is settled
        interval = self._interval(rate)
        if interval is None:
            return None
        return payment + ((self._settled - payment) // interval + 1) * interval

    def _interval(self, rate: FundingRate) -> int | None:
        """Return the nanoseconds from one payment to the next; None if nothing says them."""
        hours = rate.interval_hours or self._interval_hours
        return None if hours is None else round(hours * HOUR)

    def _count_unknown(self, first: FundingRate) -> None:
        """Count the payments between the last date of the market and the first rate."""
        if first.next_time is None:
            self._notes.unknown_hours = max(first.receive_time - self._settled, 0) / HOUR
            return
        interval = self._interval(first)
        if interval is None:
            self._leave_open(first.receive_time)
            return
        before = first.next_time - 1 - self._settled
        self._notes.n_unknown = max(before // interval, 0)

    def _leave_open(self, end: int) -> None:
        """Note that there may have been payments since the last one; none within an hour."""
        if end - self._paid_at > HOUR:
            self._notes.leave_open(self._paid_at, end)
        self._paid_at = max(self._paid_at, end)


def _fault(rate: FundingRate) -> str:
    """Return why a rate cannot be, in words; "" if it can."""
    if not math.isfinite(rate.rate):
        return f"a funding rate of {rate.rate:g} cannot be"
    hours = rate.interval_hours
    if hours is not None and not SHORTEST < hours < math.inf:
        return f"a funding rate for {hours:g} hours cannot be"
    return ""
