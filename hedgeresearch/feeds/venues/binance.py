"""Frames of Binance's websockets, and answers of its depth endpoint, as market events.

Spot, USD-margined and coin-margined futures share these layouts: ``depthUpdate``, ``bookTicker``,
``trade``, ``aggTrade`` and ``markPriceUpdate`` inside ``{"stream": ..., "data": ...}``, and
``{"lastUpdateId": ..., "bids": ...}`` as the snapshot. Times of the venue are milliseconds;
``bookTicker`` of the spot market has none.
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


@exported_by("hedgeresearch.feeds")
def read_binance_frame(frame: dict[str, Any], receive_time: int) -> MarketEvent | None:
    """Return the event in a frame of Binance.

    Parameters
    ----------
    frame : decoded JSON of a websocket frame, or of an answer of the depth endpoint
    receive_time : int, nanoseconds since 1970 in UTC at which it was received

    Returns
    -------
    BookSnapshot, BookUpdate, Quote, Trade or FundingRate; None for any other frame, such as the
    answer to a subscription, a trade of the insurance fund, or the mark price of what has no
    funding

    Raises
    ------
    DataError
        If a frame of a known kind lacks a field or contains what is not a number.

    Examples
    --------
    >>> from hedgeresearch.feeds import read_binance_frame
    >>> data = {"u": 7, "s": "BTCUSDT", "b": "61800.2", "B": "2.5", "a": "61800.3", "A": "1.0"}
    >>> quote = read_binance_frame({"stream": "btcusdt@bookTicker", "data": data}, 1)
    >>> quote.bid, quote.ask_size
    (61800.2, 1.0)
    """
    try:
        return _read(frame, receive_time)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"A frame of Binance cannot be read ({type(error).__name__}: {error}): "
            f"{str(frame)[:200]}"
        ) from error


class BinanceInstrument:
    """Reader of the frames of one instrument.

    Parameters
    ----------
    symbol : name of the instrument, such as "BTCUSDT", whose frames alone are read; None is that of
        the first frame that names one, and frames of another one are then refused
    """

    def __init__(self, symbol: str | None) -> None:
        self.symbol = symbol
        self._leaves_others = symbol is not None

    def __call__(self, frame: dict[str, Any], receive_time: int) -> MarketEvent | None:
        """Return the event in a frame, or None; answers of the spot market name no instrument."""
        found = symbol_of(frame)
        if self.symbol is None:
            self.symbol = found
        if found in (None, self.symbol):
            return read_binance_frame(frame, receive_time)
        if self._leaves_others:
            return None
        raise DataError(
            f"Frames of {self.symbol} and of {found} make no common book. Pass symbol=, the one to "
            "read."
        )


def symbol_of(frame: dict[str, Any]) -> str | None:
    """Return the instrument that a frame names, if it names one."""
    data = frame.get("data", frame) if isinstance(frame, dict) else None
    if not isinstance(data, dict):
        return None
    return data.get("s", data.get("symbol"))


def _read(frame: dict[str, Any], receive_time: int) -> MarketEvent | None:
    """Return the event in a frame, by its kind."""
    if "lastUpdateId" in frame:
        return _snapshot(frame, receive_time)
    data = frame.get("data", frame) if isinstance(frame, dict) else frame
    if not isinstance(data, dict):
        # a stream of a whole market sends lists
        return None
    kind = data.get("e")
    if kind == "depthUpdate":
        return _update(data, receive_time)
    # the spot market's best quotes do not name their kind
    if kind == "bookTicker" or (kind is None and "B" in data and "A" in data):
        return _quote(data, receive_time)
    # the futures mark trades of the market by X; others are not of the book
    if kind == "trade" and data.get("X", "MARKET") == "MARKET":
        return _trade(data, "t", receive_time)
    if kind == "aggTrade":
        return _trade(data, "a", receive_time)
    # a contract that expires has an empty rate
    if kind == "markPriceUpdate" and data["r"] != "":
        return _funding(data, receive_time)
    return None


def _snapshot(data: dict[str, Any], receive_time: int) -> BookSnapshot:
    return BookSnapshot(
        update_id=_whole(data["lastUpdateId"]),
        bids=_levels(data["bids"]),
        asks=_levels(data["asks"]),
        event_time=_time(data, "T"),
        receive_time=receive_time,
    )


def _update(data: dict[str, Any], receive_time: int) -> BookUpdate:
    return BookUpdate(
        first_id=_whole(data["U"]),
        final_id=_whole(data["u"]),
        previous_id=_whole(data["pu"]) if "pu" in data else None,
        bids=_levels(data["b"]),
        asks=_levels(data["a"]),
        event_time=_time(data, "E"),
        receive_time=receive_time,
    )


def _quote(data: dict[str, Any], receive_time: int) -> Quote:
    return Quote(
        update_id=_whole(data["u"]),
        bid=_finite(data["b"]),
        bid_size=_finite(data["B"]),
        ask=_finite(data["a"]),
        ask_size=_finite(data["A"]),
        event_time=_time(data, "E"),
        receive_time=receive_time,
    )


def _trade(data: dict[str, Any], number: str, receive_time: int) -> Trade:
    """Return a trade, or all fills of an order at a price, by the field of its number."""
    return Trade(
        trade_id=_whole(data[number]),
        price=_finite(data["p"]),
        size=_finite(data["q"]),
        # m: the buyer was the maker, so that the seller took liquidity
        side=-1 if data["m"] else 1,
        event_time=_time(data, "T"),
        receive_time=receive_time,
    )


def _funding(data: dict[str, Any], receive_time: int) -> FundingRate:
    """Return the rate of the interval that ends at the next payment, whose length is not stated."""
    return FundingRate(
        rate=_finite(data["r"]),
        interval_hours=None,
        next_time=_time(data, "T"),
        mark_price=_finite(data["p"]),
        index_price=_finite(data["i"]) if "i" in data else None,
        event_time=_time(data, "E"),
        receive_time=receive_time,
    )


def _levels(rows: list[list[str]]) -> list[Level]:
    """Return prices and sizes as numbers."""
    return [(float(price), float(size)) for price, size in rows]


def _whole(value: Any) -> int:
    """Return a number of a change or trade, which must be whole."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _finite(text: str) -> float:
    """Return a price or size, which must be finite; sizes and prices of levels a book checks."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not finite")
    return value


def _time(data: dict[str, Any], field: str) -> int | None:
    """Return a time of the venue in nanoseconds, if it states one."""
    milliseconds = data.get(field)
    return None if milliseconds is None else int(milliseconds) * MILLISECOND
