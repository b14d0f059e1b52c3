"""Recordings of raw frames: one line for each, the time it was received and its JSON.

The layout ``<nanoseconds> <json>`` is that of hftbacktest's collectors, plain or compressed by
gzip.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.venues.binance import BinanceInstrument
from hedgeresearch.microstructure.events import MarketEvent

FrameReader = Callable[[dict[str, Any], int], MarketEvent | None]


@exported_by("hedgeresearch.feeds")
def read_recording(
    path: str | Path, read_frame: FrameReader | None = None, *, symbol: str | None = None
) -> Iterator[MarketEvent]:
    """Yield the events of a recording in the order in which they were received.

    Parameters
    ----------
    path : file of lines ``<nanoseconds> <json>``; compressed if its name ends in .gz
    read_frame : function from a decoded frame and its time to an event, or None to leave it out;
        None reads frames of Binance
    symbol : name of the instrument to read from frames of Binance; None expects only one

    Raises
    ------
    DataError
        If a line cannot be read; the message names it. A last line, or a compressed file, that was
        cut off ends the recording, as of a recorder that was stopped. If frames of Binance are of
        several instruments and none is named.

    Examples
    --------
    >>> import gzip
    >>> import tempfile
    >>> from pathlib import Path
    >>> from hedgeresearch.feeds import read_recording
    >>> data = '{"u": 7, "s": "BTCUSDT", "b": "61800.2", "B": "2.5", "a": "61800.3", "A": "1.0"}'
    >>> line = '1722470401000000000 {"stream": "btcusdt@bookTicker", "data": ' + data + "}"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "btcusdt.gz"
    ...     _ = path.write_bytes(gzip.compress(line.encode()))
    ...     [event.bid for event in read_recording(path)]
    ...
    [61800.2]
    """
    if read_frame is None:
        read_frame = BinanceInstrument(symbol)
    with _opened(Path(path)) as lines:
        for number, line in enumerate(_lines_to_the_cut(lines), start=1):
            event = read_frame(*_frame_of(line, number, path))
            if event is not None:
                yield event


def _lines_to_the_cut(lines: IO[str]) -> Iterator[str]:
    """Yield the lines of a recording that are whole."""
    try:
        for line in lines:
            if line.endswith("\n") or _is_whole(line):
                yield line
    except EOFError:
        # a recorder that is stopped leaves a compressed file without its end
        return


def _is_whole(last_line: str) -> bool:
    """Return whether a line without an end was complete, and not cut off."""
    try:
        json.loads(last_line.partition(" ")[2])
    except ValueError:
        return False
    return True


def _opened(path: Path) -> IO[str]:
    """Return a recording, opened as text."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _frame_of(line: str, number: int, path: str | Path) -> tuple[dict[str, Any], int]:
    """Return the frame of a line and the time at which it was received."""
    time, _, text = line.partition(" ")
    try:
        return json.loads(text), int(time)
    except ValueError as error:
        raise DataError(
            f"Line {number} of {path} is not '<nanoseconds> <json>' ({error}): {line[:80]!r}"
        ) from error
