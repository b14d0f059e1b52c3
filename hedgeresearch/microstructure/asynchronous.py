r"""Covariance of prices that are never quoted at the same time, without bars.

Hayashi and Yoshida (2005), Bernoulli 11, add up the products of all changes whose intervals
overlap:

.. math:: \sum_{i, j} \Delta X_i \, \Delta Y_j \, 1\{I_i \cap J_j \ne \varnothing\}

which has no bias of the Epps effect if both follow their latent prices without delay or noise.
Neither holds of a market: where one venue reports later than the other the covariance goes to zero
as on short bars, and the bounce between bid and ask adds to the variances, so that ratio and
correlation come out too small. It is a check of a ratio from bars, not a replacement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.bars import checked_times
from hedgeresearch.typing import Array, Indices

MIN_CHANGES = 10
"""Minimum number of price changes of each instrument."""
ROUNDING = 1e-9
"""Excess of a correlation over one that may be rounding."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True)
class TickCovariance:
    """Covariance of log prices over the time that two instruments share.

    Attributes
    ----------
    covariance : sum of products of overlapping changes, not per unit of time
    asset_variance, hedge_variance : sums of squared changes, noise of quotes included
    n_asset, n_hedge : number of changes; a quote with the same price is none

    Examples
    --------
    >>> from hedgeresearch.microstructure import TickCovariance
    >>> found = TickCovariance(2e-6, 4e-6, 2.5e-6, n_asset=2_000, n_hedge=1_500)
    >>> round(found.ratio, 3), round(found.correlation, 3)
    (0.8, 0.632)
    """

    covariance: float
    asset_variance: float
    hedge_variance: float
    n_asset: int
    n_hedge: int

    @property
    def ratio(self) -> float:
        """Covariance over the variance of the hedge: a check of a ratio from bars."""
        return self.covariance / self.hedge_variance

    @property
    def correlation(self) -> float:
        """Covariance over the geometric mean of the variances."""
        return self.covariance / math.sqrt(self.asset_variance * self.hedge_variance)


@exported_by("hedgeresearch.microstructure")
def hayashi_yoshida(asset: pd.Series[float], hedge: pd.Series[float]) -> TickCovariance:
    """Return the covariance of two prices that are quoted at different times: a diagnostic.

    It needs no bars and should agree with ``ratio_signature`` on long ones. Where it does not, the
    quotes of one come late, or are noisy: it assumes that both react at the same instant, and that
    every quote is the price. So it must not set a hedge ratio.

    Parameters
    ----------
    asset, hedge : Series of positive prices by the time received, such as those of ``mid_prices``;
        nan from an interruption on, over which there is no change

    Raises
    ------
    DataError
        If times are not ascending or have no zone, the instruments share no time or fewer than ten
        changes, or the correlation would exceed one in size, which nothing in the formula rules
        out: then its assumptions do not hold.

    Examples
    --------
    Two prices with correlation .8 and ratio .8, the second seen half as often:

    >>> import numpy as np, pandas as pd
    >>> from hedgeresearch.microstructure import hayashi_yoshida
    >>> start = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    >>> times = start + pd.to_timedelta(np.arange(4_000) / 10.0, unit="s")
    >>> steps = 1e-4 * np.random.default_rng(0).standard_normal((2, 4_000))
    >>> hedge = pd.Series(100.0 * np.exp(steps[0].cumsum()), times)
    >>> asset = pd.Series(100.0 * np.exp((0.8 * steps[0] + 0.6 * steps[1]).cumsum()), times)
    >>> found = hayashi_yoshida(asset, hedge[::2])
    >>> round(found.ratio, 2), round(found.correlation, 2)
    (0.8, 0.8)
    """
    x = _path_of(asset, "asset")
    y = _path_of(hedge, "hedge")
    shared = _shared_times(_stretches(x), _stretches(y))
    if not shared:
        raise DataError(
            "The instruments share no time in which both change: one ends before the other begins, "
            "or one does not move."
        )
    parts = [_Path.products(x.between(*times), y.between(*times)) for times in shared]
    sums = np.sum(parts, axis=0)
    for name, changes in (("asset", sums[3]), ("hedge", sums[4])):
        if changes < MIN_CHANGES:
            raise DataError(
                f"The {name} must have at least {MIN_CHANGES} changes in the time that both share; "
                f"got {changes:.0f}. Record longer."
            )
    covariance, asset_variance, hedge_variance = sums[:3].tolist()
    found = TickCovariance(covariance, asset_variance, hedge_variance, int(sums[3]), int(sums[4]))
    if abs(found.correlation) > 1.0 + ROUNDING:
        raise DataError(
            f"The correlation would be {found.correlation:.3f}: the quotes are not those of two "
            "prices that are seen without delay and noise. Use ratio_signature on longer bars."
        )
    return found


class _Path(NamedTuple):
    """Log prices by their times; nan from an interruption on."""

    times: Indices
    logs: Array

    def between(self, start: int, end: int) -> _Path:
        """Return the path of the changes whose intervals overlap with a time."""
        first = int(np.searchsorted(self.times, start, side="right")) - 1
        stop = int(np.searchsorted(self.times, end, side="left")) + 1
        known = np.isfinite(self.logs[first:stop])
        return _Path(self.times[first:stop][known], self.logs[first:stop][known])

    @staticmethod
    def products(x: _Path, y: _Path) -> Array:
        """Return sums of products and of squares, and the number of changes of each."""
        x_changes = np.diff(x.logs)
        y_changes = np.diff(y.logs)
        overlapping = _overlapping_products(x, y)
        squares = [x_changes @ x_changes, y_changes @ y_changes]
        return np.array([overlapping, *squares, len(x_changes), len(y_changes)])


def _path_of(prices: pd.Series[float], name: str) -> _Path:
    """Return the times at which a price changes, and the log of the last price at each.

    A price that is quoted again has not been observed to change.
    """
    times = checked_times(prices, name)
    last = np.append(np.diff(times) > 0, True)
    logs = np.log(prices.to_numpy(dtype=float)[last])
    # written so that an interruption, a nan, is a change
    changed = ~(np.diff(logs) == 0.0)
    return _Path(times[last][np.append(True, changed)], logs[np.append(True, changed)])


def _stretches(path: _Path) -> list[tuple[int, int]]:
    """Return the times from and to which a path has prices without an interruption."""
    known = np.isfinite(path.logs).astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known, [0]])))
    starts = path.times[edges[0::2]]
    # a price holds until the interruption after it
    ends = path.times[np.minimum(edges[1::2], len(path.times) - 1)]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _shared_times(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the parts of two lists of ascending stretches that are in both."""
    shared = []
    left = iter(first)
    right = iter(second)
    one = next(left, None)
    other = next(right, None)
    while one is not None and other is not None:
        start = max(one[0], other[0])
        end = min(one[1], other[1])
        if start < end:
            shared.append((start, end))
        if one[1] < other[1]:
            one = next(left, None)
        else:
            other = next(right, None)
    return shared


def _overlapping_products(x: _Path, y: _Path) -> float:
    """Return the sum of products of changes whose intervals (a, b] overlap.

    The changes of y that overlap with (a, b] lead from its last time up to a to its first from b
    on, so that their sum is a difference of two prices.
    """
    before = np.searchsorted(y.times, x.times[:-1], side="right") - 1
    after = np.searchsorted(y.times, x.times[1:], side="left")
    # a path may begin after the other one, and end before it
    before = np.maximum(before, 0)
    after = np.minimum(after, len(y.logs) - 1)
    return float(np.diff(x.logs) @ (y.logs[after] - y.logs[before]))
