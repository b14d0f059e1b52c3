"""Simple returns that paths of prices are drawn from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._validation.asset_and_hedges import returns_kind
from hedgeresearch._validation.frames import check_returns
from hedgeresearch.data.quality.door import refuse_levels
from hedgeresearch.errors import DataError


def check_simple_returns(returns: Any, minimum_rows: int) -> pd.DataFrame:
    """Return simple returns as a checked table (n_dates, n_columns); a Series has one column.

    Raises
    ------
    DataError
        If they are of another kind, look like prices, are a loss of everything or more, or have
        fewer rows.
    """
    kind = returns_kind(returns, None)
    if kind not in (None, "simple"):
        raise DataError(
            f"returns must be simple returns; got {kind} returns. Pass hr.returns(prices)."
        )
    frame = check_returns(returns, minimum_rows=minimum_rows)
    refuse_levels(frame)
    lowest = frame.min()
    if (lowest <= -1.0).any():
        column = frame[lowest.idxmin()]
        raise DataError(
            f"returns must exceed -1, a loss of everything; got {column.min():g} on "
            f"{day(column.idxmin())}. Pass fractions per period, not percent."
        )
    return frame
