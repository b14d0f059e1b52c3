"""The command that follows a market: a stub venue, a recording, an audit, and its end."""

import io
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book
from hedgeresearch.cli.book.live import read_live
from hedgeresearch.cli.live import _live_feed
from hedgeresearch.cli.terminal.live_table import LiveTable
from hedgeresearch.feeds import Source, UniswapV3Pool
from hedgeresearch.live import BookCosts, Decision, FundingLeg, Leg, Session, TradingHours
from hedgeresearch.microstructure import Quote
from tests.cli.conftest import Run
from tests.feeds.stub_venue import StubVenue
from tests.loopback import loopback_only

__all__ = ["loopback_only"]

BOOK = """\
data:
  file: prices.csv
  funding: {ETH_PERP: FUNDING}
position:
  BTC_PERP: 2
instruments:
  - type: linear
    name: ETH_PERP
    multiplier: 0.001
    lot: 1
    fee: 0.0002
    funding: 8-hourly
model:
  ewma: {}
live:
  max_age: 5
  legs:
    BTC_PERP: {venue: binance-usd-m, symbol: BTCUSDT}
    ETH_PERP:
      venue: binance-usd-m
      symbol: ETHUSDT
      book: true
      within: 0.0001
      contracts_per_unit: 1000
    FUNDING: {venue: binance-usd-m, symbol: ETHUSDT}
"""
NAMES = ("BTCUSDT", "ETHUSDT")
NODE = "node: http://127.0.0.1:8545"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book whose prices end now, in bars of a quarter of a second."""
    end = pd.Timestamp.now("UTC").floor("250ms")
    times = pd.date_range(end=end, periods=200, freq="250ms", name="date")
    steps = 0.5 * np.random.default_rng(0).integers(-3, 4, (2, 200)).cumsum(axis=1)
    prices = {"BTC_PERP": 6e4 + steps[0], "ETH_PERP": 6e4 + steps[0] + steps[1], "FUNDING": 0.0}
    pd.DataFrame(prices, times).to_csv(tmp_path / "prices.csv")
    path = tmp_path / "book.yaml"
    path.write_text(BOOK)
    return path


def arguments(stub: StubVenue, book: Path, *more: object) -> list[str]:
    given: list[object] = ["live", "--position", book, "--ws-url", stub.ws_url]
    return list(map(str, [*given, "--rest-url", stub.rest_url, *more]))


def check_json_lines(output: str, log: Path) -> None:
    """Check that each line is a decision in JSON, and the last one counts them."""
    *decisions, last = [json.loads(line) for line in output.splitlines()]
    n_advised = sum("orders" in one for one in decisions)
    counts = {"decisions": len(decisions), "with_advice": n_advised, "audit": str(log)}
    assert last == {"summary": counts}


@pytest.mark.long
def test_a_replay_gives_the_advice_that_was_given_live(
    run: Run, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recording"
    live_log = tmp_path / "live.jsonl"
    again = tmp_path / "again.jsonl"
    n_advised = 0
    see = LiveTable.see

    def seen(self: LiveTable, decision: Decision) -> None:
        """Interrupt the command after some advice, whatever the speed of the machine."""
        nonlocal n_advised
        see(self, decision)
        n_advised += decision.advice is not None
        if n_advised == 10:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(LiveTable, "see", seen)
    with StubVenue(NAMES) as stub:
        code, output, errors = run(*arguments(stub, book, "--record", folder, "--audit", live_log))
    monkeypatch.undo()
    assert (code, errors) == (0, "")
    assert re.search(r"\d+ decisions, \d+ with advice, are in", " ".join(output.split()))
    assert re.search(r"(hold|trade): ", output)
    code, output, errors = run(
        "live", "--position", book, "--replay", folder, "--audit", again, "--json"
    )
    assert (code, errors) == (0, "")
    check_json_lines(output, again)
    first = live_log.read_text().splitlines()
    second = again.read_text().splitlines()
    # a live session has seen the last bars end by the clock, too
    assert second == first[: len(second)]
    advised = [json.loads(line) for line in second if '"orders"' in line][1:]
    assert len(advised) > 1
    assert {name for name, one in advised[0]["liquidity"].items() if one["capacity"] > 0.0}
    code, output, errors = run("live", "--position", book, "--check", live_log)
    assert (code, errors) == (0, "")
    n_logged = sum('"orders"' in line for line in first[1:])
    assert f"{n_logged:,} decisions of" in output
    code, output, errors = run("live", "--position", book, "--check", live_log, "--json")
    assert json.loads(output) == {"summary": {"checked": n_logged, "audit": str(live_log)}}


@pytest.mark.long
def test_it_ends_cleanly_at_an_interrupt(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    command = [sys.executable, "-m", "hedgeresearch"]
    with StubVenue(NAMES) as stub:
        process = subprocess.Popen(
            [*command, *arguments(stub, book, "--record", folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        end = time.monotonic() + 120.0
        while not list(folder.glob("audit-*.jsonl")) and time.monotonic() < end:
            time.sleep(0.05)
        (log,) = folder.glob("audit-*.jsonl")
        while log.read_text().count("\n") < 5 and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120.0)
    assert process.returncode == 0
    assert errors == ""
    assert "decisions" in output
    assert len(list(hr.feeds.replay(folder))) > 5
    assert all(json.loads(line) for line in log.read_text().splitlines())


def test_fields_of_the_book_become_legs(book: Path) -> None:
    text = book.read_text() + ("  max_delay: 2\n  refit: {every: 400, lag: 20}\n")
    hours = "{opens: '09:30', closes: '16:00', zone: America/New_York, holidays: [2026-12-25]}"
    book.write_text(
        text.replace("symbol: BTCUSDT}", "symbol: BTCUSDT, hours: " + hours + "}").replace(
            "    FUNDING: {venue: binance-usd-m, symbol: ETHUSDT}",
            "    FUNDING: {venue: kraken, symbol: ETH/USD, max_age: 60, interval_hours: 4}",
        )
    )
    live = read_live(book)
    perpetual = Source("binance-usd-m", "ETHUSDT")
    rule = hr.feeds.sequence_rule("binance-usd-m")
    assert live.legs == {
        "BTC_PERP": Leg(
            Source("binance-usd-m", "BTCUSDT"),
            hours=TradingHours("09:30", "16:00", "America/New_York", holidays=["2026-12-25"]),
        ),
        "ETH_PERP": Leg(perpetual, rule, costs=BookCosts(1e-4, 1000.0)),
        "FUNDING": FundingLeg(Source("kraken", "ETH/USD"), 60.0, 4.0),
    }
    assert live.settings == {
        "max_age": 5.0,
        "max_delay": 2.0,
        "refit": hr.live.Refit(400, 20),
    }
    assert live.kinds() == {
        "binance-usd-m": (["BTCUSDT", "ETHUSDT"], ["quotes", "book"]),
        "kraken": (["ETH/USD"], ["funding"]),
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("live:", "x-live:", "is not a field; a book has the fields"),
        ("symbol: BTCUSDT}", "sym: BTCUSDT}", "live.legs.BTC_PERP.sym is not a field"),
        ("      book: true\n", "", "live.legs.ETH_PERP.within needs the book of the leg"),
        ("within: 0.0001", "within: 2", "within must lie"),
        (
            "symbol: BTCUSDT}",
            "symbol: BTCUSDT, max_age: 3}",
            "max_age of a leg is that of funding",
        ),
        (
            "symbol: BTCUSDT}",
            "symbol: BTCUSDT, interval_hours: 8}",
            "interval_hours of a leg is that of funding",
        ),
        ("symbol: ETHUSDT}", "symbol: ETHUSDT, book: true}", "is not a field of a column of"),
        ("  max_age: 5", "  max_age: x", "live.max_age must be a number"),
    ],
)
def test_a_section_that_is_not_valid_is_refused(
    run: Run, book: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    book.write_text(BOOK.replace(old, new))
    code, _, errors = run("live", "--position", book, "--replay", tmp_path)
    assert code == 2
    assert message in " ".join(errors.split())


def test_a_replay_without_a_source_says_what_it_holds(run: Run, book: Path, tmp_path: Path) -> None:
    with hr.feeds.Recorder(tmp_path / "recording") as recorder:
        quote = hr.microstructure.Quote(1, 61.2, 2.5, 61.3, 1.0, None, 9)
        recorder.append(hr.feeds.Source("binance-futures", "BTCUSDT"), quote)
    code, output, errors = run("live", "--position", book, "--replay", tmp_path / "recording")
    message = " ".join(errors.split())
    assert (code, output) == (2, "")
    assert "--replay must hold BTCUSDT at binance-usd-m" in message
    assert "holds BTCUSDT at binance-futures." in message


def test_a_book_without_the_section_is_refused(run: Run, book: Path) -> None:
    book.write_text(BOOK[: BOOK.index("live:")])
    code, _, errors = run("live", "--position", book)
    assert code == 2
    assert "must have the field 'live'" in errors


def test_the_table_shows_legs_problems_and_orders(book: Path) -> None:
    start = recommend_for_book(book)
    sources = {"BTC_PERP": Source("one", "BTC"), "ETH_PERP": Source("one", "ETH")}
    table = LiveTable({name: str(source) for name, source in sources.items()}, None)
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table)
    session = Session(start, sources, constants={"FUNDING": 0.0}, max_age=1.0)
    session.subscribe(table.see)
    begin = start.as_of.as_unit("ns").value
    for number, source in enumerate(sources.values(), start=1):
        quote = Quote(number, 60_100.0, 1.0, 60_101.0, 1.0, None, begin + number * 50_000_000)
        session.receive(source, quote)
    session.advance(begin + 250_000_001)
    console.print(table)
    session.advance(begin + 1_750_000_001)
    console.print(table)
    waiting, advised, silent = console.export_text().split("Ctrl-C ends")[:3]
    assert "waiting for the end of the first bar" in waiting
    assert re.search(r"BTC_PERP +│ BTC at one +│ +60100\.5 │ +0\.2 │", advised)
    assert "- ETH_PERP: " in advised
    assert "1 bars with advice, 0 without" in advised
    assert "No advice." in silent
    assert "silent: nothing has been received for 1." in " ".join(silent.split())


def test_a_leg_of_a_pool_names_its_token_and_its_oracle(book: Path) -> None:
    text = book.read_text()
    pool = f"{{venue: 'uniswap-v3:1', symbol: '0x{'Ab' * 20}', base: WETH, oracle: ORACLE}}"
    oracle = f"{{venue: 'chainlink:1', symbol: '0x{'cd' * 20}', heartbeat: 3600}}"
    leg = "    BTC_PERP: {venue: binance-usd-m, symbol: BTCUSDT}\n"
    assert leg in text
    with_pool = text.replace(leg, f"    BTC_PERP: {pool}\n").replace("live:", f"live:\n  {NODE}")
    book.write_text(with_pool.replace("ORACLE", oracle))
    live = read_live(book)
    # addresses are those of the sources of a feed, in lower case
    source = UniswapV3Pool("0x" + "Ab" * 20).source(1)
    judge = Source("chainlink:1", "0x" + "cd" * 20)
    assert live.legs["BTC_PERP"] == Leg(source, base="WETH", oracle=judge)
    assert live.kinds()["chainlink:1"][0] == [judge.symbol]
    assert live.chain == {
        "uniswap-v3:1": {"node": "http://127.0.0.1:8545"},
        "chainlink:1": {"node": "http://127.0.0.1:8545", "heartbeat": 3_600.0},
    }
    book.write_text(with_pool.replace("ORACLE", "{venue: a}"))
    with pytest.raises(hr.DataError, match="must have the field 'symbol'"):
        read_live(book)
    book.write_text(with_pool.replace("ORACLE", oracle).replace("Ab", "xy"))
    with pytest.raises(hr.DataError, match="must be '0x' and 40 hexadecimal digits"):
        read_live(book)


def test_feeds_of_a_chain_are_opened_at_its_node(book: Path) -> None:
    pytest.importorskip("web3")
    leg = "    BTC_PERP: {venue: binance-usd-m, symbol: BTCUSDT}\n"
    pool = f"{{venue: 'uniswap-v3:1', symbol: '0x{'ab' * 20}', base: WETH}}"
    text = book.read_text().replace(leg, f"    BTC_PERP: {pool}\n")
    book.write_text(text.replace("live:", f"live:\n  {NODE}"))
    feed = _live_feed(read_live(book), {})
    assert {source.venue for source in feed.sources} == {"uniswap-v3:1", "binance-usd-m"}
    book.write_text(text)
    with pytest.raises(hr.DataError, match="is read from a node of the chain"):
        _live_feed(read_live(book), {})
