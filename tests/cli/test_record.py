"""The command that records, with a stub venue: its files, its end, and a kill."""

import json
import random
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hedgeresearch.cli.record import Progress
from hedgeresearch.errors import DataWarning
from hedgeresearch.feeds import Source, replay, sequence_rule
from hedgeresearch.microstructure import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Interruption,
    OrderBook,
    Trade,
)
from tests.cli.conftest import Run
from tests.feeds.stub_venue import StubVenue
from tests.loopback import loopback_only

__all__ = ["loopback_only"]

NAMES = ("BTCUSDT", "ETHUSDT")
VENUE = "binance-usd-m"


def options(stub: StubVenue, folder: Path, *more: object) -> list[str]:
    """Return the arguments that record all that a stub has."""
    arguments: list[object] = ["record", "--venue", "binance", "--symbols", ",".join(NAMES)]
    arguments += ["--kinds", "book,trades,funding", "--output", folder]
    arguments += ["--ws-url", stub.ws_url, "--rest-url", stub.rest_url, *more]
    return list(map(str, arguments))


def check_recording(stub: StubVenue, folder: Path) -> Counter[Any]:
    """Check each book of a recording against what the venue had; return the kinds of events."""
    books = {Source(VENUE, name): OrderBook(sequence_rule(VENUE)) for name in NAMES}
    counts: Counter[Any] = Counter()
    for source, event in replay(folder):
        counts[type(event)] += 1
        book = books[source]
        if book.receive(event):
            assert (book.bids(), book.asks()) == stub.history[source.symbol, book.last_id]
            counts["right"] += 1
    return counts


def interrupted_when(
    condition: Callable[[Counter[str]], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the command get Ctrl-C once a condition on the number of its events of each kind holds.

    Both books have been given first, whatever the speed of the machine.
    """
    see = Progress.see
    counts: Counter[str] = Counter()

    def seen(self: Progress, source: Source, event: Any) -> None:
        see(self, source, event)
        counts[type(event).__name__] += 1
        if counts["BookSnapshot"] == 2 and isinstance(event, BookSnapshot):
            counts.subtract({kind: counts[kind] for kind in counts if kind != "BookSnapshot"})
        if counts["BookSnapshot"] >= 2 and condition(counts):
            monkeypatch.undo()
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Progress, "see", seen)


@pytest.mark.long
def test_it_records_for_some_seconds_and_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recording"
    kinds = ("BookUpdate", "Trade", "FundingRate")
    interrupted_when(lambda counts: min(counts[kind] for kind in kinds) > 100, monkeypatch)
    with StubVenue(NAMES) as stub:
        code, output, errors = run(*options(stub, folder))
        assert (code, errors) == (0, "")
        lines = output.splitlines()
        assert lines[0].startswith("BTCUSDT at binance-usd-m: 1 BookSnapshot, ")
        first = check_recording(stub, folder)
        code, output, _ = run(*options(stub, folder, "--seconds", "0.3", "--json"))
        counts = check_recording(stub, folder)
    found = json.loads(output)
    assert found["before"] == sum(first[kind] for kind in first if kind != "right")
    # one file for each symbol and kind: what was recorded first and what came then is one
    assert found["files"] == len(list(folder.rglob("*.parquet"))) == 8
    assert counts[Interruption] == 4
    assert min(counts[kind] for kind in (BookUpdate, Trade, FundingRate, "right")) > 50


@pytest.mark.long
def test_interruptions_are_printed_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StubVenue(NAMES, fault="closed") as stub:

        def is_over(counts: Counter[str]) -> bool:
            if counts["BookUpdate"] > 20:
                stub.strike()
            return counts["BookSnapshot"] > 3

        interrupted_when(is_over, monkeypatch)
        code, _, errors = run(*options(stub, tmp_path))
    assert code == 0
    assert errors.count("the connection was closed") == 1
    assert errors.startswith("warning: BTCUSDT at binance-usd-m: ")


def wait_for(condition: Any, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.long
def test_a_kill_loses_no_more_than_the_part_in_flight(tmp_path: Path) -> None:
    """One that is killed has written all but the last quarter of a second; one more ends it."""
    command = [sys.executable, "-m", "hedgeresearch"]

    def n_snapshots() -> int:
        return sum("/depth?" in path for path in stub.paths)

    with StubVenue(NAMES) as stub:
        arguments = options(stub, tmp_path, "--every", "0.2")
        process = subprocess.Popen([*command, *arguments])
        wait_for(lambda: len(list(tmp_path.rglob("part-*"))) > 14)
        time.sleep(random.Random(3).uniform(0.0, 0.2))
        process.send_signal(signal.SIGKILL)
        killed = time.time_ns()
        process.wait(60.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            last = [event for _, event in replay(tmp_path)][-1]
            # parts are due .2 s after their first event, on a machine that is not busy
            assert killed - last.receive_time < 30e9
        before = n_snapshots()
        process = subprocess.Popen([*command, *arguments], stderr=subprocess.DEVNULL)
        # both snapshots, then some parts of changes
        wait_for(lambda: n_snapshots() >= 2 + before)
        before = len(list(tmp_path.rglob("part-*")))
        wait_for(lambda: len(list(tmp_path.rglob("part-*"))) > before + 18)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60.0) == 0
        counts = check_recording(stub, tmp_path)
    assert counts["right"] > 20
    assert counts[Interruption] == 4
    # it was put together at the end
    assert len(list(tmp_path.rglob("part-*"))) == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--venue", "binanc"), "venue must be one of binance, "),
        (("--venue", "deribit", "--market", "spot"), "--market is of --venue binance"),
        (("--market", "spot"), "kinds of Binance spot must be different ones of "),
        (("--market", "futures"), "venue must be one of binance, "),
        (("--symbols", ","), "symbols must be one or more different names"),
        (("--seconds", "0"), "seconds must lie strictly between 0 and inf"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    given = {"--venue": "binance", "--symbols": "BTCUSDT", "--kinds": "book,funding"}
    given |= dict(zip(arguments[::2], arguments[1::2], strict=True))
    code, _, errors = run(
        "record", "--output", tmp_path, *[word for pair in given.items() for word in pair]
    )
    assert code == 2
    assert errors.startswith(f"error: {message}")


def test_a_recording_without_data_ends_with_another_code(run: Run, tmp_path: Path) -> None:
    away = ("--ws-url", "ws://127.0.0.1:9", "--rest-url", "http://127.0.0.1:9")
    venue = ("--venue", "binance", "--symbols", "BTCUSDT", "--seconds", "0.3")
    code, _, errors = run("record", *venue, "--output", tmp_path / "recording", *away)
    assert code == 1
    assert "nothing was received but interruptions" in errors


def test_a_symbol_that_the_venue_refuses_ends_with_an_error(run: Run, tmp_path: Path) -> None:
    with StubVenue(NAMES) as stub:
        arguments = options(stub, tmp_path)
        arguments[arguments.index("--symbols") + 1] = "LTCUSD"
        code, _, errors = run(*arguments)
    assert code == 2
    assert "symbol=LTCUSD" in errors
