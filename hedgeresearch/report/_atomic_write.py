"""Write files as a whole or not at all, and never over a file that the result is made from.

The text goes to a new file in the same folder first, which then replaces the old file in one step.
So a full disk or an interrupted run leaves the old file unchanged.
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


def check_writable(path: str | PathLike[str], name: str) -> None:
    """Refuse a file that cannot be written, before the computation whose result it will hold.

    Parameters
    ----------
    path : the file
    name : its name in an error message, such as "--output"

    Raises
    ------
    DataError
        If it is a folder, protected, or in a folder where no file can be created.
    """
    with _refuse_os_errors(path, name):
        target = _resolved(path)
        _open_existing(target)
        if not is_special(target):
            trial = _temporary_path(target)
            trial.touch(exist_ok=False)
            trial.unlink()


def check_different_files(
    targets: Mapping[str, Path | None], sources: Mapping[str, Path | None]
) -> None:
    """Refuse targets that are the same file, or a file that is read.

    Parameters
    ----------
    targets, sources : files by their name in an error message; None stands for no file

    Raises
    ------
    DataError
        If writing one would overwrite another.
    """
    seen = {name: path for name, path in sources.items() if path is not None}
    for name, path in targets.items():
        if path is None:
            continue
        for other, used in seen.items():
            if _is_same_file(path, used):
                raise DataError(
                    f"{name} must be another file than {other}, which it would overwrite; "
                    f"got {path} for both. Choose another name."
                )
        seen[name] = path


def write_text(path: str | PathLike[str], text: str, name: str) -> None:
    """Write text in UTF-8 to a file; leave the file unchanged if that fails.

    Parameters
    ----------
    path : the file, which is replaced if it exists
    text : its whole content
    name : its name in an error message

    Raises
    ------
    DataError
        If it cannot be written.
    """
    content = text.encode("utf-8", errors="backslashreplace")
    with _refuse_os_errors(path, name):
        target = _resolved(path)
        if is_special(target):  # a device or a pipe cannot be replaced by a file
            target.write_bytes(content)
            return
        _open_existing(target)
        _replace(target, content)


def _replace(target: Path, content: bytes) -> None:
    part = _temporary_path(target)
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:  # an interrupted run leaves no temporary file either
        with suppress(FileNotFoundError):
            part.unlink()
        raise


def _open_existing(target: Path) -> None:
    """Fail as writing would if the file is a folder or protected; do not create a new file."""
    if target.exists() and (target.is_dir() or target.is_file()):
        target.open("ab").close()


def _resolved(path: str | PathLike[str]) -> Path:
    """Return the file that a link leads to."""
    return Path(os.path.realpath(path))


def is_special(path: str | PathLike[str]) -> bool:
    """Return whether a path is a device, a pipe or a folder, which no file can replace."""
    target = _resolved(path)
    return target.exists() and not target.is_file()


def _temporary_path(target: Path) -> Path:
    return target.parent / f".{uuid.uuid4().hex}.part"


def _is_same_file(path: Path, other: Path) -> bool:
    if path.exists() and other.exists():
        return path.samefile(other) and not is_special(path)
    return _resolved(path) == _resolved(other)


@contextmanager
def _refuse_os_errors(path: str | PathLike[str], name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{name} must be a file that can be written; {path}: {error.strerror}."
        ) from None
