r"""Error-correction hedge, in two steps.

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t, \qquad
          \Delta p^{asset}_t = k + \Delta p^{hedges}_t{}' b + \gamma z_{t-1}
          + \text{lags of both} + u_t

Source: Engle and Granger (1987), Econometrica 55, section 4; as a hedge, Ghosh (1993), Journal of
Futures Markets 13.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import ConvergenceWarning, warn_caller
from hedgeresearch.estimation.regression import ERROR_KINDS, RegressionErrorKind
from hedgeresearch.hedges.cointegration.error_correction_equation import error_correction_fit
from hedgeresearch.hedges.cointegration.lags import Lags, check_lags, resolve_lags
from hedgeresearch.hedges.cointegration.price_levels import (
    PriceKind,
    check_price_kind,
    price_levels,
    with_prices,
)
from hedgeresearch.hedges.cointegration.residual_tests import residual_test
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.traits import HedgeTraits


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class ErrorCorrectionHedge:
    """Regression of the asset's price change on those of the hedges, given spread and past changes.

    It is fitted to prices. The fit's ``detail`` is the :class:`Cointegration` of the Engle-Granger
    test, with the long-run relation. If the test finds no relation at 5%, there is no error to
    correct, and a warning says so.

    Parameters
    ----------
    kind : {"log", "difference"}
        Changes are log returns or price differences.
    lags : int or "bic"
        Number of lagged changes of asset and hedges; "bic" chooses up to 10.
    standard_errors : {"HAC", "HC0", "HC1", "HC3", "nonrobust"}
        Kind of standard errors, as in OLSHedge.

    Examples
    --------
    >>> import hedgeresearch as hr, numpy as np, pandas as pd
    >>> noise = np.random.default_rng(0).normal(scale=0.01, size=(500, 2))
    >>> future = 100 * np.exp(noise[:, 0].cumsum())
    >>> spot = pd.Series(future * np.exp(noise[:, 1]), name="spot")
    >>> fit = hr.ErrorCorrectionHedge().fit(spot, pd.DataFrame({"future": future}))
    >>> fit.summary.round(2)
                      estimate  standard error      t     p
    constant              0.00            0.00   0.02  0.99
    future                1.01            0.05  22.13  0.00
    error correction     -1.07            0.04 -25.32  0.00
    >>> fit.detail.found
    True
    """

    kind: PriceKind = "log"
    lags: Lags = "bic"
    standard_errors: RegressionErrorKind = "HAC"

    def __post_init__(self) -> None:
        check_price_kind(self.kind)
        check_lags(self.lags)
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
            collinear.
        """
        data = price_levels(asset, hedges, self.kind)
        replicating = replicating_fit(self, data.changes, self.kind)
        cointegration = residual_test(data)
        if replicating is not None:
            return with_prices(replicating, data, cointegration)
        if not cointegration.found:
            warn_caller(
                "asset and hedges should be cointegrated for error correction; no relation was "
                f"found ({cointegration.outcome}). OLSHedge on returns needs no such relation.",
                ConvergenceWarning,
            )
        combination = data.levels[:, 1:] @ cointegration.relation.to_numpy()[:, None]
        spread = data.levels[:, :1] - cointegration.constant - combination
        changes = data.changes.to_numpy()
        regressors = np.column_stack([changes[:, 1:], spread[:-1]])
        lags = resolve_lags(self.lags, changes[:, :1], regressors, changes)
        return error_correction_fit(self, data, spread, lags, self.standard_errors, cointegration)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over the dates of new prices, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)
