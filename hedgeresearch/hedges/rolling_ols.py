"""The rolling OLS hedge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hedgeresearch._kernels.rolling import rolling_covariance
from hedgeresearch._validation import check_at_least, join_returns
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.hedge_fit import HedgeFit, labelled_path, labelled_ratio
from hedgeresearch.hedges.history import History
from hedgeresearch.minimum_variance import minimum_variance_path


@dataclass(frozen=True)
class RollingOLSHedge:
    """OLS coefficients over the ``window`` dates before each date; the path begins after the first window.

    Parameters
    ----------
    window : int, dates in each regression

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.RollingOLSHedge(window=250).fit(returns["NASDAQ"], returns[["SP500"]])
    >>> len(returns) - len(fit.ratio)
    250
    """

    window: int

    def __post_init__(self) -> None:
        check_at_least(self.window, "window", 3)

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
        return self._roll(returns, returns.index[-1], kind)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Roll the window over new dates."""
        rolled = self._roll(pd.concat([fit.state, returns]), fit.sample_end, fit.returns_kind)
        return replace(rolled, ratio=rolled.ratio.loc[returns.index[0] :], n_sample=fit.n_sample)

    def _roll(self, returns: pd.DataFrame, sample_end: Any, kind: str | None) -> HedgeFit:
        hedges = returns.columns[1:]
        names = [str(name) for name in hedges]
        covariances = rolling_covariance(returns.to_numpy(), self.window)
        dates = returns.index[self.window :]
        # the window that ends on a date gives the ratio of the date after it, so the last one gives the next ratio
        ratios = minimum_variance_path(covariances, names, returns.index[self.window - 1 :])
        next_ratio = labelled_ratio(ratios[-1], hedges)
        return HedgeFit(
            model=self,
            asset=returns.columns[0],
            ratio=labelled_path(ratios[:-1], dates, hedges),
            next_ratio=next_ratio,
            next_covariance=pd.DataFrame(covariances[-1], index=returns.columns, columns=returns.columns),
            estimates=next_ratio.to_frame("estimate"),
            sample_end=sample_end,
            last_date=returns.index[-1],
            returns_kind=kind,
            history=History.of(returns),
            n_sample=len(returns),
            state=returns.iloc[-self.window :],
        )
