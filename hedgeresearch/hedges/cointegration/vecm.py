r"""Hedge from a vector error-correction model.

.. math:: \Delta p_t = \mu + \alpha \beta' p_{t-1} + \sum_{l=1}^{L} \Gamma_l \Delta p_{t-l}
          + \epsilon_t, \qquad
          b = \Omega_{hh}^{-1} \Omega_{ha}, \qquad \Omega = \mathrm{Var}(\epsilon_t)

Source: Johansen (1991), Econometrica 59, with an unrestricted constant: Luetkepohl (2005), New
Introduction to Multiple Time Series Analysis, section 7.2. b is the coefficient in the asset's
equation conditional on the hedges: Johansen (1992), Journal of Econometrics 52.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._validation.settings import check_at_least, check_choice
from hedgeresearch.errors import ConvergenceWarning, DataError, warn_caller
from hedgeresearch.estimation.regression import ERROR_KINDS, RegressionErrorKind
from hedgeresearch.hedges.cointegration.error_correction_equation import error_correction_fit
from hedgeresearch.hedges.cointegration.johansen_method import exact_johansen, johansen
from hedgeresearch.hedges.cointegration.lags import Lags, check_lags
from hedgeresearch.hedges.cointegration.price_levels import (
    PriceKind,
    check_price_kind,
    price_levels,
    with_prices,
)
from hedgeresearch.hedges.cointegration.result import Cointegration
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.traits import HedgeTraits


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class VECMHedge:
    """Minimum-variance ratio of the residuals of a vector error-correction model.

    It is fitted to prices. The fit's ``detail`` is the :class:`Cointegration` of Johansen's trace
    test. The summary shows the asset's equation given the hedges' changes, to which the ratio
    belongs. With rank 0 this is the hedge of a vector autoregression of the changes.

    Parameters
    ----------
    kind : {"log", "difference"}
        Changes are log returns or price differences.
    lags : int or "bic"
        Number of lagged changes in each equation; "bic" chooses up to 10.
    rank : int, optional
        Number of cointegrating relations; by default as many as the trace test finds at 5%.
    standard_errors : {"HAC", "HC0", "HC1", "HC3", "nonrobust"}
        Kind of standard errors, as in OLSHedge.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> prices = hr.load("nasdaq_sp500")
    >>> fit = hr.VECMHedge(rank=0).fit(prices["NASDAQ"], prices[["SP500"]])
    >>> fit.conf_int().round(2)
           lower  upper
    SP500   1.12   1.23
    >>> fit.detail
    Cointegration(no relation found at 5%; Johansen trace test: 8.13, critical value 18.16)
    """

    kind: PriceKind = "log"
    lags: Lags = "bic"
    rank: int | None = None
    standard_errors: RegressionErrorKind = "HAC"

    def __post_init__(self) -> None:
        check_price_kind(self.kind)
        check_lags(self.lags)
        if self.rank is not None:
            check_at_least(self.rank, "rank", 0)
        check_choice(self.standard_errors, "standard_errors", ERROR_KINDS)

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return HedgeTraits(input="prices", price_changes=self.kind)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on prices of asset (n_dates,) and hedges (n_dates, n_hedges).

        The path begins at the second date.

        Raises
        ------
        DataError
            If the data are not prices, too few for a test of cointegration or for the lags, or
            collinear, also given their past; if the rank is above the number of series.
        """
        data = price_levels(asset, hedges, self.kind)
        if self.rank is not None and self.rank > len(data.names):
            raise DataError(
                f"rank must be at most the number of series, {len(data.names)}; got {self.rank}."
            )
        replicating = replicating_fit(self, data.changes, self.kind)
        if replicating is not None:
            return with_prices(replicating, data, exact_johansen(data))
        cointegration, (lags, vectors) = johansen(data, self.lags)
        self._warn_of_missing_relations(cointegration)
        rank = cointegration.rank if self.rank is None else self.rank
        spreads = data.levels @ vectors[:, :rank]
        spreads = spreads - spreads.mean(axis=0)
        return error_correction_fit(self, data, spreads, lags, self.standard_errors, cointegration)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over the dates of new prices, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)

    def _warn_of_missing_relations(self, cointegration: Cointegration) -> None:
        """Warn if the test finds fewer relations than error correction needs, or than were set."""
        needed = 1 if self.rank is None else self.rank
        found = cointegration.rank
        if found >= needed:
            return
        uses = "without error correction" if self.rank is None else f"with rank {self.rank} as set"
        warn_caller(
            f"asset and hedges should have {counted(needed, 'cointegrating relation')}; {found} "
            f"found at 5% ({cointegration.outcome}). The hedge is estimated {uses}; "
            f"VECMHedge(rank={found}) needs no more.",
            ConvergenceWarning,
        )
