"""A leg of a hedge: where the price of a column comes from, and whether it can be relied on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Event
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.chain_price import ChainPrice
from hedgeresearch.live.column import NANOSECONDS, Latencies, Tolerances
from hedgeresearch.live.decision import Known, Problem, ProblemKind
from hedgeresearch.live.hours import TradingHours
from hedgeresearch.live.prices import BookPrice, LatestPrice, PriceState, QuotePrice
from hedgeresearch.microstructure.books.sequence import SequenceRule
from hedgeresearch.microstructure.events import BookSnapshot, Interruption
from hedgeresearch.microstructure.quality.market_quality import MarketQuality
from hedgeresearch.onchain.chain_events import ChainEvent
from hedgeresearch.recommendation.inputs.costs.book_liquidity import book_liquidity
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class BookCosts:
    """Settings by which cost and capacity of an instrument are read from the book of its leg.

    Parameters
    ----------
    within : float in (0, 1)
        Cost up to which an order is acceptable, a share of the mid price: 5e-4 for 5 basis points.
    contracts_per_unit : float > 0
        Contracts in one unit of the book's sizes: 1000 where sizes are coins and a contract is
        0.001 coins, 1 where sizes are contracts.
    participation : float in (0, 1]
        Share of what the book holds within that cost that an order may take.
    quality : MarketQuality or None
        Signs of wash trading at the venue; a flagged one widens the band and caps orders.

    Examples
    --------
    >>> from hedgeresearch.live import BookCosts
    >>> BookCosts(within=5e-4, contracts_per_unit=1_000.0, participation=0.5).participation
    0.5
    """

    within: float = 5e-4
    contracts_per_unit: float = 1.0
    participation: float = 1.0
    quality: MarketQuality | None = None

    def __post_init__(self) -> None:
        check_between(self.within, "within", 0.0, 1.0)
        check_between(self.contracts_per_unit, "contracts_per_unit", 0.0, math.inf)
        if self.participation != 1.0:
            check_between(self.participation, "participation", 0.0, 1.0)


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
    costs : BookCosts, if spread, impact and capacity of the book go into the recommendation; needs
        a rule
    hours : TradingHours of the market; by default it never closes
    oracle : Source of the oracle by whose price loans in the token of the column are liquidated

    Raises
    ------
    DataError
        If costs are to be read without a book.

    Examples
    --------
    >>> from hedgeresearch.feeds import Source
    >>> from hedgeresearch.live import BookCosts, Leg
    >>> from hedgeresearch.microstructure import BINANCE_FUTURES
    >>> source = Source("binance-usd-m", "BTCUSDT")
    >>> leg = Leg(source, BINANCE_FUTURES, costs=BookCosts(contracts_per_unit=1_000.0))
    >>> leg.state("PERP", start=0).known.price is None
    True
    """

    source: Source
    rule: SequenceRule | None = None
    base: str | None = None
    costs: BookCosts | None = None
    hours: TradingHours | None = None
    oracle: Source | None = None

    def __post_init__(self) -> None:
        if self.costs is not None and self.rule is None:
            raise DataError(
                f"The costs of {self.source} are read from its book, which needs a rule. Pass for "
                "example rule=BINANCE_FUTURES, or leave costs out."
            )

    def state(self, column: str, start: int) -> LegState:
        """Return the state of the leg before any event."""
        if self.rule is None:
            prices = LatestPrice([QuotePrice(), ChainPrice(self.base)])
            return LegState(column, prices, self.hours)
        return BookLegState(column, BookPrice(self.rule), self.hours, self.costs)


