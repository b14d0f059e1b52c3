"""Moments of quotes and oracles: times with a zone, which move on with the dates of a market."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.terms import as_timestamp


def later_moment(moment: pd.Timestamp, passed: Any, what: str) -> pd.Timestamp:
    """Return a moment that is later by the time between two dates of a market."""
    if not isinstance(passed, pd.Timedelta):
        raise DataError(
            f"a market with {what} must have dates, so that a bar says how much time has "
            f"passed; got {passed!r} between two of them. Pass a table with timestamps."
        )
    return moment + passed


def zoned_moment(moment: Any) -> pd.Timestamp:
    """Return a moment as a Timestamp; refuse one without a zone."""
    found = as_timestamp(moment, "moment")
    if found.tz is None:
        raise DataError(
            f"moment must be a time with a zone; got {moment!r}. Pass for example "
            "'2026-05-27 08:00+00:00': an hour counts."
        )
    return found
