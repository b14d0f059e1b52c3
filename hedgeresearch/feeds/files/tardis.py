"""Files in the CSV layout of tardis.dev: books, quotes, trades and funding of many venues.

Its documentation of data types: times are microseconds since 1970 in UTC, ``timestamp`` is the
venue's and ``local_timestamp`` the receiver's; levels that one message changed are rows of the same
``local_timestamp``; a snapshot after updates replaces the whole book, because the connection was
lost; updates before the first snapshot belong to none. The files have no numbers of changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.files.csv_rows import (
    Row,
    number_or_nan,
    number_or_none,
    opened_rows,
    read_rows,
)
from hedgeresearch.feeds.source import Source
from hedgeresearch.microstructure.events import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Level,
    Quote,
    Trade,
)

MICROSECOND = 1_000
"""Nanoseconds in a microsecond."""
KEY = ("exchange", "symbol", "timestamp", "local_timestamp")
LAYOUTS = {
    "is_snapshot": ("is_snapshot", "side", "price", "amount"),
    "id": ("id", "side", "price", "amount"),
    "ask_amount": ("ask_amount", "ask_price", "bid_price", "bid_amount"),
    "funding_rate": ("funding_timestamp", "funding_rate", "mark_price", "index_price"),
    "asks[0].price": ("asks[0].price", "asks[0].amount", "bids[0].price", "bids[0].amount"),
}
"""Columns that a layout needs, by one that it alone has."""
SIDES = {"buy": 1, "sell": -1, "unknown": 0}


@exported_by("hedgeresearch.feeds")
def read_tardis(path: str | Path) -> Iterator[Sourced]:
    r"""Yield the events of a CSV file in the layout of tardis.dev.

    Parameters
    ----------
    path : file of incremental_book_L2, book_snapshot_5 or _25, quotes, book_ticker, trades or
        derivative_ticker, which is known by its columns; compressed if its name ends in .gz

    Returns
    -------
    iterator over (Source, event), in the order of the file
        Changes of books are numbered in the order received, so that ``DERIBIT``, or any rule, keeps
        them. Of derivative_ticker the rows with a rate of funding.

    Raises
    ------
    DataError
        If the columns are of no such file, or a row cannot be read; the message names it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from hedgeresearch.feeds import read_tardis
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "quotes.csv"
    >>> header = "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price"
    >>> row = "deribit,BTC-PERPETUAL,1,3,10,101,100"
    >>> _ = path.write_text(f"{header},bid_amount\n{row},20\n")
    >>> [(str(source), quote.bid, quote.ask_size) for source, quote in read_tardis(path)]
    [('BTC-PERPETUAL at deribit', 100.0, 10.0)]
    """
    return _read(Path(path))


@dataclass
class Columns:
    """Places of columns, and counts by which books and trades are numbered.

    Parameters
    ----------
    places : mapping from name to place
    counts : Counter of what has been read of each source
    """

    places: dict[str, int]
    counts: Counter[Source] = field(default_factory=Counter)

    def source(self, row: Row) -> Source:
        """Return the source of a row."""
        return Source(row[self.places["exchange"]], row[self.places["symbol"]])

    def clocks(self, row: Row) -> tuple[int, int]:
        """Return the times of a row in nanoseconds."""
        times = [int(row[self.places[name]]) * MICROSECOND for name in KEY[2:]]
        return times[0], times[1]

    def cells(self, row: Row, names: tuple[str, ...]) -> list[str]:
        """Return cells of a row by name."""
        return [row[self.places[name]] for name in names]

    def next_number(self, source: Source) -> int:
        """Return the number of the next event of a source."""
        self.counts[source] += 1
        return self.counts[source]


def _read(path: Path) -> Iterator[Sourced]:
    with opened_rows(path) as rows:
        header = next(rows, [])
        names = next((names for key, names in LAYOUTS.items() if key in header), None)
        missing = [name for name in (*KEY, *(names or ())) if name not in header]
        if names is None or missing:
            raise DataError(
                f"{path} has not the columns of a file of tardis.dev: "
                f"{', '.join(missing) or 'those of no data type'}; got {', '.join(header)[:200]}."
            )
        columns = Columns({name: place for place, name in enumerate(header)})
        if names[0] == "is_snapshot":
            yield from _changes(path, rows, columns)
            return
        for sourced in read_rows(path, 2, rows, READERS[names[0]](columns)):
            if sourced is not None:
                yield sourced


def _changes(path: Path, rows: Iterator[Row], columns: Columns) -> Iterator[Sourced]:
    """Yield snapshots and updates: rows that were received at once are one."""

    def read(row: Row) -> tuple[tuple[Source, bool, int], tuple[int, int], str, Level]:
        is_snapshot, side, price, amount = columns.cells(row, LAYOUTS["is_snapshot"])
        clocks = columns.clocks(row)
        whole = {"true": True, "false": False}[is_snapshot]
        # consecutive rows of a snapshot are one snapshot, however many messages it had
        key = (columns.source(row), whole, 0 if whole else clocks[1])
        return key, clocks, {"bid": "bid", "ask": "ask"}[side], (float(price), float(amount))

    for (source, whole, _), group in groupby(read_rows(path, 2, rows, read), lambda one: one[0]):
        changed: dict[str, list[Level]] = {"bid": [], "ask": []}
        rows_of_one = list(group)
        for _, _, side, level in rows_of_one:
            changed[side].append(level)
        clocks = rows_of_one[-1][1]
        number = columns.next_number(source)
        levels = (changed["bid"], changed["ask"])
        if whole:
            yield source, BookSnapshot(number, *levels, *clocks)
        else:
            yield source, BookUpdate(number, number, number - 1, *levels, *clocks)


def _trade_reader(columns: Columns) -> Callable[[Row], Sourced]:
    def read(row: Row) -> Sourced:
        """Return a trade; its place in the file if its number is not whole."""
        source = columns.source(row)
        number, side, price, amount = columns.cells(row, LAYOUTS["id"])
        own = columns.next_number(source)
        trade_id = int(number) if number.isdecimal() else own
        prices = (float(price), float(amount))
        return source, Trade(trade_id, *prices, SIDES[side], *columns.clocks(row))

    return read


def _quote_reader(columns: Columns) -> Callable[[Row], Sourced]:
    def read(row: Row) -> Sourced:
        """Return a quote; one side of which there is none is nan."""
        cells = columns.cells(row, ("bid_price", "bid_amount", "ask_price", "ask_amount"))
        bid, bid_size, ask, ask_size = (number_or_nan(cell) for cell in cells)
        clocks = columns.clocks(row)
        return columns.source(row), Quote(None, bid, bid_size, ask, ask_size, *clocks)

    return read


def _funding_reader(columns: Columns) -> Callable[[Row], Sourced | None]:
    def read(row: Row) -> Sourced | None:
        """Return the rate of funding, if the row has one."""
        next_time, rate, mark, index = columns.cells(row, LAYOUTS["funding_rate"])
        if not rate:
            return None
        paid = int(next_time) * MICROSECOND if next_time else None
        prices = (number_or_none(mark), number_or_none(index))
        return columns.source(row), FundingRate(
            float(rate), None, paid, *prices, *columns.clocks(row)
        )

    return read


def _whole_book_reader(columns: Columns) -> Callable[[Row], Sourced]:
    n_levels = sum(name.startswith("asks[") for name in columns.places) // 2
    names = {
        side: [(f"{side}[{n}].price", f"{side}[{n}].amount") for n in range(n_levels)]
        for side in ("bids", "asks")
    }

    def read(row: Row) -> Sourced:
        """Return the levels that the book had; a thin one has empty cells."""
        source = columns.source(row)
        bids = _levels(columns.cells(row, pair) for pair in names["bids"])
        asks = _levels(columns.cells(row, pair) for pair in names["asks"])
        number = columns.next_number(source)
        return source, BookSnapshot(number, bids, asks, *columns.clocks(row))

    return read


def _levels(cells: Iterable[list[str]]) -> list[Level]:
    return [(float(price), float(amount)) for price, amount in cells if price]


READERS: dict[str, Callable[[Columns], Callable[[Row], Sourced | None]]] = {
    "id": _trade_reader,
    "ask_amount": _quote_reader,
    "funding_timestamp": _funding_reader,
    "asks[0].price": _whole_book_reader,
}
"""Makers of functions of a row, by the first column of the layout."""
