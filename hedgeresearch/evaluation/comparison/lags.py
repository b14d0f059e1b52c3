r"""Number of lags in the long-run variance of a difference of losses.

It is chosen after Newey and West (1994), Review of Economic Studies 61, section 3, from the
difference d of n dates. Relative performance may wander, and then more lags are needed. With e what
d is beyond its average share of the sum of both losses, which rises and falls with their
volatility, without wandering: if V of e over m lags, m the smaller of n / 15 and 1.6 roots of n,
exceeds 1.25 times the variance of e, L is 30 times

.. math:: \tau = \frac{\sum_l k_l |l| \hat\gamma^e_l}{\sum_l k_l \hat\gamma^e_l}, \qquad
          k_l = 1 - \frac{|l|}{m + 1}

and at most n / 4: the share of V that Bartlett weights leave out is about tau / L (Priestley 1981,
Spectral Analysis and Time Series, section 6.2.4).
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch.estimation.regression import newey_west_lags
from hedgeresearch.evaluation.comparison.gaps import spread
from hedgeresearch.typing import Array, Indices

PILOT_SHARE = 15
"""Share of the dates, as a divisor, over which the persistence of losses is measured, at most."""
PILOT_ROOTS = 1.6
"""Roots of the number of dates over which it is measured, at most."""
PERSISTENT_RATIO = 1.25
"""Long-run variance, relative to the variance, above which losses count as persistent."""
LAGS_PER_DISTANCE = 30
"""Number of lags, as a multiple of tau, that leave out about 3% of a long-run variance."""


def lags_for(
    series: Array,
    horizon: int = 1,
    positions: Indices | None = None,
    total: Array | None = None,
) -> int:
    """Return the lags of Bartlett weights for the long-run variance of a series (n_dates,).

    They are at least horizon - 1 and, unless that is more, at most a quarter of the dates.

    Parameters
    ----------
    series : array (n_dates,), differences of losses
    horizon : int
    positions : array (n_dates,), those of the dates in the data; None for consecutive dates
    total : array (n_dates,), sums of the same losses: a constant share of them is not what makes a
        difference persistent; None for losses that may be negative
    """
    n = len(series)
    centered = series - series.mean()
    if not centered.any():
        return 0
    first = newey_west_lags(n)
    table = spread(centered[:, None], positions, first)[:, 0]
    autocovariances = np.array(
        [table[lag:] @ table[: len(table) - lag] for lag in range(first + 1)]
    )
    lag = np.arange(first + 1)
    density = 2.0 * autocovariances.sum() - autocovariances[0]
    slope = 2.0 * float(lag @ autocovariances)
    chosen = 1.1447 * ((slope / density) ** 2 * n) ** (1 / 3)
    wandering = centered if total is None else beyond_a_share(series, total)
    return max(min(int(chosen), n // 4), lags_if_persistent(wandering, positions), horizon - 1)


def beyond_a_share(difference: Array, total: Array) -> Array:
    """Return a difference of losses less its average share of their sum, (n_dates,) each.

    It has mean zero. Where one hedge is better by the same share at all times, the difference rises
    and falls with the volatility of both, but nothing wanders. Losses that may be negative have no
    such share, and the mean is taken instead.
    """
    if total.min() < 0.0 or total.max() <= 0.0:
        return np.asarray(difference - difference.mean())
    return np.asarray(difference - difference.mean() / total.mean() * total)


def lags_if_persistent(centered: Array, positions: Indices | None = None) -> int:
    """Return 30 tau, at most n / 4, for a persistent series about its mean (n_dates,), else zero.

    A series is persistent if its long-run variance over m lags, see above, is more than 1.25 times
    its variance.
    """
    n = len(centered)
    most = int(min(n / PILOT_SHARE, PILOT_ROOTS * math.sqrt(n)))
    table = spread(centered[:, None], positions, most)[:, 0]
    autocovariances = np.array([table[lag:] @ table[: len(table) - lag] for lag in range(most + 1)])
    lag = np.arange(most + 1)
    weighted = (1.0 - lag / (most + 1)) * autocovariances
    long_run = 2.0 * weighted.sum() - weighted[0]
    if not long_run > PERSISTENT_RATIO * autocovariances[0]:
        return 0
    distance = max(2.0 * float(lag @ weighted), 0.0) / long_run
    return min(int(LAGS_PER_DISTANCE * distance), n // 4)
