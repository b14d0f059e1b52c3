"""Times with a zone, as they are written in files and options."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from hedgeresearch.data.reading.hints import date_hint
from hedgeresearch.errors import DataError

ISO_TIME = r"\d{4}-\d{2}-\d{2}[T ]\d{2}.*"
OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"


def time_with_zone(text: Any) -> pd.Timestamp:
    """Return a time with a zone, written as an offset or as a name after the time."""
    words = str(text).split()
    zone = words[-1] if len(words) > 1 and words[-1][0].isalpha() else None
    try:
        time: Any = pd.Timestamp(" ".join(words[:-1]) if zone else text)
        time = time.tz_localize(zone) if zone else time
    except (TypeError, ValueError, KeyError) as error:
        raise DataError(
            f"a time must be written as 2024-06-28T16:00:00+00:00, or with the name of its zone; "
            f"got {text!r} ({error})."
        ) from None
    if pd.isna(time) or time.tz is None:
        raise DataError(
            f"a time must have a zone, such as 2024-06-28T16:00:00+00:00 or '2024-06-28 16:00 "
            f"America/New_York'; got {text!r}."
        )
    found: pd.Timestamp = time
    return found


def read_times(column: pd.Series[Any], option: str, date_format: str | None) -> pd.DatetimeIndex:
    """Return the times of a column of a file, in UTC.

    Parameters
    ----------
    column : Series (n_rows,), with the lines of the file as its index
    option : name of the option that the file was passed with
    date_format : codes of strptime with the zone, %z; None for ISO 8601

    Raises
    ------
    DataError
        If a time is written in another way or has no zone; the message names the line and, where
        a format can read all times, the option.
    """
    if date_format is not None and "%z" not in date_format:
        raise DataError(
            f"--date-format must have the zone, as in '%d.%m.%Y %H:%M:%S%z'; got {date_format!r}. "
            "Where the file has no zones, write them into it."
        )
    text = column.astype(str).str.strip()
    if date_format is None:
        iso = text.str.fullmatch(ISO_TIME)
        if not iso.all():
            rule = "a time must be written as ISO 8601, such as 2024-06-28T16:00:00+00:00"
            raise _refused(text, ~iso, option, rule)
        times = [_time(value, line, option) for line, value in column.items()]
        return pd.DatetimeIndex(pd.to_datetime(times, utc=True))
    found = pd.to_datetime(text, format=date_format, errors="coerce", utc=True)
    if found.isna().any():
        raise _refused(text, found.isna(), option, f"a time must be written as {date_format!r}")
    return pd.DatetimeIndex(found)


def _time(value: Any, line: Any, option: str) -> pd.Timestamp:
    try:
        return time_with_zone(value)
    except DataError as error:
        raise DataError(f"{option}, line {line}: {error}") from None


def _refused(text: pd.Series[str], bad: pd.Series[bool], option: str, rule: str) -> DataError:
    """Return the error for the first bad time, with the formats that read all of them."""
    line: Any = bad.idxmax()
    hint = date_hint(text.str.replace(r"\s*" + OFFSET, "", regex=True))
    remedy = "Write the times in this way."
    if hint is not None:
        zone = " %z" if text.str.contains(r"\s" + OFFSET, regex=True).any() else "%z"
        remedy = re.sub(r"'(?= or |$)", f"{zone}'", f"Pass {hint}") + "."
    return DataError(f"{option}, line {line}: {rule}; got {text[line]!r}. {remedy}")
