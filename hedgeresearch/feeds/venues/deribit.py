"""Notifications of Deribit's websocket as market events.

The channels ``book``, ``quote``, ``trades`` and ``perpetual`` come as JSON-RPC notifications
``{"method": "subscription", "params": {"channel": ..., "data": ...}}``. Times are milliseconds.
Sizes are in the venue's unit, which for inverse futures and perpetuals is the dollar, not the
contract; the rate of ``perpetual`` is for eight hours, and paid all the time.
"""

from __future__ import annotations

import math
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.events import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Level,
    MarketEvent,
    Quote,
    Trade,
)

MILLISECOND = 1_000_000
"""Nanoseconds in a millisecond."""
FUNDING_HOURS = 8.0
"""Hours that a rate of funding is for."""


@exported_by("hedgeresearch.feeds")
def read_deribit_frame(frame: dict[str, Any], receive_time: int) -> list[tuple[str, MarketEvent]]:
    """Return the events in a frame of Deribit, each with the name of its instrument.

    Parameters
    ----------
    frame : decoded JSON of a websocket frame
    receive_time : int, nanoseconds since 1970 in UTC at which it was received

    Returns
    -------
    list of (instrument, event)
        Several for a notification of trades; none for any other frame, such as a heartbeat or the
        answer to a subscription.

    Raises
    ------
    DataError
        If a notification lacks a field or contains what is not a number.

    Examples
    --------
    >>> from hedgeresearch.feeds import read_deribit_frame
    >>> data = {"timestamp": 5, "instrument_name": "BTC-PERPETUAL", "best_bid_price": 61800.5,
    ...     "best_bid_amount": 2500.0, "best_ask_price": 61801.0, "best_ask_amount": 10.0}
    >>> frame = {"method": "subscription", "params": {"channel": "quote.BTC-PERPETUAL",
    ...     "data": data}}
    >>> read_deribit_frame(frame, 1)[0][1].bid
    61800.5
    """
    if not isinstance(frame, dict) or frame.get("method") != "subscription":
        return []
    try:
        return _read(frame["params"]["channel"], frame["params"]["data"], receive_time)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"A frame of Deribit cannot be read ({type(error).__name__}: {error}): "
            f"{str(frame)[:200]}"
        ) from error


def _read(channel: str, data: Any, receive_time: int) -> list[tuple[str, MarketEvent]]:
    """Return the events of a notification, by its channel."""
    kind, name = channel.split(".")[:2]
    if kind == "trades":
        return [(one["instrument_name"], _trade(one, receive_time)) for one in data]
    if kind == "book":
        return [(name, _book(data, receive_time))]
    if kind == "quote":
        return [(name, _quote(data, receive_time))]
    if kind == "perpetual":
        return [(name, _funding(data, receive_time))]
    return []


def _book(data: dict[str, Any], receive_time: int) -> BookSnapshot | BookUpdate:
    """Return a snapshot, which begins a subscription, or a change."""
    bids = _levels(data["bids"])
    asks = _levels(data["asks"])
    number = _whole(data["change_id"])
    event_time = _time(data)
    if data["type"] == "snapshot":
        return BookSnapshot(number, bids, asks, event_time, receive_time)
    previous = _whole(data["prev_change_id"])
    return BookUpdate(number, number, previous, bids, asks, event_time, receive_time)


def _quote(data: dict[str, Any], receive_time: int) -> Quote:
    """Return a quote; one side of which there is none is nan."""
    return Quote(
        update_id=None,
        bid=_price_or_nan(data["best_bid_price"]),
        bid_size=_number(data["best_bid_amount"]),
        ask=_price_or_nan(data["best_ask_price"]),
        ask_size=_number(data["best_ask_amount"]),
        event_time=_time(data),
        receive_time=receive_time,
    )


def _trade(data: dict[str, Any], receive_time: int) -> Trade:
    sides = {"buy": 1, "sell": -1}
    return Trade(
        trade_id=_whole(data["trade_seq"]),
        price=_number(data["price"]),
        size=_number(data["amount"]),
        side=sides[data["direction"]],
        event_time=_time(data),
        receive_time=receive_time,
    )


def _funding(data: dict[str, Any], receive_time: int) -> FundingRate:
    return FundingRate(
        rate=_number(data["interest"]),
        interval_hours=FUNDING_HOURS,
        next_time=None,
        mark_price=None,
        index_price=_number(data["index_price"]),
        event_time=_time(data),
        receive_time=receive_time,
    )


def _levels(rows: list[list[Any]]) -> list[Level]:
    """Return prices and new sizes; what is deleted has the size zero."""
    return [
        (float(price), 0.0 if action == "delete" else float(size)) for action, price, size in rows
    ]


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _number(value: Any) -> float:
    """Return a number, which must be finite."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not finite")
    return number


def _price_or_nan(value: Any) -> float:
    """Return a best price; nan where there is none, which the venue states as null or zero."""
    return _number(value) if value else math.nan


def _time(data: dict[str, Any]) -> int:
    return _whole(data["timestamp"]) * MILLISECOND
