"""Places where compiled kernels are kept: the first of several folders that can be written.

An installation may be read-only and its user without a home, as in a container. Kernels are then
kept in a temporary folder, or not at all; what an image has compiled beforehand is copied to where
it can be used.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

APPLICATION = "hedgeresearch"
USER_SETTING = "NUMBA_CACHE_DIR"


class Place(NamedTuple):
    """A folder for compiled kernels, and whether it is there when the next process starts."""

    folder: Path
    stays: bool = True
    private: bool = False


class Cache(NamedTuple):
    """Place of compiled kernels and the places tried before it.

    Attributes
    ----------
    place : Place or None
        The first place that can be written; None if there is none.
    earlier : tuple of Path
        Places before it, which may have kernels that can be read.
    """

    place: Place | None
    earlier: tuple[Path, ...]

    def folder(self, name: str) -> Path | None:
        """Return the folder of one module, with what an earlier place has of it; None without one.

        Parameters
        ----------
        name : name of the module with a digest of its source
        """
        if self.place is None:
            return None
        folder = self.place.folder / name
        if not folder.exists():
            for earlier in self.earlier:
                if (earlier / name).is_dir():
                    _copy(earlier / name, folder)
                    break
        return folder

    @property
    def notice(self) -> str:
        """Say that nothing stays, and how it can; "" if it stays."""
        if self.place is not None and self.place.stays:
            return ""
        remedy = f"set {USER_SETTING} to a folder that can be written and stays"
        cause = "neither the package's folder nor that of the user's caches can be written"
        if self.place is None:
            return f"compiled code is not kept, as {cause} nor a temporary folder; {remedy}."
        return f"compiled code is kept in {self.place.folder} for now, as {cause}; {remedy}."


def find_cache(user_setting: str) -> Cache:
    """Return where compiled kernels are kept.

    Parameters
    ----------
    user_setting : the folder of numba's caches as the user set it; "" if not
    """
    return first_writable(_places(user_setting))


def first_writable(places: Sequence[Place]) -> Cache:
    """Return the first place that can be written, and those before it."""
    for i, place in enumerate(places):
        if _is_writable(place):
            return Cache(place, tuple(one.folder for one in places[:i]))
    return Cache(None, tuple(place.folder for place in places))


def _places(user_setting: str) -> list[Place]:
    """Return the folders in the order in which they are tried."""
    chosen = [Place(Path(user_setting))] if user_setting else []
    own = Place(Path(__file__).parents[1] / "__pycache__")
    caches = [Place(folder / APPLICATION / "kernels") for folder in user_cache_folders()]
    return [*chosen, own, *caches, *_temporary_places()]


def user_cache_folders() -> Iterator[Path]:
    """Yield the folder of the user's caches, if the system names one."""
    with suppress(RuntimeError):  # a user without a home
        if sys.platform == "win32":
            yield Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            yield Path.home() / "Library" / "Caches"
        else:
            yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _temporary_places() -> Iterable[Place]:
    """Yield a folder of this user among the temporary files."""
    user = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "user")
    with suppress(OSError):  # no folder for temporary files
        yield Place(Path(tempfile.gettempdir()) / f"{APPLICATION}-{user}", False, True)


def _is_writable(place: Place) -> bool:
    """Return whether files can be written; the folder is made for it.

    A folder that others could write as well is not used, as compiled code is run.
    """
    try:
        place.folder.mkdir(mode=0o700 if place.private else 0o777, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=place.folder).close()
        return not place.private or _is_own(place.folder)
    except OSError:
        return False


def _is_own(folder: Path) -> bool:
    if sys.platform == "win32":
        return True
    status = folder.lstat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _copy(source: Path, target: Path) -> None:
    """Copy a folder as a whole or not at all; the copy can be written where its source cannot."""
    unfinished = target.with_name(f"{target.name}-{uuid.uuid4().hex}")
    with suppress(OSError):
        shutil.copytree(source, unfinished)
        for folder in (unfinished, *filter(Path.is_dir, unfinished.rglob("*"))):
            folder.chmod(folder.stat().st_mode | stat.S_IRWXU)
        unfinished.replace(target)
    shutil.rmtree(unfinished, ignore_errors=True)
