"""Table of prices of a book: a file, written in any of the usual ways, or a bundled table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hedgeresearch import datasets
from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.hints import did_you_mean
from hedgeresearch.cli.inputs.price_options import Contents, Reading, without_gaps
from hedgeresearch.data.frequency import at_frequency
from hedgeresearch.errors import DataError

FILE_FIELDS = (
    "sep",
    "decimal",
    "thousands",
    "date_format",
    "sheet",
    "kind",
    "freq",
    "drop_gaps",
)
"""Fields that say how a file is written and which of its rows are used."""
ARGUMENT = re.compile(r"\b(date|sep|decimal|thousands|date_format|sheet|kind|freq)=")


def read_table(
    entry: Entry, folder: Path, needed: Mapping[str, Entry], funding: Sequence[str]
) -> pd.DataFrame:
    """Return the needed columns of a file or of a bundled table, without gaps in prices.

    Parameters
    ----------
    entry : section data
    folder : folder of the book
    needed : columns, and the entries that need them
    funding : columns of funding rates, which may be empty between payments, and are added over the
        periods of a lower frequency
    """
    data = entry.mapping()
    if ("file" in data) == ("dataset" in data):
        entry.refuse("must have either 'file', your own prices, or 'dataset', a bundled table.")
    if "dataset" in data:
        table = _bundled_table(data["dataset"], needed)
    else:
        table = _own_table(data, folder, needed)
    with entry.locate_errors():
        table = _used_rows(data, table, funding)
    if "source" in data:
        table.attrs["source"] = data["source"].text()
    return table


def _used_rows(
    data: Mapping[str, Entry], table: pd.DataFrame, funding: Sequence[str]
) -> pd.DataFrame:
    """Return the table at the frequency of the book, without dates that lack a price."""
    if "freq" in data:
        try:
            return at_frequency(table, data["freq"].text(), summed=funding)
        except DataError as error:
            raise DataError(_in_yaml_words(str(error))) from None
    prices = table[table.columns.difference(list(funding), sort=False)]
    drop = data["drop_gaps"].truth() if "drop_gaps" in data else False
    return table.loc[without_gaps(prices, drop, "'drop_gaps: true' under data").index]


def _bundled_table(entry: Entry, needed: Mapping[str, Entry]) -> pd.DataFrame:
    with entry.locate_errors():
        table = datasets.load(entry.text())
    known = list(table.columns)
    for name, place in needed.items():
        if name not in known:
            place.refuse(
                f"must be a column of the table: {', '.join(known)}; got {name!r}."
                f"{did_you_mean(name, known)}"
            )
    return table[list(needed)]


def _own_table(
    data: Mapping[str, Entry], folder: Path, needed: Mapping[str, Entry]
) -> pd.DataFrame:
    try:
        table = _reading(data).read(folder / data["file"].text(), list(needed))
    except DataError as error:
        place = data["file"]
        for name, entry in needed.items():
            if f"got {name!r}" in str(error):
                place = entry
                break
        with place.locate_errors():
            raise DataError(_in_yaml_words(str(error))) from None
    table.attrs["source"] = data["file"].text()
    return table


def _reading(data: Mapping[str, Entry]) -> Reading:
    """Return how the file is written."""
    names = ("date", "sep", "decimal", "thousands", "date_format")
    settings: dict[str, Any] = {name: data[name].text() for name in names if name in data}
    if "sheet" in data:
        is_place = isinstance(data["sheet"].content, int)
        settings["sheet"] = data["sheet"].integer() if is_place else data["sheet"].text()
    if "kind" in data and data["kind"].choice(list(Contents)) != Contents.prices:
        data["kind"].refuse(
            "must be prices: contracts are counted from them. For returns, use "
            f"'hedgeresearch recommend --prices FILE --kind {data['kind'].content}' instead of a "
            "book."
        )
    return Reading(**settings)


def _in_yaml_words(message: str) -> str:
    """Return a message with fields of the book in place of arguments of ``read_prices``."""
    return ARGUMENT.sub(lambda found: f"{found[1]}: ", message)
