"""Ratios under the names of their hedges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.typing import Array


def labelled_ratio(values: Array, hedges: pd.Index[Any]) -> pd.Series[float]:
    """Return the ratio of one date under the names of the hedges."""
    return pd.Series(values, index=hedges, name="ratio", dtype=np.float64)


def labelled_path(values: Array, dates: pd.Index[Any], hedges: pd.Index[Any]) -> pd.DataFrame:
    """Return ratios of many dates (n_dates, n_hedges); one row of values is repeated for all."""
    path = np.empty((len(dates), len(hedges)))
    path[:] = values
    return pd.DataFrame(path, index=dates, columns=hedges)
