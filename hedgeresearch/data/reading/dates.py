"""Dates of the rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._validation.number_dates import number_conversion
from hedgeresearch.data.reading.cells import refuse_cells
from hedgeresearch.data.reading.hints import date_column_hint, date_hint
from hedgeresearch.data.reading.notation import ISO_DATE
from hedgeresearch.errors import DataError

OFFSET_PATTERN = r"\d{2}:\d{2}.*?(Z|[+-]\d{2}(?::?\d{2})?)$"
"""Offset from UTC at the end of a date with a time of day."""


def parse_dates(
    column: pd.Series, source: str, date_format: str | None, others: pd.DataFrame | None = None
) -> pd.DatetimeIndex:
    """Return the dates of a column.

    Offsets from UTC that differ, as those of local time with daylight saving, give dates in UTC.

    Parameters
    ----------
    column : Series, cells with their places
    source : what the cells are from
    date_format : codes of strptime; None for ISO 8601
    others : DataFrame, columns that may hold the dates instead; None where the column was named

    Raises
    ------
    DataError
        If a cell is no date or empty, or some dates have an offset from UTC and others none.
    """
    column = _as_datetimes(column)
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        text = column.astype(str).str.strip()
        if date_format is None:
            column = _parse_iso(column, text, source, others)
        else:
            column = _parse_format(column, text, source, date_format, others)
    if column.isna().any():
        rule = "dates must be present in every row"
        refuse_cells(column, column.isna(), source, rule, "Remove the row")
    return pd.DatetimeIndex(column, name="date")


def check_order(dates: pd.DatetimeIndex, places: pd.Index[Any], source: str) -> None:
    """Refuse dates that occur twice or are earlier than the one before."""
    twice = dates.duplicated()
    if twice.any():
        again = np.flatnonzero(twice)
        first = int(again[0])
        others = ""
        remedy = "Remove one of the two."
        if len(again) > 1:
            rows = "row repeats a date" if len(again) == 2 else "rows repeat dates"
            others = f", and {len(again) - 1:,} more {rows} until {places.name} {places[again[-1]]}"
            remedy = "Keep one row of each date."
        if (dates == dates.normalize()).all() and len(dates) > 2 * dates.nunique():
            remedy = (
                "Where a second column holds the time of day, join both to one column; else "
                "remove what is repeated."
            )
        elif dates.tz is None and dates[first] != dates[first].normalize():
            remedy = (
                "Where clocks were set back, write the dates in UTC; else remove one of the two."
            )
        raise DataError(
            f"{source} must have every date once; {_moment(dates[first])} occurs again in "
            f"{places.name} {places[first]}{others}. {remedy}"
        )
    if not dates.is_monotonic_increasing:
        first = int(np.argmax(dates[1:] < dates[:-1])) + 1
        raise DataError(
            f"{source} must be sorted by date; {_moment(dates[first])} in "
            f"{places.name} {places[first]} follows {_moment(dates[first - 1])}. "
            "Check that day and month are not exchanged, then sort the file by date."
        )


def _moment(date: pd.Timestamp) -> str:
    if date == date.normalize():
        return day(date)
    return f"{date:%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def _as_datetimes(column: pd.Series) -> pd.Series:
    """Return dates of spreadsheets and of Arrow as those of numpy; other columns unchanged."""
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.kind == "M":
        return pd.to_datetime(pd.Series(column.tolist(), column.index))
    if column.dtype == object and pd.api.types.infer_dtype(column) in ("date", "datetime"):
        return pd.to_datetime(column)
    return column


def _parse_iso(
    column: pd.Series, text: pd.Series, source: str, others: pd.DataFrame | None
) -> pd.Series:
    # The pattern comes first: pandas would read the number 2020.5 as May 2020.
    parsable = column.notna() & text.str.fullmatch(ISO_DATE)
    in_utc = _check_offsets(column, source)
    dates = pd.to_datetime(text.where(parsable), format="ISO8601", errors="coerce", utc=in_utc)
    if dates.isna().any():
        rule = "dates must be written as ISO 8601, such as 2020-01-31"
        refuse_cells(text, dates.isna(), source, rule, _remedy(column, text, dates, others))
    return dates


def _remedy(
    column: pd.Series, text: pd.Series, dates: pd.Series, others: pd.DataFrame | None
) -> str:
    """Return what to do about cells that are no ISO dates."""
    hint = date_hint(text[column.notna()]) or date_column_hint(others)
    if hint is not None:
        return f"Pass {hint}"
    if dates.notna().sum() > 10 * dates.isna().sum():
        return f"Remove or fix the {column.index.name}"
    number = pd.to_numeric(text, errors="coerce")
    if number.notna().all():
        call = number_conversion(number.to_numpy(dtype=float))
        if call is not None:
            done = f"data.index = {call}"
            return f"They stand for dates: read the file with pandas, {done}, and pass data"
    return "Name the column of the dates in date=..., or write them in this way"


def _parse_format(
    column: pd.Series,
    text: pd.Series,
    source: str,
    date_format: str,
    others: pd.DataFrame | None,
) -> pd.Series:
    with_offset = "%z" in date_format or "%Z" in date_format
    dates = pd.to_datetime(
        text.where(column.notna()), format=date_format, errors="coerce", utc=with_offset
    )
    if dates.isna().any():
        hint = date_hint(text[column.notna()]) or date_column_hint(others)
        remedy = "Fix the cell" if hint is None else f"Pass {hint}"
        rule = f"dates must be written as {date_format!r}"
        refuse_cells(text, dates.isna(), source, rule, remedy)
    return dates


def _check_offsets(column: pd.Series, source: str) -> bool:
    """Return whether dates have different offsets from UTC; refuse some with and some without."""
    text = column.dropna().astype(str).str.strip()
    offsets = text.str.extract(OFFSET_PATTERN, expand=False).fillna("none")
    offsets = offsets.replace({"Z": "+00:00"})
    offsets = offsets.str.replace(r"^([+-]\d{2}):?(\d{2})?$", _full_offset, regex=True)
    if not len(offsets):
        return False
    different = offsets != offsets.iloc[0]
    if not different.any():
        return False
    if not (offsets == "none").any():
        return True
    place: Any = ((offsets == "none") != (offsets.iloc[0] == "none")).idxmax()
    raise DataError(
        f"dates in {source} must all have an offset from UTC, or none; the first has "
        f"{offsets.iloc[0]}, {column.index.name} {place} ({column[place]}) has {offsets[place]}. "
        "Write all of them in UTC, for example with pd.to_datetime(dates, utc=True), "
        "or all of them without an offset."
    )


def _full_offset(match: Any) -> str:
    return f"{match[1]}:{match[2] or '00'}"
