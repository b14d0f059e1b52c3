r"""The expanding OLS hedge.

.. math:: b_t = \Big( \sum_{s<t} x_s x_s' \Big)^{-1} \sum_{s<t} x_s y_s

with y and x the deviations of asset and hedges from their means over the same dates: Ederington
(1979), Journal of Finance 34, eq. 7, over all that has been seen. Its errors are those of
``estimation.regression``, date by date.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.regression.moving_errors import MovingErrors
from hedgeresearch.hedges.regression.moving_regression import (
    advance_weighted_fit,
    weighted_fit,
)
from hedgeresearch.hedges.traits import HedgeTraits


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class ExpandingOLSHedge:
    """OLS coefficients over all observations before each date.

    Its next ratio is that of ``OLSHedge``. A new date costs the same after ten observations and
    after a million. A sample whose first ``min_dates`` observations of a hedge are constant is
    refused, as no regression exists there.

    Parameters
    ----------
    min_dates : int
        Number of observations in the first regression; the path begins after them.
    hac_lags : int, optional
        Number of lags of the HAC standard errors; by default floor(4 (n / 100)^(2/9)) for the n
        observations before each date.
    small_sample : bool
        Whether these errors are corrected with fewer than 250 observations before the date, as in
        OLSHedge.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.ExpandingOLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.conf_int().round(2)
           lower  upper
    SP500   1.12   1.23
    """

    min_dates: int = 60
    hac_lags: int | None = None
    small_sample: bool = True

    def __post_init__(self) -> None:
        check_flag(self.small_sample, "small_sample")
        check_at_least(self.min_dates, "min_dates", 3)
        if self.hac_lags is None:
            return
        check_at_least(self.hac_lags, "hac_lags", 0)
        if self.hac_lags >= self.min_dates:
            raise DataError(
                f"hac_lags must be smaller than min_dates, {self.min_dates}; got {self.hac_lags}."
            )

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        automatic = self.hac_lags is None
        return HedgeTraits(hac_lags="automatic" if automatic else "fixed", window=self.min_dates)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are not more than ``min_dates`` observations or too few for the hedges, or
            hedges are collinear in the first regression.
        """
        returns, kind = join_returns(asset, hedges)
        if not len(returns) > self.min_dates:
            raise DataError(
                f"min_dates must be smaller than the number of dates, {len(returns)}; got "
                f"{self.min_dates}. Choose a smaller one."
            )
        n_series = returns.shape[1]
        if self.min_dates < n_series + 1:
            raise DataError(
                f"min_dates must be at least {n_series + 1} for {n_series - 1} hedges; got "
                f"{self.min_dates}."
            )
        errors = MovingErrors(self.hac_lags, small_sample=self.small_sample)
        return weighted_fit(self, returns, kind, self.min_dates, errors)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, which are added to the regression."""
        return advance_weighted_fit(fit, returns)
