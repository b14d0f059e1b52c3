"""Numbers in the columns of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.data.reading.cells import refuse_cells
from hedgeresearch.data.reading.hints import may_be_thousands, number_hint
from hedgeresearch.data.reading.notation import Notation
from hedgeresearch.errors import DataError


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
    if not notation.stated and may_be_thousands(text[present]):
        example = text[present & text.str.contains(".", regex=False)].iloc[0].strip()
        raise DataError(
            f"numbers of column {column.name!r} in {source}, such as {example}, may have a point "
            "before a fraction or between thousands. Pass decimal='.' for a fraction, or "
            "decimal=',', thousands='.' for thousands."
        )
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
    numbers = pd.Series(plain.to_numpy(dtype=float), index=column.index)
    infinite = numbers.abs() == np.inf
    if infinite.any():
        rule = f"column {column.name!r} must contain finite numbers"
        refuse_cells(text, infinite, source, rule, "Fix the cell")
    return numbers


def check_signs_of_percent(columns: dict[str, pd.Series], source: str) -> None:
    """Refuse per cent signs in some columns only: the unit of the others is not known."""
    signed = []
    for name, column in columns.items():
        text = column.dropna().astype(str)
        if len(text) and text.str.contains("%", regex=False).any():
            signed.append(name)
    if signed and len(signed) < len(columns):
        raise DataError(
            f"all columns of {source} must be in per cent; of {list(columns)}, only {signed} have "
            "per cent signs. Read the columns of each unit by themselves, with columns=[...]."
        )


def _plain_text(text: pd.Series, notation: Notation) -> pd.Series:
    """Return numbers as Python writes them."""
    if notation.percent:
        text = text.str.replace("%", "", regex=False)
    if notation.thousands is not None:
        text = text.str.replace(notation.thousands, "", regex=False)
    if notation.decimal != ".":
        text = text.str.replace(notation.decimal, ".", regex=False)
    return text.str.strip()
