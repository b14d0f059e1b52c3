"""Part files of a stored recording: their names, and which of them are whole.

A part holds the events of one source and kind among a range of the recording's numbers, which is
its name. A range is written as one part for each source and kind, and counts once as many rows as
it has numbers are there. Whatever moment a recorder is killed at, the ranges that are whole are
therefore a beginning of what it received.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import quote, unquote

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.recordings.arrow import pa, pq
from hedgeresearch.feeds.recordings.event_tables import KINDS, Kind
from hedgeresearch.feeds.source import Source

NAME = re.compile(r"part-(\d{15})-(\d{15})\.parquet")
COMPRESSION = "zstd"
Stream = tuple[Source, Kind]
Range = tuple[int, int]
"""First and last number of an event."""


@dataclass(frozen=True)
class Part:
    """A part file.

    Attributes
    ----------
    path : Path
    stream : source and kind
    numbers : first and last number of the range that it is part of
    """

    path: Path
    stream: Stream
    numbers: Range

    @property
    def n_events(self) -> int:
        """Number of events in it."""
        try:
            return int(pq.read_metadata(self.path).num_rows)
        except (OSError, pa.ArrowException) as error:
            raise DataError(
                f"{self.path} cannot be read ({error}). Restore it, or remove the folder."
            ) from error


@dataclass(frozen=True)
class Parts:
    """Part files of a recording.

    Attributes
    ----------
    whole : ranges in order, each with its parts; together they have all numbers from zero on
    cut : parts of the last range, if a recorder was killed while it wrote them
    covered : parts whose events are in others, if a compaction was killed
    """

    whole: list[list[Part]]
    cut: list[Part]
    covered: list[Part]

    @property
    def n_events(self) -> int:
        """Number of events in the ranges that are whole."""
        return self.whole[-1][0].numbers[1] + 1 if self.whole else 0


def find_parts(folder: Path) -> Parts:
    """Return the part files in a folder.

    Raises
    ------
    DataError
        If a range before the last is not whole: files are missing.
    """
    by_range: dict[Range, list[Part]] = defaultdict(list)
    for path in sorted(folder.glob("venue=*/symbol=*/kind=*/part-*.parquet")):
        part = _part_at(path)
        by_range[part.numbers].append(part)
    longest: dict[int, Range] = {}
    for numbers in sorted(by_range):
        n_events = sum(part.n_events for part in by_range[numbers])
        if n_events == numbers[1] - numbers[0] + 1:
            longest[numbers[0]] = numbers  # ranges are sorted: the last one is the longest
    used: list[Range] = []
    following = 0
    while following in longest:
        used.append(longest[following])
        following = used[-1][1] + 1
    left = [numbers for numbers in by_range if numbers not in used]
    later = [numbers for numbers in left if numbers[1] >= following]
    # a range that overlaps what is whole was being put together from it
    cut = [numbers for numbers in later if numbers[0] >= following]
    if len(cut) > 1 or len(later) > len(cut):
        raise DataError(
            f"The recording in {folder} lacks events from number {following:,} on, of "
            f"{max(numbers[1] for numbers in later) + 1:,}: files are missing. Restore them."
        )
    covered = [numbers for numbers in left if numbers not in cut]
    return Parts(
        [by_range[numbers] for numbers in used],
        list(chain.from_iterable(by_range[numbers] for numbers in cut)),
        list(chain.from_iterable(by_range[numbers] for numbers in covered)),
    )


def part_path(folder: Path, stream: Stream, numbers: Range) -> Path:
    """Return where a part belongs."""
    source, kind = stream
    names = f"venue={quote(source.venue, '')}", f"symbol={quote(source.symbol, '')}"
    first, last = numbers
    return folder.joinpath(*names, f"kind={kind}", f"part-{first:015d}-{last:015d}.parquet")


def write_parts(writers: dict[Path, Callable[[Path], None]]) -> None:
    """Write files that appear whole or not at all, each under its name only when all are there.

    Parameters
    ----------
    writers : mapping from the path of a file to a function that writes it at another path
    """
    unfinished = {path: path.with_name(f".{path.name}.unfinished") for path in writers}
    for path, write in writers.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write(unfinished[path])
        with unfinished[path].open("rb+") as file:
            os.fsync(file.fileno())
    for path in writers:
        os.replace(unfinished[path], path)


def _part_at(path: Path) -> Part:
    """Return the part at a path, from its name."""
    match = NAME.fullmatch(path.name)
    folders = [name.partition("=")[2] for name in path.parts[-4:-1]]
    kind = next((each for each in KINDS.values() if each == folders[2]), None)
    if match is None or kind is None:
        raise DataError(f"{path} is not part of a recording. Remove it from the folder.")
    source = Source(unquote(folders[0]), unquote(folders[1]))
    return Part(path, (source, kind), (int(match[1]), int(match[2])))
