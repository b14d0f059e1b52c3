"""Public recordings: files of tardis.dev and of data.binance.vision."""

import gzip
import math
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.feeds import Source, binance_dump_table, read_binance_dump, read_tardis
from hedgeresearch.microstructure import (
    DERIBIT,
    BookSnapshot,
    BookUpdate,
    FundingRate,
    OrderBook,
    Quote,
    Trade,
)

KEY = "exchange,symbol,timestamp,local_timestamp"
PERPETUAL = Source("deribit", "BTC-PERPETUAL")


def tardis(folder: Path, columns: str, *rows: str) -> list[Any]:
    """Return the events of a compressed file, each row after its exchange and symbol."""
    lines = [f"{KEY},{columns}", *[f"deribit,BTC-PERPETUAL,{row}" for row in rows]]
    path = folder / "file.csv.gz"
    path.write_bytes(gzip.compress("\n".join([*lines, ""]).encode()))
    events = list(read_tardis(path))
    plain = folder / "file.csv"
    plain.write_text("\n".join(lines))
    assert repr(list(read_tardis(plain))) == repr(events)
    assert {source for source, _ in events} <= {PERPETUAL}
    return [event for _, event in events]


BOOK = "is_snapshot,side,price,amount"


def test_changes_of_a_book_are_those_received_at_once(tmp_path: Path) -> None:
    events = tardis(
        tmp_path,
        BOOK,
        "1,2,false,bid,98,7",  # belongs to no snapshot
        "3,4,true,bid,99,10",
        "3,5,true,ask,101,20",  # the same snapshot in a second message
        "6,7,false,bid,100,5",
        "6,7,false,ask,101,0",
        "6,7,false,ask,102,3",
        "8,9,false,bid,100,6",
        "10,20,true,bid,90,1",  # after a new connection
        "10,20,true,ask,91,0",
        "10,20,true,ask,92,2",
    )
    assert events == [
        BookUpdate(1, 1, 0, [(98.0, 7.0)], [], 1_000, 2_000),
        BookSnapshot(2, [(99.0, 10.0)], [(101.0, 20.0)], 3_000, 5_000),
        BookUpdate(3, 3, 2, [(100.0, 5.0)], [(101.0, 0.0), (102.0, 3.0)], 6_000, 7_000),
        BookUpdate(4, 4, 3, [(100.0, 6.0)], [], 8_000, 9_000),
        BookSnapshot(5, [(90.0, 1.0)], [(91.0, 0.0), (92.0, 2.0)], 10_000, 20_000),
    ]
    book = OrderBook(DERIBIT)
    right = [book.receive(event) for event in events]
    assert right == [False, True, True, True, True]
    assert (book.best_bid, book.best_ask) == ((90.0, 1.0), (92.0, 2.0))
    assert book.counts["old"] == 1


def test_books_of_several_instruments_are_numbered_apart(tmp_path: Path) -> None:
    path = tmp_path / "OPTIONS.csv"
    rows = ["a,X,1,1,true,bid,5,1", "a,Y,1,1,true,bid,7,1", "a,X,2,2,false,bid,5,2"]
    path.write_text("\n".join([f"{KEY},{BOOK}", *rows]))
    found = [(source.symbol, event) for source, event in read_tardis(path)]
    assert [symbol for symbol, _ in found] == ["X", "Y", "X"]
    assert found[2][1] == BookUpdate(2, 2, 1, [(5.0, 2.0)], [], 2_000, 2_000)


def test_quotes_have_empty_sides(tmp_path: Path) -> None:
    columns = "ask_amount,ask_price,bid_price,bid_amount"
    first, second = tardis(tmp_path, columns, "1,2,10,101,100,20", "3,4,,,100,20")
    assert first == Quote(None, 100.0, 20.0, 101.0, 10.0, 1_000, 2_000)
    assert math.isnan(second.ask)
    assert second.bid == 100.0


