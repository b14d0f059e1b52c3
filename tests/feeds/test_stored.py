"""A stored recording is what was recorded, whatever it was cut, killed or put together at."""

import asyncio
import itertools
import os
import random
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.feeds import (
    Feed,
    Recorder,
    Recording,
    Source,
    compact_recording,
    read_recording,
    replay,
)
from hedgeresearch.microstructure import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Interruption,
    Quote,
    Trade,
)
from tests.feeds.recorded_events import SOURCES, numbered_event

ROOT = Path(__file__).parents[2]
SOURCE = SOURCES[0]
NUMBER = st.floats(allow_nan=False)
WHOLE = st.integers(-(2**63), 2**63 - 1)
LEVELS = st.lists(st.tuples(NUMBER, NUMBER), max_size=3)
CLOCKS = (st.none() | WHOLE, WHOLE)
EVENT = st.one_of(
    st.builds(BookSnapshot, WHOLE, LEVELS, LEVELS, *CLOCKS),
    st.builds(BookUpdate, WHOLE, WHOLE, st.none() | WHOLE, LEVELS, LEVELS, *CLOCKS),
    st.builds(Quote, WHOLE, NUMBER, NUMBER, NUMBER, NUMBER, *CLOCKS),
    st.builds(Trade, WHOLE, NUMBER, NUMBER, st.sampled_from([-1, 1]), *CLOCKS),
    st.builds(
        FundingRate,
        NUMBER,
        st.none() | NUMBER,
        st.none() | WHOLE,
        st.none() | NUMBER,
        st.none() | NUMBER,
        *CLOCKS,
    ),
    st.builds(Interruption, st.text(st.characters(codec="utf-8")), WHOLE),
)
SYMBOL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
SOURCED = st.tuples(st.builds(Source, st.sampled_from(["binance", ".."]), SYMBOL), EVENT)


def record(folder: Path, first: int, end: int, events_per_part: int = 10) -> None:
    with Recorder(folder, events_per_part=events_per_part) as recorder:
        for number in range(first, end):
            recorder.append(*numbered_event(number))


def expected(n_events: int) -> list[Any]:
    return [numbered_event(number) for number in range(n_events)]


def files_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.mark.long
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SOURCED, min_size=1, max_size=12), st.data())
def test_any_events_in_any_split_are_played_back(
    tmp_path_factory: pytest.TempPathFactory, events: list[Any], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    left = events
    while left:
        n_session = data.draw(st.integers(1, len(left)))
        with Recorder(folder, events_per_part=data.draw(st.integers(1, 4))) as recorder:
            for source, event in left[:n_session]:
                recorder.append(source, event)
        left = left[n_session:]
    assert list(replay(folder)) == events
    compact_recording(folder, events_per_part=data.draw(st.integers(1, 12)))
    assert list(replay(folder)) == events


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("binance_spot_btcusdt_20240808.gz", marks=pytest.mark.long),
        pytest.param("binance_usd_m_btcusdt_perp_20240808.gz", marks=pytest.mark.slow),
    ],
)
def test_frames_of_a_venue_are_played_back(data_dir: Path, tmp_path: Path, name: str) -> None:
    events = list(itertools.islice(read_recording(data_dir / name), 20_000))
    with Recorder(tmp_path, events_per_part=7_000) as recorder:
        for event in events:
            recorder.append(SOURCE, event)
    assert [event for _, event in replay(tmp_path)] == events


def test_a_recording_is_a_feed_of_its_events(tmp_path: Path) -> None:
    record(tmp_path, 0, 400, events_per_part=90)
    recording: Feed = Recording(tmp_path)
    assert set(recording.sources) == set(SOURCES)

    async def first(n_events: int) -> list[Any]:
        found = []
        async for sourced in recording.events():
            found.append(sourced)
            if len(found) == n_events:
                await recording.aclose()
        return found

    assert asyncio.run(first(1_000)) == expected(400)
    assert asyncio.run(first(7)) == expected(7)
    assert asyncio.run(first(1_000)) == expected(400)
    with pytest.raises(DataError, match="holds no recording"):
        Recording(tmp_path / "venue=binance")


def test_a_recording_lets_other_tasks_run(tmp_path: Path) -> None:
    record(tmp_path, 0, 1_000, events_per_part=500)

    async def turns_of_another_task() -> int:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(count())
        async for _ in Recording(tmp_path).events():
            pass
        task.cancel()
        return turns

    assert asyncio.run(turns_of_another_task()) >= 3


def test_a_stream_is_a_folder_that_pandas_reads(tmp_path: Path) -> None:
    record(tmp_path, 0, 40)
    table = pd.read_parquet(tmp_path / "venue=binance/symbol=BTCUSDT/kind=trades")
    trades = [event for source, event in expected(40) if isinstance(event, Trade)]
    found = [event for event in trades if numbered_event(event.trade_id)[0] == SOURCE]
    assert table["price"].tolist() == [event.price for event in found]
    assert table["receive_time"].dtype == "int64"
    assert (tmp_path / "venue=deribit/symbol=BTC%2FUSD%3ABTC-261225/kind=book").is_dir()


def test_parts_are_written_after_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    recorder = Recorder(tmp_path, seconds_per_part=5.0)
    recorder.append(*numbered_event(0))
    now = 104.9
    recorder.append(*numbered_event(1))
    assert not list(tmp_path.rglob("*.parquet"))
    now = 105.0
    recorder.append(*numbered_event(2))
    assert list(replay(tmp_path)) == expected(3)


