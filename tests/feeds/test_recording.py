"""Recordings of raw frames: what is read, what is left out, and what is refused."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Source, read_binance_frame, read_recording
from hedgeresearch.feeds.venues.continuity import Continuity
from hedgeresearch.microstructure import (
    BINANCE_FUTURES,
    BINANCE_SPOT,
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Quote,
    Trade,
)

UPDATE = {
    "stream": "btcusdt@depth@100ms",
    "data": {
        "e": "depthUpdate",
        "E": 1_723_161_255_208,
        "s": "BTCUSDT",
        "U": 5,
        "u": 9,
        "b": [["61737.63", "0.0"]],
        "a": [["61837.64", "1.5"]],
    },
}
TRADE = {"e": "trade", "E": 3, "T": 2, "t": 7, "p": "100.5", "q": "4", "X": "MARKET", "m": True}


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "n_quotes", "n_trades"),
    [
        ("binance_spot_btcusdt_20240808.gz", 28_040, 9_757),
        ("binance_usd_m_btcusdt_perp_20240808.gz", 66_089, 21_313),
        ("binance_coin_m_btcusd_perp_20240808.gz", 19_136, 2_286),
    ],
)
def test_the_recordings_are_read_whole(
    data_dir: Path, name: str, n_quotes: int, n_trades: int
) -> None:
    events = list(read_recording(data_dir / name))
    assert sum(isinstance(event, Quote) for event in events) == n_quotes
    assert sum(isinstance(event, BookSnapshot) for event in events) == 1
    # the futures list trades that are not of the market as well
    assert 0.9 * n_trades < sum(isinstance(event, Trade) for event in events) <= n_trades
    times = [event.receive_time for event in events]
    assert times == sorted(times)


def test_an_update_keeps_both_times_in_nanoseconds() -> None:
    update = read_binance_frame(UPDATE, 17)
    assert isinstance(update, BookUpdate)
    assert (update.first_id, update.final_id, update.previous_id) == (5, 9, None)
    assert update.bids == [(61737.63, 0.0)]
    assert update.event_time == 1_723_161_255_208_000_000
    assert update.receive_time == 17


def test_the_side_of_a_trade_is_that_of_the_taker() -> None:
    sold = read_binance_frame({"data": TRADE}, 1)
    bought = read_binance_frame({"data": {**TRADE, "m": False}}, 1)
    assert isinstance(sold, Trade)
    assert isinstance(bought, Trade)
    assert (sold.side, bought.side) == (-1, 1)
    assert sold.event_time == 2_000_000


def test_an_aggregate_trade_has_its_own_number() -> None:
    frame = {"data": {**TRADE, "e": "aggTrade", "a": 11, "f": 7, "l": 9}}
    trade = read_binance_frame(frame, 1)
    assert trade == Trade(11, 100.5, 4.0, -1, 2_000_000, 1)


def test_the_mark_price_has_the_rate_of_funding() -> None:
    data = {"e": "markPriceUpdate", "E": 3, "s": "BTCUSDT", "p": "61800.5", "i": "61790.0"}
    data |= {"P": "61810", "r": "0.00010000", "T": 9}  # type: ignore[dict-item]
    rate = read_binance_frame({"data": data}, 1)
    assert rate == FundingRate(1e-4, None, 9_000_000, 61_800.5, 61_790.0, 3_000_000, 1)
    # a contract that expires has no funding
    assert read_binance_frame({"data": {**data, "r": "", "T": 0}}, 1) is None


@pytest.mark.long
@pytest.mark.parametrize("name", ["spot_btcusdt", "usd_m_btcusdt_perp", "coin_m_btcusd_perp"])
def test_the_recordings_show_no_fault(data_dir: Path, name: str) -> None:
    """Numbers of quotes and trades ascend, and no book misses a change: no false alarm."""
    rule = BINANCE_SPOT if name.startswith("spot") else BINANCE_FUTURES
    source = Source("binance", name)
    counts: Counter[str] = Counter()
    continuity = Continuity({source: rule}, counts, numbers_trades=True)
    n_given = 0
    events = list(read_recording(data_dir / f"binance_{name}_20240808.gz"))
    for event in events:
        n_given += len(continuity.checked(source, event))
    assert n_given == len(events)
    assert not counts
    assert not continuity.lost


@pytest.mark.parametrize(
    "frame",
    [
        {"result": None, "id": 1},
        {"data": {**TRADE, "X": "INSURANCE_FUND"}},
        {"data": {}},
        {"stream": "!miniTicker@arr", "data": [{"e": "24hrMiniTicker"}]},
        [{"e": "24hrMiniTicker"}],
    ],
)
def test_frames_that_are_no_event_are_left_out(frame: Any) -> None:
    assert read_binance_frame(frame, 1) is None


def test_a_frame_that_lacks_a_field_is_refused() -> None:
    broken = {"data": {key: value for key, value in UPDATE["data"].items() if key != "u"}}  # type: ignore[attr-defined]
    with pytest.raises(DataError, match=r"cannot be read \(KeyError: 'u'\)"):
        read_binance_frame(broken, 1)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"data": {**UPDATE["data"], "u": "9"}}, r"'9' is not a whole number"),  # type: ignore[dict-item]
        ({"data": {**UPDATE["data"], "pu": 4.5}}, r"4.5 is not a whole number"),  # type: ignore[dict-item]
        ({"data": {**TRADE, "t": None}}, r"None is not a whole number"),
        ({"data": {**TRADE, "p": "nan"}}, r"'nan' is not finite"),
        ({"lastUpdateId": True, "bids": [], "asks": []}, r"True is not a whole number"),
    ],
)
def test_numbers_that_are_none_are_refused(frame: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_binance_frame(frame, 1)


@pytest.mark.parametrize("compressed", [True, False])
def test_a_recording_that_was_cut_ends_before_the_cut(tmp_path: Path, compressed: bool) -> None:
    line = f"1 {json.dumps(UPDATE)}\n"
    content = (2 * line + line[:40]).encode()
    path = tmp_path / ("frames.gz" if compressed else "frames.txt")
    path.write_bytes(gzip.compress(content) if compressed else content)
    assert len(list(read_recording(path))) == 2


def test_a_last_line_that_is_whole_is_read(tmp_path: Path) -> None:
    path = tmp_path / "frames.txt"
    path.write_text("\n".join(2 * [f"1 {json.dumps(UPDATE)}"]))
    assert len(list(read_recording(path))) == 2


def test_a_compressed_recording_without_its_end_is_read(tmp_path: Path) -> None:
    lines = "".join(f"{number} {json.dumps(UPDATE)}\n" for number in range(1_000))
    content = gzip.compress(lines.encode())
    path = tmp_path / "frames.gz"
    path.write_bytes(content[: -len(content) // 3])
    assert 100 < len(list(read_recording(path))) < 1_000


@pytest.mark.parametrize("line", ["no time\n", "1 {broken\n", "1.5 {}\n"])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "frames.txt"
    path.write_text(f"1 {json.dumps(UPDATE)}\n{line}")
    with pytest.raises(DataError, match="Line 2 of"):
        list(read_recording(path))


def test_instruments_of_one_recording_do_not_mix(tmp_path: Path) -> None:
    other = {"data": {**TRADE, "s": "ETHUSDT"}}
    path = tmp_path / "frames.txt"
    path.write_text(f"1 {json.dumps(UPDATE)}\n2 {json.dumps(other)}\n")
    with pytest.raises(DataError, match="Frames of BTCUSDT and of ETHUSDT make no common book"):
        list(read_recording(path))
    (update,) = read_recording(path, symbol="BTCUSDT")
    (trade,) = read_recording(path, symbol="ETHUSDT")
    assert isinstance(update, BookUpdate)
    assert isinstance(trade, Trade)
