"""Numbers that stand for dates, such as 13012012, and dates that were made of such numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError

MIN_YEAR = 1700
MAX_YEAR = 2200
MIN_ROWS_OF_SHORT_DATES = 20
"""Number of rows that must all be dates where these have few digits, as row numbers have."""
EPOCHS = (("ns", 1e17), ("us", 1e14), ("ms", 1e11), ("s", 1e8))
"""Units of a time since 1970, and the smallest number of each: from 1973 on."""
SECONDS_OF_1970 = 365 * 86400
TICKS_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def refuse_numbers_for_dates(index: pd.Index[Any], name: str) -> None:
    """Refuse an index of numbers that stand for dates; row numbers and years are accepted."""
    if isinstance(index, pd.RangeIndex) or not len(index):
        return
    values = index.to_numpy(dtype=float, na_value=np.nan)
    call = number_conversion(values)
    if call is not None:
        shown = ", ".join(f"{value:.0f}" for value in values[:2])
        raise DataError(
            f"{name} must be indexed by dates; its index holds numbers such as {shown}, which "
            f"stand for dates. Convert them, data.index = {call}, and sort by date afterwards."
        )


def refuse_dates_from_numbers(index: pd.DatetimeIndex, name: str) -> None:
    """Refuse times within 1970, which are numbers that were read as time since 1970."""
    ticks: Any = index.asi8
    if not len(ticks) or not 0 <= ticks[-1] < SECONDS_OF_1970 * TICKS_PER_SECOND[index.unit]:
        return
    if ticks[0] < 0 or (index == index.normalize()).all():
        return
    raise DataError(
        f"{name} must be indexed by its own dates; its last one is {index[-1]}, as when "
        "pd.to_datetime reads a number, such as 20200131, as a time since 1970. Give it the format "
        "or the unit of the numbers, such as format='%Y%m%d' or unit='s'."
    )


def number_conversion(values: np.ndarray[Any, Any]) -> str | None:
    """Return the call that turns numbers into dates; None if they do not stand for dates."""
    if not (np.isfinite(values).all() and (values == np.floor(values)).all()):
        return None
    numbers = values.astype(np.int64)
    digits = _format(numbers)
    if digits is not None:
        width, pattern = digits
        texts = "data.index.astype('int64').astype(str)"
        padded = f"{texts}.str.zfill({width})"
        return f"pd.to_datetime({padded}, format='{pattern}')"
    for unit, smallest in EPOCHS:
        if values.min() >= smallest:
            return f"pd.to_datetime(data.index, unit='{unit}')"
    if _are_spreadsheet_days(numbers):
        return "pd.to_datetime(data.index, unit='D', origin='1899-12-30')"
    return None


def _format(numbers: np.ndarray[Any, Any]) -> tuple[int, str] | None:
    """Return number of digits and format of dates that are written as numbers, if they are."""
    high = numbers // 10_000
    low = numbers % 10_000
    longest = int(numbers.max())
    if 1_000_000 <= longest < 100_000_000:
        parts = {
            "%Y%m%d": (high, low // 100, low % 100),
            "%d%m%Y": (low, high % 100, high // 100),
            "%m%d%Y": (low, high // 100, high % 100),
        }
        return next(((8, key) for key, dates in parts.items() if _are_dates(*dates)), None)
    for width, pattern, factor in ((12, "%Y%m%d%H%M", 10_000), (14, "%Y%m%d%H%M%S", 1_000_000)):
        dates = numbers // factor
        if len(str(longest)) == width and _are_dates(*_year_first(dates)):
            return width, pattern
    if len(numbers) < MIN_ROWS_OF_SHORT_DATES:
        return None
    if len(str(longest)) == 6 and _are_dates(*_year_first(numbers * 100 + 1)):
        return 6, "%Y%m"
    years = 1900 + numbers // 10_000
    is_short = len(str(longest)) in (5, 6)
    return (6, "%y%m%d") if is_short and _are_dates(years, *_year_first(numbers)[1:]) else None


def _year_first(numbers: np.ndarray[Any, Any]) -> tuple[Any, Any, Any]:
    return numbers // 10_000, numbers // 100 % 100, numbers % 100


def _are_dates(years: Any, months: Any, days: Any) -> bool:
    """Return whether all numbers are years, months and days."""
    return bool(
        ((years >= MIN_YEAR) & (years <= MAX_YEAR)).all()
        and ((months >= 1) & (months <= 12)).all()
        and ((days >= 1) & (days <= 31)).all()
    )


def _are_spreadsheet_days(numbers: np.ndarray[Any, Any]) -> bool:
    """Return whether numbers count the working days of a spreadsheet since 1900."""
    if len(numbers) < MIN_ROWS_OF_SHORT_DATES:
        return False
    if numbers.min() < 15_000 or numbers.max() > 80_000:  # before 1941 or after 2119
        return False
    steps = np.diff(np.sort(numbers))
    return bool(np.median(steps) == 1 and steps.max() <= 10 and (steps == 3).mean() > 0.1)
