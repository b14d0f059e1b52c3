"""Tables that come with the package: a compressed CSV file and a description of each."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pandas as pd

from hedgeresearch.errors import DataError


def bundled_names() -> list[str]:
    """Return the names of the bundled tables, sorted."""
    return sorted(path.name.removesuffix(".csv.gz") for path in _folder().glob("*.csv.gz"))


def read_bundled(name: str) -> pd.DataFrame:
    """Return a bundled table, with its description in ``attrs``.

    Raises
    ------
    DataError
        If the file does not have the sha256 of its description.
    """
    description = read_description(name)
    packed = (_folder() / f"{name}.csv.gz").read_bytes()
    digest = hashlib.sha256(packed).hexdigest()
    if digest != description["sha256"]:
        raise DataError(
            f"the file of the table {name!r} must have the sha256 {description['sha256']}; "
            f"got {digest}. It was changed or damaged: install the package again, "
            "or rebuild the table with datasets/build.py."
        )
    # As text first: numbers are then converted exactly, by every version of pandas.
    cells = pd.read_csv(io.BytesIO(packed), compression="gzip", dtype=str)
    dates = pd.DatetimeIndex(pd.to_datetime(cells.pop("date"), format="%Y-%m-%d"), name="date")
    table = cells.astype(float).set_axis(dates, axis=0)
    table.attrs = dict(description.items())
    return table


def read_description(name: str) -> dict[str, str]:
    """Return the name and the lines ``- key: value`` of the description of a bundled table."""
    text = (_folder() / f"{name}.md").read_text(encoding="utf-8")
    description = {"name": name}
    for line in text.splitlines():
        if line.startswith("- "):
            key, value = line[2:].split(": ", 1)
            description[key] = value
    return description


def _folder() -> Path:
    # A wheel has the tables inside the package; a checkout or an editable install next to it.
    package = Path(__file__).parents[1]
    bundled = package / "_bundled"
    return bundled if bundled.is_dir() else package.parent / "datasets"
