"""Log returns from which paths of prices are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch.typing import Array


def drawn_log_returns(returns: Any, *, keep_mean: bool) -> Array:
    """Return log returns with the mean of the past, or such that the price expected is today's.

    With r the simple returns and m their mean, the latter are log((1 + r) / (1 + m)): the factors
    by which prices change have the mean one.

    Parameters
    ----------
    returns : array (n_dates,) or (n_dates, n_columns), simple returns above -1
    keep_mean : bool, whether paths go on to rise or fall as the past did
    """
    simple = np.asarray(returns, dtype=float)
    logs: Array = np.log1p(simple)
    if keep_mean:
        return logs
    centered: Array = logs - np.log1p(simple.mean(axis=0))
    return centered
