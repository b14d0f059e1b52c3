r"""The OLS hedge.

.. math:: r^{asset}_t = c + r^{hedges}_t{}' b + u_t

Source: Ederington (1979), Journal of Finance 34, eq. 5-7; standard errors of Newey and West (1987).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._validation import check_at_least, join_returns
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.hedge_fit import HedgeFit


@dataclass(frozen=True)
class OLSHedge:
    """The regression coefficients of the asset on the hedges, one set for all dates, with HAC standard errors.

    Parameters
    ----------
    hac_lags : int, lags of the Bartlett kernel; by default floor(4 (n / 100)^(2/9)) for n dates

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(3)
              estimate  standard error       t      p
    constant     0.000           0.000   0.911  0.363
    SP500        1.175           0.027  43.223  0.000
    """

    hac_lags: int | None = None

    def __post_init__(self) -> None:
        if self.hac_lags is not None:
            check_at_least(self.hac_lags, "hac_lags", 0)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few dates, or hedges are collinear.
        """
        from statsmodels.api import OLS, add_constant

        returns, kind = join_returns(asset, hedges)
        n_dates, lags = len(returns), self.hac_lags
        if lags is None:
            lags = int(4 * (n_dates / 100) ** (2 / 9))
        if lags >= n_dates:
            raise DataError(f"hac_lags must be smaller than the number of dates, {n_dates}; got {lags}.")
        x = returns.iloc[:, 1:]
        scale = x.std()
        regression = OLS(returns.iloc[:, 0], add_constant(x / scale)).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
        units = np.concatenate([[1.0], 1.0 / scale.to_numpy()])
        estimates = pd.DataFrame(
            {
                "estimate": regression.params.to_numpy() * units,
                "standard error": regression.bse.to_numpy() * units,
                "t": regression.tvalues.to_numpy(),
                "p": regression.pvalues.to_numpy(),
            },
            index=["constant" if "constant" not in x.columns else "(constant)", *x.columns],
        )
        return constant_ratio_fit(self, returns, estimates["estimate"].to_numpy()[1:], kind, estimates)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same coefficients over new dates."""
        return carry_constant_ratio(fit, returns)
