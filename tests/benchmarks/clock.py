"""CPU time of programs that a benchmark runs."""

from __future__ import annotations

import resource


def seconds_of_programs() -> float:
    """Return the CPU seconds of all programs that this process has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
