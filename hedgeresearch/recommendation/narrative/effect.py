"""Sentences on what a hedge is expected to do to volatility."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch._formatting import money, percent

VOLATILITY_TOLERANCE = 1e-9
"""Relative difference of two volatilities that counts as rounding."""


def effect_sentence(
    position: str,
    before: float,
    after: float,
    dates: pd.Index[Any] | None,
    currency: str = "",
) -> str:
    """Return how the expected volatility of a position changes.

    Parameters
    ----------
    position : str
        The position in words.
    before, after : float
        Expected volatility over the next observation without and with the hedge, in currency.
    dates : Index or None
        Dates of the observations, which say whether they are daily.
    currency : str
        Currency of the volatilities; "" where it is not known.
    """
    if dates is not None and is_daily(dates):
        subject = f"Expected next-day volatility of {position}"
    else:
        subject = f"Expected volatility of {position} over the next observation"
    if abs(after - before) <= VOLATILITY_TOLERANCE * before:
        return f"{subject} stays at {money(before, currency)}."
    share = 1.0 - (after / before) ** 2
    verb = "falls" if share >= 0.0 else "rises"
    change = "reduction" if share >= 0.0 else "increase"
    return (
        f"{subject} {verb} from {money(before, currency)} to {money(after, currency)}, "
        f"a variance {change} of {percent(abs(share))} under the model."
    )


def is_daily(dates: pd.Index[Any]) -> bool:
    """Return whether observations are certainly daily; weekends and holidays may be left out."""
    if not isinstance(dates, pd.DatetimeIndex) or len(dates) < 3:
        return False
    spacing = pd.Series(dates).diff().iloc[1:]
    day = pd.Timedelta(days=1)
    return bool(spacing.min() == day == spacing.median())
