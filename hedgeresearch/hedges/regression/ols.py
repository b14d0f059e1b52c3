r"""The OLS hedge.

.. math:: r^{asset}_t = c + r^{hedges}_t{}' b + u_t

Source: Ederington (1979), Journal of Finance 34, eq. 5-7; for its standard errors see
``estimation.regression``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from hedgeresearch._containers.lazy_table import Dates
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.asset_and_hedges import distinct_name
from hedgeresearch._validation.settings import check_at_least, check_choice, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.regression import ERROR_KINDS, RegressionErrorKind, least_squares
from hedgeresearch.hedges.closed_form import Refit, sample_ratios
from hedgeresearch.hedges.constant_ratio import (
    advance_constant_array,
    advance_constant_ratio,
    constant_ratio_fit,
)
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.ratio_errors import ParameterErrors
from hedgeresearch.hedges.standard_errors import RegressionErrors, resolve_hac_lags
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class OLSHedge:
    """The regression coefficients of the asset on the hedges, constant over time.

    Parameters
    ----------
    standard_errors : {"HAC", "HC0", "HC1", "HC3", "nonrobust"}
        "HAC" allows for autocorrelation and unequal variances (Newey-West); "HC0" (White), "HC1"
        and "HC3" (corrected for small samples) for unequal variances; "nonrobust" for neither, with
        quantiles of the t instead of the normal distribution.
    hac_lags : int, optional
        Number of lags of "HAC"; by default floor(4 (n / 100)^(2/9)) for n observations, 8 for ten
        years of daily data.
    small_sample : bool
        Whether "HAC" is corrected with fewer than 250 observations: residuals over one less their
        leverage, and t quantiles, which cover a ratio in 95% of samples of ten observations (at
        nominal 95%; without, in 76%). False gives the errors of statsmodels and R at any length.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.summary.round(3)
              estimate  standard error       t      p
    constant     0.000           0.000   0.911  0.363
    SP500        1.175           0.027  43.223  0.000
    >>> fit.conf_int().round(2)
           lower  upper
    SP500   1.12   1.23
    """

    standard_errors: RegressionErrorKind = "HAC"
    hac_lags: int | None = None
    small_sample: bool = True

    def __post_init__(self) -> None:
        check_choice(self.standard_errors, "standard_errors", ERROR_KINDS)
        check_flag(self.small_sample, "small_sample")
        if self.hac_lags is None:
            return
        check_at_least(self.hac_lags, "hac_lags", 0)
        if self.standard_errors != "HAC":
            raise DataError(
                "hac_lags belong to standard_errors='HAC'; got "
                f"standard_errors={self.standard_errors!r}."
            )

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        automatic = self.hac_lags is None and self.standard_errors == "HAC"
        return HedgeTraits(hac_lags="automatic" if automatic else "fixed")

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few observations, or hedges are collinear.
        """
        returns, kind = join_returns(asset, hedges)
        lags = resolve_hac_lags(self.hac_lags, len(returns))
        values = returns.to_numpy()
        regression = least_squares(values[:, 0], values[:, 1:])
        coefficients = regression.coefficients
        errors = RegressionErrors(regression, self.standard_errors, lags, self.small_sample)
        hedge_names = returns.columns.tolist()[1:]
        names = [distinct_name("constant", hedge_names), *hedge_names]
        estimates = Estimates(
            values=dict(zip(names, coefficients.tolist(), strict=True)),
            n_dates=len(returns),
            degrees_of_freedom=errors.degrees_of_freedom,
            errors=errors,
        )
        return constant_ratio_fit(
            self, returns, coefficients[1:], kind, estimates, ParameterErrors()
        )

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates, without a table."""
        return advance_constant_array(fit, dates)

    def ratios_by_refit(self, returns: Array, refits: Sequence[Refit]) -> Iterator[Array]:
        """Yield the ratios of many refits, see ``ClosedFormRatios``."""
        return sample_ratios(returns, refits)
