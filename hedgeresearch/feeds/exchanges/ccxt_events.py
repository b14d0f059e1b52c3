"""Structures of ccxt as market events."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from hedgeresearch.microstructure.events import (
    BookSnapshot,
    FundingRate,
    Level,
    MarketEvent,
    Quote,
    Trade,
)

MILLISECOND = 1_000_000
"""Nanoseconds in a millisecond."""
SIDES = {"buy": 1, "sell": -1, None: 0}
"""Sides of takers; zero where the venue does not state it."""


class Events:
    """Reader of the answers for one kind of an instrument.

    Parameters
    ----------
    kind : {"book", "quotes", "trades", "funding"}
    """

    def __init__(self, kind: str) -> None:
        readers: dict[str, Callable[[Any, int], Iterable[MarketEvent]]] = {
            "book": self._book,
            "quotes": self._quote,
            "trades": self._trades,
            "funding": self._funding,
        }
        self._read = readers[kind]
        self._numbers = count(1)
        self._known: set[Any] = set()

    def read(self, answer: Any, receive_time: int) -> list[MarketEvent]:
        """Return the events in an answer; trades of the answer before are left out."""
        return list(self._read(answer, receive_time))

    def _book(self, book: Any, receive_time: int) -> list[MarketEvent]:
        number = self._number(book["nonce"])
        sides = (_levels(book["bids"]), _levels(book["asks"]))
        return [BookSnapshot(number, *sides, _time(book["timestamp"]), receive_time)]

    def _quote(self, book: Any, receive_time: int) -> list[MarketEvent]:
        """Return the best prices of a book; nan on a side that is empty."""
        bid = _levels(book["bids"][:1]) or [(math.nan, 0.0)]
        ask = _levels(book["asks"][:1]) or [(math.nan, 0.0)]
        clocks = (_time(book["timestamp"]), receive_time)
        return [Quote(self._number(book["nonce"]), *bid[0], *ask[0], *clocks)]

    def _trades(self, trades: Any, receive_time: int) -> Iterable[MarketEvent]:
        known = self._known
        self._known = {_identity(trade) for trade in trades}
        for trade in trades:
            if _identity(trade) not in known:
                yield Trade(
                    self._number(trade["id"]),
                    float(trade["price"]),
                    float(trade["amount"]),
                    SIDES[trade["side"]],
                    _time(trade["timestamp"]),
                    receive_time,
                )

    def _funding(self, rate: Any, receive_time: int) -> list[MarketEvent]:
        next_time = rate["fundingTimestamp"] or rate["nextFundingTimestamp"]
        return [
            FundingRate(
                float(rate["fundingRate"]),
                _hours(rate["interval"]),
                _time(next_time),
                _number_or_none(rate["markPrice"]),
                _number_or_none(rate["indexPrice"]),
                _time(rate["timestamp"]),
                receive_time,
            )
        ]

    def _number(self, given: Any) -> int:
        """Return the venue's number; the number of the event where that is none."""
        own = next(self._numbers)
        text = str(given)
        return int(text) if text.isdecimal() else own


def _identity(trade: Any) -> Any:
    """Return by what a trade is known again."""
    return trade["id"] or (trade["timestamp"], trade["price"], trade["amount"], trade["side"])


def _levels(rows: Any) -> list[Level]:
    """Return prices and sizes; some venues add the number of orders."""
    return [(float(row[0]), float(row[1])) for row in rows]


def _time(milliseconds: Any) -> int | None:
    return None if milliseconds is None else int(milliseconds) * MILLISECOND


def _number_or_none(value: Any) -> float | None:
    return None if value is None else float(value)


def _hours(interval: Any) -> float | None:
    """Return the hours of an interval such as "8h"; None if it is not stated."""
    text = str(interval)
    return float(text[:-1]) if text.endswith("h") and text[:-1].isdecimal() else None
