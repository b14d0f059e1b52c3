r"""The rolling OLS hedge.

.. math:: b_t = \Big( \sum_{s=t-w}^{t-1} x_s x_s' \Big)^{-1} \sum_{s=t-w}^{t-1} x_s y_s

with y and x the deviations of asset and hedges from their means over the same w dates: Ederington
(1979), Journal of Finance 34, eq. 7, over a moving window. Its errors are those of
``estimation.regression``, window by window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.closed_form import Refit, rolling_ratios
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.regression.moving_errors import MovingErrors
from hedgeresearch.hedges.regression.moving_regression import (
    advance_moving_fit,
    moving_fit,
    moving_window_ratios,
)
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class RollingOLSHedge:
    """OLS coefficients over a window of observations before each date.

    The path begins after the first window. A sample with a window in which a hedge is constant is
    refused, as no regression exists there.

    Parameters
    ----------
    window : int
        Number of observations in each regression, 250 for a year of daily data.
    hac_lags : int, optional
        Number of lags of the HAC standard errors; by default floor(4 (window / 100)^(2/9)).
    small_sample : bool
        Whether these errors are corrected with a window of fewer than 250 observations, as in
        OLSHedge.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.RollingOLSHedge(window=250).fit(returns["NASDAQ"], returns[["SP500"]])
    >>> len(returns) - len(fit.ratio)
    250
    >>> fit.bands().tail(1).round(2)
    hedge      SP500
    end        lower upper
    date
    2018-12-31  1.11  1.24
    """

    window: int
    hac_lags: int | None = None
    small_sample: bool = True

    def __post_init__(self) -> None:
        check_flag(self.small_sample, "small_sample")
        check_at_least(self.window, "window", 3)
        if self.hac_lags is None:
            return
        check_at_least(self.hac_lags, "hac_lags", 0)
        if self.hac_lags >= self.window:
            raise DataError(
                f"hac_lags must be smaller than window, {self.window}; got {self.hac_lags}."
            )

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        automatic = self.hac_lags is None
        return HedgeTraits(hac_lags="automatic" if automatic else "fixed", window=self.window)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are not more observations than in a window or too few of them for the hedges,
            or hedges are collinear in a window.
        """
        returns, kind = join_returns(asset, hedges)
        if not len(returns) > self.window:
            raise DataError(
                f"window must be shorter than the data, {len(returns)} dates; got {self.window}. "
                "Choose a shorter one."
            )
        n_series = returns.shape[1]
        if self.window < n_series + 1:
            raise DataError(
                f"window must be at least {n_series + 1} for {n_series - 1} hedges; got "
                f"{self.window}."
            )
        values = returns.to_numpy()
        moving = moving_window_ratios(values, self.window)
        errors = MovingErrors(self.hac_lags, window=self.window, small_sample=self.small_sample)
        state = WindowState(values[-self.window :].copy())
        return moving_fit(self, returns, kind, moving, errors, state)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, over which the window moves."""
        values = np.concatenate([fit.state.returns, returns.to_numpy()])
        moving = moving_window_ratios(values[1:], self.window)
        state = WindowState(values[-self.window :])
        return advance_moving_fit(fit, returns, moving, state)

    def ratios_by_refit(self, returns: Array, refits: Sequence[Refit]) -> Iterator[Array | None]:
        """Yield the ratios of many refits, see ``ClosedFormRatios``."""
        return rolling_ratios(returns, refits, self.window)


class WindowState(NamedTuple):
    """The returns in the last window, (window, 1 + n_hedges), the asset first."""

    returns: Array
