"""Files that a command writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hedgeresearch.errors import DataError


def check_output(path: Path | None) -> None:
    """Refuse a file that cannot be written before the work whose result it is to hold."""
    if path is None:
        return
    is_new = not path.exists()
    with _writing(path), path.open("a", encoding="utf-8"):
        pass
    if is_new:
        path.unlink()


def write(path: Path, text: str) -> None:
    with _writing(path):
        path.write_text(text + "\n", encoding="utf-8")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"--output must be a file that can be written; {path}: {error.strerror}.") from None
