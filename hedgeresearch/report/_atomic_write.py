"""Files that hold a result: whole or not at all, and never in the place of what the result is made from.

What is written goes to a new file in the same folder first, which takes the place of the old one in one step. So a disk
that is full, or a run that is stopped, leaves the old one as it was.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from hedgeresearch.errors import DataError


def check_target(path: str | PathLike[str], what: str) -> None:
    """Refuse a file that cannot be written before the work whose result it is to hold.

    Parameters
    ----------
    path : of the file
    what : its name in an error, such as "--output"

    Raises
    ------
    DataError
        If it is a folder, protected, or in a folder in which no file can be made.
    """
    with _refusals(path, what):
        target = _resolved(path)
        _open_as_it_is(target)
        if not _is_special(target):
            trial = _beside(target)
            trial.touch(exist_ok=False)
            trial.unlink()


def check_apart(targets: Mapping[str, Path | None], sources: Mapping[str, Path | None]) -> None:
    """Refuse targets that are one file, or a file that is read.

    Parameters
    ----------
    targets, sources : files by their name in an error; None is no file

    Raises
    ------
    DataError
        If writing one would destroy another.
    """
    seen = {what: path for what, path in sources.items() if path is not None}
    for what, path in targets.items():
        if path is None:
            continue
        for other, taken in seen.items():
            if _are_one(path, taken):
                raise DataError(
                    f"{what} must be another file than {other}, which it would overwrite; got {path} for both. Choose "
                    "another name."
                )
        seen[what] = path


def write_whole(path: str | PathLike[str], text: str, what: str) -> None:
    """Write text in UTF-8 to a file; nothing is left of it where that fails.

    Parameters
    ----------
    path : of the file, which is replaced if it is there
    text : all that it is to hold
    what : its name in an error

    Raises
    ------
    DataError
        If it cannot be written.
    """
    content = text.encode("utf-8", errors="backslashreplace")
    with _refusals(path, what):
        target = _resolved(path)
        if _is_special(target):  # a device or a pipe has no place that another file could take
            target.write_bytes(content)
            return
        _open_as_it_is(target)
        _replace(target, content)


def _replace(target: Path, content: bytes) -> None:
    part = _beside(target)
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:  # a run that is stopped leaves nothing behind, either
        with suppress(FileNotFoundError):
            part.unlink()
        raise


def _open_as_it_is(target: Path) -> None:
    """Fail as writing would where the file is a folder or protected; a file that is new is not made."""
    if target.exists() and (target.is_dir() or target.is_file()):
        target.open("ab").close()


def _resolved(path: str | PathLike[str]) -> Path:
    """The file itself, where a link leads to it."""
    return Path(os.path.realpath(path))


def _is_special(target: Path) -> bool:
    return target.exists() and not target.is_file()


def _beside(target: Path) -> Path:
    return target.parent / f".{uuid.uuid4().hex}.part"


def _are_one(path: Path, other: Path) -> bool:
    if path.exists() and other.exists():
        return path.samefile(other) and not _is_special(path)
    return _resolved(path) == _resolved(other)


@contextmanager
def _refusals(path: str | PathLike[str], what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{what} must be a file that can be written; {path}: {error.strerror}."
        ) from None
