"""Check that prices are positive where a calculation divides by them or takes their logarithm."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._formatting import counted, day
from hedgeresearch.errors import DataError


def check_positive_prices(prices: pd.DataFrame, purpose: str, remedy: str) -> None:
    """Refuse prices of zero or less, naming the first one, its column and its date.

    Parameters
    ----------
    prices : DataFrame (n_dates, n_columns), without gaps
    purpose : what positive prices are needed for, such as "simple returns"
    remedy : sentence that says what to do
    """
    bad = prices.to_numpy() <= 0.0
    if not bad.any():
        return
    row, column = divmod(int(np.argmax(bad)), bad.shape[1])
    raise DataError(
        f"prices must be positive for {purpose}; column {prices.columns[column]!r} is "
        f"{prices.to_numpy()[row, column]:g} on {day(prices.index[row])} "
        f"({counted(int(bad.sum()), 'such value')}). {remedy}"
    )
