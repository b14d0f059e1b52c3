"""Files from their pinned address, kept in a cache folder, refused if a byte differs."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from hedgeresearch.datasets.sources import SOURCES, Source
from hedgeresearch.errors import DataError, MissingDataError

FOLDER_VARIABLE = "HEDGERESEARCH_DATA_DIR"

logger = logging.getLogger(__name__)


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
        ``<name>.refused``.
    """
    import pooch

    source = SOURCES[name]
    file = folder() / name
    if not file.exists():
        _download(source, file)
    elif pooch.file_hash(str(file)) != source.sha256:
        _refuse(file, file, source)
    return file


def folder() -> Path:
    """Where downloaded files are kept."""
    import pooch

    setting = os.environ.get(FOLDER_VARIABLE)
    return Path(setting).expanduser() if setting else Path(pooch.os_cache("hedgeresearch"))


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
            if pooch.file_hash(str(arrived)) != source.sha256:
                _refuse(arrived, file, source)
            arrived.replace(file)
    except (requests.RequestException, OSError) as error:
        raise MissingDataError(
            f"{file.name} is not in {file.parent} and could not be downloaded ({type(error).__name__}). "
            f"Save {source.address} (sha256 {source.sha256}) as {file}, or name the folder that holds it in "
            f"{FOLDER_VARIABLE}."
        ) from None


def _refuse(found: Path, file: Path, source: Source) -> None:
    import pooch

    aside = file.with_name(f"{file.name}.refused")
    digest = pooch.file_hash(str(found))
    try:
        found.replace(aside)
        kept = f"It was kept aside as {aside}; try again to download it."
    except OSError:  # a folder that cannot be written to
        kept = f"Remove it from {file.parent}."
    raise DataError(f"{file.name} must have the sha256 {source.sha256}; got {digest}. {kept}")
