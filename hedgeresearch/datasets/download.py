"""Files from their pinned address, kept in a cache folder, refused if a byte differs."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from hedgeresearch._exports import exported_by
from hedgeresearch.datasets.sources import SOURCES, Source
from hedgeresearch.errors import DataError, MissingDataError

FOLDER_VARIABLE = "HEDGERESEARCH_DATA_DIR"

logger = logging.getLogger(__name__)


@exported_by("hedgeresearch.datasets")
def fetch(name: str) -> Path:
    """The file of that name, from the cache folder or downloaded into it.

    The folder is the one that the environment variable ``HEDGERESEARCH_DATA_DIR`` names, else the user's cache
    folder. A download is announced in one line of the log (on the screen, unless logging is set up otherwise), with its
    source and licence.

    Parameters
    ----------
    name : str
        One of the files in ``hedgeresearch.datasets.sources.SOURCES``.

    Raises
    ------
    MissingDataError
        If the file is neither in the folder nor to be had from its address.
    DataError
        If its bytes are not those of the pinned sha256. Such a file is never read; it is kept beside as
        ``<name>.refused``. If there is no such file to download, it cannot be read, or the folder is that of a user
        who does not exist.
    """
    if name not in SOURCES:
        raise DataError(f"name must be one of {', '.join(SOURCES)}; got {name!r}.")
    source = SOURCES[name]
    file = folder() / name
    if not file.exists():
        _download(source, file)
    elif _hash(file) != source.sha256:
        _refuse(file, file, source)
    return file


def folder() -> Path:
    """Where downloaded files are kept."""
    import pooch

    setting = os.environ.get(FOLDER_VARIABLE)
    if not setting:
        return Path(pooch.os_cache("hedgeresearch"))
    try:
        return Path(setting).expanduser()
    except RuntimeError:
        raise DataError(
            f"{FOLDER_VARIABLE} must name a folder; got {setting!r}, and there is no such user. Give the whole path."
        ) from None


def _download(source: Source, file: Path) -> None:
    """Through a temporary file of the same folder: a download that is interrupted leaves nothing under the name."""
    import pooch
    import requests

    logger.warning("Downloading %s (licence: %s) to %s.", source.address, source.licence, file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as place:
            arrived = Path(place) / file.name
            # whole, as these files are small: a stream would be left open
            pooch.HTTPDownloader(stream=False)(source.address, str(arrived), None)
            if _hash(arrived) != source.sha256:
                _refuse(arrived, file, source)
            arrived.replace(file)
    except requests.RequestException as error:
        raise MissingDataError(
            f"{file.name} is not in {file.parent} and could not be downloaded ({type(error).__name__}). "
            f"Save {source.address} (sha256 {source.sha256}) as {file}, or name the folder that holds it in "
            f"{FOLDER_VARIABLE}."
        ) from None
    except OSError as error:
        raise MissingDataError(
            f"{file.name} is to be downloaded to {file.parent}, which must be a folder that can be written: "
            f"{error.strerror}. Name one in {FOLDER_VARIABLE}, or one that holds the file already."
        ) from None


def _hash(file: Path) -> str:
    """The sha256 of what was found."""
    import pooch

    try:
        return str(pooch.file_hash(str(file)))
    except OSError as error:
        raise DataError(
            f"{file} must be a file that can be read: {error.strerror}. Move it away."
        ) from None


def _refuse(found: Path, file: Path, source: Source) -> None:
    aside = file.with_name(f"{file.name}.refused")
    digest = _hash(found)
    try:
        found.replace(aside)
        kept = f"It was kept aside as {aside}; try again to download it."
    except OSError:  # a folder that cannot be written to
        kept = f"Remove it from {file.parent}."
    raise DataError(f"{file.name} must have the sha256 {source.sha256}; got {digest}. {kept}")
