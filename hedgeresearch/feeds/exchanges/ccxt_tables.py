"""Tables of public market data of any venue that ccxt knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.exchanges.ccxt_exchange import ccxt_module, exchange_of

MOST_CALLS = 10_000
"""Largest number of calls for one table, so that a venue that repeats itself does not go on."""
CANDLES = ("open", "high", "low", "close", "volume")


@exported_by("hedgeresearch.feeds")
def list_markets(exchange: Any) -> pd.DataFrame:
    """Return the instruments of an exchange.

    Parameters
    ----------
    exchange : name of the exchange, such as "kraken", or an exchange of ``ccxt``

    Returns
    -------
    DataFrame (n_instruments, 11)
        By unified symbol: id (the venue's own name), type, base, quote, settle, linear, inverse,
        contract_size, expiry, tick and lot.

    Raises
    ------
    DataError
        If there is no such exchange, or it does not answer.
    MissingDataError
        If the package ``ccxt`` is not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import list_markets
    >>> list_markets("kraken").loc["BTC/USD", ["tick", "lot"]]  # doctest: +SKIP
    """
    venue = exchange_of(exchange, ccxt_module())
    markets = _called(venue, lambda: venue.load_markets())
    rows = {
        symbol: {
            "id": one["id"],
            "type": one["type"],
            "base": one["base"],
            "quote": one["quote"],
            "settle": one["settle"],
            "linear": one["linear"],
            "inverse": one["inverse"],
            "contract_size": one["contractSize"],
            "expiry": pd.to_datetime(one["expiry"], unit="ms", utc=True),
            "tick": one["precision"]["price"],
            "lot": one["precision"]["amount"],
        }
        for symbol, one in markets.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("symbol")


@exported_by("hedgeresearch.feeds")
def candles(
    exchange: Any, symbol: str, bar: str = "1h", *, start: Any, end: Any = None
) -> pd.DataFrame:
    """Return candles of an instrument, by the end of each.

    Parameters
    ----------
    exchange : name of the exchange, or an exchange of ``ccxt``
    symbol : unified name, such as "BTC/USDT"
    bar : length of a candle as ccxt writes it, such as "1m", "1h" or "1d"
    start, end : times with a zone; by default until now

    Returns
    -------
    DataFrame (n_candles, 5)
        Open, high, low, close and volume, by the time at which the candle is complete, UTC. One
        that is not complete is left out, and its end is ``attrs["incomplete"]``, None otherwise.

    Raises
    ------
    DataError
        If there is no such exchange, symbol or bar, or nothing in the time.
    MissingDataError
        If the package ``ccxt`` is not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import candles
    >>> candles("kraken", "BTC/USD", "1d", start="2026-01-01T00:00Z")  # doctest: +SKIP
    """
    venue = exchange_of(exchange, ccxt_module())
    first = _milliseconds(start, "start")
    length = _called(venue, lambda: venue.parse_timeframe(bar)) * 1000
    last = venue.milliseconds() if end is None else _milliseconds(end, "end")
    rows = _pages(
        venue,
        lambda since: venue.fetch_ohlcv(symbol, bar, since, 1000),
        lambda row: int(row[0]),
        (first, last),
    )
    table = pd.DataFrame(
        [row[1:6] for row in rows],
        columns=list(CANDLES),
        index=_times([row[0] + length for row in rows], "end"),
        dtype=float,
    )
    now = pd.Timestamp(venue.milliseconds(), unit="ms", tz="UTC")
    complete = table.index <= now
    found = table[complete]
    found.attrs["incomplete"] = None if complete.all() else table.index[-1]
    return found


@exported_by("hedgeresearch.feeds")
def funding_history(exchange: Any, symbol: str, *, start: Any, end: Any = None) -> pd.DataFrame:
    """Return past rates of funding of a perpetual contract.

    Parameters
    ----------
    exchange : name of the exchange, or an exchange of ``ccxt``
    symbol : unified name, such as "BTC/USDT:USDT"
    start, end : times with a zone; by default until now

    Returns
    -------
    DataFrame (n_rates, 2)
        By the time of payment, UTC: rate, the fraction that longs paid shorts, and interval_hours,
        the hours since the payment before (after it, for the first), which are 8 at most venues,
        and 1 at Deribit.

    Raises
    ------
    DataError
        If there is no such exchange or symbol, or nothing in the time.
    MissingDataError
        If the package ``ccxt`` is not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import funding_history
    >>> start = "2026-01-01T00:00Z"
    >>> funding_history("binanceusdm", "BTC/USDT:USDT", start=start)  # doctest: +SKIP
    """
    venue = exchange_of(exchange, ccxt_module())
    last = venue.milliseconds() if end is None else _milliseconds(end, "end")
    rows = _pages(
        venue,
        lambda since: venue.fetch_funding_rate_history(symbol, since, 1000),
        lambda row: int(row["timestamp"]),
        (_milliseconds(start, "start"), last),
    )
    times = _times([row["timestamp"] for row in rows], "time")
    rates = [_paid(row) for row in rows]
    hours = np.diff(times.as_unit("ms").asi8) / 3_600_000.0
    intervals = np.r_[hours[:1], hours] if len(rows) > 1 else np.array([np.nan])
    # payments are a few milliseconds late
    return pd.DataFrame({"rate": rates, "interval_hours": intervals.round(2)}, index=times)


def _paid(row: Mapping[str, Any]) -> float:
    """Return the rate of the hours of a row.

    Deribit has rows of an hour, and ccxt has their rate for eight.
    """
    of_hour = (row.get("info") or {}).get("interest_1h")
    return float(row["fundingRate"] if of_hour is None else of_hour)


@exported_by("hedgeresearch.feeds")
def trade_history(exchange: Any, symbol: str, *, start: Any, end: Any = None) -> pd.DataFrame:
    """Return past trades of an instrument.

    Parameters
    ----------
    exchange : name of the exchange, or an exchange of ``ccxt``
    symbol : unified name, such as "BTC/USDT"
    start, end : times with a zone; by default until now

    Returns
    -------
    DataFrame (n_trades, 4)
        By the venue's time, UTC: id, price, size in the venue's unit, and side, +1 if the buyer
        took liquidity, -1 if the seller did, 0 if it is not stated.

    Raises
    ------
    DataError
        If there is no such exchange or symbol, or nothing in the time.
    MissingDataError
        If the package ``ccxt`` is not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import trade_history
    >>> span = {"start": "2026-03-02T12:00Z", "end": "2026-03-02T12:05Z"}
    >>> trade_history("kraken", "BTC/USD", **span)  # doctest: +SKIP
    """
    venue = exchange_of(exchange, ccxt_module())
    last = venue.milliseconds() if end is None else _milliseconds(end, "end")
    rows = _pages(
        venue,
        lambda since: venue.fetch_trades(symbol, since, 1000),
        lambda row: int(row["timestamp"]),
        (_milliseconds(start, "start"), last),
        lambda row: row["id"],
    )
    sides = {"buy": 1, "sell": -1}
    columns = {
        "id": [row["id"] for row in rows],
        "price": [float(row["price"]) for row in rows],
        "size": [float(row["amount"]) for row in rows],
        "side": [sides.get(row["side"], 0) for row in rows],
    }
    return pd.DataFrame(columns, index=_times([row["timestamp"] for row in rows], "time"))


@exported_by("hedgeresearch.feeds")
def option_summaries(exchange: Any, currency: str) -> pd.DataFrame:
    """Return the quotes of all options on a currency, with what the venue itself adds.

    Of Deribit it is the table that ``OptionChain.from_deribit`` reads, with ``mark_iv`` and
    ``underlying_price``, which ccxt's own structure leaves out or empty.

    Parameters
    ----------
    exchange : name of the exchange, such as "deribit", or an exchange of ``ccxt``
    currency : such as "BTC"

    Returns
    -------
    DataFrame (n_options, ...)
        Columns of the venue.

    Raises
    ------
    DataError
        If there is no such exchange, or it has no options on the currency.
    MissingDataError
        If the package ``ccxt`` is not installed.

    Examples
    --------
    >>> from hedgeresearch.feeds import option_summaries
    >>> from hedgeresearch.options import OptionChain
    >>> OptionChain.from_deribit(option_summaries("deribit", "BTC"))  # doctest: +SKIP
    """
    venue = exchange_of(exchange, ccxt_module())
    options = _called(venue, lambda: venue.fetch_option_chain(currency))
    if not options:
        raise DataError(f"{venue.id} has no options on {currency}.")
    return pd.DataFrame([one["info"] for one in options.values()])


def _pages(
    venue: Any,
    call: Callable[[int], list[Any]],
    time_of: Callable[[Any], int],
    span: tuple[int, int],
    identity: Callable[[Any], Any] | None = None,
) -> list[Any]:
    """Return rows from a first to a last time, of as many calls as it needs.

    Each call begins at the last time that was found, so that rows of the same time are whole.
    """
    since, last = span
    found: dict[Any, Any] = {}
    for _ in range(MOST_CALLS):
        rows = [row for row in _called(venue, partial(call, since)) if time_of(row) >= since]
        n_before = len(found)
        for row in rows:
            if time_of(row) < last:
                found.setdefault(time_of(row) if identity is None else identity(row), row)
        if len(found) == n_before:
            break
        since = max(map(time_of, rows))
    if not found:
        raise DataError(f"{venue.id} has nothing in the time. Begin earlier, or end later.")
    return sorted(found.values(), key=time_of)


def _called(venue: Any, call: Callable[[], Any]) -> Any:
    """Return the answer of an exchange; its errors as those of the package."""
    errors = ccxt_module()
    try:
        return call()
    except errors.BaseError as error:
        raise DataError(f"{venue.id} does not answer ({type(error).__name__}: {error}).") from error


def _milliseconds(time: Any, name: str) -> int:
    """Return a time in milliseconds; it must have a zone."""
    try:
        moment = pd.Timestamp(time)
    except (ValueError, TypeError) as error:
        raise DataError(f"{name} must be a time with a zone; got {time!r}.") from error
    if moment.tzinfo is None:
        raise DataError(f"{name} must be a time with a zone, such as '2026-03-02T12:00Z'.")
    return int(moment.as_unit("ns").value) // 1_000_000


def _times(milliseconds: list[int], name: str) -> pd.DatetimeIndex:
    return pd.to_datetime(milliseconds, unit="ms", utc=True).rename(name)
