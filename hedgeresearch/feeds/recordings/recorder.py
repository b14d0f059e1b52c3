"""A recorder of market events into Parquet part files."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections import defaultdict
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.feeds.feed import Event
from hedgeresearch.feeds.recordings.arrow import pa, pq
from hedgeresearch.feeds.recordings.event_tables import KINDS, Numbered, table_of
from hedgeresearch.feeds.recordings.part_files import (
    COMPRESSION,
    Stream,
    find_parts,
    part_path,
    write_parts,
)
from hedgeresearch.feeds.recordings.storable import check_storable
from hedgeresearch.feeds.source import Source
from hedgeresearch.onchain.chain_events import ChainEvent

OWNER = ".recorder"
"""File that names the recorder that writes into a folder."""


@exported_by("hedgeresearch.feeds")
class Recorder:
    """Writes events into a folder ``venue=/symbol=/kind=/part-*.parquet`` as they come.

    Events are kept until there are enough for a part, or the first of them has waited long enough,
    and then written under their name at once. A process that is killed loses the events that it
    had kept, and no others. A recorder on a folder that holds a recording continues it.

    Parameters
    ----------
    folder : path; made if it does not exist
    events_per_part : number of events at which parts are written
    seconds_per_part : time after which they are written at the next event

    Raises
    ------
    DataError
        If files of the recording are missing.

    Warns
    -----
    DataWarning
        If the recorder before was killed while it wrote: what it left of its last parts is removed.

    Examples
    --------
    >>> import tempfile
    >>> from hedgeresearch.feeds import Recorder, Source, replay
    >>> from hedgeresearch.microstructure import Quote
    >>> bitcoin = Source("binance", "BTCUSDT")
    >>> quote = Quote(7, 61800.2, 2.5, 61800.3, 1.0, None, 1_723_161_255_208_000_000)
    >>> folder = tempfile.mkdtemp()
    >>> with Recorder(folder) as recorder:
    ...     recorder.append(bitcoin, quote)
    >>> list(replay(folder)) == [(bitcoin, quote)]
    True
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        events_per_part: int = 50_000,
        seconds_per_part: float = 60.0,
    ) -> None:
        check_at_least(events_per_part, "events_per_part", 1)
        check_between(seconds_per_part, "seconds_per_part", 0.0, math.inf)
        self.folder = Path(folder)
        self.events_per_part = events_per_part
        self.seconds_per_part = seconds_per_part
        self.folder.mkdir(parents=True, exist_ok=True)
        self._n_written = self._continued()
        self._kept: dict[Stream, list[Numbered]] = defaultdict(list)
        self._n_kept = 0
        # a thread may still write where the task that waited for it was cancelled
        self._lock = threading.Lock()
        self._since = 0.0
        self._token = secrets.token_hex(8)
        (self.folder / OWNER).write_text(self._token, encoding="ascii")

    @property
    def n_events(self) -> int:
        """Number of events in the recording, with those that are kept for the next parts."""
        return self._n_written + self._n_kept

    def append(self, source: Source, event: Event) -> None:
        """Record an event, and write parts if they are due.

        Raises
        ------
        DataError
            If the event cannot be stored, which leaves the recorder as it was, or another recorder
            has been opened on the folder since.
        """
        self.keep(source, event)
        if self.is_due:
            self.flush()

    @property
    def is_due(self) -> bool:
        """True if there are enough events for a part, or the first has waited long enough."""
        if not self._n_kept:
            return False
        waited = time.monotonic() - self._since
        return self._n_kept >= self.events_per_part or waited >= self.seconds_per_part

    def keep(self, source: Source, event: Event) -> None:
        """Keep an event for the next parts without writing them.

        For those who call ``flush`` themselves, where writing must not delay what is received.

        Raises
        ------
        DataError
            If the event cannot be stored.

        Examples
        --------
        >>> import tempfile
        >>> from hedgeresearch.feeds import Recorder, Source
        >>> from hedgeresearch.microstructure import Quote
        >>> source = Source("binance", "BTCUSDT")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     recorder = Recorder(folder, events_per_part=1)
        ...     recorder.keep(source, Quote(0, 99.0, 1.0, 101.0, 1.0, None, 0))
        ...     recorder.is_due, recorder.n_events
        ...     recorder.flush()
        ...     recorder.close()
        ...
        (True, 1)
        """
        kind = KINDS.get(type(event))
        if kind is None:
            raise DataError(f"An event of a market is expected; got {type(event).__name__}.")
        if not isinstance(source, Source):
            raise DataError(f"source must be a Source(venue, symbol); got {source!r}.")
        if isinstance(event, ChainEvent):
            table_of(kind, [(self.n_events, event)])  # refuses what its columns do not hold
        else:
            check_storable(event)
        with self._lock:
            if not self._n_kept:
                self._since = time.monotonic()
            self._kept[source, kind].append((self.n_events, event))
            self._n_kept += 1

    def flush(self) -> None:
        """Write the events that are kept, after another thread that does has ended."""
        with self._lock:
            self._write_kept()

    def _write_kept(self) -> None:
        """Write the events that are kept."""
        if not self._n_kept:
            return
        if (self.folder / OWNER).read_text(encoding="ascii") != self._token:
            raise DataError(
                f"Another recorder has been opened on {self.folder}. Give each its own folder."
            )
        numbers = (self._n_written, self.n_events - 1)
        tables = {
            part_path(self.folder, stream, numbers): table_of(stream[1], rows)
            for stream, rows in self._kept.items()
        }
        write_parts({path: partial(_write, table) for path, table in tables.items()})
        self._n_written = numbers[1] + 1
        self._kept.clear()
        self._n_kept = 0

    def close(self) -> None:
        """Write the events that are kept; a recorder may be used further."""
        self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Recorder({str(self.folder)!r}, {self.n_events:,} events)"

    def _continued(self) -> int:
        """Return the number of events that are there; remove what a killed recorder has left."""
        parts = find_parts(self.folder)
        for path in self.folder.glob("venue=*/symbol=*/kind=*/.part-*.unfinished"):
            path.unlink()
        if parts.cut:
            first, last = parts.cut[0].numbers
            warn_caller(
                f"The recorder before was stopped while it wrote the events {first:,} to {last:,} "
                f"of {self.folder}: what is there of them is removed, and they are lost.",
                DataWarning,
            )
        for part in (*parts.cut, *parts.covered):
            part.path.unlink()
        return parts.n_events


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression=COMPRESSION)
