"""Files from a fixed address, kept in a cache folder and refused if a byte differs."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

from hedgeresearch._exports import exported_by
from hedgeresearch._extras import missing_package
from hedgeresearch._kernels.compilation.cache_places import APPLICATION, user_cache_folders
from hedgeresearch.datasets.sources import SOURCES, Source
from hedgeresearch.errors import DataError, MissingDataError

FOLDER_VARIABLE = "HEDGERESEARCH_DATA_DIR"
"""Environment variable with the path of the cache folder."""

logger = logging.getLogger(__name__)


@exported_by("hedgeresearch.datasets")
def fetch(name: str) -> Path:
    """Return the path of a file in the cache folder, after downloading it if necessary.

    The folder is that of the environment variable ``HEDGERESEARCH_DATA_DIR``, or else the user's
    cache folder. A download is announced in one line of the log (on the screen, unless logging is
    set up otherwise), with its source and license.

    Parameters
    ----------
    name : str
        One of the files in ``hedgeresearch.datasets.sources.SOURCES``.

    Raises
    ------
    MissingDataError
        If the file is not in the folder and cannot be downloaded.
    DataError
        If its bytes do not have the expected sha256; such a file is never read but renamed to
        ``<name>.refused``. Also if the name is unknown, the file cannot be read, or the folder is
        in the home of an unknown user.
    """
    if name not in SOURCES:
        raise DataError(f"name must be one of {', '.join(SOURCES)}; got {name!r}.")
    source = SOURCES[name]
    file = cache_folder() / name
    if not file.exists():
        _download(source, file)
    elif _file_hash(file) != source.sha256:
        _refuse(file, file, source)
    return file


def cache_folder() -> Path:
    """Return the folder of downloaded files."""
    setting = os.environ.get(FOLDER_VARIABLE)
    if not setting:
        return next(user_cache_folders(), Path(tempfile.gettempdir())) / APPLICATION
    try:
        return Path(setting).expanduser()
    except RuntimeError:
        raise DataError(
            f"{FOLDER_VARIABLE} must name a folder; got {setting!r}, and there is no such user. "
            "Use the whole path."
        ) from None


def _download(source: Source, file: Path) -> None:
    """Download through a temporary folder, so that an interruption leaves no partial file."""
    try:
        import pooch
        import requests
    except ImportError:
        purpose = f"The download of {file.name}, which is not in {file.parent},"
        raise missing_package(purpose, "pooch", "downloads") from None

    logger.warning("Downloading %s (license: %s) to %s.", source.address, source.license, file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            received = Path(folder) / file.name
            # In one piece, because a stream would be left open; the files are small.
            pooch.HTTPDownloader(stream=False)(source.address, str(received), None)
            if _file_hash(received) != source.sha256:
                _refuse(received, file, source)
            received.replace(file)
    except requests.RequestException as error:
        raise MissingDataError(
            f"{file.name} is not in {file.parent} and could not be downloaded "
            f"({type(error).__name__}). Save {source.address} (sha256 {source.sha256}) as {file}, "
            f"or name the folder that holds it in {FOLDER_VARIABLE}."
        ) from None
    except OSError as error:
        raise MissingDataError(
            f"{file.name} is to be downloaded to {file.parent}, which must be a folder that can be "
            f"written: {error.strerror}. Name one in {FOLDER_VARIABLE}, "
            "or one that holds the file already."
        ) from None


def _file_hash(file: Path) -> str:
    """Return the sha256 of a file."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            f"{file} must be a file that can be read: {error.strerror}. Move it away."
        ) from None


def _refuse(found: Path, file: Path, source: Source) -> None:
    """Rename a file with the wrong bytes to ``<name>.refused`` and raise a DataError."""
    aside = file.with_name(f"{file.name}.refused")
    digest = _file_hash(found)
    try:
        found.replace(aside)
        remedy = f"It was kept aside as {aside}; try again to download it."
    except OSError:  # the folder cannot be written
        remedy = f"Remove it from {file.parent}."
    raise DataError(f"{file.name} must have the sha256 {source.sha256}; got {digest}. {remedy}")
