"""Ratios under the names of their hedges, as tables that are made when they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, Labelled
from hedgeresearch.typing import Array


def labelled_ratio(values: Array, hedges: pd.Index[Any]) -> Labelled:
    """Return the ratio of one date under the names of the hedges."""
    return Labelled(np.asarray(values, dtype=np.float64), hedges, name="ratio")


def labelled_path(values: Array, dates: Dates, hedges: pd.Index[Any]) -> Labelled:
    """Return ratios of many dates (n_dates, n_hedges); one row of values is repeated for all."""
    path = np.empty((len(dates), np.shape(values)[-1]))
    path[:] = values
    return Labelled(path, dates, hedges)


def labelled_covariance(values: Array, columns: pd.Index[Any]) -> Labelled:
    """Return a covariance of asset and hedges under their names."""
    return Labelled(values, columns, columns)
