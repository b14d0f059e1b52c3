"""The hedge ratio by the length of the bar, from which the length to estimate it on is chosen.

On short bars the ratio is too small, because the instruments do not move at the same instant:
Epps (1979), Journal of the American Statistical Association 74. It rises with the length of the bar
until both have moved, and should be estimated where it no longer does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._shown_table import line_and_table
from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.estimation.regression import (
    hac_degrees_of_freedom,
    least_squares,
    newey_west_lags,
)
from hedgeresearch.microstructure.bars import quote_bars
from hedgeresearch.typing import Array

BARS = (0.1, 0.5, 1.0, 5.0, 15.0)
"""Lengths of bars, seconds."""
MIN_RETURNS = 10
"""Minimum number of returns from which a ratio is estimated."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, eq=False, repr=False)
class RatioSignature:
    """The hedge ratio for each length of a bar.

    Attributes
    ----------
    table : DataFrame (n_lengths, 5)
        By length of the bar in seconds: ratio, low, high, correlation and n_returns.
    confidence : level of the intervals

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from hedgeresearch.microstructure import ratio_signature
    >>> start = pd.Timestamp("2026-03-02", tz="UTC")
    >>> times = start + pd.to_timedelta(np.arange(5_000) / 10.0, unit="s")
    >>> steps = 1e-4 * np.random.default_rng(0).standard_normal((2, 5_000)).cumsum(axis=1)
    >>> spot = pd.Series(100.0 * np.exp(steps[0]), times)
    >>> future = pd.Series(100.0 * np.exp(steps[0] + 0.2 * steps[1]), times)
    >>> signature = ratio_signature(spot, future, bars=(0.5, 1.0, 2.0))
    >>> signature.table["ratio"].round(2).tolist(), signature.still_rises
    ([0.96, 0.96, 0.95], False)
    >>> type(signature.plot()).__name__
    'Axes'
    """

    table: pd.DataFrame
    confidence: float

    @property
    def still_rises(self) -> bool:
        """True if the ratio before the last is smaller than the interval of the longest bar.

        A negative ratio rises away from zero.
        """
        if len(self.table) < 2:
            return False
        last = self.table.iloc[-1]
        before = float(self.table["ratio"].iloc[-2])
        return bool(before < last["low"] if last["ratio"] >= 0.0 else before > last["high"])

    def plot(self, ax: Any = None) -> Any:
        """Draw the ratio and its interval for each length of a bar, and return the Axes."""
        from hedgeresearch.plotting import plot_intervals

        names = [f"bars of {seconds:g} s" for seconds in self.table.index]
        return plot_intervals(
            self.table["ratio"].set_axis(names),
            self.table[["low", "high"]].to_numpy(),
            reference=float(self.table["ratio"].iloc[-1]),
            xlabel=f"hedge ratio, with {self.confidence:.0%} intervals",
            ax=ax,
        )

    def __repr__(self) -> str:
        ratios = ", ".join(
            f"{seconds:g} s {ratio:.4f}" for seconds, ratio in self.table["ratio"].items()
        )
        return f"RatioSignature({ratios})"

    def _repr_html_(self) -> str:
        return line_and_table(self, self.table)


