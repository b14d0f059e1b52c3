"""Tables by name, bundled and downloaded."""

from __future__ import annotations

import difflib

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._shown_table import ShownTable
from hedgeresearch.datasets.binance import BINANCE, load_binance
from hedgeresearch.datasets.bundled import bundled_names, read_bundled, read_description
from hedgeresearch.errors import DataError

LISTED_KEYS = ("title", "frequency", "period", "rows", "columns", "license")


@exported_by("hedgeresearch.datasets")
def load(name: str) -> pd.DataFrame:
    """Load a table by name.

    Parameters
    ----------
    name : str
        One of the names in :func:`list_datasets`. All are bundled except ``binance_8h``, which is
        downloaded when first loaded.

    Returns
    -------
    DataFrame, shape (n_dates, n_columns)
        Floats indexed by a DatetimeIndex named ``date``, in the units of ``attrs["columns"]``.
        ``attrs`` holds strings: name, title, source, license, period, frequency, rows, columns,
        sha256 and made by; also asset and hedges where the table is an example of a hedge.

    Raises
    ------
    DataError
        If there is no such table, its file does not have the sha256 of its description, or it
        cannot be downloaded.

    Examples
    --------
    >>> prices = load("nasdaq_sp500")
    >>> prices.shape
    (5031, 2)
    >>> prices.attrs["asset"], prices.attrs["hedges"]
    ('NASDAQ', 'SP500')
    """
    if name == BINANCE["name"]:
        table = load_binance()
        table.attrs.update(BINANCE)
        return table
    if name not in bundled_names():
        raise DataError(_unknown_name(name))
    return read_bundled(name)


@exported_by("hedgeresearch.datasets")
def list_datasets() -> pd.DataFrame:
    """List the tables.

    Returns
    -------
    DataFrame, shape (n_tables, 6)
        Texts, indexed by name: title, frequency, period, rows, columns (meaning and unit) and
        license.

    Examples
    --------
    >>> list_datasets().loc["brent_wti", "frequency"]
    'monthly (averages)'
    """
    descriptions = [*map(read_description, bundled_names()), BINANCE]
    names = pd.Index([description["name"] for description in descriptions], name="name")
    return ShownTable(pd.DataFrame(descriptions, index=names)[[*LISTED_KEYS]])


def _unknown_name(name: str) -> str:
    names = [*bundled_names(), BINANCE["name"]]
    nearest = difflib.get_close_matches(str(name).lower(), names, n=1, cutoff=0.4)
    if nearest:
        advice = f"Did you mean {nearest[0]!r}?"
    else:
        advice = "See hr.datasets.list_datasets() for their contents."
    return f"name must be one of {', '.join(map(repr, names))}; got {name!r}. {advice}"