class KilledError(BaseException):
    """Stands for the end of a process: nothing in the package catches it."""


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next flush or compaction end before the file operation of this number."""
    steps = itertools.count()

    def counted(operation: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            if next(steps) == step:
                raise KilledError
            return operation(*args, **kwargs)

        return run

    for owner, name in ((os, "replace"), (os, "fsync"), (Path, "unlink")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))


@pytest.mark.parametrize("step", [0, 3, 6, 7, 11])
def test_a_flush_cut_at_any_step_loses_only_its_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    recorder = Recorder(tmp_path, events_per_part=100)
    for number in range(20):
        recorder.append(*numbered_event(number))
    recorder.flush()
    for number in range(20, 40):
        recorder.append(*numbered_event(number))
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        killed_at(step, patch)
        recorder.flush()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert list(replay(tmp_path)) == expected(20)
        record(tmp_path, 20, 60)
    # six parts are made safe, then named
    assert [each.category for each in caught] == [DataWarning, DataWarning] * (step > 6)
    assert list(replay(tmp_path)) == expected(60)
    assert not list(tmp_path.rglob("*.unfinished"))


@pytest.mark.parametrize("step", [0, 6, 7, 11, 12, 17, 23])
def test_a_compaction_cut_at_any_step_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    record(tmp_path, 0, 40, events_per_part=20)
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        killed_at(step, patch)
        compact_recording(tmp_path)
    assert list(replay(tmp_path)) == expected(40)
    assert compact_recording(tmp_path) == 6
    assert list(replay(tmp_path)) == expected(40)
    record(tmp_path, 40, 50)
    assert list(replay(tmp_path)) == expected(50)


def test_compaction_leaves_large_ranges_alone(tmp_path: Path) -> None:
    record(tmp_path, 0, 60, events_per_part=10)
    compact_recording(tmp_path, events_per_part=30)
    names = {path.name for path in tmp_path.rglob("*.parquet")}
    assert names == {
        "part-000000000000000-000000000000029.parquet",
        "part-000000000000030-000000000000059.parquet",
    }
    before = files_in(tmp_path)
    compact_recording(tmp_path, events_per_part=30)
    assert files_in(tmp_path) == before


def kill_recorders(folder: Path, n_kills: int) -> None:
    """Kill recorders of one folder at random moments, and check what each has left."""
    counter = folder / "accepted"
    counter.write_bytes(bytes(8))
    recording = folder / "recording"
    command = [sys.executable, "-m", "tests.feeds.record_until_killed"]
    chance = random.Random(0)
    n_before = 0
    for _ in range(n_kills):
        process = subprocess.Popen([*command, str(recording), str(counter), "50"], cwd=ROOT)
        until = n_before + chance.randint(51, 400)
        while int.from_bytes(counter.read_bytes(), "little") < until:
            assert process.poll() is None
            time.sleep(0.001 * chance.random())
        process.kill()
        process.wait()
        accepted = int.from_bytes(counter.read_bytes(), "little")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            found = list(replay(recording))
        assert accepted - 50 <= len(found) <= accepted + 1
        assert found == expected(len(found))
        n_before = len(found)
        counter.write_bytes(bytes(8))


@pytest.mark.long
def test_a_killed_recorder_loses_at_most_its_last_part(tmp_path: Path) -> None:
    kill_recorders(tmp_path, 2)


@pytest.mark.slow
def test_twenty_killed_recorders_lose_at_most_a_part_each(tmp_path: Path) -> None:
    kill_recorders(tmp_path, 20)


@pytest.mark.parametrize("number", [0, 3])
def test_a_recording_of_which_files_are_missing_is_refused(tmp_path: Path, number: int) -> None:
    record(tmp_path, 0, 40)
    paths = sorted(tmp_path.rglob("*.parquet"), key=lambda path: path.name)
    paths[number].unlink()
    with pytest.raises(DataError, match="lacks events from number 0 on, of 40"):
        replay(tmp_path)
    with pytest.raises(DataError, match="lacks events"):
        Recorder(tmp_path)


def test_a_file_that_is_not_parquet_is_named(tmp_path: Path) -> None:
    record(tmp_path, 0, 10)
    path = next(tmp_path.rglob("*.parquet"))
    path.write_bytes(b"PAR1")
    with pytest.raises(DataError, match=rf"{path.name} cannot be read"):
        replay(tmp_path)


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    record(tmp_path, 0, 10)
    (tmp_path / "venue=binance/symbol=BTCUSDT/kind=book/part-0.parquet").touch()
    with pytest.raises(DataError, match=r"part-0\.parquet is not part of a recording"):
        replay(tmp_path)


def test_a_folder_without_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no recording"):
        replay(tmp_path)


def test_a_second_recorder_ends_the_first(tmp_path: Path) -> None:
    first = Recorder(tmp_path)
    first.append(*numbered_event(0))
    with Recorder(tmp_path) as second:
        second.append(*numbered_event(0))
    with pytest.raises(DataError, match="Another recorder has been opened"):
        first.flush()
    assert list(replay(tmp_path)) == expected(1)


def test_what_is_no_event_or_no_number_is_refused(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    with pytest.raises(DataError, match="event of a market is expected; got dict"):
        recorder.append(SOURCE, {})  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"source must be a Source\(venue, symbol\); got 'BTC'"):
        recorder.append("BTC", Trade(1, 1.0, 1.0, 1, None, 0))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="symbol must be a name; got ''"):
        Source("binance", "")
