"""Files of data.binance.vision: quotes, trades, funding, candles and depth by distance.

Their layouts are in the repository binance/binance-public-data. Files of futures begin with a line
of names, those of the spot market do not; times are milliseconds, those of the spot market since
2025 microseconds. The files have no time of receipt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.files.csv_rows import Row, opened_rows, read_rows
from hedgeresearch.feeds.source import Source
from hedgeresearch.microstructure.events import FundingRate, MarketEvent, Quote, Trade

NAME = re.compile(r"(?P<symbol>[A-Z0-9_]+)-(?P<kind>[A-Za-z0-9]+)-\d{4}-\d{2}(-\d{2})?\.(csv|zip)")
BAR = re.compile(r"\d+(s|m|h|d|w|mo)")
MILLISECOND = 1_000_000
"""Nanoseconds in a millisecond."""
FIRST_MICROSECONDS = 10**14
"""Least number that is microseconds: in milliseconds it would be the year 5138."""
BOOLEANS = {"true": True, "false": False}
CANDLES = ("open_time", "open", "high", "low", "close", "volume", "close_time")
DEPTH = ("timestamp", "percentage", "depth")


@exported_by("hedgeresearch.feeds")
def read_binance_dump(
    path: str | Path, *, venue: str = "binance", kind: str | None = None, symbol: str | None = None
) -> Iterator[Sourced]:
    r"""Yield the events of a file of data.binance.vision.

    Parameters
    ----------
    path : file of bookTicker, aggTrades, trades or fundingRate, as .csv, .csv.gz or .zip
    venue : name of the venue of the source, such as "binance-usd-m"
    kind, symbol : by default those in the name of the file, such as
        BTCUSDT-aggTrades-2026-03-02.zip

    Returns
    -------
    iterator over (Source, event), in the order of the file
        The time of receipt is the venue's own, because the files have no other: latencies are zero.

    Raises
    ------
    DataError
        If the name of the file does not say what it holds, or a row cannot be read; the message
        names it. Candles and depth are no events: see ``binance_dump_table``.

    Warns
    -----
    DataWarning
        If a row is earlier than the one before: sort the events by their time.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from hedgeresearch.feeds import read_binance_dump
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "BTCUSDT-aggTrades-2026-03-02.csv"
    >>> _ = path.write_text("7,61800.5,0.25,30,31,1772409600123456,true,true\n")
    >>> for source, trade in read_binance_dump(path):
    ...     print(source, trade.price, trade.side, trade.event_time)
    BTCUSDT at binance 61800.5 -1 1772409600123456000
    """
    found_symbol, found_kind = _named(Path(path), kind, symbol)
    if found_kind not in READERS:
        raise DataError(
            f"{path} has no events but {found_kind}; those of {', '.join(READERS)} have. "
            "binance_dump_table reads candles and bookDepth."
        )
    return _events(Path(path), Source(venue, found_symbol), READERS[found_kind])


@exported_by("hedgeresearch.feeds")
def binance_dump_table(path: str | Path, *, kind: str | None = None) -> pd.DataFrame:
    """Return a file of candles or depth of data.binance.vision.

    Parameters
    ----------
    path : file of candles or bookDepth, as .csv, .csv.gz or .zip
    kind : "klines" or "bookDepth"; by default what the name of the file says

    Returns
    -------
    DataFrame
        Of candles open, high, low, close and volume by the time at which each is complete, UTC. Of
        bookDepth by time the size that is bid (negative) or offered (positive) within so many per
        cent of the price, a column for each.

    Raises
    ------
    DataError
        If the file holds something else, or a row cannot be read.

    Examples
    --------
    >>> import pathlib
    >>> import tempfile
    >>> from hedgeresearch.feeds import binance_dump_table
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "BTCUSDT-1h-2026-03.csv"
    >>> row = "1772409600000,61800,61900,61700,61850,12.5,1772413199999,1,1,1,1,0"
    >>> _ = path.write_text(row)
    >>> binance_dump_table(path).iloc[0].tolist()
    [61800.0, 61900.0, 61700.0, 61850.0, 12.5]
    """
    _, found = _named(Path(path), kind, "-")
    if found == "klines" or BAR.fullmatch(found):
        return _candles(Path(path))
    if found == "bookDepth":
        return _depth(Path(path))
    raise DataError(f"{path} holds {found}: read_binance_dump reads its events.")


def _named(path: Path, kind: str | None, symbol: str | None) -> tuple[str, str]:
    """Return the symbol and kind of a file, which its name has or that are given."""
    match = NAME.fullmatch(path.name.removesuffix(".gz"))
    if match is None and (kind is None or symbol is None):
        raise DataError(
            f"The name of {path} does not say what it holds, as BTCUSDT-aggTrades-2026-03-02.csv "
            "does. Pass kind= and symbol=."
        )
    if match is None:
        return str(symbol), str(kind)
    return symbol or match["symbol"], kind or match["kind"]


def _data_rows(rows: Iterator[Row]) -> tuple[int, Iterator[Row]]:
    """Return the number of the first row of numbers, and the rows without a line of names."""
    first = next(rows, None)
    if first is None:
        return 1, rows
    if first[0][:1].isdigit():
        return 1, chain([first], rows)
    return 2, rows


def _events(path: Path, source: Source, read: Callable[[Row], MarketEvent]) -> Iterator[Sourced]:
    latest = 0
    is_warned = False
    with opened_rows(path) as lines:
        first, rows = _data_rows(lines)
        for number, event in enumerate(read_rows(path, first, rows, read), start=first):
            if event.receive_time < latest and not is_warned:
                is_warned = True
                warn_caller(
                    f"Row {number} of {path} is earlier than the one before. Sort the events by "
                    "their time.",
                    DataWarning,
                )
            latest = event.receive_time
            yield source, event


def _quote(row: Row) -> Quote:
    """Return a quote of update_id, bid, size, ask, size, transaction_time, event_time."""
    bid, bid_size, ask, ask_size = (float(cell) for cell in row[1:5])
    time = _time(row[6])
    return Quote(int(row[0]), bid, bid_size, ask, ask_size, time, time)


def _aggregate(row: Row) -> Trade:
    """Return a trade of number, price, size, first, last, time, whether the buyer was the maker."""
    return _trade(row, row[5], row[6])


def _single(row: Row) -> Trade:
    """Return a trade of number, price, size, value, time, whether the buyer was the maker."""
    return _trade(row, row[4], row[5])


def _trade(row: Row, time: str, buyer_made: str) -> Trade:
    side = -1 if BOOLEANS[buyer_made.lower()] else 1
    at = _time(time)
    return Trade(int(row[0]), float(row[1]), float(row[2]), side, at, at)


def _funding(row: Row) -> FundingRate:
    """Return a payment of time, hours, rate, known just before it is made."""
    time = _time(row[0])
    return FundingRate(float(row[2]), float(row[1]), time, None, None, time, time - 1)


def _time(cell: str) -> int:
    """Return a time in nanoseconds."""
    number = int(cell)
    return number * (1_000 if number >= FIRST_MICROSECONDS else MILLISECOND)


def _candles(path: Path) -> pd.DataFrame:
    """Return candles by the time at which each is complete."""

    def read(row: Row) -> tuple[int, list[float]]:
        # the last moment of a candle, a milli- or microsecond before the next
        last = int(row[6])
        unit = 1_000 if last >= FIRST_MICROSECONDS else MILLISECOND
        return (last + 1) * unit, [float(cell) for cell in row[1:6]]

    with opened_rows(path) as lines:
        first, rows = _data_rows(lines)
        found = list(read_rows(path, first, rows, read))
    index = pd.DatetimeIndex([time for time, _ in found], tz="UTC", name="end")
    return pd.DataFrame([values for _, values in found], index=index, columns=list(CANDLES[1:6]))


def _depth(path: Path) -> pd.DataFrame:
    """Return sizes by time and distance in per cent."""

    def read(row: Row) -> tuple[pd.Timestamp, float, float]:
        return pd.Timestamp(row[0], tz="UTC"), float(row[1]), float(row[2])

    with opened_rows(path) as lines:
        first, rows = _data_rows(lines)
        found = pd.DataFrame(read_rows(path, first, rows, read), columns=list(DEPTH))
    if found.duplicated(["timestamp", "percentage"]).any():
        raise DataError(f"{path} has a time and percentage twice.")
    return found.pivot(index="timestamp", columns="percentage", values="depth")


READERS: dict[str, Callable[[Row], MarketEvent]] = {
    "bookTicker": _quote,
    "aggTrades": _aggregate,
    "trades": _single,
    "fundingRate": _funding,
}
"""Functions of a row by the kind of a file."""
