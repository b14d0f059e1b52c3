"""Cells of text files: values separated by commas or by another character."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hedgeresearch.data.reading.cells import Cells, empty
from hedgeresearch.data.reading.header import split_header
from hedgeresearch.data.reading.notation import Notation
from hedgeresearch.errors import DataError

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")


def read_text(file: Path, separator: str | None, notation: Notation) -> Cells:
    """Return the cells of a text file in UTF-8, as text.

    Parameters
    ----------
    file : Path
    separator : str, optional
        By default a comma, or a tab where the suffix is .tsv.
    notation : Notation
    """
    if separator is None:
        separator = "\t" if ".tsv" in file.name.lower() else ","
    if not isinstance(separator, str) or len(separator) != 1:
        raise DataError(f"sep must be one character, such as ';'; got {separator!r}.")
    try:
        # Without a header for pandas, which would rename a column that occurs twice. Blank lines
        # are kept, so that the line numbers are those of the file.
        rows = pd.read_csv(
            file,
            sep=separator,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            encoding="utf-8-sig",
            encoding_errors="strict",
        )
    except pd.errors.EmptyDataError:
        raise empty(str(file)) from None
    names, n_header = split_header(rows, notation)
    table = rows.iloc[n_header:].set_axis(names, axis=1)
    table.index = pd.RangeIndex(n_header + 1, len(rows) + 1, name="line")
    return Cells(table.dropna(how="all"), str(file))
