"""Numbers in the columns of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.data.reading.cells import refuse_cells
from hedgeresearch.data.reading.hints import number_hint
from hedgeresearch.data.reading.notation import Notation


def parse_numbers(
    column: pd.Series, dates: pd.DatetimeIndex, source: str, notation: Notation
) -> pd.Series[float]:
    """Return the numbers of a column; empty cells are NaN.

    Raises
    ------
    DataError
        If a cell holds something else. The message names its line and date, and the options with
        which the column can be read.
    """
    dtype = column.dtype
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        return pd.Series(column.to_numpy(dtype=float, na_value=np.nan), index=column.index)
    present = column.notna()
    text = column.astype(str)
    bad = present & ~text.str.fullmatch(notation.number_pattern)
    if bad.any():
        hint = number_hint(text[present])
        example = f"1234{notation.decimal}5"
        rule = f"column {column.name!r} must contain numbers such as {example}, or nothing"
        remedy = "Fix the cell, or leave the column out with columns=[...]"
        if hint is not None:
            remedy = f"Pass {hint}"
        when = f", dated {day(dates[int(np.argmax(bad))])},"
        refuse_cells(text, bad, source, rule, remedy, when)
    plain = _plain_text(text, notation).where(present, "nan")
    return pd.Series(plain.to_numpy(dtype=float), index=column.index)


def _plain_text(text: pd.Series, notation: Notation) -> pd.Series:
    """Return numbers as Python writes them."""
    if notation.percent:
        text = text.str.replace("%", "", regex=False)
    if notation.thousands is not None:
        text = text.str.replace(notation.thousands, "", regex=False)
    if notation.decimal != ".":
        text = text.str.replace(notation.decimal, ".", regex=False)
    return text.str.strip()
