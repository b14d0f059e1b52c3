"""Horizons as elapsed time, and elapsed time in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import exact
from hedgeresearch.errors import DataError

Horizon = int | str | timedelta
"""Number of rows, or an elapsed time such as "10d", "8h", "3 months" or a Timedelta."""

DAY = 86_400.0
MONTH = 30.4375
"""Mean number of days in a month."""
SECONDS = {"hour": 3600.0, "minute": 60.0, "second": 1.0, "millisecond": 0.001}
LONG_UNITS = {
    "year": 365.25,
    "quarter": 3 * MONTH,
    "month": MONTH,
    "week": 7.0,
    "business day": 1.4,
}
"""Days in the units that a Timedelta does not know in words."""


def check_horizon(horizon: Any, name: str = "horizon") -> None:
    """Refuse a horizon that is neither a positive number of rows nor a positive time.

    Raises
    ------
    DataError
        Such as for 0, 2.5, "10" or "soon".
    """
    if isinstance(horizon, str | timedelta | np.timedelta64):
        as_duration(horizon, name)
    elif isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
        raise DataError(
            f"{name} must be a whole number of rows of at least 1, or a time such as '10d'; got "
            f"{horizon!r}."
        )


def as_duration(horizon: str | timedelta | np.timedelta64, name: str = "horizon") -> pd.Timedelta:
    """Return a positive time; months have 30.4375 days, quarters three months, years 365.25 days.

    Examples
    --------
    >>> as_duration("10d"), as_duration("2 months").days
    (Timedelta('10 days 00:00:00'), 60)
    """
    try:
        duration = _parsed(horizon)
    except (ValueError, OverflowError, TypeError):
        duration = pd.Timedelta(0)
    if pd.isna(duration) or not duration > pd.Timedelta(0):
        raise DataError(
            f"{name} must be a positive time with its unit, such as '10d', '8h', '20min', '2w' or "
            f"'3 months', of at most 290 years; got {str(horizon)[:40]!r}. A number of rows is "
            f"passed as a number.{months_meant(horizon)}"
        )
    return duration


def months_meant(horizon: Any) -> str:
    """Return a sentence, after a space, on a text such as "3m" that may stand for months, else "".

    Examples
    --------
    >>> months_meant("3m")
    " For months, write '3 months'; m stands for minutes."
    """
    found = re.fullmatch(r"\s*(\d+)\s*(m|mo|mth|mon)s?\s*", str(horizon).lower())
    if found is None:
        return ""
    months = "1 month" if found[1] == "1" else f"{found[1]} months"
    return f" For months, write {months!r}; m stands for minutes."


def _parsed(horizon: str | timedelta | np.timedelta64) -> pd.Timedelta:
    if not isinstance(horizon, str):
        return pd.Timedelta(horizon)
    if not re.search("[a-zA-Z]", horizon):
        raise ValueError("a time has a unit")
    # pandas deprecates lower-case days and weeks
    horizon = re.sub("(?<![a-zA-Z])[dw](?![a-zA-Z])", lambda unit: unit[0].upper(), horizon)
    counted = in_long_units(horizon)
    if counted is None:
        return pd.Timedelta(horizon)
    number, unit = counted
    return pd.Timedelta(days=number * LONG_UNITS[unit])


def in_long_units(horizon: Any) -> tuple[float, str] | None:
    """Return number and unit of a text such as "3 months" or "10 business days", else None."""
    if not isinstance(horizon, str):
        return None
    units = "|".join(LONG_UNITS)
    found = re.fullmatch(rf"\s*(\d+\.?\d*)\s*({units}|y)s?\s*", horizon.lower())
    if found is None:
        return None
    return float(found[1]), "year" if found[2] == "y" else found[2]


def time_in_words(time: pd.Timedelta) -> str:
    """Return a time in its largest unit, with at most one decimal.

    Examples
    --------
    >>> time_in_words(pd.Timedelta("30D")), time_in_words(pd.Timedelta("150min"))
    ('30 days', '2.5 hours')
    """
    seconds = time.total_seconds()
    units = {"year": 365.25 * DAY, "day": DAY} | SECONDS
    at_least = {"year": 2.0}
    fitting = [name for name, size in units.items() if seconds >= at_least.get(name, 1.0) * size]
    unit = fitting[0] if fitting else "millisecond"
    number = exact(round(seconds / units[unit], 1))
    return f"{number} {unit}{'' if number == '1' else 's'}"