@exported_by("hedgeresearch.microstructure")
def ratio_signature(
    asset: pd.Series[float],
    hedge: pd.Series[float],
    bars: Sequence[float] = BARS,
    *,
    inverse: bool = False,
    confidence: float = 0.95,
) -> RatioSignature:
    """Return the least squares hedge ratio for several lengths of a bar.

    Parameters
    ----------
    asset, hedge : Series of prices by the time received, such as those of ``mid_prices``; returns
        from or to a bar without a price are left out
    bars : lengths of bars in seconds
    inverse : whether the hedge pays in the asset, as a coin-margined contract does: its return is
        then that of one unit of the asset's currency in it, worth the asset's price at the end
    confidence : level of the intervals, of errors robust to heteroskedasticity and autocorrelation

    Returns
    -------
    RatioSignature

    Raises
    ------
    DataError
        If a length leaves fewer than ten returns, or asset or hedge do not move.

    Warns
    -----
    DataWarning
        If the ratio still rises from the second longest to the longest bar by more than the
        interval of the latter, or a bar is shorter than the median time between two quotes.

    Examples
    --------
    Two prices that follow the same path, the second a tenth of a second late:

    >>> import numpy as np, pandas as pd
    >>> from hedgeresearch.microstructure import ratio_signature
    >>> start = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    >>> times = start + pd.to_timedelta(np.arange(4_000) / 10.0, unit="s")
    >>> steps = np.random.default_rng(0).standard_normal(4_000)
    >>> prices = pd.Series(100.0 * np.exp(1e-4 * steps.cumsum()), times)
    >>> late = prices.set_axis(times + pd.Timedelta("100ms"))
    >>> ratio_signature(prices, late, bars=(0.5, 2.0, 5.0))
    RatioSignature(0.5 s 0.8227, 2 s 0.9630, 5 s 0.9650)
    """
    check_confidence(confidence)
    lengths = list(bars)
    if not lengths or lengths != sorted(set(lengths)):
        raise DataError(f"bars must be ascending lengths in seconds; got {lengths!r}.")
    rows = [_row(asset, hedge, seconds, inverse, confidence) for seconds in lengths]
    index = pd.Index([float(seconds) for seconds in lengths], name="seconds")
    signature = RatioSignature(pd.DataFrame(rows, index=index), confidence)
    if signature.still_rises:
        ratios = signature.table["ratio"]
        warn_caller(
            f"The hedge ratio still rises at bars of {index[-1]:g} s, from {ratios.iloc[-2]:.3f} "
            f"to {ratios.iloc[-1]:.3f}. Use longer bars.",
            DataWarning,
        )
    return signature


def _row(
    asset: pd.Series[float],
    hedge: pd.Series[float],
    seconds: float,
    inverse: bool,
    confidence: float,
) -> Mapping[str, float]:
    """Return ratio, interval and correlation on bars of one length."""
    from scipy.stats import t

    bars = quote_bars({"asset": asset, "hedge": hedge}, seconds).to_numpy()
    y, x = _returns(bars, inverse)
    # a bar in an interruption has no price, so that its returns are unknown
    known = np.isfinite(y) & np.isfinite(x)
    y = y[known]
    x = x[known]
    n_returns = len(y)
    if n_returns < MIN_RETURNS:
        raise DataError(
            f"Bars of {seconds:g} s leave {n_returns} returns; at least {MIN_RETURNS} are needed. "
            "Use shorter bars or a longer recording."
        )
    for name, moves in (("asset", y), ("hedge", x)):
        if not np.ptp(moves) > 0.0:
            raise DataError(f"The {name} does not move on bars of {seconds:g} s. Use another one.")
    regression = least_squares(y, x[:, None])
    lags = newey_west_lags(n_returns)
    error = float(np.sqrt(regression.covariance("HAC", lags, small_sample=n_returns < 250)[1, 1]))
    width = error * float(t.ppf(0.5 + 0.5 * confidence, hac_degrees_of_freedom(n_returns, 2, lags)))
    ratio = float(regression.coefficients[1])
    return {
        "ratio": ratio,
        "low": ratio - width,
        "high": ratio + width,
        "correlation": float(np.corrcoef(y, x)[0, 1]),
        "n_returns": n_returns,
    }


def _returns(bars: Array, inverse: bool) -> tuple[Array, Array]:
    """Return simple returns of asset and hedge over bars (n_bars, 2)."""
    gross = bars[1:] / bars[:-1]
    asset = gross[:, 0] - 1.0
    if not inverse:
        return asset, gross[:, 1] - 1.0
    # a contract of one unit of currency pays 1/F0 - 1/F1 in the asset, worth the asset's price
    return asset, (1.0 - 1.0 / gross[:, 1]) * gross[:, 0]