def test_trades_without_a_whole_number_have_their_place(tmp_path: Path) -> None:
    rows = ("1,2,77,buy,100,3", "1,2,4f-aa,sell,100,1", "1,2,,unknown,100,1")
    assert tardis(tmp_path, "id,side,price,amount", *rows) == [
        Trade(77, 100.0, 3.0, 1, 1_000, 2_000),
        Trade(2, 100.0, 1.0, -1, 1_000, 2_000),
        Trade(3, 100.0, 1.0, 0, 1_000, 2_000),
    ]


def test_rates_of_funding_come_from_derivative_tickers(tmp_path: Path) -> None:
    columns = "funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,"
    columns += "index_price,mark_price"
    rows = ("1,2,9,0.0001,0.0002,5,100,99,101", "1,2,,,,5,100,99,101", "1,2,,-0.0001,,5,100,,")
    assert tardis(tmp_path, columns, *rows) == [
        FundingRate(1e-4, None, 9_000, 101.0, 99.0, 1_000, 2_000),
        FundingRate(-1e-4, None, None, None, None, 1_000, 2_000),
    ]


def test_whole_books_have_as_many_levels_as_there_are(tmp_path: Path) -> None:
    names = [
        f"{side}[{place}].{what}"
        for place in range(2)
        for side in ("asks", "bids")
        for what in ("price", "amount")
    ]
    events = tardis(
        tmp_path, ",".join(names), "1,2,101,1,100,2,102,3,99,4", "1,2,101,1,100,2,,,99,4"
    )
    assert events[0] == BookSnapshot(
        1, [(100.0, 2.0), (99.0, 4.0)], [(101.0, 1.0), (102.0, 3.0)], 1_000, 2_000
    )
    assert events[1].asks == [(101.0, 1.0)]


