"""A session: events of a market in, advice or the reason why there is none out."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping
from hedgeresearch._validation.settings import check_between
from hedgeresearch.feeds.feed import Event, Feed, Sourced
from hedgeresearch.feeds.recordings.recorder import Recorder
from hedgeresearch.feeds.recordings.stored import Recording
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.advisor import Advisor
from hedgeresearch.live.audit import AuditLog
from hedgeresearch.live.clock import BarClock
from hedgeresearch.live.column import NANOSECONDS, ColumnState, Input, Tolerances
from hedgeresearch.live.decision import Decision, Problem
from hedgeresearch.live.figure import LiveFigure
from hedgeresearch.live.following import follow
from hedgeresearch.live.inputs import check_instruments, column_states, length_of_bars
from hedgeresearch.live.oracle import OracleState, oracle_states, rounds_of
from hedgeresearch.live.refit import Refit, Refitter
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import OnchainPosition
from hedgeresearch.recommendation.inputs.problem_checks import as_holdings
from hedgeresearch.recommendation.onchain_record import onchain_as_list
from hedgeresearch.recommendation.recommendation import Recommendation

if TYPE_CHECKING:
    from plotly.graph_objects import FigureWidget


SMALLEST_ZONE = 900.0
"""Seconds between two zones of time at least, by which a market in a wrong zone is off."""


@exported_by("hedgeresearch.live")
class Session:
    """Keeps a recommendation current from the events of a market.

    Each bar is the last price of every leg received by its end, on the clock of the receiver, and
    one ``Recommendation.update``. Bars are as long as those of the recommendation's market. A
    bar on which a leg has no price, an old or late one, or a book that misses a change is left
    out: it gives no advice but the reason. So is one on which an oracle must not be used. While
    nothing is received, only the first of such bars gives a decision, which holds until there is
    another.

    Decisions depend on the events and on nothing else: those of a recording are those that were
    given live.

    Parameters
    ----------
    recommendation : Recommendation on a market whose table has times with a zone
    legs : mapping from column of the market's table to Leg, to Source if quotes are its price, or
        to FundingLeg for a column of funding
    constants : mapping from column without a leg to the number that it keeps
    max_age : float, seconds after which a price is too old, or a source silent
    max_delay : float, seconds by which a price may come later than the fastest of its source
    audit : path of a file to be written, in which each decision is a line of JSON
    refit : Refit, if the model is fitted again while the session goes on

    Attributes
    ----------
    seconds : float, length of a bar

    Raises
    ------
    DataError
        If a column has no leg, two have the same, costs are to be read of a column that is no
        instrument, the market has options or no times, or the audit log exists.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.feeds import Source
    >>> from hedgeresearch.live import Session
    >>> from hedgeresearch.microstructure import Quote
    >>> times = pd.date_range("2026-03-02 12:00", periods=200, freq="1s", tz="UTC")
    >>> steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
    >>> prices = {"BTC": 60_000.0 + steps[0], "PERP": 60_010.0 + steps[0] + 0.1 * steps[1]}
    >>> market = hr.Market(pd.DataFrame(prices, times))
    >>> position = hr.Position({"BTC": 2.0})
    >>> perpetual = hr.LinearContract("PERP", 0.001, lot=1)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    >>> advice = hr.recommend(fit, position, perpetual, market)
    >>> legs = {"BTC": Source("binance", "BTCUSDT"), "PERP": Source("binance-usd-m", "BTCUSDT")}
    >>> session = Session(advice, legs, max_age=5.0)
    >>> start = times[-1].value
    >>> for number, price in enumerate([60_000.0, 60_004.0, 60_002.0]):
    ...     for source in legs.values():
    ...         at = start + 400_000_000 + number * 1_000_000_000
    ...         quote = Quote(number, price, 1.0, price + 0.1, 1.0, None, at)
    ...         for decision in session.receive(source, quote):
    ...             print(decision.action, decision.bar)
    hold {'BTC': 60000.05, 'PERP': 60000.05}
    hold {'BTC': 60004.05, 'PERP': 60004.05}
    """

    def __init__(
        self,
        recommendation: Recommendation,
        legs: Mapping[str, Input | Source],
        *,
        constants: Mapping[str, float] | None = None,
        max_age: float = 10.0,
        max_delay: float = 1.0,
        audit: str | Path | None = None,
        refit: Refit | None = None,
    ) -> None:
        check_between(max_age, "max_age", 0.0, math.inf)
        check_between(max_delay, "max_delay", 0.0, math.inf)
        self._tolerances = Tolerances(max_age, max_delay)
        numbers = dict(as_mapping(constants, "constants", "{'BTC_FUNDING': 0.0}"))
        length = length_of_bars(recommendation)
        refitter = None if refit is None else Refitter(refit)
        self._advisor = Advisor(recommendation, length, numbers, refitter)
        columns = recommendation.problem.market.given_columns
        sourced = column_states(columns, legs, numbers, self._advisor.last_date)
        check_instruments(legs, recommendation)
        self._oracles = oracle_states(legs, recommendation)
        self._states = [state for _, state in sourced.values()]
        self._by_source: dict[Source, list[ColumnState | OracleState]] = defaultdict(list)
        for source, state in sourced.values():
            self._by_source[source].append(state)
        for oracle in self._oracles:
            self._by_source[oracle.source].append(oracle)
        self._clock = BarClock(length)
        self._gone_back: Problem | None = None
        self._is_quiet = False
        self._listeners: list[Callable[[Decision], object]] = []
        self._log = None if audit is None else AuditLog(Path(audit), recommendation)

    @property
    def advice(self) -> Recommendation:
        """The last recommendation."""
        return self._advisor.advice

    @property
    def seconds(self) -> float:
        """Length of a bar, seconds."""
        return self._clock.length / NANOSECONDS

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources whose events count."""
        return tuple(self._by_source)

    @property
    def bar_end(self) -> int | None:
        """End of the bar that is open, nanoseconds since 1970 in UTC; None before any event."""
        return self._clock.end

    @property
    def earliest_time(self) -> int:
        """Time before which no event can count any more, nanoseconds since 1970 in UTC."""
        end = self._clock.end
        latest = self._clock.latest
        return -1 if end is None or latest is None else max(end - self._clock.length + 1, latest)

    # --- events ---

    def run(self, events: Iterable[Sourced]) -> Iterator[Decision]:
        """Yield the decisions that events lead to, such as those of ``feeds.replay(folder)``.

        The bar in which the last event came is not closed: it may not be whole.

        Parameters
        ----------
        events : iterable over (Source, event), in the order received; those of other sources are
            left out

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> from hedgeresearch.feeds import Source
        >>> from hedgeresearch.live import Session
        >>> from hedgeresearch.microstructure import Quote
        >>> times = pd.date_range("2026-03-02 12:00", periods=200, freq="1s", tz="UTC")
        >>> steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
        >>> prices = {"BTC": 6e4 + steps[0], "PERP": 6e4 + steps[0] + 0.1 * steps[1]}
        >>> market = hr.Market(pd.DataFrame(prices, times))
        >>> position, perpetual = hr.Position({"BTC": 2.0}), hr.LinearContract("PERP", 0.001, lot=1)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
        >>> advice = hr.recommend(fit, position, perpetual, market)
        >>> legs = {"BTC": Source("binance", "BTCUSDT"), "PERP": Source("binance", "BTCUSDT_PERP")}
        >>> at = times[-1].value + 10**9 * np.array([0.4, 1.4, 2.4])
        >>> events = [
        ...     (source, Quote(number, 6e4, 1.0, 60_000.2, 1.0, None, int(time)))
        ...     for number, time in enumerate(at)
        ...     for source in legs.values()
        ... ]
        >>> session = Session(advice, legs, max_age=5.0)
        >>> session.subscribe(lambda decision: print(decision.action))
        >>> decisions = list(session.run(events))
        hold
        hold
        >>> len(session.sources), session.seconds, session.advice is decisions[-1].advice
        (2, 1.0, True)
        >>> session.earliest_time < session.bar_end
        True
        >>> session.hold({"PERP": -1_900})
        >>> len(session.advance(session.bar_end))
        0
        >>> type(session.widget()).__name__  # with the extra "notebook"
        'FigureWidget'
        >>> session.close()
        """
        for source, event in events:
            yield from self.receive(source, event)

    def follow(
        self,
        feed: Feed,
        *,
        recorder: Recorder | None = None,
        clock: Callable[[], int] | None = time.monotonic_ns,
    ) -> AsyncGenerator[Decision, None]:
        """Return an iterator over the decisions that a feed leads to, for ``async for``.

        It ends with the feed, which it closes, also where the loop is left.

        While a live feed is silent, bars end by a clock that goes on from its last event. An event
        that comes after its bar was ended by the clock counts in the next one, and is recorded at
        the time at which it counts: a replay of what was recorded gives the same decisions.

        Parameters
        ----------
        feed : Feed, live or recorded
        recorder : Recorder that events are written by, before they count
        clock : function that returns nanoseconds from any moment on, of a clock that is never set;
            a ``Recording`` needs none

        Examples
        --------
        >>> import asyncio
        >>> import numpy as np
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> from hedgeresearch.feeds import Source
        >>> from hedgeresearch.live import Session
        >>> from hedgeresearch.microstructure import Quote
        >>> times = pd.date_range("2026-03-02 12:00", periods=200, freq="1s", tz="UTC")
        >>> steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
        >>> prices = {"BTC": 6e4 + steps[0], "PERP": 6e4 + steps[0] + 0.1 * steps[1]}
        >>> market = hr.Market(pd.DataFrame(prices, times))
        >>> position, perpetual = hr.Position({"BTC": 2.0}), hr.LinearContract("PERP", 0.001, lot=1)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
        >>> advice = hr.recommend(fit, position, perpetual, market)
        >>> legs = {"BTC": Source("binance", "BTCUSDT"), "PERP": Source("binance", "BTCUSDT_PERP")}
        >>> at = times[-1].value + 10**9 * np.array([0.4, 1.4, 2.4])
        >>> events = [
        ...     (source, Quote(number, 6e4, 1.0, 60_000.2, 1.0, None, int(time)))
        ...     for number, time in enumerate(at)
        ...     for source in legs.values()
        ... ]
        >>> session = Session(advice, legs, max_age=5.0)
        >>> class Recorded:
        ...     sources = tuple(legs.values())
        ...     async def events(self):
        ...         for event in events:
        ...             yield event
        ...     async def aclose(self):
        ...         pass
        ...
        >>> async def follow():
        ...     return [one.action async for one in session.follow(Recorded())]
        >>> len(asyncio.run(follow())) > 0
        True
        """
        of_feed = None if isinstance(feed, Recording) else clock
        return follow(self, feed, of_feed, recorder)

    def receive(self, source: Source, event: Event) -> list[Decision]:
        """Return the decisions at the ends of bars before an event, then keep it.

        A clock that goes back gives a decision without advice at once.
        """
        states = self._by_source.get(source)
        if states is None:
            return []
        decisions = self._clocked(event.receive_time)
        for state in states:
            state.apply(event)
        self._is_quiet = False
        return decisions

    def advance(self, time: int) -> list[Decision]:
        """Return the decisions at the ends of bars before a time, at which nothing was received.

        For a clock that runs while a feed is silent. What it returns is what the next event would
        have led to.

        Parameters
        ----------
        time : int, nanoseconds since 1970 in UTC, by the clock of the receiver; all events received
            before must have been passed on
        """
        return self._closed_before(time)

    def hold(
        self,
        holdings: Mapping[str, float] | None = None,
        *,
        onchain: OnchainPosition | Sequence[OnchainPosition] | None = None,
    ) -> None:
        """Tell the session what is held, where it is not what was advised or held before.

        Contracts count for the bar that ends next. After that, orders count as filled again. Pools
        and loans count from the end of that bar on.

        Parameters
        ----------
        holdings : mapping from instrument to contracts; zero for those left out
        onchain : PoolPosition, LoanPosition or sequence of them
            All pools and loans, where liquidity, collateral or debt have changed: a ``LoanState``
            has its loan.
        """
        names = self.advice.problem.traded_names
        noted: dict[str, Any] = {}
        held = self._advisor.held
        pools = self._advisor.onchain
        if holdings is not None:
            contracts = as_holdings(holdings, names).tolist()
            held = noted["held"] = dict(zip(names, contracts, strict=True))
        if onchain is not None:
            pools = self.advice.problem.position.holding_onchain(onchain).onchain
            noted["onchain"] = onchain_as_list(pools)
        # what is refused above leaves all as it was
        self._advisor.held = held
        self._advisor.onchain = pools
        if self._log is not None:
            self._log.write(noted)

    def subscribe(self, call: Callable[[Decision], object]) -> None:
        """Call a function with each decision, before it is returned."""
        self._listeners.append(call)

    def widget(self, n_points: int = 600, seconds: float = 0.25) -> FigureWidget:
        """Return the figure of a :class:`LiveFigure`, which a notebook shows and which follows."""
        return LiveFigure(self, n_points, seconds).widget

    def close(self) -> None:
        """Close the audit log, and end the process that fits the model again."""
        self._advisor.close()
        if self._log is not None:
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        columns = ", ".join(state.column for state in self._states)
        return f"Session({columns}; bars of {self.seconds:g} s, {self.advice!r})"

    # --- clocks ---

    def _clocked(self, time: int) -> list[Decision]:
        """Return the decisions that the time of an event leads to."""
        reading = self._clock.read(time)
        if reading == "behind":
            return []
        step = time - (self._clock.latest or time) if reading == "back" else 0
        if reading != "on":
            # latencies across a clock that was set mean nothing, and ages would be too small
            for state in self._states:
                state.set_clock(step)
        if reading == "back":
            text = f"The receiver's clock went back by {-step / NANOSECONDS:.3g} s"
            self._gone_back = Problem("clock", "", text)
            return [self._decided(time, [self._gone_back])]
        return self._closed_before(time)

    def _closed_before(self, time: int) -> list[Decision]:
        """Return the decisions at the ends of bars before a time."""
        clock = self._clock
        decisions = []
        if clock.end is None:
            decisions += self._begun(time)
            clock.open_bar(time, self._advisor.last_date)
        end = clock.end or 0
        while end < time:
            if self._is_quiet:  # nothing has come since a bar without advice
                clock.open_bar(time, self._advisor.last_date)
                break
            decisions.append(self._close(end))
            end = clock.next_bar()
        return decisions

    def _begun(self, time: int) -> list[Decision]:
        """Return that no bar ends for long, as the market ends well after the first event."""
        seconds = (self._advisor.last_date - time) / NANOSECONDS
        if seconds < SMALLEST_ZONE:  # a replay may begin before the market ends
            return []
        text = (
            f"The market ends {seconds:,.0f} s after the receiver's clock: no bar ends before. "
            "Check that its times have the right zone"
        )
        return [self._decided(time, [Problem("clock", "", text)])]

    # --- bars ---

    def _close(self, end: int) -> Decision:
        """Return the decision at the end of a bar."""
        found = [state.problem(end, self._tolerances) for state in self._states]
        found += [oracle.problem(end) for oracle in self._oracles]
        problems = [problem for problem in found if problem is not None]
        self._is_quiet = bool(problems)
        if self._gone_back is not None:
            problems.insert(0, self._gone_back)
            self._gone_back = None
        return self._decided(end, problems)

    def _decided(self, time: int, problems: list[Problem]) -> Decision:
        """Return the decision at a time, written and passed on."""
        oracles = rounds_of(self._oracles)
        decision = self._advisor.decide(time, self._states, problems, oracles)
        if self._log is not None:
            self._log.write(decision.to_dict())
        for call in self._listeners:
            call(decision)
        return decision
