"""The mean length of the blocks of a stationary bootstrap."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch.typing import Array


def optimal_block_length(series: Array) -> int:
    """The longest that a column of (n_dates, n_series) asks for, one at least; columns that stand still ask for none.

    Source: Politis and White (2004), Econometric Reviews 23, with the correction of Patton, Politis and White (2009).
    """
    from arch.bootstrap import optimal_block_length

    centred = series - series.mean(axis=0)
    spread = centred.std(axis=0)
    moving = spread > 1e-12 * np.abs(series).max(axis=0)
    if not moving.any():
        return 1
    lengths = optimal_block_length(centred[:, moving] / spread[moving])["stationary"]
    return max(math.ceil(float(lengths.max())), 1)
