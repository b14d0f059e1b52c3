"""A session: events of a market in, advice or the reason why there is none out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Event, Sourced
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.audit import AuditLog
from hedgeresearch.live.decision import Decision, Problem
from hedgeresearch.live.leg import NANOSECONDS, Leg, Tolerances, leg_states
from hedgeresearch.recommendation.inputs.problem_checks import as_holdings
from hedgeresearch.recommendation.recommendation import Recommendation


@exported_by("hedgeresearch.live")
class Session:
    """Keeps a recommendation current from the events of a market.

    Each bar is the last price of every leg received by its end, on the clock of the receiver, and
    one ``Recommendation.update``. Bars are as long as those of the recommendation's market. A
    bar on which a leg has no price, an old or late one, or a book that misses a change is left
    out: it gives no advice but the reason. While nothing is received, only the first of such bars
    gives a decision, which holds until there is another.

    Decisions depend on the events and on nothing else: those of a recording are those that were
    given live.

    Parameters
    ----------
    recommendation : Recommendation on a market whose table has times with a zone
    legs : mapping from column of the market's table to Leg, or to Source if quotes are its price
    constants : mapping from column without a leg to the number that it keeps, such as a rate of
        funding
    max_age : float, seconds after which a price is too old, or a source silent
    max_delay : float, seconds by which a price may come later than the fastest of its source
    audit : path of a file to be written, in which each decision is a line of JSON

    Attributes
    ----------
    advice : Recommendation, the last one
    seconds : float, length of a bar

    Raises
    ------
    DataError
        If a column has no leg, two have the same, the market has options or no times, or the
        audit log exists.

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
    >>> legs = {"BTC": Source("binance", "BTCUSDT"), "PERP": Source("binance-futures", "BTCUSDT")}
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
        legs: Mapping[str, Leg | Source],
        *,
        constants: Mapping[str, float] | None = None,
        max_age: float = 10.0,
        max_delay: float = 1.0,
        audit: str | Path | None = None,
    ) -> None:
        check_between(max_age, "max_age", 0.0, math.inf)
        check_between(max_delay, "max_delay", 0.0, math.inf)
        self.advice = recommendation
        self._tolerances = Tolerances(max_age, max_delay)
        self._constants = dict(as_mapping(constants, "constants", "{'BTC_FUNDING': 0.0}"))
        self._states = leg_states(recommendation.problem.market.columns, legs, self._constants)
        self._index, self._length = _clock_of(recommendation)
        self._bar_end: int | None = None
        self._latest: int | None = None
        self._gone_back: Problem | None = None
        self._is_behind = False
        self._is_quiet = False
        self._held: Mapping[str, float] | None = None
        self._log = None if audit is None else AuditLog(Path(audit), recommendation)

    @property
    def seconds(self) -> float:
        """Length of a bar, seconds."""
        return self._length / NANOSECONDS

    def run(self, events: Iterable[Sourced]) -> Iterator[Decision]:
        """Yield the decisions that events lead to, such as those of ``feeds.replay(folder)``.

        The bar in which the last event came is not closed: it may not be whole.

        Parameters
        ----------
        events : iterable over (Source, event), in the order received; those of other sources are
            left out
        """
        for source, event in events:
            yield from self.receive(source, event)

    def receive(self, source: Source, event: Event) -> list[Decision]:
        """Return the decisions at the ends of bars before an event, then keep it.

        A clock that goes back gives a decision without advice at once.
        """
        state = self._states.get(source)
        if state is None:
            return []
        decisions = self._clocked(event.receive_time)
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

    def hold(self, holdings: Mapping[str, float]) -> None:
        """Tell the session what is held, where it is not what was advised.

        It counts for the bar that ends next. After that, orders count as filled again.

        Parameters
        ----------
        holdings : mapping from instrument to contracts; zero for those left out
        """
        names = self.advice.problem.traded_names
        contracts = as_holdings(holdings, names).tolist()
        self._held = dict(zip(names, contracts, strict=True))
        if self._log is not None:
            self._log.write({"held": self._held})

    def close(self) -> None:
        """Close the audit log."""
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
        columns = ", ".join(state.column for state in self._states.values())
        return f"Session({columns}; bars of {self.seconds:g} s, {self.advice!r})"

    # --- clocks ---

    def _clocked(self, time: int) -> list[Decision]:
        """Return the decisions that the time of an event leads to."""
        if self._latest is not None and time < self._latest:
            return self._behind(time)
        if self._is_behind:
            self._set_clock(is_behind=False)
        self._latest = time
        return self._closed_before(time)

    def _behind(self, time: int) -> list[Decision]:
        """Return a decision without advice if the clock has just gone back."""
        if self._is_behind or self._latest is None:
            return []
        self._set_clock(is_behind=True)
        seconds = (self._latest - time) / NANOSECONDS
        self._gone_back = Problem("clock", "", f"The receiver's clock went back by {seconds:.3g} s")
        return [self._decided(time, [self._gone_back])]

    def _set_clock(self, *, is_behind: bool) -> None:
        """Note that the clock went back or has caught up: latencies across it mean nothing."""
        self._is_behind = is_behind
        for state in self._states.values():
            state.forget_latencies()

    def _closed_before(self, time: int) -> list[Decision]:
        """Return the decisions at the ends of bars before a time."""
        if self._bar_end is None:
            self._bar_end = self._first_end(time)
        decisions = []
        while self._bar_end < time:
            if self._is_quiet:  # nothing has come since a bar without advice
                self._bar_end = self._first_end(time)
                break
            decisions.append(self._close(self._bar_end))
            self._bar_end += self._length
        return decisions

    def _first_end(self, time: int) -> int:
        """Return the end of the bar that holds a time, after the last date of the market."""
        n_bars = -((self._last_date - time) // self._length)
        return self._last_date + max(n_bars, 1) * self._length

    @property
    def _last_date(self) -> int:
        """Last date of the market, nanoseconds."""
        return int(self.advice.as_of.as_unit("ns").value)

    # --- bars ---

    def _close(self, end: int) -> Decision:
        """Return the decision at the end of a bar."""
        found = [state.problem(end, self._tolerances) for state in self._states.values()]
        problems = [problem for problem in found if problem is not None]
        self._is_quiet = bool(problems)
        if self._gone_back is not None:
            problems.insert(0, self._gone_back)
            self._gone_back = None
        return self._decided(end, problems)

    def _decided(self, time: int, problems: list[Problem]) -> Decision:
        """Return the decision at a time: an update, unless there are problems."""
        known = {state.column: state.known for state in self._states.values()}
        n_bars = max((time - self._last_date) // self._length, 0)
        bar: dict[str, float] = {}
        advice = None
        if not problems:
            bar = {name: one.price for name, one in known.items() if one.price is not None}
            bar |= self._constants
            try:
                advice = self.advice.update(bar, self._date(time), holdings=self._held)
            except DataError as error:
                bar = {}
                problems = [Problem("refused", "", f"The bar was refused: {error}")]
            else:
                self.advice = advice
                self._held = None
        decision = Decision(time, known, bar, n_bars, tuple(problems), advice)
        if self._log is not None:
            self._log.write(decision.to_dict())
        return decision

    def _date(self, time: int) -> pd.Timestamp:
        """Return a time as the market's table writes it."""
        date = pd.Timestamp(time, tz="UTC").tz_convert(self._index.tz)
        return date.as_unit(self._index.unit)


def _clock_of(recommendation: Recommendation) -> tuple[pd.DatetimeIndex, int]:
    """Return the times of the market's table, and the length of a bar in nanoseconds."""
    market = recommendation.problem.market
    if market.quotes is not None:
        raise DataError(
            "A session has no source of implied volatilities: the market must be without options."
        )
    index = market.table.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise DataError(
            "The market of the recommendation must have times with a zone. Call tz_localize('UTC') "
            "on the index of its table."
        )
    return index[:0], int(np.median(np.diff(index.as_unit("ns").asi8)))
