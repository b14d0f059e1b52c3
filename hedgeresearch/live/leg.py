"""A leg of a hedge: where the price of a column comes from, and whether it can be relied on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Event
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.chain_price import ChainPrice
from hedgeresearch.live.decision import Known, Problem, ProblemKind
from hedgeresearch.microstructure.events import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Interruption,
    Quote,
    Trade,
)
from hedgeresearch.microstructure.order_book import OrderBook
from hedgeresearch.microstructure.sequence import SequenceRule
from hedgeresearch.onchain.chain_events import BlockWithdrawn, ChainEvent

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""
WINDOW = 600 * NANOSECONDS
"""Time over which the least latency is found."""


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class Leg:
    """The source of the price of a column of the market.

    Parameters
    ----------
    source : Source of the events
    rule : SequenceRule of the venue, if the price is the mid of the book that is kept from
        snapshots and updates; by default it is the mid of the last quote, or the price of the last
        state of a pool or reading of an oracle
    base : name of the token whose price it is, in the other one, if the source is a pool; by
        default token 0
    """

    source: Source
    rule: SequenceRule | None = None
    base: str | None = None


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


class LegState:
    """The latest price of a leg, and what is wrong with it."""

    def __init__(self, column: str, leg: Leg) -> None:
        self.column = column
        self._book = None if leg.rule is None else OrderBook(leg.rule)
        self._chain = ChainPrice(leg.base)
        self._quote: Quote | None = None
        self._heard: int | None = None
        self._priced: int | None = None
        self._delay: float | None = None
        self._latencies = Latencies()
        self._interruption = ""

    @property
    def price(self) -> float | None:
        """Mean of the best bid and ask, or price of a pool or oracle; None if there is none."""
        if self._book is not None:
            return self._book.mid
        if self._chain.price is not None:
            return self._chain.price
        quote = self._quote
        if quote is None or not 0.0 < quote.bid < quote.ask < math.inf:
            return None
        return 0.5 * (quote.bid + quote.ask)

    @property
    def known(self) -> Known:
        """Price, its time and its delay."""
        return Known(self.price, self._priced, self._delay)

    def apply(self, event: Event) -> None:
        """Keep an event of the leg's source."""
        if isinstance(event, Interruption):
            self._interrupt(event)
            return
        self._heard = event.receive_time
        if isinstance(event, Trade | FundingRate):
            return
        if isinstance(event, ChainEvent):
            self._receive(event)
            return
        if isinstance(event, Quote):
            if self._book is None:
                self._quote = event
                self._note(event)
        elif self._book is not None and self._book.receive(event):
            self._note(event)

    def forget_latencies(self) -> None:
        """Begin to measure delays again, by a clock that was set."""
        self._latencies = Latencies()

    def problem(self, time: int, tolerances: Tolerances) -> Problem | None:
        """Return why the leg has no price at a time, if it has none."""
        if self._interruption:
            return self._because("interrupted", self._interruption)
        if self._heard is None:
            return self._because("waiting", "nothing has been received")
        silence = (time - self._heard) / NANOSECONDS
        if silence > tolerances.max_age:
            return self._because("silent", f"nothing has been received for {silence:.3g} s")
        if self._book is not None and not self._book.is_synchronized:
            kind: ProblemKind = "waiting" if self._book.state == "waiting" else "gap"
            return self._because(kind, self._book.reason)
        if self._priced is None:
            return self._because("waiting", "no quote has been received")
        wrong = self._chain.problem_at(time)
        if wrong is not None:
            return self._because("oracle", wrong)
        if self.price is None:
            return self._because("invalid", self._impossible)
        age = (time - self._priced) / NANOSECONDS
        if age > tolerances.max_age:
            return self._because("stale", f"the last price is {age:.3g} s old")
        if self._delay is not None and self._delay > tolerances.max_delay:
            text = f"the last price came {self._delay:.3g} s later than the fastest"
            return self._because("late", text)
        return None

    def _because(self, kind: ProblemKind, text: str) -> Problem:
        return Problem(kind, self.column, text)

    def _receive(self, event: ChainEvent) -> None:
        """Keep an event of a chain; a price goes with its block."""
        if isinstance(event, BlockWithdrawn):
            if self._chain.is_lost_with(event):
                number = event.block.number
                reason = f"block {number:,}, which the last price is of, was withdrawn"
                self._interrupt(Interruption(reason, event.receive_time))
        elif self._chain.receive(event):
            self._note(event)

    def _note(self, event: Quote | BookSnapshot | BookUpdate | ChainEvent) -> None:
        """Note when a price was received, and how much later than the fastest."""
        self._interruption = ""
        self._priced = event.receive_time
        # an answer to a request has another latency than what is sent; blocks have whole seconds
        if event.event_time is None or isinstance(event, BookSnapshot | ChainEvent):
            self._delay = None
            return
        latency = event.receive_time - event.event_time
        self._delay = self._latencies.excess(latency, event.receive_time) / NANOSECONDS

    def _interrupt(self, event: Interruption) -> None:
        """Give up the price until there is a new one; delays of a new connection are measured."""
        self._interruption = event.reason
        self._quote = None
        self._chain.forget()
        self._priced = None
        self._delay = None
        self._latencies = Latencies()
        if self._book is not None:
            self._book.interrupt(event.reason)

    @property
    def _impossible(self) -> str:
        """Why there is no price though one was received, in words."""
        if self._quote is None:
            return "one side of the book is empty"
        return f"a bid of {self._quote.bid:g} and an ask of {self._quote.ask:g} cannot be"


def leg_states(
    columns: Sequence[str], legs: Mapping[str, Leg | Source], constants: Mapping[str, Any]
) -> dict[Source, LegState]:
    """Return the state of each leg by its source.

    Raises
    ------
    DataError
        If a column has neither a leg nor a constant, or two columns have the same source.
    """
    named = [*as_mapping(legs, "legs", "{'BTC': Source('binance', 'BTCUSDT')}"), *constants]
    if sorted(named) != sorted(columns):
        raise DataError(
            f"Each of {', '.join(columns)} must have one leg or one constant; got "
            f"{', '.join(named)}. Give a leg for each column of the market's table."
        )
    states: dict[Source, LegState] = {}
    for column, given in legs.items():
        leg = Leg(given) if isinstance(given, Source) else given
        if leg.source in states:
            raise DataError(f"{leg.source} is the source of two columns. Give each its own.")
        states[leg.source] = LegState(column, leg)
    return states
