"""Decisions of a session at the ends of bars, and the problems that leave it without advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity
from hedgeresearch.recommendation.inputs.onchain.oracles import Oracles
from hedgeresearch.recommendation.narrative.risks.margin import collateral_sentences
from hedgeresearch.recommendation.narrative.risks.onchain import current_sentences
from hedgeresearch.recommendation.narrative.trades.liquidity import liquidity_sentences
from hedgeresearch.recommendation.narrative.trades.trades import trade_sentences
from hedgeresearch.recommendation.onchain_record import oracles_as_dict
from hedgeresearch.recommendation.order_list import list_orders
from hedgeresearch.recommendation.plain_values import plain_value
from hedgeresearch.recommendation.recommendation import Recommendation

ProblemKind = Literal[
    "waiting",
    "interrupted",
    "silent",
    "gap",
    "oracle",
    "invalid",
    "stale",
    "late",
    "funding",
    "closed",
    "clock",
    "refused",
]


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class Problem:
    """Why there is no advice.

    Attributes
    ----------
    kind : {"waiting", "interrupted", "silent", "gap", "oracle", "invalid", "stale", "late",
        "funding", "closed", "clock", "refused"}
        Nothing has come yet; the feed was interrupted and has not brought a new price; nothing
        comes any more; the book misses a change; the oracle must not be used; the price cannot be;
        it is old; it came late; the funding is not known; the market is closed; the receiver's
        clock went back; the update refused the bar.
    column : str, column of the market; empty where it is about all
    text : str, in words

    Examples
    --------
    >>> from hedgeresearch.live import Problem
    >>> str(Problem("stale", "BTC", "the price is 7 s old"))
    'BTC: the price is 7 s old.'
    """

    kind: ProblemKind
    column: str
    text: str

    def __str__(self) -> str:
        return f"{self.column}: {self.text}." if self.column else f"{self.text}."


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class Known:
    """The price of a column as it was known at the end of a bar.

    Attributes
    ----------
    price : float, of funding the rate that is paid next; None if there was none
    receive_time : int, nanoseconds, at which it was received; None likewise
    delay : float, seconds by which it came later than the fastest event of its source; None if the
        venue states no time

    Examples
    --------
    >>> from hedgeresearch.live import Known
    >>> Known(60_000.0, 1_772_452_800_000_000_000, delay=0.02).price
    60000.0
    """

    price: float | None
    receive_time: int | None
    delay: float | None


@exported_by("hedgeresearch.live")
@dataclass(frozen=True, eq=False)
class Decision:
    """Advice at the end of a bar, or why there is none.

    Attributes
    ----------
    time : int, nanoseconds since 1970 in UTC: the end of the bar, or when the clock went back
    known : mapping from column to Known
    bar : mapping from column to number, the row that the market has got; empty without advice
    n_bars : int, number of bars that have passed since the last one with advice
    problems : tuple of Problem; empty with advice
    advice : Recommendation; None without
    liquidity : mapping from instrument to Liquidity, as its book showed it
    notes : tuple of str, sentences on the bar: funding that is missing, a model fitted again
    refit : mapping, what was done to fit the model again, for the audit log; empty for nothing
    oracles : Oracles, last rounds by which loans are judged; None without any

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
    >>> decision = next(iter(session.run(events)))
    >>> decision.action, decision.n_bars, decision.problems
    ('hold', 1, ())
    >>> decision.reasons
    ['PERP: no trade, hold 1,991 short (target 1,991 short; no band, as no costs were given).']
    >>> sorted(decision.to_dict())[:3]
    ['action', 'bar', 'holdings']
    """

    time: int
    known: Mapping[str, Known]
    bar: Mapping[str, float]
    n_bars: int
    problems: tuple[Problem, ...]
    advice: Recommendation | None = field(repr=False)
    liquidity: Mapping[str, Liquidity] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    refit: Mapping[str, Any] = field(default_factory=dict)
    oracles: Oracles | None = None

    @property
    def action(self) -> Literal["none", "trade", "hold"]:
        """Either "trade" or "hold"; "none" without advice."""
        if self.advice is None:
            return "none"
        return "trade" if self.advice.action == "trade" else "hold"

    @property
    def reasons(self) -> list[str]:
        """Sentences: why there is no advice, or why each instrument is traded or not."""
        if self.advice is None:
            return [str(problem) for problem in self.problems]
        states = self.advice.assessment.collateral_states
        sentences = [f"Warning: {text}" for text in collateral_sentences(states)]
        sentences += liquidity_sentences(self.advice.problem.liquidity)
        sentences += trade_sentences(self.advice.problem.names, self.advice.plan)
        sentences += current_sentences(self.advice.problem.onchain)
        sentences += self.notes
        if self.n_bars > 1:
            sentences.append(
                f"The last move is that of {self.n_bars:,} bars: there was no advice in between."
            )
        return sentences

    def to_dict(self) -> dict[str, Any]:
        """Return what was known, what was advised, and why, as plain values for JSON."""
        record: dict[str, Any] = {
            "time": self.time,
            "known": {
                column: [one.price, one.receive_time, one.delay]
                for column, one in self.known.items()
            },
            "bar": dict(self.bar),
            "n_bars": self.n_bars,
            "action": self.action,
            "reasons": self.reasons,
            "problems": [[one.kind, one.column, one.text] for one in self.problems],
        }
        if self.liquidity:
            record["liquidity"] = {name: dict(vars(one)) for name, one in self.liquidity.items()}
        if self.refit:
            record["refit"] = dict(self.refit)
        if self.oracles is not None:
            record["oracles"] = oracles_as_dict(self.oracles)
        if self.advice is not None:
            record |= advice_as_dict(self.advice)
        return record

    def __repr__(self) -> str:
        when = pd.Timestamp(self.time, tz="UTC")
        return f"Decision({when}, {self.action}: {' '.join(self.reasons)})"


def advice_as_dict(advice: Recommendation) -> dict[str, Any]:
    """Return ratios, holdings and orders of a recommendation as plain values."""
    orders = list_orders(advice.problem.names, advice.plan)
    values: dict[str, Any] = plain_value(
        {
            "ratio": advice.problem.fit.next_ratio.tolist(),
            "targets": advice.plan.targets.best.tolist(),
            "holdings": advice.plan.holdings.tolist(),
            "orders": [order._asdict() for order in orders],
        }
    )
    return values
