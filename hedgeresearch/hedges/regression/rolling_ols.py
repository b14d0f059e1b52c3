r"""The rolling OLS hedge.

.. math:: b_t = \Big( \sum_{s=t-w}^{t-1} x_s x_s' \Big)^{-1} \sum_{s=t-w}^{t-1} x_s y_s

with y and x the deviations of asset and hedges from their means over the same w dates: Ederington (1979), Journal of
Finance 34, eq. 7, over a moving window. Its errors are those of ``estimation.regression``, window by window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.rolling import rolling_covariance
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.closed_form import Refit, rolling_ratios
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.regression.moving_regression import MovingErrors, moved_on, moving_fit
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class RollingOLSHedge:
    """OLS coefficients over the ``window`` dates before each date; the path begins after the first window.

    A sample with a window in which a hedge stands still is refused: no regression exists there.

    Parameters
    ----------
    window : int, dates in each regression
    hac_lags : int, lags of the HAC standard errors; by default floor(4 (window / 100)^(2/9))

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

    def __post_init__(self) -> None:
        check_at_least(self.window, "window", 3)
        if self.hac_lags is not None:
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
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period; n_dates > window.

        Raises
        ------
        DataError
            If the window is longer than the data or too short for the hedges, or hedges are collinear in a window.
        """
        returns, kind = join_returns(asset, hedges)
        if not len(returns) > self.window:
            raise DataError(
                f"window must be shorter than the data, {len(returns)} dates; got {self.window}. Choose a shorter one."
            )
        if self.window < returns.shape[1] + 1:
            raise DataError(
                f"window must be at least {returns.shape[1] + 1} for {returns.shape[1] - 1} hedges; got {self.window}."
            )
        covariances = rolling_covariance(returns.to_numpy(), self.window)
        errors = MovingErrors(self.hac_lags, window=self.window)
        last = returns.to_numpy()[-self.window :].copy()
        return moving_fit(self, returns, kind, covariances, errors, last)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Roll the window over new dates."""
        values = np.concatenate([fit.state, returns.to_numpy()])
        covariances = rolling_covariance(values[1:], self.window)
        return moved_on(fit, returns, covariances, values[-self.window :])

    def ratios_by_refit(self, returns: Array, refits: Sequence[Refit]) -> Iterator[Array | None]:
        """Yield the ratios of many refits, see ``ClosedFormRatios``."""
        return rolling_ratios(returns, refits, self.window)
