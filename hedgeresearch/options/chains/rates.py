"""Interest rate of a chain: one number, one for each expiry, or that of parity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError

Rate = float | Mapping[Any, float] | Literal["parity"]


def checked_rate(rate: Any, expiries: pd.DatetimeIndex) -> Rate:
    """Return a number, "parity", or the rate of each expiry by expiry in UTC."""
    if isinstance(rate, str):
        check_choice(rate, "rate", ("parity",))
        return "parity"
    if not isinstance(rate, Mapping | pd.Series):
        check_between(rate, "rate", -1.0, 1.0)
        return float(rate)
    given: Mapping[Any, Any] = dict(rate.items())
    rates = {pd.Timestamp(expiry).tz_convert("UTC"): value for expiry, value in given.items()}
    absent = [expiry for expiry in expiries if expiry not in rates]
    if absent:
        raise DataError(
            f"rate must have the rate of every expiry; it has none of {day(absent[0])}."
        )
    for expiry, value in rates.items():
        check_between(value, f"the rate of {day(expiry)}", -1.0, 1.0)
    return {expiry: float(rates[expiry]) for expiry in expiries}
