"""The bundled tables: ``load("name")`` gives one, ``list()`` says which there are."""

from __future__ import annotations

import builtins
import difflib
import hashlib
import io
from pathlib import Path

import pandas as pd

from hedgeresearch.errors import DataError

LISTED = ("title", "frequency", "period", "rows", "columns", "licence")


def load(name: str) -> pd.DataFrame:
    """A bundled table, with where it comes from in its attrs; units are those of ``attrs["columns"]``.

    Parameters
    ----------
    name : str
        One of the names in :func:`list`.

    Returns
    -------
    DataFrame, shape (n_dates, n_columns)
        Floats indexed by a DatetimeIndex named ``date``. ``attrs`` holds strings: name, title, source, licence, period,
        frequency, rows, columns, sha256, made by; and asset and hedges where the table makes an example of a hedge.

    Raises
    ------
    DataError
        If there is no such table, or its file is not the one that its description was written for (sha256).

    Examples
    --------
    >>> prices = load("nasdaq_sp500")
    >>> prices.shape
    (5031, 2)
    >>> prices.attrs["asset"], prices.attrs["hedges"]
    ('NASDAQ', 'SP500')
    """
    if name not in _names():
        raise DataError(_unknown(name))
    about = _describe(name)
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


def list() -> pd.DataFrame:
    """The bundled tables, one a row; every cell is text.

    Returns
    -------
    DataFrame, shape (n_tables, 6)
        Indexed by name; title, frequency, period, rows, columns (meaning and unit) and licence.

    Examples
    --------
    >>> list().loc["brent_wti", "frequency"]
    'monthly (averages)'
    """
    names = _names()
    return pd.DataFrame([_describe(name) for name in names], index=pd.Index(names, name="name"))[[*LISTED]]


def _folder() -> Path:
    # A wheel carries the tables inside the package; a checkout or an editable install has them beside it.
    bundled = Path(__file__).parent / "_bundled"
    return bundled if bundled.is_dir() else Path(__file__).parents[1] / "datasets"


def _names() -> builtins.list[str]:
    return sorted(path.name.removesuffix(".csv.gz") for path in _folder().glob("*.csv.gz"))


def _describe(name: str) -> dict[str, str]:
    """The lines ``- key: value`` of a description."""
    text = (_folder() / f"{name}.md").read_text(encoding="utf-8")
    lines = (line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("- "))
    return {"name": name} | {key: value for key, value in lines}


def _unknown(name: str) -> str:
    names = _names()
    nearest = difflib.get_close_matches(str(name).lower(), names, n=1, cutoff=0.4)
    advice = f"Did you mean {nearest[0]!r}?" if nearest else "See list() for what they hold."
    return f"name must be one of {', '.join(map(repr, names))}; got {name!r}. {advice}"
