"""The tables that come with the package: a compressed file of numbers and a description of each."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pandas as pd

from hedgeresearch.errors import DataError


def read(name: str) -> pd.DataFrame:
    """A bundled table, its file held against the sha256 of its description, which goes into its attrs."""
    about = describe(name)
    packed = (_folder() / f"{name}.csv.gz").read_bytes()
    found = hashlib.sha256(packed).hexdigest()
    if found != about["sha256"]:
        raise DataError(
            f"the file of the table {name!r} must have the sha256 {about['sha256']}; got {found}. "
            "It was changed or damaged: install the package again, or rebuild the table with datasets/build.py."
        )
    # As text first: numbers are then converted exactly, by every version of pandas.
    cells = pd.read_csv(io.BytesIO(packed), compression="gzip", dtype=str)
    dates = pd.DatetimeIndex(pd.to_datetime(cells.pop("date"), format="%Y-%m-%d"), name="date")
    table = cells.astype(float).set_axis(dates, axis=0)
    table.attrs = dict(about.items())
    return table


def names() -> list[str]:
    """The bundled tables."""
    return sorted(path.name.removesuffix(".csv.gz") for path in _folder().glob("*.csv.gz"))


def describe(name: str) -> dict[str, str]:
    """The lines ``- key: value`` of a description."""
    text = (_folder() / f"{name}.md").read_text(encoding="utf-8")
    lines = (line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("- "))
    return {"name": name} | {key: value for key, value in lines}


def _folder() -> Path:
    # A wheel carries the tables inside the package; a checkout or an editable install has them beside it.
    package = Path(__file__).parents[1]
    bundled = package / "_bundled"
    return bundled if bundled.is_dir() else package.parent / "datasets"
