"""The protocol of a column of the market: its number now, and whether it can be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hedgeresearch.feeds.feed import Event
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.decision import Known, Problem
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""
WINDOW = 600 * NANOSECONDS
"""Time over which the least latency is found."""


@dataclass(frozen=True)
class Tolerances:
    """Limits beyond which a price is not relied on.

    Parameters
    ----------
    max_age : seconds since it was received
    max_delay : seconds by which it came later than the fastest event of its source
    """

    max_age: float
    max_delay: float


class ColumnState(Protocol):
    """A column of the market as events of its source have left it.

    A new kind of leg is a frozen class with a ``source`` and a ``state(column, start)`` that
    returns one of these; nothing else in the package needs to know it.
    """

    column: str

    @property
    def known(self) -> Known:
        """A price or rate, when it was received, and its delay."""

    @property
    def liquidity(self) -> Liquidity | None:
        """Cost and capacity now; None where they are not measured."""

    @property
    def notes(self) -> list[str]:
        """Sentences on the number of the next bar; usually none."""

    def apply(self, event: Event) -> None:
        """Keep an event of the source."""

    def problem(self, time: int, tolerances: Tolerances) -> Problem | None:
        """Return why there is no number at a time; None if there is one."""

    def number(self, time: int) -> float:
        """Return the number of the bar that ends at a time, when there is no problem."""

    def start_bar(self) -> None:
        """Begin the next bar: the number of the last one is part of the market."""

    def set_clock(self, step: int) -> None:
        """Move times of receipt by a step of the receiver's clock, and measure delays again.

        Parameters
        ----------
        step : nanoseconds by which the clock was set
        """


@runtime_checkable
class Input(Protocol):
    """A source of the numbers of a column."""

    @property
    def source(self) -> Source:
        """Source of the events."""

    def state(self, column: str, start: int) -> ColumnState:
        """Return the state of a column before any event.

        Parameters
        ----------
        column : name of the column of the market
        start : nanoseconds, last date of the market
        """


class Latencies:
    """Least latency of a while, above which others are counted.

    The clocks of venue and receiver differ, so that only differences of latencies are known; and
    they drift, so that the least one is that of the last ten to twenty minutes.
    """

    def __init__(self) -> None:
        self._began: int | None = None
        self._least = (0, 0)

    def excess(self, latency: int, time: int) -> int:
        """Return by how much a latency is above the least one."""
        before, now = self._least
        if self._began is None:
            self._began = time
            before = now = latency
        elif time - self._began > WINDOW:
            self._began = time
            before = now
            now = latency
        self._least = (before, min(now, latency))
        return latency - min(self._least)
