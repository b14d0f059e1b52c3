"""Stored recordings: played back, and put together from many small files into few."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.feeds.feed import Event, Sourced
from hedgeresearch.feeds.recordings.arrow import pq
from hedgeresearch.feeds.recordings.event_tables import SCHEMAS, events_in
from hedgeresearch.feeds.recordings.part_files import (
    COMPRESSION,
    Part,
    Parts,
    Stream,
    find_parts,
    part_path,
    write_parts,
)
from hedgeresearch.feeds.source import Source

BATCH = 4_096
"""Number of rows that are read at once, so that a long recording does not fill the memory."""
AT_ONCE = 256
"""Number of events after which a feed lets other tasks run."""


@exported_by("hedgeresearch.feeds")
def replay(folder: str | Path) -> Iterator[Sourced]:
    """Yield the events of a stored recording with their sources, in the order received.

    Parameters
    ----------
    folder : path that a :class:`Recorder` has written into, or still writes into

    Returns
    -------
    iterator over (Source, event)
        Equal to what was recorded. A recording of which a part was being written when the recorder
        was killed ends before that part.

    Raises
    ------
    DataError
        If there is no recording, or files of it are missing.

    Warns
    -----
    DataWarning
        If the recorder was killed while it wrote.

    Examples
    --------
    >>> import tempfile
    >>> from hedgeresearch.feeds import Recorder, Source, compact_recording, replay
    >>> from hedgeresearch.microstructure import Quote
    >>> source = Source("binance", "BTCUSDT")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Recorder(folder) as recorder:
    ...         for number in range(3):
    ...             recorder.append(source, Quote(number, 99.0, 1.0, 101.0, 1.0, None, number))
    ...     [event.receive_time for _, event in replay(folder)]
    ...
    [0, 1, 2]
    """
    parts = _parts_of(Path(folder))
    if parts.cut:
        warn_caller(
            f"The recording in {folder} ends at event {parts.n_events:,}: the recorder was stopped "
            "while it wrote the part after it.",
            DataWarning,
        )
    return _played(parts)


@exported_by("hedgeresearch.feeds")
class Recording:
    """A stored recording as a feed: its events in the order received, as fast as they are read.

    Parameters
    ----------
    folder : path that a :class:`Recorder` has written into, or still writes into

    Raises
    ------
    DataError
        If there is no recording, or files of it are missing.

    Examples
    --------
    >>> import asyncio, tempfile
    >>> from hedgeresearch.feeds import Recorder, Recording, Source
    >>> from hedgeresearch.microstructure import Quote
    >>> with Recorder(tempfile.mkdtemp()) as recorder:
    ...     recorder.append(Source("binance", "BTCUSDT"), Quote(7, 61.2, 2.5, 61.3, 1.0, None, 9))
    >>> recording = Recording(recorder.folder)
    >>> recording.sources
    (Source(venue='binance', symbol='BTCUSDT'),)
    >>> async def bids(feed):
    ...     return [event.bid async for source, event in feed.events()]
    >>> asyncio.run(bids(recording))
    [61.2]
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        parts = list(chain.from_iterable(_parts_of(self.folder).whole))
        self._sources = tuple(dict.fromkeys(part.stream[0] for part in parts))
        self._is_open = True

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources whose events were recorded."""
        return self._sources

    def events(self) -> AsyncGenerator[Sourced, None]:
        """Return an iterator over the events with their sources, in the order received."""
        # here, so that a call to close it counts from now on
        self._is_open = True
        return self._events()

    async def _events(self) -> AsyncGenerator[Sourced, None]:
        """Yield the events from the beginning."""
        for number, sourced in enumerate(replay(self.folder), start=1):
            if not self._is_open:
                return
            yield sourced
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def aclose(self) -> None:
        """End ``events`` before the next one."""
        self._is_open = False

    def __repr__(self) -> str:
        return f"Recording({str(self.folder)!r}: {', '.join(map(str, self._sources))})"


@exported_by("hedgeresearch.feeds")
def compact_recording(folder: str | Path, *, events_per_part: int = 1_000_000) -> int:
    """Put small files of a recording together, and return the number of files that are left.

    The recording is the same before, after, and if the process is killed meanwhile. No recorder
    may be writing into the folder.

    Parameters
    ----------
    folder : path of a recording
    events_per_part : number of events from which files are left as they are

    Raises
    ------
    DataError
        If there is no recording, or files of it are missing.

    Examples
    --------
    >>> import tempfile
    >>> from hedgeresearch.feeds import Recorder, Source, compact_recording, replay
    >>> from hedgeresearch.microstructure import Quote
    >>> source = Source("binance", "BTCUSDT")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Recorder(folder) as recorder:
    ...         for number in range(3):
    ...             recorder.append(source, Quote(number, 99.0, 1.0, 101.0, 1.0, None, number))
    ...     compact_recording(folder)
    ...     len(list(replay(folder)))
    ...
    1
    3
    """
    check_at_least(events_per_part, "events_per_part", 1)
    parts = _parts_of(Path(folder))
    # what a compaction that was killed has left: its names may be used again
    for part in parts.covered:
        part.path.unlink()
    group: list[list[Part]] = []
    n_events = 0
    for together in parts.whole:
        group.append(together)
        n_events += together[0].numbers[1] - together[0].numbers[0] + 1
        if n_events >= events_per_part:
            _put_together(Path(folder), group)
            group = []
            n_events = 0
    _put_together(Path(folder), group)
    return sum(map(len, find_parts(Path(folder)).whole))


def _parts_of(folder: Path) -> Parts:
    """Return the part files of a recording; there must be some."""
    parts = find_parts(folder)
    if not parts.whole and not parts.cut:
        raise DataError(f"{folder} holds no recording: no file venue=*/symbol=*/kind=*/part-*.")
    return parts


def _played(parts: Parts) -> Iterator[Sourced]:
    """Yield the events of ranges, one range after the other."""
    for together in parts.whole:
        streams = [_events_of(part) for part in together]
        for _, source, event in heapq.merge(*streams, key=itemgetter(0)):
            yield source, event


def _events_of(part: Part) -> Iterator[tuple[int, Source, Event]]:
    """Yield the numbered events of a part, a batch of rows at a time."""
    source, kind = part.stream
    with pq.ParquetFile(part.path) as file:
        for batch in file.iter_batches(batch_size=BATCH):
            for number, event in events_in(kind, batch):
                yield number, source, event


def _put_together(folder: Path, ranges: list[list[Part]]) -> None:
    """Write the parts of successive ranges as one range, then remove them."""
    if len(ranges) < 2:
        return
    numbers = (ranges[0][0].numbers[0], ranges[-1][0].numbers[1])
    by_stream: dict[Stream, list[Part]] = defaultdict(list)
    for part in chain.from_iterable(ranges):
        by_stream[part.stream].append(part)
    write_parts(
        {
            part_path(folder, stream, numbers): partial(_copy, parts)
            for stream, parts in by_stream.items()
        }
    )
    for parts in by_stream.values():
        for part in parts:
            part.path.unlink()


def _copy(parts: list[Part], path: Path) -> None:
    """Write the rows of several parts of a stream into one file."""
    schema = SCHEMAS[parts[0].stream[1]]
    with pq.ParquetWriter(path, schema, compression=COMPRESSION) as writer:
        for part in parts:
            with pq.ParquetFile(part.path) as file:
                for batch in file.iter_batches():
                    writer.write_batch(batch)
