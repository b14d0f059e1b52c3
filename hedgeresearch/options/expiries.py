"""Times to expiry in years, from times with a zone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError

YEAR = pd.Timedelta(days=365)


@exported_by("hedgeresearch.options")
def years_to_expiry(moment: Any, expiry: Any) -> Any:
    """Return actual days over 365 from a moment to the expiry of options.

    Parameters
    ----------
    moment, expiry : time with a zone, or array, Series or DatetimeIndex of such times
        Timestamps, datetimes or text such as "2026-06-26 08:00+00:00". One of them may be a single
        time; Series must have one index.

    Returns
    -------
    float, array or Series
        Years, positive.

    Raises
    ------
    DataError
        If a time has no zone or none can be read, or an expiry is not after its moment.

    Examples
    --------
    >>> years_to_expiry("2026-05-27 08:00+00:00", "2026-06-26 08:00+00:00") * 365
    30.0
    """
    start = _zoned(moment, "moment")
    end = _zoned(expiry, "expiry")
    labels = [one.index for one in (moment, expiry) if isinstance(one, pd.Series)]
    if len(labels) == 2 and not labels[0].equals(labels[1]):
        raise DataError(
            "moment and expiry must have the same index; got labels that are not the same ones in "
            "the same order. Reindex one of them."
        )
    if len(start) != len(end) and 1 not in (len(start), len(end)):
        raise DataError(
            f"moment and expiry must have one length, or one of them be a single time; got "
            f"{len(start)} and {len(end)}."
        )
    n_options = max(len(start), len(end))
    start = start.repeat(n_options // len(start))
    end = end.repeat(n_options // len(end))
    years = np.asarray((end - start) / YEAR, dtype=float)
    expired = ~(years > 0.0)
    if expired.any():
        first = int(np.argmax(expired))
        raise DataError(
            f"expiry must be after the moment; {day(end[first])} is not after {day(start[first])}. "
            "Leave out options that have expired."
        )
    if labels:
        return pd.Series(years, index=labels[0], name="years")
    return years if _is_many(moment) or _is_many(expiry) else float(years[0])


def _is_many(times: Any) -> bool:
    return isinstance(times, pd.Series | pd.Index | np.ndarray | list | tuple)


def _zoned(times: Any, name: str) -> pd.DatetimeIndex:
    """Return times as an index in UTC; refuse those without a zone."""
    numbers = np.ravel(times)
    if numbers.dtype.kind in "biuf" and len(numbers):
        raise DataError(
            f"{name} must be a time with a zone; got the number {numbers[0]}. Read "
            "numbers with their unit, such as pd.to_datetime(times, unit='ms', utc=True)."
        )
    try:
        index = pd.DatetimeIndex(times if _is_many(times) else [pd.Timestamp(times)])
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name} must be a time with a zone, such as '2026-06-26 08:00+00:00'; got "
            f"{str(times)[:60]!r} ({error}). Read text and mixed zones with "
            "pd.to_datetime(..., utc=True)."
        ) from None
    if len(index) == 0:
        raise DataError(f"{name} must hold at least one time; got none.")
    if index.hasnans:
        raise DataError(
            f"{name} must have a time in every row; row {int(np.argmax(index.isna()))} has none."
        )
    if index.tz is None:
        raise DataError(
            f"{name} must have a time zone; got {index[0]}. Add the one in which it was recorded, "
            f"such as {name}.tz_localize('UTC'): an hour more or less counts near expiry."
        )
    return index.tz_convert("UTC")