class LegState:
    """The latest price of a leg, and what is wrong with it.

    Parameters
    ----------
    column : name of the column
    prices : PriceState, which knows what events carry a price
    hours : TradingHours, or None for a market that never closes
    """

    def __init__(self, column: str, prices: PriceState, hours: TradingHours | None = None) -> None:
        self.column = column
        self._prices = prices
        self._hours = hours
        self._heard: int | None = None
        self._priced: int | None = None
        self._delay: float | None = None
        self._latencies = Latencies()
        self._interruption = ""

    @property
    def known(self) -> Known:
        """Price, its time and its delay."""
        return Known(self._prices.price, self._priced, self._delay)

    @property
    def liquidity(self) -> Liquidity | None:
        """Cost and capacity, which only a book has."""
        return None

    @property
    def notes(self) -> list[str]:
        """Sentences on the price: none."""
        return []

    def number(self, time: int) -> float:
        """Return the price."""
        price = self._prices.price
        return math.nan if price is None else price

    def start_bar(self) -> None:
        """Keep the price: it does not end with a bar."""

    def apply(self, event: Event) -> None:
        """Keep an event of the leg's source."""
        if isinstance(event, Interruption):
            self._interrupt(event.reason)
            return
        self._heard = event.receive_time
        lost = self._prices.loss(event)
        if lost:
            self._interrupt(lost)
        elif self._prices.apply(event):
            self._note(event)

    def set_clock(self, step: int) -> None:
        """Move times of receipt by a step of the receiver's clock, and measure delays again."""
        self._latencies = Latencies()
        if self._heard is not None:
            self._heard += step
        if self._priced is not None:
            self._priced += step

    def problem(self, time: int, tolerances: Tolerances) -> Problem | None:
        """Return why the leg has no price at a time, if it has none."""
        if self._hours is not None and not self._hours.is_open(time):
            return self._because("closed", self._hours.closed_text(time))
        if self._interruption:
            return self._because("interrupted", self._interruption)
        if self._heard is None:
            return self._because("waiting", "nothing has been received")
        silence = (time - self._heard) / NANOSECONDS
        if silence > tolerances.max_age:
            return self._because("silent", f"nothing has been received for {silence:.3g} s")
        fault = self._prices.fault(time)
        if fault is not None:
            return self._because(*fault)
        if self._priced is None:
            return self._because("waiting", "no quote has been received")
        age = (time - self._priced) / NANOSECONDS
        if age > tolerances.max_age:
            return self._because("stale", f"the last price is {age:.3g} s old")
        if self._delay is not None and self._delay > tolerances.max_delay:
            text = f"the last price came {self._delay:.3g} s later than the fastest"
            return self._because("late", text)
        return None

    def _because(self, kind: ProblemKind, text: str) -> Problem:
        return Problem(kind, self.column, text)

    def _note(self, event: Event) -> None:
        """Note when a price was received, and how much later than the fastest."""
        self._interruption = ""
        self._priced = event.receive_time
        # an answer to a request has another latency than what is sent; blocks have whole seconds
        if event.event_time is None or isinstance(event, BookSnapshot | ChainEvent):
            self._delay = None
            return
        latency = event.receive_time - event.event_time
        self._delay = self._latencies.excess(latency, event.receive_time) / NANOSECONDS

    def _interrupt(self, reason: str) -> None:
        """Give up the price until there is a new one; delays of a new connection are measured."""
        self._prices.forget(reason)
        self._interruption = reason
        self._priced = None
        self._delay = None
        self._latencies = Latencies()


class BookLegState(LegState):
    """The state of a leg whose price and costs are those of a book."""

    def __init__(
        self,
        column: str,
        prices: BookPrice,
        hours: TradingHours | None,
        costs: BookCosts | None,
    ) -> None:
        super().__init__(column, prices, hours)
        self._book = prices.book
        self._costs = costs

    @property
    def liquidity(self) -> Liquidity | None:
        """Cost and capacity in the book now."""
        costs = self._costs
        if costs is None:
            return None
        return book_liquidity(
            self._book,
            costs.within,
            contracts_per_unit=costs.contracts_per_unit,
            participation=costs.participation,
            quality=costs.quality,
        )
