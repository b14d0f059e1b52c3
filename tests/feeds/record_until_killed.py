"""Script: record numbered events until killed, and count in a file those that were accepted."""

import mmap
import sys
from pathlib import Path

from hedgeresearch.feeds import Recorder
from tests.feeds.recorded_events import numbered_event


def main(folder: str, counter: str, events_per_part: int) -> None:
    with Path(counter).open("r+b") as file:
        accepted = mmap.mmap(file.fileno(), 8)
        recorder = Recorder(folder, events_per_part=events_per_part)
        while True:
            recorder.append(*numbered_event(recorder.n_events))
            # pages that are mapped outlive the process
            accepted[:] = recorder.n_events.to_bytes(8, "little")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
