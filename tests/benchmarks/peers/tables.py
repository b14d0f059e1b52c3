"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from platform import python_version

PROGRAMS = (
    "hedgeresearch",
    "multigarch",
    "multiarch",
    "pymgarch",
    "scivol",
    "arch",
    "hmmlearn",
    "statsmodels",
)
LIBRARIES = ("numpy", "scipy", "pandas", "numba")


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are aligned to the right."""
    lines = [_line(head), _line(["---", *["--:"] * (len(head) - 1)])]
    return "\n".join([*lines, *map(_line, rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def milliseconds(value: float) -> str:
    """Return a time with three significant digits."""
    return f"{value:.3g}" if value < 1000.0 else f"{value:,.0f}"


def machine() -> str:
    """Return the processor's name; "unknown" where the system does not say."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def circumstances() -> str:
    """Return date, machine and versions in one sentence."""
    peers = ", ".join(f"{name} {version(name)}" for name in PROGRAMS)
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"Measured on {date.today()}, one thread of {machine()}, Python {python_version()}: "
        f"{peers}; {libraries}."
    )
