r"""The exponentially weighted OLS hedge.

.. math:: b_t = \Big( \sum_{s<t} \lambda^{t-1-s} x_s x_s' \Big)^{-1}
                \sum_{s<t} \lambda^{t-1-s} x_s y_s, \qquad \lambda = 2^{-1/h}

with h the half-life and y and x the deviations of asset and hedges from their means with the same
weights: weighted least squares with a constant. The moments are carried from date to date and the
equations solved at each, as recursive least squares loses its digits. The errors are those of
``estimation.regression`` with these weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.regression.moving_errors import MovingErrors
from hedgeresearch.hedges.regression.moving_regression import (
    advance_weighted_fit,
    weighted_fit,
)
from hedgeresearch.hedges.traits import HedgeTraits

MIN_START_UP = 20
"""Minimum number of observations that only feed the moments before the path begins."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class WeightedOLSHedge:
    """Least squares with weights that halve every ``half_life`` dates into the past.

    Initialization: the first 20 observations (twice the number of series, if that is more) are used
    for the moments only, and the path begins after them. As the half-life grows the hedge becomes
    ``ExpandingOLSHedge``.

    Parameters
    ----------
    half_life : float > 0
        Number of dates after which a weight has halved, typically 60 to 250 for daily data; short
        ones leave few observations for several hedges.
    hac_lags : int, optional
        Number of lags of the HAC standard errors; by default floor(4 (n / 100)^(2/9)) for n
        effective observations, (sum w)^2 / sum w^2, which is 2.9 half-lives in a long sample.
    small_sample : bool
        Whether these errors are corrected with fewer than 250 effective observations, as in
        OLSHedge.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.WeightedOLSHedge(half_life=60).fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.conf_int().round(2)
           lower  upper
    SP500   1.14   1.29
    """

    half_life: float
    hac_lags: int | None = None
    small_sample: bool = True

    def __post_init__(self) -> None:
        check_flag(self.small_sample, "small_sample")
        check_between(self.half_life, "half_life", 0.0, np.inf)
        if self.hac_lags is not None:
            check_at_least(self.hac_lags, "hac_lags", 0)

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return HedgeTraits(hac_lags="automatic" if self.hac_lags is None else "fixed")

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If no observations follow the initialization, or hedges are collinear under the
            weights of some date.
        """
        returns, kind = join_returns(asset, hedges)
        skip = max(MIN_START_UP, 2 * returns.shape[1])
        if not len(returns) > skip:
            raise DataError(
                f"asset and hedges must have at least {skip + 1} rows; got {len(returns)}. Use a "
                "longer sample."
            )
        errors = MovingErrors(
            self.hac_lags, half_life=self.half_life, small_sample=self.small_sample
        )
        return weighted_fit(self, returns, kind, skip, errors)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, which are added to the moments."""
        return advance_weighted_fit(fit, returns)
