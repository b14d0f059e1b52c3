r"""Long-run hedge: the relation that prices return to, not the one between their changes.

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t

with z stationary; the ratio is theta. Source: Engle and Granger (1987), Econometrica 55, section 4;
the estimators of theta are in ``cointegrating_regressions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.asset_and_hedges import distinct_name
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import ConvergenceWarning, DataError, warn_caller
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges.cointegration.cointegrating_regressions import RELATIONS, RelationSettings
from hedgeresearch.hedges.cointegration.johansen_method import exact_johansen
from hedgeresearch.hedges.cointegration.lags import Lags, check_lags
from hedgeresearch.hedges.cointegration.price_levels import (
    PriceKind,
    PriceLevels,
    check_price_kind,
    price_levels,
    with_prices,
)
from hedgeresearch.hedges.cointegration.residual_tests import (
    ResidualTest,
    check_bandwidth,
    residual_test,
)
from hedgeresearch.hedges.cointegration.result import Cointegration
from hedgeresearch.hedges.cointegration.spurious_regression import random_walk_scatter
from hedgeresearch.hedges.cointegration.trends import TERM_NAMES, Trend, check_trend
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.ratio_errors import ParameterErrors
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.traits import HedgeTraits

Method = Literal["dynamic", "fully_modified", "canonical", "static", "johansen"]


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class CointegrationHedge:
    """Coefficients of the asset on the hedges in the relation between their price levels.

    It is fitted to prices. It is the hedge for a long horizon; over one period it leaves more
    variance than OLSHedge. The fit's ``detail`` is the :class:`Cointegration` of the Engle-Granger
    test, or of Johansen's trace test for ``method="johansen"``. If the test finds no relation at
    5%, the ratio means nothing, however small its error: a warning then says how much such
    estimates vary between random walks, compared with those from returns.

    Parameters
    ----------
    method : {"dynamic", "fully_modified", "canonical", "static", "johansen"}
        Dynamic or fully modified least squares, canonical cointegrating regression, static least
        squares, or Johansen's method.
    kind : {"log", "difference"}
        Relation between logarithms of prices, or between prices.
    trend : {"n", "c", "ct", "ctt"}
        Terms of the relation: none, a constant, and a linear and a quadratic trend, also in the
        test. Johansen's method has a constant.
    leads, lags : int or "bic"
        Numbers of leads and lags of the hedges' changes in dynamic least squares; "bic" chooses up
        to 8 of each.
    bandwidth : float, optional
        Bandwidth of the Bartlett kernel in long-run variances of "dynamic", "fully_modified" and
        "canonical"; by default that of Newey and West (1994).

    Examples
    --------
    >>> import hedgeresearch as hr, numpy as np, pandas as pd
    >>> noise = np.random.default_rng(0).normal(scale=0.01, size=(500, 2))
    >>> future = 100 * np.exp(noise[:, 0].cumsum())
    >>> spot = pd.Series(future * np.exp(noise[:, 1]), name="spot")
    >>> hedge = hr.CointegrationHedge("fully_modified")
    >>> hedge.fit(spot, pd.DataFrame({"future": future})).conf_int().round(2)
            lower  upper
    future    1.0   1.01
    """

    method: Method = "dynamic"
    kind: PriceKind = "log"
    trend: Trend = "c"
    leads: Lags = "bic"
    lags: Lags = "bic"
    bandwidth: float | None = None

    def __post_init__(self) -> None:
        check_choice(self.method, "method", tuple(RELATIONS))
        check_price_kind(self.kind)
        check_trend(self.trend)
        check_lags(self.leads, "leads")
        check_lags(self.lags)
        check_bandwidth(self.bandwidth)
        self._check_settings_of_method()

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return HedgeTraits(input="prices", price_changes=self.kind)

    def _check_settings_of_method(self) -> None:
        """Refuse settings that the method would ignore."""
        if self.method == "johansen" and self.trend != "c":
            raise DataError(
                f"trend must be 'c' for method='johansen'; got {self.trend!r}. Use 'dynamic'."
            )
        if self.method != "dynamic" and (self.leads, self.lags) != ("bic", "bic"):
            raise DataError(
                f"leads and lags belong to method='dynamic'; got leads={self.leads!r} and "
                f"lags={self.lags!r} for {self.method!r}."
            )
        if self.bandwidth is not None and self.method in ("static", "johansen"):
            raise DataError(
                "bandwidth belongs to method='dynamic', 'fully_modified' or 'canonical'; got "
                f"{self.bandwidth!r} for {self.method!r}."
            )

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on prices of asset (n_dates,) and hedges (n_dates, n_hedges).

        The path begins at the second date.

        Raises
        ------
        DataError
            If the data are not prices, too few for a test of cointegration, or collinear (for
            Johansen's method, also given their past).
        """
        data = price_levels(asset, hedges, self.kind)
        replicating = replicating_fit(self, data.changes, self.kind)
        if replicating is not None:
            return with_prices(replicating, data, self._exact(data))
        settings = RelationSettings(self.trend, self.leads, self.lags, self.bandwidth)
        relation = RELATIONS[self.method](data, settings)
        if not relation.cointegration.found:
            _warn_of_spurious_regression(data, relation.cointegration)
        hedge_names = list(data.prices.columns[1:])
        n_terms = len(relation.coefficients) - len(hedge_names)
        names = [distinct_name(term, hedge_names) for term in TERM_NAMES[:n_terms]] + hedge_names
        estimates = Estimates(
            values=dict(zip(names, relation.coefficients.tolist(), strict=True)),
            n_dates=len(data.prices),
            errors=relation.errors,
        )
        ratio = relation.coefficients[-len(hedge_names) :]
        fit = constant_ratio_fit(self, data.changes, ratio, self.kind, estimates, ParameterErrors())
        return with_prices(fit, data, relation.cointegration)

    def _exact(self, data: PriceLevels) -> Cointegration | None:
        """Return the test of an exact relation, which the test of the method calls that."""
        if self.method == "johansen":
            return exact_johansen(data)
        return residual_test(data, ResidualTest(trend=self.trend))

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over the dates of new prices, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)


def _warn_of_spurious_regression(data: PriceLevels, cointegration: Cointegration) -> None:
    scatter = random_walk_scatter(data.changes.cov().to_numpy(), len(data.changes))
    levels = ", ".join(f"{size:.2g}" for size in scatter.levels)
    returns = ", ".join(f"{size:.2g}" for size in scatter.returns)
    warn_caller(
        "asset and hedges must be cointegrated for a hedge from price levels; no relation was "
        f"found ({cointegration.outcome}). Between random walks with changes like these, estimates "
        f"from levels have a standard deviation of {levels}, from returns of {returns}. "
        "Use OLSHedge on returns.",
        ConvergenceWarning,
    )
