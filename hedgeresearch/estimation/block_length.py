"""Mean block length of a stationary bootstrap."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch.typing import Array


def optimal_block_length(series: Array) -> int:
    """Return the largest optimal mean block length of several series, in observations.

    Politis and White (2004), Econometric Reviews 23, with the correction of Patton, Politis and
    White (2009), Econometric Reviews 28.

    Parameters
    ----------
    series : array (n_dates, n_series)
        Constant columns are left out.

    Returns
    -------
    int
        At least 1, which it is if all columns are constant.
    """
    from arch import bootstrap

    centered = series - series.mean(axis=0)
    spread = centered.std(axis=0)
    varies = spread > 1e-12 * np.abs(series).max(axis=0)
    if not varies.any():
        return 1
    lengths = bootstrap.optimal_block_length(centered[:, varies] / spread[varies])["stationary"]
    return max(math.ceil(float(lengths.max())), 1)
