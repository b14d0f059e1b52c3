"""The tables by name, bundled and downloaded."""

from __future__ import annotations

import difflib

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.datasets import binance, bundled
from hedgeresearch.errors import DataError

LISTED = ("title", "frequency", "period", "rows", "columns", "licence")


@exported_by("hedgeresearch.datasets")
def load(name: str) -> pd.DataFrame:
    """A table, with where it comes from in its attrs; units are those of ``attrs["columns"]``.

    Parameters
    ----------
    name : str
        One of the names in :func:`list_datasets`. All are bundled but ``binance_8h``, which is downloaded when first loaded.

    Returns
    -------
    DataFrame, shape (n_dates, n_columns)
        Floats indexed by a DatetimeIndex named ``date``. ``attrs`` holds strings: name, title, source, licence, period,
        frequency, rows, columns, sha256, made by; and asset and hedges where the table makes an example of a hedge.

    Raises
    ------
    DataError
        If there is no such table, its file is not the one that its description was written for (sha256), or it cannot
        be downloaded.

    Examples
    --------
    >>> prices = load("nasdaq_sp500")
    >>> prices.shape
    (5031, 2)
    >>> prices.attrs["asset"], prices.attrs["hedges"]
    ('NASDAQ', 'SP500')
    """
    if name == binance.ABOUT["name"]:
        table = binance.load_binance()
        table.attrs.update(binance.ABOUT)
        return table
    if name not in bundled.names():
        raise DataError(_unknown(name))
    return bundled.read(name)


@exported_by("hedgeresearch.datasets")
def list_datasets() -> pd.DataFrame:
    """The tables, one a row; every cell is text.

    Returns
    -------
    DataFrame, shape (n_tables, 6)
        Indexed by name; title, frequency, period, rows, columns (meaning and unit) and licence.

    Examples
    --------
    >>> list_datasets().loc["brent_wti", "frequency"]
    'monthly (averages)'
    """
    abouts = [*(bundled.describe(name) for name in bundled.names()), binance.ABOUT]
    table = pd.DataFrame(abouts, index=pd.Index([about["name"] for about in abouts], name="name"))
    return table[[*LISTED]]


def _names() -> list[str]:
    return [*bundled.names(), binance.ABOUT["name"]]


def _unknown(name: str) -> str:
    names = _names()
    nearest = difflib.get_close_matches(str(name).lower(), names, n=1, cutoff=0.4)
    advice = (
        f"Did you mean {nearest[0]!r}?"
        if nearest
        else "See hr.datasets.list_datasets() for what they hold."
    )
    return f"name must be one of {', '.join(map(repr, names))}; got {name!r}. {advice}"