@pytest.mark.parametrize(
    ("columns", "row", "message"),
    [
        (BOOK, "1,2,maybe,bid,1,1", r"Row 2 of .*cannot be read \(KeyError: 'maybe'\)"),
        (BOOK, "1,2,true,bid", r"Row 2 of .*cannot be read \(IndexError"),
        ("id,side,price,amount", "1,2,3,buy,x,1", r"Row 2 of .*could not convert"),
        ("price,volume", "1,2,3,4", "has not the columns of a file of tardis.dev"),
        ("is_snapshot,side,price", "1,2,3,4,5", "tardis.dev: amount; got"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    tmp_path: Path, columns: str, row: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        tardis(tmp_path, columns, row)


# --- Binance ---

QUOTES = "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time"


def dump(folder: Path, name: str, *lines: str) -> Path:
    """Return a zip file as the venue offers it."""
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.csv", "\n".join([*lines, ""]))
    return path


def test_quotes_of_a_dump_have_the_venues_time_only(tmp_path: Path) -> None:
    header = f"{QUOTES},event_time"
    row = "9001,49999.9,1.5,50000.1,2.0,1687392000123,1687392000125"
    path = dump(tmp_path, "BTCUSDT-bookTicker-2023-06-22", header, row)
    ((source, quote),) = read_binance_dump(path, venue="binance-usd-m")
    assert source == Source("binance-usd-m", "BTCUSDT")
    time = 1_687_392_000_125_000_000
    assert quote == Quote(9001, 49999.9, 1.5, 50000.1, 2.0, time, time)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        # futures, with names and milliseconds; spot since 2025, without and in microseconds
        (
            "aggTrades",
            (
                "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,"
                "is_buyer_maker",
                "26129,0.25,4.5,27781,27782,1735776000001,true",
            ),
        ),
        ("aggTrades", ("26129,0.25,4.5,27781,27782,1735776000001000,True,True",)),
        (
            "trades",
            ("id,price,qty,quote_qty,time,is_buyer_maker", "26129,0.25,4.5,1.1,1735776000001,true"),
        ),
        ("trades", ("26129,0.25,4.5,1.1,1735776000001000,True,True",)),
    ],
)
def test_trades_of_all_layouts_are_one(tmp_path: Path, kind: str, lines: tuple[str, ...]) -> None:
    path = dump(tmp_path, f"ETHBTC-{kind}-2025-01-02", *lines)
    ((source, trade),) = read_binance_dump(path)
    assert source == Source("binance", "ETHBTC")
    time = 1_735_776_000_001_000_000
    assert trade == Trade(26_129, 0.25, 4.5, -1, time, time)


def test_payments_of_funding_have_their_hours(tmp_path: Path) -> None:
    lines = ("calc_time,funding_interval_hours,last_funding_rate", "1706745600003,8,-0.0005")
    path = dump(tmp_path, "BTCUSD_PERP-fundingRate-2024-02", *lines)
    ((source, rate),) = read_binance_dump(path)
    assert source.symbol == "BTCUSD_PERP"
    time = 1_706_745_600_003_000_000
    assert rate == FundingRate(-5e-4, 8.0, time, None, None, time, time - 1)


@pytest.mark.parametrize("scale", [1, 1_000])
def test_candles_are_dated_by_their_end(tmp_path: Path, scale: int) -> None:
    start = pd.Timestamp("2025-01-02", tz="UTC")
    milliseconds = start.value // 10**6
    first = milliseconds * scale
    last = (milliseconds + 60_000) * scale - 1
    row = f"{first},4.1,4.3,4.0,4.2,539.2,{last},0,9,0,0,0"
    table = binance_dump_table(dump(tmp_path, "BTCUSDT-1m-2025-01-02", row))
    assert table.index.tolist() == [start + pd.Timedelta("1min")]
    assert table.iloc[0].tolist() == [4.1, 4.3, 4.0, 4.2, 539.2]


def test_depth_is_a_table_by_distance(tmp_path: Path) -> None:
    lines = ["timestamp,percentage,depth,notional"]
    for second in (8, 38):
        for percent in ("-1.00", "1.00"):
            lines.append(f"2026-03-02 00:00:{second:02d},{percent},{second * 2},1000")
    table = binance_dump_table(dump(tmp_path, "BTCUSDT-bookDepth-2026-03-02", *lines))
    assert table.columns.tolist() == [-1.0, 1.0]
    assert table.index[0] == pd.Timestamp("2026-03-02 00:00:08", tz="UTC")
    assert table[-1.0].tolist() == [16.0, 76.0]
    with pytest.raises(DataError, match="has a time and percentage twice"):
        binance_dump_table(dump(tmp_path, "BTCUSDT-bookDepth-2026-03-03", *lines, lines[-1]))


def test_rows_that_go_back_are_warned_of_once(tmp_path: Path) -> None:
    rows = [
        f"{number},1,1,2,1,{time},{time}" for number, time in ((1, 50), (3, 90), (2, 60), (4, 55))
    ]
    path = dump(tmp_path, "BTCUSDT-bookTicker-2024-02-15", *rows)
    with pytest.warns(DataWarning, match="Row 3 of .* is earlier than the one before") as caught:
        assert len(list(read_binance_dump(path))) == 4
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("name", "row", "settings", "message"),
    [
        ("trades", "1,2", {}, "does not say what it holds"),
        ("BTCUSDT-1m-2026-03-02", "1,2", {}, "has no events but 1m; .* binance_dump_table"),
        ("BTCUSDT-trades-2026-03-02", "1,2,3", {}, r"Row 1 of .*IndexError"),
        ("BTCUSDT-trades-2026-03-02", "1,2,3,4,5,perhaps", {}, r"Row 1 of .*KeyError: 'perhaps'"),
        ("any", "1,2,3,4,5", {"kind": "trades", "symbol": "A"}, r"Row 1 of .*IndexError"),
    ],
)
def test_dumps_that_cannot_be_read_are_refused(
    tmp_path: Path, name: str, row: str, settings: dict[str, str], message: str
) -> None:
    path = dump(tmp_path, name, row)
    with pytest.raises(DataError, match=message):
        list(read_binance_dump(path, **settings))


def test_tables_of_events_are_refused(tmp_path: Path) -> None:
    path = dump(tmp_path, "BTCUSDT-trades-2026-03-02", "1,2,3,4,5,true")
    with pytest.raises(DataError, match="holds trades: read_binance_dump reads its events"):
        binance_dump_table(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.csv", "")
    with pytest.raises(DataError, match="must hold one file; it holds 2"):
        list(read_binance_dump(path))
