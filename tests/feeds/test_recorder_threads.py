"""A recording whose task is cancelled while another thread writes."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from hedgeresearch.feeds import Recorder, Source, record, replay
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.recordings import recorder as module
from hedgeresearch.microstructure import Quote

SOURCE = Source("v", "A")


class Endless:
    """A feed that does not end by itself."""

    sources = (SOURCE,)

    async def events(self) -> AsyncGenerator[Sourced, None]:
        for number in range(1_000_000):
            yield SOURCE, Quote(number, 99.0, 1.0, 101.0, 1.0, None, number)
            await asyncio.sleep(0.001)

    async def aclose(self) -> None:
        pass


class Disk:
    """Writes slowly where nothing else is written meanwhile, and counts what is at once."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.most = 0
        self._now = 0
        self._second = threading.Event()
        self._write = module._write

    def write(self, table: Any, path: Path) -> None:
        self._now += 1
        self.most = max(self.most, self._now)
        if self._now > 1:
            self._second.set()
        self.begun.set()
        self._second.wait(0.2)
        self._write(table, path)
        self._now -= 1


@pytest.mark.long
def test_parts_are_written_once_at_a_time(tmp_path: Path, monkeypatch: Any) -> None:
    disk = Disk()
    monkeypatch.setattr(module, "_write", disk.write)
    recorder = Recorder(tmp_path, events_per_part=5)

    async def cancelled() -> None:
        task = asyncio.create_task(record(Endless(), recorder))
        await asyncio.to_thread(disk.begun.wait, 60.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    recorder.close()
    assert disk.most == 1
    found = list(replay(tmp_path))
    assert [event.receive_time for _, event in found] == list(range(recorder.n_events))
