"""Half-life of a recovery, from shares of what was before."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

STANDARD_ERRORS = 2.0
"""Number of standard errors by which a share must differ from one to count as a loss."""


def half_life_of(shares: pd.Series[float], errors: pd.Series[float]) -> float | None:
    """Return the time from the lowest share until half of what is lost is back."""
    values = shares.to_numpy()
    seconds = shares.index.to_numpy(dtype=float)
    low = int(values.argmin())
    if not 1.0 - values[low] > STANDARD_ERRORS * float(errors.iloc[low]):
        return None
    target = 0.5 * (1.0 + values[low])
    above = np.flatnonzero(values[low:] >= target)
    if not len(above):
        return math.inf
    at = low + int(above[0])
    step = (target - values[at - 1]) / (values[at] - values[at - 1])
    reached = seconds[at - 1] + step * (seconds[at] - seconds[at - 1])
    return float(reached - seconds[low])


def half_life_in_words(half_life: float | None) -> str:
    """Return a half-life in words."""
    if half_life is None:
        return "without a loss beyond noise"
    if math.isinf(half_life):
        return "not half regained"
    return f"half regained in {half_life:.3g} s"
